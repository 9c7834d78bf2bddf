package diagnose_test

import (
	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// routeFaults are those of static routes, interconnects and ports.
func routeFaults() []fault {
	route := func(hop string, more ...func(*api.Route)) api.Route {
		r := api.Route{ID: "r", Prefix: "10.9.0.0/16", Nexthop: hop, Priority: 100}
		for _, change := range more {
			change(&r)
		}
		return r
	}
	in := func(regions ...string) func(*api.Route) {
		return func(r *api.Route) { r.Scope = &api.RouteScope{ColoRegions: regions} }
	}
	linked := func(health float64, port store.PortState) func(*diagnose.Facts) {
		return func(f *diagnose.Facts) {
			f.Links = links(api.MagicInterconnect{ID: "l", Name: "x", InterfaceAddress: "10.7.0.0/31", VirtualPortReservationID: "v"})
			f.Health = map[string]store.MeasuredHealth{"x": {State: store.HealthOf(&health), Score: &health}}
			f.Ports = ports(store.Port{Interconnect: api.Interconnect{Name: "nwf-1", VirtualPortReservationID: "v"}, State: port})
		}
	}
	port := func(state store.PortState) diagnose.Facts {
		return with(an(), func(f *diagnose.Facts) {
			f.Ports = ports(store.Port{Interconnect: api.Interconnect{Name: "x"}, State: state, Reason: "No light"})
		})
	}
	another := func(state store.PortState) diagnose.Facts {
		return with(an(), func(f *diagnose.Facts) {
			f.Ports = ports(store.Port{Interconnect: api.Interconnect{Name: "w"}, State: store.PortHealthy},
				store.Port{Interconnect: api.Interconnect{Name: "x"}, State: state, Reason: "No light"},
				store.Port{Interconnect: api.Interconnect{Name: "y"}, State: store.PortPending})
		})
	}
	static := func(subnet string) store.Tunnel { return x(api.GRE, subnet, noBGP) }
	return []fault{
		{name: "the next hop is Cloudflare's side", object: "10.9.0.0/16", cause: diagnose.NextHopWrongSide, severity: diagnose.Impaired,
			likely: diagnose.Certain, says: []string{"Cloudflare's own side of x", "your side is 10."},
			is: with(an(static("10.1.0.0/31")), routed(route("10.1.0.0"))), variant: with(an(static("10.2.0.5/30")), routed(route("10.2.0.5"))),
			near: with(an(static("10.1.0.0/31")), routed(route("10.1.0.1")))},
		{name: "the next hop is no host of its subnet", object: "10.9.0.0/16", cause: diagnose.NextHopWrongSide, severity: diagnose.Impaired,
			likely: diagnose.Certain, says: []string{"first or last address", "10.2.0.6"},
			is: with(an(static("10.2.0.5/30")), routed(route("10.2.0.4"))), variant: with(an(static("10.2.0.5/30")), routed(route("10.2.0.7"))),
			near: with(an(static("10.2.0.5/30")), routed(route("10.2.0.6")))},
		{name: "the next hop belongs to nothing", object: "10.9.0.0/16", cause: diagnose.NextHopUnknown, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"no tunnel or CNI"}, is: with(an(static("10.1.0.0/31")), routed(route("10.88.0.1"))),
			variant: with(an(), linked(1, store.PortHealthy), routed(route("172.16.5.5"))),
			near:    with(an(), linked(1, store.PortHealthy), routed(route("10.7.0.1")))},
		{name: "some regions have no route", object: "10.9.0.0/16", cause: diagnose.RegionGap, severity: diagnose.Impaired,
			likely: diagnose.Certain, says: []string{"limited to regions"}, is: with(an(static("10.1.0.0/31")),
				routed(route("10.1.0.1", in("WEUR", "ENAM")))),
			variant: with(an(static("10.2.0.5/30")), routed(route("10.2.0.6", in("OC")), route("10.2.0.6", in("AFR", "ME")))),
			near:    with(an(static("10.1.0.0/31")), routed(route("10.1.0.1", in("WEUR")), route("10.1.0.1")))},
		{name: "no route into a tunnel without BGP", object: "x", cause: diagnose.MissingRoute, severity: diagnose.Impaired,
			likely: diagnose.Certain, says: []string{"sends nothing into it", "create a route"}, is: with(an(static("10.1.0.0/31")), routed()),
			variant: with(an(x(api.IPsec, "10.2.0.5/30", noBGP)), routed(route("10.1.0.1"))),
			near:    with(an(static("10.1.0.0/31")), routed(route("10.1.0.1")))},
		{name: "a static route beside BGP", object: "x", cause: diagnose.StaticBeatsBGP, severity: diagnose.NoImpact, likely: diagnose.Possible,
			says: []string{"the static route wins"}, is: with(an(x(api.GRE, "10.1.0.0/31")), routed(route("10.1.0.1"))),
			variant: with(an(x(api.IPsec, "10.2.0.5/30")), routed(route("10.2.0.6", func(r *api.Route) { r.Priority = 1 }))),
			near:    with(an(x(api.GRE, "10.1.0.0/31")), routed(route("10.1.0.1", func(r *api.Route) { r.Priority = 5000 })))},
		{name: "an interconnect is down", object: "x", cause: diagnose.LinkDown, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"through the CNI are failing"}, is: with(an(), linked(0, store.PortHealthy)),
			variant: with(an(), linked(0.2, store.PortDown)), near: with(an(), linked(1, store.PortDown))},
		{name: "an interconnect loses probes", object: "x", cause: diagnose.LinkDegraded, severity: diagnose.Impaired, likely: diagnose.Possible,
			is: with(an(), linked(0.6, store.PortHealthy)), variant: with(an(), linked(0.79, store.PortPending)),
			near: with(an(), linked(0.1, store.PortHealthy))},
		{name: "a port is down", object: "x", cause: diagnose.PortDown, severity: diagnose.Outage, likely: diagnose.Certain,
			says: []string{"No light", "-20 dBm"}, is: port(store.PortDown), variant: another(store.PortDown),
			near: port(store.PortPending)},
		{name: "a port is unhealthy", object: "x", cause: diagnose.PortUnhealthy, severity: diagnose.Impaired, likely: diagnose.Certain,
			is: port(store.PortUnhealthy), variant: another(store.PortUnhealthy), near: port(store.PortHealthy)},
	}
}
