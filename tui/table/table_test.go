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

type link struct{ id, name, state string }

func columns() []table.Column[link] {
	text := func(get func(link) string) func(link, time.Time) string {
		return func(l link, _ time.Time) string { return get(l) }
	}
	return []table.Column[link]{
		{Key: "name", Title: "NAME", Width: 10, Text: text(func(l link) string { return l.name })},
		{Key: "state", Title: "STATE", Width: 8, Text: text(func(l link) string { return l.state })},
		{Key: "id", Title: "ID", Width: 6, Priority: 1, Text: text(func(l link) string { return l.id })},
		{Key: "note", Title: "NOTE", Width: 20, Priority: 2, Text: text(func(l link) string { return "n/" + l.id })},
	}
}

func links(names ...string) []link {
	var out []link
	for _, n := range names {
		out = append(out, link{id: "id-" + n, name: n, state: "up"})
	}
	return out
}

func newTable(rows []link) *table.Table[link] {
	t := table.New(columns(), func(l link) string { return l.id })
	t.Set(rows)
	return t
}

func canvas(w, h int) tui.Canvas {
	return tui.Canvas{Width: w, Height: h, Theme: tui.NewTheme(tui.ThemeNone, tui.ASCIIGlyphs)}
}

func press(t *testing.T, tbl *table.Table[link], name string) {
	t.Helper()
	for _, a := range tbl.Actions() {
		if a.Name == name {
			if a.Why != "" {
				t.Fatalf("%s cannot be done: %s", name, a.Why)
			}
			a.Run()
			return
		}
	}
	t.Fatalf("the table has no action %q", name)
}

func selected(t *testing.T, tbl *table.Table[link]) string {
	t.Helper()
	row, ok := tbl.Selected()
	if !ok {
		t.Fatal("no row is selected")
	}
	return row.name
}

// The operator has the cursor on a tunnel and is about to press a key; the refresh that comes in
// between must not slide another tunnel under the cursor.
func TestCursorStaysOnItsRowOverARefresh(t *testing.T) {
	refreshes := map[string][]link{
		"a row is inserted above":    links("alpha", "aaa", "bravo", "charlie", "delta"),
		"a row above is removed":     links("bravo", "charlie", "delta"),
		"rows are reordered":         links("delta", "charlie", "bravo", "alpha"),
		"all of it at once":          links("zulu", "delta", "charlie", "aardvark"),
		"rows below are removed":     links("alpha", "bravo", "charlie"),
		"everything else is removed": links("charlie"),
	}
	for name, rows := range refreshes {
		t.Run(name, func(t *testing.T) {
			tbl := newTable(links("alpha", "bravo", "charlie", "delta"))
			tbl.Draw(canvas(60, 10))
			press(t, tbl, "down")
			press(t, tbl, "down")
			if got := selected(t, tbl); got != "charlie" {
				t.Fatalf("cursor starts on %s", got)
			}
			tbl.Set(rows)
			if got := selected(t, tbl); got != "charlie" {
				t.Errorf("after the refresh the cursor is on %s, not on charlie", got)
			}
		})
	}
}

func TestCursorStaysOnItsRowOverRandomRefreshes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	tbl := newTable(links("keep", "a", "b", "c"))
	if !tbl.Select("id-keep") {
		t.Fatal("keep is not there")
	}
	for range 500 {
		rows := links("keep")
		for n := range rnd.IntN(60) {
			rows = append(rows, link{id: fmt.Sprint(n), name: fmt.Sprint(rnd.IntN(99)), state: "x"})
		}
		rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		tbl.Set(rows)
		lines := tbl.Draw(canvas(60, 8))
		if got := selected(t, tbl); got != "keep" {
			t.Fatalf("the cursor slid to %s", got)
		}
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, ">") && strings.Contains(l, "keep") }) {
			t.Fatalf("the row under the cursor is off the screen:\n%s", strings.Join(lines, "\n"))
		}
	}
}

// A list at its top stays there: the tunnel that goes down now and is the first from now on must be seen, whichever row the cursor is on.
// Only when that one would leave the screen, or when one has scrolled, does the list go with the cursor.
func TestAListAtItsTopStaysThere(t *testing.T) {
	const rows = 8
	many := func(worst ...string) []link {
		names := slices.Clone(worst)
		for i := range 30 {
			names = append(names, fmt.Sprintf("m%02d", i))
		}
		return links(names...)
	}
	for down := range 12 {
		t.Run(fmt.Sprintf("the cursor on row %d", down), func(t *testing.T) {
			tbl := newTable(many())
			tbl.Draw(canvas(60, rows+1))
			for range down {
				press(t, tbl, "down")
			}
			before := selected(t, tbl)
			was, _ := tbl.Window()
			tbl.Set(many("a-down"))
			tbl.Draw(canvas(60, rows+1))
			want := 1 // the top
			switch {
			case was > 1:
				want = was + 1 // the cursor on its line
			case down == rows-1:
				want = 2 // or the cursor would be below the last line
			}
			if first, _ := tbl.Window(); first != want {
				t.Errorf("the first row in view is %d, not %d", first, want)
			}
			if got := selected(t, tbl); got != before {
				t.Errorf("the cursor slid from %s to %s", before, got)
			}
		})
	}
}

func TestCursorSurvivesAnEmptyRefresh(t *testing.T) {
	tbl := newTable(links("alpha", "bravo"))
	tbl.Set(nil)
	if _, ok := tbl.Selected(); ok {
		t.Error("an empty list has a selected row")
	}
	tbl.Set(links("alpha", "bravo"))
	if got := selected(t, tbl); got != "alpha" {
		t.Errorf("after the rows came back the cursor is on %q", got)
	}
}

func TestRowThatVanishesGivesTheCursorToItsNeighbour(t *testing.T) {
	tbl := newTable(links("alpha", "bravo", "charlie"))
	tbl.Select("id-bravo")
	tbl.Set(links("alpha", "charlie"))
	if got := selected(t, tbl); got != "charlie" {
		t.Errorf("cursor is on %s, want charlie, which took the place", got)
	}
}

func TestMarksFollowTheirRowsAndEndWithThem(t *testing.T) {
	tbl := newTable(links("alpha", "bravo", "charlie"))
	tbl.Select("id-bravo")
	tbl.ToggleMark()
	tbl.Set(links("charlie", "bravo"))
	if m := tbl.Marked(); len(m) != 1 || m[0].name != "bravo" {
		t.Errorf("marked: %v, want bravo", m)
	}
	tbl.Set(links("charlie"))
	tbl.Set(links("charlie", "bravo"))
	if m := tbl.Marked(); len(m) != 0 {
		t.Errorf("a mark came back with a row that had gone: %v", m)
	}
}

func TestFilter(t *testing.T) {
	rows := []link{{"1", "ams-gre", "up"}, {"2", "fra-gre", "down"}, {"3", "fra-ipsec", "up"}, {"2001:db8::1", "v6", "up"}}
	for query, want := range map[string]string{
		"":                  "ams-gre fra-gre fra-ipsec v6",
		"fra":               "fra-gre fra-ipsec",
		"FRA UP":            "fra-ipsec",
		"!fra":              "ams-gre v6",
		"state:up":          "ams-gre fra-ipsec v6",
		"!state:up":         "fra-gre",
		"name:up":           "",
		"fra !state:down":   "fra-ipsec",
		"2001:db8":          "v6",
		"state:":            "ams-gre fra-gre fra-ipsec v6",
		"!":                 "ams-gre fra-gre fra-ipsec v6",
		"no-such-thing":     "",
		"gre   fra":         "fra-gre",
		"unknowncolumn:fra": "",
	} {
		tbl := newTable(rows)
		tbl.SetFilter(query)
		var got []string
		for _, line := range tbl.Print(canvas(80, 0))[1:] {
			got = append(got, strings.Fields(line)[0])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("filter %q shows %v, want %s", query, got, want)
		}
	}
}

func TestSortKeepsTheCursorAndGivesEqualRowsOneOrder(t *testing.T) {
	rows := []link{{"1", "c", "up"}, {"2", "a", "down"}, {"3", "b", "up"}}
	tbl := newTable(rows)
	tbl.Select("1")
	tbl.SortBy("state", false)
	first := strings.Join(tbl.Print(canvas(60, 0)), "\n")
	if got := selected(t, tbl); got != "c" {
		t.Errorf("sorting moved the cursor to %s", got)
	}
	slices.Reverse(rows)
	tbl.Set(rows)
	if again := strings.Join(tbl.Print(canvas(60, 0)), "\n"); again != first {
		t.Errorf("the same rows in another order from the server are shown differently:\n%s\n\n%s", first, again)
	}
}

func TestNarrowScreenLeavesOutTheLeastImportantColumns(t *testing.T) {
	tbl := newTable(links("alpha"))
	for width, want := range map[int]string{
		60: "NAME^ STATE ID NOTE", 55: "NAME^ STATE ID NOTE", 40: "NAME^ STATE ID", 30: "NAME^ STATE ID", 25: "NAME^ STATE",
	} {
		head := strings.Join(strings.Fields(tbl.Draw(canvas(width, 5))[0]), " ")
		if head != want {
			t.Errorf("at %d cells the columns are %q, want %q", width, head, want)
		}
	}
}

// An order by a column that does not fit would be seen by nobody: that column stands, and another one goes.
func TestTheColumnOfTheOrderIsShown(t *testing.T) {
	tbl := newTable(links("alpha"))
	for key, want := range map[string]string{"name": "NAME^ STATE ID", "note": "NAME NOTE^", "id": "NAME STATE ID^"} {
		tbl.SortBy(key, false)
		if head := strings.Join(strings.Fields(tbl.Draw(canvas(40, 5))[0]), " "); head != want {
			t.Errorf("ordered by %s the columns are %q, want %q", key, head, want)
		}
	}
}

func TestWideColumnsScrollSideways(t *testing.T) {
	tbl := newTable(links("alpha"))
	press(t, tbl, "wide")
	press(t, tbl, "columns-right")
	head := strings.Join(strings.Fields(tbl.Draw(canvas(42, 5))[0]), " ")
	if head != "NAME^ ID NOTE" {
		t.Errorf("columns are %q: the first must stay and the second must have scrolled out", head)
	}
}

func TestNothingIsDrawnOutsideTheCanvas(t *testing.T) {
	rows := links("alpha", "ünïcödé-näme", "日本語トンネル名前", "x")
	for i := range rows {
		rows[i].state = strings.Repeat("wide ", i*9)
	}
	tbl := newTable(rows)
	for w := 20; w < 200; w += 7 {
		for h := 1; h < 12; h += 2 {
			lines := tbl.Draw(canvas(w, h))
			if len(lines) > max(h, 2) {
				t.Fatalf("%dx%d: %d lines", w, h, len(lines))
			}
			for _, l := range lines {
				if tui.Width(l) > w {
					t.Fatalf("%dx%d: a line is %d cells wide: %q", w, h, tui.Width(l), l)
				}
			}
		}
	}
}

// The columns that the user chose stand behind the first one in their order, as many as fit, and the order's column with them; wide shows
// all in the program's order, and what is read out follows, too.
func TestChosenColumnsStandInTheirOrder(t *testing.T) {
	tbl := newTable(links("alpha"))
	head := func(width int) string { return strings.Join(strings.Fields(tbl.Draw(canvas(width, 5))[0]), " ") }
	tbl.Choose([]string{"note", "nothing", "id", "name", "note"})
	for width, want := range map[int]string{60: "NAME^ NOTE ID", 40: "NAME^ NOTE", 25: "NAME^ ID"} {
		if got := head(width); got != want {
			t.Errorf("at %d cells the columns are %q, want %q", width, got, want)
		}
	}
	tbl.SortBy("state", false)
	if got := head(60); got != "NAME NOTE ID STATE^" {
		t.Errorf("ordered by another one: %q", got)
	}
	words := tbl.Words(time.Time{}, func(l link) string { return l.name })[0].Words
	if len(words) != 3 || words[1].Name != "note" || words[2].Name != "id" {
		t.Errorf("read out: %v", words)
	}
	press(t, tbl, "wide")
	if got := head(60); got != "NAME STATE^ ID NOTE" {
		t.Errorf("wide: %q", got)
	}
	press(t, tbl, "wide")
	tbl.Choose(nil)
	if got := head(60); got != "NAME STATE^ ID NOTE" {
		t.Errorf("nothing chosen: %q", got)
	}
}

// Signs of a narrow column are words for whoever hears them.
func TestBoundsAreSaidInWords(t *testing.T) {
	for cell, want := range map[string]string{">24h": "at least 24h", "≥3": "at least 3", ">5m": "at least 5m", "≤20s": "at most 20s",
		"18d": "18d", "10.0.0.1": "10.0.0.1", "64601": "64601", "≤ nobody": "≤ nobody"} {
		if got := table.Said(cell); got != want {
			t.Errorf("%q is said %q, want %q", cell, got, want)
		}
	}
}
