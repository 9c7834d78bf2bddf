package views_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/simaccount"
)

// wide gives the program a large screen.
func (d *desk) wide() { d.Send(tea.WindowSizeMsg{Width: 200, Height: 60}) }

// rightOf is the right half of the screen, with one blank between words.
func (d *desk) rightOf() string {
	var out []string
	for _, line := range strings.Split(d.Screen(), "\n") {
		if cells := []rune(line); len(cells) > 100 {
			out = append(out, strings.Join(strings.Fields(string(cells[100:])), " "))
		}
	}
	return strings.Join(out, "\n")
}

// What stands around an object on a large screen is of what is known: no page asks Cloudflare more there than on a small one, wherever its
// cursor goes.
func TestALargeScreenAsksNothingMore(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	for _, page := range []string{"where", "prefixes", "cnis", "interconnects", "slots", "bgp-filters", "endpoint-checks", "routes",
		"services", "tunnels", "changes"} {
		d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
		d.Press(":")
		d.types(page)
		d.Press("enter", "enter")
		d.Rest()
		d.Settle()
		asked := len(d.Requests())
		d.wide()
		for range 12 {
			d.Press("j")
			d.Settle()
		}
		if more := len(d.Requests()) - asked; more > 0 {
			t.Errorf(":%s asked %d times more", page, more)
		}
	}
}

// The page of a route, and that of a tunnel, have what is known around them on a large screen: the past on one axis of time, what happened,
// what else leads over the same tunnel, and the object that they lead to. No quarter of the screen is empty.
func TestARouteAndATunnelFillALargeScreen(t *testing.T) {
	d := sit(t, "routes", nil)
	d.See("10.50.0.0/16")
	for _, of := range []string{"10.50.0.0/16", "198.18.10.0/24"} {
		d.narrow()
		d.goTo(of)
		d.Press("enter")
		d.wide()
		d.reads("Route "+of, "Timeline (UTC)", "Events (UTC)")
		lines := strings.Split(d.Screen(), "\n")
		for i, line := range lines {
			lines[i] = string([]rune(line)[:min(100, len([]rune(line)))])
		}
		if n := inHalf(lines, 0, 30, 58); n < usedLower {
			t.Errorf("%s: the lower left quarter has %d lines:\n%s", of, n, d.Screen())
		}
		d.Press("esc")
	}
	d.Press(":")
	d.types("tunnels")
	d.Press("enter")
	d.goTo("fra-dc1-gre")
	d.Press("enter")
	d.reads("Destinations through it", "◐ 1 of 2 paths healthy, 1 degraded", "Events (UTC)")
}

// Where a destination leads is seen at one look: the paths, the one under the cursor as its own page has it, all on one axis of time, what
// happened to them, and what else there is.
func TestADestinationHasItsPathsBesideIt(t *testing.T) {
	d := sit(t, "where", nil)
	d.See("198.18.11.0/24")
	d.goTo("198.18.11.0/24")
	d.Press("enter")
	d.wide()
	d.reads("Destination 198.18.11.0/24", "Timeline (UTC)", "blank: not monitored", "Events (UTC)", "was advertised",
		"Other destinations, worst first", "✗ no healthy path left")
	if err := d.SetBGP(simaccount.GRETunnels, "ams-dc1-gre", "Active"); err != nil {
		t.Fatal(err)
	}
	d.Press("r")
	d.reads("Up → Down ams-dc1-gre, seen")
	for range 12 {
		if strings.Contains(d.Screen(), "▌ ams-dc1-gre") {
			break
		}
		d.Press("j")
	}
	d.reads("› ams-dc1-gre", "BGP session", "State ✗ Down")
}

// The network that an address is routed by is none of the other destinations.
func TestTheNetworkOfAnAddressIsNotAmongTheOthers(t *testing.T) {
	d := sit(t, "where", nil)
	d.See("198.18.11.0/24")
	d.Press(":")
	d.types("where 198.18.11.9")
	d.Press("enter")
	d.wide()
	d.reads("Other destinations, worst first", "✗ no healthy path left")
	if screen := d.Screen(); strings.Contains(screen, "198.18.11.0/24      ◐") || !strings.Contains(screen, "198.18.20.0/24      ✗") {
		t.Errorf("the others:\n%s", screen)
	}
}

// The page of an incident has the member under the cursor beside it, and what happened to all of them below.
func TestAnIncidentHasItsMemberBesideIt(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	for _, name := range []string{"fra-dc1-gre", "fra-dc2-gre", "ams-dc1-gre", "gru-br1-gre", "ams-br2-ipsec", "mad-br1-ipsec",
		"jnb-br1-ipsec"} {
		kind := simaccount.GRETunnels
		if strings.HasSuffix(name, "-ipsec") {
			kind = simaccount.IPsecTunnels
		}
		if err := errors.Join(d.SetBGP(kind, name, "Active"), d.SetHealth(kind, name, 0)); err != nil {
			t.Fatal(err)
		}
	}
	d.Press("r")
	d.Until("the incident", func() bool {
		for _, line := range strings.Split(d.Screen(), "\n") {
			if strings.HasPrefix(strings.TrimLeft(line, "▌ "), "6 tunnels") {
				return true
			}
		}
		return false
	})
	d.goTo("6 tunnels")
	d.Press("enter")
	d.wide()
	d.reads("› Incident", "MEMBER", "Events (UTC)", "Up → Down ams-dc1-gre, seen")
	d.Until("the first member beside the list", func() bool { return strings.Contains(d.rightOf(), "› ") })
	first := d.rightOf()
	d.Press("j")
	d.Until("the next member beside the list", func() bool { return d.rightOf() != first && strings.Contains(d.rightOf(), "BGP session") })
	d.narrow()
	d.lacks("Events (UTC)", "BGP session")
}

// However tall the screen is, nothing stands twice beside a list.
func TestNothingStandsTwiceBesideAList(t *testing.T) {
	for _, page := range []string{"tunnels", "prefixes", "routes", "destinations", "interconnects", "locations"} {
		d := sit(t, page, nil)
		d.Send(tea.WindowSizeMsg{Width: 200, Height: 130})
		d.Settle()
		seen := map[string]bool{}
		for line := range strings.Lines(d.Screen()) {
			_, beside, _ := strings.Cut(line, "│")
			if title := strings.TrimSpace(beside); title != "" && !strings.HasPrefix(beside, "  ") {
				if seen[title] {
					t.Errorf("%s: %q stands twice:\n%s", page, title, d.rightOf())
				}
				seen[title] = true
			}
		}
		if len(seen) < 3 {
			t.Errorf("%s: %d sections beside the list:\n%s", page, len(seen), d.rightOf())
		}
	}
}

// While a tunnel is brought up, its session, its history and the commands for its router stand beside the steps.
func TestABringUpHasTheSessionAndTheRouterBesideIt(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("b")
	d.wide()
	d.reads("Bring up iad-dc1-gre", "BGP session", "History (this machine)", "Router configuration Cisco IOS-XE, commands only",
		"tunnel destination 192.0.2.11", "neighbor 10.213.0.8 remote-as 13335")
	d.narrow()
	d.lacks("BGP session", "Router configuration Cisco")
}

// Beside a form stands the request as it grows: what is not filled in is "-" and no zero, and no key is shown. Of an object that exists it
// says what becomes different.
func TestTheRequestGrowsBesideItsForm(t *testing.T) {
	d := sit(t, "gre", nil)
	d.See("fra-dc1-gre")
	d.wide()
	d.Press("n")
	d.reads("New GRE tunnel", "Request so far", "/magic/gre_tunnels", "bgp.customer_asn -", "mtu 1476", "Two ends",
		"Inner address 10.213.0.28 10.213.0.29",
		"Names and subnets in use", "fra-dc1-gre 10.213.0.0/31")
	d.types("zrh-dc1-gre")
	d.reads("name zrh-dc1-gre")
	asked := len(d.Requests())
	d.Press("ctrl+g")
	d.types("ipsec")
	d.Press("enter")
	d.goTo("jnb-br1-ipsec")
	d.Press("e")
	d.See("Edit jnb-br1-ipsec")
	d.field("Description")
	d.types("!")
	d.reads("description ", "! was ")
	d.field("MD5 key")
	d.types("not-to-be-seen")
	d.reads("bgp.md5_key", "was not set")
	d.lacks("not-to-be-seen")
	for _, r := range d.Requests()[asked:] {
		if r.Method != http.MethodGet && !strings.Contains(r.Path, "graphql") {
			t.Errorf("filling in a form sent %s %s", r.Method, r.Path)
		}
	}
}
