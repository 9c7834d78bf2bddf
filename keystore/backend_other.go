//go:build !((dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd)

package keystore

import (
	"context"

	"github.com/zalando/go-keyring"
)

// plainBackend is the keyring of macOS or Windows: it cannot be looked at or interrupted, so only the guard's time
// limit, its recover and the reading back protect the caller.
type plainBackend struct{}

func osBackend() Backend { return plainBackend{} }

func (plainBackend) Look(context.Context, string) (KeyringState, error) {
	return KeyringState{Unknown: true}, nil
}

func (plainBackend) Get(user string) (string, error) {
	text, err := keyring.Get(keyringService, user)
	return text, libraryError(err)
}

func (plainBackend) Set(user, value string) error {
	return libraryError(keyring.Set(keyringService, user, value))
}

func (plainBackend) Delete(user string) error {
	return libraryError(keyring.Delete(keyringService, user))
}

func (plainBackend) Interrupt() {}
