package interconnect

import (
	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer: ports, CNIs and tunnel interfaces by their names, addresses and AS numbers.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, p := range m.ports().Rows {
		out = append(out, m.portObject(port{p}))
	}
	for _, c := range m.cnis().Rows {
		out = append(out, m.cniObject(c))
	}
	for _, l := range m.links().Rows {
		out = append(out, m.linkObject(l))
	}
	return out
}

func (m *Module) portObject(p port) tui.Object {
	return tui.Object{ID: "ports/" + p.Name, Kind: string(kind.Ports), Label: kind.Ports.About().InColumn(), Name: p.Name,
		More: []string{p.Site, p.Region}, Open: m.openPort(p), Fact: func() tui.Line {
			if now, ok := m.portNamed(p.Name); ok {
				text, role := StateText(now.State, m.env.Glyphs)
				return tui.Line{{Text: text, Role: role}, {Text: ", " + place(now), Role: tui.Muted}}
			}
			return tui.Text(tui.Muted, "gone")
		}}
}

func (m *Module) cniObject(c api.CNI) tui.Object {
	return tui.Object{ID: "cnis/" + c.ID, Kind: string(kind.CNIs), Label: kind.CNIs.About().One, Name: c.Magic.ConduitName,
		More: append([]string{c.ID, string(c.CustIP)}, asOf(c.BGP)...), Nets: kit.Networks(string(c.P2PIP), string(c.CustIP)), Open: m.openCNI(c),
		Fact: func() tui.Line { return tui.Text(tui.Muted, "over "+field.Or(c.Interconnect, "-")) }}
}

func (m *Module) linkObject(l api.MagicInterconnect) tui.Object {
	return tui.Object{ID: "links/" + l.ID, Kind: string(kind.Links), Label: "tunnel interface", Name: l.Name,
		More: append([]string{l.ID, l.InterfaceAddress}, asOf(l.BGP)...), Nets: kit.Networks(l.InterfaceAddress, l.InterfaceAddress6),
		Open: m.openLink(l), Fact: func() tui.Line { return tui.Text(tui.Muted, "at "+field.Or(l.ColoName, "-")) }}
}

func asOf(b *api.BGP) []string {
	if b == nil {
		return nil
	}
	return []string{"AS " + b.ASNText()}
}

// Linked implements kit.Indexer: the tunnel interface that a route leads through, else its CNI.
func (m *Module) Linked(s kit.Subject) []tui.Object {
	if s.Kind != kind.Routes || !s.Hop.IsValid() {
		return nil
	}
	for _, l := range m.links().Rows {
		if linkSubject(l).Interface.Contains(s.Hop) {
			return []tui.Object{m.linkObject(l)}
		}
	}
	for _, c := range m.cnis().Rows {
		if cniSubject(c).Interface.Contains(s.Hop) {
			return []tui.Object{m.cniObject(c)}
		}
	}
	return nil
}
