//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keystore

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"flarewire/keystore/secretservice"
)

// secretService is the Secret Service through go-keyring, whose one connection is the shared one of godbus.
type secretService struct {
	mu   sync.Mutex
	conn *dbus.Conn
}

func osBackend() Backend { return &secretService{} }

// Look finds the bus and looks at the keyring on a connection of its own. The address is then fixed in our environment:
// without it the library would start a bus with dbus-launch, which leaves two daemons behind at every run.
func (s *secretService) Look(ctx context.Context, user string) (KeyringState, error) {
	address, err := secretservice.Address(os.Getenv)
	if err != nil {
		return KeyringState{}, lookError(err)
	}
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", address); err != nil {
		return KeyringState{}, lookError(err)
	}
	attributes := map[string]string{"service": keyringService}
	if user != "" {
		attributes["username"] = user
	}
	state, err := secretservice.Look(ctx, address, attributes)
	if err != nil {
		return KeyringState{}, lookError(err)
	}
	return KeyringState{Locked: state.Locked}, nil
}

func (s *secretService) Get(user string) (text string, err error) {
	err = s.connected(func() (err error) {
		text, err = keyring.Get(keyringService, user)
		return err
	})
	return text, err
}

func (s *secretService) Set(user, value string) error {
	return s.connected(func() error { return keyring.Set(keyringService, user, value) })
}

func (s *secretService) Delete(user string) error {
	return s.connected(func() error { return keyring.Delete(keyringService, user) })
}

// connected runs op with the shared connection known to Interrupt, and closes it at the end: a connection left open
// keeps two goroutines and a channel for every prompt, and breaks the first call after the bus was restarted.
func (s *secretService) connected(op func() error) error {
	conn, err := dbus.SessionBus()
	if err != nil {
		return libraryError(err)
	}
	s.hold(conn)
	defer func() {
		s.hold(nil)
		_ = conn.Close()
	}()
	return libraryError(op())
}

func (s *secretService) hold(conn *dbus.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
}

// Interrupt closes the shared connection: a call that waits for a reply fails, one that waits for a prompt panics, which
// the guard recovers.
func (s *secretService) Interrupt() {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if conn != nil {
		_ = conn.Close()
	}
}

// lookError says what the user can do about a keyring that is not there.
func lookError(err error) error {
	const headless = "use CLOUDFLARE_API_TOKEN, a token_command or an age file"
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Reason: context.Canceled, What: "the keyring call was cancelled", Cause: err}
	case errors.Is(err, secretservice.ErrTimeout):
		return &Error{Reason: ErrKeyringTimeout, Do: chooseOther, Cause: err}
	case errors.Is(err, secretservice.ErrNoBus):
		return missing("there is no keyring, because no desktop session (D-Bus) is running", headless, err)
	case errors.Is(err, secretservice.ErrBusAddress):
		return missing("the session bus is not a local socket, where a secret would be readable on the way", headless, err)
	case errors.Is(err, secretservice.ErrNoProvider):
		return missing("no keyring program answers on the session bus", "install or start gnome-keyring or KWallet, or "+headless, err)
	case errors.Is(err, secretservice.ErrNoCollection):
		return missing("the keyring has no default collection", "create one by logging in to the desktop once, or "+headless, err)
	}
	return &Error{Reason: ErrKeyringFailed, Do: chooseOther, Cause: err}
}

func missing(what, do string, cause error) error {
	return &Error{Reason: ErrKeyringMissing, What: what, Do: do, Cause: cause}
}
