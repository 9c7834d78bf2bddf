package form

import (
	"strings"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// belowIndent is where the message of a field begins.
const belowIndent = 5

// labelWidth is the room for a field's label.
const labelWidth = 20

// Draw implements tui.View.
func (f *Form) Draw(c tui.Canvas) []string {
	width := besideWidth(c)
	if width == 0 {
		return f.drawFields(c)
	}
	own, right := c, c
	own.Width, right.Width = c.Width-width, width-1
	return resource.Beside(c, f.drawFields(own), resource.Column(right, f.beside()), width)
}

// drawFields draws the form itself. Every field has two lines, its value and its message, so that nothing
// jumps when a message comes or goes.
func (f *Form) drawFields(c tui.Canvas) []string {
	if f.opts.Guided {
		head := f.head(c)
		c.Height = max(1, c.Height-len(head))
		lines, at := f.fields(c, f.at.section)
		return append(head, f.window(c, lines, at)...)
	}
	var lines []string
	at := 0
	for i, s := range f.opts.Sections {
		if s.Title != "" {
			if f.at == (place{i, -1}) {
				at = len(lines)
			}
			lines = append(lines, f.title(c, i))
		}
		if f.folded[i] {
			continue
		}
		fields, here := f.fields(c, i)
		if f.at.section == i && f.at.field >= 0 {
			at = len(lines) + here
		}
		lines = append(append(lines, fields...), "")
	}
	return f.window(c, lines, at)
}

// window is the part of the lines that has the field under the cursor in it.
func (f *Form) window(c tui.Canvas, lines []string, at int) []string {
	f.scroll.Window(lines, c.Height)
	f.scroll.Show(max(0, at-1))
	f.scroll.Show(max(0, min(at+2+f.rows, len(lines)-1)))
	return f.scroll.Window(lines, c.Height)
}

// fields are the lines of a section's fields; at is where the one under the cursor begins.
func (f *Form) fields(c tui.Canvas, section int) (lines []string, at int) {
	for j, field := range f.opts.Sections[section].Fields {
		if field.When != nil && !field.When(f.values) {
			continue
		}
		here := f.at == (place{section, j})
		if here {
			at = len(lines)
		}
		lines = append(lines, f.line(c, field, here), f.below(c, field, here))
		if here {
			list := f.listed(c)
			f.rows = len(list)
			lines = append(lines, list...)
		}
	}
	return lines, at
}

func (f *Form) title(c tui.Canvas, i int) string {
	s := f.opts.Sections[i]
	text := s.Title
	if s.Folded {
		text = "▾ " + s.Title
		if f.folded[i] {
			text = "▸ " + s.Title + tui.Ellipsis
		}
	}
	if f.at == (place{i, -1}) {
		return tui.Text(tui.Selected, " "+text+" ").Paint(c.Theme, c.Width)
	}
	return tui.Line{{Text: " "}, {Text: text, Role: tui.Strong}}.Paint(c.Theme, c.Width)
}

func (f *Form) line(c tui.Canvas, field Field, here bool) string {
	lead := "   "
	if here {
		lead = c.Theme.Paint(tui.Accent, " "+c.Theme.Glyphs.Cursor) + " "
	}
	label := c.Theme.Paint(tui.Muted, tui.Fit(field.Label, labelWidth))
	return lead + label + f.value(c, field, here)
}

func (f *Form) value(c tui.Canvas, field Field, here bool) string {
	width := c.Width - labelWidth - 5
	value := f.values[field.Key]
	if field.Control == Secret && value != "" && (!here || field.ReadOnlyWhy != "") {
		value = strings.Repeat("•", min(len(value), 12))
	}
	switch {
	case field.ReadOnlyWhy != "":
		return tui.Text(tui.Muted, tui.Clean(value)+"  (read-only)").Paint(c.Theme, width)
	case field.Control == Choice:
		return f.choice(c, field, here, width)
	case field.Control.picks():
		return f.picked(c, field, here, width)
	case here && f.proposed[field.Key] && value != "":
		return f.proposal(c, value, width)
	case here:
		return tui.DrawInput(&f.input, width-1)
	}
	return tui.Text(tui.Plain, tui.Clean(value)).Paint(c.Theme, width)
}

// proposal is a proposed value under the cursor. The value has the room first.
func (f *Form) proposal(c tui.Canvas, value string, width int) string {
	own := min(tui.Width(value)+1, width-1)
	input := tui.DrawInput(&f.input, own)
	for _, note := range []string{" suggested: type to replace it", " suggested"} {
		if own+1+len(note) <= width {
			return input + c.Theme.Paint(tui.Muted, note)
		}
	}
	return input
}

func (f *Form) choice(c tui.Canvas, field Field, here bool, width int) string {
	var line tui.Line
	chosen := 0
	for i, o := range field.Choices {
		label := tui.Clean(o.Label) // an option may be what the server said
		role, text := tui.Muted, " "+label+" "
		if o.Value == f.values[field.Key] {
			role, text = tui.Strong, "["+label+"]"
			if here {
				role = tui.Selected
			}
			chosen = i
		}
		line = append(line, tui.Span{Text: text, Role: role})
	}
	return around(line, chosen, width).Paint(c.Theme, width)
}

// around is as much of a line of options as there is room for, with the chosen one in it and a sign where others follow.
func around(line tui.Line, chosen, width int) tui.Line {
	if line.Width() <= width || len(line) == 0 {
		return line
	}
	from, to := chosen, chosen+1
	for grown := true; grown; {
		grown = false
		if to < len(line) && line[from:to+1].Width() <= width-4 {
			to, grown = to+1, true
		}
		if from > 0 && line[from-1:to].Width() <= width-4 {
			from, grown = from-1, true
		}
	}
	out := tui.Line{}
	if from > 0 {
		out = append(out, tui.Span{Text: "‹ ", Role: tui.Muted})
	}
	out = append(out, line[from:to]...)
	if to < len(line) {
		out = append(out, tui.Span{Text: " ›", Role: tui.Muted})
	}
	return out
}

// below is the line under a field: the finding, else what the value means, else, where the cursor is,
// the help.
func (f *Form) below(c tui.Canvas, field Field, here bool) string {
	g := c.Theme.Glyphs
	finding := f.check(field)
	finding.Text = tui.Clean(finding.Text) // rules name objects of the account
	line := tui.Line{}
	switch {
	case finding.Level == Error:
		line = tui.Line{{Text: g.Down + " " + finding.Text, Role: tui.Bad}}
	case finding.Level == Incomplete && f.values[field.Key] != "":
		line = tui.Line{{Text: g.Pending + " " + finding.Text, Role: tui.Muted}}
	case finding.Level == Warning:
		line = tui.Line{{Text: "! " + finding.Text, Role: tui.Pending}}
	case finding.Level == Note:
		line = tui.Line{{Text: finding.Text, Role: tui.Muted}}
	case field.Explain != nil && field.Explain(f.values) != "":
		line = tui.Line{{Text: g.Up + " " + tui.Clean(field.Explain(f.values)), Role: tui.Good}}
	case here && field.ReadOnlyWhy != "":
		line = tui.Line{{Text: tui.Clean(field.ReadOnlyWhy), Role: tui.Muted}}
	case here:
		line = tui.Line{{Text: tui.Clean(field.Help), Role: tui.Muted}}
	}
	if len(line) == 0 {
		return ""
	}
	// Always at the same place: a message that begins further left when it is longer would jump while one types.
	const indent = belowIndent
	return tui.Spaces(indent) + line.Paint(c.Theme, c.Width-indent-1)
}
