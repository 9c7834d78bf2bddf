package cli_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// What status and diagnose print as JSON is what their schemas say, and both have the incidents.
func TestIncidentsAsJSONHoldTheirSchemas(t *testing.T) {
	for _, o := range []simaccount.Options{{}, {Tunnels: 60}} {
		_, env := serve(t, o)
		for _, command := range []string{"status", "diagnose"} {
			s := newShell(t, env...)
			if code := s.run(command, "-o", "json"); code != 0 {
				t.Fatalf("%s: exit %d, %s", command, code, s.err.String())
			}
			holdsSchema(t, command, s.out.Bytes())
			var doc struct {
				Scope     string
				Incidents []struct {
					ID, Title, Cause, Severity, Next string
					Members                          []struct{ Name string }
				}
			}
			if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			if (doc.Scope == "tunnels") != (command == "status") || len(doc.Incidents) == 0 {
				t.Errorf("%s: scope %q, %d incidents", command, doc.Scope, len(doc.Incidents))
			}
			for _, i := range doc.Incidents {
				if i.ID == "" || i.Title == "" || i.Cause == "" || i.Next == "" || len(i.Members) == 0 {
					t.Errorf("%s: %+v", command, i)
				}
			}
		}
	}
}

// Three tunnels of one router fall: the one incident of all three, with what they have in common, is as the schemas say.
func TestAnIncidentOfSeveralHoldsItsSchemas(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	fallen := []string{"fra-dc1-gre", "fra-dc2-gre", "ams-dc1-gre"}
	for _, name := range fallen {
		if err := errors.Join(
			sim.Mutate(simaccount.GRETunnels, name, func(o simaccount.Object) {
				for _, field := range []string{"customer_gre_endpoint", "customer_endpoint"} {
					if _, there := o[field]; there {
						o[field] = "198.51.100.7"
					}
				}
			}),
			sim.SetBGP(simaccount.GRETunnels, name, "Active"), sim.SetHealth(simaccount.GRETunnels, name, 0)); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"status", "diagnose"} {
		s := newShell(t, env...)
		if code := s.run(command, "-o", "json"); code != 0 {
			t.Fatalf("%s: exit %d, %s", command, code, s.err.String())
		}
		holdsSchema(t, command, s.out.Bytes())
		var doc struct {
			Incidents []struct {
				Cause   string
				Members []struct{ Name string }
				Common  []struct {
					Value  string
					Failed int
				}
			}
		}
		if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		several := 0
		for _, i := range doc.Incidents {
			var names []string
			for _, m := range i.Members {
				names = append(names, m.Name)
			}
			if !slices.Contains(names, fallen[0]) {
				continue
			}
			several++
			if !slices.Contains(names, fallen[1]) || !slices.Contains(names, fallen[2]) || len(i.Common) == 0 ||
				i.Common[0].Value != "198.51.100.7" || i.Common[0].Failed != 3 {
				t.Errorf("%s: %v, %+v", command, names, i.Common)
			}
		}
		if several != 1 {
			t.Errorf("%s: %d incidents are of %s", command, several, fallen[0])
		}
	}
}

// The incidents of a status cost not one request: two lists, one question for the health, and the account's name.
func TestIncidentsOfAStatusCostNoRequest(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	log := t.TempDir() + "/log"
	sim.ForgetRequests()
	if code := s.run("status", "-o", "json", "--debug-log", log); code != 0 {
		t.Fatalf("exit %d, %s", code, s.err.String())
	}
	text, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(text), "gre_tunnels") {
		t.Fatalf("%v: %s", err, text)
	}
	for _, part := range []string{"/magic/routes", "/addressing", "/cni/"} {
		if strings.Contains(string(text), part) {
			t.Errorf("%s was asked", part)
		}
	}
	asked := map[string]int{}
	for _, r := range sim.Requests() {
		asked[r.Method+" "+path.Base(r.Path)]++
	}
	want := map[string]int{"GET gre_tunnels": 1, "GET ipsec_tunnels": 1, "POST graphql": 1, "GET accounts": 1}
	if !maps.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}
