package line_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/line"
)

// book is a page of a few sentences.
type book struct {
	title   string
	lines   []string
	actions []tui.Action
	took    []tea.Msg
}

func (b *book) Title() string            { return b.title }
func (b *book) Init() tea.Cmd            { return nil }
func (b *book) Update(m tea.Msg) tea.Cmd { b.took = append(b.took, m); return nil }
func (b *book) Draw(tui.Canvas) []string { return b.lines }
func (b *book) Actions() []tui.Action    { return b.actions }

// reading runs a program whose first page is home, with these lines as answers, and gives what it says.
func reading(t *testing.T, home tui.View, lines ...string) string {
	t.Helper()
	var said bytes.Buffer
	if code := run(home, strings.NewReader(strings.Join(lines, "\n")+"\n"), &said); code != 0 {
		t.Errorf("exit code %d", code)
	}
	return said.String()
}

func run(home tui.View, in io.Reader, out io.Writer) int {
	app := tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return home }})
	return line.Run(context.Background(), app, line.NewConsole(in, out, false))
}

func says(t *testing.T, said string, wanted ...string) {
	t.Helper()
	rest := said
	for _, w := range wanted {
		i := strings.Index(rest, w)
		if i < 0 {
			t.Fatalf("%q was not said, or not in this order:\n%s", w, said)
		}
		rest = rest[i+len(w):]
	}
}

func saysNot(t *testing.T, said, text string) {
	t.Helper()
	if strings.Contains(said, text) {
		t.Errorf("%q was said:\n%s", text, said)
	}
}

// filled is a form behind a page, and what it was sent with.
func filled(sections ...form.Section) (home tui.View, sent *form.Values) {
	sent = new(form.Values)
	home = &book{title: "Home", actions: []tui.Action{{Name: "new", Keys: []string{"n"}, Run: func() tea.Cmd {
		return tui.Push(form.New(form.Options{Title: "New thing", Verb: "review", Sections: sections,
			Values: form.Values{"kind": "red", "rate": "mid"},
			Submit: func(v form.Values) tea.Cmd { *sent = v; return tui.Pop() }}))
	}}}}
	return home, sent
}

func needed(v string, _ form.Values) form.Finding {
	if v == "" || strings.Contains(v, " ") {
		return form.Finding{Level: form.Incomplete, Text: "One word, please"}
	}
	return form.Finding{}
}

func thing() []form.Section {
	return []form.Section{
		{Fields: []form.Field{
			{Key: "name", Label: "Name", Help: "one word; ctrl+n proposes", Check: needed,
				Suggest: func(form.Values) []string { return []string{"first", "second"} }},
			{Key: "note", Label: "Note"},
			{Key: "kind", Label: "Kind", Control: form.Choice, Choices: []form.Option{{Value: "red", Label: "Red"}, {Value: "blue",
				Label: "Blue one"}}},
			{Key: "shade", Label: "Shade", When: func(v form.Values) bool { return v["kind"] == "blue" }, Check: needed},
			{Key: "born", Label: "Born", ReadOnlyWhy: "it is what it is"},
		}},
		{Title: "More", Folded: true, Fields: []form.Field{{Key: "rate", Label: "Rate"}, {Key: "size", Label: "Size"}}},
	}
}

func TestAnswersMeanWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		want    form.Values
	}{
		{"nothing takes what is proposed where something is needed", []string{"", "", "", "no"}, form.Values{"name": "first", "kind": "red"}},
		{"a proposal by its number", []string{"=2", "", "", ""}, form.Values{"name": "second"}},
		{"a choice by its number", []string{"a", "", "2", "navy", ""}, form.Values{"kind": "blue", "shade": "navy"}},
		{"a choice by its beginning", []string{"a", "", "blu", "navy", ""}, form.Values{"kind": "blue"}},
		{"a backslash takes the answer as it is", []string{"a", `\<`, "", ""}, form.Values{"note": "<"}},
		{"going back and emptying", []string{"a", "text", "<", "-", "", ""}, form.Values{"note": ""}},
		{"a choice that is none is asked again", []string{"a", "", "green", "red", ""}, form.Values{"kind": "red"}},
		{"the field that a choice took away is not asked", []string{"a", "", "blue", "<", "red", "no"}, form.Values{"kind": "red", "shade": ""}},
		{"a folded part", []string{"a", "", "", "yes", "high", "9"}, form.Values{"rate": "high", "size": "9"}},
		{"leaving out what is in the way and coming back to it", []string{":review", "a", ":fields", ""}, form.Values{"name": "a"}},
		{"one answer, and then one more", []string{"a", "", ":fields", "note", "later", "3", "blue", "", "navy", ""},
			form.Values{"note": "later", "shade": "navy"}},
		{"a folded part from the list", []string{"a", ":fields", "more", "low", "1", ""}, form.Values{"rate": "low", "size": "1"}},
		{"everything once more", []string{"a", ":fields", "all", "b", "", "", "no"}, form.Values{"name": "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			home, sent := filled(thing()...)
			said := reading(t, home, append([]string{"new"}, c.answers...)...)
			for key, want := range c.want {
				if got := (*sent)[key]; got != want || *sent == nil {
					t.Errorf("%s is %q, want %q; sent %v:\n%s", key, got, want, *sent, said)
				}
			}
		})
	}
}

func TestAFormSaysWhatItIsAbout(t *testing.T) {
	home, sent := filled(thing()...)
	said := reading(t, home, "n", "?", "two words", "x", "", "", "?", "")
	says(t, said, "New thing.", "Name. One word; ? proposes.", "Name [first]:", "As it stands: One word, please.",
		"=2 takes the suggestion second",
		"Not accepted: One word, please.", "Name [two words]:", "1 Red, 2 Blue one", "Kind [Red]:", "Born: empty, fixed. It is what it is.",
		"More: change these settings?", "It has: Rate, Size.")
	if (*sent)["name"] != "x" {
		t.Errorf("sent %v", *sent)
	}
}

func TestLeavingAFormAsksOnlyWhenSomethingWasAnswered(t *testing.T) {
	home, sent := filled(thing()...)
	said := reading(t, home, "n", ":leave", "help", "n", "typed", ":leave", "", ":leave", "2", "help")
	says(t, said, "New thing.", "On the page Home", "Leave New thing?", "Choose [1]:", "Cancelled.", "Choose [1]: 2",
		"On the page Home")
	if *sent != nil {
		t.Errorf("sent %v", *sent)
	}
}

// A dialog's empty answer is the safe one, and a name must be typed as it is.
func TestDialogsAreAnsweredInWords(t *testing.T) {
	done := 0
	ask := func(confirm string) func() tea.Cmd {
		return func() tea.Cmd {
			return tui.Open(&tui.Dialog{Title: "Do it?", Confirm: confirm, Lines: []tui.Line{tui.Text(tui.Plain, "It cannot be undone.")},
				Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Delete", Key: "d", Run: func() tea.Cmd { done++; return nil }}}})
		}
	}
	home := &book{title: "Home", actions: []tui.Action{{Name: "ask", Run: ask("")}, {Name: "name", Run: ask("fra-1")}}}
	reading(t, home, "ask", "", "ask", "9", "nonsense", "1", "name", "", "name", "FRA-1", "fra-2", "")
	if done != 0 {
		t.Fatalf("done %d times by answers that do not mean it", done)
	}
	said := reading(t, home, "ask", "d", "ask", "2", "ask", "dElete", "name", "fra-1")
	if done != 4 {
		t.Errorf("done %d times, want 4:\n%s", done, said)
	}
	says(t, said, "Do it?", "It cannot be undone.", "1  Cancel (return alone)", "2  Delete",
		"Type fra-1 to confirm, or return to cancel:")
}

func TestWhatCannotBeDoneSaysWhy(t *testing.T) {
	home := &book{title: "Home", actions: []tui.Action{{Name: "fly", Keys: []string{"f"}, Long: "Fly away", Why: "there are no wings"}}}
	said := reading(t, home, "f", "help fly", "nonsense", ":nowhere", "back")
	says(t, said, "Not now: there are no wings.", "fly (f): Fly away. Not now: there are no wings.", "Nothing here is called nonsense.",
		"No page is called nowhere.", "This is the first page")
}

// Nothing that a server sends can do anything to the terminal.
func TestNoControlCharacterGetsThrough(t *testing.T) {
	home := &book{title: "Ho\x1b]0;owned\x07me", lines: []string{"a\x1b[31mred\x1b[0m\x07 \u202eword\u009b1m"}}
	home.actions = []tui.Action{{Name: "copy", Run: func() tea.Cmd { return tea.SetClipboard("x\x1b[2Jy\nz") }}}
	said := reading(t, home, "copy", "quit")
	for _, r := range said {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e {
			t.Fatalf("%q was written:\n%q", r, said)
		}
	}
	says(t, said, "here is the text:", "z")
}

func TestASecretIsWrittenOnlyAfterAQuestion(t *testing.T) {
	home := &book{title: "Home"}
	home.actions = []tui.Action{{Name: "copy", Secret: true, Run: func() tea.Cmd { return tea.SetClipboard("hunter2") }}}
	saysNot(t, reading(t, home, "copy", "", "copy", "no", "copy"), "hunter2")
	says(t, reading(t, home, "copy", "yes"), "transcript", "Write it? yes or no [no]: yes", "hunter2")
}

// A secret that a form needs is not read from a pipe: the form is left, and the next line is not taken for it.
func TestASecretIsNotReadFromAPipe(t *testing.T) {
	home, sent := filled(form.Section{Fields: []form.Field{{Key: "key", Label: "Key", Control: form.Secret, Check: needed}}})
	said := reading(t, home, "n", "help")
	says(t, said, "Key: not asked. A secret is asked for on a terminal only", "it is left", "On the page Home")
	if *sent != nil {
		t.Errorf("sent %v", *sent)
	}
}

type nothing struct{}

func (nothing) Run() error          { panic("it must not run") }
func (nothing) SetStdin(io.Reader)  {}
func (nothing) SetStdout(io.Writer) {}
func (nothing) SetStderr(io.Writer) {}

// A program that wants the terminal does not get a pipe.
func TestAnotherProgramGetsTheTerminalOrNothing(t *testing.T) {
	var got error
	home := &book{title: "Home"}
	home.actions = []tui.Action{{Name: "run", Run: func() tea.Cmd {
		return tui.Exec(nothing{}, func(err error) tea.Msg { got = err; return tui.Toast(tui.Plain, "It has ended")() })
	}}}
	says(t, reading(t, home, "run"), "It has ended")
	if got == nil {
		t.Error("it ran on a pipe")
	}
}

// What comes while a question is open is said, and the question put again; what is typed is for the question.
func TestNewsComesBetweenQuestionAndAnswer(t *testing.T) {
	home := &book{title: "Home"}
	tick := make(chan string)
	home.actions = []tui.Action{{Name: "listen", Run: func() tea.Cmd {
		return func() tea.Msg { return tui.Toast(tui.Plain, <-tick)() }
	}}}
	in, typed := io.Pipe()
	out := &paper{written: make(chan struct{}, 1000)}
	ended := make(chan int)
	go func() { ended <- run(home, in, out) }()
	_, _ = io.WriteString(typed, "listen\n")
	out.until(t, "Home> listen")
	tick <- "A ship has come in"
	out.until(t, "A ship has come in\nHome>")
	_, _ = io.WriteString(typed, "quit\n")
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("it does not end:\n%s", out)
	}
}

// paper is what is written, to be read meanwhile.
type paper struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.written <- struct{}{}:
	default:
	}
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *paper) until(t *testing.T, text string) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for !strings.Contains(p.String(), text) {
		select {
		case <-p.written:
		case <-limit:
			t.Fatalf("%q was not written:\n%s", text, p)
		}
	}
}

// A fault in a command comes out where it is reported, as in the full screen, instead of killing the process in
// a goroutine of its own.
func TestAPanicInACommandIsBroughtBack(t *testing.T) {
	home := &book{title: "Home"}
	home.actions = []tui.Action{{Name: "fail", Run: func() tea.Cmd { return func() tea.Msg { panic(errors.New("a fault")) } }}}
	defer func() {
		if p := recover(); fmt.Sprint(p) != "a fault" {
			t.Errorf("brought back: %v", p)
		}
	}()
	run(home, strings.NewReader("fail\n"), io.Discard)
}

// What could not be read anew is old data, unless it is of this moment.
func TestDataOfThisMomentIsNotCalledOld(t *testing.T) {
	for want, status := range map[string]func(now time.Time) tui.Status{
		"Home. Fetched just now.": func(now time.Time) tui.Status { return tui.Status{Updated: now, Every: time.Minute} },
		"Home. The last attempt failed, the data is of just before: one list is missing.": func(now time.Time) tui.Status {
			return tui.Status{Updated: now, Err: "one list is missing"}
		},
		"Home. Old data, fetched 2m ago: one list is missing.": func(now time.Time) tui.Status {
			return tui.Status{Updated: now.Add(-2*time.Minute - time.Second), Err: "one list is missing"}
		},
		"Home. Old data, fetched 2m ago.": func(now time.Time) tui.Status {
			return tui.Status{Updated: now.Add(-2*time.Minute - time.Second), Every: 15 * time.Second}
		},
	} {
		home := &dated{book: book{title: "Home"}, status: status}
		says(t, reading(t, home, "quit"), want)
	}
}

// dated is a page that says how old its data is.
type dated struct {
	book
	status func(now time.Time) tui.Status
}

func (d *dated) Status() tui.Status { return d.status(time.Now()) }
