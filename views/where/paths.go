package where

import (
	"net/netip"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Paths implements kit.PathFinder: the paths to a network, a section for each answer that regions have.
func (m *Module) Paths(p netip.Prefix) []resource.Section {
	s := m.env.Feed.Last()
	if !s.Routes.Known() {
		return nil
	}
	return m.pathsTo(m.env.Feed.Diagnosis().Table().Destination(p))
}

// pathsTo is what is left of the paths to a destination, and the paths themselves, the preferred first.
func (m *Module) pathsTo(d diagnose.Destination) []resource.Section {
	out := []resource.Section{{Title: "Remaining paths to " + Name(d.Prefix), Fields: []resource.Field{
		{Value: sign(d, m.env.Glyphs) + d.Left(), Role: Role(d), Prose: true}}}}
	for _, r := range d.Reach {
		if !r.Routed() {
			continue
		}
		s := resource.Section{Title: "Paths" + from(r)}
		for _, u := range r.Uses {
			f := resource.Field{Label: u.Name(), Value: StateText(u.Path, m.env.Glyphs), Role: StateRole(u.State),
				Note: useText(u, len(r.Uses))}
			s.Fields = append(s.Fields, m.env.LinkTo(f, store.Routes, u.Route.ID))
			if u.Why != "" {
				s.Fields = append(s.Fields, resource.Field{Value: u.Why, Role: tui.Muted, Prose: true})
			}
		}
		out = append(out, s)
	}
	return out
}

// preview is a destination beside the list.
func (m *Module) preview(d *diagnose.Destination, _ time.Time) []resource.Section {
	out := m.pathsTo(*d)
	if d.OwnPrefix != nil {
		out = append(out, resource.Section{Title: "Prefix", Fields: []resource.Field{
			{Label: d.OwnPrefix.CIDR.String(), Value: d.OwnPrefix.Answers(), Prose: true}}})
	}
	return out
}

var _ kit.PathFinder = (*Module)(nil)
