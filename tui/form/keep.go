package form

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// focus loads the field under the cursor into the input.
func (f *Form) focus() {
	field := f.field()
	f.list = nil
	if field == nil || field.Control == Choice || field.ReadOnlyWhy != "" {
		f.input.Blur()
		return
	}
	f.input.EchoMode = textinput.EchoNormal
	if field.Control.picks() {
		f.input.SetValue("")
		f.input.Focus()
		f.openList(field)
		return
	}
	if field.Control == Secret {
		f.input.EchoMode = textinput.EchoPassword
	}
	f.input.SetValue(f.values[field.Key])
	f.loaded = f.input.Value()
	f.input.CursorEnd()
	f.input.Focus()
}

// commitInput takes what is in the input into the values.
func (f *Form) commitInput() {
	// Only what was typed: the input shows line breaks as blanks, and passing over a field must not change it.
	field := f.field()
	switch {
	case field == nil || !f.input.Focused() || field.Control == Choice:
	case f.list != nil: // what is chosen is in the values at every key
		if f.input.Value() != "" {
			f.focus()
		}
	case f.input.Value() != f.loaded:
		f.set(field.Key, f.input.Value())
		f.loaded = f.input.Value()
	}
}

// read puts what the text of the field means in its place, now that it is left.
func (f *Form) read() {
	field := f.field()
	if field == nil || field.Normalize == nil || field.ReadOnlyWhy != "" {
		return
	}
	if value := field.Normalize(f.values[field.Key]); value != f.values[field.Key] {
		f.set(field.Key, value)
		f.focus()
	}
}

func (f *Form) set(key, value string) {
	delete(f.proposed, key)
	if f.values[key] != value {
		f.values[key], f.done = value, false
		// What the server objected to may be about any field of the form as it was.
		clear(f.refused)
		if field := f.fieldByKey(key); field != nil && field.Changed != nil {
			f.pending = tea.Batch(f.pending, field.Changed(f.Values()))
		}
	}
}
