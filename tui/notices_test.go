package tui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// say has something said that no key has asked for.
func (p *person) say(texts ...string) {
	for _, text := range texts {
		p.send(tui.Toast(tui.Muted, text)())
	}
}

// What is said at the start by one thing does not hide what is said by another.
func TestTwoThingsThatAreSaidAreBothSeen(t *testing.T) {
	p := sit(t, &page{title: "Home"})
	p.say("1 change of 12:03 has no known end", "The API token expires in 3 days")
	p.sees("1 change of 12:03 has no known end")
	p.sees("The API token expires in 3 days")
	p.passes(5 * time.Second)
	p.seesNot("no known end")
	p.seesNot("expires")
}

// What has no room waits until it has, whole; nothing is lost, however much is said at once, and however narrow the screen is.
func TestWhatHasNoRoomWaitsForItsTurn(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		p := sit(t, &page{title: "Home"})
		p.size(width, 24)
		long := "key tunnels.sort: the list has no column \"colour\": use name, state, health, asn, cloudflare, customer or description. It " +
			"has no effect."
		texts := []string{"one is said", long, "three is said", "four is said", "five is said", "six is said"}
		p.say(texts...)
		seen := ""
		for range texts {
			seen += strings.Join(strings.Fields(p.screen()), " ")
			if n := strings.Count(p.screen(), "is said"); n > 3 {
				t.Errorf("%d wide: %d lines at once", width, n)
			}
			p.passes(5 * time.Second)
		}
		for _, text := range texts {
			if !strings.Contains(seen, text) {
				t.Errorf("%d wide: %q was never seen whole", width, text)
			}
		}
		p.seesNot("is said")
	}
}

// Who types on has not read yet what came this moment; the answer to a key stands until the next key, and goes before what waits.
func TestAKeyTakesAwayOnlyWhatWasRead(t *testing.T) {
	say := func(text string) func() tea.Cmd { return func() tea.Cmd { return tui.Toast(tui.Muted, text) } }
	p := sit(t, &page{title: "Home", actions: []tui.Action{{Name: "a", Keys: []string{"a"}, Run: say("answer a")},
		{Name: "b", Keys: []string{"b"}, Run: say("answer b")}}})
	p.say("said by itself", "and this", "and that")
	p.press("a")
	p.sees("answer a")
	p.sees("said by itself")
	p.press("b")
	p.sees("answer b")
	p.seesNot("answer a")
	p.sees("said by itself")
	p.now = p.now.Add(2 * time.Second)
	p.press("a")
	p.sees("answer a")
	p.seesNot("said by itself")
	p.sees("and that") // it had no room until now
}

// While something else stands above the keys nothing that is said is lost.
func TestWhatIsSaidWaitsForThePrompt(t *testing.T) {
	p := sit(t, &page{title: "Home"})
	p.press(":")
	p.say("the API token expires in 3 days")
	p.passes(10 * time.Second)
	p.press("esc")
	p.sees("the API token expires in 3 days")
	p.press("!")
	p.sees("12:00:00  the API token expires in 3 days")
}
