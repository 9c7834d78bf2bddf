package views_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"flarewire/internal/simaccount"
)

// Names that people have made elsewhere, by pasting mostly, hold what cannot be typed: who types what is seen, or the id, deletes the
// tunnel all the same, and who types something else does not.
func TestANameThatCannotBeTypedIsDeletedAllTheSame(t *testing.T) {
	for what, c := range map[string]struct{ name, typed string }{
		"blank at the end": {"iad-dc1-gre ", "iad-dc1-gre"},
		"no-break blank":   {"iad\u00a0dc1-gre\u00a0", "iad dc1-gre"},
		"zero width":       {"iad\u200b-dc1-gre\ufeff", "iad-dc1-gre"},
		"decomposed":       {"Zu\u0308rich-gre", "Z\u00fcrich-gre"},
		"by its id":        {"iad\u200b-dc1-gre", ""},
	} {
		t.Run(what, func(t *testing.T) {
			id := ""
			d := sit(t, "tunnels", func(d *desk) {
				d.writesDown()
				id = d.idOf(simaccount.GRETunnels, "iad-dc1-gre")
				if err := d.Rename(simaccount.GRETunnels, id, c.name); err != nil {
					t.Fatal(err)
				}
			})
			typed := c.typed
			if typed == "" {
				typed = id
			}
			d.Press("/")
			for _, r := range c.name[:2] {
				d.Press(string(r))
			}
			d.Press("enter")
			d.Rest()
			d.Press("D")
			d.sends()
			d.typesTheName("another-gre")
			d.See("> ")
			d.Press("ctrl+u")
			d.typesTheName(typed)
			d.reads(": done")
			if _, there := d.Object(simaccount.GRETunnels, id); there {
				t.Error("it is still there")
			}
		})
	}
}

// Hundreds of accents on one letter of a name paint over the lines above and below: the list and the page show a few of them.
func TestAccentsWithoutEndAreCutOnEveryPage(t *testing.T) {
	d := sit(t, "tunnels", func(d *desk) {
		if err := d.Rename(simaccount.GRETunnels, "iad-dc1-gre", "fra"+strings.Repeat("\u0301", 300)+"-gre"); err != nil {
			t.Fatal(err)
		}
	})
	few := func(where string) {
		t.Helper()
		seen := 0
		for rest := d.Screen(); rest != ""; {
			one, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
			if seen += strings.Count(one, "\u0301"); len([]rune(one)) > 20 {
				t.Fatalf("%d characters in one place of the %s", len([]rune(one)), where)
			}
			rest = rest[len(one):]
		}
		if seen == 0 {
			t.Fatalf("the %s does not show the name:\n%s", where, d.Screen())
		}
	}
	few("list")
	d.Press("/", "\u0301", "enter")
	d.Rest()
	d.Press("enter")
	d.Rest()
	few("page")
}
