package keystore

import (
	"context"
	"errors"
	"time"
)

// keyringService is the name that all items have in common. It has no ":", because on Windows deleting by service
// deletes every target that begins with "service:".
const keyringService = "flarewire"

const (
	// keyringLimit is for a keyring that needs no user: looking at it, the call and reading back, together.
	keyringLimit = 2500 * time.Millisecond
	// promptLimit leaves a user the time to find and type the keyring's password.
	promptLimit = 60 * time.Second
)

// UnlockRecipe is the command that unlocks a locked gnome-keyring from a terminal. --replace is what makes it work on a
// daemon that is already running: without it the daemon ends with 0 and stays locked.
const UnlockRecipe = `read -rsp 'Keyring password: ' P; printf %s "$P" | ` +
	`gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1; unset P`

// KeyringState is what a look at the keyring found.
type KeyringState struct {
	// Locked: a call would raise a prompt.
	Locked bool
	// Unknown: this operating system does not tell; a call may raise a prompt.
	Unknown bool
}

// Backend is the operating system's keyring. The guard around it makes sure that Get, Set and Delete are never called
// two at a time.
type Backend interface {
	// Look says whether the keyring could be used for user (any, when empty). It raises no prompt and ends with ctx.
	Look(ctx context.Context, user string) (KeyringState, error)
	// Get, Set and Delete may block for ever, panic, or say that something was done that was not.
	Get(user string) (string, error)
	Set(user, value string) error
	Delete(user string) error
	// Interrupt makes a blocked call return, if that is possible.
	Interrupt()
}

// Keyring is the operating system's keyring behind the guard.
type Keyring struct {
	backend     Backend
	guard       *guard
	ssh         bool
	limit       time.Duration
	promptLimit time.Duration
}

// NewKeyring returns the operating system's keyring. In an SSH session it never raises a prompt.
func NewKeyring(env Environment) *Keyring {
	return newKeyring(osBackend(), processGuard, env)
}

// NewKeyringOn returns a keyring on another backend, with a guard of its own.
func NewKeyringOn(backend Backend, env Environment) *Keyring {
	return newKeyring(backend, newGuard(), env)
}

func newKeyring(backend Backend, g *guard, env Environment) *Keyring {
	return &Keyring{backend: backend, guard: g, ssh: env.SSH, limit: keyringLimit, promptLimit: promptLimit}
}

// Kind returns StoreKeyring.
func (k *Keyring) Kind() StoreKind { return StoreKeyring }

// Get returns the profile's credential or ErrNotFound.
func (k *Keyring) Get(ctx context.Context, profile string, access Access) (Credential, error) {
	text, err := k.use(ctx, profile, access, func() (string, error) { return k.backend.Get(profile) })
	if err != nil {
		return Credential{}, err
	}
	return decode(text)
}

// Set keeps the credential and reads it back: the library reports a store as done when the user closed its prompt.
func (k *Keyring) Set(ctx context.Context, profile string, credential Credential, access Access) error {
	text, err := encode(credential)
	if err != nil {
		return err
	}
	_, err = k.use(ctx, profile, access, func() (string, error) {
		if err := k.backend.Set(profile, text); err != nil {
			return "", err
		}
		if kept, err := k.backend.Get(profile); err != nil || kept != text {
			return "", &Error{Reason: ErrNotSaved, What: "the keyring did not keep the credential", Do: chooseOther, Cause: err}
		}
		return "", nil
	})
	return err
}

// Delete forgets the credential and verifies that it is gone, for the same reason.
func (k *Keyring) Delete(ctx context.Context, profile string, access Access) error {
	_, err := k.use(ctx, profile, access, func() (string, error) {
		if err := k.backend.Delete(profile); err != nil && !errors.Is(err, ErrNotFound) {
			return "", err
		}
		if _, err := k.backend.Get(profile); !errors.Is(err, ErrNotFound) {
			return "", &Error{Reason: ErrNotDeleted, What: "the keyring still has the credential",
				Do: "delete the item flarewire/" + profile + " with the keyring's own program", Cause: err}
		}
		return "", nil
	})
	return err
}

// Check looks at the keyring without a prompt.
func (k *Keyring) Check(ctx context.Context) Availability {
	result := Availability{Kind: StoreKeyring, Title: "OS keyring"}
	state, err := k.look(ctx)
	switch {
	case err != nil:
		result.Reason = err.Error()
	case state.Locked && k.ssh:
		result.Reason, result.Recipe = lockedError().Error(), UnlockRecipe
	case state.Locked:
		result.Available = true
		result.Reason, result.Recipe = "the keyring is locked and will ask for its password", UnlockRecipe
	default:
		result.Available, result.Reason = true, "encrypted with your login password"
	}
	return result
}

func (k *Keyring) look(ctx context.Context) (KeyringState, error) {
	ctx, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	if k.guard.latched.Load() {
		return KeyringState{}, keyringUnavailable()
	}
	return k.backend.Look(ctx, "")
}

// use looks at the keyring and, when it would not ask a user who is not to be asked, makes the call.
func (k *Keyring) use(ctx context.Context, profile string, access Access, op func() (string, error)) (string, error) {
	if err := CheckProfileName(profile); err != nil {
		return "", err
	}
	short, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	if err := k.guard.enter(short); err != nil {
		return "", err
	}
	state, err := k.backend.Look(short, profile)
	mayPrompt := access.AllowPrompt && !k.ssh
	if err == nil && state.Locked && !mayPrompt {
		err = lockedError()
	}
	if err != nil {
		k.guard.leave()
		return "", err
	}
	limited := short
	if mayPrompt && (state.Locked || state.Unknown) {
		long, cancelLong := context.WithTimeout(ctx, k.promptLimit)
		defer cancelLong()
		limited = long
	}
	text, err := k.guard.call(limited, k.backend.Interrupt, op)
	return text, keyringError(profile, state, err)
}

// keyringError makes every error of a call one of ours.
func keyringError(profile string, state KeyringState, err error) error {
	known := (*Error)(nil)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, ErrNotFound):
		return notFound(profile, "the keyring")
	case state.Locked:
		// A closed unlock prompt has no type of its own.
		return &Error{Reason: ErrKeyringLocked, What: "the keyring stayed locked", Do: unlockAdvice, Cause: err}
	default:
		return &Error{Reason: ErrKeyringFailed, Do: chooseOther, Cause: err}
	}
}

const unlockAdvice = "unlock it with the command shown, or use CLOUDFLARE_API_TOKEN, a token_command or an age file"

func lockedError() error {
	return &Error{Reason: ErrKeyringLocked, Do: unlockAdvice}
}
