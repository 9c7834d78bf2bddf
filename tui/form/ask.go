package form

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// What line mode needs to ask a form's questions one by one. The form stays the one that holds the values,
// checks them and goes on to the review.

// Sections are the form's parts.
func (f *Form) Sections() []Section { return f.opts.Sections }

// Shows reports whether a field belongs to the form as it is filled in now.
func (f *Form) Shows(field Field) bool { return field.When == nil || field.When(f.values) }

// Value is what the field with the key holds.
func (f *Form) Value(key string) string { return f.values[key] }

// Finding is what there is to say about a field: what the server refused, else what the rules say.
func (f *Form) Finding(field Field) Finding { return f.check(field) }

// Answer puts a value into a field, and returns what that sets going; a fixed field keeps its own.
func (f *Form) Answer(field Field, value string) tea.Cmd {
	if field.ReadOnlyWhy != "" {
		return nil
	}
	if field.Normalize != nil {
		value = field.Normalize(value)
	}
	f.set(field.Key, value)
	f.focus()
	return f.takePending()
}

// Guided reports whether the sections are the steps of a guided setup.
func (f *Form) Guided() bool { return f.opts.Guided }

// Reach says that a section is being asked: its proposals stay as they are now. It returns what keeps the draft.
func (f *Form) Reach(section int) tea.Cmd {
	f.commitInput()
	f.repropose() // what was answered may lead to other proposals, whether or not something was read meanwhile
	f.at = place{section, max(f.firstShown(section), 0)}
	f.reached = max(f.reached, section)
	f.focus()
	return f.saveDraft()
}

// Proposals are the values that the field proposes.
func (f *Form) Proposals(field Field) []string {
	if field.Control == Pick {
		var out []string
		for _, o := range f.Options(field) {
			out = append(out, o.Value)
		}
		return out
	}
	if field.Suggest == nil {
		return nil
	}
	return field.Suggest(f.values)
}

// Verb is what sending the form is called.
func (f *Form) Verb() string { return f.opts.Verb }

// Act is an action of the form by its name: "submit", "leave".
func (f *Form) Act(name string) tui.Action {
	for _, a := range f.Actions() {
		if a.Name == name {
			return a
		}
	}
	return tui.Action{}
}

// suggest fills in the proposal after the one that the field holds.
func (f *Form) suggest() tea.Cmd {
	field := f.field()
	all := field.Suggest(f.values)
	if len(all) == 0 {
		return tui.Toast(tui.Muted, "No suggestions for this field")
	}
	next := all[(slices.Index(all, f.values[field.Key])+1)%len(all)]
	f.set(field.Key, next)
	f.proposed[field.Key] = true
	f.focus()
	return nil
}
