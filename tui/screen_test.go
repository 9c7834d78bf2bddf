package tui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// What is wrong comes with what to do about it, and that stands at the sentence's end: on a narrow screen
// the sentence takes a line or two of the list's.
func TestALongSentenceIsNotCutBeforeItsEnd(t *testing.T) {
	home := &page{title: "Home", lines: []string{"first row", "second row"}}
	home.status = tui.Status{Err: "Cloudflare answered 401: the API token is not valid, expired or disabled; create or roll it under My " +
		"Profile > API Tokens and log in again"}
	p := sit(t, home)
	for _, width := range []int{60, 80, 120, 200} {
		p.size(width, 15)
		p.sees("first row")
		lines := strings.Split(p.screen(), "\n")
		if len(lines) != 15 || !strings.Contains(lines[14], "quit") {
			t.Errorf("%d wide: %d lines, the last is %q", width, len(lines), lines[14])
		}
		if text := strings.Join(strings.Fields(p.screen()), " "); !strings.Contains(text, home.status.Err) {
			t.Errorf("%d wide: the sentence is not whole:\n%s", width, p.screen())
		}
	}
	home.status.Err = strings.Repeat("much too long ", 50)
	p.sees("…")
}

// A serial line that says 0x0, at any time, leaves the screen as it is.
func TestASizeOfNothingChangesNothing(t *testing.T) {
	app := tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return &page{title: "Home", lines: []string{"a line"}} }})
	app.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	before := app.Screen()
	for _, size := range []tea.WindowSizeMsg{{}, {Width: 80}, {Height: 24}} {
		app.Update(size)
		if after := app.Screen(); after != before || after == "" {
			t.Errorf("after %dx%d the screen is\n%s", size.Width, size.Height, after)
		}
	}
}

// With ASCII glyphs nothing else leaves the program, also not from the pages, and columns stay columns.
func TestASCIIGlyphsMeanASCIIOnly(t *testing.T) {
	home := &page{title: "São Paulo 東京", lines: []string{"↑ ↓ → …|", "東京|", "e\u0301|"}}
	app := tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return home }, Glyphs: tui.ASCIIGlyphs})
	app.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	screen := app.Screen()
	if at := strings.IndexFunc(screen, func(r rune) bool { return r >= 0x80 }); at >= 0 {
		t.Errorf("not ASCII: %q", screen[at:at+4])
	}
	for _, want := range []string{"S?o Paulo ????", "^ v > ~|", "\n????|", "\ne|"} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is not in\n%s", want, screen)
		}
	}
}

// A key never stands in the footer for two things: where a page has taken q, quitting is shown by the key
// that quits there.
func TestTheFooterShowsOnlyKeysThatDoWhatItSays(t *testing.T) {
	p := sit(t, &page{title: "Home"})
	p.sees("q quit")
	p.press("?")
	p.sees("q close")
	p.sees("ctrl+c quit")
	p.seesNot("q quit")
	p.seesNot("? help")
}

// A review that leads to another review is one step of the way, not two of the same name.
func TestTheWayDoesNotSayAPageTwice(t *testing.T) {
	app := tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Home: func() tui.View { return &page{title: "Home"} }})
	app.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for _, title := range []string{"Review", "Review", "Result"} {
		app.Update(tui.Push(&page{title: title})())
	}
	if first, _, _ := strings.Cut(app.Screen(), "\n"); strings.Count(first, "Review") != 1 || !strings.Contains(first, "Result") {
		t.Errorf("the way is %q", first)
	}
}

// Where there is no room for both, the account's name comes before the name of the credential's variable.
func TestTheAccountsNameIsWholeBesideAVariable(t *testing.T) {
	account := "Northwind Freight International"
	app := tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Home: func() tui.View { return &page{title: "Overview"} },
		Identity: func() tui.Identity { return tui.Identity{Account: account, Source: "env CLOUDFLARE_API_TOKEN"} }})
	for width, want := range map[int]string{66: account + " · env", 60: account + " · env", 120: account + " · env CLOUDFLARE_API_TOKEN"} {
		app.Update(tea.WindowSizeMsg{Width: width, Height: 15})
		if first, _, _ := strings.Cut(app.Screen(), "\n"); !strings.Contains(first, "  "+want+"  ") {
			t.Errorf("%d wide: %q, want %q", width, first, want)
		}
	}
}

// A server that takes a connection and says nothing is noticed before the request has timed out.
func TestTheHeaderSaysForHowLongNothingHasCome(t *testing.T) {
	home := &page{title: "Home", status: tui.Status{Loading: true}}
	p := sit(t, home)
	p.sees("loading…")
	p.passes(5 * time.Second)
	p.sees("loading…")
	p.passes(5 * time.Second)
	p.sees("loading 10s")
	p.passes(25 * time.Second)
	p.sees("loading 35s")
	home.status = tui.Status{Updated: p.now}
	p.sees("fresh")
	home.status = tui.Status{Loading: true} // another account, from the beginning
	p.sees("loading…")
}

// Over a page a dialog and the palette take whole lines: no word beside them is torn.
func TestNothingIsTornBesideWhatLiesOverAPage(t *testing.T) {
	home := &page{title: "Home"}
	for range 40 {
		home.lines = append(home.lines, strings.Repeat("wyrd ", 23)+"wyrd")
	}
	for name, open := range map[string]func(p *person){
		"dialog": func(p *person) {
			p.send(tui.Open(&tui.Dialog{Title: "Leave?", Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Leave"}}})())
		},
		"palette": func(p *person) { p.press(":") },
	} {
		p := sit(t, home)
		p.size(120, 30)
		open(p)
		lines := strings.Split(p.screen(), "\n")
		if !strings.Contains(p.screen(), "wyrd") {
			t.Fatalf("%s: the page is not behind it:\n%s", name, p.screen())
		}
		for _, line := range lines[1:] {
			if strings.Contains(line, "wyrd") && strings.TrimSpace(line) != strings.TrimSpace(home.lines[0]) {
				t.Errorf("%s: a line of the page is not whole: %q", name, line)
			}
		}
	}
}

// What cannot be done now has no room on the line of keys: the help has it, with the reason.
func TestWhatCannotBeDoneNowIsInTheHelpAlone(t *testing.T) {
	home := &page{title: "Home", actions: []tui.Action{
		{Name: "edit", Keys: []string{"e"}, Short: "edit", Footer: true, Why: "this session is read-only"},
		{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common},
		{Name: "trace", Keys: []string{"t"}, Short: "traceroute", Footer: true}}}
	p := sit(t, home)
	p.seesNot("edit")
	p.sees(" t traceroute  r refresh ")
	p.press("?")
	p.sees("unavailable: this session is read-only")
}
