package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// View implements tea.Model. It is the one place that decides about alternate screen and title.
func (a *App) View() tea.View {
	v := tea.NewView(a.Screen())
	v.AltScreen = true
	v.WindowTitle = a.opts.Name
	return v
}

// Screen draws the whole screen: at most as many lines as the screen has, none wider than it.
func (a *App) Screen() string {
	if a.width == 0 {
		return ""
	}
	layout := Arrange(a.width, a.height)
	if !layout.Fits {
		return tooSmall(a.width, a.height)
	}
	canvas := Canvas{Width: layout.Body.W, Height: layout.Body.H, Theme: a.theme, Now: a.opts.Now()}
	canvas.Calm = canvas.Now.Sub(a.touched) >= calmAfter
	message := a.message(canvas)
	canvas.Height -= len(message) - 1
	lines := make([]string, 0, a.height)
	lines = append(lines, a.header(canvas))
	body := a.top().Draw(canvas)
	if len(body) > canvas.Height {
		body = body[:canvas.Height]
	}
	lines = append(lines, body...)
	for len(lines) < layout.Body.Y+canvas.Height {
		lines = append(lines, "")
	}
	lines = append(append(lines, message...), a.footer(canvas))
	screen := strings.Join(lines, "\n")
	if a.dialog != nil {
		screen = a.dialog.over(screen, canvas, a.height)
	}
	if a.theme.Glyphs == ASCIIGlyphs {
		return toASCII(screen)
	}
	return screen
}

func tooSmall(width, height int) string {
	text := fmt.Sprintf("Terminal too small: flarewire needs %dx%d, this is %dx%d.", MinWidth, MinHeight, width, height)
	lines := Wrap(text, max(width, 1))
	return strings.Join(lines[:min(len(lines), max(height, 1))], "\n")
}

// header is the first line: where one is, on which account, how fresh the data is.
func (a *App) header(c Canvas) string {
	id := a.identity()
	right := Line{}
	if id.Production {
		right = append(right, Span{" PRODUCTION ", Alarm}, Span{" ", Plain})
	}
	if id.ReadOnly {
		right = append(right, Span{"read-only ", Pending})
	}
	right = append(right, a.freshness(c)...)
	account := strings.Join(nonEmpty(Clean(id.Account), id.Source, id.Beside, id.Host), " "+c.Theme.Glyphs.Dot+" ")
	room := c.Width - right.Width() - 2
	// The account is cut before the place where one is, but its beginning stays.
	crumbs := a.crumbs(room - 3 - min(Width(account), room/3))
	left := crumbs
	if free := room - Width(crumbs) - 3; free >= 8 {
		left = crumbs + Spaces(2) + FitRight(cutTo(account, free), free)
	}
	line := " " + Fit(left, room) + " "
	return c.Theme.Paint(Bar, line) + right.Paint(c.Theme, right.Width())
}

func cutTo(s string, width int) string { return strings.TrimRight(Fit(s, width), " ") }

func (a *App) identity() Identity {
	if a.opts.Identity == nil {
		return Identity{}
	}
	return a.opts.Identity()
}

func nonEmpty(parts ...string) []string {
	out := parts[:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (a *App) crumbs(room int) string {
	titles := make([]string, len(a.stack))
	for i, v := range a.stack {
		titles[i] = Clean(v.Title())
	}
	crumb := " " + a.theme.Glyphs.Crumb + " "
	for len(titles) > 2 && Width(strings.Join(titles, crumb)) > room {
		// The beginning is known best: everybody has just come from there.
		titles = append([]string{Ellipsis}, titles[2:]...)
	}
	return strings.Join(titles, crumb)
}

// status is that of the top view. A page that is fetched seldom does not look well until its own turn comes, when others
// have found out already that nobody answers.
func (a *App) status() (Status, bool) {
	s, ok := a.top().(StatusReporter)
	if !ok {
		return Status{}, false
	}
	st := s.Status()
	if st.Err == "" && st.Every > 0 && a.opts.Outage != nil {
		st.Err = a.opts.Outage(st.Updated)
	}
	return st, true
}

// freshness is the age of what the top view shows. Old data is never shown as fresh: after two missed
// rounds the age is marked.
func (a *App) freshness(c Canvas) Line {
	st, ok := a.status()
	if !ok {
		return nil
	}
	g := a.theme.Glyphs
	switch {
	case st.Updated.IsZero() && st.Err != "":
		return Line{{" " + g.Down + " no data ", Bad}}
	case st.Updated.IsZero():
		return Line{{" loading… ", Muted}}
	}
	age := c.Now.Sub(st.Updated)
	if st.Err != "" || (st.Every > 0 && age > 2*st.Every+ageStep) {
		text := Age(age)
		if text == "now" {
			text = "<" + Age(ageStep) // "stale now" would contradict itself
		}
		return Line{{" " + g.Pending + " stale " + text + " ", Pending}}
	}
	return Line{{" " + g.Up + " " + FitRight(c.AgeOf(st.Updated, st.Every), 4) + " ", Good}}
}

// maxMessage is how many lines of the screen a message may take.
const maxMessage = 3

// message is what stands above the footer: a prompt, a toast, or the reason why the data is not fresh. It
// is one line at least, and more only for a sentence that would otherwise be cut before it says what to do.
func (a *App) message(c Canvas) []string {
	if a.palette.open {
		return []string{a.palette.draw(c)}
	}
	if p, ok := a.top().(Prompter); ok && a.capturing() {
		return []string{p.Prompt(c)}
	}
	if a.toast.text != "" {
		return sentence(c, a.toast.role, "", a.toast.text)
	}
	if h, ok := a.top().(Hinter); ok {
		return []string{h.Hint(c)}
	}
	switch st, _ := a.status(); {
	case st.Err != "":
		return sentence(c, Bad, c.Theme.Glyphs.Down+" ", Clean(st.Err))
	case st.Note != "":
		return sentence(c, Pending, c.Theme.Glyphs.Pending+" ", Clean(st.Note))
	}
	return []string{""}
}

// sentence wraps text behind a lead on at most maxMessage lines.
func sentence(c Canvas, role Role, lead, text string) []string {
	lead = " " + lead
	wrapped := Wrap(text, c.Width-Width(lead)-1)
	if len(wrapped) > maxMessage {
		wrapped = append(wrapped[:maxMessage-1], strings.Join(wrapped[maxMessage-1:], " "))
	}
	lines := make([]string, len(wrapped))
	for i, line := range wrapped {
		lines[i] = Text(role, lead+line).Paint(c.Theme, c.Width)
		lead = Spaces(Width(lead))
	}
	return lines
}

// footer lists the keys that matter here, as many as fit; how to get help and out is always among them.
func (a *App) footer(c Canvas) string {
	if keys := a.modeKeys(); keys != nil {
		return hintLine(keys, c.Width).Paint(c.Theme, c.Width)
	}
	own, always := a.hints()
	tail := hintLine(always, c.Width)
	line := hintLine(own, c.Width-tail.Width())
	return append(line, tail...).Paint(c.Theme, c.Width)
}

// modeKeys are the keys while a dialog or the palette is open; nil when neither is.
func (a *App) modeKeys() []Action {
	key := func(k, short string) Action { return Action{Keys: []string{k}, Short: short} }
	switch {
	case a.dialog != nil && a.dialog.Confirm != "":
		return []Action{key("enter", "do it, with the name typed"), key("esc", "do nothing")}
	case a.dialog != nil:
		return []Action{key("tab", "other answer"), key("enter", "choose"), key("esc", "do nothing")}
	case a.palette.open:
		return []Action{key("enter", "go"), key("tab", "next suggestion"), key("esc", "close")}
	}
	return nil
}

// hintLine writes hints as long as they fit.
func hintLine(actions []Action, width int) Line {
	var line Line
	for _, action := range actions {
		hint := Line{{" ", Plain}, {action.KeyLabel(), Accent}, {" " + action.Short + " ", Plain}}
		if action.Why != "" {
			// Not by its colour alone: what cannot be done now stands in parentheses.
			hint = Line{{" (" + action.KeyLabel() + " " + action.Short + ")", Muted}, {" ", Plain}}
		}
		if width -= hint.Width(); width < 0 {
			break
		}
		line = append(line, hint...)
	}
	return line
}

// hints are the footer's actions: those of the view, and those that are shown whatever the room. While
// the view takes text, the frame's keys do not act and are not shown.
func (a *App) hints() (own, always []Action) {
	for _, action := range a.top().Actions() {
		if action.Footer {
			own = append(own, action)
		}
	}
	if a.capturing() {
		return own, nil
	}
	for _, action := range a.Actions() {
		action.Keys = slices.DeleteFunc(slices.Clone(action.Keys), a.taken)
		switch {
		case len(action.Keys) == 0:
		case action.Name == "help" || action.Name == "quit" || (action.Name == "back" && action.Footer):
			always = append(always, action)
		case action.Footer:
			own = append(own, action)
		}
	}
	return own, always
}

// taken reports whether the top view has an action of its own on the key, which then goes first.
func (a *App) taken(key string) bool {
	_, found := find(key, a.top().Actions())
	return found
}
