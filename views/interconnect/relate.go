package interconnect

import (
	"cmp"
	"fmt"
	"net/netip"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/tunnel"
)

// How the objects know each other: a CNI names its port; port and link share the reservation of a
// virtual port, but only links of version 2 have it; a CNI's conduit_name is its link's name; a port
// names its slot.

// cnisOn are the CNIs on a port.
func (m *Module) cnisOn(portName string) []api.CNI {
	var out []api.CNI
	for _, c := range m.cnis().Rows {
		if c.Interconnect == portName {
			out = append(out, c)
		}
	}
	return out
}

// linksOn are the links over a port: by reservation, or through a CNI.
func (m *Module) linksOn(p port) []api.MagicInterconnect {
	conduits := map[string]bool{}
	for _, c := range m.cnisOn(p.Name) {
		conduits[c.Magic.ConduitName] = true
	}
	var out []api.MagicInterconnect
	for _, l := range m.links().Rows {
		if conduits[l.Name] || l.VirtualPortReservationID != "" && l.VirtualPortReservationID == p.VirtualPortReservationID {
			out = append(out, l)
		}
	}
	return out
}

// cniOf is the CNI that a link is the tunnel interface of.
func (m *Module) cniOf(l api.MagicInterconnect) (api.CNI, bool) {
	for _, c := range m.cnis().Rows {
		if c.Magic.ConduitName == l.Name {
			return c, true
		}
	}
	return api.CNI{}, false
}

// linkOf is the tunnel interface of a CNI.
func (m *Module) linkOf(c api.CNI) (api.MagicInterconnect, bool) {
	for _, l := range m.links().Rows {
		if l.Name == c.Magic.ConduitName {
			return l, true
		}
	}
	return api.MagicInterconnect{}, false
}

func (m *Module) portNamed(name string) (port, bool) {
	for _, p := range m.ports().Rows {
		if p.Name == name {
			return port{p}, true
		}
	}
	return port{}, false
}

// portOf is the port that a link runs over.
func (m *Module) portOf(l api.MagicInterconnect) (port, bool) {
	for _, p := range m.ports().Rows {
		if l.VirtualPortReservationID != "" && l.VirtualPortReservationID == p.VirtualPortReservationID {
			return port{p}, true
		}
	}
	if c, ok := m.cniOf(l); ok {
		return m.portNamed(c.Interconnect)
	}
	return port{}, false
}

// portIn is the account's own port in a slot.
func (m *Module) portIn(slotID string) (port, bool) {
	for _, p := range m.ports().Rows {
		if slotID != "" && p.SlotID == slotID {
			return port{p}, true
		}
	}
	return port{}, false
}

func (m *Module) slotWith(id string) (api.Slot, bool) {
	for _, s := range m.slots().Rows {
		if s.ID == id {
			return s, true
		}
	}
	return api.Slot{}, false
}

// The pages that relations lead to.

func (m *Module) openPort(p port) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describePorts(), m.portSource(), p) }
}

func (m *Module) openCNI(c api.CNI) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeCNIs(), m.cniSource(), c) }
}

func (m *Module) openLink(l api.MagicInterconnect) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeLinks(), m.linkSource(), l) }
}

func (m *Module) openSlot(s api.Slot) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeSlots(), m.slotSource(), s) }
}

// The lines that name a related object and lead to it.

func (m *Module) portField(p port) resource.Field {
	return resource.Field{Label: "Port", Value: p.Name, Note: p.State.Word() + ", " + place(p), Open: m.openPort(p)}
}

func (m *Module) cniField(c api.CNI) resource.Field {
	return resource.Field{Label: "CNI", Value: c.Magic.ConduitName, Note: "your side " + field.Or(string(c.CustIP), "-"), Open: m.openCNI(c)}
}

func (m *Module) linkField(l api.MagicInterconnect) resource.Field {
	return resource.Field{Label: "Tunnel interface", Value: l.Name, Note: "dataplane v" + field.Or(l.Version,
		"-") + " at " + field.Or(l.ColoName,
		"-"),
		Open: m.openLink(l)}
}

// missing says why a relation is not shown: nothing fetched is not the same as nothing there.
func missing(label string, known bool, none string) resource.Field {
	if !known {
		return resource.Field{Label: label, Value: "not read yet", Role: tui.Muted}
	}
	return resource.Field{Label: label, Value: none, Role: tui.Muted}
}

// The subjects under which other modules know these objects.

func linkSubject(l api.MagicInterconnect) kit.Subject {
	p, _ := netip.ParsePrefix(l.InterfaceAddress)
	return kit.Subject{Kind: kind.Links, ID: l.ID, Name: l.Name, Interface: p.Masked()}
}

func cniSubject(c api.CNI) kit.Subject {
	p, _ := netip.ParsePrefix(string(c.P2PIP))
	return kit.Subject{Kind: kind.CNIs, ID: c.ID, Name: c.Magic.ConduitName, Interface: p.Masked()}
}

// OpenObject implements kit.Opener, for what the overview shows.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	snapshot := m.env.Feed.Last()
	switch of {
	case kind.Ports:
		for _, p := range snapshot.Ports.Rows {
			if p.Name == id {
				return m.openPort(port{p})()
			}
		}
	case store.Links:
		for _, l := range snapshot.Links.Rows {
			if l.ID == id {
				return m.openLink(l)()
			}
		}
	}
	return nil
}

// Related implements kit.Relater: the link, else the CNI, that a route's next hop lies in.
func (m *Module) Related(s kit.Subject) []resource.Section {
	if s.Kind != kind.Routes || !s.Hop.IsValid() {
		return nil
	}
	for _, l := range m.links().Rows {
		if linkSubject(l).Interface.Contains(s.Hop) {
			return []resource.Section{{Title: "CNI", Fields: []resource.Field{m.linkField(l)}}}
		}
	}
	for _, c := range m.cnis().Rows {
		if cniSubject(c).Interface.Contains(s.Hop) {
			return []resource.Section{{Title: "CNI", Fields: []resource.Field{m.cniField(c)}}}
		}
	}
	return nil
}

// NextHop implements kit.NextHopOwner.
func (m *Module) NextHop(hop netip.Addr) (kit.NextHop, bool) {
	for _, l := range m.links().Rows {
		if !linkSubject(l).Interface.Contains(hop) {
			continue
		}
		c := kit.NextHop{Name: l.Name}
		if health := m.env.ProbedHealth(l.Name); health != store.HealthUnknown && !field.Unprobed(l.HealthCheck) {
			c.Role = tunnel.HealthRole(health)
			c.State = m.env.Glyphs.ForRole(c.Role) + " " + string(health)
			if health == store.HealthDown {
				c.DownClause = "which health checks report down"
			}
		}
		return c, true
	}
	return kit.NextHop{}, false
}

// Dependents implements kit.Dependent: what goes with a port, and with a CNI.
func (m *Module) Dependents(now *store.Snapshot, s kit.Subject) []string {
	switch s.Kind {
	case kind.Ports:
		var out []string
		for _, c := range now.CNIs.Rows {
			if c.Interconnect == s.Name {
				out = append(out, fmt.Sprintf("The CNI %s (your side %s) runs over it and carries no traffic any more.", c.Magic.ConduitName, c.CustIP))
				out = append(out, m.env.FreshDependents(now, cniSubject(c))...)
			}
		}
		if why := now.CNIs.Why(); why != "" {
			out = append(out, "More CNIs may run over it: "+why+".")
		}
		return out
	case kind.CNIs:
		for _, l := range now.Links.Rows {
			if l.Name == s.Name {
				return []string{fmt.Sprintf("Its tunnel interface %s (%s) goes with it.", l.Name, l.InterfaceAddress)}
			}
		}
	}
	return nil
}

// SubnetKinds implements kit.Subnetter.
func (m *Module) SubnetKinds() []store.Kind { return m.RelatedNeeds() }

// endOfCNI says how the tunnel interface stands that goes with a CNI, by the probes: the API tells no session over it.
func (m *Module) endOfCNI(c api.CNI) change.Guards {
	if l, ok := m.linkOf(c); ok && !field.Unprobed(l.HealthCheck) {
		return kit.DeleteImpact{Health: m.env.ProbedHealth(l.Name)}.Guards()
	}
	return change.Guards{}
}

// endOfLinks says how those tunnel interfaces stand that run over a port.
func (m *Module) endOfLinks(i api.Interconnect) change.Guards {
	var all change.Guards
	for _, c := range m.cnisOn(i.Name) {
		g := m.endOfCNI(c)
		all.Live = cmp.Or(all.Live, g.Live)
		for _, text := range append(g.Warnings, g.Consequences...) {
			all.Warnings = append(all.Warnings, c.Magic.ConduitName+": "+text)
		}
	}
	return all
}

// Subnets implements kit.Subnetter: the interface subnets of the links, and the point-to-point
// networks of CNIs whose link is not known.
func (m *Module) Subnets() []kit.Subnet {
	var out []kit.Subnet
	taken := map[netip.Prefix]bool{}
	add := func(id, owner, address string) {
		p, err := netip.ParsePrefix(address)
		if err != nil || taken[p.Masked()] {
			return
		}
		taken[p.Masked()] = true
		out = append(out, kit.Subnet{ID: id, Subnet: rules.Subnet{CIDR: p, Owner: owner}})
	}
	for _, l := range m.links().Rows {
		add(l.ID, l.Name, l.InterfaceAddress)
		add(l.ID, l.Name, l.InterfaceAddress6)
	}
	for _, c := range m.cnis().Rows {
		add(c.ID, c.Magic.ConduitName, string(c.P2PIP))
	}
	return out
}

// otherASNs and otherNames are what the account's other tunnels and links use, for the rules of a form:
// those with the given name, which are sides of the same link, are left out.
func (m *Module) otherASNs(except string) []rules.ASNUse {
	var out []rules.ASNUse
	add := func(name string, b *api.BGP) {
		if b != nil && (name != except || except == "") {
			out = append(out, rules.ASNUse{ASN: b.CustomerASN, Owner: name})
		}
	}
	for _, t := range m.env.Feed.Last().Tunnels {
		add(t.Name, t.BGP)
	}
	for _, l := range m.links().Rows {
		add(l.Name, l.BGP)
	}
	for _, c := range m.cnis().Rows {
		add(c.Magic.ConduitName, c.BGP)
	}
	return out
}

func (m *Module) otherNames(except string) []rules.Named {
	var out []rules.Named
	for _, t := range m.env.Feed.Last().Tunnels {
		of := rules.GRE
		if t.Kind == api.IPsec {
			of = rules.IPsec
		}
		out = append(out, rules.Named{Name: t.Name, Type: of})
	}
	for _, l := range m.links().Rows {
		if l.Name != except || except == "" {
			out = append(out, rules.Named{Name: l.Name, Type: rules.Interconnect})
		}
	}
	return out
}

func portSubject(i api.Interconnect) kit.Subject {
	return kit.Subject{Kind: kind.Ports, ID: i.Name, Name: i.Name}
}
