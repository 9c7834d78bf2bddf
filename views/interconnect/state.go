package interconnect

import (
	"cmp"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// port is an interconnect with its state.
type port struct{ store.Port }

func portRole(s store.PortState) tui.Role {
	switch s {
	case store.PortDown, store.PortUnhealthy:
		return tui.Bad
	case store.PortHealthy:
		return tui.Good
	}
	return tui.Pending
}

func portGlyph(s store.PortState, g tui.Glyphs) string {
	switch s {
	case store.PortDown, store.PortUnhealthy:
		return g.Down
	case store.PortHealthy:
		return g.Up
	case store.PortPending:
		return g.Pending
	}
	return g.Unknown
}

// StateText is a port's state as a glyph and the API's word for it, with its meaning.
func StateText(s store.PortState, g tui.Glyphs) (string, tui.Role) {
	return portGlyph(s, g) + " " + tui.Clean(s.Word()), portRole(s)
}

func byRank(a, b port) int { return cmp.Compare(a.State.Rank(), b.State.Rank()) }

// explain says in words what a port's state tells and what to check, cable or partner.
func (p port) explain() []resource.Field {
	var out []resource.Field
	for _, f := range diagnose.Port(p.Port) {
		if p.Reason != "" {
			f.Text = "" // state, reason and evidence stand above it already
		}
		for _, text := range []string{f.Text, f.Next} {
			if text != "" {
				out = append(out, resource.Field{Value: text, Prose: true})
			}
		}
	}
	return out
}
