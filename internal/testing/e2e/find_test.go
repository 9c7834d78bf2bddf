package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// finder counts the keys that somebody presses besides the name that they look for.
type finder struct {
	*ptytest.Terminal
	keys int
}

func (f *finder) press(key string) {
	f.keys++
	f.Press(key)
}

// highlighted is the row of the palette that enter takes.
func highlighted(s ptytest.Screen) string {
	below := false
	_, height := s.Size()
	for y := range height {
		line := s.Line(y)
		below = below || strings.HasPrefix(line, "── ")
		if below && strings.HasPrefix(line, "▌") {
			return line
		}
	}
	return ""
}

// find goes to an object by its name: ":", the name, down to the kind that is meant where several things are called so, enter.
func (f *finder) find(name, kind string) {
	f.keys = 0
	f.press(":")
	f.WaitFor("the palette", func(s ptytest.Screen) bool { return s.Contains("── go to") })
	f.Type(name)
	s := f.WaitFor("what is found for "+name, func(s ptytest.Screen) bool { return s.Contains(":"+name) && highlighted(s) != "" })
	for !strings.Contains(highlighted(s), kind) {
		was := highlighted(s)
		f.press("down")
		s = f.WaitFor("the next row", func(s ptytest.Screen) bool { return highlighted(s) != was })
	}
	f.press("enter")
	f.WaitFor("the page of "+name, func(s ptytest.Screen) bool { return on(name)(s) && !s.Contains("── go to") })
}

// screens are the sizes of the stories: a terminal as it opens, one on a laptop, one on a desk.
var screens = []size{{80, 24}, {120, 40}, {200, 60}}

// From any page to any object by its name: at most five keys and the name, at every size.
func TestFromAnyPageToAnyObjectByItsName(t *testing.T) {
	t.Parallel()
	objects := [][2]string{{"waw-br1-ipsec", "IPsec tunnel"}, {"iad-dc1-gre", "GRE tunnel"}, {"10.61.12.0/22", "route"},
		{"198.18.40.0/24", "prefix"}, {"nwf-fra03-1", "interconnect"}, {"fra-cni-v1", "CNI"}, {"ams-cni-v2", "tunnel interface"}}
	pages := []string{"overview", "events", "muted", "setup", "tunnels", "bgp", "interconnects", "slots", "routes", "prefixes", "where",
		"locations",
		"traceroute", "endpoint-checks", "accounts", "activity", "changes", "alerts", "requests", "profiles"}
	for _, at := range screens {
		t.Run(fmt.Sprintf("%dx%d", at.cols, at.rows), func(t *testing.T) {
			t.Parallel()
			f := &finder{Terminal: stopped(t, at)}
			f.Type(":interconnects")
			f.Press("enter")
			f.WaitText("fra-cni-v1")
			for i, page := range pages {
				f.Type(":" + page)
				f.WaitText(":" + page)
				f.Press("enter")
				f.WaitFor("the page "+page, func(s ptytest.Screen) bool { return !s.Contains("── go to") && footer(s) != "" })
				o := objects[i%len(objects)]
				f.find(o[0], o[1])
				if f.keys > 5 {
					t.Errorf("from :%s to %s %s took %d keys and the name", page, o[1], o[0], f.keys)
				}
			}
		})
	}
}

// Along what carries traffic and back: tunnel, route, prefix, one key each, and three keys back.
func TestAlongTunnelRouteAndPrefixAndBackAtEverySize(t *testing.T) {
	t.Parallel()
	for _, at := range screens {
		t.Run(fmt.Sprintf("%dx%d", at.cols, at.rows), func(t *testing.T) {
			t.Parallel()
			f := &finder{Terminal: stopped(t, at)}
			f.Type(":routes")
			f.Press("enter")
			f.WaitText("198.18.20.0/24")
			f.Type(":prefixes")
			f.Press("enter")
			f.WaitFor("the list of prefixes", func(s ptytest.Screen) bool {
				return strings.Contains(title(s), "Prefixes") && s.Contains("198.18.40.0/24")
			})
			f.find("iad-dc1-gre", "GRE tunnel")
			f.WaitText("BGP session")
			f.Press(">")
			f.WaitFor("its route", func(s ptytest.Screen) bool { return on("Route 198.18.20.0/24")(s) && s.Contains("Next hop") })
			f.Press(">")
			f.WaitFor("its prefix", func(s ptytest.Screen) bool {
				return strings.Contains(title(s), "› 198.18.20.0/24") && s.Contains("Advertised")
			})
			f.Press("esc")
			f.WaitFor("the route again", func(s ptytest.Screen) bool { return on("Route 198.18.20.0/24")(s) && s.Contains("Next hop") })
			f.Press("esc")
			f.WaitFor("the tunnel again", func(s ptytest.Screen) bool { // the route's page has the tunnel in its title, and beside it
				return on("iad-dc1-gre")(s) && !strings.Contains(title(s), "Route") && s.Contains("BGP session")
			})
			f.Press("esc")
			f.WaitFor("the list of prefixes again", func(s ptytest.Screen) bool {
				return s.Contains("198.18.40.0/24") &&
					!s.Contains("BGP session")
			})
		})
	}
}

// The palette takes other names of a page, a filter behind a name, and says of an action of another page where it is: enter leads there and
// does nothing.
func TestThePaletteTakesAliasesFiltersAndActionsFromElsewhere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Env: a.env()})
	term.WaitFor("the list", listed)
	term.Type(":sessions")
	term.Press("enter")
	term.WaitFor("the sessions", func(s ptytest.Screen) bool { return strings.Contains(title(s), "BGP sessions") })
	term.Type(":tunnels fra")
	term.WaitText("only what matches")
	term.Press("enter")
	term.WaitFor("the tunnels of fra alone", func(s ptytest.Screen) bool {
		return listed(s) && s.Contains("/fra") && state(s, "fra-dc1-gre") != "" && state(s, "iad-dc1-gre") == ""
	})
	term.Type(":withdraw")
	term.WaitFor("where it is", func(s ptytest.Screen) bool { return strings.Contains(highlighted(s), "W on :prefixes") })
	term.Press("enter")
	term.WaitFor("the prefixes", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "Prefixes") && !s.Contains("── go to")
	})
	a.untouched()
}

// A form helps, too: f1 says what its keys do, ctrl+g looks elsewhere, and what was typed is there again.
func TestAFormHelpsAndIsKept(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo"}})
	term.WaitFor("the list", listed)
	term.Press("n")
	choose(term, "GRE")
	term.Press("enter")
	term.WaitText("New GRE tunnel")
	term.Type("kept-gre")
	term.WaitText("kept-gre")
	term.Press("f1")
	term.WaitFor("the help of the form", func(s ptytest.Screen) bool { return s.Contains("Keys on New GRE tunnel") && s.Contains("ctrl+s") })
	term.Press("esc")
	term.WaitText("kept-gre")
	term.Press("ctrl+g")
	term.WaitText("── go to")
	term.Type("routes")
	term.Press("enter")
	term.WaitFor("the routes", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "Static routes") && !s.Contains("── go to")
	})
	term.Press("esc")
	term.WaitFor("the form as it was", func(s ptytest.Screen) bool { return s.Contains("New GRE tunnel") && s.Contains("kept-gre") })
}
