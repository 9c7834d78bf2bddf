package tunnel

import (
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer: a tunnel is found by its name, its id, its addresses and its AS number.
func (m *Module) Objects() []tui.Object {
	tunnels := m.env.Feed.Last().Tunnels
	out := make([]tui.Object, len(tunnels))
	for i := range tunnels {
		out[i] = m.object(tunnels[i])
	}
	return out
}

func (m *Module) object(t store.Tunnel) tui.Object {
	o := tui.Object{ID: string(store.Tunnels(t.Kind)) + "/" + t.ID, Kind: string(store.Tunnels(t.Kind)),
		Label: store.Tunnels(t.Kind).About().One,
		Name:  named(t), More: []string{t.ID, t.CustomerEndpoint, t.CloudflareEndpoint, t.InterfaceAddress},
		Nets: kit.Networks(t.InterfaceAddress, t.InterfaceAddress6, t.CustomerEndpoint), Open: m.openOne(t)}
	if t.BGP != nil {
		o.More = append(o.More, "AS "+asn(t))
	}
	o.Fact = func() tui.Line {
		now, ok := m.byID(t.ID)
		if !ok {
			return tui.Text(tui.Muted, "gone")
		}
		text, role := Condition(m.env, now)
		line := tui.Line{{Text: text, Role: role}}
		if now.BGP != nil {
			line = append(line, tui.Span{Text: ", AS " + asn(now), Role: tui.Muted})
		}
		return line
	}
	return o
}

// troubled reports whether a tunnel is not as it should be, by its session or by the probes.
func troubled(t store.Tunnel) bool {
	switch {
	case t.State != store.Up && t.State != store.NoBGP, t.Track.Flapping:
		return true
	}
	return probedHealth(t) == store.HealthDown || probedHealth(t) == store.Degraded
}

// Linked implements kit.Indexer: the tunnel that a route leads through.
func (m *Module) Linked(s kit.Subject) []tui.Object {
	if s.Kind != kind.Routes || !s.Hop.IsValid() {
		return nil
	}
	var out []tui.Object
	for _, t := range m.env.Feed.Last().Tunnels {
		if inside(s.Hop, t.InterfaceAddress) || inside(s.Hop, t.InterfaceAddress6) {
			out = append(out, m.object(t))
		}
	}
	return out
}
