package filterprofile

import (
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, p := range m.env.Feed.Last().FilterProfiles.Rows {
		out = append(out, tui.Object{ID: "filters/" + p.ID, Kind: string(kind.FilterProfiles), Label: "BGP filter", Name: name(p),
			More: []string{p.ID}, Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), p) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, tui.Clean(p.MatchAction)) }})
	}
	return out
}

// Linked implements kit.Indexer: the way along tunnel, route and prefix does not lead over a filter.
func (m *Module) Linked(kit.Subject) []tui.Object { return nil }

// OpenObject implements kit.Opener.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	if of != kind.FilterProfiles {
		return nil
	}
	for _, p := range m.env.Feed.Last().FilterProfiles.Rows {
		if p.ID == id {
			return resource.NewDetail(m.describe(), m.source(), p)
		}
	}
	return nil
}
