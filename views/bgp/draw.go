package bgp

import (
	"fmt"
	"strings"
	"time"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

// The sizes of a panel: with two lines of words and the strip, with one line and the strip. Smaller than that a session is a line.
const (
	cardWidth  = 40
	cardHeight = 4
	slimHeight = 3
	// asWidth is from which width on a line has the session's AS number, asRoom how much room that takes.
	asWidth, asRoom = 76, 15
	// reorderEvery is how often panels change places by themselves, when nobody is at the keys.
	reorderEvery = time.Minute
)

// Draw implements tui.View: the largest form in which all sessions fit; only lines scroll.
func (p *page) Draw(c tui.Canvas) []string {
	p.held = c.Held || p.held && !c.Idle
	if c.Idle && c.Now.Sub(p.sorted) >= reorderEvery {
		p.sort()
	}
	all := p.shown()
	columns, height := max(1, c.Width/cardWidth), 1
	for _, h := range []int{cardHeight, slimHeight} {
		if rows := (len(all) + columns - 1) / columns; rows*h <= c.Height-1 {
			height = h
			break
		}
	}
	if height == 1 {
		columns = 1
		if c.Width >= 3*cardWidth {
			columns = c.Width / 60
		}
	}
	width := c.Width / columns
	signs := width - 5
	if height == 1 {
		signs = max(10, width-50)
		if width >= asWidth {
			signs -= asRoom
		}
	}
	slot := slotFor(p.oldest, c.Now, signs)
	lines := []string{p.head(c, all, slot)}
	if len(all) == 0 {
		lines = append(lines, "")
		for _, line := range tui.Wrap(p.nothing("esc", tui.KeyOf("problems", ".")), c.Width-4) {
			lines = append(lines, "  "+c.Theme.Paint(tui.Muted, line))
		}
		return lines
	}
	p.columns, p.rows = columns, max(1, (c.Height-1)/height)
	p.scroll(len(all))
	for row := p.top; row < p.top+p.rows && row*columns < len(all); row++ {
		lines = append(lines, p.row(c, all[row*columns:min(len(all), (row+1)*columns)], row*columns, width, height, signs, slot)...)
	}
	return append(lines, p.below(c, all, c.Height-len(lines))...)
}

// scroll brings the row of the cursor into view.
func (p *page) scroll(all int) {
	total := (all + p.columns - 1) / p.columns
	p.top = max(0, min(p.top, total-p.rows))
	at := p.at / p.columns
	p.top = min(max(p.top, at-p.rows+1), at)
}

// nothing says why there is no session.
func (p *page) nothing(esc, problems string) string {
	if len(p.cards) > 0 {
		q := p.query()
		h := resource.Hidden{Filter: tui.Clean(p.filter), Unknown: q.UnknownColumn(), Row: "session", Esc: esc, Keys: problems}
		for _, c := range p.cards {
			if q.Matches(c.cells()...) {
				h.Filtered++
			}
			if c.problem() {
				h.Problems++
			}
		}
		return h.Text()
	}
	switch {
	case p.Status().Updated.IsZero():
		return "Asking Cloudflare…"
	}
	return "There are no tunnels on this account."
}

// head counts the sessions, and says what a sign stands for.
func (p *page) head(c tui.Canvas, all []card, slot time.Duration) string {
	line := tui.Line{{Text: " " + counted(all), Role: tui.Strong}}
	if p.still {
		line = tui.Text(tui.Muted, fmt.Sprintf(" TUNNELS AND CNIs, worst first (%d)   :bgp", len(all)))
	}
	if len(all) != len(p.cards) {
		line[0].Text = fmt.Sprintf(" %d of %d panels", len(all), len(p.cards))
	}
	if n := p.worse(); n > 0 && !p.still {
		line = append(line, tui.Span{Text: fmt.Sprintf("   %d worse since the last sort: s", n), Role: tui.Pending})
	}
	if p.filter != "" {
		line = append(line, tui.Span{Text: "   /" + tui.Clean(p.filter), Role: tui.Accent})
	}
	if p.only {
		line = append(line, tui.Span{Text: "   only problems", Role: tui.Accent})
	}
	about := fmt.Sprintf("   each mark %d min, newest right, blank: not monitored", int(slot.Minutes()))
	if line.Width()+tui.Width(about) > c.Width {
		about = fmt.Sprintf("   each mark %d min", int(slot.Minutes()))
	}
	if line.Width()+tui.Width(about) <= c.Width {
		line = append(line, tui.Span{Text: about, Role: tui.Muted})
	}
	return line.Paint(c.Theme, c.Width)
}

// row draws panels beside each other.
func (p *page) row(c tui.Canvas, cards []card, first, width, height, signs int, slot time.Duration) []string {
	out := make([]string, height)
	for i, one := range cards {
		for y, line := range one.draw(c, first+i == p.at && !p.still, width, height, signs, slot) {
			out[y] += line + tui.Spaces(width-tui.Width(line))
		}
	}
	for y := range out {
		out[y] = strings.TrimRight(out[y], " ")
	}
	return out
}

// draw draws one panel.
func (k card) draw(c tui.Canvas, selected bool, width, height, signs int, slot time.Duration) []string {
	name := func(room int) string {
		text := tui.Fit(tui.Clean(k.name), room)
		if selected {
			return c.Theme.Paint(tui.Selected, c.Theme.Glyphs.Cursor+k.glyph+" "+text)
		}
		return " " + c.Theme.Paint(k.role, k.glyph) + " " + c.Theme.Paint(tui.Strong, text)
	}
	past := tui.Line{{Text: k.flaps, Role: tui.Muted}}
	if k.of != "" && len(k.past) > 0 {
		past = strip(k.past, c.Now, signs, slot, c.Theme.Glyphs)
	}
	if height == 1 {
		line := tui.Line{{Text: "  " + tui.Fit(k.word, 13), Role: k.role}, {Text: "  " + tui.FitRight(k.since, 6) + "  ", Role: tui.Muted}}
		if width >= asWidth {
			line = append(line, tui.Span{Text: tui.Fit(tui.Clean(k.as), asRoom), Role: tui.Muted})
		}
		return []string{name(20) + append(line, past...).Paint(c.Theme, width-24)}
	}
	state := k.word
	if k.since != "" && k.since != "-" && k.since != "?" {
		state += " " + k.since
	}
	room := max(8, width-6-tui.Width(state))
	out := []string{name(room) + " " + c.Theme.Paint(k.role, state)}
	if height == cardHeight {
		words := tui.Line{{Text: "   " + tui.Clean(k.peer), Role: tui.Muted}}
		if extra := "  " + k.flaps; len(k.past) > 0 && words.Width()+tui.Width(extra) < width-1 {
			words = append(words, tui.Span{Text: extra, Role: tui.Muted})
		}
		out = append(out, words.Paint(c.Theme, width-1))
	}
	return append(out, "   "+past.Paint(c.Theme, width-4))
}

// Tell implements tui.Speaker.
func (p *page) Tell(now time.Time) tui.Telling {
	all := p.shown()
	out := tui.Telling{Above: []string{counted(all) + "; the worst first."}, Current: p.on}
	if p.filter != "" {
		out.Above = append(out.Above, fmt.Sprintf("Filter: %s. %d of %d rows pass.", tui.Clean(p.filter), len(all), len(p.cards)))
	}
	if len(all) == 0 {
		out.Above = []string{p.nothing("clear-filter", "problems")}
	}
	for _, c := range all {
		row := tui.Row{ID: c.id, Name: c.name, Words: []tui.Word{{Value: c.name}, {Name: "state", Value: c.word}, {Name: "peer", Value: c.peer}}}
		if c.since != "" && c.since != "?" && c.since != "-" {
			row.Words = append(row.Words, tui.Word{Name: "since", Value: table.Said(c.since), Live: true})
		}
		if c.flaps != "" {
			row.Words = append(row.Words, tui.Word{Value: c.flaps})
		}
		if len(c.past) > 1 {
			row.Words = append(row.Words, tui.Word{Name: "seen", Value: inWords(c.past)})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// Choose implements tui.RowSelector.
func (p *page) Choose(id string) bool {
	for i, c := range p.shown() {
		if c.id == id {
			p.at = i
			p.clamp()
			return true
		}
	}
	return false
}
