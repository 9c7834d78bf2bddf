package interconnect

import (
	"net/netip"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/rules"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// linkForm makes the form for changing a link; there are no new ones.
func (m *Module) linkForm(title string, l api.MagicInterconnect, submit func(api.MagicInterconnect) tea.Cmd) form.Options {
	hasGRE := func(form.Values) bool { return l.GRE != nil }
	greFixed := ""
	if rules.InterconnectVersion(l.Version) == rules.Version15 {
		greFixed = "Version 1.5 does not take it: it is left out of the request (unconfirmed)"
	}
	return form.Options{Title: title, Verb: "review", Values: linkValues(l), Needs: kit.SessionNeeds(),
		Sections: []form.Section{
			{Fields: []form.Field{
				{Key: "name", Label: "Name", Help: "The CNI's conduit_name; the analytics use it, too",
					Check: func(v string, _ form.Values) form.Finding { return m.checkName(v, l.Name) }},
				{Key: "interface_address", Label: "Interface address", Help: "Cloudflare's side, with the prefix length",
					Check: func(v string, _ form.Values) form.Finding { return m.checkInterface(v, l) }},
				{Key: "mtu", Label: "MTU", Help: "Bytes: 1500 for dataplane version 2, 1476 with GRE",
					Check: func(v string, _ form.Values) form.Finding {
						return field.Finding(rules.MTU(rules.Interconnect, v))
					}},
				{Key: "cloudflare_endpoint", Label: "GRE endpoint", When: hasGRE, ReadOnlyWhy: greFixed,
					Help:  "The anycast address Cloudflare gave you",
					Check: field.Check(rules.CloudflareEndpoint)},
				{Key: "description", Label: "Description", Help: "Free text for your colleagues"},
			}},
			m.env.BGPSection(kit.Session{
				Others: func(form.Values) []rules.ASNUse { return m.otherASNs(l.Name) }}),
			field.HealthSection(rules.Interconnect),
			{Title: "IPv6 and return routing", Folded: true, Fields: []form.Field{
				{Key: "interface_address6", Label: "Interface IPv6", Help: "A /127 in your account's IPv6 range, its first address; empty for none",
					Check: func(v string, _ form.Values) form.Finding {
						return field.Finding(rules.InterfaceAddress6(v, netip.Prefix{}))
					}},
				field.ReturnRouting(),
			}},
		},
		Submit: func(v form.Values) tea.Cmd { return submit(applyLink(l, v)) },
	}
}

func (m *Module) checkInterface(v string, l api.MagicInterconnect) form.Finding {
	finding := field.Finding(rules.InterconnectAddress(rules.InterconnectVersion(l.Version), l.GRE != nil, v, m.env.OwnPrefixes()...))
	subnet, err := netip.ParsePrefix(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return field.WorstOf(finding, m.env.CheckSubnet(rules.InterfaceOverlap(subnet, m.env.Subnets(l.ID))))
}

func linkValues(l api.MagicInterconnect) form.Values {
	v := form.Values{"name": l.Name, "interface_address": l.InterfaceAddress, "interface_address6": l.InterfaceAddress6,
		"mtu": strconv.Itoa(l.MTU), "description": l.Description,
		"automatic_return_routing": field.YesNo(l.AutomaticReturnRouting != nil && *l.AutomaticReturnRouting)}
	if l.GRE != nil {
		v["cloudflare_endpoint"] = l.GRE.CloudflareEndpoint
	}
	kit.PutBGP(v, l.BGP)
	field.PutHealth(v, l.HealthCheck)
	return v
}

// applyLink puts what was typed into a link. It is called with values that passed their checks.
func applyLink(l api.MagicInterconnect, v form.Values) api.MagicInterconnect {
	trim := func(key string) string { return strings.TrimSpace(v[key]) }
	l.Name, l.Description = trim("name"), v["description"]
	l.InterfaceAddress, l.InterfaceAddress6 = trim("interface_address"), trim("interface_address6")
	l.MTU, _ = strconv.Atoi(trim("mtu"))
	if l.GRE != nil {
		l.GRE = &api.InterconnectGRE{CloudflareEndpoint: trim("cloudflare_endpoint")}
	}
	l.AutomaticReturnRouting = field.Setting(l.AutomaticReturnRouting, v["automatic_return_routing"])
	l.BGP, l.HealthCheck = kit.BGPOf(v, l.BGP), field.HealthOf(v, false, l.HealthCheck)
	return l
}

// linkFieldOf gives the form's key for a path of the API.
func linkFieldOf(path string) string { return field.PathKey(strings.TrimPrefix(path, "gre.")) }

// guardLink says what a change interrupts.
func guardLink(opened, wanted api.MagicInterconnect) change.Guards {
	var g change.Guards
	if opened.InterfaceAddress != wanted.InterfaceAddress {
		g.Warnings = append(g.Warnings, "The link carries no traffic until your router has the new addresses; static routes keep the old next "+
			"hop")
	}
	if opened.Name != wanted.Name {
		g.Warnings = append(g.Warnings, "Whether the CNI follows a new name is not documented: look at it afterwards")
	}
	if interrupted := sessionChange(opened.BGP, wanted.BGP, false); interrupted != "" {
		g.Warnings = append(g.Warnings, interrupted)
	}
	return g
}
