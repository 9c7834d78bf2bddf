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

// What the cells of a column do not use is lent to one that would be cut, and is given back when a cell needs it.
func TestAColumnLendsWhatItDoesNotUse(t *testing.T) {
	type row struct{ name, number string }
	tbl := table.New([]table.Column[row]{
		{Key: "name", Title: "NAME", Width: 10, Grow: 12, Text: func(r row, _ time.Time) string { return r.name }},
		{Key: "number", Title: "ASN", Width: 10, Right: true, Text: func(r row, _ time.Time) string { return r.number }},
		{Key: "since", Title: "SINCE", Width: 8, Live: true, Text: func(row, time.Time) string { return "1m" }},
	}, func(r row) string { return r.name })
	draw := func(rows ...row) string {
		tbl.Set(rows)
		return strings.Join(tbl.Draw(tui.Canvas{Width: 34, Height: 5, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}), "\n")
	}
	if got := draw(row{"192.0.2.11/32", "64700"}); !strings.Contains(got, "192.0.2.11/32 ") || !strings.Contains(got, "64700") {
		t.Errorf("cut beside the blanks of a number:\n%s", got)
	}
	if got := draw(row{"192.0.2.11/32", "4200000000"}); !strings.Contains(got, "4200000000") {
		t.Errorf("a number is cut for a name:\n%s", got)
	}
	if got := draw(row{"192.0.2.11/32, leased", "1"}); !strings.Contains(got, "1m ") {
		t.Errorf("an age has lent the room that it takes later:\n%s", got)
	}
}
