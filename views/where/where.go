// Package where is the pages of where addresses lead: all destinations of the account, the worst first, and any address or network
// with the paths to it.
package where

import (
	"cmp"
	"net/netip"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the pages.
type Module struct {
	env *kit.Env

	of   *diagnose.Table // whose destinations these are
	rows []*diagnose.Destination
}

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env: env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"where", "destinations"},
		Help: "routes and paths for an address or prefix; without one, all destinations, worst first",
		Open: m.All, With: m.with, Networks: true}}
}

// All implements kit.PathFinder.
func (m *Module) All() tui.View { return resource.NewList(m.describe("Destinations"), m.source(m.all)) }

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// with is the page of what was typed behind the name; a view of nil and why when it is no address.
func (m *Module) with(text string) (tui.View, string) {
	p, err := Parse(text)
	if err != nil {
		return nil, err.Error()
	}
	return m.page(p), ""
}

// Where implements kit.PathFinder.
func (m *Module) Where(p netip.Prefix) tui.View { return m.page(p) }

// Through implements kit.PathFinder: the destinations with a path over one of the objects.
func (m *Module) Through(name string, ids ...string) tui.View {
	rows := func() []*diagnose.Destination {
		t := m.env.Feed.Diagnosis().Table()
		return pointers(t.Through(ids...))
	}
	d := m.describe("Destinations over " + name)
	d.None = "No static route uses it. The API does not show routes learned by BGP."
	return resource.NewList(d, m.source(rows))
}

// all are the destinations of the account, made once for each state of the data.
func (m *Module) all() []*diagnose.Destination {
	if t := m.env.Feed.Diagnosis().Table(); t != m.of {
		m.of, m.rows = t, pointers(t.All())
	}
	return m.rows
}

func pointers(all []diagnose.Destination) []*diagnose.Destination {
	out := make([]*diagnose.Destination, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out
}

func (m *Module) source(rows func() []*diagnose.Destination) resource.Source[*diagnose.Destination] {
	s := live.Rows(m.env.Feed, func(*store.Snapshot) []*diagnose.Destination { return rows() }, needs()...)
	s.Needs = func(string) []string {
		return store.Needs(append(needs(), store.TargetsOf(store.BGPPrefixes, store.Bindings)...)...)
	}
	return s
}

// needs are the lists that the pages rest on, the routes first: their age is the page's.
func needs() []store.Target {
	return append(store.TargetsOf(store.Routes), store.TargetsOf(diagnose.TableKinds()...)...)
}

func (m *Module) describe(title string) resource.Description[*diagnose.Destination] {
	type D = *diagnose.Destination
	return resource.Description[D]{
		Plural: title, Counted: "destinations", SortBy: "left",
		None: "There are no static routes. The API does not show routes learned by BGP.",
		ID:   func(d D) string { return d.Prefix.String() },
		Name: func(d D) string { return Name(d.Prefix) },
		Columns: []table.Column[D]{
			{Key: "prefix", Title: "DESTINATION", Width: 18, Grow: 10, Text: func(d D, _ time.Time) string { return d.Prefix.String() },
				Role: func(D) tui.Role { return tui.Strong }, Compare: func(a, b D) int { return a.Prefix.Compare(b.Prefix) }},
			{Key: "left", Title: "REDUNDANCY", Width: 34, Grow: 50,
				Text: field.Cell(func(d D) string { return sign(*d, m.env.Glyphs) + brief(*d) }),
				Role: func(d D) tui.Role { return Role(*d) }, Compare: func(a, b D) int { return diagnose.WorstFirst(*a, *b) }},
			{Key: "advertised", Title: "ADVERTISED", Width: 10, Priority: 1, Text: field.Cell(func(d D) string { return advertised(*d) })},
			{Key: "ways", Title: "PATHS", Width: 24, Grow: 40, Priority: 2, Text: field.Cell(func(d D) string { return names(*d) }),
				Role: func(D) tui.Role { return tui.Muted }, Words: func(d D) string { return m.env.PeerAS(pathNames(*d)...) }},
		},
		Open: func(d D) tui.View { return m.page(d.Prefix) }, Preview: m.preview,
		Around: func(d D, now time.Time) []resource.Section { all := m.around(*d, now); return all[:len(all)-1] }, // the others stand in the list
		Actions: func(D) []tui.Action {
			return []tui.Action{{Name: "ask", Keys: []string{"i"}, Short: "paths", Footer: true,
				Long: "Look up the routes and paths of an address or prefix", Run: m.ask}}
		},
	}
}

// sign is the sign of what is left of the paths.
func sign(d diagnose.Destination, g tui.Glyphs) string {
	return g.ForRole(Role(d)) + " "
}

// brief is the redundancy for one line: the reason stands on the destination's own page, and beside the list.
func brief(d diagnose.Destination) string {
	text, _, _ := strings.Cut(d.Left(), ": ")
	text, _, _ = strings.Cut(text, "; ")
	return text
}

// advertised says whether Cloudflare advertises it: "-" for what is in no prefix of the account.
func advertised(d diagnose.Destination) string {
	if d.OwnPrefix == nil {
		return "-"
	}
	return string(d.OwnPrefix.Advertised)
}

func names(d diagnose.Destination) string { return cmp.Or(strings.Join(pathNames(d), " "), "-") }

// pathNames are what its paths lead through, each once.
func pathNames(d diagnose.Destination) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range d.Paths() {
		if name := w.Name(); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// ask opens the form for an address.
func (m *Module) ask() tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "Where an address leads", Verb: "look",
		Sections: []form.Section{{Title: "Where to", Fields: []form.Field{
			{Key: "address", Label: "Address or network", Help: "Such as 10.64.3.7, 10.64.3.0/24 or 2001:db8::1",
				Check: func(v string, _ form.Values) form.Finding {
					if _, err := Parse(v); err != nil {
						return form.Finding{Level: form.Incomplete, Text: "Enter an address or a network such as 10.64.3.0/24"}
					}
					return form.Finding{}
				}}}}}, Submit: func(v form.Values) tea.Cmd {
			p, err := Parse(v["address"])
			if err != nil {
				return tui.Toast(tui.Bad, err.Error())
			}
			return tui.PopPush(1, m.page(p))
		}}))
}
