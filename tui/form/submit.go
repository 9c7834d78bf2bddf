package form

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

func (f *Form) submit() tea.Cmd {
	f.commitInput()
	f.read()
	f.repropose() // steps that were not looked at propose by what stands in those before them
	if text := f.toFirstError(); text != "" {
		if field := f.field(); field != nil && f.awaits(*field) {
			f.submits = true
			return tui.Toast(tui.Pending, field.Label+" is not known yet: "+f.opts.Verb+" follows as soon as Cloudflare has answered")
		}
		return tui.Toast(tui.Bad, text)
	}
	sent := f.Values()
	for _, s := range f.opts.Sections {
		for _, field := range s.Fields {
			if field.ClearOnSubmit {
				f.values[field.Key] = ""
			}
		}
	}
	f.focus()
	f.done = f.done || f.opts.SubmitIsFinal
	return f.opts.Submit(sent)
}

// submitWhenKnown submits what was to be submitted before a proposal was there, once it is.
func (f *Form) submitWhenKnown() tea.Cmd {
	if !f.submits || slices.ContainsFunc(f.opts.Sections, func(s Section) bool { return slices.ContainsFunc(s.Fields, f.awaits) }) {
		return nil
	}
	f.submits = false
	return f.submit()
}

// toFirstError goes to the first field that blocks and says what is wrong with it; "" when none does. Where a proposal is on its way
// comes last.
func (f *Form) toFirstError() string {
	for _, awaited := range []bool{false, true} {
		for i, s := range f.opts.Sections {
			for j, field := range s.Fields {
				if finding := f.check(field); finding.Blocks() && f.awaits(field) == awaited {
					f.folded[i] = false
					f.at, f.reached = place{i, j}, max(f.reached, i)
					f.focus()
					return fieldError(field, finding)
				}
			}
		}
	}
	return ""
}
