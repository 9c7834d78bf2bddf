package cli_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// An operator asks where an address leads, and gets the route, the ways with their state, and what is not known.
func TestWhereSaysWhereAnAddressLeads(t *testing.T) {
	for asked, want := range map[string][]string{
		"198.18.20.7": {"198.18.20.7: no healthy path left in ENAM WNAM",
			"Prefix 198.18.20.0/24: not advertised by Cloudflare, bound to Magic Transit",
			"Route 198.18.20.0/24 from ENAM WNAM", "iad-dc1-gre", "down", "1,000,100 (100 + 1,000,000: down)", "lhr-hq-gre"},
		"198.18.10.0/24": {"2 healthy paths", "fra-dc1-gre", "fra-dc2-gre", "50 %"},
		"10.250.0.1":     {"cannot tell", "BGP is up on", "Cloudflare drops traffic to private and shared addresses", "default routing"},
		"203.0.113.10":   {"It is the customer endpoint of fra-dc1-gre.", "It belongs to no prefix of the account."},
		"198.18.0.0/16":  {"It holds prefix 198.18.10.0/24: advertised by Cloudflare", "Routes inside 198.18.0.0/16", "198.18.11.0/24"},
	} {
		sim, env := serve(t, simaccount.Options{})
		s := newShell(t, env...)
		if code := s.run("where", asked); code != 0 || s.err.Len() > 0 {
			t.Fatalf("%s: exit %d, %q", asked, code, s.err.String())
		}
		for _, w := range append(want, "BGP-learned routes: the API does not show them") {
			if !strings.Contains(s.out.String(), w) {
				t.Errorf("%s: no %q in\n%s", asked, w, s.out.String())
			}
		}
		if strings.Contains(s.out.String(), "\x1b") {
			t.Errorf("%s: escape sequences into a pipe", asked)
		}
		for _, r := range sim.Requests() {
			if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/graphql") {
				t.Errorf("a question sent %s %s", r.Method, r.Path)
			}
		}
		if code := s.run("where", asked, "-o", "json"); code != 0 {
			t.Fatalf("%s: %s", asked, s.err.String())
		}
		holdsSchema(t, "where", s.out.Bytes())
	}
}

// Scripts find the ways with numbers.
func TestWhereInJSON(t *testing.T) {
	s := newShell(t)
	if code := s.run("--demo", "where", "198.18.11.9", "-o", "json"); code != 0 {
		t.Fatal(s.err.String())
	}
	var doc struct {
		Asked, Outcome, Impact string
		Prefix                 struct{ Advertised string }
		Reach                  []struct {
			Route string
			Ways  []struct {
				Over      struct{ Name string }
				State     string
				Effective *int   `json:"effective_priority"`
				InUse     string `json:"in_use"`
				Share     *float64
			}
		}
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Asked != "198.18.11.9" || doc.Outcome != "routed" || doc.Impact != "impaired" || doc.Prefix.Advertised != "yes" ||
		len(doc.Reach) != 1 ||
		doc.Reach[0].Route != "198.18.11.0/24" || len(doc.Reach[0].Ways) != 2 {
		t.Fatalf("%s", s.out.String())
	}
	first, second := doc.Reach[0].Ways[0], doc.Reach[0].Ways[1]
	if first.Over.Name != "fra-dc1-gre" || first.InUse != "yes" || first.Share == nil || *first.Share != 1 || *first.Effective != 200 {
		t.Errorf("the backup carries it: %+v", first)
	}
	if second.Over.Name != "ams-dc1-gre" || second.State != "degraded" || second.InUse != "no" || *second.Effective != 500_100 {
		t.Errorf("the degraded primary: %+v", second)
	}
}

// What could not be read is said, on both streams, and exit codes are the contract's.
func TestWhereWithoutAList(t *testing.T) {
	for path, want := range map[string]struct {
		code int
		says string
	}{
		"/magic/routes":        {1, "cannot tell"},
		"/magic/gre_tunnels":   {1, "The GRE tunnels could not be read."},
		"/addressing/prefixes": {1, "Cannot tell whether it belongs to a prefix of the account"},
		"/graphql":             {0, "The health could not be read"},
	} {
		sim, env := serve(t, simaccount.Options{})
		sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Path: "*" + path, Status: http.StatusForbidden})
		s := newShell(t, env...)
		if code := s.run("where", "198.18.10.9"); code != want.code {
			t.Errorf("without %s: exit %d, want %d", path, code, want.code)
		}
		if !strings.Contains(s.out.String(), want.says) || !strings.Contains(s.err.String(), "not known: ") {
			t.Errorf("without %s: no %q in\n%s%s", path, want.says, s.out.String(), s.err.String())
		}
		s.run("where", "198.18.10.9", "-o", "json")
		holdsSchema(t, "where", s.out.Bytes())
	}
	for _, wrong := range []string{"nonsense", "10.64.3", "10.64.3.7/33", "fe80::1%eth0", ""} {
		if s := newShell(t); s.run("--demo", "where", wrong) != 2 {
			t.Errorf("%q: %s", wrong, s.out.String())
		}
	}
}
