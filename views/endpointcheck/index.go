package endpointcheck

import (
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, c := range m.env.Feed.Last().EndpointChecks.Rows {
		out = append(out, tui.Object{ID: "checks/" + c.ID, Kind: string(kind.EndpointChecks), Label: "endpoint check", Name: name(c),
			More: []string{c.ID, c.Endpoint}, Nets: kit.Networks(c.Endpoint),
			Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), c) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, tui.Clean(c.Endpoint)) }})
	}
	return out
}

// Linked implements kit.Indexer: no tunnel, route or prefix is tied to a check.
func (m *Module) Linked(kit.Subject) []tui.Object { return nil }
