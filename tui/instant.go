package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// instantWait is how long a key press may wait for what it asked of the frame. Such commands answer in
// microseconds; the limit is for those that go to the network, which are left to run.
const instantWait = 5 * time.Millisecond

// panicMsg brings a panic of a command back to where it is caught and the terminal restored.
type panicMsg struct{ value any }

// instant carries out at once what a key press asks of the frame itself: open a page, go back, show a
// dialog. Otherwise the keys pressed next, which are meant for the new page, would still reach the old
// one. Everything else is returned for the program to run.
func (a *App) instant(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return a.await(started(cmd), time.Now().Add(instantWait))
}

// started runs a command beside the program; its answer comes on the channel.
func started(cmd tea.Cmd) <-chan tea.Msg {
	answer := make(chan tea.Msg, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				answer <- panicMsg{r}
			}
		}()
		answer <- cmd()
	}()
	return answer
}

func (a *App) await(answer <-chan tea.Msg, until time.Time) tea.Cmd {
	limit := time.NewTimer(time.Until(until))
	defer limit.Stop()
	select {
	case msg := <-answer:
		return a.take(msg, until)
	case <-limit.C:
		return func() tea.Msg { return <-answer }
	}
}

// take handles the frame's own messages now and hands the others back to the program.
func (a *App) take(msg tea.Msg, until time.Time) tea.Cmd {
	switch msg := msg.(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		// All at the same time: many commands must not wait one after the other.
		var answers []<-chan tea.Msg
		for _, cmd := range msg {
			if cmd != nil {
				answers = append(answers, started(cmd))
			}
		}
		var rest []tea.Cmd
		for _, answer := range answers {
			rest = append(rest, a.await(answer, until))
		}
		return tea.Batch(rest...)
	case pushMsg, popMsg, replaceMsg, dialogMsg, pickMsg, toastMsg, panicMsg:
		_, cmd := a.Update(msg)
		return cmd
	}
	return func() tea.Msg { return msg }
}
