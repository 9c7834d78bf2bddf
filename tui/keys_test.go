package tui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// What a slow line or tmux joins is taken apart: esc and the key after it, whichever it is.
func TestEscAndTheNextKeyInOneReadAreTwoKeys(t *testing.T) {
	for _, msg := range []tea.KeyPressMsg{
		{Code: 'x', Mod: tea.ModAlt}, {Code: 'x', Mod: tea.ModAlt | tea.ModShift}, {Code: ':', Mod: tea.ModAlt}, {Code: '?', Mod: tea.ModAlt}} {
		hit := ""
		home := &page{title: "Home"}
		for _, key := range []string{"x", "X"} {
			home.actions = append(home.actions, tui.Action{Keys: []string{key}, Run: func() tea.Cmd { hit = key; return nil }})
		}
		p := sit(t, home)
		p.send(tui.Push(&page{title: "Child"})())
		p.send(msg)
		p.seesNot("Child ")
		switch {
		case msg.Code == ':':
			p.sees("go to ──")
		case msg.Code == '?':
			p.sees("Keys on Home")
		case msg.Mod.Contains(tea.ModShift) && hit != "X", !msg.Mod.Contains(tea.ModShift) && hit != "x":
			t.Errorf("%s: the page below got %q", msg, hit)
		}
	}
}

// A terminal that tells keys apart means alt when it says alt; and in a text alt moves by words.
func TestAltIsAltWhereTheTerminalTellsKeysApart(t *testing.T) {
	p := sit(t, &page{title: "Home"})
	p.send(tui.Push(&page{title: "Child"})())
	p.send(tea.KeyboardEnhancementsMsg{Flags: 1})
	p.send(tea.KeyPressMsg{Code: 'x', Mod: tea.ModAlt})
	p.sees("Home › Child")
	p = sit(t, &page{title: "Home"}).press(":", "a", "b")
	p.send(tea.KeyPressMsg{Code: 'b', Mod: tea.ModAlt})
	p.sees(":ab")
}

// With ctrl a letter of another alphabet is the key that it stands on.
func TestControlOnAnotherAlphabet(t *testing.T) {
	p := sit(t, &page{title: "Home"})
	p.send(tea.KeyPressMsg{Code: 'п', BaseCode: 'g', Mod: tea.ModCtrl})
	p.sees("go to ──")
	p.send(tea.KeyPressMsg{Code: 'с', BaseCode: 'c', Mod: tea.ModCtrl})
	if !p.quit {
		t.Error("ctrl+c on a Cyrillic layout did not leave")
	}
	p = sit(t, &page{title: "Home"}) // y and z of a QWERTZ keyboard are what they say
	p.send(tea.KeyPressMsg{Code: 'z', BaseCode: 'y', Mod: tea.ModCtrl})
	p.sees("this system cannot stop a program")
}

// A key without a meaning is said once, and not again.
func TestAKeyWithoutAMeaningIsSaidOnce(t *testing.T) {
	p := sit(t, &page{title: "Home"}).press("z")
	p.sees("z does nothing here; ? lists the keys")
	p.press("z")
	p.seesNot("does nothing")
	p.press("x")
	p.sees("x does nothing here")
	p.send(tui.Push(&page{title: "Other"})())
	p.passes(time.Minute)
	p.seesNot("does nothing")
	p.press("x") // another page: it may mean something there
	p.sees("x does nothing here")
}

// Where text is taken, F1 helps and ctrl+g goes elsewhere.
func TestHelpAndJumpsWhereTextIsTaken(t *testing.T) {
	taking := &capturing{page{title: "Form"}}
	p := sit(t, &page{title: "Home"})
	p.send(tui.Push(taking)())
	p.press("?")
	p.seesNot("Keys on")
	p.sees("f1 help")
	p.send(tea.KeyPressMsg{Code: tea.KeyF1})
	p.sees("Keys on Form")
	p.sees("ctrl+g")
	p.sees("ctrl+z")
	for _, typed := range []string{"notices", "history-back", "ctrl+l", "? f1", "q ctrl+c", "esc bksp"} {
		p.seesNot(typed) // it is typed as text there, or does nothing
	}
	p.press("esc", "ctrl+g")
	p.sees("go to ──")
}

type capturing struct{ page }

func (*capturing) Capturing() bool { return true }

// Two esc in one read are two, also where the first one ends what is typed.
func TestTwoEscInOneReadAreTwo(t *testing.T) {
	twice := tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt} // as the library reads them
	p := sit(t, &page{title: "Home"})
	p.send(tui.Push(&page{title: "Child"})())
	p.send(tui.Push(&page{title: "Grandchild"})())
	p.send(twice)
	p.seesNot("Child")
	p.sees("Home")
	p.send(tui.Push(&page{title: "Child"})())
	p.press(":")
	p.sees("go to ──")
	p.send(twice)
	p.seesNot("go to ──")
	p.seesNot("Child")
}
