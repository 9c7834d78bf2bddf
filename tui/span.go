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

// Whole is the line without the spans for which there is no room: none is cut in the middle of a word. What is as it should be goes first,
// then what stands at the end; the beginning stays.
func (l Line) Whole(width int) Line {
	for len(l) > 1 && l.Width() > width {
		least := len(l) - 1
		for i := least; i > 0; i-- {
			if calm(l[i].Role) > calm(l[least].Role) {
				least = i
			}
		}
		l = slices.Delete(slices.Clone(l), least, least+1)
	}
	return l
}

// calm is how well one can do without what is said in a role.
func calm(r Role) int {
	switch r {
	case Good:
		return 2
	case Muted:
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
