package tunnel

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/diagnose"
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
		f.bgp(bgpFixed), healthSection(f.kind), own,
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

// bgp is the section of the session. fixed is why it cannot be changed here.
func (f fields) bgp(fixed string) form.Section {
	on := func(v form.Values) bool { return v["bgp"] == "yes" }
	return form.Section{Title: "BGP", Fields: []form.Field{
		{Key: "bgp", Label: "BGP session", Kind: form.Choice, Options: form.YesNo, Fixed: fixed, Help: "Your router opens it; Cloudflare's AS is " + diagnose.CloudflareASN},
		{Key: "customer_asn", Label: "Your AS number", When: on, Fixed: fixed, Help: "Private 64512 to 65534 or your own; not " + diagnose.CloudflareASN,
			Check: func(v string, _ form.Values) form.Finding { return f.checkASN(v) }},
		{Key: "md5_key", Label: "MD5 key", Kind: form.Secret, When: on, Fixed: fixed, Help: "Optional, the same on your router; 1 to 80 characters",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "" {
					return form.Finding{}
				}
				return kit.Finding(netrules.MD5Key(v))
			}},
		{Key: "extra_prefixes", Label: "Extra prefixes", When: on, Fixed: fixed, Help: "Advertised to you besides your routes: 0.0.0.0/0; separate with blanks",
			Suggest: func(form.Values) []string { return []string{"0.0.0.0/0", "100.96.0.0/12", "100.64.0.0/12"} }, Check: kit.CheckList(netrules.ExtraPrefix)},
	}}
}

// cloudflareASN is the AS number that a customer's must differ from.
const cloudflareASN = 13335

func (f fields) checkASN(v string) form.Finding {
	finding := kit.Finding(netrules.CustomerASN(v, cloudflareASN))
	asn, err := netrules.ParseASN(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return kit.WorstOf(finding, kit.Finding(netrules.SameASN(asn, f.m.asns(f.id))))
}

func healthSection(kind netrules.Kind) form.Section {
	on := func(v form.Values) bool { return v["hc_enabled"] == "yes" }
	option := func(values ...string) []form.Option {
		var out []form.Option
		for _, v := range values {
			out = append(out, form.Option{Value: v, Label: v})
		}
		return out
	}
	return form.Section{Title: "Health check", Folded: true, Fields: []form.Field{
		{Key: "hc_enabled", Label: "Enabled", Kind: form.Choice, Options: form.YesNo, Help: "Without it Cloudflare sends traffic blindly and shows the tunnel as down",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "no" {
					return form.Finding{Level: form.Warning, Text: "Cloudflare shows it as 100 % down and cannot alert; BGP needs it on"}
				}
				return form.Finding{}
			}},
		{Key: "hc_type", Label: "Type", Kind: form.Choice, When: on, Options: option(netrules.TypeReply, netrules.TypeRequest),
			Help: "request is safer behind a stateful firewall"},
		{Key: "hc_direction", Label: "Direction", Kind: form.Choice, When: on, Options: option(netrules.Unidirectional, netrules.Bidirectional),
			Help: "Cloudflare WAN: bidirectional. Magic Transit with direct return: unidirectional"},
		{Key: "hc_rate", Label: "Rate", Kind: form.Choice, When: on, Options: option("low", "mid", "high"), Help: "How often to probe"},
		{Key: "hc_target", Label: "Target", When: on, Help: "Empty for the default: your endpoint, or your side when bidirectional",
			Check: func(v string, all form.Values) form.Finding {
				if v == "" {
					return form.Finding{}
				}
				return kit.Finding(netrules.HealthCheckTarget(all["hc_direction"], v))
			}},
	}}
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
		"bgp": "no", "automatic_return_routing": yesNo(t.AutomaticReturnRouting != nil && *t.AutomaticReturnRouting)}
	if t.BGP != nil {
		v["bgp"], v["customer_asn"], v["md5_key"] = "yes", strconv.FormatUint(uint64(t.BGP.CustomerASN), 10), t.BGP.MD5Key
		v["extra_prefixes"] = strings.Join(t.BGP.ExtraPrefixes, " ")
	}
	h := t.HealthCheck
	if h == nil {
		h = proposedHealth()
	}
	v["hc_enabled"] = yesNo(h.Enabled == nil || *h.Enabled)
	v["hc_rate"], v["hc_type"], v["hc_direction"], v["hc_target"] = or(h.Rate, "mid"), or(h.Type, netrules.TypeReply), or(h.Direction, netrules.Unidirectional), h.Target.Saved
	return v
}

// proposedHealth is the health check that a new tunnel begins with.
func proposedHealth() *api.HealthCheck {
	d := netrules.DefaultHealthCheck(netrules.CloudflareWAN)
	return &api.HealthCheck{Enabled: &d.Enabled, Rate: d.Rate, Type: d.Type, Direction: d.Direction}
}

// healthOf puts what was typed into a health check, every field explicit: the API's defaults differ from
// product to product.
func healthOf(v form.Values) *api.HealthCheck {
	enabled := v["hc_enabled"] == "yes"
	return &api.HealthCheck{Enabled: &enabled, Rate: v["hc_rate"], Type: v["hc_type"], Direction: v["hc_direction"],
		Target: api.HealthCheckTarget{Saved: strings.TrimSpace(v["hc_target"])}}
}

// bgpOf puts what was typed into a session's configuration; nil without BGP. What the form does not
// show (filters) stays as it was.
func bgpOf(v form.Values, before *api.BGP) *api.BGP {
	if v["bgp"] != "yes" {
		return nil
	}
	var b api.BGP
	if before != nil {
		b = *before
	}
	b.CustomerASN, _ = netrules.ParseASN(strings.TrimSpace(v["customer_asn"]))
	b.MD5Key = v["md5_key"]
	b.ExtraPrefixes = kit.Words(v["extra_prefixes"])
	return &b
}

// setting keeps an absent switch absent as long as it is off: absent is not the same as a sent false.
func setting(before *bool, value string) *bool {
	on := value == "yes"
	if before == nil && !on {
		return nil
	}
	return &on
}

// formKeys are the form's keys where they differ from the API's paths.
var formKeys = map[string]string{
	"cloudflare_gre_endpoint": "cloudflare_endpoint", "customer_gre_endpoint": "customer_endpoint",
	"custom_remote_identities": "fqdn_id", "target": "hc_target",
}

// fieldOf gives the form's key for a path of the API.
func fieldOf(path string) string {
	for _, group := range []string{"bgp.", "health_check.", "custom_remote_identities.", "scope."} {
		if rest, ok := strings.CutPrefix(path, group); ok {
			path = rest
			if group == "health_check." {
				path = "hc_" + strings.TrimSuffix(rest, ".saved")
			}
		}
	}
	if key, ok := formKeys[path]; ok {
		return key
	}
	return path
}
