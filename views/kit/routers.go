package kit

import (
	"context"

	"flarewire/internal/router"
	"flarewire/tui"
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

// Asker is the module that asks the routers of tunnels.
type Asker interface {
	// AskRouter is the action that asks the router of the tunnel with this id; ok is false without a command for it.
	AskRouter(id string) (a tui.Action, ok bool)
}

// AskActions is the action that asks the router of a tunnel, for a row or page that is of it; nil without a command for it.
func (e *Env) AskActions(id string) []tui.Action {
	for _, m := range e.modules {
		if asker, ok := m.(Asker); ok && e.Routers != nil && id != "" {
			if a, ok := asker.AskRouter(id); ok {
				return []tui.Action{a}
			}
		}
	}
	return nil
}
