package contract_test

import (
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
)

// story is how the contract goes through a kind of object, or through a few that belong together.
type story struct {
	name   string
	life   func(*operator) // uses every operation and fills every field
	absent func(*operator) // sends every operation once, about what does not exist; see everyCall
}

// uuid is an id of nothing in the CNI service.
const uuid = "01234567-89ab-4def-8123-456789abcdef"

// stories are those of all kinds. everyOperation fails for one that is missing.
var stories = []story{
	{"GRE tunnels", greTunnels, func(o *operator) {
		calls(o, o.GRETunnels, absent, api.GRETunnel{ID: absent, Name: "con-no-gre", CloudflareGREEndpoint: "192.0.2.11",
			CustomerGREEndpoint: "203.0.113.245", InterfaceAddress: "10.99.2.0/31"})
	}},
	{"IPsec tunnels", ipsecTunnels, func(o *operator) {
		calls(o, o.IPsecTunnels, absent, api.IPsecTunnel{ID: absent, Name: "con-no-ipsec", CloudflareEndpoint: "192.0.2.11",
			InterfaceAddress: "10.99.2.0/31"})
		_, _ = o.generatePSK(absent)
		_, _ = o.setPSKs(map[string]api.Secret{absent: api.NewSecret("for-nobody")})
	}},
	{"tunnel sides", tunnelSides, func(o *operator) {
		calls(o, o.MagicInterconnects, absent, api.MagicInterconnect{ID: absent, Description: "none"})
	}},
	{"routes", routes, func(o *operator) {
		calls(o, o.Routes, absent, api.Route{ID: absent, Prefix: "10.72.0.0/16", Nexthop: "10.255.255.1", Priority: 1})
	}},
	{"interconnects", interconnects, func(o *operator) {
		const icon = "nwf-none-1"
		calls(o, o.CNIs, uuid, api.CNI{ID: uuid, Interconnect: icon, CustIP: "10.99.2.1/31", P2PIP: "10.99.2.0/31",
			Magic: api.CNIMagic{ConduitName: "con-no-cni", MTU: 1500}})
		calls(o, o.Interconnects, icon, api.Interconnect{Type: "direct", SlotID: uuid})
		calls(o, o.Slots, uuid, api.Slot{})
		_, _ = o.CNISettings(o.ctx())
		_, _ = o.setCNISettings(api.CNISettings{DefaultASN: ptr(uint32(65535))})
		_, _ = o.InterconnectStatus(o.ctx(), icon)
		_, _ = o.LetterOfAuthorization(o.ctx(), icon)
	}},
	{"addressing", addressing, func(o *operator) {
		calls(o, o.Prefixes, absent, api.Prefix{CIDR: "198.18.10.0/24", ASN: ptr(uint32(64701))})
		calls(o, o.Services, absent, api.AddressingService{})
		calls(o, o.Leases, absent, api.Lease{})
		calls(o, o.BGPPrefixes(absent), absent, api.BGPPrefix{CIDR: "198.18.10.0/25"})
		calls(o, o.Bindings(absent), absent, api.Binding{CIDR: "198.18.10.0/28", ServiceID: absent})
		calls(o, o.Delegations(absent), absent, api.Delegation{CIDR: "198.18.10.0/28", DelegatedAccountID: absent})
		_, _ = o.validate(absent)
		_, _ = o.changeBGPPrefix(absent, absent, api.BGPPrefixChange{Advertised: ptr(true)})
		_, _ = o.BGPStatus(o.ctx(), absent)
	}},
	{"endpoint checks", endpointChecks, func(o *operator) {
		calls(o, o.EndpointChecks, absent, api.EndpointCheck{CheckType: "icmp", Endpoint: "203.0.113.201"})
	}},
	{"filter profiles", filterProfiles, func(o *operator) {
		calls(o, o.FilterProfiles, absent, api.FilterProfile{Name: "none", MatchAction: "allow", Targets: []string{"10.0.0.0/8"}})
		_, _ = o.BGPSettings(o.ctx())
	}},
}

// interconnects goes through ports, their letters and status, CNIs, slots and the settings.
func interconnects(o *operator) {
	icons := reads(o, o.Interconnects, func(i api.Interconnect) string { return i.Name })
	must[[]api.Interconnect](o)(o.Interconnects.Where("site", icons[0].Site).Where("type", icons[0].Type).List(o.ctx()))
	for _, state := range [][2]string{{"Pending", ""}, {"Healthy", ""}, {"Down", "no light"}, {"Unhealthy", "weak light"}} {
		o.ok(o.sim.SetInterconnectStatus(icons[0].Name, state[0], state[1]))
		must[api.InterconnectStatus](o)(o.InterconnectStatus(o.ctx(), icons[0].Name))
	}
	must[[]byte](o)(o.LetterOfAuthorization(o.ctx(), icons[0].Name))
	slot := freeSlot(o)
	port := must[api.Interconnect](o)(create(o, o.Interconnects, api.Interconnect{Type: "direct", SlotID: slot.ID}))
	o.ok(remove(o, o.Interconnects, port.Name))
	port = must[api.Interconnect](o)(create(o, o.Interconnects, api.Interconnect{Type: "direct", SlotID: slot.ID, Speed: slot.Speed}))
	must[api.Interconnect](o)(create(o, o.Interconnects,
		api.Interconnect{Type: "gcp_partner", Bandwidth: "500M", PairingKey: api.NewSecret("pairing-key-of-the-test")}))
	cnis(o, port.Name)
	must[api.CNISettings](o)(o.setCNISettings(api.CNISettings{}))
	must[api.CNISettings](o)(o.setCNISettings(api.CNISettings{DefaultASN: ptr(uint32(64512))}))
	must[api.CNISettings](o)(o.CNISettings(o.ctx()))
}

func freeSlot(o *operator) api.Slot {
	reads(o, o.Slots, func(s api.Slot) string { return s.ID })
	free := must[[]api.Slot](o)(o.Slots.Where("occupied", "false").List(o.ctx()))
	must[[]api.Slot](o)(o.Slots.Where("site", free[0].Site).Where("speed", free[0].Speed).Where("address_contains", "a").List(o.ctx()))
	return free[0]
}

func cnis(o *operator, icon string) {
	c, one := o.CNIs, must[api.CNI](o)
	list := reads(o, c, func(n api.CNI) string { return n.ID })
	sides := must[[]api.MagicInterconnect](o)(o.MagicInterconnects.List(o.ctx()))
	must[[]api.CNI](o)(c.Where("tunnel_id", sides[0].ID).Where("slot", list[0].ID).List(o.ctx()))
	a := one(create(o, c, api.CNI{Interconnect: icon, Magic: api.CNIMagic{ConduitName: "con-min-cni", MTU: 1500}}))
	b := one(create(o, c, api.CNI{Interconnect: icon,
		BGP:   &api.BGP{CustomerASN: 64999, ExtraPrefixes: []string{"0.0.0.0/0"}, MD5Key: "md5-of-the-test"},
		Magic: api.CNIMagic{ConduitName: "con-full-cni", Description: "every field", MTU: 1500}}))
	a.Magic.Description = "now described"
	b.BGP, b.BGPMode = &api.BGP{CustomerASN: 64998, MD5Key: "another-md5"}, "advertise_only"
	one(update(o, c, a.ID, a))
	one(update(o, c, b.ID, b))
	o.ok(remove(o, c, a.ID))
}

// addressing goes through prefixes and what belongs to them.
func addressing(o *operator) {
	c, one := o.Prefixes, must[api.Prefix](o)
	list := reads(o, c, func(p api.Prefix) string { return p.ID })
	reads(o, o.Leases, nil)
	services := reads(o, o.Services, nil)
	for _, p := range list {
		must[api.PrefixBGPStatus](o)(o.BGPStatus(o.ctx(), p.ID))
		reads(o, o.BGPPrefixes(p.ID), func(b api.BGPPrefix) string { return b.ID })
		must[[]api.Delegation](o)(o.Delegations(p.ID).List(o.ctx()))
		for _, v := range must[[]api.Binding](o)(o.Bindings(p.ID).List(o.ctx())) {
			must[api.Binding](o)(o.Bindings(p.ID).Get(o.ctx(), v.ID))
		}
	}
	first := list[0]
	first.Description = "another text"
	one(update(o, c, first.ID, first))
	one(o.validate(first.ID))
	minimal := one(create(o, c, api.Prefix{CIDR: "198.19.0.0/24", ASN: ptr(uint32(64701))}))
	one(create(o, c, api.Prefix{CIDR: "198.19.1.0/24", ASN: ptr(uint32(4200000001)), Description: "every field",
		DelegateLOACreation: ptr(true), LOADocumentID: "0123456789abcdef0123456789abcdef"}))
	o.ok(remove(o, c, minimal.ID))
	belowPrefix(o, first, services)
}

func belowPrefix(o *operator, p api.Prefix, services []api.AddressingService) {
	one := must[api.BGPPrefix](o)
	b := one(create(o, o.BGPPrefixes(p.ID), api.BGPPrefix{CIDR: "198.18.10.0/25"}))
	one(o.changeBGPPrefix(p.ID, b.ID, api.BGPPrefixChange{Advertised: ptr(true)}))
	one(o.changeBGPPrefix(p.ID, b.ID, api.BGPPrefixChange{ASNPrependCount: ptr(3)}))
	one(o.changeBGPPrefix(p.ID, b.ID, api.BGPPrefixChange{AutoAdvertiseWithdraw: ptr(true)}))
	one(o.changeBGPPrefix(p.ID, b.ID, api.BGPPrefixChange{Advertised: ptr(false), ASNPrependCount: ptr(0), AutoAdvertiseWithdraw: ptr(false)}))
	o.ok(remove(o, o.BGPPrefixes(p.ID), b.ID))
	for _, s := range services {
		if s.Name != "Magic Transit" {
			v := must[api.Binding](o)(create(o, o.Bindings(p.ID), api.Binding{CIDR: "198.18.10.64/28", ServiceID: s.ID}))
			o.ok(remove(o, o.Bindings(p.ID), v.ID))
		}
	}
	d := must[api.Delegation](o)(create(o, o.Delegations(p.ID), api.Delegation{CIDR: "198.18.10.32/28",
		DelegatedAccountID: "0123456789abcdef0123456789abcdef"}))
	o.ok(remove(o, o.Delegations(p.ID), d.ID))
}

// identity lists the accounts and verifies credentials of every kind.
func identity(o *operator) {
	o.sim.AddAccount("fedcba9876543210fedcba9876543210", "Second")
	must[[]api.Account](o)(o.sender.Client().Accounts(o.ctx()))
	status := must[api.TokenStatus](o)
	status(o.sender.Client().VerifyToken(o.ctx(), ""))
	o.sim.GrantAccountToken("cfat_of-the-account", simaccount.MagicTransitRead)
	status(o.as(api.Credentials{Token: api.NewSecret("cfat_of-the-account")}).Client().VerifyToken(o.ctx(), o.ID))
	global := o.as(api.Credentials{Email: simaccount.DefaultEmail, Key: api.NewSecret(simaccount.DefaultKey)}).Client()
	status(global.VerifyToken(o.ctx(), ""))
	must[[]api.Account](o)(global.Accounts(o.ctx()))
	must[[]api.GRETunnel](o)(global.In(o.ID).GRETunnels.List(o.ctx()))
	must[[]api.Prefix](o)(global.In(o.ID).Prefixes.List(o.ctx()))
}

// diagnostics traces and asks the analytics.
func diagnostics(o *operator) {
	o.sim.EnableLogs(string(api.BGPLogs), string(api.IPsecLogs))
	ofRecord(o)
	traces := must[[]api.Trace](o)
	traces(o.Traceroute(o.ctx(), api.TracerouteRequest{Targets: []string{"203.0.113.10"}}))
	traces(o.Traceroute(o.ctx(), api.TracerouteRequest{Targets: []string{"203.0.113.10", "2001:db8::1", "example.com"},
		Colos:   []string{"fra01", "ams01"},
		Options: &api.TracerouteOptions{MaxTTL: 20, PacketType: "gre+icmp", PacketsPerTTL: 2, Port: 33434, WaitTime: 2}}))
	from := o.now.Add(-time.Hour)
	must[api.HealthReport](o)(o.TunnelHealth(o.ctx(), from, o.now, api.HealthOptions{PerColo: true}))
	must[api.TrafficReport](o)(o.TunnelTraffic(o.ctx(), from, o.now, api.TrafficOptions{}))
}

// filterProfiles makes two profiles, changes one and removes it.
func filterProfiles(o *operator) {
	c, one := o.FilterProfiles, must[api.FilterProfile](o)
	reads(o, c, func(p api.FilterProfile) string { return p.ID })
	bare := one(create(o, c, api.FilterProfile{Name: "bare", MatchAction: "deny", Targets: []string{"0.0.0.0/0"}}))
	full := one(create(o, c, api.FilterProfile{Name: "full", Description: "every field", MatchAction: "allow",
		Targets: []string{"10.0.0.0/8{8,24}", "2001:db8::/32+", "192.0.2.0/24"}}))
	full.Name, full.Description, full.MatchAction, full.Targets = "another", "other text", "deny", []string{"10.0.0.0/8{16}"}
	one(update(o, c, full.ID, full))
	o.ok(remove(o, c, bare.ID))
	must[api.BGPSettings](o)(o.BGPSettings(o.ctx()))
}

// endpointChecks makes a check, with a name and without, changes it and removes it.
func endpointChecks(o *operator) {
	c, one := o.EndpointChecks, must[api.EndpointCheck](o)
	reads(o, c, func(e api.EndpointCheck) string { return e.ID })
	bare := one(create(o, c, api.EndpointCheck{CheckType: "icmp", Endpoint: "203.0.113.200"}))
	named := one(create(o, c, api.EndpointCheck{CheckType: "icmp", Endpoint: "2001:db8:40::1", Name: "every field"}))
	named.Name = "another name"
	one(update(o, c, named.ID, named))
	o.ok(remove(o, c, bare.ID))
}
