package tui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// asking is a form that asks before it is left.
type asking struct{ taker }

func (a *asking) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "esc" {
		return tui.Open(&tui.Dialog{Title: "Leave Form?", Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Leave", Run: tui.Pop}}})
	}
	return a.taker.Update(msg)
}

// Esc pressed again and again asks once and ends in the form, with what leads out of it; after a moment esc asks again.
func TestEscAgainAndAgainDoesNotToggleADialog(t *testing.T) {
	p, _ := town(t, "Tunnels")
	p.send(tui.Push(&asking{taker{page: page{title: "Form"}}})())
	p.press("esc").sees("Leave Form?")
	p.passes(time.Second)
	p.press("esc").seesNot("Leave Form?")
	p.sees("To leave")
	for range 4 {
		p.press("esc").seesNot("Leave Form?")
	}
	p.on("Home › Form")
	p.passes(4 * time.Second)
	p.press("esc").sees("Leave Form?")
}
