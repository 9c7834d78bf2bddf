package interconnect

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/tunnel"
)

// noSessionState is said where one would look for the state of the session.
const noSessionState = "The API does not report the state of a BGP session over a CNI. Look at your router: show bgp summary, and the " +
	"routes " +
	"received and advertised."

func (m *Module) describeCNIs() resource.Description[api.CNI] {
	editor := m.cniEditor()
	return resource.Description[api.CNI]{
		Plural:  kind.CNIs.About().Title,
		ID:      func(c api.CNI) string { return c.ID },
		Name:    func(c api.CNI) string { return c.Magic.ConduitName },
		JSON:    func(c api.CNI) []byte { return kit.Copyable(c.JSON()) },
		Columns: cniColumns(), SortBy: "name",
		Sections: m.cniSections, Around: m.aroundCNI,
		NoWrites: m.env.NoWrites,
		Actions: func(c api.CNI) []tui.Action {
			own := []tui.Action{{Name: "router-config", Keys: []string{"c"}, Short: "router config", Footer: true,
				Long: "Show a configuration for your router, generated from this CNI's values",
				Run:  func() tea.Cmd { return tui.Push(m.routerConfig(c)) }}}
			return slices.Concat(own, m.env.ChainActions(cniSubject(c)), m.env.WhereAction(withoutLength(c.CustIP)))
		},
		Create: m.newCNI,
		Edit:   func(c api.CNI) tea.Cmd { return editor.Edit(c.ID, c.Magic.ConduitName) },
		Delete: func(c api.CNI) tea.Cmd { return editor.Delete(c.ID, c.Magic.ConduitName) },
	}
}

// routerConfig is the page with the router's side of a CNI.
func (m *Module) routerConfig(c api.CNI) tui.View {
	link := routerconfig.Link{Name: c.Magic.ConduitName, MTU: cmp.Or(c.Magic.MTU, rules.EthernetMTU),
		CloudflareASN: m.env.Feed.Last().CloudflareASN()}
	link.Cloudflare, _ = netip.ParsePrefix(string(c.P2PIP)) // one that is missing is said in the text's place
	link.Customer, _ = netip.ParsePrefix(string(c.CustIP))
	if c.BGP != nil {
		link.ASN, link.MD5 = c.BGP.CustomerASN, c.BGP.MD5Key != ""
	}
	return tunnel.LinkConfig(link)
}

func cniColumns() []table.Column[api.CNI] {
	type C = api.CNI
	return []table.Column[C]{
		{Key: "name", Title: "NAME", Width: 15, Grow: 9, Text: field.Cell(func(c C) string { return c.Magic.ConduitName }),
			Role: func(C) tui.Role { return tui.Strong }},
		{Key: "interconnect", Title: "INTERCONNECT", Width: 15, Grow: 9,
			Text: field.Cell(func(c C) string { return field.Or(c.Interconnect, "-") })},
		{Key: "cloudflare", Title: "CLOUDFLARE", Width: 15, Text: field.Cell(func(c C) string { return withoutLength(c.P2PIP) })},
		{Key: "customer", Title: "YOUR SIDE", Width: 15, Text: field.Cell(func(c C) string { return withoutLength(c.CustIP) })},
		{Key: "asn", Title: "ASN", Width: 10, Right: true, Text: field.Cell(func(c C) string { return asn(c.BGP) }),
			Compare: func(a, b C) int { return cmp.Compare(asNumber(a.BGP), asNumber(b.BGP)) }},
		{Key: "mode", Title: "BGP MODE", Width: 13, Priority: 1, Text: field.Cell(func(c C) string { return modeName(c.BGPMode) })},
		{Key: "mtu", Title: "MTU", Width: 5, Right: true, Priority: 1, Text: field.Cell(func(c C) string { return field.Number(c.Magic.MTU) }),
			Compare: func(a, b C) int { return cmp.Compare(a.Magic.MTU, b.Magic.MTU) }},
		{Key: "description", Title: "DESCRIPTION", Width: 20, Grow: 40, Priority: 2,
			Text: field.Cell(func(c C) string { return c.Magic.Description }),
			Role: func(C) tui.Role { return tui.Muted }},
	}
}

// withoutLength is an address for a narrow column; the length of both sides is on the detail page.
func withoutLength(a api.CNIAddress) string {
	address, _, _ := strings.Cut(string(a), "/")
	return field.Or(address, "-")
}

// asn is "-" without BGP: an absent number is not a zero.
func asn(b *api.BGP) string { return b.ASNText() }

func asNumber(b *api.BGP) uint32 {
	if b == nil {
		return 0
	}
	return b.CustomerASN
}

// modeName writes a BGP mode for a person; one that is not known is shown as it comes.
func modeName(mode string) string {
	switch mode {
	case "":
		return "-"
	case rules.BGPModeExchange:
		return "full exchange"
	case rules.BGPModeAdvertise:
		return "advertise only"
	}
	return mode
}

func (m *Module) cniSections(c api.CNI, _ time.Time) []resource.Section {
	sections := []resource.Section{
		{Title: "Addresses", Fields: []resource.Field{
			{Label: "Cloudflare's side", Value: field.Or(string(c.P2PIP), "-"), Note: "p2p_ip: your BGP neighbor"},
			{Label: "Your side", Value: field.Or(string(c.CustIP), "-"), Note: "cust_ip: your router; the next hop for static routes at Cloudflare"},
			{Label: "MTU", Value: field.Number(c.Magic.MTU)},
		}},
		m.bgpSection(c.BGP, c.BGPMode),
		m.underCNI(c),
	}
	sections = append(sections, m.env.Related(cniSubject(c))...)
	return append(sections, resource.Section{Title: "Identity", Fields: []resource.Field{
		{Label: "Name", Value: field.Or(c.Magic.ConduitName, "-"), Note: "conduit_name: the tunnel's name in the analytics"},
		{Label: "Description", Value: field.Or(c.Magic.Description, "-")},
		{Label: "ID", Value: c.ID},
		{Label: "Account", Value: field.Or(c.Account, "-")},
	}})
}

// bgpSection is the configuration of a session over an interconnect.
func (m *Module) bgpSection(b *api.BGP, mode string) resource.Section {
	s := resource.Section{Title: "BGP"}
	if b == nil {
		s.Fields = []resource.Field{{Label: "Session", Value: "none configured", Role: tui.Muted}}
	} else {
		s.Fields = []resource.Field{
			{Label: "Customer AS", Value: asn(b), Note: "configured"},
			{Label: "MD5 key", Value: kit.MD5(b)},
			{Label: "Extra prefixes", Value: field.Or(strings.Join(b.ExtraPrefixes, ", "), "none")},
			{Label: "Hold time", Value: fmt.Sprintf("%.0f s", rules.InterconnectHoldTime.Seconds()),
				Note: "what Cloudflare offers over CNIs"},
		}
	}
	s.Fields = append(s.Fields, m.env.FilterFields(b)...)
	if mode != "" {
		s.Fields = append(s.Fields, resource.Field{Label: "Mode", Value: modeName(mode), Note: mode})
	}
	if b != nil {
		s.Fields = append(s.Fields, resource.Field{Value: noSessionState, Prose: true})
	}
	return s
}

// underCNI is what a CNI stands on, and its tunnel interface.
func (m *Module) underCNI(c api.CNI) resource.Section {
	s := resource.Section{Title: "Belongs to"}
	if p, ok := m.portNamed(c.Interconnect); ok {
		s.Fields = append(s.Fields, m.portField(p))
	} else {
		s.Fields = append(s.Fields, missing("Port", m.ports().Complete(), field.Or(c.Interconnect, "-")+", which is not in the list"))
	}
	if l, ok := m.linkOf(c); ok {
		s.Fields = append(s.Fields, m.linkField(l))
	} else {
		s.Fields = append(s.Fields, missing("Tunnel interface", m.links().Complete(), "none with this name"))
	}
	return s
}

// endOfSession is what the deletion of a CNI does to the traffic.
func endOfSession(c api.CNI) []string {
	out := []string{fmt.Sprintf("Traffic over %s stops at once.", c.Magic.ConduitName)}
	if c.BGP != nil {
		out = append(out, fmt.Sprintf("The BGP session with AS %d ends, and the routes it brings are withdrawn.", c.BGP.CustomerASN))
	}
	return append(out, fmt.Sprintf("The port %s stays, and stays ordered.", field.Or(c.Interconnect, "under it")),
		"The addresses may not come back: a new CNI gets its own from Cloudflare.")
}
