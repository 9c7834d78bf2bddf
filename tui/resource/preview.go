package resource

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

const (
	// previewFrom is the width from which a list has the object under the cursor beside it.
	previewFrom = 120
	// previewLeast is what is left of such a screen beside a list that has all that it has on one of listAlone columns.
	previewLeast, previewMost   = previewFrom - listAlone - 1, 84
	listAlone                   = 80
	previewDelay, previewMaxAge = 80 * time.Millisecond, 20 * time.Second
)

// preview is the object beside its list: of what is known, without a question to Cloudflare. While a key is held it stays at the
// object that it shows, under its name, and is drawn once when the cursor rests.
type preview struct {
	row table.Row
	id  string
	resting
	drawn
}

// resting tells a key that is held from a cursor that has come to rest.
type resting struct {
	moving bool
	turn   int
}

// restedMsg says that the cursor of a page has not moved for a moment.
type restedMsg struct {
	page tui.View
	turn int
}

// moved is a movement of the cursor of a page.
func (r *resting) moved(page tui.View, cmd tea.Cmd) tea.Cmd {
	r.moving = true
	r.turn++
	return tea.Batch(cmd, tui.After(previewDelay, restedMsg{page, r.turn}))
}

// rested takes the message that the cursor rests.
func (r *resting) rested(page tui.View, msg restedMsg) {
	if msg.page == page && msg.turn == r.turn {
		r.moving = false
	}
}

// drawn is an object as it was drawn last. What is said in it ages slowly: it is worked out anew with new data, and now and then.
type drawn struct {
	id            string
	generation    int
	width, height int
	at            time.Time
	lines         []string
}

// lasts reports whether what was drawn still holds, and otherwise notes what is drawn now.
func (d *drawn) lasts(c tui.Canvas, id string, generation int) bool {
	if d.lines != nil && d.id == id && d.generation == generation && d.width == c.Width && d.height == c.Height &&
		c.Now.Sub(d.at) < previewMaxAge {
		return true
	}
	*d = drawn{id: id, generation: generation, width: c.Width, height: c.Height, at: c.Now}
	return false
}

// splitAt is what the widths of a list and its preview were worked out for.
type splitAt struct {
	width, generation int
	sorted            string
}

// previewOff is the preference of whoever wants no preview.
const previewOff = "preview off"

// previewWidth is how wide the preview is, what the list does not need of this width; 0: the list has none.
func (l *List) previewWidth(c tui.Canvas) int {
	if c.Width < previewFrom || l.desc.Sections == nil && l.desc.Preview == nil || l.desc.NoPreview || l.table.Wide() ||
		l.recall(previewOff) != "" {
		return 0
	}
	column, _ := l.table.Sorted()
	if at := (splitAt{c.Width, l.generation, column}); l.split != at { // worked out anew with new rows, not with every key
		l.split, l.splitWidth = at, l.table.Split(c.Width-1, listAlone, previewLeast, min(c.Width*2/5, previewMost), c.Now)
	}
	return l.splitWidth
}

// thenPreview is an action that moves the cursor: the preview follows when it has come to rest.
func (l *List) thenPreview(move func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		cmd := move()
		if l.beside == 0 {
			return cmd
		}
		return l.preview.moved(l, cmd)
	}
}

// drawPreview draws the object beside the list.
func (l *List) drawPreview(c tui.Canvas) []string {
	p := &l.preview
	if row, ok := l.table.Selected(); ok && (!p.moving || p.row == nil) {
		p.row, p.id = row, l.desc.ID(row)
	} else if !ok {
		return nil
	}
	if p.lasts(c, p.id, l.generation) {
		return p.lines
	}
	page := pane{field: -1}
	lines := []string{tui.Text(tui.Strong, " "+tui.Clean(l.desc.Name(p.row))).Paint(c.Theme, c.Width), ""}
	first := l.previewed(p.row, c.Now)
	more, _ := page.column(c, first, c.Width)
	lines = trimmed(append(lines, more...))
	// Where there is room left, the rest of the object's page follows, section by section, and then what is known around it.
	for _, s := range l.further(p.row, c.Now, first) {
		more, _ := page.column(c, []Section{s}, c.Width)
		if more = trimmed(more); len(more) > 1 && len(lines)+1+len(more) <= c.Height {
			lines = append(append(lines, ""), more...)
		}
	}
	if over := len(lines) - c.Height; over > 0 {
		lines = append(lines[:c.Height-1], c.Theme.Paint(tui.Muted, fmt.Sprintf("   enter: %d more lines", over+1)))
	}
	around := c
	around.Height -= len(lines) + 1
	if more := Column(around, without(first, l.around(p.row, c.Now))); len(more) > 0 {
		lines = append(append(lines, ""), more...)
	}
	p.lines = lines
	return lines
}

// previewed are the sections that the preview of an object begins with.
func (k *untyped) previewed(row table.Row, now time.Time) []Section {
	if k.desc.Preview != nil {
		return k.desc.Preview(row, now)
	}
	return k.desc.Sections(row, now)
}

// further are the sections of the object's page that its preview does not begin with.
func (k *untyped) further(row table.Row, now time.Time, first []Section) []Section {
	if k.desc.Preview == nil || k.desc.Sections == nil {
		return nil
	}
	return without(first, k.desc.Sections(row, now))
}

// without are sections less those that are shown already.
func without(shown, sections []Section) []Section {
	titles := map[string]bool{}
	for _, s := range shown {
		titles[s.Title] = true
	}
	return slices.DeleteFunc(sections, func(s Section) bool { return titles[s.Title] })
}

// trimmed are lines without the empty ones at their end.
func trimmed(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// Beside puts lines to the right of a page's own ones, behind a bar; the own ones have the rest of the width.
func Beside(c tui.Canvas, own, right []string, width int) []string {
	bar := "│"
	if c.Theme.Glyphs == tui.ASCIIGlyphs {
		bar = "|"
	}
	out := make([]string, max(len(own), len(right), c.Height))
	for i := range out {
		var line string
		if i < len(own) {
			line = own[i]
		}
		line += tui.Spaces(c.Width - width - tui.Width(line))
		out[i] = line + c.Theme.Paint(tui.Muted, bar)
		if i < len(right) {
			out[i] += right[i]
		}
	}
	return out
}

// recall is a preference; empty when there is none, or nowhere to keep it.
func (l *List) recall(key string) string {
	if l.memory == nil {
		return ""
	}
	return l.memory.Recall(key)
}

func (l *List) keep(key, value string) {
	if l.memory != nil {
		l.memory.Keep(key, value)
	}
}

// togglePreview shows the object beside the list, or not any more.
func (l *List) togglePreview() tea.Cmd {
	if l.recall(previewOff) != "" {
		l.keep(previewOff, "")
		return tui.Toast(tui.Muted, "Preview shown beside the list, if there is room")
	}
	l.keep(previewOff, "yes")
	return tui.Toast(tui.Muted, "Preview hidden; "+tui.KeyOf("preview", "z")+" shows it again")
}

// Remember implements tui.Rememberer: the list has the order that it was left in, and the columns that the user chose.
func (l *List) Remember(m tui.Memory) {
	if l.memory != nil || m == nil {
		return
	}
	l.memory = m
	l.table.Choose(strings.Fields(m.Recall("columns " + l.desc.Plural)))
	column, reverse, _ := strings.Cut(m.Recall("order "+l.desc.Plural), " ")
	if column != "" {
		l.table.SortBy(column, reverse != "")
	}
}

// thenKeepOrder is an action that changes the order, which is kept.
func (l *List) thenKeepOrder(sort func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		cmd := sort()
		column, reverse := l.table.Sorted()
		if reverse {
			column += " reverse"
		}
		l.keep("order "+l.desc.Plural, column)
		return cmd
	}
}

// problems shows only what is not as it should be, or everything again.
func (l *List) problems() []tui.Action {
	if l.desc.Problem == nil {
		return nil
	}
	return []tui.Action{{Name: "problems", Keys: []string{"."}, Short: "problems", Class: tui.Common, Footer: true,
		Long: "Show only problems; press again to show everything", Run: func() tea.Cmd {
			l.onlyProblems = !l.onlyProblems
			if l.onlyProblems {
				l.table.Only(l.desc.Problem)
			} else {
				l.table.Only(nil)
			}
			return nil
		}}}
}
