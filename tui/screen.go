package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// View implements tea.Model. It is the one place that decides about alternate screen and title.
func (a *App) View() tea.View {
	v := tea.NewView(a.Screen())
	v.AltScreen = true
	v.WindowTitle = a.opts.Name
	v.KeyboardEnhancements.ReportAlternateKeys = true // see arrived
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
	canvas.Memory = a.memory()
	canvas.Idle = canvas.Now.Sub(a.touched) >= idleAfter
	canvas.Held = !canvas.Idle && a.pressedOn == a.top()
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
	// What is said takes whole lines over the page and moves none of it.
	message := a.message(canvas, canvas.Height-len(body))
	if a.palette.open {
		message = append(a.palette.drawList(canvas), message...)
	}
	lines = append(a.covered(canvas, lines, message), a.footer(canvas))
	screen := strings.Join(lines, "\n")
	if a.dialog != nil {
		screen = a.dialog.over(screen, canvas, a.height)
	}
	if a.theme.Glyphs == ASCIIGlyphs {
		return toASCII(screen)
	}
	return screen
}

// covered puts a message over the last lines of the page and the one below them. Where the row under the cursor is among these, what is
// said stands above it: no row moves, and the one that it is about is seen.
func (a *App) covered(c Canvas, lines, message []string) []string {
	first := len(lines) - len(message) + 1
	under := slices.IndexFunc(lines[first:], func(line string) bool {
		return strings.HasPrefix(strings.TrimLeft(ansi.Strip(line), " "), c.Theme.Glyphs.Cursor)
	})
	if under += first; under < first || a.palette.open || under-len(message) < 1 {
		return append(lines[:first], message...)
	}
	copy(lines[under-len(message):], message)
	return append(lines, "")
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
	parts := nonEmpty(Clean(id.Account), id.Source, id.Recorder, id.Host)
	account := strings.Join(parts, " "+c.Theme.Glyphs.Dot+" ")
	room := c.Width - right.Width() - 2
	// The account is cut before the place where one is, but its beginning stays.
	crumbs := a.crumbs(room - 3 - min(Width(account), room/3))
	crumbs = cutTo(crumbs, room)
	left := crumbs
	if free := room - Width(crumbs) - 3; free >= 8 {
		for len(parts) > 1 && Width(account) > free { // a whole part less: half a word says nothing
			const least = 8 // of the account, beside whose credential it is
			if len(parts) == 2 && strings.HasPrefix(parts[1], "env ") {
				// the account's name says more than a variable's
				parts[1] = "env"
				account = strings.Join(parts, " "+c.Theme.Glyphs.Dot+" ")
				continue
			}
			if room := free - Width(parts[1]) - 3; len(parts) == 2 && room >= least && Width(parts[0]) > room {
				parts[0] = cutTo(parts[0], room)
			} else {
				parts = parts[:len(parts)-1]
			}
			account = strings.Join(parts, " "+c.Theme.Glyphs.Dot+" ")
		}
		left = crumbs + Spaces(2) + FitRight(cutTo(account, free), free)
	}
	line := " " + Fit(left, room) + " "
	return c.Theme.Paint(Bar, line) + right.Paint(c.Theme, right.Width())
}

// cutTo is s in at most so many cells.
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
	titles = slices.Compact(titles) // a review that leads to another one is one step to the eye
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
	if !ok || !st.Updated.IsZero() || st.Err != "" {
		a.awaited.view = nil
	}
	if !ok {
		return nil
	}
	g := a.theme.Glyphs
	switch {
	case st.Updated.IsZero() && st.Err != "":
		return Line{{" " + g.Down + " no data ", Bad}}
	case st.Updated.IsZero():
		return a.loading(c.Now)
	}
	age := c.Now.Sub(st.Updated)
	if st.Err != "" || (st.Every > 0 && age > 2*st.Every+ageStep) {
		text := Age(age)
		if text == "now" {
			text = "<" + Age(ageStep) // "stale now" would contradict itself
		}
		return Line{{" " + g.Pending + " stale " + text + " ", Pending}}
	}
	return Line{{" " + g.Up + " " + Fit(old(c.AgeOf(st.Updated, st.Every)), 8) + " ", Good}}
}

// old is the age of data as the header says it.
func old(age string) string {
	if age == "now" {
		return "fresh"
	}
	return age + " old"
}

// patient is how long a page's first data may take before the header says how long it has taken.
const patient = 2 * ageStep

// loading says that the top page waits for its first data, and for how long when that is unusual: that a server hangs is known before the
// request has timed out.
func (a *App) loading(now time.Time) Line {
	if a.awaited.view != a.top() {
		a.awaited.view, a.awaited.since = a.top(), now
	}
	if waited := now.Sub(a.awaited.since); waited >= patient {
		return Line{{" loading " + Age(waited) + " ", Pending}}
	}
	return Line{{" loading… ", Muted}}
}

// maxMessage is how many lines of the screen a message may take.
const maxMessage = 3

// message is what stands above the footer: a prompt, toasts, or the reason why the data is not fresh. It is one line, and more only over
// free lines of the page: nothing moves because something is said. A toast, which goes by itself, may also stand over what is there.
func (a *App) message(c Canvas, free int) []string {
	if a.palette.open {
		return []string{DrawInput(&a.palette.input, c.Width/2)}
	}
	if p, ok := a.top().(Prompter); ok && a.capturing() {
		return []string{p.Prompt(c)}
	}
	if said := a.toastLines(c); len(said) > 0 {
		return said
	}
	if h, ok := a.top().(Hinter); ok {
		return hinted(c, h.Hint(c), 1+min(free, maxMessage-1))
	}
	most := 1 + min(free, maxMessage-1)
	switch st, _ := a.status(); {
	case st.Err != "":
		return sentence(c, Bad, c.Theme.Glyphs.Down+" ", Clean(st.Err), most)
	case st.Note != "":
		return sentence(c, Pending, c.Theme.Glyphs.Pending+" ", Clean(st.Note), most)
	}
	return []string{""}
}

// hinted wraps a page's hint on at most so many lines.
func hinted(c Canvas, text string, most int) []string {
	lines := Wrap(Clean(text), c.Width-2)
	if len(lines) > most {
		lines = append(lines[:most-1:most-1], clip(strings.Join(lines[most-1:], " "), c.Width-2))
	}
	for i, line := range lines {
		lines[i] = " " + c.Theme.Paint(Muted, line)
	}
	return lines
}

// readOn ends a sentence that has no room.
func readOn() string { return "… · " + KeyOf("notices", "!") + " reads it" }

// sentence wraps text behind a lead on at most so many lines. What does not fit ends at a word, and where the rest is.
func sentence(c Canvas, role Role, lead, text string, most int) []string {
	lead = " " + lead
	wrapped := Wrap(text, c.Width-Width(lead)-1)
	if len(wrapped) > most {
		last := Wrap(strings.Join(wrapped[most-1:], " "), c.Width-Width(lead)-1-Width(readOn()))[0]
		wrapped = append(wrapped[:most-1:most-1], strings.TrimRight(last, " ,;:.")+readOn())
	}
	lines := make([]string, len(wrapped))
	for i, line := range wrapped {
		lines[i] = Text(role, lead+line).Paint(c.Theme, c.Width)
		lead = Spaces(Width(lead))
	}
	return lines
}

// footer lists the keys that matter here: the page's own first, then those that every page has, as many as fit. How to go elsewhere, to get
// help and to go back stand at its end, always. A hint is whole or not there: the help has them all.
func (a *App) footer(c Canvas) string {
	if keys := a.modeKeys(); keys != nil {
		return hintLine(keys, c.Width).Paint(c.Theme, c.Width)
	}
	own, more, always := a.hints()
	tail := hintLine(always, c.Width)
	room := c.Width - tail.Width()
	line := hintLine(own, room)
	line = append(line, hintLine(more, room-line.Width())...)
	line = append(line, Span{Spaces(room - line.Width()), Plain})
	return append(line, tail...).Paint(c.Theme, c.Width)
}

// modeKeys are the keys while a dialog or the palette is open; nil when neither is.
func (a *App) modeKeys() []Action {
	key := func(k, short string) Action { return Action{Keys: []string{k}, Short: short} }
	var enter []Action // what it does now
	if d := a.dialog; d != nil && d.awake && d.selected >= 0 {
		enter = append(enter, key("enter", lowerFirst(d.Choices[d.selected].Label)))
	}
	switch {
	case a.dialog != nil && a.dialog.Confirm != "":
		return append(enter, key("esc", "cancel"))
	case a.dialog != nil:
		for i, choice := range a.dialog.Choices {
			if i != a.dialog.selected && choice.Key != "" {
				enter = append(enter, key(choice.Key, lowerFirst(choice.Label)))
			}
		}
		return append(enter, key("tab", "switch"), key("esc", "cancel"))
	case a.palette.open:
		return []Action{key("enter", "open"), key("↑↓", "choose"), key("tab", "complete"), key("esc", "close")}
	}
	return nil
}

// hintLine writes hints as long as they fit.
func hintLine(actions []Action, width int) Line {
	var line Line
	for _, action := range actions {
		if action.KeyLabel() == "" {
			continue // it was given no key
		}
		hint := Line{{" ", Plain}, {action.KeyLabel(), Accent}, {" " + action.Short + " ", Plain}}
		if width -= hint.Width(); width < 0 {
			break
		}
		line = append(line, hint...)
	}
	return line
}

// hints are the footer's actions: the page's own, those that every page has, and those that are shown whatever the room. What the state of
// the row asks for goes first. What cannot act now has no room there: the help has it, with the reason.
func (a *App) hints() (own, more, always []Action) {
	var out []Action // of the page's own: the way out of a form
	for _, action := range a.top().Actions() {
		switch {
		case !action.Footer:
		case slices.Contains(action.Keys, "esc"):
			out = append(out, action)
		case action.Why != "":
		case action.Class == Common:
			more = append(more, action)
		default:
			own = append(own, action)
		}
	}
	rank := func(x Action) int {
		switch {
		case slices.Contains(x.Keys, "enter"):
			return 0
		case x.Wanted:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(own, func(x, y Action) int { return cmp.Compare(rank(x), rank(y)) })
	if a.capturing() {
		for _, action := range a.anywhere() {
			if !a.taken(action.Keys[0]) {
				always = append(always, action)
			}
		}
		return own, more, append(always, out...)
	}
	for _, action := range a.Actions() {
		name := action.Name
		action.Keys, action.Name = slices.DeleteFunc(slices.Clone(action.Bound()), a.taken), "" // they hold as they are
		switch {
		case len(action.Keys) == 0 || !action.Footer:
		case name == "quit":
			more = append(more, action)
		case name == "back":
			action.Short = a.backTo()
			always = append(always, action)
		default:
			always = append(always, action)
		}
	}
	return own, more, append(always, out...)
}

// maxBack is how much of a title the footer has room for.
const maxBack = 20

// backTo is where esc leads, by the title of the page.
func (a *App) backTo() string {
	if n := len(a.trail.past); n > 0 {
		if title := Clean(topOf(a.trail.past[n-1]).Title()); Width(title) <= maxBack {
			return title
		}
	}
	return "back"
}

// taken reports whether the top view has an action of its own on the key, which then goes first.
func (a *App) taken(key string) bool {
	_, found := find(key, a.top().Actions())
	return found
}
