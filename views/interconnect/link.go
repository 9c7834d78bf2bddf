package interconnect

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
)

func (m *Module) describeLinks() resource.Description[api.MagicInterconnect] {
	return resource.Description[api.MagicInterconnect]{
		Plural:  kind.Links.About().Title,
		ID:      func(l api.MagicInterconnect) string { return l.ID },
		Name:    func(l api.MagicInterconnect) string { return l.Name },
		JSON:    func(l api.MagicInterconnect) []byte { return kit.Copyable(l.JSON()) },
		Columns: linkColumns(m.portNameOf), SortBy: "name",
		Sections: m.linkSections, Around: m.aroundLink,
		NoWrites: m.env.NoWrites, NoCreate: kind.Links.About().WhyNot(kind.Create),
		NoDelete: resource.Always[api.MagicInterconnect](kind.Links.About().WhyNot(kind.Delete)),
		Edit:     func(l api.MagicInterconnect) tea.Cmd { return m.linkEditor().Edit(l.ID, l.Name) },
		Actions: func(l api.MagicInterconnect) []tui.Action {
			return append(m.env.ChainActions(linkSubject(l)), m.env.ThroughAction(l.Name, l.ID)...)
		},
	}
}

func linkColumns(portName func(api.MagicInterconnect) string) []table.Column[api.MagicInterconnect] {
	type L = api.MagicInterconnect
	return []table.Column[L]{
		{Key: "name", Title: "NAME", Width: 15, Grow: 9, Text: field.Cell(func(l L) string { return l.Name }),
			Role: func(L) tui.Role { return tui.Strong }},
		{Key: "colo", Title: "COLO", Width: 12, Text: field.Cell(func(l L) string { return field.Or(l.ColoName, "-") })},
		{Key: "version", Title: "VERSION", Width: 7, Text: field.Cell(func(l L) string { return field.Or(l.Version, "-") })},
		{Key: "interface", Title: "INTERFACE", Width: 18, Text: field.Cell(func(l L) string { return field.Or(l.InterfaceAddress, "-") })},
		{Key: "asn", Title: "ASN", Width: 10, Right: true, Text: field.Cell(func(l L) string { return asn(l.BGP) }),
			Compare: func(a, b L) int { return cmp.Compare(asNumber(a.BGP), asNumber(b.BGP)) }},
		{Key: "mtu", Title: "MTU", Width: 5, Right: true, Text: field.Cell(func(l L) string { return field.Number(l.MTU) }),
			Compare: func(a, b L) int { return cmp.Compare(a.MTU, b.MTU) }},
		{Key: "port", Title: "INTERCONNECT", Width: 15, Priority: 1, Text: field.Cell(portName)},
		{Key: "description", Title: "DESCRIPTION", Width: 20, Grow: 40, Priority: 2, Text: field.Cell(func(l L) string { return l.Description }),
			Role: func(L) tui.Role { return tui.Muted }},
	}
}

func (m *Module) portNameOf(l api.MagicInterconnect) string {
	p, _ := m.portOf(l)
	return field.Or(p.Name, "-")
}

func (m *Module) linkSections(l api.MagicInterconnect, now time.Time) []resource.Section {
	created, createdAge := resource.Time(l.CreatedOn.Time, now)
	modified, modifiedAge := resource.Time(l.ModifiedOn.Time, now)
	sections := []resource.Section{m.linkReading(l), linkAddresses(l), m.bgpSection(l.BGP, ""), m.underLink(l)}
	sections = append(sections, m.env.Related(linkSubject(l))...)
	return append(sections, field.HealthDetail(l.HealthCheck, false),
		resource.Section{Title: "Settings", Fields: []resource.Field{
			{Label: "MTU", Value: field.Number(l.MTU)},
			field.ReturnDetail(l.AutomaticReturnRouting),
		}},
		resource.Section{Title: "Identity", Fields: []resource.Field{
			{Label: "Name", Value: l.Name},
			{Label: "Description", Value: field.Or(l.Description, "-")},
			{Label: "Colo", Value: field.Or(l.ColoName, "-")},
			{Label: "Version", Value: field.Or(l.Version, "-"), Note: versionNote(l.Version)},
			{Label: "ID", Value: l.ID},
			{Label: "Reservation", Value: field.Or(l.VirtualPortReservationID, "-"), Note: "virtual port reservation; needed for dataplane v2"},
			{Label: "Created", Value: created, Note: createdAge},
			{Label: "Modified", Value: modified, Note: modifiedAge},
		}})
}

// linkReading is what the probes find and what that means; BGP is not known.
func (m *Module) linkReading(l api.MagicInterconnect) resource.Section {
	health := m.env.Feed.Last().Health.By[l.Name]
	f := resource.Field{Label: "Health", Value: field.Or(string(health.State), "not known"),
		Note: "from Cloudflare's health checks; BGP is not reported"}
	if health.Score != nil {
		f.Value += fmt.Sprintf(" (average %.2f)", *health.Score)
	}
	s := resource.Section{Title: "State", Fields: []resource.Field{f}}
	for _, finding := range m.env.Feed.Diagnosis().Link(l.ID) {
		s.Fields = append(s.Fields, reading(finding)...)
	}
	return s
}

// reading is a finding in prose: what it means, what to do, and the evidence.
func reading(f diagnose.Finding) []resource.Field {
	out := []resource.Field{{Value: f.Text, Role: tui.Strong, Prose: true}}
	if f.Next != "" {
		out = append(out, resource.Field{Value: f.Next, Prose: true})
	}
	return append(out, resource.Field{Value: "Evidence: " + f.Because(), Role: tui.Muted, Prose: true})
}

// versionNote says what a dataplane version means (Cloudflare docs: Network Interconnect).
func versionNote(version string) string {
	switch rules.InterconnectVersion(version) {
	case rules.Version1:
		return "dataplane v1: with GRE, one VLAN tag; never changes"
	case rules.Version15:
		return "dataplane v1.5: a /31, of your own prefixes too; GRE is not configurable (unconfirmed); never changes"
	case rules.Version2:
		return "dataplane v2: without GRE, VLAN, BFD and LACP; never changes"
	}
	return ""
}

// yourSide is the label of your router's address.
const yourSide = "Your side"

// linkAddresses says of every address whose side it is.
func linkAddresses(l api.MagicInterconnect) resource.Section {
	s := resource.Section{Title: "Addresses", Fields: []resource.Field{{Label: "Interface", Value: field.Or(l.InterfaceAddress, "-")}}}
	subnet, _ := netip.ParsePrefix(l.InterfaceAddress)
	if cloudflare, customer, ok := rules.Sides(subnet); ok {
		s.Fields = append(s.Fields,
			resource.Field{Label: "Cloudflare's side", Value: cloudflare.String(), Note: "your BGP neighbor"},
			resource.Field{Label: yourSide, Value: customer.String(), Note: "your router; the next hop for static routes at Cloudflare"})
	}
	if l.InterfaceAddress6 != "" {
		s.Fields = append(s.Fields, resource.Field{Label: "Interface IPv6", Value: l.InterfaceAddress6})
	}
	if l.GRE != nil {
		s.Fields = append(s.Fields, resource.Field{Label: "GRE endpoint", Value: field.Or(l.GRE.CloudflareEndpoint, "-"),
			Note: "Cloudflare's, outer"})
	}
	return s
}

// underLink is what a link stands on.
func (m *Module) underLink(l api.MagicInterconnect) resource.Section {
	s := resource.Section{Title: "Belongs to"}
	if c, ok := m.cniOf(l); ok {
		s.Fields = append(s.Fields, m.cniField(c))
	} else {
		s.Fields = append(s.Fields, missing("CNI", m.cnis().Complete(), "none with this name"))
	}
	if p, ok := m.portOf(l); ok {
		s.Fields = append(s.Fields, m.portField(p))
	} else {
		s.Fields = append(s.Fields, missing("Port", m.ports().Complete() && m.cnis().Complete(), "none that is known here"))
	}
	return s
}
