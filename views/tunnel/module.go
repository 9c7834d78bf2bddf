package tunnel

import (
	"net/netip"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/netrules"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Module is the GRE and IPsec tunnels of the account: together, and each kind alone.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env: env} }

// Destinations implements kit.Module.
func (m *Module) Destinations() []tui.Destination {
	list := func(title string, kinds ...api.TunnelKind) func() tui.View {
		return func() tui.View { return resource.NewList(m.describe(title), m.source(kinds...)) }
	}
	return []tui.Destination{
		{Names: []string{"tunnels", "home"}, Help: "GRE and IPsec tunnels together", Open: list("Tunnels")},
		{Names: []string{"gre", "gre-tunnels"}, Help: "GRE tunnels", Open: list("GRE tunnels", api.GRE)},
		{Names: []string{"ipsec", "ipsec-tunnels"}, Help: "IPsec tunnels", Open: list("IPsec tunnels", api.IPsec)},
	}
}

// source is the feed, and what the detail page's relations need.
func (m *Module) source(kinds ...api.TunnelKind) resource.Source[watch.Tunnel] {
	s := m.env.Feed.Tunnels(kinds...)
	s.Related = m.env.WantRelated
	return s
}

// Services implements kit.Module: the feed is the program's own.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) describe(title string) resource.Description[watch.Tunnel] {
	d := Describe(title, m.env.Glyphs)
	own := d.Sections
	d.Sections = func(t watch.Tunnel, now time.Time) []resource.Section {
		return append(own(t, now), m.env.Related(subject(t))...)
	}
	return d
}

func subject(t watch.Tunnel) kit.Subject {
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	return kit.Subject{Kind: string(t.Kind), ID: t.ID, Name: t.Name, Interface: subnet.Masked()}
}

// Subnets implements kit.Subnetter.
func (m *Module) Subnets() []kit.Subnet {
	var out []kit.Subnet
	for _, t := range m.env.Feed.Last().Tunnels {
		for _, address := range []string{t.InterfaceAddress, t.InterfaceAddress6} {
			if p, err := netip.ParsePrefix(address); err == nil {
				out = append(out, kit.Subnet{ID: t.ID, Subnet: netrules.Subnet{CIDR: p, Owner: t.Name}})
			}
		}
	}
	return out
}

// Want implements kit.Relater: the feed fetches by itself.
func (m *Module) Want() tea.Cmd { return nil }

// Related implements kit.Relater: the tunnel that a route's next hop lies in.
func (m *Module) Related(s kit.Subject) []resource.Section {
	if s.Kind != "route" || !s.Hop.IsValid() {
		return nil
	}
	for _, t := range m.env.Feed.Last().Tunnels {
		p, err := netip.ParsePrefix(t.InterfaceAddress)
		if err != nil || !p.Contains(s.Hop) {
			continue
		}
		return []resource.Section{{Title: "Tunnel", Fields: []resource.Field{
			{Label: t.Name, Value: stateText(t, m.env.Glyphs), Role: stateRole(t), Note: KindName(t.Kind), Open: m.openOne(t)},
		}}}
	}
	return nil
}

func (m *Module) openOne(t watch.Tunnel) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describe("Tunnels"), m.source(), t) }
}
