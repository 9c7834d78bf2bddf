package tui_test

import (
	"fmt"
	"strings"
	"testing"

	"flarewire/tui"
)

// rows is a page that fills its room with rows, the cursor on one of them.
type rows struct {
	page
	at int // from the last one
}

func (r *rows) Draw(c tui.Canvas) []string {
	var out []string
	for i := range c.Height {
		mark := " "
		if c.Height-1-i == r.at {
			mark = c.Theme.Glyphs.Cursor
		}
		out = append(out, fmt.Sprintf("%s row %d", mark, c.Height-1-i))
	}
	return out
}

// What is said, however long, leaves the row under the cursor where it is and to be seen, and is whole itself.
func TestWhatIsSaidDoesNotCoverTheRowUnderTheCursor(t *testing.T) {
	for at := range 6 {
		p := sit(t, &page{title: "Home"})
		p.send(tui.Push(&rows{page: page{title: "Rows"}, at: at})())
		p.size(60, 15)
		line := func() int {
			for i, text := range strings.Split(p.screen(), "\n") {
				if strings.Contains(text, fmt.Sprintf("row %d ", at)) || strings.HasSuffix(strings.TrimRight(text, " "), fmt.Sprintf("row %d", at)) {
					return i
				}
			}
			return -1
		}
		before := line()
		p.say("Much was said here, and it takes more than one line of a screen that is as narrow as this one: three in fact, to the last word")
		if after := line(); before < 0 || after != before {
			t.Errorf("row %d from the end is on line %d, before on %d:\n%s", at, after, before, p.screen())
		}
		p.sees("the last word")
	}
}
