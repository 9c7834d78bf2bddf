package simaccount

import (
	"net/http"
	"net/netip"
	"strings"
)

const maxASN = 1<<32 - 1

func healthCheckFields(direction bool) []field {
	fields := []field{
		{name: "enabled", kind: boolean, def: true},
		{name: "rate", kind: text, def: "mid", oneOf: []string{"low", "mid", "high"}},
		{name: "type", kind: text, def: "reply", oneOf: []string{"reply", "request"}},
		{name: "target", kind: target, def: "", check: checkOptionalIP},
	}
	if direction {
		fields = append(fields, field{
			name: "direction", kind: text, def: "unidirectional", oneOf: []string{"unidirectional", "bidirectional"},
		})
	}
	return fields
}

func bgpFields(asnRequired bool) []field {
	return []field{
		{name: "customer_asn", kind: integer, required: asnRequired, bounds: &bounds{0, maxASN}, check: checkCustomerASN},
		{name: "extra_prefixes", kind: texts, check: checkCIDRs},
		{name: "md5_key", kind: text, bounds: &bounds{1, 80}, check: checkMD5},
		{name: "export_filter_id", kind: text},
		{name: "import_filter_id", kind: text},
	}
}

// commonFields are those that both kinds of tunnel share.
func commonFields() []field {
	return []field{
		{name: "description", kind: text},
		{name: "interface_address", kind: text, required: true, check: checkInterface},
		{name: "interface_address6", kind: text, check: checkInterface6},
		{name: "automatic_return_routing", kind: boolean},
		{name: "health_check", kind: nested, fields: healthCheckFields(true), def: Object{}},
	}
}

// greTunnels, ipsecTunnels and cfLinks describe the three kinds of /magic connection.
var (
	greTunnels = &magicResource{
		kind: GRETunnels, singular: "gre_tunnel", title: "GRE Tunnel", goName: "GRETunnel", notFound: 1029,
		fields: append(commonFields(),
			field{name: "name", kind: text, required: true, check: checkShortName},
			field{name: "customer_gre_endpoint", kind: text, required: true, check: checkIP},
			field{name: "cloudflare_gre_endpoint", kind: text, required: true, check: checkIP},
			field{name: "ttl", kind: integer, def: int64(64), bounds: &bounds{1, 255}},
			field{name: "mtu", kind: integer, def: int64(1476), bounds: &bounds{576, 65535}},
			field{name: "bgp", kind: nested, initial: true, fields: bgpFields(true)},
		),
		rules: tunnelRules,
	}
	ipsecTunnels = &magicResource{
		kind: IPsecTunnels, singular: "ipsec_tunnel", title: "IPsec Tunnel", goName: "IPsecTunnel", notFound: 1032,
		fields: append(commonFields(),
			field{name: "name", kind: text, required: true, check: checkName},
			field{name: "customer_endpoint", kind: text, check: checkOptionalIP},
			field{name: "cloudflare_endpoint", kind: text, required: true, check: checkIP},
			field{name: "replay_protection", kind: boolean},
			field{name: "psk", kind: text, check: checkPSK},
			field{name: "bgp", kind: nested, replace: true, fields: bgpFields(true)},
			field{name: "custom_remote_identities", kind: nested, fields: []field{{name: "fqdn_id", kind: text}}},
		),
		rules: tunnelRules,
	}
	cfLinks = &magicResource{
		kind: Links, plural: "interconnects", singular: "interconnect", title: "Interconnect", goName: "Interconnect", notFound: 1020,
		fields: []field{
			{name: "name", kind: text, check: checkName},
			{name: "description", kind: text},
			{name: "gre", kind: nested, fields: []field{{name: "cloudflare_endpoint", kind: text, check: checkIP}}},
			{name: "interface_address", kind: text, check: checkLinkInterface},
			{name: "interface_address6", kind: text, check: checkInterface6},
			{name: "mtu", kind: integer, bounds: &bounds{576, 65535}},
			{name: "automatic_return_routing", kind: boolean},
			{name: "health_check", kind: nested, fields: healthCheckFields(false)},
			{name: "bgp", kind: nested, fields: bgpFields(false)},
		},
		rules: linkRules,
	}
)

func checkPSK(v any) string {
	s := v.(string)
	if s == "" || strings.TrimSpace(s) != s || len(s) > 128 {
		return "must be 1 to 128 characters without leading or trailing spaces"
	}
	return ""
}

// connections are all records with an interface address, except the one that is being written.
func (s *Server) connections(self *record) []*record {
	var out []*record
	for _, kind := range []Resource{GRETunnels, IPsecTunnels, Links} {
		for _, r := range s.objects[kind].list {
			if r != self {
				out = append(out, r)
			}
		}
	}
	return out
}

// endpoints returns the pair of a tunnel whatever its kind calls them.
func endpoints(kind Resource, o Object) (cloudflare, customer string) {
	if kind == GRETunnels {
		cloudflare, _ = o["cloudflare_gre_endpoint"].(string)
		customer, _ = o["customer_gre_endpoint"].(string)
		return cloudflare, customer
	}
	cloudflare, _ = o["cloudflare_endpoint"].(string)
	customer, _ = o["customer_endpoint"].(string)
	return cloudflare, customer
}

// tunnelRules are the rules across the account for GRE and IPsec.
func tunnelRules(c *call, kind Resource, o Object, self *record) error {
	if err := connectionRules(c, o, self); err != nil {
		return err
	}
	cloudflare, customer := endpoints(kind, o)
	label := map[bool]string{true: "gre_", false: ""}[kind == GRETunnels]
	if !c.server.leased(cloudflare) {
		return refuse("cloudflare_%sendpoint %s is not assigned to this account", label, cloudflare)
	}
	if customer != "" && !publicAddress(customer) {
		return refuse("customer_%sendpoint %s must be a public IP address", label, customer)
	}
	if customer != "" && c.server.inOwnPrefix(customer) {
		return refuse("customer_%sendpoint %s must be outside the prefixes advertised by Cloudflare", label, customer)
	}
	identity := customIdentity(o)
	if !c.server.identityFits(identity) {
		return refuse("custom_remote_identities.fqdn_id must be of the form <label>.%s.custom.ipsec.cloudflare.com", c.server.account)
	}
	for _, r := range c.server.objects[kind].list {
		otherCloudflare, otherCustomer := endpoints(kind, r.obj)
		if r == self || otherCloudflare != cloudflare {
			continue
		}
		if customer != "" && otherCustomer == customer {
			return refuse("cloudflare_%sendpoint and customer_%sendpoint are already used by tunnel %s", label, label, r.text("name"))
		}
		if identity != "" && customIdentity(r.obj) == identity {
			return refuse("custom_remote_identities.fqdn_id is already used by tunnel %s with the same cloudflare_endpoint", r.text("name"))
		}
	}
	return nil
}

func customIdentity(o Object) string {
	identities, _ := o["custom_remote_identities"].(Object)
	id, _ := identities["fqdn_id"].(string)
	return id
}

func (s *Server) identityFits(id string) bool {
	label, ok := strings.CutSuffix(id, "."+s.account+".custom.ipsec.cloudflare.com")
	return id == "" || (ok && label != "" && !strings.Contains(label, "."))
}

// connectionRules hold for every kind: the name, the interface subnet and the account flag.
func connectionRules(c *call, o Object, self *record) error {
	name, _ := o["name"].(string)
	address, _ := o["interface_address"].(string)
	address6, _ := o["interface_address6"].(string)
	for _, r := range c.server.connections(self) {
		switch {
		case r.text("name") == name:
			return refuse("name %s is already used by another tunnel", name)
		case overlaps(r.text("interface_address"), address):
			return refuse("interface_address %s overlaps with the interface address of tunnel %s", address, r.text("name"))
		case address6 != "" && overlaps(r.text("interface_address6"), address6):
			return refuse("interface_address6 %s overlaps with the interface address of tunnel %s", address6, r.text("name"))
		}
	}
	if o["automatic_return_routing"] == true && !c.server.features.automaticReturns {
		return refuse("automatic_return_routing requires the account flag coupler_integration")
	}
	return c.server.checkFilter(o)
}

// linkRules add what the version of an interconnect demands of its subnet.
func linkRules(c *call, _ Resource, o Object, self *record) error {
	address, _ := o["interface_address"].(string)
	if p, err := netip.ParsePrefix(address); err == nil && p.Bits() == 29 {
		third := p.Masked().Addr().Next().Next().Next()
		if o["version"] != "1.5" || p.Addr() != third {
			return refuse("interface_address with /29 needs an interconnect of version 1.5 and the third address of the subnet")
		}
	}
	return connectionRules(c, o, self)
}

// leased says whether a Cloudflare endpoint is one of the account's addresses.
func (s *Server) leased(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, r := range s.objects[Leases].list {
		for _, cidr := range r.obj["cidrs"].([]any) {
			if netip.MustParsePrefix(cidr.(string)).Contains(a) {
				return true
			}
		}
	}
	return false
}

// inOwnPrefix says whether an address belongs to a BYOIP prefix of the account.
func (s *Server) inOwnPrefix(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, r := range s.objects[Prefixes].list {
		if p, err := netip.ParsePrefix(r.text("cidr")); err == nil && p.Contains(a) {
			return true
		}
	}
	return false
}

func tunnelOperations() []operation {
	ops := append(greTunnels.operations(true), ipsecTunnels.operations(true)...)
	ops = append(ops, cfLinks.operations(false)...)
	const ipsec = "/accounts/{account_id}/magic/ipsec_tunnels"
	return append(ops,
		operation{method: http.MethodPost, path: ipsec + "/psk", needs: magicWriters, notOnboardedCode: notOnboarded, run: setPSKs},
		operation{method: http.MethodPost, path: ipsec + "/{id}/psk_generate", needs: magicWriters, notOnboardedCode: notOnboarded,
			run: generatePSK},
	)
}
