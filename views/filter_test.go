package views_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/simaccount"
)

// The filter and the restriction to problems hide sessions together: what is said names the one that does. A word behind the page's name
// filters it, and the filter reads AS numbers, addresses and columns as in every list.
func TestFilterOfTheSessions(t *testing.T) {
	d := sit(t, "overview", nil)
	d.Press(":")
	d.types("bgp fra-dc")
	d.Press("enter")
	d.reads("2 of ")
	d.reads("/fra-dc")
	d.Press(".")
	d.reads("None of the 2 sessions that match fra-dc is a problem, as far as is known.")
	d.reads("Without the filter there are")
	d.Press(".")
	for filter, want := range map[string]string{"as 64601": "fra-dc1-gre fra-dc2-gre", "AS64611": "iad-dc1-gre",
		"state:down name:iad": "iad-dc1-gre"} {
		d.Press("/")
		d.types(filter)
		d.reads("enter keep")
		d.lacks("enter open")
		d.Press("enter")
		for _, name := range strings.Fields(want) {
			d.reads(name)
		}
		d.lacks("lhr-hq-gre")
	}
	d.Press("/")
	d.types("foo:bar")
	d.Press("enter")
	d.reads("there is no column foo")
}

// The words of the page find its rows, and a part of another word does not.
func TestFilterOfThePrefixes(t *testing.T) {
	d := sit(t, "prefixes", nil)
	for filter, want := range map[string]string{"withdrawn": "198.18.20.0/24", "advertised:no": "198.18.20.0/24",
		"advertised:withdrawn": "198.18.20.0/24", "advertised:unk": "198.18.40.0/24"} {
		d.Press("/")
		d.types(filter)
		d.Press("enter")
		d.reads(want)
		d.reads("1 of 11")
	}
}

// The prefix goes before the routes for it, and each page says what it is of.
func TestAPrefixGoesBeforeItsRoutes(t *testing.T) {
	d := sit(t, "overview", nil)
	d.Press(":")
	d.types("198.18.20.0/24")
	d.Press("enter")
	d.reads("Overview › 198.18.20.0/24")
	d.reads("A advertise")
	d.Press(":")
	d.types("routes")
	d.Press("enter", "/")
	d.types("198.18.20.7")
	d.Press("enter", "enter")
	d.reads("› Route 198.18.20.0/24")
}

// Lists that were not read yet are named when nothing is found, and an address can always be asked about.
func TestNothingFoundNamesWhatWasNotRead(t *testing.T) {
	d := sit(t, "overview", nil)
	d.Press(":")
	d.types("no-such-thing")
	d.reads("Not read yet, and so not found:")
	d.reads("BGP filter profiles")
	d.Press("esc", ":")
	d.types("10.64.3.7")
	d.reads("where 10.64.3.7")
	d.Press("enter")
	d.reads("Overview › Destination 10.64.3.7")
}

// An AS number finds what leads to it, in every notation, and a word for a state the routes through what is in it.
func TestWhatLeadsToATunnelIsFoundByItsWords(t *testing.T) {
	d := sit(t, "routes", func(d *desk) {
		if err := d.SetHealth(simaccount.GRETunnels, "fra-dc1-gre", 0.5); err != nil {
			d.t.Fatal(err)
		}
	})
	d.See("fra-dc1-gre")
	d.narrow()
	for page, want := range map[string]string{"routes": "fra-dc1-gre", "where": "198.18.10.0/24", "overview": "fra-dc1-gre"} {
		for _, filter := range []string{"as 64601", "AS64601", "0.64601", "64601"} {
			d.Press(":")
			d.types(page)
			d.Press("enter")
			d.Rest()
			d.Press("/")
			d.types(filter)
			d.Press("enter")
			d.reads("esc clear filter", want)
			if page != "overview" { // which says it of the row that is left
				d.lacks("iad-dc1-gre")
			}
			if text := d.Screen(); !strings.Contains(text, want) {
				t.Errorf("%s on :%s finds nothing:\n%s", filter, page, text)
			}
			d.Press("esc")
		}
	}
	d.Press(":")
	d.types("routes")
	d.Press("enter", "/")
	d.types("degraded")
	d.Press("enter")
	d.reads("fra-dc1-gre")
	d.lacks("iad-dc1-gre")
}

// A filter that is kept is seen on the overview at every size, with how much of the list it leaves.
func TestAKeptFilterIsSeenOnTheOverview(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("iad-dc1-gre", "198.18.20.0/24")
	d.Press("/")
	d.types("iad-dc1")
	d.Press("enter")
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 40}, {200, 60}} {
		d.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		d.reads("/iad-dc1")
		d.reads("1 of 11")
		d.reads("14 tunnels")
	}
	d.Press("esc")
	d.lacks("/iad-dc1", "1 of 11")
}
