package e2e_test

import (
	"testing"

	"flarewire/internal/simaccount"
)

// Every difference is shown before anything is sent, and every tunnel has its own result.
func TestHealthChecksOfSeveralTunnelsAreChangedTogether(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "tunnels", "fra-dc1-gre")
	for i, name := range []string{"fra-dc1-gre", "jnb-br1-ipsec"} {
		goTo(term, name)
		term.Press("space")
		term.WaitText([]string{"1 marked", "2 marked"}[i])
	}
	term.Press("H")
	term.WaitText("Health checks of 2 tunnels")
	term.Press("tab", "tab", "tab", "right") // the rate, from "as it is" to low
	term.WaitText("[low]")
	term.Press("ctrl+s")
	term.WaitFor("both differences", showsAll("Change GRE tunnel fra-dc1-gre", "Change IPsec tunnel jnb-br1-ipsec", "health_check.rate"))
	a.untouchedButChecks()
	send(term, "change 2")
	term.WaitText("2 of 2 sent: 2 done")
	for kind, name := range map[simaccount.Resource]string{simaccount.GRETunnels: "fra-dc1-gre", simaccount.IPsecTunnels: "jnb-br1-ipsec"} {
		health, _ := a.object(kind, name)["health_check"].(map[string]any)
		if health["rate"] != "low" || health["type"] == nil {
			t.Errorf("%s: %v", name, health)
		}
	}
}

// untouchedButChecks fails the test when anything but reading and dry runs was asked.
func (a *account) untouchedButChecks() {
	a.t.Helper()
	for _, r := range a.writes() {
		if !r.Query.Has("validate_only") {
			a.t.Errorf("%s %s was sent before it was agreed to", r.Method, r.Path)
		}
	}
}
