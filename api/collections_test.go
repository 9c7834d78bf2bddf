package api_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"flarewire/api"
)

// collection is one collection of the API, as the tests of lists, of damaged objects, of operations and of requests use it.
type collection struct {
	kind    kind
	damaged func(*testing.T) subject
	call    func(map[string]func(context.Context) error, *api.AccountClient)
	build   func(map[string]func(*rand.Rand) (api.Request, error), *api.AccountClient)
}

// collections are those of an account; TestEveryKindIsHere fails for one that is missing. under and single are the keys of the list and of
// one object in result, if there are any; odd is a field of which a JSON list of numbers is no value.
func collections() []collection {
	type A = api.AccountClient
	return []collection{
		collectionOf("gre_tunnels", "gre_tunnels", "gre_tunnel", "mtu", func(v api.GRETunnel) string { return v.ID },
			func(a *A) api.Collection[api.GRETunnel] { return a.GRETunnels }, api.GRETunnel{ID: "t1", Name: "a"}),
		collectionOf("ipsec_tunnels", "ipsec_tunnels", "ipsec_tunnel", "psk_metadata", func(v api.IPsecTunnel) string { return v.ID },
			func(a *A) api.Collection[api.IPsecTunnel] { return a.IPsecTunnels }, api.IPsecTunnel{ID: "t1", Name: "a"}),
		collectionOf("cf_interconnects", "interconnects", "interconnect", "gre", func(v api.MagicInterconnect) string { return v.ID },
			func(a *A) api.Collection[api.MagicInterconnect] { return a.Interconnects }, api.MagicInterconnect{ID: "i1", Name: "a"}),
		collectionOf("routes", "routes", "route", "scope", func(v api.Route) string { return v.ID },
			func(a *A) api.Collection[api.Route] { return a.Routes }, api.Route{ID: "r1", Prefix: "192.0.2.0/24"}),
		collectionOf("cnis", "items", "", "magic", func(v api.CNI) string { return v.ID },
			func(a *A) api.Collection[api.CNI] { return a.CNIs }, api.CNI{ID: "c1"}),
		collectionOf("cni_interconnects", "items", "", "site", func(v api.Interconnect) string { return v.Name },
			func(a *A) api.Collection[api.Interconnect] { return a.PhysicalInterconnects }, api.Interconnect{Name: "i1"}).by("name"),
		collectionOf("cni_slots", "items", "", "occupied", func(v api.Slot) string { return v.ID },
			func(a *A) api.Collection[api.Slot] { return a.Slots }, api.Slot{ID: "s1"}),
		collectionOf("prefixes", "", "", "asn", func(v api.Prefix) string { return v.ID },
			func(a *A) api.Collection[api.Prefix] { return a.Prefixes }, api.Prefix{ID: "p1"}),
		collectionOf("bgp_prefixes", "", "", "on_demand", func(v api.BGPPrefix) string { return v.ID },
			func(a *A) api.Collection[api.BGPPrefix] { return a.BGPPrefixes("p1") }, api.BGPPrefix{ID: "b1"}),
		collectionOf("bindings", "", "", "provisioning", func(v api.Binding) string { return v.ID },
			func(a *A) api.Collection[api.Binding] { return a.Bindings("p1") }, api.Binding{ID: "b1"}),
		collectionOf("delegations", "", "", "cidr", func(v api.Delegation) string { return v.ID },
			func(a *A) api.Collection[api.Delegation] { return a.Delegations("p1") }, api.Delegation{ID: "d1"}).onlyListed(),
		collectionOf("services", "", "", "name", func(v api.AddressingService) string { return v.ID },
			func(a *A) api.Collection[api.AddressingService] { return a.Services }, api.AddressingService{ID: "s1"}).onlyListed(),
		collectionOf("leases", "", "", "created_at", func(v api.Lease) string { return v.ID },
			func(a *A) api.Collection[api.Lease] { return a.Leases }, api.Lease{ID: "l1"}).onlyListed(),
		collectionOf("endpoint_healthchecks", "", "", "endpoint", func(v api.EndpointCheck) string { return v.ID },
			func(a *A) api.Collection[api.EndpointCheck] { return a.EndpointChecks }, api.EndpointCheck{ID: "e1", Endpoint: "192.0.2.1"}),
		collectionOf("bgp_filter_profiles", "", "", "match_action", func(v api.FilterProfile) string { return v.ID },
			func(a *A) api.Collection[api.FilterProfile] { return a.FilterProfiles }, api.FilterProfile{ID: "f1", Name: "a"}),
	}
}

func collectionOf[T interface{ Undecoded() []string }](name, under, single, odd string, id func(T) string,
	in func(*api.AccountClient) api.Collection[T], sample T) collection {
	c := collection{
		damaged: func(t *testing.T) subject { return listOf(t, under, in) },
		call: func(all map[string]func(context.Context) error, a *api.AccountClient) {
			addCollection(all, name, in(a), sample)
		},
		build: func(all map[string]func(*rand.Rand) (api.Request, error), a *api.AccountClient) {
			building(all, name, in(a))
		},
	}
	if under == "items" { // without an envelope, in pages
		c.kind = kindOf(name, "", "", odd, id, in).bare()
	} else {
		c.kind = kindOf(name, under, single, odd, id, in)
	}
	return c
}

// by sets the key that names an object.
func (c collection) by(key string) collection {
	c.kind.key = key
	return c
}

// onlyListed: the API does not give one object alone.
func (c collection) onlyListed() collection {
	c.kind.get = nil
	return c
}
