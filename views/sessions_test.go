package views_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/tui"
)

// verbs are the actions of a page that are about the row under its cursor, by name, with the keys.
func verbs(v tui.View, not ...string) map[string]string {
	out := map[string]string{}
	for _, a := range v.Actions() {
		if !a.Move && !slices.Contains(not, a.Name) {
			out[a.Name] = strings.Join(a.Keys, " ")
		}
	}
	return out
}

// What can be done with a tunnel on its list can be done on its panel, with the same keys: the object under the cursor is the same.
func TestAPanelHasTheVerbsOfItsObject(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	for row, page := range map[string]string{"iad-dc1-gre": "tunnels", "waw-br1-ipsec": "tunnels", "ams-cni-v2": "cf-interconnects"} {
		list, panels := d.openPage(page), d.openPage("bgp")
		for _, v := range []tui.View{list, panels} {
			rows := v.(tui.Speaker).Tell(d.time()).Rows
			i := slices.IndexFunc(rows, func(r tui.Row) bool { return r.Name == row })
			if i < 0 || !v.(tui.RowSelector).Choose(rows[i].ID) {
				t.Fatalf("%s is not on %s: %v", row, v.Title(), rows)
			}
		}
		have := verbs(panels)
		for name, keys := range verbs(list, "new", "mark", "unmark", "sort-next", "sort-reverse", "wide", "preview", "columns-left",
			"columns-right", "clear-filter", "letter") {
			if have[name] != keys {
				t.Errorf("%s: %s is on the keys %q of its list and %q of its panel", row, name, keys, have[name])
			}
		}
	}
}

// The keys of a panel do what they say: the traceroute, the router's configuration and the edit of the tunnel under the cursor.
func TestKeysOnAPanel(t *testing.T) {
	d := sit(t, "bgp", nil)
	d.reads("BGP sessions", "iad-dc1-gre")
	for key, want := range map[string]string{"t": "New traceroute", "c": "› Router configuration", "b": "Bring up iad-dc1-gre",
		"e": "Edit iad-dc1-gre"} {
		d.Press("g", key)
		d.Rest()
		d.reads(want)
		d.Press("esc")
		d.Rest()
		d.reads("BGP sessions")
	}
}

// Below the panels of a large screen stand the timeline of the session under the cursor, what happened to it, what its list has beside it,
// and what the API tells of the CNIs. No age is said twice on a panel.
func TestBelowThePanels(t *testing.T) {
	d := sit(t, "bgp", nil)
	d.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	d.reads("What happened (UTC)", "BGP session", "What this means", "CNIs: the API does not report their BGP sessions", "health: ",
		"No state change seen since monitoring began (")
	lines := strings.Split(d.Screen(), "\n")
	if used := inHalf(lines, 0, 30, len(lines)-2); used < 10 {
		t.Errorf("%d lines of the lower half are used:\n%s", used, d.Screen())
	}
	if twice := regexp.MustCompile(`stale \w+ >`).FindString(d.Screen()); twice != "" {
		t.Errorf("an age is said twice: %q\n%s", twice, d.Screen())
	}
	d.Press(":")
	d.types("overview")
	d.Press("enter")
	d.reads("TUNNELS AND CNIs")
	if twice := regexp.MustCompile(`stale \w+ >`).FindString(d.Screen()); twice != "" {
		t.Errorf("an age is said twice: %q\n%s", twice, d.Screen())
	}
}

// The first panel is an object like every other: when others are worse and a key orders the panels anew, the cursor stays on its session.
func TestTheFirstPanelStaysTheSameSession(t *testing.T) {
	d := sit(t, "overview", nil)
	d.Press(":")
	d.types("bgp")
	d.Press("enter")
	d.reads("BGP sessions", "iad-dc1-gre")
	under := regexp.MustCompile(`▌\S+ (\S+)`)
	first := under.FindStringSubmatch(d.Screen())
	if first == nil {
		t.Fatalf("nothing is under the cursor:\n%s", d.Screen())
	}
	for _, x := range d.env.Feed.Last().Tunnels {
		if x.BGP != nil && x.Name != first[1] && x.Kind == api.GRE {
			if err := d.SetBGP(simaccount.GRETunnels, x.Name, "Idle"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := d.SetBGP(simaccount.GRETunnels, first[1], "Established"); err != nil {
		t.Fatal(err)
	}
	d.passes(20 * time.Second)
	d.Press("r")
	d.Rest()
	d.Press("s")
	if now := under.FindStringSubmatch(d.Screen()); now == nil || now[1] != first[1] {
		t.Errorf("the cursor went from %s to %s:\n%s", first, now, d.Screen())
	}
}
