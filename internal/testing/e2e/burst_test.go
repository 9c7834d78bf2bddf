package e2e_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Somebody types ahead: all of a form with its lists, in one write, before anything of it is drawn. The next hop is typed by the tunnel's
// name, the regions by their codes. All of fifty routes are made exactly as they were typed.
func TestTypingAheadFillsAFormWithListsFiftyTimes(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	type hop struct{ name, address string }
	var hops []hop
	for _, o := range a.Objects(simaccount.GRETunnels) {
		inner := netip.MustParsePrefix(o["interface_address"].(string))
		if inner.Bits() == 31 {
			hops = append(hops, hop{o["name"].(string), inner.Addr().Next().String()})
		}
	}
	if len(hops) < 3 {
		t.Fatalf("only %v to choose from", hops)
	}
	right := 0
	var term *ptytest.Terminal
	for i := range 50 {
		if i%10 == 0 { // the program's own budget of requests is not for fifty changes in a minute
			term = atPage(t, a, "routes", "Static routes")
		}
		by, prefix := hops[i%len(hops)], fmt.Sprintf("10.61.%d.0/24", i)
		term.Press("n")
		term.WaitText("Step 1 of 2")
		term.Type(fmt.Sprintf("%s\r%s\r%d\rroute %d\r\rweur, eeur\x13", prefix, by.name, 150+i, i))
		send(term, "")
		done(term)
		r := a.route(prefix)
		scope, _ := r["scope"].(simaccount.Object)
		regions := fmt.Sprint(scope["colo_regions"])
		if r["nexthop"] != by.address || r["priority"] != int64(150+i) || r["description"] != fmt.Sprintf("route %d", i) ||
			regions != "[WEUR EEUR]" {
			t.Errorf("%d: typed %s, made %v", i, by.name, r)
			continue
		}
		right++
		if i%10 == 9 {
			term.Press("q")
			term.Wait()
		}
	}
	if right != 50 {
		t.Errorf("%d of 50", right)
	}
}

// A whole pair in one write, before any list of the account was read: what is typed gets into its fields, and the review follows when
// Cloudflare has answered.
func TestTypingAheadOfTheFirstAnswer(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	answer := sync.OnceFunc(a.hold())
	defer answer()
	term := atPage(t, a, "setup", "Redundant pair")
	term.Press("g", "enter")
	term.WaitText("Step 1 of 5")
	const pageDown = "\x1b[6~"
	term.Type("muc-1\r203.0.113.222\r\rforti\r192.0.2.12" + pageDown + pageDown + "64999\x13")
	term.WaitText("is not known yet: review follows")
	answer()
	term.WaitFor("the whole plan", showsAll("2 requests", "Create GRE tunnel muc-1", "Create GRE tunnel muc-2", "enter send all"))
	term.Press("enter")
	term.WaitFor("the end", showsAll("2 requests in order, 2 sent", "enter bring-up"))
	for _, name := range []string{"muc-1", "muc-2"} {
		if o := a.object(simaccount.GRETunnels, name); fmt.Sprint(o["bgp"].(simaccount.Object)["customer_asn"]) != "64999" {
			t.Errorf("made %v", o)
		}
	}
}

// A whole pair in one write, its device and Cloudflare's endpoint from their lists.
func TestTypingAheadFillsThePair(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "setup", "Redundant pair")
	term.Press("g", "enter")
	term.WaitText("Step 1 of 5")
	const pageDown = "\x1b[6~"
	term.Type("muc-1\r203.0.113.222\r\rforti\r192.0.2.12" + pageDown + pageDown + "64999\x13")
	term.WaitFor("the whole plan", showsAll("2 requests", "Create GRE tunnel muc-1", "Create GRE tunnel muc-2", "enter send all"))
	term.Press("enter")
	term.WaitFor("the end", showsAll("2 requests in order, 2 sent", "enter bring-up"))
	first, second := a.object(simaccount.GRETunnels, "muc-1"), a.object(simaccount.GRETunnels, "muc-2")
	ends := []any{first["cloudflare_gre_endpoint"], second["cloudflare_gre_endpoint"]}
	if first["customer_gre_endpoint"] != "203.0.113.222" || !slices.Equal(ends, []any{"192.0.2.12", "192.0.2.11"}) {
		t.Errorf("made %v and %v", first, second)
	}
	term.Press("enter")
	term.WaitText("muc-2")
	term.Press("G")
	term.WaitText("execute ping")
	term.Press("c")
	term.WaitText("For Fortinet FortiOS") // the device that was chosen
	term.Press("esc")
	term.WaitText("execute ping")

	file := filepath.Join(t.TempDir(), "runbook.md")
	term.Press("w")
	term.WaitText("only you can read")
	term.Press("ctrl+u")
	term.Type(file + "\r")
	term.WaitText("Written: ")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Pair of tunnels: muc-1 and muc-2", "- [x] created: ", "- [ ] BGP up: ", "- [ ] Failover",
		"  edit muc-2\n",
		"  execute ping-options df-bit yes\n", "## Way back"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the runbook has no %q:\n%s", want, text)
		}
	}
}
