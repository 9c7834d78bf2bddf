package e2e_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// At night: from the start of the program to the cause of a session that is down, and what is worst stays
// in sight when it comes later.
func TestFromTheStartToTheCauseOfADownSession(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env()})
	term.WaitFor("the outages of prefixes above the tunnels", func(s ptytest.Screen) bool {
		return strings.Contains(cursorLine(s), "198.18.20.0/24") && s.Contains("iad-dc1-gre") && s.Contains("prefixes")
	})
	keys := down(term, term.Screen(), "iad-dc1-gre")
	// The cause stands below the list already; the page has the evidence.
	term.Press("enter")
	keys++
	term.WaitFor("why it is so and what to do", func(s ptytest.Screen) bool {
		return on("iad-dc1-gre")(s) &&
			showsAll("✗ Down", "What this means")(s)
	})
	t.Logf("from the start to the cause of a down session: %d keys", keys)
	if keys > 3 {
		t.Errorf("%d keys, want at most 3", keys)
	}
	term.Press("esc")
	term.WaitText("RECENT EVENTS")
	term.Press("g")
	term.WaitFor("the worst row", func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), "198.18.20.0/24") })
	term.Press("enter")
	term.WaitFor("the prefix", on("198.18.20.0/24"))
}

// What the credential may not read, or what does not answer, is named with the reason; the rest of the overview is whole.
func TestTheOverviewSaysWhatIsNotKnownAndWhy(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	denied := `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null,"messages":[]}`
	a.Fault(simaccount.Fault{Path: "*graphql*", Kind: simaccount.FaultStatus, Status: 403,
		Body: `{"data":null,"errors":[{"message":"not authorized for that account"}]}`})
	a.Fault(simaccount.Fault{Path: "*cni/*", Kind: simaccount.FaultStatus, Status: 403, Body: denied})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env()})
	s := term.WaitFor("what is not known", func(s ptytest.Screen) bool {
		return showsAll("iad-dc1-gre", "health, traffic, CNI not known", "health, traffic: ", "CNI: ")(s)
	})
	if s.Contains(" ports ") {
		t.Errorf("ports that were never read are counted:\n%s", s.Box())
	}
	a.ClearFaults()
	term.Press("r")
	term.WaitFor("everything known", func(s ptytest.Screen) bool { return s.Contains("4 ports") && !s.Contains("not known") })

	// Later the API is down: what was known stays and says how old it is.
	a.server.Close()
	term.Press("r")
	term.WaitFor("stale sources with the reason", showsAll("iad-dc1-gre", "4 ports", "Data age: GRE, IPsec", "CNI stale", "check the network"))
	a.recover()
	term.Press("r")
	term.WaitFor("fresh again", func(s ptytest.Screen) bool { return s.Contains("iad-dc1-gre") && !s.Contains("stale") })
}

// A port goes down: it is on the overview with what Cloudflare says about it, and so is what runs over it; enter leads to
// the page of each.
func TestAnInterconnectThatGoesDownIsOnTheOverview(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env(), Cols: 80, Rows: 30}) // with room for both events
	term.WaitFor("the counts of the ports", showsAll("iad-dc1-gre", "4 ports", "✗ 1 unhealthy", "◐ 1 pending", "● 2 healthy"))
	a.do(a.SetInterconnectStatus("nwf-fra03-1", "Down", "No light is received"))
	a.do(a.SetHealth(simaccount.Links, "fra-cni-v1", 0))
	a.pass(time.Second)
	term.Press("r")
	term.WaitFor("the port's change", showsAll("✗ 1 down", "port Healthy → Down"))
	look(term, "nwf-fra03-1", []string{"No light is received", "test the cross-connect"})
	term.Press("enter")
	term.WaitFor("the port's page", func(s ptytest.Screen) bool {
		return on("nwf-fra03-1")(s) && says("✗ Down", "No light is received", "Check optical Rx and Tx levels")(s)
	})
	term.Press("esc")
	term.WaitText("RECENT EVENTS")
	look(term, "fra-cni-v1", []string{"Health checks through the CNI are failing", "The API does not report BGP"})
	term.Press("enter")
	term.WaitFor("the page of its tunnel interface", func(s ptytest.Screen) bool {
		return on("fra-cni-v1")(s) && says("down (average health 0 % over 10 min)", "Health checks through the CNI are failing")(s)
	})
}

// Cloudflare stops answering while somebody looks at the overview: the page of what is wrong shows what the overview knew, how
// old it is, and never that the object is gone.
func TestAPageOpenedInAnOutageShowsWhatTheOverviewKnew(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "5s"}, Env: a.env(), Cols: 80, Rows: 40})
	term.WaitFor("the overview with every source", func(s ptytest.Screen) bool {
		return strings.Contains(cursorLine(s), "198.18.20.0/24") && s.Contains("4 ports") && !s.Contains("waiting")
	})
	a.server.Close()
	for _, object := range []struct {
		name  string
		knows []string
	}{
		{"198.18.20.0/24", []string{"according to its BGP prefixes", "was withdrawn", "Magic Transit"}},
		{"iad-dc1-gre", []string{"BGP session", "Health checks through the tunnel are failing"}},
	} {
		moveTo(term, object.name+"  ") // the first column: other rows may name it too
		term.Press("enter")
		s := term.WaitFor(object.name+" in an outage", func(s ptytest.Screen) bool {
			return strings.Contains(title(s), object.name) && strings.Contains(title(s), "stale") && says(object.knows...)(s)
		})
		if s.Contains("no longer on the account") {
			t.Errorf("%s is said to be gone:\n%s", object.name, s.Box())
		}
		term.Press("esc")
		term.WaitText("AFFECTED")
	}
}

// A page that is fetched once a minute is not shown as fresh while others have found out that nobody answers.
func TestASlowPageIsNotFreshInAnOutage(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "cnis", "--refresh", "5s"}, Env: a.env()})
	term.WaitFor("the list", func(s ptytest.Screen) bool {
		return s.Contains("ams-cni-v2") && s.Contains("NAME") && !strings.Contains(title(s), "loading")
	})
	a.server.Close()
	term.WaitFor("that it is old, and why", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "stale") && s.Contains("No answer from Cloudflare")
	})
	a.serve()
	term.WaitFor("its recovery", func(s ptytest.Screen) bool { return !strings.Contains(title(s), "stale") && !s.Contains("No answer") })
}

// What was under the cursor is mended: the cursor goes to what is worst, and what is above the window is counted as worse.
func TestTheOverviewHidesNoWorseRow(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "10m"}, Env: a.env()})
	term.WaitFor("the overview with every source", func(s ptytest.Screen) bool {
		return strings.Contains(cursorLine(s), "198.18.20.0/24") && s.Contains("lhr-hq-gre") && s.Contains("4 ports") &&
			!s.Contains("waiting")
	})
	worst := "198.18.20.0/24"
	down(term, term.Screen(), "lhr-hq-gre")
	term.WaitFor("how many worse rows are out of sight", func(s ptytest.Screen) bool {
		return s.Contains(" above, ") &&
			s.Contains("more below")
	})
	a.do(a.SetBGP(simaccount.GRETunnels, "lhr-hq-gre", "Established"))
	a.pass(time.Second)
	term.Press("r")
	term.WaitFor("the worst under the cursor", func(s ptytest.Screen) bool {
		return strings.Contains(cursorLine(s), worst) &&
			!s.Contains(" above")
	})
}

// Started in an outage, the overview does not say that it is asking when it has been told that nobody answers.
func TestTheOverviewInAnOutageFromTheBeginning(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.server.Close()
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "5s"}, Env: a.env()})
	s := term.WaitFor("why there is nothing", showsAll("Nothing could be fetched yet", "No answer from Cloudflare"))
	if s.Contains("Asking Cloudflare") || s.Contains("0 tunnels") {
		t.Errorf("it says more than it knows:\n%s", s.Box())
	}
	a.serve()
	term.WaitFor("the account", showsAll("14 tunnels", "AFFECTED"))
}
