package tui_test

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// An address in a notice stands whole on a line of its own where it has room, and longer than the screen without a blank in it; in the list
// of notices, too.
func TestAnAddressIsNotBrokenInANotice(t *testing.T) {
	url := "https://dash.cloudflare.com/?to=/:account/magic-networks/connections-2"
	for width, whole := range map[int]bool{80: true, 72: true, 60: false} {
		p := sit(t, &page{title: "Home"})
		p.size(width, 24)
		p.send(tui.Browse("ports in Cloudflare's dashboard", url)())
		for range 2 {
			lines := strings.Split(p.screen(), "\n")
			for i, line := range lines {
				lines[i] = strings.TrimRight(line, " ")
			}
			if whole != slices.Contains(lines, url) || !strings.Contains(strings.Join(lines, ""), url) {
				t.Errorf("at %d columns:\n%s", width, strings.Join(lines, "\n"))
			}
			p.press("!")
		}
	}
}

// What was begun is gone on with when it is begun again, and that is said; what is finished is begun anew.
func TestWhatWasBegunIsResumed(t *testing.T) {
	form := &begun{taker: taker{page: page{title: "Edit fra"}}, unsaved: "what you typed"}
	p, _ := town(t, "Tunnels", "Routes")
	p.jumps("tunnels").send(tui.Push(form)())
	elsewhere := func() {
		p.send(tea.KeyPressMsg{Code: 'g', Mod: tea.ModCtrl})
		for _, r := range "routes" {
			p.press(string(r))
		}
		p.press("enter").on("Home › Routes")
	}
	elsewhere()
	again := tui.Resume("edit fra", tui.Push(&page{title: "Anew"}))
	p.send(again())
	p.on("Home › Tunnels › Edit fra")
	p.sees("as you left it")
	elsewhere()
	form.unsaved = ""
	p.send(again())
	p.on("Home › Routes › Anew")
}

type begun struct {
	taker
	unsaved string
}

func (b *begun) Unsaved() string  { return b.unsaved }
func (*begun) Keeps() bool        { return true }
func (*begun) ResumesFor() string { return "edit fra" }
