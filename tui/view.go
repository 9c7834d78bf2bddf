package tui

import (
	"cmp"
	"time"

	tea "charm.land/bubbletea/v2"
)

// View is one page of the stack. It is held by pointer and changes itself in Update. It calls
// the network from commands only. Every message that the frame does not handle itself (keys, paste, size, colours, clock, dialogs) reaches
// all views of the stack, so that a page below is up to date when one comes back to it.
type View interface {
	// Title is the view's place in the breadcrumb.
	Title() string
	// Init runs when the view is pushed.
	Init() tea.Cmd
	// Update receives messages. Keys come only when no action took them.
	Update(msg tea.Msg) tea.Cmd
	// Draw returns at most c.Height lines of at most c.Width cells.
	Draw(c Canvas) []string
	// Actions are what keys and the palette can do here, now.
	Actions() []Action
}

// Canvas is the room a view may draw in, and what it needs to do so.
type Canvas struct {
	Width, Height int
	Theme         *Theme
	Now           time.Time
	Memory        Memory // where preferences are kept; nil for nowhere
	Idle          bool   // nobody has touched the keyboard for a while: see AgeOf
	Held          bool   // somebody is at the keys of this page: the object under the cursor is the one that is meant
	// InLines: what is drawn is read out line by line, and actions are called by their names, not by their keys.
	InLines bool
}

// Capturer is a view that is taking text at the moment: keys go to it and not to actions.
type Capturer interface{ Capturing() bool }

// Prompter shows its input on the line above the footer while it captures.
type Prompter interface{ Prompt(c Canvas) string }

// Hinter has a hint, in words, to stand above the footer while there is nothing else to say there.
type Hinter interface{ Hint(c Canvas) string }

// StatusReporter tells how fresh what it shows is.
type StatusReporter interface{ Status() Status }

// Dirty is a view that holds something which leaving would lose; the text names it.
type Dirty interface{ Unsaved() string }

// Ongoing is a Dirty whose work goes on when its page is left: a sentence on what becomes of it and where its end will stand, for
// leaving the page or for ending the program; empty when nothing is under way.
type Ongoing interface{ Ongoing(quit bool) string }

// Drafter is a Dirty that can keep what would be lost for another day; nil when it cannot now.
type Drafter interface{ Draft() tea.Cmd }

// Status is the freshness of a view's data.
type Status struct {
	Updated    time.Time     // when the shown data was fetched; zero when there is none yet
	Loading    bool          // a first answer is awaited
	Err        string        // the last attempt failed: one sentence
	Said       string        // the same with what the server itself said, first: for where there is room; "" when it said nothing
	Note       string        // what of the data is not known although it is fresh: one sentence
	Incomplete bool          // rows are missing that could not be read, as Note says: no rows are not "none" then
	Every      time.Duration // how often it is fetched; data older than two rounds is shown as stale
}

// Trouble is why the last attempt failed, with what the server said; "" when it did not.
func (s Status) Trouble() string { return cmp.Or(s.Said, s.Err) }

// Service works in the background for the whole program: it sees every message that the frame does not handle itself.
type Service interface {
	Init() tea.Cmd
	Update(msg tea.Msg) tea.Cmd
}

// ShownMsg tells every Service, and nobody else, which view is on top of the stack: at the start, and after each message
// that has changed it, before the next message is looked at. A dialog or the palette over a view changes nothing.
type ShownMsg struct{ View View }

// PaletteEntry is a place that the palette can jump to.
type PaletteEntry struct {
	Names []string // the first is shown, all are accepted
	Help  string
	Open  func() View
	// With opens it for what is typed behind its name, or says why it cannot; nil when it takes nothing.
	With func(text string) (View, string)
	// Networks: With takes an address or a network, and what is one is offered to it also without the page's name.
	Networks bool
	// Part is the first name of the page of which it is a part: it is found by its own names and not listed beside that page.
	Part string
}

// Identity says which account is on the screen and how it is reached.
type Identity struct {
	Account    string // name, or id when the name is not known
	Source     string // where the credentials come from; never their value
	Host       string // shown when it is not Cloudflare's own
	Recorder   string // which recorder the data is of; "" when it is read from here
	ReadOnly   bool
	Production bool
}

// pushMsg and its siblings are what a view asks of the frame.
type (
	pushMsg struct{ view View }
	popMsg  struct {
		pages int
		then  View // pushed afterwards; nil for none
	}
	// replaceMsg puts a view in the place of another, if that one is still on the screen.
	replaceMsg struct{ old, new View }
	// resumeMsg goes back to a page that was begun, or begins anew.
	resumeMsg struct {
		of   string
		anew tea.Cmd
	}
	toastMsg struct {
		text string
		role Role
		url  string // what the text is a link to; "" for nothing
	}
	toastGoneMsg struct{ id int }
	clockMsg     struct{}
)

// Push opens a view on top of the stack.
func Push(v View) tea.Cmd { return func() tea.Msg { return pushMsg{v} } }

// Resumer is a Dirty that goes on when what it is of is begun a second time: it says what that is.
type Resumer interface{ ResumesFor() string }

// Resume goes back to the unfinished page of something, as it was left; where there is none, it does what begins anew.
func Resume(of string, anew tea.Cmd) tea.Cmd { return func() tea.Msg { return resumeMsg{of, anew} } }

// Pop goes back one view.
func Pop() tea.Cmd { return PopN(1) }

// Replace puts a view in the place of old, unless the user has left old meanwhile.
func Replace(old, new View) tea.Cmd { return func() tea.Msg { return replaceMsg{old, new} } }

// PopN goes back several views at once, never past the first.
func PopN(pages int) tea.Cmd { return func() tea.Msg { return popMsg{pages: pages} } }

// PopPush goes back several views and opens another one there, as one step.
func PopPush(pages int, v View) tea.Cmd { return func() tea.Msg { return popMsg{pages, v} } }

// Toast shows one line above the footer for a few seconds.
func Toast(role Role, text string) tea.Cmd {
	return func() tea.Msg { return toastMsg{text: Clean(text), role: role} }
}

// Sequence numbers requests, so that a late answer can be told from the latest one.
type Sequence struct{ n int }

// Next starts a new request and returns its number.
func (s *Sequence) Next() int { s.n++; return s.n }

// Latest reports whether an answer belongs to the newest request.
func (s *Sequence) Latest(n int) bool { return n == s.n }
