package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// appear adds a tunnel to the account behind the program's back.
func (a *account) appear(name string, n int) {
	a.Insert(simaccount.GRETunnels, simaccount.Object{
		"name": name, "cloudflare_gre_endpoint": "192.0.2.11", "customer_gre_endpoint": fmt.Sprintf("203.0.113.%d", 200+n),
		"interface_address": fmt.Sprintf("10.99.0.%d/31", 2*n), "mtu": int64(1476), "ttl": int64(64),
		"bgp": simaccount.Object{"customer_asn": int64(64700 + n)},
	})
}

// Somebody watches one tunnel while colleagues work on the account. Whatever they do, the cursor stays on
// that tunnel, and enter opens it and no other.
func TestTheRowUnderTheCursorStaysTheSameTunnel(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	goTo(term, "fra-dc2-gre")
	name := "fra-dc2-gre"
	for _, step := range []struct {
		what   string
		change func()
		seen   func(ptytest.Screen) bool
	}{
		{"rows inserted above and below", func() { a.appear("aaa-new-gre", 1); a.appear("zzz-new-gre", 2) },
			func(s ptytest.Screen) bool { return state(s, "aaa-new-gre") != "" }},
		{"rows above removed", func() {
			a.do(a.Delete(simaccount.GRETunnels, "iad-dc1-gre"))
			a.do(a.Delete(simaccount.IPsecTunnels, "waw-br1-ipsec"))
			a.do(a.Delete(simaccount.GRETunnels, "fra-dc1-gre"))
		}, func(s ptytest.Screen) bool { return state(s, "fra-dc1-gre") == "" }},
		{"the others in another order", func() {
			a.do(a.SetBGP(simaccount.IPsecTunnels, "jnb-br1-ipsec", "Idle"))
			a.do(a.SetBGP(simaccount.GRETunnels, "zzz-new-gre", "Idle"))
		}, func(s ptytest.Screen) bool { return state(s, "zzz-new-gre") == "Down" }},
		{"itself down, and so first", func() { a.do(a.SetBGP(simaccount.GRETunnels, name, "Active")) },
			func(s ptytest.Screen) bool { return state(s, "fra-dc2-gre") == "Down" }},
		{"itself renamed", func() { a.do(a.Rename(simaccount.GRETunnels, name, "renamed-gre")); name = "renamed-gre" },
			func(s ptytest.Screen) bool { return state(s, "renamed-gre") == "Down" }},
		{"itself up, and so among the last", func() { a.do(a.SetBGP(simaccount.GRETunnels, name, "Established")) },
			func(s ptytest.Screen) bool { return state(s, "renamed-gre") == "Up" }},
	} {
		step.change()
		term.Press("r")
		s := term.WaitFor(step.what, func(s ptytest.Screen) bool { return step.seen(s) && underCursor(s) != "" })
		if got := underCursor(s); got != name {
			t.Fatalf("%s: the cursor went from %s to %s\n%s", step.what, name, got, s.Box())
		}
	}
	term.Press("enter")
	// 10.213.0.2/31 is the interface of the tunnel that was fra-dc2-gre.
	term.WaitFor("the same tunnel's page", func(s ptytest.Screen) bool { return on("renamed-gre")(s) && s.Contains("10.213.0.2") })
}

// When the tunnel under the cursor is gone, the cursor goes to a neighbour and does not jump home.
func TestTheCursorGoesToANeighbourWhenItsTunnelIsGone(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	before := tunnels(term.Screen())
	at := slices.Index(before, "fra-dc2-gre")
	goTo(term, "fra-dc2-gre")
	a.do(a.Delete(simaccount.GRETunnels, "fra-dc2-gre"))
	term.Press("r")
	term.WaitFor("the cursor on the row below", func(s ptytest.Screen) bool {
		return state(s, "fra-dc2-gre") == "" && underCursor(s) == before[at+1]
	})
}

// Marks, filter and cursor are the operator's own; 5,000 tunnels change nothing about that, nor about the
// two requests that a refresh costs.
func TestFiveThousandTunnelsCostTwoRequests(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{Tunnels: n})
			term := watching(t, a, "--refresh", "1h") // the clock starts no round
			term.WaitText(fmt.Sprintf("%d tunnels", n))
			term.Press("G")
			last := underCursor(term.WaitFor("the last row", func(s ptytest.Screen) bool {
				names := tunnels(s)
				return len(names) > 0 && underCursor(s) == names[len(names)-1]
			}))
			a.ForgetRequests()
			a.appear("one-more-gre", 1)
			term.Press("r")
			s := term.WaitText(fmt.Sprintf("%d tunnels", n+1))
			if underCursor(s) != last {
				t.Errorf("the cursor went from %s to %s", last, underCursor(s))
			}
			rounds := map[string]int{}
			for _, r := range a.Requests() {
				// what lies below prefixes has turns of its own; the health is asked beside it, once, and may come later
				if r.Method == http.MethodGet && strings.Contains(r.Path, "/magic/") {
					rounds[r.Path]++
				}
			}
			if len(rounds) != 2 || slices.Max(slices.Collect(maps.Values(rounds))) != 1 {
				t.Errorf("a refresh of %d tunnels asked %v, want each of the two lists once", n, rounds)
			}
			term.Press("/")
			term.Type("one-more")
			term.Press("enter")
			term.WaitFor("the one row", func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), []string{"one-more-gre"}) })
			term.Press("q")
			if code := term.Wait(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}
