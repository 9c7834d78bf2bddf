package table_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/tui"
	"flarewire/tui/table"
)

// An arrow says that the rows stand in the order of what the column shows; where they do not, there is none.
func TestAnArrowStandsOnlyWhereTheColumnOrders(t *testing.T) {
	text := func(s string, _ time.Time) string { return s }
	worst := func(a, b string) int { return len(b) - len(a) }
	for name, c := range map[string]struct {
		ranked bool
		arrow  bool
	}{"by what is shown": {false, true}, "the worst first": {true, false}} {
		rows := table.New([]table.Column[string]{{Key: "name", Title: "NAME", Width: 10, Text: text, Compare: worst, Ranked: c.ranked}},
			func(s string) string { return s })
		rows.Set([]string{"a", "bbb"})
		head := rows.Draw(tui.Canvas{Theme: tui.NewTheme(tui.ThemeNone, tui.UnicodeGlyphs), Width: 40, Height: 5})[0]
		if strings.Contains(head, "▲") != c.arrow {
			t.Errorf("%s: %q", name, head)
		}
	}
}
