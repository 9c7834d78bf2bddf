package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Work is what runs beside the program, begun before there is a page to wait for it.
type Work struct {
	done     chan struct{}
	panicked any // what it panicked with; nil for nothing
}

// Begin runs do beside the program. A panic of its own would end the process with the terminal still raw: it is kept, and comes
// up where somebody waits for the end.
func Begin(do func()) *Work {
	w := &Work{done: make(chan struct{})}
	go func() {
		defer close(w.done)
		defer func() { w.panicked = recover() }()
		do()
	}()
	return w
}

// Within waits for the end, but no longer than limit, and reports whether it came. After a panic it panics.
func (w *Work) Within(limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-w.done:
		if w.panicked != nil {
			panic(w.panicked)
		}
		return true
	case <-timer.C:
		return false
	}
}

// Then is the command that waits for the end and brings msg, or the panic to the place where the terminal is restored.
func (w *Work) Then(msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		<-w.done
		if w.panicked != nil {
			return panicMsg{w.panicked}
		}
		return msg
	}
}
