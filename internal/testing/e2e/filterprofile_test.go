package e2e_test

import (
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// A filter is made, named by a tunnel's session, found on both pages, and cannot go unnoticed while it is used.
func TestAFilterProfileIsMadeAndAttachedToATunnel(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "bgp-filters", "on-prem-imports")
	term.Press("n")
	term.WaitText("ctrl+s review")
	term.Type("harbour\t\t10.61.8.0/22{22,2")
	term.WaitText("Write the lengths as {22,32}")
	term.Type("4}\tfor the test\x13")
	term.WaitText("enter send")
	term.Press("enter")
	term.WaitText("Create BGP filter profile harbour: done.")
	id := ""
	for _, o := range a.Objects(simaccount.FilterProfiles) {
		if o["name"] == "harbour" && o["match_action"] == "allow" {
			id = o["id"].(string)
		}
	}
	if id == "" {
		t.Fatalf("the account has %v", a.Objects(simaccount.FilterProfiles))
	}
	term.Press("enter")
	jump(term, "ipsec", "ams-br2-ipsec")
	moveTo(term, "ams-br2-ipsec")
	term.Press("e")
	term.WaitText("ctrl+s review")
	for s := term.Screen(); !s.Contains("On what you announce to Cloudflare"); {
		was := cursorLine(s)
		term.Press("tab")
		s = term.WaitFor("the next field", func(s ptytest.Screen) bool { return cursorLine(s) != was })
	}
	term.Type("harbour\x13")
	term.WaitText("import_filter_id")
	send(term, "")
	term.WaitText("done.")
	if bgp, _ := a.object(simaccount.IPsecTunnels, "ams-br2-ipsec")["bgp"].(simaccount.Object); bgp["import_filter_id"] != id {
		t.Errorf("the session has %v", bgp)
	}
	term.Press("enter")
	jump(term, "bgp-filters", "harbour")
	moveTo(term, "harbour")
	term.Press("enter")
	term.WaitText("ams-br2-ipsec")
	term.Press("D")
	term.WaitText("Sessions name it: ams-br2-ipsec (Filter in)")
}
