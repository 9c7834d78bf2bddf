package route

import (
	"fmt"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer: a route is found by its network, what lies in it, its next hop and its id.
func (m *Module) Objects() []tui.Object {
	rows := m.routes().Rows
	out := make([]tui.Object, len(rows))
	for i, r := range rows {
		out[i] = m.object(r)
	}
	return out
}

func (m *Module) object(r api.Route) tui.Object {
	return tui.Object{ID: "routes/" + r.ID, Kind: string(kind.Routes), Label: kind.Routes.About().One, Name: r.Prefix, Points: true,
		More: []string{r.ID, r.Nexthop, r.Description}, Nets: kit.Networks(r.Prefix), Open: m.openOne(r),
		Fact: func() tui.Line {
			line := tui.Line{{Text: fmt.Sprintf("through %s, priority %d", tui.Clean(via(m.env, r)), r.Priority), Role: tui.Muted}}
			if c, ok := m.conduit(r); ok && c.State != "" {
				line = append(line, tui.Span{Text: "  " + c.State, Role: c.Role})
			}
			return line
		}}
}

// Linked implements kit.Indexer: the routes through a tunnel or an interconnect, and those for the addresses of a prefix.
func (m *Module) Linked(s kit.Subject) []tui.Object {
	if s.Kind == kind.Routes || !s.Interface.IsValid() && !s.CIDR.IsValid() {
		return nil
	}
	var out []tui.Object
	for _, r := range m.routes().Rows {
		if belongs(r, s) {
			out = append(out, m.object(r))
		}
	}
	return out
}
