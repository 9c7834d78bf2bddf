package table

import (
	"fmt"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// typing is the filter while it is typed.
type typing struct {
	input  textinput.Model
	made   bool
	on     bool
	before string // the filter before it was edited, for esc
	meant  string // id of the row that the cursor was put on
}

// Filtering reports whether the filter is being typed: keys go to FilterKey.
func (t *grid) Filtering() bool { return t.typing.on }

// StartFilter begins to type the filter.
func (t *grid) StartFilter() tea.Cmd {
	if !t.typing.made {
		t.typing.input, t.typing.made = tui.NewInput("/"), true
	}
	t.typing.on, t.typing.before, t.typing.meant = true, t.filter, t.cursor
	t.typing.input.SetValue("")
	return t.typing.input.Focus()
}

// FilterKey takes a key, or what was pasted, while the filter is typed.
func (t *grid) FilterKey(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return t.edit(msg)
	}
	switch key.String() {
	case "enter":
		t.typing.on = false
	case "esc":
		t.SetFilter(t.typing.before)
		t.typing.on = false
	case "up":
		t.move(-1)
		t.typing.meant = t.cursor
	case "down":
		t.move(1)
		t.typing.meant = t.cursor
	case "backspace":
		if t.typing.input.Value() == "" {
			t.typing.on = false
			return nil
		}
		return t.edit(msg)
	default:
		return t.edit(msg)
	}
	return nil
}

func (t *grid) edit(msg tea.Msg) (cmd tea.Cmd) {
	if !t.typing.made {
		return nil
	}
	before := t.typing.input.Value()
	t.typing.input, cmd = t.typing.input.Update(msg)
	// It opens empty, and the filter that was there stays until something is typed.
	if text := t.typing.input.Value(); text != before {
		t.SetFilter(text)
	}
	return cmd
}

// FilterPrompt is the line in which the filter is typed, with how many rows pass.
func (t *grid) FilterPrompt(c tui.Canvas, count string) string {
	text := tui.DrawInput(&t.typing.input, c.Width/2)
	return text + Hints(c, c.Width-tui.Width(text), "  "+count, "   !word excludes", "   column:word looks in one")
}

// Hints are as many of the parts as fit into a width, each whole.
func Hints(c tui.Canvas, width int, parts ...string) string {
	var line tui.Line
	for _, part := range parts {
		if line.Width()+tui.Width(part) > width {
			break
		}
		line = append(line, tui.Span{Text: part, Role: tui.Muted})
	}
	return line.Paint(c.Theme, width)
}

// Count is how many rows pass, of how many where there is a filter.
func (t *grid) Count() string {
	if t.filter == "" {
		return fmt.Sprintf("%d", t.Total())
	}
	return fmt.Sprintf("%d of %d", t.Shown(), t.Total())
}

// TypingActions are the keys that mean something while text is typed into the line above the footer: it takes all others. keep is what
// enter does, and leave what esc does.
func TypingActions(keep, leave string) []tui.Action {
	return []tui.Action{{Keys: []string{"enter"}, Short: keep, Footer: true}, {Keys: []string{"esc"}, Short: leave, Footer: true}}
}

// FilterActions are the keys of the filter; while it is typed there are no others.
func (t *grid) FilterActions() []tui.Action {
	if t.typing.on {
		return TypingActions("keep", "as it was")
	}
	out := []tui.Action{{Name: "filter", Keys: []string{"/"}, Short: "filter", Footer: true, Class: tui.Common,
		Long: "Show only rows that contain the words you type", Run: t.StartFilter}}
	if t.filter != "" {
		out = append(out, tui.Action{Name: "clear-filter", Keys: []string{"esc"}, Short: "clear filter", Footer: true, Wanted: true,
			Long: "Show all rows again", Run: func() tea.Cmd { t.SetFilter(""); return nil }})
	}
	return out
}
