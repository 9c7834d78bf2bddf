package tui

import (
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// Dialog asks before something happens. Its first choice is the safe one and is selected; keys that
// were typed before the dialog was on the screen do not count.
type Dialog struct {
	Title   string
	Lines   []Line
	Choices []Choice
	// Harmless dialogs only choose what to do next: keys that were typed before they appeared count.
	Harmless bool
	// Confirm, when set, must be typed before any choice but the first can be taken, as Confirms compares it. ConfirmID may be typed in
	// its place.
	Confirm   string
	ConfirmID string

	input    textinput.Model
	selected int
	opened   time.Time
	awake    bool // keys count: settle is over
}

// Cancel is the answer that does nothing: the first one of every dialog that would do something.
const Cancel = "Cancel"

// Choice is one answer of a dialog, by its verb. The first choice of a dialog does nothing.
type Choice struct {
	Label string
	Key   string // a letter that takes it at once; shown beside it. None where somebody may be typing, or something is lost
	Run   func() tea.Cmd
}

type (
	dialogMsg struct{ dialog *Dialog }
	// awakeMsg says that keys count from now on.
	awakeMsg struct {
		dialog *Dialog
		opened time.Time // it may have been closed and opened again
	}
)

// settle is how long keys are swallowed after a dialog appeared: they were meant for what was there. Until then no answer is marked.
const settle = 300 * time.Millisecond

// Open shows a dialog over the screen.
func Open(d *Dialog) tea.Cmd {
	if d.Confirm != "" {
		d.input = NewInput("> ")
		d.input.Focus()
	}
	return func() tea.Msg { return dialogMsg{d} }
}

// ask puts a dialog over the screen.
func (a *App) ask(d *Dialog) tea.Cmd {
	a.dialog = d
	d.opened, d.awake = a.opts.Now(), d.Harmless
	if d.awake || a.lines != nil { // line mode asks in its own way
		return nil
	}
	return After(settle, awakeMsg{d, d.opened})
}

func (a *App) dialogKey(msg tea.KeyPressMsg) tea.Cmd {
	d := a.dialog
	if !d.awake && a.opts.Now().Sub(d.opened) < settle {
		return nil
	}
	d.awake = true
	if d.Confirm != "" {
		return a.nameKey(msg)
	}
	switch key := msg.String(); key {
	case "esc":
		return a.stay(d)
	case "enter":
		return a.choose(d.selected)
	case "tab", "right", "down":
		d.selected = (d.selected + 1) % len(d.Choices)
	case "shift+tab", "left", "up":
		d.selected = (d.selected + len(d.Choices) - 1) % len(d.Choices)
	default:
		return a.dialogText(key)
	}
	return nil
}

// stays is how long esc asks no more after it has closed the question of leaving: who presses it again and again sees one question, not
// one that comes and goes.
const stays = 3 * time.Second

// stay closes a question without an answer. Where esc had asked it, as a form does, the next esc does not ask it again at once.
func (a *App) stay(d *Dialog) tea.Cmd {
	a.dialog = nil
	if !a.capturing() {
		return nil
	}
	a.stayed.on, a.stayed.at = a.top(), a.opts.Now()
	return Toast(Muted, "Still here, nothing was lost. To leave: esc once more in a moment, then the answer "+
		d.Choices[len(d.Choices)-1].Label)
}

// again reports whether esc would ask what esc has just closed. Each such esc begins the time anew.
func (a *App) again(msg tea.KeyPressMsg) bool {
	if a.stayed.on == nil {
		return false
	}
	now := a.opts.Now()
	if msg.String() != "esc" || a.stayed.on != a.top() || now.Sub(a.stayed.at) >= stays {
		a.stayed.on = nil
		return false
	}
	a.stayed.at = now
	return true
}

// dialogText is a key that is neither movement nor an answer by enter: the letter of a choice.
func (a *App) dialogText(key string) tea.Cmd {
	for i, c := range a.dialog.Choices {
		if c.Key == key {
			return a.choose(i)
		}
	}
	return nil
}

// nameKey is a key in a dialog that wants a name typed: with the name, enter acts; with nothing typed it
// does nothing; with another name it says so.
func (a *App) nameKey(msg tea.KeyPressMsg) tea.Cmd {
	d := a.dialog
	switch msg.String() {
	case "esc":
		a.dialog = nil
		return Toast(Muted, "Cancelled: nothing was done")
	case "enter":
		switch {
		case d.confirmed():
			return a.choose(1)
		case d.input.Value() == "":
			a.dialog = nil
			return Toast(Muted, "Cancelled: nothing was done")
		}
		return Toast(Pending, "That is not the name: type "+d.Confirm+", or press esc to cancel")
	}
	var cmd tea.Cmd
	d.input, cmd = d.input.Update(msg)
	switch {
	case d.confirmed():
		d.selected = 1
	case d.input.Value() == "":
		d.selected = 0
	default:
		d.selected = noAnswer
	}
	return cmd
}

// noAnswer is what is selected while enter takes no answer: another name than the one that is asked for is typed.
const noAnswer = -1

func (a *App) dialogPaste() tea.Cmd {
	if a.dialog.Confirm == "" {
		return nil
	}
	// A name that must be typed is not to be pasted: typing it is the pause that the dialog is for.
	return Toast(Pending, "Type the name; pasting is off here on purpose")
}

func (d *Dialog) confirmed() bool { return d.Confirms(d.input.Value()) }

func (a *App) choose(i int) tea.Cmd {
	d := a.dialog
	a.dialog = nil
	if run := d.Choices[i].Run; run != nil {
		return run()
	}
	return nil
}

// maxTitle is how many lines the title and the name to type may take: a name of any length must not push the answers
// off the screen.
const maxTitle = 3

// over draws the dialog in the middle of the screen, over whole lines: no word beside it is torn.
func (d *Dialog) over(screen string, c Canvas, height int) string {
	inner := min(c.Width-8, 68)
	head := append(paintWrapped(Text(Strong, Clean(d.Title)), c.Theme, inner, maxTitle), "")
	var body []string
	for _, l := range d.Lines {
		body = append(body, wrapLine(l, c.Theme, inner)...)
	}
	var tail []string
	if d.Confirm != "" {
		tail = append(append(tail, ""), paintWrapped(Text(Strong, "Type "+Clean(d.Confirm)+" to confirm:"), c.Theme, inner, maxTitle)...)
		tail = append(tail, DrawInput(&d.input, inner-4))
	}
	tail = append(tail, "", d.buttons(c))
	// What must be typed and the answers are never cut off; what explains them is.
	if room := height - 4 - len(head) - len(tail); len(body) > room {
		body = append(body[:max(0, room-1)], c.Theme.Paint(Muted, "(more in the review behind this)"))
	}
	lines := slices.Concat(head, body, tail)
	box := lipgloss.NewStyle().Border(lipgloss.RoundedBorder()).Padding(0, 2).Width(c.Width).Render(strings.Join(lines, "\n"))
	y := max(0, (height-lipgloss.Height(box))/2)
	return lipgloss.NewCompositor(lipgloss.NewLayer(screen), lipgloss.NewLayer(box).Y(y).Z(1)).Render()
}

// wrapLine breaks a line of one role at words; one of several roles is cut, because it is a row.
func wrapLine(l Line, t *Theme, width int) []string {
	clean := make(Line, len(l))
	for i, span := range l {
		clean[i] = Span{Text: Clean(span.Text), Role: span.Role}
	}
	if len(clean) != 1 {
		return []string{clean.Paint(t, width)}
	}
	return paintWrapped(clean, t, width, 0)
}

// paintWrapped paints a line of one role on as many lines as it takes, but at most limit when that is not zero.
func paintWrapped(l Line, t *Theme, width, limit int) []string {
	var out []string
	texts := Wrap(l[0].Text, width)
	if limit > 0 && len(texts) > limit {
		texts = append(texts[:limit-1], clip(texts[limit-1], width))
	}
	for _, text := range texts {
		out = append(out, t.Paint(l[0].Role, text))
	}
	return out
}

func (d *Dialog) buttons(c Canvas) string {
	var parts []string
	for i, choice := range d.Choices {
		text := choice.Label
		if choice.Key != "" && choice.Key != text {
			text += " (" + choice.Key + ")"
		}
		label := " " + text + " "
		role := Plain
		switch {
		case !d.awake:
			role = Muted
		case i == d.selected:
			role = Selected
			label = c.Theme.Glyphs.Cursor + text + " "
		case i > 0 && !d.confirmed():
			role = Muted
		}
		parts = append(parts, c.Theme.Paint(role, label))
	}
	return strings.Join(parts, "   ")
}
