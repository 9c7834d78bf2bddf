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
			{Names: []string{"warnings"}, Open: func() tui.View { return &page{title: "Warnings"} }}}})
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
		"10.64.3.7":   "10.64.0.0/20 10.64.0.0/16 0.0.0.0/0",
		"64601":       "fra",
		"as64601":     "fra",
		"AS 64601":    "fra",
		"0.64601":     "fra",
		"203.0.113.7": "fra 0.0.0.0/0",
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
