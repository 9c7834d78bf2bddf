package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// A newcomer types one command, without an account: every state is there as a glyph and a word, and the
// footer says how to go on.
func TestANewcomerSeesEveryStateAsGlyphAndWord(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo"}})
	s := term.WaitFor("a dozen tunnels in every state", func(s ptytest.Screen) bool {
		return len(tunnels(s)) >= 12 && showsAll("✗ Down", "◐ Establishing", "● Up", "○ No BGP", "? help")(s)
	})
	if f := footer(s); !strings.Contains(f, "? help") || !strings.Contains(f, ": go to") {
		t.Errorf("the footer does not say how to get help and how to go elsewhere: %q", f)
	}
	if first := tunnels(s)[0]; state(s, first) != "Down" {
		t.Errorf("the worst is not first but %s, which is %s", first, state(s, first))
	}
}

// Nobody touches the keyboard for half a minute, and the screen follows the session.
func TestASessionChangesItsStateWithoutAKey(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	if got := state(term.Screen(), "lhr-hq-gre"); got != "Establishing" {
		t.Fatalf("lhr-hq-gre is %q at first", got)
	}
	a.pass(21 * time.Second)
	term.WaitFor("mad-br1-ipsec to go down", func(s ptytest.Screen) bool { return state(s, "mad-br1-ipsec") == "Down" })
	a.pass(15 * time.Second)
	term.WaitFor("lhr-hq-gre to come up", func(s ptytest.Screen) bool { return state(s, "lhr-hq-gre") == "Up" })
}

// Somebody asks why a session is down: state, step, both speakers and AS numbers, and what to check,
// on the first screen of 80x24.
func TestTheBGPPanelSaysWhatIsWrongAndWhatToCheck(t *testing.T) {
	t.Parallel()
	term := watching(t, newAccount(t, simaccount.Options{}))
	goTo(term, "iad-dc1-gre")
	term.Press("enter")
	term.WaitFor("the BGP panel of iad-dc1-gre", func(s ptytest.Screen) bool {
		return on("iad-dc1-gre")(s) &&
			showsAll("✗ Down", "Active", "10.213.0.8:179", "13335", "10.213.0.9", "64611", "What this means")(s) &&
			(s.Contains("TCP 179") || s.Contains("IP protocol 47")) // without and with what the probes say
	})
	term.Press("esc")
	term.WaitFor("the list again", listed)
	term.Press("enter")
	term.WaitFor("the detail page again", on("iad-dc1-gre"))
	term.Press("backspace")
	term.WaitFor("the list after backspace", listed)
}

// An open detail page follows its tunnel, too.
func TestTheDetailPageIsLive(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	goTo(term, "fra-dc1-gre")
	term.Press("enter")
	term.WaitFor("an established session", func(s ptytest.Screen) bool {
		return on("fra-dc1-gre")(s) && showsAll("● Up", "Established")(s)
	})
	a.do(a.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"))
	term.Press("r")
	term.WaitFor("the session down", showsAll("✗ Down", "Idle"))
	a.do(a.Delete(simaccount.GRETunnels, "fra-dc1-gre"))
	term.Press("r")
	term.WaitFor("word of the tunnel's end beside its last state", showsAll("no longer", "Idle"))
}

// esc and backspace lead back, never out.
func TestBackNeverQuits(t *testing.T) {
	t.Parallel()
	term := watching(t, newAccount(t, simaccount.Options{}))
	for _, key := range []string{"esc", "backspace"} {
		term.Press(key)
		term.WaitText("q quits")
	}
	term.Press("?")
	term.WaitFor("the help", on("Help"))
}

func TestTheFilterFindsExcludesAndLooksInOneColumn(t *testing.T) {
	t.Parallel()
	term := watching(t, newAccount(t, simaccount.Options{}))
	all := tunnels(term.Screen())
	for filter, fits := range map[string]func(s ptytest.Screen, name string) bool{
		"ipsec":     func(_ ptytest.Screen, name string) bool { return strings.Contains(name, "ipsec") },
		"!up":       func(s ptytest.Screen, name string) bool { return state(s, name) != "Up" },
		"asn:64601": func(_ ptytest.Screen, name string) bool { return strings.HasPrefix(name, "fra-") },
		"down gre":  func(s ptytest.Screen, name string) bool { return name == "iad-dc1-gre" },
	} {
		full := term.Screen()
		want := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !fits(full, name) })
		if len(want) == 0 || len(want) == len(all) {
			t.Fatalf("the filter %q shows nothing of the filter: %d of %d rows", filter, len(want), len(all))
		}
		term.Press("/")
		term.Type(filter)
		term.Press("enter")
		term.WaitFor("only the rows for "+filter, func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), want) })
		term.Press("esc")
		term.WaitFor("all rows", func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), all) })
	}
	term.Press("/")
	term.Type("nothing-like-it")
	term.Press("enter")
	term.WaitText("No row matches")
}

func TestSortingGoesThroughTheColumnsAndBothWays(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Env: a.env(), Cols: 200, Rows: 60})
	head := func(s ptytest.Screen) string { return s.Line(2) }
	before := term.WaitFor("the list of tunnels", listed)
	for !strings.Contains(head(before), "NAME▲") {
		term.Press("s")
		was := head(before)
		before = term.WaitFor("another column to sort by", func(s ptytest.Screen) bool { return listed(s) && head(s) != was })
	}
	byName := slices.Sorted(slices.Values(a.names()))
	term.WaitFor("the order of names", func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), byName) })
	slices.Reverse(byName)
	term.Press("S")
	term.WaitFor("the order of names, reversed", func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), byName) })
}

func TestThePaletteLeadsToEveryPage(t *testing.T) {
	t.Parallel()
	term := watching(t, newAccount(t, simaccount.Options{}))
	kinds := func(kind string) func(ptytest.Screen) bool {
		return func(s ptytest.Screen) bool {
			names := tunnels(s)
			other := slices.ContainsFunc(names, func(n string) bool { return !strings.HasSuffix(n, kind) })
			return len(names) > 0 && !other
		}
	}
	for _, jump := range []struct {
		command string
		there   func(ptytest.Screen) bool
	}{
		{":gre", kinds("gre")}, {":ipsec", kinds("ipsec")}, {":routes", showsAll("198.18.10.0/24")},
		{":tunnels", func(s ptytest.Screen) bool { return listed(s) && !kinds("gre")(s) && !kinds("ipsec")(s) }},
	} {
		term.Type(jump.command)
		term.WaitText(jump.command)
		term.Press("enter")
		term.WaitFor("the page of "+jump.command, jump.there)
	}
	term.Type(":sort-reverse")
	term.Press("enter")
	term.WaitFor("an action run by its name", func(s ptytest.Screen) bool {
		names := tunnels(s)
		return len(names) > 0 && state(s, names[0]) == "Up"
	})
}

// The help is made from the keys themselves and names them all; it leads back.
func TestHelpListsTheKeysOfThePage(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo"}, Cols: 80, Rows: 100})
	term.WaitFor("the list of tunnels", listed)
	term.Press("?")
	keys := []string{"enter", "/", "r", "s", "S", "w", "y", ":", "?", "esc", "ctrl+l", "q", "ctrl+c"}
	term.WaitFor(fmt.Sprint("the help with all of ", keys), func(s ptytest.Screen) bool {
		words := strings.Fields(s.Text())
		return on("Help")(s) && !slices.ContainsFunc(keys, func(k string) bool { return !slices.Contains(words, k) })
	})
	term.Press("esc")
	term.WaitFor("the list again", listed)
}
