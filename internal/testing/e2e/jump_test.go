package e2e_test

import (
	"fmt"
	"testing"

	"flarewire/internal/testing/ptytest"
)

// From any page to any object by its name: a colon, the name, enter. And from a tunnel to its route and the route's prefix with a key each,
// and back the same way with esc. At every size, keys only, as counted here.
func TestAnyObjectIsItsNameAndTwoKeysAway(t *testing.T) {
	t.Parallel()
	pages := []string{"overview", "tunnels", "bgp", "where", "interconnects", "prefixes", "routes", "activity", "locations", "changes"}
	objects := []string{"sin-dc1-ipsec", "fra-dc1-gre", "10.61.8.0/22", "198.18.20.0/24", "nwf-ams04-1", "fra-cni-v1"}
	for _, at := range []size{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", at.cols, at.rows), func(t *testing.T) {
			t.Parallel()
			term := stopped(t, at)
			for i, page := range pages {
				jumpTo(term, page)
				term.WaitFor("the page "+page, func(s ptytest.Screen) bool { return !asks(s, ":"+page) && footer(s) != "" })
				object := objects[i%len(objects)]
				jumpTo(term, object)
				term.WaitFor(object+" from "+page, on(object))
			}
			jumpTo(term, "iad-dc1-gre")
			term.WaitFor("the tunnel", on("iad-dc1-gre"))
			for _, step := range []struct{ key, shown string }{
				{">", "Next hop"}, {">", "Advertisement"}, {"esc", "Next hop"}, {"esc", "BGP session"}} {
				term.Press(step.key)
				term.WaitFor("the page with "+step.shown, func(s ptytest.Screen) bool { return s.Contains(step.shown) && footer(s) != "" })
			}
			t.Logf(": + name + enter from each of %d pages; then > > esc esc", len(pages))
		})
	}
}

// jumpTo goes to what has a name.
func jumpTo(term *ptytest.Terminal, name string) {
	term.Type(":" + name)
	term.WaitFor("its entry", func(s ptytest.Screen) bool { return asks(s, ":"+name) && !s.Contains(" 0 found ") })
	term.Press("enter")
}
