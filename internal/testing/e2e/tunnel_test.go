package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// route is the static route for a network; nil when there is none.
func (a *account) route(prefix string) simaccount.Object {
	for _, r := range a.Objects(simaccount.Routes) {
		if r["prefix"] == prefix {
			return r
		}
	}
	return nil
}

// passUntil lets the account's time go on until a text is on the screen.
func (a *account) passUntil(term *ptytest.Terminal, text string) {
	a.t.Helper()
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for range int(patience / (50 * time.Millisecond)) {
		if term.Screen().Contains(text) {
			return
		}
		<-every.C
		a.pass(2 * time.Second)
	}
	term.WaitText(text)
}

// review goes from a filled form to its review.
func review(term *ptytest.Terminal) {
	term.Press("ctrl+s")
	term.WaitText("check again")
}

func TestAGRETunnelIsMadeChangedAndDeletedWithKeysOnly(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "gre", "fra-dc1-gre")
	term.Press("n")
	term.WaitText("New GRE tunnel")
	fill(term, "muc-br9-gre", "192.0.2.11", "203.0.113.201", "made in a story", "10.213.9.0/31", "", "")
	term.Press("right") // without BGP
	review(term)
	send(term, "")
	term.WaitText("enter bring-up")
	term.Press("enter")
	term.WaitText("There is no BGP on this tunnel")
	term.Press("esc")
	term.WaitFor("the new tunnel under the cursor", func(s ptytest.Screen) bool { return underCursor(s) == "muc-br9-gre" })
	made := a.object(simaccount.GRETunnels, "muc-br9-gre")
	if made["customer_gre_endpoint"] != "203.0.113.201" || made["interface_address"] != "10.213.9.0/31" {
		t.Errorf("made %v", made)
	}

	term.Press("enter")
	term.WaitFor("its page", on("muc-br9-gre"))
	term.Press("e")
	term.WaitText("Edit muc-br9-gre")
	fill(term, "", "", "", "^changed in a story")
	review(term)
	term.WaitText("made in a story")
	send(term, "")
	term.WaitText(": done")
	term.Press("enter")
	if got := a.object(simaccount.GRETunnels, "muc-br9-gre")["description"]; got != "changed in a story" {
		t.Errorf("the description is %v", got)
	}

	term.WaitGone("enter close")
	term.Press("D")
	term.WaitText("The request")
	send(term, "muc-br9-gre")
	a.passUntil(term, ": done") // a deletion takes a moment at Cloudflare
	a.gone(simaccount.GRETunnels, "muc-br9-gre")
}

func TestAnIPsecTunnelComesUpFromNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "ipsec", "ams-br2-ipsec", "--refresh", "5s")
	keys := 0
	press := func(k ...string) { keys += len(k); term.Press(k...) }
	write := func(text string) { keys += len(text); term.Type(text) }
	press("n")
	term.WaitText("Step 1 of 5")
	// Typed: the name, the customer's endpoint and the AS number; everything else is proposed.
	write("muc-br9-ipsec")
	press("tab", "tab")
	write("203.0.113.202")
	press("ctrl+s") // what is still missing is asked for
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	write("64777")
	press("ctrl+s")
	term.WaitFor("the server's check", showsAll("validate_only", "passed", "enter send"))
	press("enter")
	term.WaitText("enter generate key")
	press("enter")
	term.WaitFor("the review of the key", showsAll("enter send", "The request"))
	press("enter")
	term.WaitText("v shows it")
	press("y", "K") // it is kept
	term.WaitFor("the key forgotten", func(s ptytest.Screen) bool { return s.Contains("enter close") && !s.Contains("show key") })
	press("enter")
	term.WaitText("enter bring-up")
	press("enter")
	term.WaitText("Bring up muc-br9-ipsec")
	for range 12 {
		a.pass(5 * time.Second)
		term.Press("r")
	}
	term.WaitFor("the session up", showsAll("BGP up", "The session is up"))
	t.Logf("a standard IPsec tunnel with BGP took %d keys, from the list to the session, of which %d were typed values", keys,
		len("muc-br9-ipsec")+len("203.0.113.202")+len("64777"))

	posts := 0
	for _, r := range a.writes() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/ipsec_tunnels") && !r.Query.Has("validate_only") {
			posts++
		}
	}
	if posts != 1 {
		t.Errorf("the tunnel was created %d times", posts)
	}
	if made := a.object(simaccount.IPsecTunnels, "muc-br9-ipsec"); made["customer_endpoint"] != "203.0.113.202" {
		t.Errorf("made %v", made)
	}
	if strings.Contains(string(term.Transcript()), a.PSK("muc-br9-ipsec")) {
		t.Error("the key was on the screen although nobody asked to see it")
	}
}

func TestAnIPsecTunnelIsEditedAndDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "ipsec", "jnb-br1-ipsec")
	goTo(term, "jnb-br1-ipsec")
	term.Press("e")
	term.WaitText("Edit jnb-br1-ipsec")
	fill(term, "", "", "", "^Johannesburg branch")
	review(term)
	send(term, "")
	term.WaitText(": done")
	term.Press("enter")
	if got := a.object(simaccount.IPsecTunnels, "jnb-br1-ipsec")["description"]; got != "Johannesburg branch" {
		t.Errorf("the description is %v", got)
	}
	for _, r := range a.writes() {
		if strings.Contains(string(r.Body), `"psk"`) {
			t.Errorf("an edit sent a pre-shared key: %s %s", r.Method, r.Path)
		}
	}
	term.WaitGone("enter close")
	term.Press("D")
	term.WaitText("The request")
	send(term, "jnb-br1-ipsec")
	a.passUntil(term, ": done")
	a.gone(simaccount.IPsecTunnels, "jnb-br1-ipsec")
}

// Two people edit the same tunnel: the second one must see what the first one changed, and nothing of
// it may be lost silently.
func TestAnObjectChangedBehindTheBackIsNotOverwritten(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "gre", "fra-dc1-gre")
	goTo(term, "fra-dc1-gre")
	term.Press("e")
	term.WaitText("Edit fra-dc1-gre")
	term.WaitText("ctrl+s") // what was read is in the form
	a.do(a.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["description"] = "theirs" }))
	fill(term, "", "", "", "^mine")
	term.Press("ctrl+s")
	term.WaitFor("both versions", showsAll("Somebody else changed it", "theirs", "mine", "This cannot be sent"))
	term.Press("enter") // cannot be sent yet: it says why
	term.WaitText("changed by somebody else")
	if got := a.object(simaccount.GRETunnels, "fra-dc1-gre")["description"]; got != "theirs" {
		t.Fatalf("overwritten with %v", got)
	}
	term.Press("a")
	term.WaitFor("the conflict accepted", func(s ptytest.Screen) bool { return strings.Contains(footer(s), " enter send") })
	send(term, "")
	term.WaitText(": done")
	if got := a.object(simaccount.GRETunnels, "fra-dc1-gre")["description"]; got != "mine" {
		t.Errorf("after the conflict was accepted it is %v", got)
	}
}

// GRE ignores BGP in an update, so the form does not offer it, and replacing is one guided act.
func TestBGPOfAGRETunnelIsChangedByReplacingIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	before := a.object(simaccount.GRETunnels, "sjc-dc1-gre")["id"]
	term := atPage(t, a, "gre", "sjc-dc1-gre")
	goTo(term, "sjc-dc1-gre")
	term.Press("e")
	term.WaitFor("BGP fixed", showsAll("Edit sjc-dc1-gre", "(read-only)"))
	term.Press("esc")
	term.WaitFor("the list again", listed)
	term.Press("R")
	term.WaitText("Replace sjc-dc1-gre")
	fill(term, "", "", "", "", "", "")
	term.Press("tab", "left", "tab")
	term.Type("64699")
	review(term)
	term.WaitText("deletes the tunnel and creates it again")
	send(term, "sjc-dc1-gre")
	a.passUntil(term, ": done")
	after := a.object(simaccount.GRETunnels, "sjc-dc1-gre")
	bgp, _ := after["bgp"].(map[string]any)
	if after["id"] == before || bgp["customer_asn"] == nil {
		t.Errorf("replaced by %v", after)
	}
}

func TestSeveralTunnelsAreDeletedEachWithItsResult(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "gre", "fra-dc1-gre")
	goTo(term, "gru-br1-gre")
	term.Press("space")
	term.WaitText("1 marked")
	goTo(term, "sjc-dc1-gre")
	term.Press("space")
	term.WaitText("2 marked")
	term.Press("D")
	term.WaitFor("both", showsAll("Delete GRE tunnel gru-br1-gre", "Delete GRE tunnel sjc-dc1-gre"))
	send(term, "delete 2")
	a.passUntil(term, "2 of 2 sent: 2 done")
	a.gone(simaccount.GRETunnels, "gru-br1-gre")
	a.gone(simaccount.GRETunnels, "sjc-dc1-gre")
}

func TestAStaticRouteIsMadeChangedDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "routes", "10.61.8.0/22")
	term.Press("n")
	term.WaitText("New static route")
	fill(term, "10.99.0.0/16", "10.213.0.1", "^150", "made in a story")
	review(term)
	send(term, "")
	term.WaitText(": done")
	term.Press("enter")
	term.WaitFor("the new route under the cursor", func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), "10.99.0.0/16") })
	if r := a.route("10.99.0.0/16"); r["nexthop"] != "10.213.0.1" {
		t.Errorf("made %v", r)
	}
	term.Press("enter")
	term.WaitFor("its page, with the tunnel that it leads through", func(s ptytest.Screen) bool {
		return on("10.99.0.0/16")(s) && s.Contains("fra-dc1-gre")
	})
	term.Press("e")
	term.WaitText("Edit 10.99.0.0/16")
	fill(term, "", "", "^200")
	review(term)
	send(term, "")
	term.WaitText(": done")
	term.Press("enter")
	term.WaitGone("enter close")
	if r := a.route("10.99.0.0/16"); fmt.Sprint(r["priority"]) != "200" {
		t.Errorf("priority %v", r["priority"])
	}
	term.Press("D")
	term.WaitText("The request")
	send(term, "10.99.0.0/16")
	a.passUntil(term, ": done")
	if r := a.route("10.99.0.0/16"); r != nil {
		t.Errorf("the route is still there: %v", r)
	}
	term.Press("enter")
	term.WaitGone("enter close")

	jump(term, "activity", "delete")
	term.Press("u")
	term.WaitText("Undo: delete")
	send(term, "")
	term.WaitText(": done")
	if r := a.route("10.99.0.0/16"); r["nexthop"] != "10.213.0.1" {
		t.Errorf("brought back as %v", r)
	}
}

func TestReadOnlyShowsWhatItWillNotDoAndSendsNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "routes", "10.61.8.0/22", "--read-only")
	for _, key := range []string{"n", "e", "D"} {
		term.Press(key)
		term.WaitText("this session is read-only")
	}
	if !strings.Contains(title(term.Screen()), "read-only") {
		t.Error("the header does not say that the session is read-only")
	}
	a.untouched()
}
