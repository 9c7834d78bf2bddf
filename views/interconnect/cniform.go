package interconnect

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// cniForm makes the form for a CNI; one without id is a new one, whose addresses Cloudflare chooses.
func (m *Module) cniForm(title string, c api.CNI, submit func(api.CNI) tea.Cmd) form.Options {
	fixed := ""
	sections := []form.Section{{Title: "Link", Intro: "The CNI runs over one of your ports; Cloudflare chooses the addresses of the " +
		"link.", Fields: []form.Field{
		{Key: "interconnect", Label: "Port", Help: "The port it runs over", Control: form.Pick, Free: true,
			ChoicesNow: func(form.Values) []form.Option { return m.portChoices() }, Propose: m.onlyPort(c), Explain: m.portLive,
			Check: func(v string, _ form.Values) form.Finding { return m.checkPort(v, c.Interconnect) }},
		{Key: "conduit_name", Label: "Name", Help: "Also names the tunnel interface, here and in the analytics",
			Check: func(v string, _ form.Values) form.Finding { return m.checkName(v, c.Magic.ConduitName) }},
		{Key: "mtu", Label: "MTU", Help: "Bytes: 1500 for dataplane version 2, 1476 with GRE", Check: field.Check(rules.CNIMTU)},
		{Key: "description", Label: "Description", Help: "Free text for your colleagues"},
	}}}
	if c.ID != "" {
		fixed = "A CNI is not moved to another port here: create a new one there, then delete this one"
		sections = append(sections, addressSection())
	}
	sections[0].Fields[0].ReadOnlyWhy = fixed
	bgp := m.env.BGPSection(kit.Session{Unfiltered: true,
		Others: func(form.Values) []rules.ASNUse { return m.otherASNs(c.Magic.ConduitName) }})
	bgp.Intro = "The session over the link. Cloudflare calls it a closed beta, and its API tells nothing of the session's state."
	if c.ID != "" { // a creation does not take it
		bgp.Fields = append(bgp.Fields, form.Field{Key: "bgp_mode", Label: "Mode", Control: form.Choice, Choices: modes(c.BGPMode),
			Help: "Full exchange of routes, or static advertisement without one"})
	}
	return form.Options{Title: title, Verb: "review", Values: cniValues(c), Sections: append(sections, bgp),
		Needs:  store.Needs(store.Target{Kind: store.Ports}),
		Submit: func(v form.Values) tea.Cmd { return submit(applyCNI(c, v)) }}
}

// addressSection has the two ends of the link, which a change sends along and may change.
func addressSection() form.Section {
	return form.Section{Title: "Addresses", Folded: true, Fields: []form.Field{
		{Key: "p2p_ip", Label: "Cloudflare's side", Help: "With prefix length, such as 10.222.0.0/31", Check: checkEnd},
		{Key: "cust_ip", Label: "Your side", Help: "The other address of the same network", Check: func(v string, all form.Values) form.Finding {
			finding := checkEnd(v, all)
			cloudflare, errCF := netip.ParsePrefix(strings.TrimSpace(all["p2p_ip"]))
			customer, err := netip.ParsePrefix(strings.TrimSpace(v))
			if err != nil || errCF != nil {
				return finding
			}
			return field.WorstOf(finding, field.Finding(rules.CNIAddresses(cloudflare, customer)))
		}},
	}}
}

func checkEnd(v string, _ form.Values) form.Finding {
	if p, err := netip.ParsePrefix(strings.TrimSpace(v)); err != nil || !p.Addr().Is4() {
		return form.Finding{Level: form.Incomplete, Text: "An IPv4 address with its prefix length, such as 10.222.0.1/31"}
	}
	return form.Finding{}
}

// modes are the choices of bgp_mode. One that was never set can stay so; one that was set cannot be unset.
func modes(now string) []form.Option {
	known := []form.Option{{Value: rules.BGPModeExchange, Label: modeName(rules.BGPModeExchange)},
		{Value: rules.BGPModeAdvertise, Label: modeName(rules.BGPModeAdvertise)}}
	switch now {
	case "":
		return append([]form.Option{{Value: "", Label: "default"}}, known...)
	case rules.BGPModeExchange, rules.BGPModeAdvertise:
		return known
	}
	return append(known, form.Option{Value: now, Label: now})
}

func cniValues(c api.CNI) form.Values {
	v := form.Values{"interconnect": c.Interconnect, "conduit_name": c.Magic.ConduitName, "description": c.Magic.Description,
		"mtu": strconv.Itoa(c.Magic.MTU), "p2p_ip": string(c.P2PIP), "cust_ip": string(c.CustIP), "bgp_mode": c.BGPMode}
	kit.PutBGP(v, c.BGP)
	if c.ID == "" {
		v["mtu"], v["bgp"] = strconv.Itoa(rules.EthernetMTU), "yes"
	}
	return v
}

// applyCNI puts what was typed into a CNI. It is called with values that passed their checks.
func applyCNI(c api.CNI, v form.Values) api.CNI {
	trim := func(key string) string { return strings.TrimSpace(v[key]) }
	c.Magic = api.CNIMagic{ConduitName: trim("conduit_name"), Description: v["description"]}
	c.Magic.MTU, _ = strconv.Atoi(trim("mtu"))
	c.Interconnect, c.BGPMode = trim("interconnect"), v["bgp_mode"]
	c.P2PIP, c.CustIP = api.CNIAddress(trim("p2p_ip")), api.CNIAddress(trim("cust_ip"))
	c.BGP = kit.BGPOf(v, c.BGP)
	return c
}

func (m *Module) portNames() []string {
	var out []string
	for _, p := range m.ports().Rows {
		out = append(out, p.Name)
	}
	return out
}

// portChoices are the interconnects, with where and how fast they are.
func (m *Module) portChoices() []form.Option {
	var out []form.Option
	for _, name := range m.portNames() {
		out = append(out, form.Option{Value: name, Label: name + "  " + m.portLive(form.Values{"interconnect": name})})
	}
	return out
}

// onlyPort proposes the port of an account that has no other, for a new CNI.
func (m *Module) onlyPort(c api.CNI) func(form.Values) string {
	if c.ID != "" {
		return nil
	}
	return func(form.Values) string { return only(m.portNames()) }
}

func (m *Module) portLive(v form.Values) string {
	if p, ok := m.portNamed(strings.TrimSpace(v["interconnect"])); ok {
		return place(p) + ", " + field.Or(p.Speed, "-")
	}
	return ""
}

// checkPort is the rule for the port of a CNI; before is the one that it has already. A choice that nobody can check is none.
func (m *Module) checkPort(v, before string) form.Finding {
	if v == "" {
		return form.Finding{Level: form.Incomplete, Text: "Choose a port from the list"}
	}
	p, known := m.portNamed(strings.TrimSpace(v))
	ports := m.env.Feed.Last().Entry(store.Ports)
	switch {
	case known && p.State != store.PortHealthy:
		return form.Finding{Level: form.Warning, Text: "Its state is " + p.State.Word() + ", so a CNI over it may carry no traffic yet"}
	case known || before != "" && v == before:
		return form.Finding{}
	case ports.Complete():
		return form.Finding{Level: form.Error, Text: "You have no port of this name"}
	}
	return form.Finding{Level: form.Error, Text: "Cannot tell whether you have this port: " + ports.Why()}
}

// checkName is the rule for the name of a CNI and of a link, which are the same.
func (m *Module) checkName(v, before string) form.Finding {
	finding := field.WorstOf(field.Finding(rules.TunnelName(rules.Interconnect, v)),
		m.env.Taken(rules.NameTaken(rules.Interconnect, v, m.otherNames(before)), store.GRETunnels, store.IPsecTunnels, store.Links))
	return field.WorstOf(finding, field.Finding(rules.Rename(before, v)))
}

// cniFieldOf gives the form's key for a path of the API.
func cniFieldOf(path string) string { return field.PathKey(strings.TrimPrefix(path, "magic.")) }

// guardCNI says what a new CNI leaves to do, and what a change interrupts.
func (m *Module) guardCNI(opened, wanted api.CNI) change.Guards {
	if opened.ID == "" {
		return change.Guards{Consequences: []string{
			"Cloudflare chooses the addresses of the link: read them on the CNI's page, then set up your router",
			"Its tunnel interface appears below it with the same name",
			"Nothing is routed over it before there are routes: by BGP, or static ones to your side"}}
	}
	var g change.Guards
	if opened.P2PIP != wanted.P2PIP || opened.CustIP != wanted.CustIP {
		g.Warnings = append(g.Warnings, "The link carries no traffic until your router has the new addresses")
		g.Consequences = append(g.Consequences, m.env.Dependents(m.env.Ctx, kit.Subject{Interface: cniSubject(opened).Interface})...)
	}
	if interrupted := sessionChange(opened.BGP, wanted.BGP, opened.BGPMode != wanted.BGPMode); interrupted != "" {
		g.Warnings = append(g.Warnings, interrupted)
	}
	return g
}

// sessionChange says what a change does to a running session; "" when it leaves it alone.
func sessionChange(opened, wanted *api.BGP, mode bool) string {
	switch {
	case opened == nil:
		return ""
	case wanted == nil:
		return fmt.Sprintf("The BGP session with AS %d ends, and the routes it brings are withdrawn", opened.CustomerASN)
	case opened.CustomerASN != wanted.CustomerASN || opened.MD5Key != wanted.MD5Key || mode:
		return "The BGP session breaks until your router has the same settings"
	}
	return ""
}
