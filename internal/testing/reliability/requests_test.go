package reliability_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// overviewPaths end the paths of what the first page rests on, and of the pages' own requests.
var overviewPaths = []string{"/gre_tunnels", "/ipsec_tunnels", "/graphql", "/routes", "/addressing/prefixes", "/bgp/prefixes", "/bindings",
	"/cni/interconnects", "/status", "/cf_interconnects"}

// Somebody goes through all pages and comes back to the first one: a minute later only what that one needs is asked for, and
// nothing by two pollers.
func TestATourOfAllPagesLeavesNoPollerBehind(t *testing.T) {
	sit(t, options{}, func(s *seat) {
		s.pass(20 * time.Second)
		for _, page := range s.pages() {
			s.goTo(page).pass(2 * time.Second)
			if !slices.Contains([]string{"setup", "traceroute", "profiles"}, page) { // there enter opens a form
				s.press("enter").pass(2 * time.Second)
			}
		}
		s.goTo("overview").pass(time.Minute)
		s.ForgetRequests()
		s.pass(4 * time.Minute)
		count := map[string]int{}
		for _, r := range s.Requests() {
			count[r.Path]++
			if !slices.ContainsFunc(overviewPaths, func(end string) bool { return strings.HasSuffix(r.Path, end) }) {
				t.Errorf("%s is asked for by a page that was left", r.Path)
			}
		}
		for path, most := range map[string]int{"/routes": 5, "/addressing/prefixes": 3, "/cni/interconnects": 3, "/cf_interconnects": 3} {
			for asked, n := range count {
				if strings.HasSuffix(asked, path) && (n > most || n < most-2) {
					t.Errorf("%s is asked for %d times in four minutes, want about %d", asked, n, most-1)
				}
			}
		}
	})
}

// A large account whose sessions are steady.
func large(e *simaccount.Server) {
	for i := range 94 {
		id := e.Insert(simaccount.Prefixes, simaccount.Object{"cidr": fmt.Sprintf("100.64.%d.0/24", i), "approved": "V"})
		e.InsertBelow(simaccount.BGPPrefixes, id, simaccount.Object{"cidr": fmt.Sprintf("100.64.%d.0/24", i),
			"on_demand": simaccount.Object{"advertised": true, "on_demand_enabled": true, "on_demand_locked": false}})
	}
	for i := range 16 {
		e.Insert(simaccount.Ports, simaccount.Object{"name": fmt.Sprintf("port-%d", i), "type": "gcp_partner", "region": "r"})
	}
}

// The requests of a large account stay within 40 in the first 20 s and 40 a minute after that, one more when sessions fall; somebody
// who presses r ten times
// and then edits a tunnel waits for nothing but the answers themselves.
func TestTheRequestsOfALargeAccount(t *testing.T) {
	sit(t, options{tunnels: 1000, before: large}, func(s *seat) {
		s.pass(20 * time.Second)
		first := len(s.Requests())
		t.Logf("%d requests in the first 20 s", first)
		if first > 40 {
			t.Errorf("%d requests in the first 20 s", first)
		}
		for minute := range 10 {
			s.ForgetRequests()
			s.pass(time.Minute)
			if n := len(s.Requests()); n > 41 { // one more in a minute in which sessions fall: their health, at once
				t.Errorf("minute %d: %d requests", minute+1, n)
			}
		}
		if text := strings.Join(s.screen(), "\n"); strings.Contains(text, "not read yet") {
			t.Errorf("after ten minutes not everything was read:\n%s", text)
		}
		s.goTo("tunnels").pass(time.Second)
		for range 10 {
			s.send(key("r"))
			s.pass(6 * time.Second)
		}
		s.ForgetRequests()
		asked := time.Now()
		s.send(key("e"))
		s.pass(100 * time.Millisecond)
		if !slices.ContainsFunc(s.Requests(), func(r simaccount.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.Path, "_tunnels/")
		}) {
			t.Errorf("the tunnel is not read within %s of the key", time.Since(asked))
		}
	})
}
