package keystore

import (
	"errors"
	"os/exec"
	"syscall"

	"github.com/zalando/go-keyring"
)

// What the operating systems answer beyond the library's typed errors.
const (
	// macOS's security program ends with these codes.
	securityNoInteraction = 36 // errSecInteractionNotAllowed: locked, in an SSH session
	securityNotFound      = 44 // when the message is not in English
	// ERROR_NO_SUCH_LOGON_SESSION: Windows keeps credentials from OpenSSH's network logons, by design.
	windowsNoLogonSession = syscall.Errno(1312)
)

// libraryError translates the keyring library's errors; the rest is left for keyringError.
func libraryError(err error) error {
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return &Error{Reason: ErrTooLarge, Do: "choose the age file", Cause: err}
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return &Error{Reason: ErrKeyringMissing, What: "this build knows no keyring on this system", Do: chooseOther, Cause: err}
	case errors.Is(err, windowsNoLogonSession):
		return &Error{Reason: ErrKeyringMissing, What: "Windows has no keyring in an SSH session", Do: chooseOther, Cause: err}
	case errors.As(err, &exit) && exit.ExitCode() == securityNotFound:
		return ErrNotFound
	case errors.As(err, &exit) && exit.ExitCode() == securityNoInteraction:
		return &Error{Reason: ErrKeyringLocked, Do: "run security unlock-keychain, or choose another store", Cause: err}
	}
	return err
}
