package form

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

func (f *Form) submit() tea.Cmd {
	f.commitInput()
	f.read()
	f.repropose() // steps that were not looked at propose by what stands in those before them
	if text := f.toFirstError(); text != "" {
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

// toFirstError goes to the first field that blocks and says what is wrong with it; "" when none does.
func (f *Form) toFirstError() string {
	for i, s := range f.opts.Sections {
		for j, field := range s.Fields {
			if finding := f.check(field); finding.Blocks() {
				f.folded[i] = false
				f.at, f.reached = place{i, j}, max(f.reached, i)
				f.focus()
				return wrong(field, finding)
			}
		}
	}
	return ""
}
