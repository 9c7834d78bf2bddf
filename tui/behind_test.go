package tui_test

import (
	"testing"
	"time"

	"flarewire/tui"
)

// filtered is a page whose list can be opened with a filter.
type filtered struct {
	page
	filter string
}

func (f *filtered) SetFilter(text string) { f.filter = text }

func (f *filtered) Filter() string { return f.filter }

// The row for a name with text behind it says what enter does with that text: it filters a list, leads to what the page's help names, goes
// on to what an alias stands for, or is of no use.
func TestThePaletteSaysWhatBecomesOfTheTextBehindAName(t *testing.T) {
	home := &page{title: "Home"}
	p := sit(t, home)
	p.app = tui.NewApp(tui.Options{
		Name: "flarewire", Home: func() tui.View { return home }, Theme: tui.ThemeNone, Now: func() time.Time { return p.now },
		Identity: func() tui.Identity { return tui.Identity{Account: "Northwind", Source: "demo"} },
		Aliases:  map[string]string{"berlin": "routes ber"},
		Pages: []tui.PaletteEntry{
			{Names: []string{"routes"}, Help: "static routes", Open: func() tui.View { return &filtered{page: page{title: "Routes"}} }},
			{Names: []string{"where"}, Help: "where an address leads", Open: func() tui.View { return &page{title: "Where"} },
				With: func(text string) (tui.View, string) { return &page{title: "Where " + text}, "" }},
			{Names: []string{"about"}, Help: "the account", Open: func() tui.View { return &page{title: "About"} }},
		}})
	p.size(80, 24)
	for typed, says := range map[string]string{
		"routes fra": "only what matches", "where 192.0.2.1": "where an address leads", "berlin x": ":routes ber x",
		"about x": "takes nothing behind its name"} {
		p.press(":")
		for _, r := range typed {
			p.press(string(r))
		}
		if says == "takes nothing behind its name" {
			p.seesNot("▌ " + typed) // it is not offered, and why
		} else {
			p.sees("▌ " + typed)
		}
		p.sees(says)
		if says != "only what matches" {
			p.seesNot("only what matches")
		}
		p.press("esc")
	}
}
