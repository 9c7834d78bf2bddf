package diagnose_test

import (
	"testing"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// A route that nothing is wrong with is still a subject when somebody asks for it, by prefix or id.
func TestARouteWithoutTroubleIsNamed(t *testing.T) {
	facts := diagnose.Facts{
		Tunnels: []store.Tunnel{{Tunnel: api.Tunnel{ID: "t1", Name: "a", InterfaceAddress: "10.0.0.0/31"}}},
		Routes:  store.List[api.Route]{Rows: []api.Route{{ID: "r1", Prefix: "10.64.0.0/20", Nexthop: "10.0.0.1"}}},
	}
	read := diagnose.New(facts)
	for _, name := range []string{"10.64.0.0/20", "r1"} {
		found := read.Named(name)
		if len(found) != 1 || found[0].Findings[0].Cause != diagnose.NextHopKnown {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if len(read.Named("10.64.0.0/21")) != 0 || len(read.Routes()) != 0 {
		t.Error("a route that is not there, or one more with trouble")
	}
}
