package tui_test

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// A page of the web opens in the browser of the machine; where there is none, its address is a link above the keys and in the clipboard.
func TestAPageOfTheWebIsOpenedOrLinked(t *testing.T) {
	const address = "https://example.com/?to=/:account/routes"
	for name, c := range map[string]struct {
		browser func(string) error
		said    string
		linked  bool
	}{
		"a browser": {func(url string) error { return map[bool]error{false: errors.New(url)}[url == address] },
			"Opened in your browser: the routes", false},
		"no browser, as on SSH":  {nil, "The routes (also sent to the terminal's clipboard", true},
		"a browser that refuses": {func(string) error { return errors.New("no display") }, "The routes (also sent", true},
	} {
		home := &page{title: "Home", actions: []tui.Action{{Name: "dashboard", Keys: []string{"O"},
			Run: func() tea.Cmd { return tui.Browse("the routes", address) }}}}
		p := sit(t, home)
		p.app = tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return home }, Theme: tui.ThemeNone, Browse: c.browser})
		p.size(120, 24)
		p.press("O")
		p.sees(c.said)
		if linked := strings.Contains(p.app.Screen(), "\x1b]8;;"+address+"\x1b\\"); linked != c.linked {
			t.Errorf("%s: linked %v", name, linked)
		}
	}
}
