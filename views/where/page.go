package where

import (
	"net/netip"
	"strings"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/live"
)

// page is the page of an address or a network.
func (m *Module) page(p netip.Prefix) tui.View {
	var of *diagnose.Table
	var place diagnose.Lookup
	look := func() *diagnose.Lookup {
		if t := m.env.Feed.Diagnosis().Table(); t != of {
			of, place = t, t.Where(p)
		}
		return &place
	}
	source := live.Rows(m.env.Feed, func(*store.Snapshot) []*diagnose.Lookup { return []*diagnose.Lookup{look()} }, needs()...)
	source.Needs = func(string) []string {
		return store.Needs(append(needs(), diagnose.Below(m.env.Feed.Last(), p)...)...)
	}
	return resource.NewDetail(resource.Description[*diagnose.Lookup]{
		Plural: "Where", ID: func(w *diagnose.Lookup) string { return w.Prefix.String() },
		Name:     func(w *diagnose.Lookup) string { return "Destination " + Name(w.Prefix) },
		Sections: func(w *diagnose.Lookup, _ time.Time) []resource.Section { return m.sections(*w) },
		Around:   func(w *diagnose.Lookup, now time.Time) []resource.Section { return m.around(w.Destination, now) },
	}, source, look())
}

func (m *Module) sections(w diagnose.Lookup) []resource.Section {
	sections := []resource.Section{{Title: Name(w.Prefix), Fields: m.answer(w)}}
	for _, r := range w.Reach {
		if r.Routed() {
			sections = append(sections, m.pathsOf(r))
		}
	}
	if len(w.Inside) > 0 {
		inside := resource.Section{Title: "Routes inside it"}
		for _, d := range w.Inside {
			inside.Fields = append(inside.Fields, resource.Field{Label: d.Prefix.String(), Value: d.Left(), Role: Role(d),
				Open: func() tui.View { return m.page(d.Prefix) }})
		}
		sections = append(sections, inside)
	}
	if announced := w.SaysAnnounced(); len(announced) > 0 {
		section := resource.Section{Title: "Announced by BGP"}
		for _, s := range announced {
			section.Fields = append(section.Fields, resource.Field{Value: s, Prose: true})
		}
		sections = append(sections, section)
	}
	if notes := w.Notes(); len(notes) > 0 {
		section := resource.Section{Title: "Notes"}
		for _, f := range notes {
			section.Fields = append(section.Fields, resource.Field{Value: f.Text, Prose: true})
		}
		sections = append(sections, section)
	}
	unknown := resource.Section{Title: "Not covered"}
	for _, s := range w.NotKnown {
		unknown.Fields = append(unknown.Fields, resource.Field{Value: s, Prose: true, Role: tui.Muted})
	}
	return append(sections, unknown)
}

// answer is what is said first: what is left of the paths, whose address it is, and what becomes of it without a route.
func (m *Module) answer(w diagnose.Lookup) []resource.Field {
	fields := []resource.Field{{Label: "Paths", Value: headline(w), Role: Role(w.Destination)}}
	for _, is := range w.Is {
		fields = append(fields, resource.Field{Label: "It is", Value: is})
	}
	prefix := func(label string, a diagnose.AccountPrefix) resource.Field {
		f := resource.Field{Label: label, Value: a.CIDR.String(), Note: a.Answers()}
		if m.env.Open(store.Prefixes, a.ID) != nil {
			f.Open = func() tui.View { return m.env.Open(store.Prefixes, a.ID) }
		}
		return f
	}
	if w.OwnPrefix != nil {
		fields = append(fields, prefix("Prefix", *w.OwnPrefix))
		if w.OwnPrefix.Bound == diagnose.Yes && !w.OwnPrefix.Transits {
			fields = append(fields, resource.Field{Value: "Traffic from the Internet goes to " + w.OwnPrefix.Service + ", not by these routes.",
				Prose: true, Role: tui.Pending})
		}
	}
	for _, a := range w.Holds {
		fields = append(fields, prefix("Holds prefix", a))
	}
	if w.NoAccount != "" {
		fields = append(fields, resource.Field{Label: "Prefix", Value: w.NoAccount, Prose: true, Role: tui.Muted})
	}
	if w.Fate != "" {
		fields = append(fields, resource.Field{Label: "Without a route", Value: w.Fate, Prose: true},
			resource.Field{Label: "Source", Value: w.Source, Prose: true, Role: tui.Muted})
	}
	if len(w.Wider) > 0 {
		fields = append(fields, resource.Field{Label: "Wider routes", Value: join(w.Wider) + " hold it too and lose against the longer prefix.",
			Prose: true, Role: tui.Muted})
	}
	return fields
}

// pathsOf are the paths of a Reach, each leading to its tunnel or interconnect.
func (m *Module) pathsOf(r diagnose.Reach) resource.Section {
	s := resource.Section{Title: "Route " + r.Prefix.String() + from(r)}
	for _, u := range r.Uses {
		note := useText(u, len(r.Uses)) + ", via " + u.Route.Nexthop
		if ShareText(u) == "-" {
			note = strings.Replace(note, "share -", "standby", 1)
		}
		if u.Never {
			note = strings.Replace(note, "standby", "never takes over", 1)
		}
		if u.Why != "" {
			note += "; " + u.Why
		}
		f := resource.Field{Label: u.Name(), Value: StateText(u.Path, m.env.Glyphs), Role: StateRole(u.State), Note: note}
		if over := u.Over; over.ID != "" {
			f.Open = func() tui.View {
				if view := m.env.Open(over.Kind, over.ID); view != nil {
					return view
				}
				return m.env.Open(store.Routes, u.Route.ID)
			}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
