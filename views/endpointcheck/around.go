package endpointcheck

import (
	"cmp"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// around is where the endpoint leads, which tunnels end there, and the account's other checks.
func (m *Module) around(c api.EndpointCheck, _ time.Time) []resource.Section {
	var out []resource.Section
	for _, p := range kit.Networks(c.Endpoint) {
		out = append(out, m.env.Paths(p.String())...)
	}
	last := m.env.Feed.Last()
	ends := resource.Section{Title: "Tunnels that end there"}
	for _, t := range last.Tunnels {
		if t.CustomerEndpoint == c.Endpoint {
			ends.Fields = append(ends.Fields, m.env.LinkTo(resource.Field{Label: tui.Clean(t.Name), Value: t.State.Word()},
				store.Tunnels(t.Kind), t.ID))
		}
	}
	others := resource.Section{Title: "Other endpoint checks"}
	for _, other := range last.EndpointChecks.Rows {
		if other.ID != c.ID {
			others.Fields = append(others.Fields, resource.Field{Label: other.Endpoint, Value: tui.Clean(cmp.Or(other.Name, "-")),
				Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), other) }})
		}
	}
	return append(out, ends, others)
}
