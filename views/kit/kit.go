// Package kit is what the resource folders share: the account they work on, how they find each other's
// objects, and the way from a rule's finding to a field's message.
package kit

import (
	"context"
	"net/netip"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/netrules"
	"flarewire/internal/setup"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/live"
)

// Env is the account and the program's parts, for every page.
type Env struct {
	Ctx context.Context
	// Client and Account read, and build changes; only the Writer can send one.
	Client  *api.Client
	Account *api.AccountClient
	Feed    *live.Feed
	Writer  *change.Writer
	// Journal is where changes are written down; nil in the demo, which leaves no trace.
	Journal *journal.Journal
	// Requests is the log of what was asked of Cloudflare; nil without one.
	Requests *RequestLog
	Glyphs   tui.Glyphs
	Now      func() time.Time
	// NoWrites is why nothing can be changed; empty when writing is possible.
	NoWrites string
	// Drafts are what guided setups remember; in the demo until the program ends.
	Drafts *setup.Memory
	// Version is the program's, in one line, for support bundles.
	Version string
	// Hide takes the session's secrets out of a text.
	Hide func(string) string
	// SwitchAccount opens another account in place of this one; nil when the session cannot.
	SwitchAccount func(api.Account) tea.Cmd

	modules []Module

	bundling *bundling // the support bundle that is under way; nil when none is

	links map[netip.Addr]string // see Via; nil after something new arrived
}

// Module is one resource, or a few that belong together: its pages, what keeps its rows, and what it
// knows about objects of other resources.
type Module interface {
	Destinations() []tui.Destination
	Services() []tui.Service
}

// Relater is a module that can tell which of its objects belong to an object of another module.
type Relater interface {
	// Want has the rows fetched that Related answers from.
	Want() tea.Cmd
	// Related gives a section for the detail page of s; nil when the module has nothing to do with it.
	Related(s Subject) []resource.Section
}

// Opener is a module that can open the page of one of its objects.
type Opener interface {
	// OpenObject gives the page of the object; nil when it is not one of the module's, or not known.
	OpenObject(resource watch.Resource, id string) tui.View
}

// Dependent is a module whose objects stop working when an object of another module goes.
// HangsOn runs in the background and reads what it needs: what is on the screen may be old.
type Dependent interface {
	HangsOn(ctx context.Context, s Subject) []string
}

// Subnetter is a module whose objects use interface subnets or route networks.
type Subnetter interface{ Subnets() []Subnet }

// Awaiter is a Dependent or a Relater that fetches its rows only when they are wanted.
type Awaiter interface {
	// Await waits until the rows that Want asks for have come, or cannot be had, or ctx ends.
	Await(ctx context.Context)
}

// Subnet is a network in use with the id of the object that uses it.
type Subnet struct {
	ID string
	netrules.Subnet
}

// Subject is the object that relations are asked for.
type Subject struct {
	Kind      string       // the resource: "gre", "ipsec", "interconnect", "prefix", "route", "cni" …
	ID        string       // its id
	Name      string       // its name, or its CIDR
	Interface netip.Prefix // its interface subnet, if it has one
	CIDR      netip.Prefix // its address range, if it has one
	Hop       netip.Addr   // its next hop, if it has one
}

// Add registers a module.
func (e *Env) Add(m Module) { e.modules = append(e.modules, m) }

// Init implements tui.Service.
func (e *Env) Init() tea.Cmd { return nil }

// Update implements tui.Service: what was worked out from the rows is worked out again when any may have
// changed.
func (e *Env) Update(msg tea.Msg) tea.Cmd {
	e.links = nil
	return e.bundles(msg)
}

// Modules are all modules in the order of the registry.
func (e *Env) Modules() []Module { return e.modules }

// Related asks every module for what belongs to s.
func (e *Env) Related(s Subject) []resource.Section {
	var out []resource.Section
	for _, m := range e.modules {
		if r, ok := m.(Relater); ok {
			out = append(out, r.Related(s)...)
		}
	}
	return out
}

// WantRelated has everything fetched that Related answers from; pages with relations run it when they
// are opened.
func (e *Env) WantRelated() tea.Cmd {
	var cmds []tea.Cmd
	for _, m := range e.modules {
		if r, ok := m.(Relater); ok {
			cmds = append(cmds, r.Want())
		}
	}
	return tea.Batch(cmds...)
}

// Open is the page of an object; nil when no module has one.
func (e *Env) Open(resource watch.Resource, id string) tui.View {
	for _, m := range e.modules {
		if o, ok := m.(Opener); ok {
			if view := o.OpenObject(resource, id); view != nil {
				return view
			}
		}
	}
	return nil
}

// WantSubnets has everything fetched that Subnets answers from; forms with addresses and pages that tell
// where an address belongs run it when they are opened.
func (e *Env) WantSubnets() tea.Cmd {
	var cmds []tea.Cmd
	for _, m := range e.modules {
		if _, ok := m.(Subnetter); !ok {
			continue
		}
		if r, ok := m.(Relater); ok {
			cmds = append(cmds, r.Want())
		}
	}
	return tea.Batch(cmds...)
}

// awaitLimit is how long a deletion waits for the rows that tell what hangs on the object; after that
// the modules say that they could not look.
const awaitLimit = 10 * time.Second

// HangsOn says in words what belongs to s, for the one who is about to delete it. It waits for rows that
// are still on their way, so it is for commands: run WantRelated beside it.
func (e *Env) HangsOn(ctx context.Context, s Subject) []string {
	ctx, cancel := context.WithTimeout(ctx, awaitLimit)
	defer cancel()
	var out []string
	for _, m := range e.modules {
		d, ok := m.(Dependent)
		if !ok {
			continue
		}
		if a, ok := m.(Awaiter); ok {
			a.Await(ctx)
		}
		out = append(out, d.HangsOn(ctx, s)...)
	}
	return out
}

// Via is the tunnel or interconnect in whose inner subnet an address lies; empty when none is known. A
// list asks it for every cell, so the addresses are worked out once until something new arrives. It is for
// pages only, not for commands.
func (e *Env) Via(addr netip.Addr) string {
	if e.links == nil {
		e.links = map[netip.Addr]string{}
		for _, s := range e.Subnets("") {
			// Inner subnets have two usable addresses, a few have eight.
			if s.Route || s.CIDR.Addr().BitLen()-s.CIDR.Bits() > 3 {
				continue
			}
			for a := s.CIDR.Masked().Addr(); s.CIDR.Contains(a); a = a.Next() {
				e.links[a] = s.Owner
			}
		}
	}
	return e.links[addr]
}

// OwnPrefixes are the prefixes that the account brought to Cloudflare, as far as they are known.
func (e *Env) OwnPrefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range e.Feed.Last().Prefixes {
		if cidr, err := netip.ParsePrefix(p.CIDR); err == nil {
			out = append(out, cidr)
		}
	}
	return out
}

// Subnets are all networks in use on the account but those of the object with the given id.
func (e *Env) Subnets(except string) []netrules.Subnet {
	var out []netrules.Subnet
	for _, m := range e.modules {
		s, ok := m.(Subnetter)
		if !ok {
			continue
		}
		for _, subnet := range s.Subnets() {
			if subnet.ID != except || except == "" {
				out = append(out, subnet.Subnet)
			}
		}
	}
	return out
}
