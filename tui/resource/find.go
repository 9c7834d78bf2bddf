package resource

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/textinput"

	"flarewire/tui"
)

// finder looks for words in a page.
type finder struct {
	input  textinput.Model
	typing bool
	none   bool // what is typed is nowhere
}

// findAction begins to look for words in the page.
func (d *Detail) findAction() tui.Action {
	return tui.Action{Name: "find", Keys: []string{"/"}, Short: "find", Class: tui.Common, Footer: true,
		Long: "Find text on this page; enter goes to the next match", Run: func() tea.Cmd {
			d.finding = finder{input: tui.NewInput("/"), typing: true}
			return d.finding.input.Focus()
		}}
}

// Capturing implements tui.Capturer.
func (d *Detail) Capturing() bool { return d.finding.typing }

// Prompt implements tui.Prompter.
func (d *Detail) Prompt(c tui.Canvas) string {
	text := tui.DrawInput(&d.finding.input, c.Width/2)
	hint := "  enter: the next one   esc: stay here"
	if d.finding.none {
		hint = "  not on this page"
	}
	return text + tui.Text(tui.Muted, hint).Paint(c.Theme, c.Width-tui.Width(text))
}

// findKey is a key while words are looked for.
func (d *Detail) findKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		d.finding.typing = false
		return nil
	case "enter", "down":
		d.lookFor(1)
		return nil
	case "backspace":
		if d.finding.input.Value() == "" {
			d.finding.typing = false
			return nil
		}
	}
	var cmd tea.Cmd
	d.finding.input, cmd = d.finding.input.Update(msg)
	d.lookFor(0)
	return cmd
}

// lookFor moves the cursor to the next field that has the words, from the one under it on.
func (d *Detail) lookFor(from int) {
	words := strings.ToLower(d.finding.input.Value())
	d.finding.none = false
	if words == "" {
		return
	}
	var texts []string
	for _, s := range d.order {
		for i, f := range s.Fields {
			text := f.Label + " " + f.Value + " " + f.Note
			if i == 0 {
				text += " " + s.Title
			}
			texts = append(texts, strings.ToLower(text))
		}
	}
	for i := range texts {
		at := (d.field + from + i) % len(texts)
		if strings.Contains(texts[at], words) {
			d.field, d.moved = at, true
			return
		}
	}
	d.finding.none = true
}
