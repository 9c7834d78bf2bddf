// Package uitest seats a person at pages of the program without a terminal: keys go in, the screen is read.
// It is for tests only.
package uitest

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
)

// Person sits at an application. Commands run beside it, as in the program; what has not answered
// when the test ends is forgotten.
type Person struct {
	// Now is the person's clock; it stands still unless the test moves it.
	Now time.Time
	// Quick is for long walks: pauses for the eye, shorter than a second, are over at once.
	Quick bool

	t     *testing.T
	app   *tui.App
	inbox chan tea.Msg
	busy  atomic.Int32  // commands under way
	ended chan struct{} // one of them has ended, perhaps without a message
}

// New is a person with nothing on the screen yet, at noon of the first of March 2026.
func New(t *testing.T) *Person {
	return &Person{t: t, inbox: make(chan tea.Msg, 100), ended: make(chan struct{}, 1), Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// Clock tells the person's time.
func (p *Person) Clock() time.Time { return p.Now }

// Open starts an application whose first page is home, on a screen of width by height cells.
func (p *Person) Open(width, height int, home func() tui.View, services ...tui.Service) {
	p.Sit(tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Home: home, Now: p.Clock, Services: services}), width, height)
}

// Sit starts an application that was made elsewhere, on a screen of width by height cells.
func (p *Person) Sit(app *tui.App, width, height int) {
	p.app = app
	p.Send(tea.WindowSizeMsg{Width: width, Height: height})
	p.run(p.app.Init())
}

// Send gives the application one message and starts what it asks for.
func (p *Person) Send(msg tea.Msg) {
	_, cmd := p.app.Update(msg)
	p.run(cmd)
}

// Do starts a command, as if a key had asked for it.
func (p *Person) Do(cmd tea.Cmd) { p.run(cmd) }

// Rest waits until everything that was asked for has been answered, but for what waits for a later time.
func (p *Person) Rest() {
	p.t.Helper()
	p.Until("all answers", func() bool { return p.busy.Load() == 0 && len(p.inbox) == 0 })
}

func (p *Person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	p.busy.Add(1)
	go func() {
		defer p.answered()
		switch msg := cmd().(type) {
		case nil:
		case tui.Timer:
			wait := msg.Wait
			if p.Quick && wait < time.Second {
				wait = 0
			}
			time.AfterFunc(wait, func() { p.bring(msg.Msg) })
		case tea.BatchMsg:
			for _, c := range msg {
				if c != nil {
					p.bring(c) // a batch's commands are run by the loop, so that nothing else has to be locked
				}
			}
		default:
			p.bring(msg)
		}
	}()
}

// bring hands a message to the loop, unless the test has ended.
func (p *Person) bring(msg tea.Msg) {
	select {
	case p.inbox <- msg:
	case <-p.t.Context().Done():
	}
}

// answered says that a command has ended.
func (p *Person) answered() {
	p.busy.Add(-1)
	select {
	case p.ended <- struct{}{}:
	default: // somebody will look already
	}
}

// stuck is when a wait counts as one without an end. It is no measure of speed: the machine may be busy with anything.
const stuck = 2 * time.Minute

// Until handles messages until the condition holds, and fails the test when it never does.
func (p *Person) Until(what string, condition func() bool) {
	p.t.Helper()
	limit := time.After(stuck)
	for !condition() {
		select {
		case <-p.ended:
		case msg := <-p.inbox:
			if cmd, ok := msg.(tea.Cmd); ok {
				p.run(cmd)
				continue
			}
			p.Send(msg)
		case <-limit:
			p.t.Fatalf("waited in vain for %s; the screen is\n%s", what, p.Screen())
		}
	}
}

// Settle handles the messages that are there already.
func (p *Person) Settle() {
	p.t.Helper()
	p.Until("all messages", func() bool { return len(p.inbox) == 0 })
}

// See waits until all texts are on the screen together.
func (p *Person) See(texts ...string) {
	p.t.Helper()
	p.Until(strings.Join(texts, ", "), func() bool {
		s := p.Screen()
		for _, text := range texts {
			if !strings.Contains(s, text) {
				return false
			}
		}
		return true
	})
}

// Press presses keys, by the names that the help shows, one after the other.
func (p *Person) Press(keys ...string) {
	named := map[string]tea.KeyPressMsg{"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
		"down": {Code: tea.KeyDown}, "right": {Code: tea.KeyRight}, "ctrl+s": {Code: 's', Mod: tea.ModCtrl}}
	for _, key := range keys {
		msg, ok := named[key]
		if !ok {
			msg = tea.KeyPressMsg{Code: []rune(key)[0], Text: key}
		}
		p.Send(msg)
	}
}

// Screen is what the person reads, without colours.
func (p *Person) Screen() string { return ansi.Strip(p.app.Screen()) }

// Page is the page that has the keys.
func (p *Person) Page() tui.View { return p.app.Page() }
