package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/tui"
	"flarewire/tui/table"
)

// A table of Rows shows, orders, filters and marks the same as one that knows the type of its rows.
func TestRowsOfAnyTypeAreShownTheSame(t *testing.T) {
	cols := columns()
	cols[1].Role = func(l link) tui.Role { return map[string]tui.Role{"down": tui.Bad}[l.state] }
	cols[1].Compare = func(a, b link) int { return strings.Compare(b.state, a.state) }
	cols[3].Right, cols[3].Grow = true, 7
	cols = append(cols, table.Column[link]{Key: "clock", Title: "CLOCK", Width: 6, Live: true,
		Text: func(_ link, now time.Time) string { return now.Format("15:04") }})
	id := func(l link) string { return l.id }
	typed, erased := table.New(cols, id), table.New(table.OnRows(cols), table.OnRow(id))
	rnd := rand.New(rand.NewPCG(3, 1))
	c := tui.Canvas{Width: 90, Height: 12, Theme: tui.NewTheme(tui.ThemeDark, tui.UnicodeGlyphs), Now: time.Unix(1e9, 0)}
	for round := range 300 {
		if rnd.IntN(3) == 0 {
			var rows []link
			for i := range rnd.IntN(30) {
				rows = append(rows, link{fmt.Sprint(i), fmt.Sprint("site-", rnd.IntN(40)), []string{"up", "down"}[rnd.IntN(2)]})
			}
			typed.Set(rows)
			erased.Set(table.Rows(rows))
		}
		filter, act := []string{"", "down", "site-1", "!up"}[rnd.IntN(4)], rnd.IntN(len(typed.Actions()))
		typed.SetFilter(filter)
		erased.SetFilter(filter)
		typed.Actions()[act].Run()
		erased.Actions()[act].Run()
		if rnd.IntN(2) == 0 {
			typed.ToggleMark()
			erased.ToggleMark()
		}
		if a, b := typed.Draw(c), erased.Draw(c); !slices.Equal(a, b) {
			t.Fatalf("round %d:\n%s\nand\n%s", round, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
		one, ok := typed.Selected()
		row, same := erased.Selected()
		if ok != same || ok && table.Value[link](row) != one {
			t.Fatalf("round %d: %v and %v are under the cursor", round, one, row)
		}
		marked := erased.Marked()
		for i, m := range typed.Marked() {
			if table.Value[link](marked[i]) != m {
				t.Fatalf("round %d: %v and %v are marked", round, m, marked[i])
			}
		}
	}
}

func TestFunctionThatIsNotThereStaysAway(t *testing.T) {
	if table.OnRow[link, string](nil) != nil {
		t.Error("there is a function where there was none")
	}
	col := table.OnRows([]table.Column[link]{{Key: "name"}})[0]
	if col.Role != nil || col.Compare != nil {
		t.Error("there is a role or an order where there was none")
	}
}

// What is refreshed takes one piece of memory for all of its rows.
func TestRowsTakeOnePieceOfMemory(t *testing.T) {
	rows := manyLinks(1000)
	if n := testing.AllocsPerRun(10, func() { table.Rows(rows) }); n != 1 {
		t.Errorf("%v pieces", n)
	}
}
