package cli_test

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"strings"
	"testing"

	"flarewire/internal/simedge"
)

// What status and diagnose print as JSON is what their schemas say, and both have the incidents.
func TestIncidentsAsJSONHoldTheirSchemas(t *testing.T) {
	for _, o := range []simedge.Options{{}, {Tunnels: 60}} {
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

// The incidents of a status cost not one request: two lists, one question for the health, and the account's name.
func TestIncidentsOfAStatusCostNoRequest(t *testing.T) {
	edge, env := serve(t, simedge.Options{})
	s := newShell(t, env...)
	log := t.TempDir() + "/log"
	edge.ForgetRequests()
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
	for _, r := range edge.Requests() {
		asked[r.Method+" "+path.Base(r.Path)]++
	}
	want := map[string]int{"GET gre_tunnels": 1, "GET ipsec_tunnels": 1, "POST graphql": 1, "GET accounts": 1}
	if !maps.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}
