package form

import (
	"cmp"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// besideFrom is the width from which something stands beside a form, ownLeast what the form itself then has at least.
const besideFrom, ownLeast = 120, 80

// besideWidth is how much of a screen is for what stands beside a form; 0 for nothing.
func besideWidth(c tui.Canvas) int {
	if c.Width < besideFrom || c.InLines {
		return 0
	}
	return min(c.Width/2, c.Width-ownLeast)
}

// proposalsBeside is how many values are proposed beside the form.
const proposalsBeside = 4

// beside are the rule of the field under the cursor, and what the form amounts to so far.
func (f *Form) beside() []resource.Section {
	var out []resource.Section
	if field := f.field(); field != nil {
		out = append(out, f.rule(*field))
	}
	if f.opts.Beside != nil {
		return append(out, f.opts.Beside(f)...)
	}
	if len(f.places()) < soFarLeast {
		return out
	}
	return append(out, f.SoFar()...)
}

// soFarLeast is how many fields a form has whose values are not all seen at once.
const soFarLeast = 4

// rule is what may stand in a field.
func (f *Form) rule(field Field) resource.Section {
	s := resource.Section{Title: field.Label}
	prose := func(text string) {
		if text != "" {
			s.Fields = append(s.Fields, resource.Field{Value: text, Prose: true})
		}
	}
	prose(cmp.Or(field.ReadOnlyWhy, field.Help))
	if field.Empty != "" && field.ReadOnlyWhy == "" {
		prose("Empty: " + field.Empty)
	}
	if field.Suggest != nil && field.ReadOnlyWhy == "" {
		for i, value := range f.Proposals(field) {
			if i == proposalsBeside {
				break
			}
			proposed := resource.Field{Value: value, Role: tui.Muted}
			if i == 0 {
				proposed.Label = "Suggested"
			}
			s.Fields = append(s.Fields, proposed)
		}
	}
	return s
}

// SoFar is what the form says by now, field by field; what has no value yet, or none that can be sent, is "-".
func (f *Form) SoFar() []resource.Section {
	var out []resource.Section
	for _, s := range f.opts.Sections {
		part := resource.Section{Title: s.Title}
		for _, field := range s.Fields {
			if !f.Shows(field) {
				continue
			}
			said := f.said(field)
			line := resource.Field{Label: tui.Clean(field.Label), Value: tui.Clean(said.Value)}
			if f.check(field).Blocks() {
				line.Value, line.Role = "-", tui.Muted
			} else if field.Explain != nil {
				line.Note = tui.Clean(field.Explain(f.values))
			}
			part.Fields = append(part.Fields, line)
		}
		if len(part.Fields) > 0 {
			out = append(out, part)
		}
	}
	return out
}

// Lacks reports whether the field with the key has no value that could be sent.
func (f *Form) Lacks(key string) bool {
	field := f.fieldByKey(key)
	return field != nil && f.Shows(*field) && f.check(*field).Blocks()
}
