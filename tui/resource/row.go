package resource

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// RowActions are what can be done with one object on its list, for a page that shows it in another way.
func RowActions[T any](desc Description[T], row T) []tui.Action {
	k := describe(desc, Source[T]{})
	return yielding(append(k.copies(&row, true), k.writes(&row, true)...))
}

// RowSections are what stands beside one object on its list, then the rest of its page.
func RowSections[T any](desc Description[T], row T, now time.Time) []Section {
	k := describe(desc, Source[T]{})
	first := k.previewed(&row, now)
	return append(slices.Clip(first), k.further(&row, now, first)...)
}

// copies are the actions that copy a row: its name, and its JSON.
func (k *untyped) copies(row table.Row, ok bool) []tui.Action {
	why := ""
	if !ok {
		why = noRow
	}
	return []tui.Action{{Name: "copy", Keys: []string{"y"}, Short: "copy", Class: tui.Common, Why: why, Long: "Copy the row's name",
		Run: func() tea.Cmd { return copied(k.desc.Name(row)) }}, copyJSON(k.json(row, ok))}
}

// noRow is why what acts on a row cannot.
const noRow = "there is no row to act on"

// Spread draws sections in as many columns as there is room for, each whole where it fits best; those without room are left out. The first
// one is there in any case, as far as it goes.
func Spread(c tui.Canvas, sections []Section) []string {
	if c.Height < 1 || len(sections) == 0 {
		return nil
	}
	columns := make([][]string, max(1, c.Width/spreadWidth))
	width := c.Width / len(columns)
	var page pane
	page.field = -1
	for i, s := range sections {
		drawn, _ := page.column(c, []Section{s}, width)
		if drawn = trimmed(drawn); len(drawn) < 2 {
			continue // a title without anything
		}
		to := shortest(columns)
		if len(columns[to]) > 0 {
			drawn = append([]string{""}, drawn...)
		}
		if i == 0 {
			drawn = drawn[:min(len(drawn), c.Height)]
		}
		if len(columns[to])+len(drawn) <= c.Height {
			columns[to] = append(columns[to], drawn...)
		}
	}
	var out []string
	for y := range c.Height {
		line, any := "", false
		for i, column := range columns {
			if y < len(column) {
				line, any = line+tui.Spaces(i*width-tui.Width(line))+column[y], true
			}
		}
		if !any {
			break
		}
		out = append(out, line)
	}
	return out
}

// spreadWidth is the least width of a column.
const spreadWidth = 60

func shortest(columns [][]string) int {
	at := 0
	for i := range columns {
		if len(columns[i]) < len(columns[at]) {
			at = i
		}
	}
	return at
}
