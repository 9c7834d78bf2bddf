package tunnel

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// fields makes the fields of a tunnel's form; kind and id say what is edited (id is empty for a new one).
type fields struct {
	m    *Module
	kind rules.OnRamp
	id   string
	name string // as it was, for the warning about renaming
}

// sections are the parts that both kinds have, with the kind's own settings among them. They are the steps of
// the guided setup, and in this order.
func (f fields) sections(own form.Section, bgpFixed string) []form.Section {
	bgp := f.m.env.BGPSection(kit.Session{Fixed: bgpFixed, Kept: f.id == "",
		Others: func(v form.Values) []rules.ASNUse { return f.m.asns(f.id, v["customer_endpoint"]) }})
	health := field.HealthSection(f.kind)
	if f.id == "" {
		bgp = f.m.proposeSession(bgp)
		health = f.m.proposeHealth(health)
	}
	bgp.Intro = "The BGP session over the tunnel, between your router and Cloudflare's side."
	health.Intro = "Cloudflare probes the tunnel from all its locations, and routes around it while it does not answer."
	return []form.Section{f.ends(), f.inside(), bgp, health, own}
}

// ends are the name and the two public addresses.
func (f fields) ends() form.Section {
	return form.Section{Title: "Endpoints", Intro: "The tunnel's name and its two outer addresses.", Fields: []form.Field{
		{Key: "name", Label: "Name", Help: "Letters, digits, - and _; up to 15 for any router; ctrl+n suggests one",
			Suggest: func(v form.Values) []string { return f.nextNames(v["name"]) }, Check: f.checkName},
		{Key: "cloudflare_endpoint", Label: "Cloudflare endpoint", Help: "The anycast address Cloudflare gave you", Control: form.Pick,
			Free:       true,
			ChoicesNow: func(form.Values) []form.Option { return f.endpointChoices() },
			Propose:    f.once(func() string { return firstOf(f.endpoints()) }),
			Check:      f.checkCloudflare, Explain: f.endpointLive},
		{Key: "customer_endpoint", Label: "Your endpoint", Help: "The public address of your router",
			Check: func(v string, all form.Values) form.Finding { return f.checkCustomer(v, all) }},
		{Key: "description", Label: "Description", Help: "Free text for your colleagues"},
	}}
}

// inside are the addresses in the tunnel.
func (f fields) inside() form.Section {
	return form.Section{Title: "Tunnel addresses",
		Intro: "The point-to-point subnet inside the tunnel: one address is Cloudflare's, the other one your router's.",
		Fields: []form.Field{
			{Key: "interface_address", Label: "Interface address",
				Help:    "Cloudflare's side of a /31, with prefix length; " + tui.KeyOf("suggest", "ctrl+n") + " takes the next free one",
				Suggest: func(form.Values) []string { return f.freeSubnets() }, Propose: f.once(func() string { return firstOf(f.freeSubnets()) }),
				Check: f.checkInterface, Explain: sidesLive, Normalize: rules.PrefixText},
			{Key: "interface_address6", Label: "Interface IPv6", Help: "A /127 in your account's IPv6 range, its first address; empty for none",
				Check: func(v string, _ form.Values) form.Finding {
					if v == "" {
						return form.Finding{}
					}
					return field.Finding(rules.InterfaceAddress6(v, netip.Prefix{}))
				}},
		}}
}

// once gives proposals to a new tunnel only.
func (f fields) once(propose func() string) func(form.Values) string {
	if f.id != "" {
		return nil
	}
	return func(form.Values) string { return propose() }
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// nextNames are names in the pattern of those in use that begin with what was typed; a proposal that was taken
// leads to the next one.
func (f fields) nextNames(typed string) []string {
	// Names often tell the kind, so only those of this kind are counted on.
	if !f.m.env.Feed.Last().TunnelsSettled() {
		return nil // what is free cannot be told
	}
	names := slices.DeleteFunc(f.m.names(f.id), func(n rules.Named) bool { return n.Type != f.kind })
	if all := rules.NextNames(f.kind, "", names); slices.Contains(all, typed) {
		return all
	}
	return rules.NextNames(f.kind, typed, names)
}

// checkCloudflare is the rule, and whether the address is one of the account's as far as those are known.
func (f fields) checkCloudflare(v string, _ form.Values) form.Finding {
	finding := field.Finding(rules.CloudflareEndpoint(v))
	end, err := netip.ParseAddr(strings.TrimSpace(v))
	if finding.Blocks() || err != nil || f.m.tunnelsAt(v) > 0 {
		return finding
	}
	return field.WorstOf(finding, field.Finding(rules.EndpointLeased(end, f.m.leased())))
}

// endpointChoices are Cloudflare's addresses, with what is known of each.
func (f fields) endpointChoices() []form.Option {
	var out []form.Option
	for _, end := range f.endpoints() {
		label := end
		if about := f.endpointLive(form.Values{"cloudflare_endpoint": end}); about != "" {
			label += "  " + about
		}
		out = append(out, form.Option{Value: end, Label: label})
	}
	return out
}

// endpointLive tells where an address of Cloudflare's comes from.
func (f fields) endpointLive(v form.Values) string {
	end := strings.TrimSpace(v["cloudflare_endpoint"])
	switch n := f.m.tunnelsAt(end); {
	case n == 1:
		return "one of your tunnels ends there"
	case n > 1:
		return strconv.Itoa(n) + " of your tunnels use it"
	}
	addr, err := netip.ParseAddr(end)
	if err == nil && slices.ContainsFunc(f.m.leased(), func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return "leased to your account; no tunnel ends there yet"
	}
	return ""
}

func (f fields) checkName(v string, _ form.Values) form.Finding {
	taken := f.m.env.Taken(rules.NameTaken(f.kind, v, f.m.names(f.id)), f.m.SubnetKinds()...)
	finding := field.WorstOf(field.Finding(rules.TunnelName(f.kind, v)), taken)
	if f.id != "" && v != f.name {
		finding = field.WorstOf(finding, field.Finding(rules.Rename(f.name, v)))
	}
	return finding
}

func (f fields) checkCustomer(v string, all form.Values) form.Finding {
	if v == "" && f.kind == rules.IPsec {
		return form.Finding{Level: form.Note, Text: "Optional, but traceroutes and IKE identities by address need it"}
	}
	finding := field.Finding(rules.CustomerEndpoint(f.kind, v))
	customer, err := netip.ParseAddr(strings.TrimSpace(v))
	if err == nil {
		finding = field.WorstOf(finding, field.Finding(rules.CustomerEndpointInsideOwnPrefix(customer, f.m.env.OwnPrefixes())))
	}
	cloudflare, errCF := netip.ParseAddr(strings.TrimSpace(all["cloudflare_endpoint"]))
	if finding.Blocks() || err != nil || errCF != nil {
		return finding
	}
	if customer == cloudflare || f.m.tunnelsAt(v) > 0 {
		return form.Finding{Level: form.Error, Text: "This is Cloudflare's side; use the public address of your router"}
	}
	pair := rules.EndpointPair{Type: f.kind, Cloudflare: cloudflare, Customer: customer}
	return field.WorstOf(finding, f.m.env.Taken(rules.EndpointPairUsed(pair, false, f.m.pairs(f.id)), f.m.SubnetKinds()...))
}

func (f fields) checkInterface(v string, _ form.Values) form.Finding {
	finding := field.Finding(rules.InterfaceAddress(v))
	subnet, err := netip.ParsePrefix(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return field.WorstOf(finding, f.m.env.CheckSubnet(rules.InterfaceOverlap(subnet, f.m.env.Subnets(f.id))))
}

// sidesLive says of both addresses of the subnet whose they are.
func sidesLive(v form.Values) string {
	subnet, err := netip.ParsePrefix(strings.TrimSpace(v["interface_address"]))
	if err != nil {
		return ""
	}
	cloudflare, customer, ok := rules.Sides(subnet)
	if !ok {
		return ""
	}
	return "Cloudflare's side " + cloudflare.String() + ", your side " + customer.String()
}

// freeSubnets proposes the next free /31s.
func (f fields) freeSubnets() []string { return f.m.env.FreeSubnets(f.id, 3) }

// endpoints are Cloudflare's addresses for tunnels: those in use, the most used first, then single
// addresses that are leased to the account and not in use yet. Without the right to read the leases only
// the first are known.
func (f fields) endpoints() []string {
	count := map[string]int{}
	for _, t := range f.m.env.Feed.Last().Tunnels {
		count[t.CloudflareEndpoint]++
	}
	delete(count, "")
	var out []string
	for e := range count {
		out = append(out, e)
	}
	sorting.Sort(out, func(a, b string) int {
		if c := count[b] - count[a]; c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	for _, p := range f.m.leased() {
		if p.IsSingleIP() && count[p.Addr().String()] == 0 {
			out = append(out, p.Addr().String())
		}
	}
	return out
}

// commonValues are the values of the fields that both kinds have; a new tunnel begins as the account's others are.
func (m *Module) commonValues(t api.Tunnel) form.Values {
	v := form.Values{"name": t.Name, "cloudflare_endpoint": t.CloudflareEndpoint, "customer_endpoint": t.CustomerEndpoint,
		"interface_address": t.InterfaceAddress, "interface_address6": t.InterfaceAddress6, "description": t.Description,
		"automatic_return_routing": field.YesNo(t.AutomaticReturnRouting != nil && *t.AutomaticReturnRouting)}
	kit.PutBGP(v, t.BGP)
	field.PutHealth(v, t.HealthCheck)
	if t.ID == "" {
		v["bgp"], v["hc_type"], v["hc_direction"] = "", "", "" // proposed once what they rest on is read
	}
	return v
}

// awaited says that a proposal cannot be made yet: it rests on something that is still being read.
func awaited(what string) form.Finding {
	return form.Finding{Level: form.Incomplete, Text: "Reading " + what + " for a suggestion: wait, or choose yourself"}
}

// proposeHealth proposes the health check that the account's product and the device take. Prefixes of one's own are Magic Transit's; an
// account without them is on Cloudflare WAN, as far as the API tells.
func (m *Module) proposeHealth(s form.Section) form.Section {
	usual := func(v form.Values) rules.HealthCheck {
		switch {
		case len(m.env.OwnPrefixes()) > 0:
			return rules.DeviceHealthCheck(rules.CustomerDevice(v["device"]), rules.MagicTransit)
		case m.env.Feed.Awaits(store.TargetsOf(store.Prefixes)...):
			return rules.HealthCheck{}
		}
		return rules.DeviceHealthCheck(rules.CustomerDevice(v["device"]), rules.CloudflareWAN)
	}
	for i := range s.Fields {
		switch f := &s.Fields[i]; f.Key {
		case "hc_type":
			f.Propose = func(v form.Values) string { return usual(v).Type }
		case "hc_direction":
			f.Propose = func(v form.Values) string { return usual(v).Direction }
		default:
			continue
		}
		s.Fields[i].Check = func(v string, _ form.Values) form.Finding {
			if v == "" {
				return awaited("your prefixes")
			}
			return form.Finding{}
		}
	}
	return s
}

// proposeSession proposes for a new tunnel whether it has a session, as the account's others do, and the AS number of its router.
func (m *Module) proposeSession(s form.Section) form.Section {
	for i := range s.Fields {
		switch f := &s.Fields[i]; f.Key {
		case "bgp":
			f.Propose = func(v form.Values) string {
				if v["customer_asn"] != "" {
					return "yes" // whoever gives a number wants a session
				}
				return m.usualBGP()
			}
			f.Check = func(v string, _ form.Values) form.Finding {
				if v == "" {
					return awaited("your tunnels")
				}
				return form.Finding{}
			}
		case "customer_asn":
			f.When = func(v form.Values) bool { return v["bgp"] != "no" } // also while it is not known whether the others have one
			f.Propose = func(v form.Values) string { return m.routerASN(v["customer_endpoint"]) }
		}
	}
	return s
}

// formNeeds names what a tunnel's form rests on: its session, and whose product the account has.
func formNeeds() []string {
	return append(kit.SessionNeeds(), store.Needs(store.TargetsOf(store.Prefixes)...)...)
}

// awaitsTunnels reports whether a list of tunnels is still being read for the first time.
func (m *Module) awaitsTunnels() bool {
	return m.env.Feed.Awaits(store.TargetsOf(store.GRETunnels, store.IPsecTunnels)...)
}

// usualBGP is yes when a tunnel of the account has a session, no when none has; empty while that is not known.
func (m *Module) usualBGP() string {
	has := slices.ContainsFunc(m.env.Feed.Last().Tunnels, func(t store.Tunnel) bool { return t.BGP != nil })
	if !has && m.awaitsTunnels() {
		return ""
	}
	return field.YesNo(has)
}

// formKeys are the form's keys where they differ from the API's paths.
var formKeys = map[string]string{
	"cloudflare_gre_endpoint": "cloudflare_endpoint", "customer_gre_endpoint": "customer_endpoint",
	"custom_remote_identities": "fqdn_id",
}

// fieldOf gives the form's key for a path of the API.
func fieldOf(path string) string {
	path = field.PathKey(strings.TrimPrefix(path, "custom_remote_identities."))
	if key, ok := formKeys[path]; ok {
		return key
	}
	return path
}
