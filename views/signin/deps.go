// Package signin is the way to a credential on the screen: the guided sign-in of a new user, the opening of a profile
// with what its store asks for, and the permissions of what was signed in with.
//
// Nothing here waits in Update: the stores, the network and the token commands are used in commands, so that a keyring
// that hangs leaves the screen as quick as before. A page that was left gets no answer any more.
package signin

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
)

// Deps is what the pages need of the program.
type Deps struct {
	Ctx      context.Context
	Resolver *keystore.Resolver
	// Client makes a client that changes nothing, to ask Cloudflare about a credential.
	Client func(keystore.Credential) (*api.Client, error)
	// Hide tells the log's net about a secret.
	Hide func(...secret.Value)
	// Done is called with what the user came for; it ends the pages.
	Done func(Outcome) tea.Cmd
	Now  func() time.Time
	// Current is the profile in use; empty when there is none.
	Current string
	// Stderr is the real one, for a token command that has the terminal to itself.
	Stderr io.Writer
}

// Outcome is what the user came for: a credential, or the demo.
type Outcome struct {
	Demo     bool
	Resolved keystore.Resolved
	// AccountName is the name of the credential's account; empty when it is not known.
	AccountName string
	// Below is the page that back leads to from the account, by name; "" for none.
	Below string
	// Err is why there is no account to work on, when somebody has to put that right.
	Err error
}

// Attempt is the opening of a profile under way.
type Attempt struct {
	*tui.Work
	request  keystore.Request
	resolved keystore.Resolved
	err      error
}

// Begin opens the profile of a request in the background; without a name the order of the sources decides.
func (d *Deps) Begin(request keystore.Request) *Attempt {
	a := &Attempt{request: request}
	a.Work = tui.Begin(func() {
		a.resolved, a.err = d.Resolver.Resolve(d.Ctx, request)
		d.Hide(a.resolved.Credential.Secret())
	})
	return a
}

// Result is what came of an attempt that has ended.
func (a *Attempt) Result() (keystore.Resolved, error) { return a.resolved, a.err }

// name is the profile for people.
func (d *Deps) name(request keystore.Request) string {
	switch {
	case request.Profile != "":
		return request.Profile
	case d.Resolver.Env.Profile != "":
		return d.Resolver.Env.Profile
	}
	return d.Resolver.Config.Default()
}
