package tui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// On a busy machine what a key asks of the frame may have its turn late: the next key is still the new page's, and what comes
// late is not done a second time.
func TestAKeyIsMeantForWhereTheOneBeforeItLeads(t *testing.T) {
	for name, late := range map[string]tea.Cmd{
		"alone":        tui.Push(&page{title: "Second"}),
		"among others": tea.Batch(func() tea.Msg { return nil }, tui.Push(&page{title: "Second"})),
	} {
		pressed := 0
		turn := make(chan struct{})
		p := sit(t, &page{title: "First", actions: []tui.Action{
			{Keys: []string{"x"}, Run: func() tea.Cmd { return func() tea.Msg { <-turn; return late() } }},
			{Keys: []string{"y"}, Run: func() tea.Cmd { pressed++; return nil }},
		}})
		_, left := p.app.Update(keyPress("x"))
		close(turn)
		message := left() // is there, and has not reached the program yet
		p.press("y")
		if at := p.app.Page().Title(); at != "Second" || pressed != 0 {
			t.Errorf("%s: the next key was the old page's: it is %s", name, at)
		}
		p.send(message)
		p.press("esc")
		if at := p.app.Page().Title(); at != "First" {
			t.Errorf("%s: the page was opened twice: it is %s", name, at)
		}
	}
}

// What goes to the network is waited for by no key.
func TestNoKeyWaitsForTheNetwork(t *testing.T) {
	pressed := 0
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	home := &page{title: "First", actions: []tui.Action{
		{Keys: []string{"r"}, Run: func() tea.Cmd { return func() tea.Msg { <-never; return nil } }},
		{Keys: []string{"y"}, Run: func() tea.Cmd { pressed++; return nil }},
	}}
	p := sit(t, home)
	p.app.Update(keyPress("r"))
	if p.press("y", "y"); pressed != 2 {
		t.Errorf("%d of 2 keys were handled", pressed)
	}
}
