package tui_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/tui"
)

func atlas(t testing.TB, objects ...tui.Object) *person {
	p := &person{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	p.t, _ = t.(*testing.T)
	return atlasOf(p, func() []tui.Object { return objects })
}

// atlasOf is the atlas of what is known at each moment.
func atlasOf(p *person, objects func() []tui.Object) *person {
	home := &page{title: "Home"}
	p.app = tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return home }, Theme: tui.ThemeNone,
		Now: func() time.Time { return p.now }, Objects: objects,
		Pages: []tui.PaletteEntry{{Names: []string{"tunnels"}, Open: func() tui.View { return &page{title: "Tunnels"} }},
			{Names: []string{"warnings"}, Open: func() tui.View { return &page{title: "Warnings"} }},
			{Names: []string{"where"}, Networks: true, Open: func() tui.View { return &page{title: "Where"} },
				With: func(text string) (tui.View, string) { return &page{title: "Where " + text}, "" }}}})
	p.size(120, 40)
	return p
}

func thing(name string, more ...string) tui.Object {
	o := tui.Object{ID: name, Label: "tunnel", Name: name, More: more, Open: func() tui.View { return &page{title: name} }}
	for _, text := range append(slices.Clone(more), name) {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			o.Nets = append(o.Nets, prefix)
		}
	}
	return o
}

// rows are the names in the list of the palette.
func (p *person) rows(typed string) string {
	p.press(":")
	for _, r := range typed {
		p.press(string(r))
	}
	defer p.press("esc")
	var out []string
	in := false
	for _, line := range strings.Split(p.screen(), "\n") {
		switch fields := strings.Fields(strings.TrimPrefix(line, "▌")); {
		case strings.HasPrefix(line, "── "):
			in = true
		case in && len(fields) > 1 && !strings.HasPrefix(line, ":") && !strings.Contains(line, "esc"):
			out = append(out, fields[0])
		}
	}
	return strings.Join(out, " ")
}

// The better match goes first: the whole name, what was meant, a beginning, the beginning of a part, a part, letters in their order.
func TestWhatMatchesBetterGoesFirst(t *testing.T) {
	p := atlas(t, thing("waw-br1"), thing("x-waw"), thing("awawa"), thing("wide-area-west"), thing("gre-10"), thing("gre-2"), thing("gre-1"),
		thing("10.64.0.0/16"), thing("10.64.0.0/20"), thing("0.0.0.0/0"), thing("fra", "AS 64601", "203.0.113.7"), thing("ams", "AS 64700"))
	for typed, want := range map[string]string{
		"waw":         "waw-br1 x-waw awawa wide-area-west",
		"wa":          "waw-br1 warnings x-waw awawa",
		"gre":         "gre-1 gre-2 gre-10",
		"10.64.3.7":   "10.64.0.0/20 10.64.0.0/16 0.0.0.0/0 where",
		"64601":       "fra",
		"as64601":     "fra",
		"AS 64601":    "fra",
		"0.64601":     "fra",
		"203.0.113.7": "fra 0.0.0.0/0 where",
		"tunnels":     "tunnels",
		"FRA":         "fra",
	} {
		if got := p.rows(typed); typed == "wa" {
			if !strings.HasPrefix(got, "warnings waw-br1 x-waw") {
				t.Errorf("%q finds %q: pages go before objects that match as well", typed, got)
			}
		} else if got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
}

// Letters in their order are looked for in names, not in numbers, addresses and what is not seen; a number is found whole.
func TestScatteredLettersAreLettersOfNames(t *testing.T) {
	p := atlas(t, thing("fra-dc1-gre", "10.61.16.0/22"), thing("10.64.52.0/24", "waits for the key"), thing("2001:db8:40::/48", "AS 64652"),
		thing("gre-6-4-6-5-2"), thing("keel-ahead-y"), thing("wide-area-net-21"))
	for typed, want := range map[string]string{
		"key": "10.64.52.0/24 keel-ahead-y", "64652": "2001:db8:40::/48", "del": "No", "fdg": "fra-dc1-gre", "wan": "warnings wide-area-net-21",
		"wan21": "wide-area-net-21", "wan12": "No", "wan2": "wide-area-net-21", "5452": "No",
	} {
		if got := p.rows(typed); got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
	p.press(":", "k", "e", "y")
	p.sees("waits for the key") // it is said why the network is here
}

// An address is found as a whole, and what has it of its own before what points at it; it can always be asked about.
func TestAddressesInThePalette(t *testing.T) {
	route := thing("198.18.20.0/24", "10.213.0.1")
	route.ID, route.Points = "route", true
	own := thing("198.18.20.0/24")
	p := atlas(t, route, thing("end", "10.213.0.0/31"), thing("far", "10.213.0.10"), thing("wide", "10.213.0.0/16"), own)
	for typed, want := range map[string]string{
		"10.213.0.1": "end wide 198.18.20.0/24 where", "10.213.0.10": "far wide where", "198.18.20.7": "198.18.20.0/24 198.18.20.0/24 where",
		"10.64.3.7": "where", "0.0.0.0/0": "where", "10.213.0": "198.18.20.0/24 end far wide",
	} {
		if got := p.rows(typed); typed == "10.213.0" {
			if len(strings.Fields(got)) != 4 {
				t.Errorf("%q finds %q", typed, got)
			}
		} else if got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
	used := own
	used.Open = func() tui.View { return &page{title: "the prefix"} }
	p = atlas(t, route, used)
	p.press(":")
	for _, r := range "198.18.20.0/24" {
		p.press(string(r))
	}
	p.press("enter")
	p.sees("Home › the prefix")
	p.press(":")
	for _, r := range "10.64.3.7" {
		p.press(string(r))
	}
	p.sees("where 10.64.3.7")
	p.press("enter")
	p.sees("Home › Where 10.64.3.7")
}

// What takes nothing behind its name is not offered with something behind it.
func TestPageThatTakesNothingIsNotOfferedWithAWord(t *testing.T) {
	p := atlas(t, thing("fra"))
	if got := p.rows("warnings fra"); got != "No" {
		t.Errorf("found %q", got)
	}
	if got := p.rows("where x"); got != "where" {
		t.Errorf("found %q", got)
	}
}

// What is used goes first among equals, and never before a better match.
func TestWhatIsUsedGoesFirstAmongEquals(t *testing.T) {
	p := atlas(t, thing("fra-1"), thing("fra-2"), thing("x-fra"))
	p.press(":", "f", "r", "a", "down", "enter")
	p.sees("Home › fra-2")
	if got := p.rows("fra"); got != "fra-2 fra-1 x-fra" {
		t.Errorf("after fra-2 was used: %s", got)
	}
	p.press(":", "x", "-", "enter")
	if got := p.rows("fra"); got != "fra-2 fra-1 x-fra" {
		t.Errorf("a habit beats a better match: %s", got)
	}
}

// A row that the cursor is on stays where it is while data comes; enter takes what it says.
func TestTheListOfThePaletteStandsStill(t *testing.T) {
	p := atlas(t, thing("fra-1"), thing("fra-2"))
	p.press(":", "f", "r", "a", "down")
	before := p.screen()
	p.send("data")
	if p.screen() != before {
		t.Errorf("it moved:\n%s", p.screen())
	}
	p.press("enter")
	p.sees("Home › fra-2")
}

// Who opens the palette in the first second finds what is read in the next one; the cursor stays on its row.
func TestThePaletteFindsWhatComesWhileItIsOpen(t *testing.T) {
	var known []tui.Object
	p := &person{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), t: t}
	atlasOf(p, func() []tui.Object { return known })
	p.press(":", "f", "r", "a")
	p.sees("No page, action or object")
	known = []tui.Object{thing("fra-2")}
	p.send("data")
	p.sees("▌ fra-2")
	known = []tui.Object{thing("fra-1"), thing("fra-2")}
	p.send("data")
	p.sees("  fra-1")
	p.sees("▌ fra-2")
	p.press("enter")
	p.sees("Home › fra-2")
}

func TestNaturalOrder(t *testing.T) {
	sorted := []string{"", "1", "02", "2", "10", "a", "gre-2", "gre-10", "gre-10a", "gre-010b", "x"}
	got := slices.Clone(sorted)
	slices.Reverse(got)
	slices.SortFunc(got, tui.Natural)
	if !slices.Equal(got, sorted) {
		t.Errorf("%q, want %q", got, sorted)
	}
}

func BenchmarkPalette(b *testing.B) {
	var objects []tui.Object
	for i := range 5000 {
		objects = append(objects, thing(fmt.Sprintf("fra-dc%d-gre", i), fmt.Sprintf("AS %d", 64512+i),
			fmt.Sprintf("10.%d.%d.0/31", i/256, i%256)))
	}
	p := atlas(b, objects...)
	p.press(":", "f")
	for b.Loop() {
		p.press("r", "backspace")
	}
}
