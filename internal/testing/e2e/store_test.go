package e2e_test

import (
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Somebody looks at the routes and goes back; a colleague deletes one; r on the overview finds that out, and the list of routes
// knows it, too: there is one place that knows the account.
func TestARouteThatIsDeletedElsewhereIsGoneEverywhere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env(), Cols: 100, Rows: 40})
	term.WaitFor("the overview", showsAll("iad-dc1-gre", "4 ports"))
	jump(term, "routes", "10.61.8.0/22")
	term.Press("esc")
	term.WaitText("RECENT EVENTS")
	for _, route := range a.Objects(simaccount.Routes) {
		if route["prefix"] == "10.61.8.0/22" {
			a.do(a.Delete(simaccount.Routes, route["id"].(string)))
		}
	}
	a.pass(time.Second)
	term.Press("r")
	term.WaitFor("the event", showsAll("10.61.8.0/22", "is gone"))
	jump(term, "routes", "10.61.12.0/22")
	if s := term.Screen(); s.Contains("10.61.8.0/22") {
		t.Errorf("the list still has the route:\n%s", s.Box())
	}
}
