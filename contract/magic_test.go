package contract_test

import (
	"fmt"

	"flarewire/api"
	"flarewire/internal/simaccount"
)

var (
	fullBGP = &api.BGP{CustomerASN: 64999, ExtraPrefixes: []string{"0.0.0.0/0"}, MD5Key: "md5-of-the-test",
		ExportFilterID: filterOf("on-prem-imports"), ImportFilterID: filterOf("no-default")}
	// wideBGP has a number that needs 32 bits without sign (RFC 6793).
	wideBGP   = &api.BGP{CustomerASN: 4200000000, ExtraPrefixes: []string{}}
	fullCheck = &api.HealthCheck{Enabled: ptr(true), Rate: "high", Type: "request", Direction: "bidirectional",
		Target: api.HealthCheckTarget{Saved: "203.0.113.250"}}
)

// filterOf is the id of a BGP filter profile that every simulated account has.
func filterOf(name string) string {
	for _, o := range simaccount.New(simaccount.Options{}).Objects(simaccount.FilterProfiles) {
		if o["name"] == name {
			return o["id"].(string)
		}
	}
	return ""
}

// greTunnels goes through the life of GRE tunnels.
func greTunnels(o *operator) {
	c, one := o.GRETunnels, must[api.GRETunnel](o)
	reads(o, c, func(t api.GRETunnel) string { return t.ID })
	minimal := api.GRETunnel{Name: "con-min-gre", CloudflareGREEndpoint: "192.0.2.11", CustomerGREEndpoint: "203.0.113.240",
		InterfaceAddress: "10.99.0.0/31"}
	full := api.GRETunnel{Name: "con-full-gre", CloudflareGREEndpoint: "192.0.2.12", CustomerGREEndpoint: "203.0.113.241",
		InterfaceAddress: "10.99.0.2/31", InterfaceAddress6: "2001:db8:7:0:a9fe::10/127", Description: "every field", TTL: 128, MTU: 1400,
		AutomaticReturnRouting: ptr(true), BGP: fullBGP, HealthCheck: fullCheck}
	one(create(o, c, minimal, dry))
	one(create(o, c, full, dry))
	a, b := one(create(o, c, minimal)), one(create(o, c, full))
	wide := api.GRETunnel{Name: "con-wide-gre", CloudflareGREEndpoint: "192.0.2.12", CustomerGREEndpoint: "203.0.113.242",
		InterfaceAddress: "10.99.0.4/31", BGP: wideBGP}
	one(create(o, c, wide))
	a.Description, b.Description, b.InterfaceAddress6 = "now described", "", ""
	one(update(o, c, a.ID, a, dry))
	one(update(o, c, a.ID, a))
	one(update(o, c, b.ID, b))
	must[int](o)(bulkUpdate(o, c, []api.GRETunnel{a, b}, dry))
	must[int](o)(bulkUpdate(o, c, []api.GRETunnel{a, b}))
	for _, fsm := range []string{"Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", ""} {
		o.ok(o.sim.SetBGP(simaccount.GRETunnels, b.ID, fsm))
		one(c.Get(o.ctx(), b.ID))
	}
	must[[]api.GRETunnel](o)(c.List(o.ctx()))
	o.ok(remove(o, c, a.ID, dry))
	o.ok(remove(o, c, a.ID))
}

// ipsecTunnels goes through the life of IPsec tunnels and their keys.
func ipsecTunnels(o *operator) {
	c, one := o.IPsecTunnels, must[api.IPsecTunnel](o)
	reads(o, c, func(t api.IPsecTunnel) string { return t.ID })
	minimal := api.IPsecTunnel{Name: "con-min-ipsec", CloudflareEndpoint: "192.0.2.11", InterfaceAddress: "10.99.1.0/31"}
	full := api.IPsecTunnel{Name: "con-full-ipsec", CloudflareEndpoint: "192.0.2.12", CustomerEndpoint: "203.0.113.243",
		InterfaceAddress: "10.99.1.2/31", InterfaceAddress6: "2001:db8:7:0:a9fe::20/127", Description: "every field",
		PSK: api.NewSecret("made-up-for-the-test"), ReplayProtection: ptr(true), AutomaticReturnRouting: ptr(true),
		CustomRemoteIdentities: &api.CustomRemoteIdentities{FQDNID: "con." + o.ID + ".custom.ipsec.cloudflare.com"},
		BGP:                    fullBGP, HealthCheck: fullCheck}
	one(create(o, c, minimal, dry))
	one(create(o, c, full, dry))
	a, b := one(create(o, c, minimal)), one(create(o, c, full))
	a.BGP, a.CustomerEndpoint = wideBGP, "203.0.113.244"
	b.Description, b.PSK = "", api.NewSecret("another-for-the-test")
	one(update(o, c, a.ID, a, dry))
	one(update(o, c, a.ID, a))
	one(update(o, c, b.ID, b))
	must[int](o)(bulkUpdate(o, c, []api.IPsecTunnel{a, b}, dry))
	must[int](o)(bulkUpdate(o, c, []api.IPsecTunnel{a, b}))
	must[api.PSK](o)(o.generatePSK(a.ID, dry))
	must[api.PSK](o)(o.generatePSK(a.ID))
	keys := map[string]api.Secret{a.ID: api.NewSecret("one-of-many-1"), "0123456789abcdef0123456789abcdef": api.NewSecret("one-of-many-2")}
	must[api.PSKResult](o)(o.setPSKs(keys, dry))
	must[api.PSKResult](o)(o.setPSKs(keys))
	must[[]api.IPsecTunnel](o)(c.List(o.ctx()))
	o.ok(remove(o, c, a.ID, dry))
	o.ok(remove(o, c, a.ID))
}

// tunnelSides changes the tunnel side of the interconnects.
func tunnelSides(o *operator) {
	c, one := o.MagicInterconnects, must[api.MagicInterconnect](o)
	list := reads(o, c, func(i api.MagicInterconnect) string { return i.ID })
	one(update(o, c, list[0].ID, api.MagicInterconnect{Description: "only this"}, dry))
	one(update(o, c, list[0].ID, api.MagicInterconnect{Description: "only this"}))
	for i := range list {
		list[i].Description, list[i].MTU, list[i].AutomaticReturnRouting = "every field", 1450, ptr(true)
		list[i].BGP, list[i].InterfaceAddress6 = fullBGP, fmt.Sprintf("2001:db8:7:0:a9fe::%x/127", 0x30+2*i)
		list[i].HealthCheck = &api.HealthCheck{Enabled: ptr(true), Rate: "low", Type: "reply",
			Target: api.HealthCheckTarget{Saved: "203.0.113.250"}}
		one(update(o, c, list[i].ID, list[i], dry))
		one(update(o, c, list[i].ID, list[i]))
	}
	must[int](o)(bulkUpdate(o, c, list, dry))
	must[int](o)(bulkUpdate(o, c, list))
}

// routes goes through the life of static routes.
func routes(o *operator) {
	c, one := o.Routes, must[api.Route](o)
	hop := reads(o, c, func(r api.Route) string { return r.ID })[0].Nexthop
	minimal := api.Route{Prefix: "10.70.0.0/16", Nexthop: hop, Priority: 100}
	full := api.Route{Prefix: "10.71.0.0/16", Nexthop: hop, Priority: 200, Description: "every field", Weight: 256,
		Scope: &api.RouteScope{ColoRegions: []string{"WEUR", "EEUR"}, ColoNames: []string{"fra01"}}}
	one(create(o, c, minimal, dry))
	one(create(o, c, full, dry))
	a, b := one(create(o, c, minimal)), one(create(o, c, full))
	a.Description, b.Description = "now described", ""
	one(update(o, c, a.ID, a, dry))
	one(update(o, c, a.ID, a))
	one(update(o, c, b.ID, b))
	must[int](o)(bulkUpdate(o, c, []api.Route{a, b}, dry))
	must[int](o)(bulkUpdate(o, c, []api.Route{a, b}))
	o.ok(remove(o, c, a.ID))
}
