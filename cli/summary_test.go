package cli_test

import (
	"encoding/json"
	"testing"

	"flarewire/internal/simedge"
)

// The summary's states are all tunnels, each counted once, also those whose state is not known; so are the two kinds. health_down is
// what the rows say, and null when the health could not be read.
func TestTheSummaryAddsUpToTheTunnels(t *testing.T) {
	for name, c := range map[string]struct {
		faults []simedge.Fault
		blind  bool
	}{
		"all is read":           {nil, false},
		"health cannot be read": {[]simedge.Fault{{Kind: simedge.FaultStatus, Status: 403, Body: `{"data":null,"errors":[{"message":"not authorized"}]}`, Path: "*graphql"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			edge, env := serve(t, simedge.Options{})
			if err := edge.SetBGPSummary(simedge.GRETunnels, "fra-dc1-gre", "Quiet", "BGP_NEW"); err != nil {
				t.Fatal(err)
			}
			for _, fault := range c.faults {
				edge.Fault(fault)
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
			if got := sum("up", "establishing", "down", "no_bgp", "unknown"); got != len(doc.Tunnels) || sum("gre", "ipsec") != got || sum("unknown") == 0 {
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
