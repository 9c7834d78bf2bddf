package diagnose_test

import (
	"testing"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// What a prefix says by itself: each thing alone, beside the nearest case in which it must not be said.
func TestAPrefixReadByItself(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	good := func() store.Prefix {
		return store.Prefix{Prefix: api.Prefix{ID: "p", CIDR: "198.18.0.0/24", Approved: "V", IRRValidationState: "valid",
			RPKIValidationState: "valid"},
			BGP:      bgp(api.BGPPrefix{CIDR: "198.18.0.0/24", OnDemand: &api.OnDemand{Advertised: &yes, OnDemandEnabled: true}}),
			Bindings: bindings(api.Binding{CIDR: "198.18.0.0/24", ServiceName: "CDN", Provisioning: &api.Provisioning{State: "active"}})}
	}
	for name, c := range map[string]struct {
		change func(*store.Prefix)
		want   string
	}{
		"all is well":         {func(*store.Prefix) {}, ""},
		"not approved":        {func(p *store.Prefix) { p.Approved = "P" }, "prefix-pending:certain"},
		"an unknown approval": {func(p *store.Prefix) { p.Approved = "X" }, ""},
		"refused while it waits": {func(p *store.Prefix) { p.Approved, p.RPKIValidationState = "P", "invalid" },
			"validation-failed:certain prefix-pending:certain"},
		"refused though approved": {func(p *store.Prefix) { p.IRRValidationState = "missing" }, "validation-failed:possible"},
		"still being checked":     {func(p *store.Prefix) { p.IRRValidationState = "pending" }, ""},
		"withdrawn":               {func(p *store.Prefix) { p.BGP.Rows[0].OnDemand.Advertised = &no }, "prefix-withdrawn:certain"},
		"withdrawn and locked": {func(p *store.Prefix) {
			p.BGP.Rows[0].OnDemand.Advertised, p.BGP.Rows[0].OnDemand.OnDemandLocked = &no, true
		},
			"prefix-locked:certain prefix-withdrawn:certain"},
		"locked but advertised": {func(p *store.Prefix) { p.BGP.Rows[0].OnDemand.OnDemandLocked = true }, ""},
		"withdrawn by its routes": {func(p *store.Prefix) {
			p.BGP.Rows[0].OnDemand.Advertised, p.BGP.Rows[0].AutoAdvertiseWithdraw = &no, true
		},
			"prefix-auto-withdrawn:certain prefix-withdrawn:certain"},
		"tied to routes that are there": {func(p *store.Prefix) { p.BGP.Rows[0].AutoAdvertiseWithdraw = true }, ""},
		"its binding is being made": {func(p *store.Prefix) { p.Bindings.Rows[0].Provisioning.State = "provisioning" },
			"binding-provisioning:certain"},
		"a part's binding is being made": {func(p *store.Prefix) {
			p.Bindings.Rows = append(p.Bindings.Rows, api.Binding{CIDR: "198.18.0.0/28", ServiceName: "Spectrum",
				Provisioning: &api.Provisioning{State: "provisioning"}})
		}, ""},
	} {
		p := good()
		c.change(&p)
		if got := causes(diagnose.New(diagnose.Facts{Now: night, Prefixes: prefixes(p)}).Prefix("p")); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A network whose routes are all for some regions is dropped elsewhere; one route for everywhere is enough.
func TestARouteForSomeRegionsLeavesTheOthersOut(t *testing.T) {
	t.Parallel()
	facts := diagnose.Facts{Now: night, Tunnels: []store.Tunnel{{Tunnel: api.Tunnel{ID: "t", InterfaceAddress: "10.8.0.0/30"}}},
		Routes: routes(api.Route{ID: "r", Prefix: "10.9.0.0/16", Nexthop: "10.8.0.1", Priority: 100,
			Scope: &api.RouteScope{ColoRegions: []string{"WEUR", "EEUR"}}})}
	got := diagnose.New(facts).Routes()
	if len(got) != 1 || got[0].Subject.Name != "10.9.0.0/16" || causes(got[0].Findings) != "region-gap:certain" {
		t.Errorf("some regions only: %v", got)
	}
	facts.Routes.Rows = append(facts.Routes.Rows, api.Route{ID: "q", Prefix: "10.9.0.0/16", Nexthop: "10.8.0.3", Priority: 200})
	if got := diagnose.New(facts).Routes(); len(got) != 0 {
		t.Errorf("a route for everywhere is there, yet %v", got)
	}
}

// A static route into a tunnel decides over what its session brings, unless it stands behind: that is told only while the
// session is up.
func TestAStaticRouteBesideASession(t *testing.T) {
	t.Parallel()
	up := tunnel("up", "Established", api.BGPUp)
	for name, c := range map[string]struct {
		state    store.State
		priority int
		said     bool
	}{"beside": {store.Up, 100, true}, "behind": {store.Up, 5000, false}, "the session is down": {store.Down, 100, false}} {
		facts := diagnose.Facts{Now: night, Tunnels: []store.Tunnel{{Tunnel: up, State: c.state}},
			Routes: routes(api.Route{ID: "r", Prefix: "10.9.0.0/16", Nexthop: "10.0.0.1", Priority: c.priority})}
		said := false
		for _, f := range diagnose.New(facts).Tunnel(up.ID) {
			said = said || f.Cause == diagnose.StaticBeatsBGP
		}
		if said != c.said {
			t.Errorf("%s: said %v", name, said)
		}
	}
}
