package table_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/tui"
	"flarewire/tui/table"
)

// A column is not cut while another one has blanks to give, and one that always stands is narrower where it does not fit whole.
func TestNoColumnIsCutBesideBlanks(t *testing.T) {
	type row struct{ name, text string }
	cell := func(get func(row) string) func(row, time.Time) string {
		return func(r row, _ time.Time) string { return get(r) }
	}
	draw := func(width, least int) string {
		tbl := table.New([]table.Column[row]{
			{Key: "name", Title: "NAME", Width: 10, Grow: 30, Text: cell(func(r row) string { return r.name })},
			{Key: "text", Title: "EVENT", Width: least, Grow: 30, Text: cell(func(r row) string { return r.text })},
		}, func(r row) string { return r.name })
		tbl.Set([]row{{"a", "Up to Down, seen by flarewire"}})
		return strings.Join(tbl.Draw(tui.Canvas{Width: width, Height: 5, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}), "\n")
	}
	if got := draw(45, 12); !strings.Contains(got, "Up to Down, seen by flarewire") {
		t.Errorf("cut beside the blanks of a name:\n%s", got)
	}
	if got := draw(38, 30); !strings.Contains(got, "EVENT") || !strings.Contains(got, "Up to Down, seen by") {
		t.Errorf("left out, where most of it fits:\n%s", got)
	}
}
