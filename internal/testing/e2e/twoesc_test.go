package e2e_test

import (
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Two esc that arrive in one read are two: from a tunnel's page over its list to where one was, and out of the palette and the page below.
func TestTwoEscInOneReadGoBackTwice(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "tunnels", "fra-dc1-gre")
	for _, first := range []string{"", ":"} {
		term.Press("enter")
		term.WaitText("BGP session")
		if first != "" {
			term.Type(first)
			term.WaitText("go to ──")
		}
		term.Type("\x1b\x1b")
		gone := "Overview › Tunnels"
		if first != "" {
			gone = "go to ──"
		}
		term.WaitFor("two steps back", func(s ptytest.Screen) bool { return !s.Contains(gone) && !s.Contains("BGP session") })
		jump(term, "tunnels", "fra-dc1-gre")
	}
}

// Three esc in one read are three: from the router's configuration over a bring-up and its tunnel to the list.
func TestThreeEscInOneReadGoBackThreeTimes(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "tunnels", "fra-dc1-gre")
	term.Press("enter")
	term.WaitText("BGP session")
	term.Type("b")
	term.WaitText("› Bring up ")
	term.Type("c")
	term.WaitText("› Router configuration")
	term.Type("\x1b\x1b\x1b")
	term.WaitFor("the list", func(s ptytest.Screen) bool { return s.Contains("14 tunnels") && !strings.Contains(title(s), "›") })
}
