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
}

// Filtering reports whether the filter is being typed: keys go to FilterKey.
func (t *grid) Filtering() bool { return t.typing.on }

// StartFilter begins to type the filter.
func (t *grid) StartFilter() tea.Cmd {
	if !t.typing.made {
		t.typing.input, t.typing.made = tui.NewInput("/"), true
	}
	t.typing.on, t.typing.before = true, t.filter
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
		t.typing.on = false
		t.SetFilter(t.typing.before)
	case "up":
		t.move(-1)
	case "down":
		t.move(1)
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
	room := c.Width - tui.Width(text)
	hint := "  " + count
	for _, more := range []string{"   !word excludes, column:word looks in one", "   !word excludes, column:word", "   !word excludes"} {
		if tui.Width(hint+more) <= room {
			hint += more
			break
		}
	}
	return text + tui.Text(tui.Muted, hint).Paint(c.Theme, room)
}

// Count is how many rows pass, of how many where there is a filter.
func (t *grid) Count() string {
	if t.filter == "" {
		return fmt.Sprintf("%d", t.Total())
	}
	return fmt.Sprintf("%d of %d", t.Shown(), t.Total())
}

// FilterActions are the keys of the filter.
func (t *grid) FilterActions() []tui.Action {
	out := []tui.Action{{Name: "filter", Keys: []string{"/"}, Short: "filter", Footer: true, Class: tui.Common,
		Long: "Show only rows with these words", Run: t.StartFilter}}
	if t.filter != "" {
		out = append(out, tui.Action{Name: "clear-filter", Keys: []string{"esc"}, Short: "clear filter", Footer: true, Wanted: true,
			Long: "Show all rows again", Run: func() tea.Cmd { t.SetFilter(""); return nil }})
	}
	return out
}
