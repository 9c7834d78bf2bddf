package interconnect

import (
	"cmp"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/events"
	"flarewire/views/where"
)

// around is what is known around a port and what runs over it: what leads over it, and what happened to it.
func (m *Module) around(p *port, links []api.MagicInterconnect, now time.Time) []resource.Section {
	var of []diagnose.Subject
	var ids []string
	if p != nil {
		of = append(of, diagnose.Subject{Kind: kind.Ports, ID: p.Name, Name: p.Name})
	}
	for _, l := range links {
		of = append(of, diagnose.Subject{Kind: store.Links, ID: l.ID, Name: l.Name})
		ids = append(ids, l.ID)
	}
	var out []resource.Section
	if len(ids) > 0 {
		over := where.Over(m.env, "Destinations through it", diagnose.Destination{}, ids...)
		if len(over.Fields) == 0 {
			over.Fields = []resource.Field{{Value: "no static route uses it", Role: tui.Muted, Prose: true}}
		}
		out = append(out, over)
	}
	if len(of) > 0 {
		out = append(out, events.Around(m.env, now, of...))
	}
	return out
}

func (m *Module) aroundPort(p port, now time.Time) []resource.Section {
	return m.around(&p, m.linksOn(p), now)
}

func (m *Module) aroundLink(l api.MagicInterconnect, now time.Time) []resource.Section {
	links := []api.MagicInterconnect{l}
	if p, ok := m.portOf(l); ok {
		return m.around(&p, links, now)
	}
	return m.around(nil, links, now)
}

func (m *Module) aroundCNI(c api.CNI, now time.Time) []resource.Section {
	if l, ok := m.linkOf(c); ok {
		return m.aroundLink(l, now)
	}
	if p, ok := m.portNamed(c.Interconnect); ok {
		return m.around(&p, nil, now)
	}
	return nil
}

// aroundPart is what is known around a row of the page of interconnects.
func (m *Module) aroundPart(p part, now time.Time) []resource.Section {
	switch {
	case p.port != nil:
		return m.aroundPort(*p.port, now)
	case p.cni != nil:
		out := m.aroundCNI(*p.cni, now)
		if l, ok := m.linkOf(*p.cni); ok { // its page leads to the tunnel interface; the row has it said here
			out = append([]resource.Section{m.linkReading(l)}, out...)
		}
		return out
	case p.link != nil:
		return m.aroundLink(*p.link, now)
	}
	return nil
}

// aroundSlot is what runs over the port in a slot, and the other slots, those of its site first.
func (m *Module) aroundSlot(s api.Slot, now time.Time) []resource.Section {
	var out []resource.Section
	if p, ok := m.portIn(s.ID); ok {
		out = append(append(out, m.overSection(p)), m.aroundPort(p, now)...)
	}
	near := func(other api.Slot) int {
		if other.Site == s.Site {
			return 0
		}
		return 1
	}
	others := resource.Section{Title: "Other slots"}
	for _, other := range sorting.Sorted(m.slots().Rows, func(a, b api.Slot) int { return cmp.Or(near(a)-near(b), freeFirst(a, b)) }) {
		if other.ID == s.ID {
			continue
		}
		f := resource.Field{Label: tui.Clean(other.Site + " " + other.Speed), Value: "free", Role: tui.Good,
			Note: facilityName(other), Open: m.openSlot(other)}
		if other.Occupied {
			f.Value, f.Role = "occupied", tui.Muted
		}
		if p, ok := m.portIn(other.ID); ok {
			f.Value += " by " + p.Name
		}
		others.Fields = append(others.Fields, f)
	}
	return append(out, others)
}

// aroundSettings are the sessions that the number is for.
func (m *Module) aroundSettings(api.CNISettings, time.Time) []resource.Section {
	cnis, tunnels := resource.Section{Title: "CNIs with BGP"}, resource.Section{Title: "Tunnels with BGP"}
	for _, c := range m.cnis().Rows {
		if c.BGP != nil {
			cnis.Fields = append(cnis.Fields, resource.Field{Label: tui.Clean(c.Magic.ConduitName), Value: "AS " + asn(c.BGP), Open: m.openCNI(c)})
		}
	}
	for _, t := range m.env.Feed.Last().Tunnels {
		if t.BGP != nil {
			tunnels.Fields = append(tunnels.Fields, m.env.LinkTo(resource.Field{Label: tui.Clean(t.Name), Value: "AS " + asn(t.BGP)},
				store.Tunnels(t.Kind), t.ID))
		}
	}
	return []resource.Section{cnis, tunnels}
}
