package kit

import (
	"context"
	"net/netip"

	"flarewire/tui"
)

// Conduit is what a route leads through, a tunnel or an interconnect, as other modules show it.
type Conduit struct {
	Name  string
	State string // in words, with its glyph; empty when not known
	Role  tui.Role
	Down  string // that nothing is seen to get through, after its name: "which is down"; empty when it is not known to be so
}

// Conductor is a module whose objects routes lead through.
type Conductor interface {
	// Conduit gives the object in whose inner subnet a next hop lies. Pages ask it, and commands.
	Conduit(hop netip.Addr) (Conduit, bool)
}

// Router is a module that knows the ways to addresses.
type Router interface {
	// Astray are the ways to addresses that lead into what is down, a sentence for each. Pages ask it, and commands.
	Astray(cidr netip.Prefix) []string
}

// Conduit is what a next hop leads through; false when nothing that is known has it.
func (e *Env) Conduit(hop netip.Addr) (Conduit, bool) {
	for _, m := range e.modules {
		if c, ok := m.(Conductor); ok {
			if conduit, ok := c.Conduit(hop); ok {
				return conduit, true
			}
		}
	}
	return Conduit{}, false
}

// Astray are the known ways to addresses that lead into what is down.
func (e *Env) Astray(cidr netip.Prefix) []string {
	var out []string
	for _, m := range e.modules {
		if r, ok := m.(Router); ok {
			out = append(out, r.Astray(cidr)...)
		}
	}
	return out
}

// AwaitAstray is Astray for commands: it waits for rows that are still on their way. Run WantRelated beside it.
func (e *Env) AwaitAstray(ctx context.Context, cidr netip.Prefix) []string {
	ctx, cancel := context.WithTimeout(ctx, awaitLimit)
	defer cancel()
	for _, m := range e.modules {
		_, routes := m.(Router)
		_, conducts := m.(Conductor)
		if a, ok := m.(Awaiter); ok && (routes || conducts) {
			a.Await(ctx)
		}
	}
	return e.Astray(cidr)
}
