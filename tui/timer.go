package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Timer is the answer of the command that After makes, and comes at once: the App starts the clock. That a command waits
// for an hour and not for an answer can so be seen from outside, which a running command does not show.
type Timer struct {
	Wait time.Duration
	Msg  tea.Msg
}

// After is a command that brings msg when d has passed. Every timer of the program is one: the linter refuses the library's own.
func After(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg { return Timer{d, msg} }
}

// run is the command that waits.
func (t Timer) run() tea.Cmd {
	return tea.Tick(t.Wait, func(time.Time) tea.Msg { return t.Msg })
}
