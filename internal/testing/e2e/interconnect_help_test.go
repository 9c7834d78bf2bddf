package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// atPage opens the program on the account and jumps to a page by its palette name.
func atPage(t *testing.T, a *account, page, shown string, args ...string) *ptytest.Terminal {
	t.Helper()
	term := sit(t, ptytest.Options{Args: args, Env: a.env()})
	term.WaitText("? help")
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

// step presses a key on a page and gives the screen after it. A cursor that cannot go on shows nothing, and what is drawn
// meanwhile may have come by itself; so the help is opened behind the key and closed again: what was pressed before is done then.
func step(term *ptytest.Terminal, key string) ptytest.Screen {
	term.Press(key, "?")
	helped := func(s ptytest.Screen) bool { return strings.Contains(title(s), "› Help") }
	term.WaitFor("the help", helped)
	term.Press("backspace")
	return term.WaitFor("the page again", func(s ptytest.Screen) bool { return !helped(s) && footer(s) != "" })
}

// moveTo moves the cursor of a list or a detail page down to the line with the text. At the end it begins at the top again: a line may
// have come in above the cursor, or is still on its way.
func moveTo(term *ptytest.Terminal, text string) {
	const most = 300
	s := step(term, "g")
	for range most {
		line := cursorLine(s)
		if strings.Contains(line, text) {
			break
		}
		if s = step(term, "j"); cursorLine(s) == line {
			s = step(term, "g")
		}
	}
	term.WaitFor("the cursor on "+text, func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), text) })
}

// down goes on from what is on the screen until the cursor is on the line with the text, and counts the keys.
func down(term *ptytest.Terminal, s ptytest.Screen, text string) (keys int) {
	for ; !strings.Contains(cursorLine(s), text) && keys < 60; keys++ {
		s = step(term, "j")
	}
	term.WaitFor("the cursor on "+text, func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), text) })
	return keys
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

// awake: a dialog is there and takes keys. For a moment after it appears it swallows them, so that none hits it by accident, and
// marks no answer.
func awake(s ptytest.Screen) bool { return marked(s) != "" }

// marked is the answer of a dialog that enter would take, with what stands behind it.
func marked(s ptytest.Screen) string {
	_, height := s.Size()
	for y := range height {
		line := s.Line(y)
		if first, last := strings.Index(line, "│"), strings.LastIndex(line, "│"); first < last {
			if _, answer, found := strings.Cut(line[first:last], "▌"); found {
				return answer
			}
		}
	}
	return ""
}

// choose goes to an answer of a dialog.
func choose(term *ptytest.Terminal, answer string) {
	s := term.WaitFor("a dialog that takes keys and has "+answer, func(s ptytest.Screen) bool { return awake(s) && s.Contains(answer) })
	for range 4 {
		was := marked(s)
		if strings.HasPrefix(was, answer) {
			return
		}
		term.Press("tab")
		s = term.WaitFor("another answer", func(s ptytest.Screen) bool { return awake(s) && marked(s) != was })
	}
	term.WaitText("▌" + answer)
}

// named types the name that a dialog asks for and takes what it allows.
func named(term *ptytest.Terminal, name string) {
	term.WaitFor("the question for "+name, func(s ptytest.Screen) bool { return awake(s) && s.Contains("Type "+name+" to confirm") })
	term.Type(name)
	term.WaitFor("the name typed", func(s ptytest.Screen) bool { return s.Contains("> "+name) && !strings.HasPrefix(marked(s), "Cancel") })
	term.Press("enter")
}

// send sends what the review shows; name is what must be typed for it, empty for nothing.
func send(term *ptytest.Terminal, name string) {
	term.WaitText("enter send")
	term.Press("enter")
	if name != "" {
		named(term, name)
	}
}

// done waits for the word that a change took effect and closes the review.
func done(term *ptytest.Terminal) {
	term.WaitFor("the change done", showsAll(": done.", "enter close"))
	term.Press("enter")
	term.WaitGone("enter close")
}

// object is an object of the account as it is now.
func (a *account) object(kind simaccount.Resource, name string) simaccount.Object {
	a.t.Helper()
	o, ok := a.Object(kind, name)
	if !ok {
		a.t.Fatalf("there is no %v %s on the account", kind, name)
	}
	return o
}

// gone fails the test when the object is still there.
func (a *account) gone(kind simaccount.Resource, name string) {
	a.t.Helper()
	if o, ok := a.Object(kind, name); ok {
		a.t.Errorf("%s is still there: %v", name, o)
	}
}

// writes are the requests that may have changed something.
func (a *account) writes() []simaccount.Request {
	return slices.DeleteFunc(a.Requests(), func(r simaccount.Request) bool {
		return r.Method == http.MethodGet ||
			strings.Contains(r.Path, "graphql")
	})
}

// untouched fails the test when anything but reading was asked.
func (a *account) untouched() {
	a.t.Helper()
	for _, r := range a.writes() {
		a.t.Errorf("%s %s was sent", r.Method, r.Path)
	}
}
