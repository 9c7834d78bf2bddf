package form

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// A Pick is a line until the cursor is on it; then its options are a list below it. Typing filters the list, up and down choose from
// it, and what is under the cursor is the value at once, so that checks and explanations follow every key.

// picker is the list of the field under the cursor.
type picker struct {
	control
	options []Option // what it was made of
	ticks   []string // of a Many: what is chosen, without what is being typed
	apart   bool     // a word was typed and ended: more blanks and commas only keep it apart from the next one
}

// Options are what a field can be chosen from now.
func (f *Form) Options(field Field) []Option {
	if field.ChoicesNow != nil {
		return field.ChoicesNow(f.values)
	}
	return field.Choices
}

func (k Control) picks() bool { return k == Pick || k == Many }

// openList makes the list of the field under the cursor.
func (f *Form) openList(field *Field) {
	f.list = &picker{}
	if field.Control == Many {
		f.list.ticks = Words(f.values[field.Key])
	}
	f.relist(field, f.values[field.Key])
}

// Words splits the value of a Many, which may have been typed with commas.
func Words(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' })
}

// relist makes the list anew: for other options, or for another filter.
func (f *Form) relist(field *Field, at string) {
	typed := strings.TrimSpace(f.input.Value())
	f.list.options = f.Options(*field)
	options := f.list.options
	for _, tick := range slices.Backward(f.list.ticks) {
		if index(options, tick) < 0 {
			options = slices.Insert(slices.Clone(options), 0, Option{Value: tick, Label: tick})
		}
	}
	switch i := exact(options, typed); {
	case typed == "":
		if field.Control == Pick && field.Free && at != "" && index(options, at) < 0 {
			options = slices.Insert(slices.Clone(options), 0, Option{Value: at, Label: at})
		}
	case i >= 0: // what was written out comes first
		options = slices.Concat(options[i:i+1], options[:i], options[i+1:])
	case field.Free && f.passes(field, typed):
		options = slices.Insert(slices.Clone(options), 0, Option{Value: typed, Label: typed})
	}
	f.list.control = newList(field.Control, options, f.list.ticks, at, typed)
}

// passes reports whether a typed text is a value by itself.
func (f *Form) passes(field *Field, typed string) bool {
	if field.Check == nil {
		return true
	}
	values := f.Values()
	values[field.Key] = strings.Join(append(slices.Clone(f.list.ticks), typed), " ")
	if field.Control == Pick {
		values[field.Key] = typed
	}
	return !field.Check(values[field.Key], values).Blocks()
}

func index(options []Option, value string) int {
	return slices.IndexFunc(options, func(o Option) bool { return o.Value == value })
}

// exact is the option that is written out, by its value or its label.
func exact(options []Option, text string) int {
	return slices.IndexFunc(options, func(o Option) bool { return strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) })
}

// meant is what the typed text stands for: what the list has under the cursor, else the text itself.
func (f *Form) meant() string {
	typed := strings.TrimSpace(f.input.Value())
	if typed == "" {
		return ""
	}
	if value, ok := f.list.hovered(); ok {
		return value
	}
	return typed
}

// pickEdit takes a key or a pasted text for the list.
func (f *Form) pickEdit(field *Field, msg tea.Msg) tea.Cmd {
	before := f.input.Value()
	if key, ok := msg.(tea.KeyPressMsg); ok {
		if field.Control == Many && (key.String() == "," || key.String() == "space") {
			if before == "" && (f.list.apart || key.String() == ",") {
				return nil
			}
			return f.tick()
		}
		f.list.apart = false
		if before == "" && (key.String() == "backspace" || key.String() == "ctrl+u") {
			f.takeBack(field, key.String() == "ctrl+u")
			return nil
		}
	}
	if field.Control == Many && f.proposed[field.Key] && replaces(msg) {
		f.list.ticks = nil
	}
	if paste, ok := msg.(tea.PasteMsg); ok && field.Control == Many && len(Words(paste.Content)) > 1 {
		f.list.ticks = append(f.list.ticks, Words(paste.Content)...)
		f.choose(field)
		return nil
	}
	f.input, _ = f.input.Update(msg)
	if f.input.Value() != before {
		f.relist(field, "")
		f.choose(field)
	}
	return nil
}

// takeBack empties a field that nothing is being typed into: all of it, or of a Many what was chosen last.
func (f *Form) takeBack(field *Field, all bool) {
	if n := len(f.list.ticks); n > 0 && !all {
		f.list.ticks = f.list.ticks[:n-1]
	} else {
		f.list.ticks = nil
		if field.Control == Pick {
			f.set(field.Key, "")
		}
	}
	f.relist(field, "")
	if field.Control == Many {
		f.choose(field)
	}
}

// choose puts what is chosen now into the value.
func (f *Form) choose(field *Field) {
	if field.Control == Pick {
		if strings.TrimSpace(f.input.Value()) != "" {
			f.set(field.Key, f.meant())
		}
		return
	}
	chosen := slices.Clone(f.list.ticks)
	if word := f.meant(); word != "" && !slices.Contains(chosen, word) {
		chosen = append(chosen, word)
	}
	f.set(field.Key, strings.Join(chosen, " "))
}

// tick ticks what is typed or under the cursor, or takes its tick away, and ends the filter.
func (f *Form) tick() tea.Cmd {
	field := f.field()
	value, ok := f.list.hovered()
	if typed := f.meant(); typed != "" {
		value, ok, f.list.apart = typed, true, true
	}
	if !ok {
		return nil
	}
	if i := slices.Index(f.list.ticks, value); i >= 0 {
		f.list.ticks = slices.Delete(slices.Clone(f.list.ticks), i, i+1)
	} else {
		f.list.ticks = append(slices.Clone(f.list.ticks), value)
	}
	if f.input.Value() == "" && slices.ContainsFunc(f.list.options, func(o Option) bool { return o.Value == value }) {
		f.list.toggle() // the list stays as it is, with its cursor
	} else {
		f.input.SetValue("")
		f.relist(field, value)
	}
	f.choose(field)
	return nil
}

// browse goes through the options; of a Pick the one it comes to is the value.
func (f *Form) browse(by int) func() tea.Cmd {
	return func() tea.Cmd {
		field := f.field()
		if _, ok := f.list.hovered(); !ok {
			return tui.Toast(tui.Muted, "There is nothing to choose from here")
		}
		if index(f.list.options, f.values[field.Key]) < 0 && field.Control == Pick && f.values[field.Key] == "" {
			by -= min(1, max(0, by)) // nothing is chosen yet: down begins with the first
		}
		f.list.apart = false
		f.list.move(by)
		if value, ok := f.list.hovered(); ok && field.Control == Pick {
			f.set(field.Key, value)
		}
		return f.takePending()
	}
}

// takeHovered fills in what the cursor is on where a value is needed and none was chosen.
func (f *Form) takeHovered() {
	field := f.field()
	if field == nil || field.Control != Pick || f.list == nil || f.values[field.Key] != "" || !f.check(*field).Blocks() {
		return
	}
	if value, ok := f.list.hovered(); ok {
		f.set(field.Key, value)
	}
}

// refresh makes the list anew when there are other options now.
func (f *Form) refresh() {
	field := f.field()
	if f.list == nil || field == nil || slices.Equal(f.Options(*field), f.list.options) {
		return
	}
	at, _ := f.list.hovered()
	f.relist(field, at)
}

// pickActions are the keys of a list.
func (f *Form) pickActions(field *Field) []tui.Action {
	out := []tui.Action{
		{Name: "next-option", Keys: []string{"down", "ctrl+n"}, Short: "choose", Footer: true, Long: "Move down in the list; typing filters it",
			Run: f.browse(1)},
		{Name: "previous-option", Keys: []string{"up", "ctrl+p"}, Long: "Move up in the list", Run: f.browse(-1)},
	}
	if field.Control == Many {
		out = append(out, tui.Action{Name: "tick", Keys: []string{"space"}, Short: "tick", Footer: true,
			Long: "Tick or untick the option under the cursor",
			Run:  func() tea.Cmd { return f.pickEdit(field, tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}) }})
	}
	return out
}

// picked is the value of a Pick or Many on its line.
func (f *Form) picked(c tui.Canvas, field Field, here bool, width int) string {
	if !here {
		return tui.Text(tui.Plain, tui.Clean(f.label(field))).Paint(c.Theme, width)
	}
	ticks := ""
	if field.Control == Many {
		ticks = strings.Join(f.list.ticks, " ")
	} else if f.input.Value() == "" {
		ticks = f.label(field)
	}
	ticks = tui.Clean(ticks)
	if field.Control == Many && ticks != "" {
		ticks += " "
	}
	room := max(8, width-1-tui.Width(ticks))
	if f.input.Value() == "" && (field.Control == Pick || ticks == "") {
		line := tui.Line{{Text: ticks, Role: tui.Strong}}
		note := "type to filter"
		if field.Control == Many {
			note = "space ticks, typing filters"
		} else if f.proposed[field.Key] && ticks != "" {
			note = "suggested: type to filter"
		}
		if tui.Width(ticks)+2+len(note) <= width {
			line = append(line, tui.Span{Text: strings.Repeat(" ", min(2, len(ticks))) + note, Role: tui.Muted})
		}
		return line.Paint(c.Theme, width)
	}
	return c.Theme.Paint(tui.Strong, tui.Fit(ticks, min(tui.Width(ticks), max(0, width-10)))) + tui.DrawInput(&f.input, min(room, width-1))
}

// label is what the value of a field is called.
func (f *Form) label(field Field) string {
	value := f.values[field.Key]
	if field.Free || field.Control == Many {
		return value
	}
	if options := f.Options(field); index(options, value) >= 0 {
		return options[index(options, value)].Label
	}
	return value
}

// listed are the lines of the list below the field under the cursor.
func (f *Form) listed(c tui.Canvas) []string {
	field := f.field()
	if field == nil || !field.Control.picks() || field.ReadOnlyWhy != "" || f.list == nil {
		return nil
	}
	indent := belowIndent
	var out []string
	if _, ok := f.list.hovered(); ok {
		for _, line := range f.list.draw(c.Theme, c.Width-indent-1) {
			out = append(out, tui.Spaces(indent)+line)
		}
	}
	n := len(f.list.options)
	note := ""
	switch {
	case n == 0 && field.Free:
		note = "No choices are known: type the value"
	case n == 0:
		note = "There are no choices"
	case len(out) == 0:
		note = "No match among " + strconv.Itoa(n)
	case f.input.Value() != "":
		note = "of " + strconv.Itoa(n) + "; the marked one is used"
	case n > listRows:
		note = strconv.Itoa(n) + " in all"
	default:
		return out
	}
	return append(out, tui.Spaces(indent)+tui.Text(tui.Muted, note).Paint(c.Theme, c.Width-indent-1))
}
