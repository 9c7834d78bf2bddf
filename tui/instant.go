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
	answer := make(chan tea.Msg, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				answer <- panicMsg{r}
			}
		}()
		answer <- cmd()
	}()
	limit := time.NewTimer(instantWait)
	defer limit.Stop()
	select {
	case msg := <-answer:
		return a.take(msg)
	case <-limit.C:
		return func() tea.Msg { return <-answer }
	}
}

// take handles the frame's own messages now and hands the others back to the program.
func (a *App) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		var rest []tea.Cmd
		for _, cmd := range msg {
			rest = append(rest, a.instant(cmd))
		}
		return tea.Batch(rest...)
	case pushMsg, popMsg, replaceMsg, dialogMsg, jumpMsg, toastMsg, panicMsg:
		_, cmd := a.Update(msg)
		return cmd
	}
	return func() tea.Msg { return msg }
}
