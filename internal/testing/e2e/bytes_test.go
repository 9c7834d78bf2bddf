package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// changed is the text that one screen has where another has something else, in bytes: of each line from the first cell that differs to the
// last one.
func changed(before, after ptytest.Screen) int {
	n := 0
	width, height := after.Size()
	for y := range height {
		first, last := -1, -1
		for x := range width {
			if before.Cell(x, y).Content != after.Cell(x, y).Content || before.Cell(x, y).Bg != after.Cell(x, y).Bg {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		for x := first; x >= 0 && x <= last; x++ {
			n += len(after.Cell(x, y).Content)
		}
	}
	return n
}

// costs gives what a key costs: the bytes until the screen shows what it is for, and the text that changed by it.
func costs(t *testing.T, term *ptytest.Terminal, key string, shown func(ptytest.Screen) bool) (bytes, text int) {
	t.Helper()
	before := term.Screen()
	written := len(term.Transcript())
	term.Press(key)
	term.WaitFor("what "+key+" is for", shown)
	for { // the screen of as many bytes as are counted: it may have been seen half drawn
		n := len(term.Transcript())
		after := term.Screen()
		if len(term.Transcript()) == n {
			return n - written, changed(before, after)
		}
	}
}

// A line over a jump host is slow: a move of the cursor is a few bytes, a page is its new text and little more, and what stands beside a
// list is drawn once when the cursor rests.
func TestKeysCostFewBytes(t *testing.T) {
	t.Parallel()
	const (
		move      = 200 // bytes of a cursor move
		dressing  = 13  // tenths: what colours and positions may add to the text
		tenths    = 10
		keysInRow = 10
	)
	for _, wide := range []size{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", wide.cols, wide.rows), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{Tunnels: 300})
			term := sit(t, ptytest.Options{Args: []string{"--refresh", "1h", "--theme", "dark"}, Env: a.env(), Cols: wide.cols, Rows: wide.rows})
			beside := wide.cols >= 120
			rests := func(name string) func(ptytest.Screen) bool { // the preview is that of the row under the cursor
				return func(s ptytest.Screen) bool {
					return underCursor(s) == name && (!beside || strings.Contains(s.Text(), "│ "+name))
				}
			}
			term.WaitFor("the list at rest", func(s ptytest.Screen) bool {
				return listed(s) && s.Contains("300 tunnels") && s.Contains(" >24h") && underCursor(s) != "" && rests(underCursor(s))(s)
			})
			s := settled(term, listed)
			names := tunnels(s)
			total, text, at := 0, 0, 0
			tooMuch := func() bool {
				return !beside && total > keysInRow*move || total > keysInRow*move+text*dressing/tenths
			}
			// On a busy machine something of the start may still arrive within the first moves; then the same ones are asked once more.
			for tries := 0; tries == 0 || tries < 3 && tooMuch(); tries++ {
				if tries > 0 {
					costs(t, term, "g", rests(names[0]))
				}
				total, text, at = 0, 0, 0
				for range keysInRow {
					at++
					b, c := costs(t, term, "down", rests(names[at]))
					total, text = total+b, text+c
				}
			}
			if tooMuch() {
				t.Errorf("%d moves wrote %d bytes, %d of them are changed text", keysInRow, total, text)
			}
			t.Logf("%d moves: %d bytes, %d changed", keysInRow, total, text)
			last := names[len(names)-1]
			b, c := costs(t, term, "pgdown", func(s ptytest.Screen) bool {
				now := underCursor(s)
				return now != names[at] && now != "" && rests(now)(s) && len(tunnels(s)) > 5 && tunnels(s)[0] != names[0]
			})
			if b > c*dressing/tenths {
				t.Errorf("a page down wrote %d bytes for %d of text, behind %s", b, c, last)
			}
			t.Logf("page down: %d bytes, %d changed", b, c)
		})
	}
}
