package cli_test

import (
	"encoding/json"
	"testing"

	"flarewire/internal/simaccount"
)

// The summary's states are all tunnels, each counted once, also those whose state is not known; so are the two kinds. health_down is
// what the rows say, and null when the health could not be read.
func TestTheSummaryAddsUpToTheTunnels(t *testing.T) {
	for name, c := range map[string]struct {
		faults []simaccount.Fault
		blind  bool
	}{
		"all is read": {nil, false},
		"health cannot be read": {[]simaccount.Fault{{Kind: simaccount.FaultStatus, Status: 403,
			Body: `{"data":null,"errors":[{"message":"not authorized"}]}`, Path: "*graphql"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			sim, env := serve(t, simaccount.Options{})
			if err := sim.SetBGPSummary(simaccount.GRETunnels, "fra-dc1-gre", "Quiet", "BGP_NEW"); err != nil {
				t.Fatal(err)
			}
			for _, fault := range c.faults {
				sim.Fault(fault)
			}
			s := newShell(t, env...)
			if code := s.run("status", "-o", "json"); code != 0 {
				t.Fatalf("exit %d: %s", code, s.err.String())
			}
			var doc struct {
				Tunnels []struct{ Health struct{ State *string } }
				Summary map[string]*int
			}
			if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			sum := func(keys ...string) (n int) {
				for _, key := range keys {
					if doc.Summary[key] == nil {
						t.Fatalf("%s is not known", key)
					}
					n += *doc.Summary[key]
				}
				return n
			}
			if got := sum("up", "establishing", "down", "no_bgp", "unknown"); got != len(doc.Tunnels) || sum("gre", "ipsec") != got ||
				sum("unknown") == 0 {
				t.Errorf("the states add up to %d of %d tunnels, %d unknown", got, len(doc.Tunnels), sum("unknown"))
			}
			if c.blind != (doc.Summary["health_down"] == nil) {
				t.Fatalf("health_down is %v", doc.Summary["health_down"])
			}
			down := 0
			for _, tunnel := range doc.Tunnels {
				if tunnel.Health.State != nil && *tunnel.Health.State == "down" {
					down++
				}
			}
			if !c.blind && sum("health_down") != down {
				t.Errorf("health_down is %d, the rows say %d", sum("health_down"), down)
			}
		})
	}
}

// A route is a subject of the diagnosis by its prefix, also when nothing is wrong with it.
func TestARouteIsDiagnosedByItsPrefix(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("list", "routes", "-o", "json"); code != 0 {
		t.Fatal(s.err.String())
	}
	var routes []struct{ ID, Prefix string }
	if err := json.Unmarshal(s.out.Bytes(), &routes); err != nil || len(routes) == 0 {
		t.Fatalf("%v, %d routes", err, len(routes))
	}
	args := []string{"diagnose"}
	for _, r := range routes {
		args = append(args, r.Prefix, r.ID)
	}
	if code := s.run(args...); code != 0 {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
	if code := s.run("diagnose", "192.0.2.240/29"); code != 2 {
		t.Errorf("a route that is not there: exit %d", code)
	}
}
