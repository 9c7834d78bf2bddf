// Package keystore finds the operator's Cloudflare credential and keeps it: from the environment, a profile's own
// command, the desktop keyring, a passphrase-encrypted file, or memory.
//
// Nothing here falls back to plain text, and nothing prints a secret. Every call that may wait takes a context and ends
// within its own limit; none may be made from the goroutine that draws the screen.
package keystore

import (
	"context"

	"flarewire/internal/secret"
)

// StoreKind names a place where a credential can be kept. The values stand in the config file.
type StoreKind string

// The stores. The empty kind means that the user did not choose: the keyring is tried, then the age file.
const (
	StoreKeyring StoreKind = "keyring"
	StoreAge     StoreKind = "age"
	StoreMemory  StoreKind = "memory"
)

// Access is what a caller lets a store ask of the user during one call.
type Access struct {
	// AllowPrompt: a window or dialog of the desktop may be raised. Set it only in the sign-in screen; it is ignored in
	// an SSH session, where the window would open on a screen that nobody looks at.
	AllowPrompt bool
	// Passphrase opens or closes the age file.
	Passphrase secret.Value
}

// Store keeps one credential per profile. All methods refuse a bad profile name before they touch anything.
type Store interface {
	// Kind says which store this is.
	Kind() StoreKind
	// Get returns the profile's credential. Without one the error is ErrNotFound.
	Get(ctx context.Context, profile string, access Access) (Credential, error)
	// Set keeps the credential and has proved it by reading it back when the error is nil.
	Set(ctx context.Context, profile string, credential Credential, access Access) error
	// Delete forgets the credential and has proved it when the error is nil. It is no error when there was none.
	Delete(ctx context.Context, profile string, access Access) error
	// Check says whether the store could be used now. It raises no prompt.
	Check(ctx context.Context) Availability
}

// Availability is one row of the sign-in screen's question where to keep the credential.
type Availability struct {
	Kind StoreKind
	// Title names the store for people: "OS keyring".
	Title string
	// Available: the store can be offered.
	Available bool
	// Reason says why it is not there, or, when it is, what to know before choosing it.
	Reason string
	// Recipe is a command that makes it available; empty when there is none.
	Recipe string
}
