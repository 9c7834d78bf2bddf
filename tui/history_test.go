package tui_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// town is a home with places that are one jump away.
func town(t *testing.T, names ...string) (*person, map[string]*page) {
	pages := map[string]*page{}
	var places []tui.PaletteEntry
	for _, name := range names {
		pages[name] = &page{title: name}
		places = append(places, tui.PaletteEntry{Names: []string{strings.ToLower(name)}, Open: func() tui.View { return pages[name] }})
	}
	return sit(t, &page{title: "Home"}, places...), pages
}

func (p *person) jumps(name string) *person {
	p.press(":")
	for _, r := range strings.ToLower(name) {
		p.press(string(r))
	}
	return p.press("enter")
}

// on checks where the person is by the header.
func (p *person) on(crumbs string) {
	p.t.Helper()
	if header, _, _ := strings.Cut(p.screen(), "\n"); !strings.HasPrefix(header, " "+crumbs+"  ") {
		p.t.Errorf("on %q, want %q", header, crumbs)
	}
}

// Esc leads to where one came from, also after a jump; [ and ] go through what one has seen, as in a browser.
func TestBackAndForwardThroughThePlacesOneHasBeenAt(t *testing.T) {
	p, pages := town(t, "Tunnels", "Routes", "Prefixes")
	p.jumps("tunnels").send(tui.Push(&page{title: "fra"})())
	p.on("Home › Tunnels › fra")
	p.sees("esc Tunnels")
	p.jumps("routes").jumps("prefixes")
	p.on("Home › Prefixes")
	p.sees("esc Routes")
	p.press("esc").on("Home › Routes")
	p.press("[").on("Home › Tunnels › fra")
	p.press("[").on("Home › Tunnels")
	p.press("]", "]").on("Home › Routes")
	p.press("]").on("Home › Prefixes")
	p.press("]")
	p.sees("no next page")
	p.press("[", "[").on("Home › Tunnels › fra")
	p.jumps("prefixes") // what was ahead is forgotten
	p.press("]")
	p.sees("no next page")
	p.press("[", "[", "[").on("Home")
	p.press("[")
	p.sees("no previous page")
	if len(pages["Tunnels"].got) == 0 {
		return
	}
	p.t.Error("the page got messages that were not for it")
}

// Whoever wanders far finds the way back over the last fifty places.
func TestTheTrailIsBounded(t *testing.T) {
	p, _ := town(t)
	for i := range 70 {
		p.send(tui.Push(&page{title: fmt.Sprint("page ", i)})())
	}
	back := 0
	for !strings.Contains(p.screen(), "no previous page") && back < 200 {
		p.press("[")
		back++
	}
	if back < 51 || back > 75 {
		t.Errorf("after %d steps back one is at the beginning", back)
	}
}

// keeping is a page that loses nothing while it can be come back to, as a form.
type keeping struct{ page }

func (k *keeping) Keeps() bool { return true }

// A form can be left for a look elsewhere, and is as it was; quitting knows of it all the same. What cannot be kept asks before.
func TestAFormIsKeptWhileOneLooksElsewhere(t *testing.T) {
	p, _ := town(t, "Tunnels")
	form := &keeping{page{title: "New tunnel", losing: "what you typed"}}
	p.send(tui.Push(form)())
	p.jumps("tunnels").on("Home › Tunnels")
	p.press("q")
	p.sees("Leave what you typed?")
	p.passes(1e9)
	p.press("esc")
	p.press("esc").on("Home › New tunnel")
	p.send(tui.Pop()()) // it was sent
	p.on("Home")
	p.press("]", "esc").on("Home") // the form is nowhere any more
	p.send(tui.Push(&page{title: "Key", losing: "the key"})())
	p.jumps("tunnels")
	p.sees("Leave the key?")
	p.passes(1e9)
	p.press("right", "enter").on("Home › Tunnels")
	p.press("esc").on("Home")
	p.seesNot("Key")
}

// sleeper counts how often it works.
type sleeper struct {
	page
	asleep bool
	woken  int
}

func (s *sleeper) Sleep()        { s.asleep = true }
func (s *sleeper) Wake() tea.Cmd { s.asleep, s.woken = false, s.woken+1; return nil }

// What nobody sees sleeps, and takes the newest when one comes back.
func TestPagesSleepWhileOneIsElsewhere(t *testing.T) {
	p, _ := town(t, "Tunnels")
	s := &sleeper{page: page{title: "Routes"}}
	p.send(tui.Push(s)())
	p.send(tui.Push(&page{title: "below it"})())
	if s.asleep {
		t.Error("a page of the stack sleeps")
	}
	p.jumps("tunnels")
	if !s.asleep {
		t.Error("a page that was left does not sleep")
	}
	p.press("[")
	if s.asleep || s.woken != 1 {
		t.Errorf("back again: asleep %v, woken %d times", s.asleep, s.woken)
	}
}

// A form that the history leads to is passed by with the same keys; once something was typed into it they are text.
func TestTheHistoryPassesAForm(t *testing.T) {
	form := &taker{page: page{title: "Form"}}
	p, _ := town(t, "Tunnels", "Routes")
	p.jumps("tunnels").send(tui.Push(form)())
	p.send(tea.KeyPressMsg{Code: 'g', Mod: tea.ModCtrl})
	for _, r := range "routes" {
		p.press(string(r))
	}
	p.press("enter").on("Home › Routes")
	p.press("[").on("Home › Tunnels › Form")
	p.press("[").on("Home › Tunnels")
	p.press("]", "]").on("Home › Routes")
	p.press("[", "x", "[").on("Home › Tunnels › Form")
	if form.text != "x[" {
		t.Errorf("the form took %q", form.text)
	}
}

// taker is a page that takes text.
type taker struct {
	page
	text string
}

func (*taker) Capturing() bool { return true }

func (t *taker) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		t.text += key.Text
	}
	return nil
}
