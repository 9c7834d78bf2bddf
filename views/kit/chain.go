package kit

import (
	"net/netip"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/kind"
	"flarewire/tui"
)

// Indexer is a module whose objects can be gone to by name.
type Indexer interface {
	// Objects are those that are known.
	Objects() []tui.Object
	// Linked are those that a tunnel, a route or a prefix is directly tied to: the way from one to the next.
	Linked(s Subject) []tui.Object
}

// Objects are the known objects of all modules.
func (e *Env) Objects() []tui.Object {
	var out []tui.Object
	for _, i := range with[Indexer](e) {
		out = append(out, i.Objects()...)
	}
	for _, n := range with[Namer](e) {
		out = append(out, n.Named()...)
	}
	return out
}

// indexed are the kinds whose objects can be gone to by name: those that people have a name for, in a list of their own.
var indexed = kind.Filter(func(a kind.About) bool { return len(a.Label) > 0 && a.Parent == "" })

// Unread are the lists that were not read yet and whose objects are therefore not among Objects, by their titles.
func (e *Env) Unread() []string {
	var out []string
	for _, k := range indexed {
		if !e.Feed.Last().Entry(k).Known() {
			out = append(out, k.About().Title)
		}
	}
	return out
}

// The keys that go along tunnel, route and prefix.
const (
	towardsPrefix = ">"
	towardsTunnel = "<"
)

// ChainActions lead along tunnel, route and prefix: from what carries a route to the route, and from there to the prefix that it is of, and
// back; and out to its page in the dashboard.
func (e *Env) ChainActions(s Subject) []tui.Action {
	return append(e.chain(s), e.DashboardAction(s.Kind)...)
}

func (e *Env) chain(s Subject) []tui.Action {
	step := func(key, name, short, long, none string, of ...kind.Kind) tui.Action {
		return tui.Action{Name: name, Keys: []string{key}, Short: short, Footer: true, Long: long, Run: func() tea.Cmd {
			found := e.linked(s, of)
			if len(found) == 0 {
				return tui.Toast(tui.Pending, none)
			}
			return tui.Pick(short+" of "+tui.Clean(s.Name), found)
		}}
	}
	routes := func(key, none string) tui.Action {
		return step(key, "its-routes", "routes", "Go to its static routes", none, kind.Routes)
	}
	switch s.Kind {
	case kind.Routes:
		return []tui.Action{
			step(towardsTunnel, "its-tunnel", "tunnel", "Go to the tunnel or CNI that carries it",
				"Its next hop is not on any known tunnel or CNI", kind.GRETunnels, kind.IPsecTunnels, kind.Links, kind.CNIs),
			step(towardsPrefix, "its-prefix", "prefix", "Go to the account's prefix that contains it",
				"Its network is not in any known prefix", kind.Prefixes)}
	case kind.Prefixes:
		return []tui.Action{routes(towardsTunnel, "No known static route covers its addresses")}
	}
	return []tui.Action{routes(towardsPrefix, "No known static route points to it")}
}

func (e *Env) linked(s Subject, of []kind.Kind) []tui.Object {
	var out []tui.Object
	for _, k := range of {
		for _, i := range with[Indexer](e) {
			for _, o := range i.Linked(s) {
				if o.Kind == string(k) {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// Networks are the networks that texts of the API name; what is none is left out.
func Networks(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p.Masked())
		} else if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return out
}
