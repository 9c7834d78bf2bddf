package form

import "flarewire/tui"

// What line mode needs to ask a form's questions one by one. The form stays the one that holds the values,
// checks them and goes on to the review.

// Sections are the form's parts.
func (f *Form) Sections() []Section { return f.opts.Sections }

// Shows tells whether a field belongs to the form as it is filled in now.
func (f *Form) Shows(field Field) bool { return field.When == nil || field.When(f.values) }

// Value is what the field with the key holds.
func (f *Form) Value(key string) string { return f.values[key] }

// Finding is what there is to say about a field: what the server refused, else what the rules say.
func (f *Form) Finding(field Field) Finding { return f.check(field) }

// Answer puts a value into a field; a fixed one keeps its own.
func (f *Form) Answer(field Field, value string) {
	if field.Fixed != "" {
		return
	}
	f.set(field.Key, value)
	f.focus()
}

// Proposals are the values that the field proposes.
func (f *Form) Proposals(field Field) []string {
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
