package tui

import (
	"slices"
	"strings"
)

// Span is a piece of a line in one role.
type Span struct {
	Text string
	Role Role
}

// Line is a line made of spans.
type Line []Span

// Text makes a line of one span.
func Text(role Role, text string) Line { return Line{{Text: text, Role: role}} }

// Width is the number of cells that the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += Width(s.Text)
	}
	return n
}

// Paint draws the line in at most width cells; what does not fit is cut with an ellipsis.
func (l Line) Paint(t *Theme, width int) string {
	var b strings.Builder
	left := width
	for i, s := range l {
		w := Width(s.Text)
		last := i == len(l)-1
		if w > left || (w == left && !last && l[i+1:].Width() > 0) {
			b.WriteString(t.Paint(s.Role, clip(s.Text, left)))
			return b.String()
		}
		b.WriteString(t.Paint(s.Role, s.Text))
		left -= w
	}
	return b.String()
}

// Whole is the line in which no span is cut in the middle of a word. Where there is no room the spans stand closer; then those are left out
// that are as they should be, then those at the end, and an ellipsis says so: what is counted must not seem to be all. The beginning stays.
func (l Line) Whole(width int) Line {
	for _, closer := range []*strings.Replacer{narrowGaps, noGlyphGaps} {
		if l.Width() <= width {
			return l
		}
		l = slices.Clone(l)
		for i := range l {
			l[i].Text = closer.Replace(l[i].Text)
		}
	}
	left := false
	for len(l) > 1 && l.Width() > width {
		least := len(l) - 1
		for i := least; i > 0; i-- {
			if dispensable(l[i].Role) > dispensable(l[least].Role) {
				least = i
			}
		}
		left = left || l[least].Role != Muted // a remark is no count
		l = slices.Delete(l, least, least+1)
	}
	if more := (Span{Text: " " + Ellipsis, Role: Muted}); left && l.Width()+Width(more.Text) <= width {
		l = append(l, more)
	}
	return l
}

// narrowGaps and noGlyphGaps take a cell of the gaps between the counts of a line, and that between a sign and its number.
var narrowGaps, noGlyphGaps = strings.NewReplacer("   ", "  "), signsAlone(UnicodeGlyphs)

func signsAlone(g Glyphs) *strings.Replacer {
	var pairs []string
	for _, sign := range []string{g.Up, g.Pending, g.Down, g.None, g.Unknown} {
		for _, digit := range "0123456789" {
			pairs = append(pairs, sign+" "+string(digit), sign+string(digit))
		}
	}
	return strings.NewReplacer(pairs...)
}

// dispensable is how well one can do without what is said in a role.
func dispensable(r Role) int {
	switch r {
	case Good:
		return 3
	case Muted:
		return 2
	case Pending:
		return 1
	}
	return 0
}

// Paragraph wraps a sentence of one role to the canvas, indented.
func Paragraph(c Canvas, role Role, text string) []string {
	var out []string
	for _, l := range Wrap(Clean(text), c.Width-4) {
		out = append(out, "   "+c.Theme.Paint(role, l))
	}
	return out
}
