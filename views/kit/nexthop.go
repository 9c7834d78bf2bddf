package kit

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
)

// NextHop is what a route leads through, a tunnel or an interconnect, as other modules show it.
type NextHop struct {
	Name       string
	State      string // in words, with its glyph; empty when not known
	Role       tui.Role
	DownClause string // that nothing is seen to get through, after its name: "which is down"; empty when it is not known to be so
	Words      string // other words for its state by which a filter finds what leads through it
}

// NextHopOwner is a module whose objects routes lead through.
type NextHopOwner interface {
	// NextHop gives the object in whose inner subnet a next hop lies. Pages ask it, and commands.
	NextHop(hop netip.Addr) (NextHop, bool)
}

// PeerAS are the AS numbers of the sessions of tunnels and CNIs with these names, with their word: words by which a filter finds what is
// about them. It is for pages only.
func (e *Env) PeerAS(names ...string) string {
	if e.peers == nil {
		last := e.Feed.Last()
		e.peers = map[string]string{}
		add := func(name string, b *api.BGP) {
			if b != nil {
				e.peers[name] = "AS " + b.ASNText()
			}
		}
		for _, t := range last.Tunnels {
			add(t.Name, t.BGP)
		}
		for _, l := range last.Links.Rows {
			add(l.Name, l.BGP)
		}
		for _, c := range last.CNIs.Rows {
			add(c.Magic.ConduitName, c.BGP)
		}
	}
	var out []string
	for _, name := range names {
		if as := e.peers[name]; as != "" && !slices.Contains(out, as) {
			out = append(out, as)
		}
	}
	return strings.Join(out, " ")
}

// RouteTable is a module that knows the routes to addresses.
type RouteTable interface {
	// BrokenRoutes are the routes to addresses whose next hop is down, a sentence for each. Pages ask it, and commands.
	BrokenRoutes(cidr netip.Prefix) []string
}

// NextHop is what a next hop leads through; false when nothing that is known has it.
func (e *Env) NextHop(hop netip.Addr) (NextHop, bool) {
	for _, owner := range with[NextHopOwner](e) {
		if next, ok := owner.NextHop(hop); ok {
			return next, true
		}
	}
	return NextHop{}, false
}

// Troubled reports whether something is wrong with an object that the overview counts: what only problems shows has it.
func (e *Env) Troubled(of store.Kind, id string) bool { return e.Feed.Diagnosis().Troubled(of, id) }

// cachedHop is what was found out about a next hop.
type cachedHop struct {
	NextHop
	found bool
}

// CachedNextHop is NextHop for pages only, whose lists ask it for every cell: it is worked out once until something new arrives.
func (e *Env) CachedNextHop(hop netip.Addr) (NextHop, bool) {
	cached, ok := e.nextHops[hop]
	if !ok {
		cached.NextHop, cached.found = e.NextHop(hop)
		if e.nextHops == nil {
			e.nextHops = map[netip.Addr]cachedHop{}
		}
		e.nextHops[hop] = cached
	}
	return cached.NextHop, cached.found
}

// BrokenRoutes are the known routes to addresses that lead into what is down.
func (e *Env) BrokenRoutes(cidr netip.Prefix) []string {
	var out []string
	for _, r := range with[RouteTable](e) {
		out = append(out, r.BrokenRoutes(cidr)...)
	}
	return out
}

// FreshBrokenRoutes is BrokenRoutes for commands: it reads first what it rests on, and says what could not be read.
func (e *Env) FreshBrokenRoutes(ctx context.Context, cidr netip.Prefix) []string {
	ctx, cancel := context.WithTimeout(ctx, ReadLimit)
	defer cancel()
	kinds := []store.Kind{store.GRETunnels, store.IPsecTunnels, store.Links, store.Routes, store.TunnelHealth}
	now := e.Feed.Fresh(ctx, justRead, store.TargetsOf(kinds...)...)
	out := e.BrokenRoutes(cidr)
	if why := now.CannotTell(kinds[:len(kinds)-1]...); why != "" {
		out = append(out, "Whether the routes to it work is not known: "+why+".")
	}
	return out
}
