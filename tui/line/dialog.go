package line

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// ask puts a dialog's question. An empty answer is the safe one; where a name must be typed, nothing else
// counts.
func (r *runner) ask(d *tui.Dialog) {
	r.told()
	r.c.say("", d.Title)
	for _, l := range d.Lines {
		var text strings.Builder
		for _, span := range l {
			text.WriteString(span.Text)
		}
		r.c.say(text.String())
	}
	if d.Confirm != "" {
		r.confirm(d)
		return
	}
	for i, c := range d.Choices {
		text := strconv.Itoa(i+1) + "  " + c.Label
		if i == 0 {
			text += " (return alone)"
		}
		r.c.say(text)
	}
	for r.l.Dialog() == d && !r.ended {
		text, g := r.question("Choose [1]:", nil)
		if g != gotLine {
			return
		}
		if i := choice(d, text); i >= 0 {
			r.answer(i)
			return
		}
		r.c.say("That is none of the answers: type a number from 1 to " + strconv.Itoa(len(d.Choices)) + ", or the answer itself.")
	}
}

// answer gives the dialog's answer with this number.
func (r *runner) answer(i int) {
	view := r.l.Top()
	r.do(func() tea.Cmd { return r.l.Answer(i) }, shortly)
	if !r.told() && r.l.Dialog() == nil && r.l.Top() == view && i == 0 {
		r.c.say("Cancelled.")
	}
}

// choice is the answer that a text means; -1 for none.
func choice(d *tui.Dialog, text string) int {
	if text == "" {
		return 0
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n >= 1 && n <= len(d.Choices) {
			return n - 1
		}
		return -1
	}
	for i, c := range d.Choices {
		if strings.EqualFold(c.Label, text) || c.Key == text {
			return i
		}
	}
	return -1
}

// confirm wants the name typed.
func (r *runner) confirm(d *tui.Dialog) {
	for r.l.Dialog() == d && !r.ended {
		text, g := r.question("Type "+d.Confirm+" to confirm, or return to cancel:", nil)
		if g != gotLine {
			return
		}
		switch {
		case text == "":
			r.answer(0)
		case d.Confirms(text):
			r.answer(1)
		default:
			r.c.say("That is not the name.")
		}
	}
}
