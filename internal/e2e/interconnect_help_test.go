package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/ptytest"
	"flarewire/internal/simedge"
)

// atPage opens the program on the account and jumps to a page by its palette name.
func atPage(t *testing.T, a *account, page, shown string, args ...string) *ptytest.Terminal {
	t.Helper()
	term := sit(t, ptytest.Options{Args: args, Env: a.env()})
	term.WaitText("q quit")
	jump(term, page, shown)
	return term
}

// jump goes to a page by its palette name and waits for a text on it.
func jump(term *ptytest.Terminal, page, shown string) {
	term.Type(":" + page)
	term.WaitText(":" + page)
	term.Press("enter")
	term.WaitFor("the page "+page, func(s ptytest.Screen) bool {
		return s.Contains(shown) && !s.Contains(":"+page) && footer(s) != ""
	})
}

// cursorLine is the line with the cursor of a list or a detail page.
func cursorLine(s ptytest.Screen) string {
	_, height := s.Size()
	for y := range height {
		if line := s.Line(y); strings.HasPrefix(line, "▌") || strings.HasPrefix(line, " ▌") {
			return line
		}
	}
	return ""
}

// moveTo moves the cursor of a list or a detail page down to the line with the text.
func moveTo(term *ptytest.Terminal, text string) {
	term.Press("g")
	for range 60 {
		line := cursorLine(term.Screen())
		if strings.Contains(line, text) {
			return
		}
		term.Press("j")
		term.WaitFor("the cursor to move on its way to "+text, func(s ptytest.Screen) bool {
			return cursorLine(s) != "" && cursorLine(s) != line
		})
	}
	term.WaitFor("the cursor on "+text, func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), text) })
}

// follow opens what the named line of a detail page leads to.
func follow(term *ptytest.Terminal, line, page string) {
	moveTo(term, line)
	term.Press("enter")
	term.WaitFor("the page "+page, on(page))
}

// fill writes a form: field after field from where the cursor stands; an empty text leaves a field as it
// is, "^" in front empties it first.
func fill(term *ptytest.Terminal, fields ...string) {
	term.WaitText("ctrl+s") // before it, the page that reads the object has the same title and takes no text
	for i, text := range fields {
		if rest, replaced := strings.CutPrefix(text, "^"); replaced {
			term.Press("ctrl+u")
			text = rest
		}
		term.Type(text)
		if i < len(fields)-1 {
			term.Press("tab")
		}
	}
}

// wake waits until a dialog takes keys: for a moment after it appears it swallows them, so that none
// hits it by accident. Moving between its answers, or a letter that is taken back, shows that the moment is
// over and decides nothing.
func wake(term *ptytest.Terminal, act string) {
	key, shown := "tab", "▌"+act
	if term.WaitText(act).Contains("to go on:") {
		key, shown = "~", "> ~"
	}
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for range int(patience / (100 * time.Millisecond)) {
		term.Press(key)
		<-every.C
		if term.Screen().Contains(shown) {
			break
		}
	}
	term.WaitText(shown)
	if key == "~" {
		term.Press("ctrl+u")
		term.WaitGone(shown)
	}
}

// send sends what the review shows; name is what must be typed for it, empty for nothing.
func send(term *ptytest.Terminal, name string) {
	term.WaitText("enter send")
	term.Press("enter")
	if name != "" {
		term.WaitText("Type " + name + " to go on")
		wake(term, "do it")
		term.Type(name)
		term.WaitFor("the name typed", func(s ptytest.Screen) bool { return showsAll("> "+name, "▌do it")(s) })
		term.Press("enter")
	}
}

// done waits for the word that a change took effect and closes the review.
func done(term *ptytest.Terminal) {
	term.WaitFor("the change done", showsAll(": done.", "enter close"))
	term.Press("enter")
	term.WaitGone("enter close")
}

// object is an object of the account as it is now.
func (a *account) object(kind simedge.Resource, name string) simedge.Object {
	a.t.Helper()
	o, ok := a.Object(kind, name)
	if !ok {
		a.t.Fatalf("there is no %v %s on the account", kind, name)
	}
	return o
}

// gone fails the test when the object is still there.
func (a *account) gone(kind simedge.Resource, name string) {
	a.t.Helper()
	if o, ok := a.Object(kind, name); ok {
		a.t.Errorf("%s is still there: %v", name, o)
	}
}

// writes are the requests that may have changed something.
func (a *account) writes() []simedge.Request {
	return slices.DeleteFunc(a.Requests(), func(r simedge.Request) bool { return r.Method == http.MethodGet || strings.Contains(r.Path, "graphql") })
}

// untouched fails the test when anything but reading was asked.
func (a *account) untouched() {
	a.t.Helper()
	for _, r := range a.writes() {
		a.t.Errorf("%s %s was sent", r.Method, r.Path)
	}
}
