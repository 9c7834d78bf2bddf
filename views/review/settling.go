package review

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// settleTime is how long a review must have been on the screen, without a key that would send it, before
// such a key counts: one that was pressed for the page before, or held down, must not send what nobody has
// read.
const settleTime = 300 * time.Millisecond

// settling is the moment for which a review is looked at before it can be sent.
type settling struct {
	settled bool
	turn    int
}

// settledMsg says that what can be sent has been on the screen for a moment.
type settledMsg struct {
	of   *settling
	turn int
}

// settle begins the moment.
func (s *settling) settle() tea.Cmd {
	s.turn++
	s.settled = false
	return tui.After(settleTime, settledMsg{s, s.turn})
}

func (s *settling) take(msg settledMsg) {
	if msg.of == s && msg.turn == s.turn {
		s.settled = true
	}
}

// guarded is the action that sends, or what its key does before the moment is over.
func (s *settling) guarded(send tui.Action) tui.Action {
	if !s.settled && send.Why == "" {
		send.Short, send.Run = "(read it first)", s.settle
	}
	return send
}
