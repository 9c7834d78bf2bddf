package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// instantWait is how long a key press waits for what it asked of the frame. Such commands answer in microseconds; the limit is for
	// those that go to the network, which are left to run.
	instantWait = 5 * time.Millisecond
	// keyWait is how long after a key press the next one still waits for what the first has asked for: on a busy machine even what
	// answers at once may not have had its turn within instantWait.
	keyWait = 100 * time.Millisecond
)

// panicMsg brings a panic of a command back to where it is caught and the terminal restored.
type panicMsg struct{ value any }

// instant carries out at once what a key press asks of the frame itself: open a page, go back, show a
// dialog. Otherwise the keys pressed next, which are meant for the new page, would still reach the old
// one. Any other message is handed to the program when it comes.
func (a *App) instant(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return a.await(started(cmd), time.Now().Add(instantWait))
}

// pendingCmd is a command of a key press whose message may not be there yet. Only the program's loop touches it, but for msg, which the
// command writes until done is closed.
type pendingCmd struct {
	done  chan struct{} // closed once msg is there
	msg   tea.Msg
	since time.Time
	taken bool
}

// lateMsg says that a command answered after instantWait.
type lateMsg struct{ pending *pendingCmd }

// started runs a command beside the program.
func started(cmd tea.Cmd) *pendingCmd {
	out := &pendingCmd{done: make(chan struct{}), since: time.Now()}
	go func() {
		defer close(out.done)
		defer func() {
			if r := recover(); r != nil {
				out.msg = panicMsg{r}
			}
		}()
		out.msg = cmd()
	}()
	return out
}

// answeredBy waits for the answer until a time that may have passed already.
func (w *pendingCmd) answeredBy(until time.Time) bool {
	limit := time.NewTimer(time.Until(until))
	defer limit.Stop()
	select {
	case <-w.done:
		return true
	case <-limit.C:
	}
	select { // both at once, as after a pause of the whole program: what is there counts
	case <-w.done:
		return true
	default:
		return false
	}
}

// await takes an answer that comes in time, and returns what brings it when it comes later.
func (a *App) await(w *pendingCmd, until time.Time) tea.Cmd {
	if w.answeredBy(until) {
		w.taken = true
		return a.take(w.msg, until)
	}
	a.late = append(a.late, w)
	return func() tea.Msg {
		<-w.done
		return lateMsg{w}
	}
}

// takeLate takes an answer that came late, unless a key press has taken it already.
func (a *App) takeLate(w *pendingCmd) tea.Cmd {
	a.late = slices.DeleteFunc(a.late, func(l *pendingCmd) bool { return l == w })
	if w.taken {
		return nil
	}
	w.taken = true
	return a.take(w.msg, time.Now().Add(instantWait))
}

// catchUp waits for what the last keys have asked for: a key is meant for what they lead to. What takes longer than keyWait is
// taken for what goes to the network, and nobody waits for it.
func (a *App) catchUp() tea.Cmd {
	var cmds []tea.Cmd
	waiting := a.late
	a.late = nil
	for _, w := range waiting {
		if w.answeredBy(w.since.Add(keyWait)) {
			cmds = append(cmds, a.takeLate(w))
		}
	}
	return tea.Batch(cmds...)
}

// take handles the frame's own messages now and hands the others back to the program.
func (a *App) take(msg tea.Msg, until time.Time) tea.Cmd {
	switch msg := msg.(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		// All at the same time: many commands must not wait one after the other.
		var answers []*pendingCmd
		for _, cmd := range msg {
			if cmd != nil {
				answers = append(answers, started(cmd))
			}
		}
		var rest []tea.Cmd
		for _, w := range answers {
			rest = append(rest, a.await(w, until))
		}
		return tea.Batch(rest...)
	case pushMsg, popMsg, replaceMsg, dialogMsg, pickMsg, toastMsg, panicMsg:
		_, cmd := a.Update(msg)
		return cmd
	}
	return func() tea.Msg { return msg }
}
