package kit

import (
	"context"

	"flarewire/internal/router"
)

// Routers are the user's own commands that ask the routers of the account about their side. Nothing of it runs by itself.
type Routers struct {
	Commands []router.Command
	Runner   router.Runner
	// Agreed reports whether the user has agreed to run exactly these argument lists, Agree remembers it.
	Agreed func(fingerprint string) bool
	Agree  func(fingerprint string)
}

// Ask asks a router with commands that Matching gave for it.
func (r *Routers) Ask(ctx context.Context, commands []router.Command, t router.Target) router.Reading {
	return r.Runner.Ask(ctx, commands, t)
}
