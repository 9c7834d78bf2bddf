package where

import (
	"net/netip"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/bgp"
	"flarewire/views/events"
	"flarewire/views/kit"
)

// around is what is known around a destination: its past beside that of the paths to it, what else leads over them, and what happened.
func (m *Module) around(d diagnose.Destination, now time.Time) []resource.Section {
	last := m.env.Feed.Last()
	var over, of []diagnose.Subject
	var tunnels []store.Tunnel
	for _, w := range d.Paths() {
		if w.Over.ID == "" || contains(over, w.Over.ID) {
			continue
		}
		over = append(over, w.Over)
		for _, t := range last.Tunnels {
			if t.ID == w.Over.ID {
				tunnels = append(tunnels, t)
			}
		}
	}
	var prefix *store.Prefix
	if d.OwnPrefix != nil {
		of = append(of, diagnose.Subject{Kind: store.Prefixes, ID: d.OwnPrefix.ID, Name: d.OwnPrefix.CIDR.String()})
		for i := range last.Prefixes.Rows {
			if last.Prefixes.Rows[i].ID == d.OwnPrefix.ID {
				prefix = &last.Prefixes.Rows[i]
			}
		}
	}
	out := []resource.Section{bgp.Axis(m.env, now, prefix, tunnels...)}
	if of = append(of, over...); len(of) > 0 {
		out = append(out, events.Around(m.env, now, of...))
	}
	for _, s := range over {
		out = append(out, Over(m.env, "Also over "+tui.Clean(s.Name), d, s.ID))
	}
	return append(out, m.lines("Other destinations, worst first", m.env.Feed.Diagnosis().Table().All(), d))
}

// Around implements kit.PathFinder.
func (m *Module) Around(p netip.Prefix, now time.Time) []resource.Section {
	all := m.around(m.env.Feed.Diagnosis().Table().Destination(p), now)
	return all[:len(all)-1] // the other destinations are no part of it
}

// Behind implements kit.PathFinder.
func (m *Module) Behind(of diagnose.Subject, now time.Time) []resource.Section {
	return []resource.Section{Over(m.env, "Destinations through it", diagnose.Destination{}, of.ID), events.Around(m.env, now, of)}
}

func contains(all []diagnose.Subject, id string) bool {
	for _, s := range all {
		if s.ID == id {
			return true
		}
	}
	return false
}

// Over are the destinations of which a path leads over one of the objects, but for one of them, the worst first; a section without fields
// when there is none.
func Over(env *kit.Env, title string, but diagnose.Destination, ids ...string) resource.Section {
	return (&Module{env: env}).lines(title, env.Feed.Diagnosis().Table().Through(ids...), but)
}

// lines are destinations in a line each, but for one of them: the network itself, and of an address those whose routes it takes.
func (m *Module) lines(title string, all []diagnose.Destination, but diagnose.Destination) resource.Section {
	s := resource.Section{Title: title}
	out := map[string]bool{but.Prefix.String(): true}
	for _, p := range but.Paths() {
		out[p.Route.Prefix] = true
	}
	for _, d := range all {
		if !out[d.Prefix.String()] {
			s.Fields = append(s.Fields, resource.Field{Label: d.Prefix.String(), Value: sign(d, m.env.Glyphs) + brief(d), Role: Role(d),
				Open: func() tui.View { return m.page(d.Prefix) }})
		}
	}
	return s
}
