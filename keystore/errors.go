package keystore

import (
	"context"
	"errors"
)

// The reasons for which a credential could not be had, kept or forgotten. Test for them with errors.Is; the error
// itself is an *Error, whose text says what to do.
var (
	ErrNoCredentials      = errors.New("no credentials found")
	ErrNotFound           = errors.New("the store holds nothing for this profile")
	ErrUnknownProfile     = errors.New("the profile does not exist")
	ErrProfileName        = errors.New("the profile name is not allowed")
	ErrHalfPair           = errors.New("half of the e-mail and key pair is missing")
	ErrMalformed          = errors.New("the credential is malformed")
	ErrExpired            = errors.New("the credential has expired")
	ErrTooLarge           = errors.New("the credential is too large to be kept")
	ErrConfig             = errors.New("the config file is wrong")
	ErrUnsafeFile         = errors.New("others can change the file")
	ErrFile               = errors.New("a file could not be read or written")
	ErrPassphraseNeeded   = errors.New("the age file needs its passphrase")
	ErrWrongPassphrase    = errors.New("the passphrase is wrong")
	ErrDamaged            = errors.New("the stored credential is damaged")
	ErrWorkFactor         = errors.New("the age file would take too much memory to open")
	ErrNeedsTerminal      = errors.New("the token command needs the terminal")
	ErrCommandFailed      = errors.New("the token command failed")
	ErrCommandTimeout     = errors.New("the token command did not end in time")
	ErrCommandOutput      = errors.New("the token command printed no usable token")
	ErrKeyringMissing     = errors.New("there is no keyring")
	ErrKeyringLocked      = errors.New("the keyring is locked")
	ErrKeyringTimeout     = errors.New("the keyring did not answer in time")
	ErrKeyringFailed      = errors.New("the keyring failed")
	ErrKeyringUnavailable = errors.New("the keyring is switched off until the next start")
	ErrNotSaved           = errors.New("the credential was not saved")
	ErrNotDeleted         = errors.New("the credential was not deleted")
	ErrHTTPDebug          = errors.New("GODEBUG would print request headers")
)

// Error is every failure of this package. It never contains a secret.
type Error struct {
	// Reason is one of the Err values of this package.
	Reason error
	// What says what happened, as the first half of a sentence.
	What string
	// Do says what the user can do about it.
	Do string
	// Cause is the error underneath, when there is one. Its text is not shown: it may come from a program outside.
	Cause error
}

// Error returns "what happened: what to do".
func (e *Error) Error() string {
	what := e.What
	if what == "" {
		what = e.Reason.Error()
	}
	if e.Do == "" {
		return what
	}
	return what + ": " + e.Do
}

// Unwrap makes errors.Is find the reason and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Cause}
}

// troubles are the reasons that are not the user's to put right by signing in or by another command line.
var troubles = []error{
	ErrFile, ErrKeyringTimeout, ErrKeyringFailed, ErrKeyringUnavailable, ErrNotSaved, ErrNotDeleted, ErrDamaged,
	ErrCommandFailed, ErrCommandTimeout, ErrCommandOutput, context.Canceled, context.DeadlineExceeded,
}

// ExitCode returns the command's exit code for an error of this package: 0 for nil, 2 for wrong usage or no
// credentials, 1 for trouble: a store or a command that should have worked and did not, or an unknown error.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	for _, trouble := range troubles {
		if errors.Is(err, trouble) {
			return 1
		}
	}
	if known := (*Error)(nil); errors.As(err, &known) {
		return 2
	}
	return 1
}
