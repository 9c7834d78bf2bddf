package table

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// Draw returns the header and the rows in view.
func (t *grid) Draw(c tui.Canvas) []string {
	t.height = max(1, c.Height-1)
	t.clamp()
	t.measure(c.Now)
	cols := t.columns(c.Width)
	lines := make([]string, 0, t.height+1)
	lines = append(lines, t.head(c, cols))
	for i := t.offset; i < min(len(t.order), t.offset+t.height); i++ {
		lines = append(lines, t.line(c, cols, t.order[i], i == t.at))
	}
	return lines
}

func (t *grid) head(c tui.Canvas, cols []placed) string {
	var b strings.Builder
	b.WriteString(tui.Spaces(gutter))
	over := 0 // cells that the title before takes of the gap
	for i, p := range cols {
		col := t.heads[p.index]
		if i > 0 {
			b.WriteString(tui.Spaces(gap - over))
		}
		title := col.title
		over = 0
		if p.index == t.sortCol && !col.ranked {
			arrow := c.Theme.Glyphs.SortUp
			if t.reverse {
				arrow = c.Theme.Glyphs.SortDown
			}
			// Where the title takes the whole column the arrow stands in the gap behind it: it eats no letter.
			if title += arrow; tui.Width(title) > p.width && tui.Width(b.String())+p.width < c.Width {
				over = 1
			} else if tui.Width(title) > p.width {
				title = ansi.Truncate(col.title, p.width-1, "") + arrow
			}
		}
		if col.right {
			b.WriteString(tui.FitRight(title, p.width+over))
		} else {
			b.WriteString(tui.Fit(title, p.width+over))
		}
	}
	return c.Theme.Paint(tui.Muted, strings.TrimRight(b.String(), " "))
}

// line draws one row. Only the gutter and the first column change when the cursor comes or goes, so
// that moving it costs a few cells and not two whole lines.
func (t *grid) line(c tui.Canvas, cols []placed, row int, selected bool) string {
	var b strings.Builder
	mark := " "
	if t.marks[t.ids[row]] {
		mark = c.Theme.Glyphs.Mark
	}
	for i, p := range cols {
		text := t.cell(row, p.index, c.Now)
		if t.heads[p.index].right {
			text = tui.FitRight(text, p.width)
		} else {
			text = tui.Fit(text, p.width)
		}
		role := t.role(row, p.index)
		switch {
		case i == 0 && selected:
			b.WriteString(c.Theme.Paint(tui.Selected, c.Theme.Glyphs.Cursor+mark+text))
		case i == 0:
			b.WriteString(" " + mark + painted(c.Theme, role, text))
		default:
			b.WriteString(tui.Spaces(gap))
			b.WriteString(painted(c.Theme, role, text))
		}
	}
	return b.String()
}

// painted dresses a cell, but not its blanks: every change of style is bytes on a slow line. What is as it should be has its glyph in
// colour
// and its word plain: a page on which all is well is calm, and the few words in colour are those to read.
func painted(theme *tui.Theme, role tui.Role, text string) string {
	word := strings.Trim(text, " ")
	if word == "" {
		return text
	}
	before, after, _ := strings.Cut(text, word)
	rest := ""
	switch {
	case role == tui.Muted && strings.HasPrefix(word, theme.Glyphs.None):
		return text // so is what there is none of
	case role == tui.Good:
		if word, rest = theme.Glyphs.Up, strings.TrimPrefix(word, theme.Glyphs.Up); before+word+rest+after != text {
			return text // a word alone
		}
	}
	return before + theme.Paint(role, word) + rest + after
}

// Actions are the keys of every list.
func (t *grid) Actions() []tui.Action {
	act := func(do func()) func() tea.Cmd {
		return func() tea.Cmd { do(); return nil }
	}
	return []tui.Action{
		{Name: "up", Move: true, Keys: []string{"up", "k"}, Long: "Move up one row", Run: act(func() { t.move(-1) })},
		{Name: "down", Move: true, Keys: []string{"down", "j"}, Long: "Move down one row", Run: act(func() { t.move(1) })},
		{Name: "page-up", Move: true, Keys: []string{"pgup", "ctrl+b"}, Long: "Move up one page", Run: act(func() { t.page(-1) })},
		{Name: "page-down", Move: true, Keys: []string{"pgdown", "ctrl+f"}, Long: "Move down one page", Run: act(func() { t.page(1) })},
		{Name: "top", Move: true, Keys: []string{"g", "home"}, Long: "Go to the first row", Run: act(func() { t.move(-len(t.order)) })},
		{Name: "bottom", Move: true, Keys: []string{"G", "end"}, Long: "Go to the last row", Run: act(func() { t.move(len(t.order)) })},
		{Name: "sort-next", Keys: []string{"s"}, Short: "sort", Footer: true, Class: tui.Common, Long: "Sort by the next column",
			Run: act(t.sortNext)},
		{Name: "sort-reverse", Keys: []string{"S"}, Short: "reverse", Class: tui.Common, Long: "Reverse the sort order",
			Run: act(func() { t.reverse = !t.reverse; t.sort(); t.rebuild() })},
		{Name: "wide", Keys: []string{"w"}, Short: "wide", Class: tui.Common, Run: t.toggleWide,
			Long: "Show all columns; left and right scroll them"},
		{Name: "columns-left", Class: tui.Common, Keys: []string{"left", "h"}, Long: "Scroll wide columns to the left", Why: t.notWide(),
			Run: act(func() { t.from = max(0, t.from-1) })},
		{Name: "columns-right", Class: tui.Common, Keys: []string{"right", "l"}, Long: "Scroll wide columns to the right", Why: t.notWide(),
			Run: act(func() { t.from = min(len(t.heads)-2, t.from+1) })},
	}
}

func (t *grid) toggleWide() tea.Cmd {
	t.wide, t.from = !t.wide, 0
	if t.wide {
		return tui.Toast(tui.Muted, "All columns: left and right scroll them, "+tui.KeyOf("wide", "w")+" goes back")
	}
	return tui.Toast(tui.Muted, "Showing the columns that fit")
}

func (t *grid) notWide() string {
	if t.wide {
		return ""
	}
	return "press " + tui.KeyOf("wide", "w") + " for wide columns first"
}

func (t *grid) move(by int) {
	t.stuck = false
	if len(t.order) == 0 {
		return
	}
	t.at += by
	t.clamp()
	t.cursor = t.ids[t.order[t.at]]
}

// page shows the next page, or the one before: the cursor stays on its line of the screen as long as there are rows.
func (t *grid) page(by int) {
	t.offset += by * t.height
	t.move(by * t.height)
}

func (t *grid) sortNext() {
	t.sortCol, t.reverse = (t.sortCol+1)%len(t.heads), false
	t.sort()
	t.rebuild()
}

// Unmark takes all marks away.
func (t *grid) Unmark() { clear(t.marks) }

// ToggleMark marks the row under the cursor, or takes its mark away, and goes one row down.
func (t *grid) ToggleMark() {
	if t.cursor == "" {
		return
	}
	if t.marks[t.cursor] {
		delete(t.marks, t.cursor)
	} else {
		t.marks[t.cursor] = true
	}
	t.move(1)
}

// Print returns the header and all rows, without a cursor: for output that is not a screen.
func (t *grid) Print(c tui.Canvas) []string {
	t.measure(c.Now)
	cols := arrange(t.heads, c.Width, false, 0, 0)
	lines := []string{t.head(c, cols)}
	for _, row := range t.order {
		lines = append(lines, strings.TrimRight(t.line(c, cols, row, false), " "))
	}
	return lines
}
