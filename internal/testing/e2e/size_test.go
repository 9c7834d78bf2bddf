package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/testing/ptytest"
)

// moment is the time at which the demo's clock stands in stories that compare whole screens.
const moment = "2026-03-01T12:00:00Z"

// pages are those that every size must be good for: how to get there from the list, how to know that it is
// there, and the way back.
var pages = []struct {
	name  string
	there string // typed on the list
	shown func(ptytest.Screen) bool
	back  string // typed on the page
}{
	{"list", "", listed, ""},
	{"detail", "\r", func(s ptytest.Screen) bool { return on("iad-dc1-gre")(s) && s.Contains("BGP session") }, "\x7f"},
	{"help", "?", func(s ptytest.Screen) bool { return on("Help")(s) && s.Contains("Keys on") }, "\x7f"},
	{"palette", ":ro", func(s ptytest.Screen) bool { return listed(s) && asks(s, ":ro") }, "\x7f\x7f\x7f"},
}

// asks reports whether the palette is open with this text: its line begins with it, and what stands beside a list does not.
func asks(s ptytest.Screen, text string) bool {
	_, height := s.Size()
	for y := range height {
		if strings.HasPrefix(s.Line(y), text) {
			return true
		}
	}
	return false
}

type size struct{ cols, rows int }

var sizes = []size{{60, 15}, {80, 24}, {120, 40}, {200, 60}, {250, 70}}

// stopped opens the demo with its clock stopped: every screen is then always the same.
func stopped(t *testing.T, at size) *ptytest.Terminal {
	term := sit(t, ptytest.Options{Args: []string{"--demo", "--demo-at", moment}, Cols: at.cols, Rows: at.rows})
	term.WaitFor("the list of tunnels", func(s ptytest.Screen) bool { return listed(s) && strings.Contains(title(s), "Northwind") })
	return term
}

// Each size is good on its own: header, footer, the state in words, and rows that keep to their columns.
func TestEverySizeIsWhole(t *testing.T) {
	t.Parallel()
	for _, at := range sizes {
		t.Run(fmt.Sprintf("%dx%d", at.cols, at.rows), func(t *testing.T) {
			t.Parallel()
			term := stopped(t, at)
			for _, page := range pages {
				term.Type(page.there)
				s := settled(term, page.shown)
				f := footer(s)
				if page.name != "palette" && (!strings.Contains(f, ": go to") || page.name != "help" && !strings.Contains(f, "? help")) {
					t.Errorf("%s: no way to help or out in the footer %q", page.name, f)
				}
				if !strings.Contains(title(s), "unnels") {
					t.Errorf("%s: the header does not say where one is: %q", page.name, title(s))
				}
				checkRows(t, s)
				term.Type(page.back)
				term.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !asks(s, ":ro") })
			}
		})
	}
}

// checkRows: between the columns' heads and the message line of a list stand rows and nothing else, the
// same columns under each other.
func checkRows(t *testing.T, s ptytest.Screen) {
	t.Helper()
	x, y, found := s.Find("BGP▲")
	if !found {
		return
	}
	_, height := s.Size()
	for y++; y < height-2; y++ {
		if list, _, _ := strings.Cut(s.Line(y), "│"); strings.TrimSpace(list) == "" || strings.HasPrefix(list, "── ") {
			break // what stands beside the list may be longer, and the palette stands over it
		}
		if !row.MatchString(s.Line(y)) {
			t.Errorf("a line of the list is no row: %q", s.Line(y))
		}
		if glyph := s.Cell(x, y).Content; !strings.Contains("●◐✗○?", glyph) || s.Cell(x-1, y).Content != " " {
			t.Errorf("the state does not stand under its head: %q", s.Line(y))
		}
	}
}

// However a size was reached, the screen is the one that a fresh start at that size shows: nothing is left
// over, nothing is outside. Below the minimum one sentence says so.
func TestResizesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	fresh := map[size]*ptytest.Terminal{}
	for _, at := range sizes {
		fresh[at] = stopped(t, at)
	}
	steps := []size{{200, 60}, {60, 15}, {120, 40}, {40, 10}, {80, 24}, {60, 15}, {200, 60}, {20, 3}, {250, 70}, {60, 15}, {80, 24}}
	term := stopped(t, size{80, 24})
	all := append(slices.Collect(maps.Values(fresh)), term)
	for _, page := range pages {
		for _, each := range all {
			each.Type(page.there)
			each.WaitFor(page.name, page.shown)
		}
		for _, to := range steps {
			term.Resize(to.cols, to.rows)
			if to.cols < 60 || to.rows < 15 {
				term.WaitFor(fmt.Sprintf("the sentence at %dx%d", to.cols, to.rows), tooSmall(to))
				continue
			}
			term.WaitSame(fmt.Sprintf("the %s at %dx%d", page.name, to.cols, to.rows), fresh[to])
		}
		for _, each := range all {
			each.Type(page.back)
			each.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !asks(s, ":ro") })
		}
	}
}

// settled is the page once it is whole: a frame can be seen half drawn, and a second one that shows
// the same shows that it was not.
func settled(term *ptytest.Terminal, shown func(ptytest.Screen) bool) ptytest.Screen {
	if asks(term.WaitFor("the page", shown), ":ro") { // the palette takes ctrl+l for text
		term.Type("u")
		term.WaitText(":rou")
		term.Type("\x7f")
		return term.WaitFor("the palette", func(s ptytest.Screen) bool { return shown(s) && s.Contains(":ro ") })
	}
	last := ""
	return term.WaitFor("a page at rest", func(s ptytest.Screen) bool {
		same := s.Text() == last
		last = s.Text()
		if !same {
			term.Press("ctrl+l")
		}
		return same && shown(s)
	})
}

// tooSmall: the sentence with the needed size, as far as there is room for it, and nothing else.
func tooSmall(at size) func(ptytest.Screen) bool {
	return func(s ptytest.Screen) bool {
		text := strings.Join(strings.Fields(s.Text()), " ")
		whole := "Terminal too small: flarewire needs 60x15, this is " + fmt.Sprintf("%dx%d.", at.cols, at.rows)
		return strings.HasPrefix(text, "Terminal too small") && strings.HasPrefix(whole, text) && (text == whole || at.rows < 5)
	}
}
