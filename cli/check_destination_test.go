package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// One destination is watched like a service: critical with no healthy path left, a warning with one lost, unknown when nobody can tell.
func TestCheckOfADestination(t *testing.T) {
	lost := func() func(*simaccount.Server) {
		return func(e *simaccount.Server) {
			if _, err := e.Inject(simaccount.PathDown); err != nil {
				t.Fatal(err)
			}
		}
	}
	blind := func(e *simaccount.Server) {
		e.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Method: http.MethodPost, Path: "*graphql*"})
	}
	for name, c := range map[string]struct {
		before func(*simaccount.Server)
		args   string
		code   int
		says   string
	}{
		"both ways": {nil, "--destination 198.18.10.0/24", 0,
			"FLAREWIRE OK - 198.18.10.0/24: 2 healthy paths | 'healthy_ways 198.18.10.0/24'=2;2:;1:;0;2 time="},
		"an address in it": {nil, "--destination 198.18.10.9", 0, "OK - 198.18.10.9/32: 2 healthy paths"},
		"one lost":         {lost(), "--destination 198.18.10.0/24", 1, "WARNING - 198.18.10.0/24: 1 of 2 paths healthy"},
		"none left": {nil, "--destination 10.61.16.0/22", 2,
			"CRITICAL - 10.61.16.0/22: no healthy path left | 'healthy_ways 10.61.16.0/22'=0;1:;1:;0;1"},
		"withdrawn, too": {nil, "--destination 198.18.20.0/24", 2, "CRITICAL - 198.18.20.0/24: no healthy path left"},
		"the worse decides": {nil, "--destination 198.18.10.0/24 --destination 10.61.16.0/22", 2,
			"2 healthy paths; 10.61.16.0/22: no healthy path left"},
		"each way":         {nil, "--destination 198.18.10.0/24 -vv", 0, "198.18.10.0/24 over fra-dc1-gre: healthy\n"},
		"health unread":    {blind, "--destination 198.18.10.0/24", 3, "UNKNOWN - 198.18.10.0/24: cannot tell whether the 2 paths are healthy"},
		"may come by BGP":  {nil, "--destination 172.31.0.0/16", 3, "cannot tell whether it is routed"},
		"no network":       {nil, "--destination nonsense", 3, "--destination nonsense"},
		"with tunnels":     {nil, "--destination 198.18.10.0/24 --tunnel x", 3, "leave out what is about tunnels"},
		"with a threshold": {nil, "--destination 198.18.10.0/24 -w 3", 3, "leave out what is about tunnels"},
	} {
		t.Run(name, func(t *testing.T) {
			sim, env := serve(t, simaccount.Options{})
			if c.before != nil {
				c.before(sim)
			}
			s := newShell(t, env...)
			if code := s.run(append([]string{"check"}, strings.Fields(c.args)...)...); code != c.code || !strings.Contains(s.out.String(), c.says) {
				t.Errorf("exit %d, want %d with %q: %s%s", code, c.code, c.says, s.out.String(), s.err.String())
			}
		})
	}
}

// What is worth knowing although nothing is wrong stands below what is wrong, and all of it is in the JSON; with the network's name it is
// all that is printed.
func TestDiagnoseHasNotesOfDestinations(t *testing.T) {
	s := newShell(t)
	if code := s.run("--demo", "diagnose"); code != 0 || !strings.Contains(s.out.String(), "\nNotes\n") ||
		!strings.Contains(s.out.String(), "is the only path (single point of failure)") ||
		strings.Contains(s.out.String(), "nrt-br1-ipsec is the only path") { // it is down: that is the outage above
		t.Errorf("exit %d: %s", code, s.out.String())
	}
	s = newShell(t)
	if code := s.run("--demo", "diagnose", "10.50.0.0/16"); code != 0 || !strings.Contains(s.out.String(),
		"Single point of failure (note)") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
}
