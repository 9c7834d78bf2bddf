package kit

import (
	"net/netip"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// PathFinder is the module that finds the paths to an address or a network, and what leads over an object.
type PathFinder interface {
	// Where is the page of where an address or a network leads.
	Where(p netip.Prefix) tui.View
	// Through is the page of the destinations that have a path over one of these tunnels or interconnects; name is what the page calls them.
	Through(name string, ids ...string) tui.View
	// Paths says how many paths to a network are left, and names them, by what is known; nil when the routes are not.
	Paths(p netip.Prefix) []resource.Section
	// Around is what is known around the paths to a network: their past on one axis of time, what happened to them, and what else leads
	// over them.
	Around(p netip.Prefix, now time.Time) []resource.Section
	// Behind is what leads over an object, with the paths that are left, and what happened to it.
	Behind(of diagnose.Subject, now time.Time) []resource.Section
	// All is the page of all destinations, the worst first.
	All() tui.View
}

// whereKey is the key of WhereAction and ThroughAction; on the page of destinations it looks up an address.
const whereKey = "i"

// Paths are the paths to a network, for what stands beside a list; nil where no module knows.
func (e *Env) Paths(cidr string) []resource.Section {
	p, err := netip.ParsePrefix(cidr)
	if f := e.pathFinder(); f != nil && err == nil {
		return f.Paths(p.Masked())
	}
	return nil
}

// Around is what is known around the paths to a network, for its page on a large screen; nil where no module knows.
func (e *Env) Around(cidr string, now time.Time) []resource.Section {
	p, err := netip.ParsePrefix(cidr)
	if f := e.pathFinder(); f != nil && err == nil {
		return f.Around(p.Masked(), now)
	}
	return nil
}

// Behind is what leads over an object, for its page on a large screen; nil where no module knows.
func (e *Env) Behind(of diagnose.Subject, now time.Time) []resource.Section {
	if f := e.pathFinder(); f != nil {
		return f.Behind(of, now)
	}
	return nil
}

// WhereAction is the action that shows where an address or a network leads, for a row that has one; nil where no module knows, or the
// text is neither.
func (e *Env) WhereAction(text string) []tui.Action {
	p, err := netip.ParsePrefix(text)
	if addr, err2 := netip.ParseAddr(text); err2 == nil {
		p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	f := e.pathFinder()
	if f == nil || err != nil {
		return nil
	}
	return []tui.Action{{Name: "where-it-leads", Keys: []string{whereKey}, Short: "paths", Footer: true,
		Long: "Show its routes and paths, their state and redundancy", Run: func() tea.Cmd { return tui.Push(f.Where(p.Masked())) }}}
}

// ThroughAction is the action that shows the destinations with a path over a tunnel, an interconnect, or several of them; nil where no
// module knows.
func (e *Env) ThroughAction(name string, ids ...string) []tui.Action {
	f := e.pathFinder()
	if f == nil {
		return nil
	}
	return []tui.Action{{Name: "where-it-leads", Keys: []string{whereKey}, Short: "paths", Footer: true,
		Long: "Show destinations reached through it, and their redundancy",
		Run:  func() tea.Cmd { return tui.Push(f.Through(name, ids...)) }}}
}

// DestinationsAction is the action that shows all destinations; nil where no module knows.
func (e *Env) DestinationsAction() []tui.Action {
	f := e.pathFinder()
	if f == nil {
		return nil
	}
	return []tui.Action{{Name: "destinations", Keys: []string{"I"}, Short: "destinations", Footer: true,
		Long: "Show all destinations, worst first", Run: func() tea.Cmd { return tui.Push(f.All()) }}}
}

func (e *Env) pathFinder() PathFinder {
	for _, m := range e.modules {
		if f, ok := m.(PathFinder); ok {
			return f
		}
	}
	return nil
}
