package tunnel

import (
	"net/netip"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/netrules"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// fields makes the fields of a tunnel's form; kind and id say what is edited (id is empty for a new one).
type fields struct {
	m    *Module
	kind netrules.Kind
	id   string
	name string // as it was, for the warning about renaming
}

// sections are the parts that both kinds have, with the kind's own settings among them.
func (f fields) sections(own form.Section, bgpFixed string) []form.Section {
	return []form.Section{
		{Fields: []form.Field{
			{Key: "name", Label: "Name", Help: "Letters, digits, - and _; at most 15 are safe everywhere", Check: f.checkName},
			{Key: "cloudflare_endpoint", Label: "Cloudflare endpoint", Help: "The anycast address Cloudflare gave you; ctrl+n goes through those in use",
				Suggest: func(form.Values) []string { return f.endpoints() }, Check: kit.Check(netrules.CloudflareEndpoint)},
			{Key: "customer_endpoint", Label: "Your endpoint", Help: "The public address of your router",
				Check: func(v string, all form.Values) form.Finding { return f.checkCustomer(v, all) }},
			{Key: "interface_address", Label: "Interface address", Help: "Cloudflare's side of a /31, with its length; ctrl+n takes the next free one",
				Suggest: func(form.Values) []string { return f.freeSubnets() }, Check: f.checkInterface, Live: sidesLive},
			{Key: "description", Label: "Description", Help: "Free text for your colleagues"},
		}},
		kit.BGPSection(bgpFixed, func() []netrules.ASNUse { return f.m.asns(f.id) }), kit.HealthSection(f.kind), own,
		{Title: "IPv6", Folded: true, Fields: []form.Field{
			{Key: "interface_address6", Label: "Interface IPv6", Help: "A /127 inside your account's IPv6 range, its first address; empty for none",
				Check: func(v string, _ form.Values) form.Finding {
					if v == "" {
						return form.Finding{}
					}
					return kit.Finding(netrules.InterfaceAddress6(v, netip.Prefix{}))
				}},
		}},
	}
}

func (f fields) checkName(v string, _ form.Values) form.Finding {
	finding := kit.Worst(netrules.TunnelName(f.kind, v), netrules.NameTaken(f.kind, v, f.m.names(f.id)))
	if f.id != "" && v != f.name {
		finding = kit.WorstOf(finding, kit.Finding(netrules.Rename(f.name, v)))
	}
	return finding
}

func (f fields) checkCustomer(v string, all form.Values) form.Finding {
	if v == "" && f.kind == netrules.IPsec {
		return form.Finding{Level: form.Note, Text: "Optional, but traceroutes and IKE identities by address need it"}
	}
	finding := kit.Finding(netrules.CustomerEndpoint(f.kind, v))
	customer, err := netip.ParseAddr(strings.TrimSpace(v))
	cloudflare, errCF := netip.ParseAddr(strings.TrimSpace(all["cloudflare_endpoint"]))
	if finding.Blocks() || err != nil || errCF != nil {
		return finding
	}
	pair := netrules.EndpointPair{Kind: f.kind, Cloudflare: cloudflare, Customer: customer}
	return kit.WorstOf(finding, kit.Finding(netrules.EndpointPairUsed(pair, false, f.m.pairs(f.id))))
}

func (f fields) checkInterface(v string, _ form.Values) form.Finding {
	finding := kit.Finding(netrules.InterfaceAddress(v))
	subnet, err := netip.ParsePrefix(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return kit.WorstOf(finding, kit.Finding(netrules.InterfaceOverlap(subnet, f.m.env.Subnets(f.id))))
}

// sidesLive says of both addresses of the subnet whose they are.
func sidesLive(v form.Values) string {
	subnet, err := netip.ParsePrefix(strings.TrimSpace(v["interface_address"]))
	if err != nil {
		return ""
	}
	cloudflare, customer, ok := netrules.Sides(subnet)
	if !ok {
		return ""
	}
	return "Cloudflare's side " + cloudflare.String() + ", your side " + customer.String()
}

// poolDefault is where interface subnets are proposed when the account has none yet.
var poolDefault = netip.MustParsePrefix("10.255.0.0/16")

// freeSubnets proposes the next free /31s, in the neighbourhood of those in use.
func (f fields) freeSubnets() []string {
	pool := poolDefault
	var used []netip.Prefix
	for _, s := range f.m.env.Subnets(f.id) {
		if s.CIDR.Bits() == 0 {
			continue
		}
		used = append(used, s.CIDR.Masked())
		if !s.Route && s.CIDR.Addr().Is4() && pool == poolDefault {
			pool = netip.PrefixFrom(s.CIDR.Addr(), 16).Masked()
		}
	}
	var out []string
	for range 3 {
		free, ok := netrules.NextFree31(pool, used)
		if !ok {
			break
		}
		used = append(used, free)
		out = append(out, free.String())
	}
	return out
}

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
	slices.SortFunc(out, func(a, b string) int {
		if c := count[b] - count[a]; c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	for _, lease := range f.m.leases.Rows() {
		for _, cidr := range lease.CIDRs {
			p, err := netip.ParsePrefix(cidr)
			if err == nil && p.IsSingleIP() && count[p.Addr().String()] == 0 {
				out = append(out, p.Addr().String())
			}
		}
	}
	return out
}

// commonValues are the values of the fields that both kinds have.
func commonValues(t api.Tunnel) form.Values {
	v := form.Values{"name": t.Name, "cloudflare_endpoint": t.CloudflareEndpoint, "customer_endpoint": t.CustomerEndpoint,
		"interface_address": t.InterfaceAddress, "interface_address6": t.InterfaceAddress6, "description": t.Description,
		"automatic_return_routing": kit.YesNo(t.AutomaticReturnRouting != nil && *t.AutomaticReturnRouting)}
	kit.PutBGP(v, t.BGP)
	kit.PutHealth(v, t.HealthCheck)
	return v
}

// formKeys are the form's keys where they differ from the API's paths.
var formKeys = map[string]string{
	"cloudflare_gre_endpoint": "cloudflare_endpoint", "customer_gre_endpoint": "customer_endpoint",
	"custom_remote_identities": "fqdn_id",
}

// fieldOf gives the form's key for a path of the API.
func fieldOf(path string) string {
	path = kit.FieldOf(strings.TrimPrefix(path, "custom_remote_identities."))
	if key, ok := formKeys[path]; ok {
		return key
	}
	return path
}
