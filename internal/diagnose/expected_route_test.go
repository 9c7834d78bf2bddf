package diagnose_test

import (
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
)

// A route that led nowhere, and a port that was down, already on the saved good day are expected; what was right then is not, and nothing
// is expected of what the file does not hold.
func TestRoutesAndPortsAsOnTheGoodDay(t *testing.T) {
	t.Parallel()
	const net = "10.9.0.0/24"
	object := func(name string, fields map[string]string) snapshot.Object {
		return snapshot.Object{Name: name, Fields: fields}
	}
	inner := object("x", map[string]string{"interface_address": "10.1.0.0/31"})
	day := func(tunnels, routes, ports []snapshot.Object) *snapshot.Baseline {
		return &snapshot.Baseline{TakenAt: night.Add(-5 * day), Objects: map[store.Kind][]snapshot.Object{store.GRETunnels: tunnels,
			store.IPsecTunnels: {}, store.Links: {}, store.Routes: routes, store.Ports: ports}}
	}
	port := func(state string) []snapshot.Object {
		return []snapshot.Object{object("p", map[string]string{"port state": state})}
	}
	left := object(net+" via 10.5.0.1", map[string]string{"priority": "100"})
	wrong := object(net+" via 10.1.0.0", map[string]string{"priority": "100"})
	region := object(net+" via 10.1.0.1", map[string]string{"priority": "100", "scope": "ENAM"})
	route := func(hop string, regions ...string) func(*diagnose.Facts) {
		r := api.Route{ID: "r", Prefix: net, Nexthop: hop, Priority: 100}
		if len(regions) > 0 {
			r.Scope = &api.RouteScope{ColoRegions: regions}
		}
		return routed(r)
	}
	down := func(f *diagnose.Facts) {
		f.Ports = store.ListOf(store.Ports, []store.Port{{Interconnect: api.Interconnect{Name: "p"}, State: store.PortDown}}, night)
	}
	for name, c := range map[string]struct {
		now      func(*diagnose.Facts)
		good     *snapshot.Baseline
		cause    diagnose.Cause
		expected bool
	}{
		"left over then and now": {route("10.5.0.1"), day([]snapshot.Object{inner}, []snapshot.Object{left}, nil),
			diagnose.NextHopUnknown, true},
		"its tunnel was there then": {route("10.5.0.1"),
			day([]snapshot.Object{object("y", map[string]string{"interface_address": "10.5.0.0/31"})}, []snapshot.Object{left}, nil),
			diagnose.NextHopUnknown, false},
		"the route is new":            {route("10.5.0.1"), day([]snapshot.Object{inner}, nil, nil), diagnose.NextHopUnknown, false},
		"an old file without tunnels": {route("10.5.0.1"), &snapshot.Baseline{TakenAt: night.Add(-1)}, diagnose.NextHopUnknown, false},
		"the wrong side then and now": {route("10.1.0.0"), day([]snapshot.Object{inner}, []snapshot.Object{wrong}, nil),
			diagnose.NextHopWrongSide, true},
		"the right side then": {route("10.1.0.0"), day([]snapshot.Object{inner}, []snapshot.Object{object(net+" via 10.1.0.1", nil)},
			nil), diagnose.NextHopWrongSide, false},
		"one region then and now": {route("10.1.0.1", "ENAM"), day([]snapshot.Object{inner}, []snapshot.Object{region}, nil),
			diagnose.RegionGap, true},
		"another region then": {route("10.1.0.1", "WEUR"), day([]snapshot.Object{inner}, []snapshot.Object{region}, nil),
			diagnose.RegionGap, false},
		"a port down then and now":     {down, day(nil, nil, port("Down")), diagnose.PortDown, true},
		"a port up then":               {down, day(nil, nil, port("Healthy")), diagnose.PortDown, false},
		"a port that was unhealthy":    {down, day(nil, nil, port("Unhealthy")), diagnose.PortDown, false},
		"a file that holds no port":    {down, &snapshot.Baseline{TakenAt: night.Add(-1)}, diagnose.PortDown, false},
		"no good day was saved at all": {down, nil, diagnose.PortDown, false},
	} {
		facts := with(an(x(api.GRE, "10.1.0.0/31")), c.now)
		facts.Good = c.good
		found := false
		for _, d := range diagnose.New(facts).All() {
			for _, f := range d.Findings {
				if f.Cause != c.cause {
					continue
				}
				found = true
				if said := strings.Contains(f.Text, "As in the good state"); said != c.expected || (f.Impact <= diagnose.Risk) != c.expected {
					t.Errorf("%s: %s: %s", name, f.Impact, f.Text)
				}
			}
		}
		if !found {
			t.Errorf("%s: %s is not found", name, c.cause)
		}
	}
}
