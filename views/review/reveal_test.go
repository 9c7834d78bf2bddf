package review_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/views/review"
)

// A generated pre-shared key is on the screen only between the key that shows it and the key that hides it, and is
// forgotten when the page closes.
func TestAPreSharedKeyIsShownOnlyOnDemand(t *testing.T) {
	const psk = "canary-psk-0123456789"
	forgotten := false
	page := review.NewReveal(api.NewSecret(psk), func() { forgotten = true })
	shown := func() bool {
		lines := page.Draw(tui.Canvas{Width: 80, Height: 20, Theme: tui.PlainTheme(tui.ASCIIGlyphs)})
		return strings.Contains(strings.Join(lines, "\n"), psk)
	}
	act := func(name string) tea.Cmd {
		for _, a := range page.Actions() {
			if a.Name == name {
				return a.Run()
			}
		}
		t.Fatalf("there is no %s", name)
		return nil
	}
	if shown() {
		t.Error("it is shown before it was asked for")
	}
	if act("reveal"); !shown() {
		t.Error("it is not shown when it was asked for")
	}
	if act("reveal"); shown() {
		t.Error("it is in the next frame after it was hidden")
	}
	if page.Unsaved() == "" {
		t.Error("leaving does not warn that the key is lost")
	}
	if act("reveal"); !shown() {
		t.Fatal("not shown again")
	}
	if act("kept"); shown() || !forgotten || page.Unsaved() != "" {
		t.Error("the key outlives the page")
	}
}
