package tui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
)

// page is a view for tests: it shows its lines and records what reaches it.
type page struct {
	title   string
	lines   []string
	actions []tui.Action
	got     []tea.Msg
	status  tui.Status
	losing  string
}

func (p *page) Title() string              { return p.title }
func (p *page) Init() tea.Cmd              { return nil }
func (p *page) Update(msg tea.Msg) tea.Cmd { p.got = append(p.got, msg); return nil }
func (p *page) Draw(tui.Canvas) []string   { return p.lines }
func (p *page) Actions() []tui.Action      { return p.actions }
func (p *page) Status() tui.Status         { return p.status }
func (p *page) Unsaved() string            { return p.losing }

// person sits at the program: it presses keys and reads the screen. Commands run at once, except
// timers, which never fire.
type person struct {
	t      *testing.T
	app    *tui.App
	now    time.Time
	quit   bool
	timers []tui.Timer // what waits for its time
}

func sit(t *testing.T, home *page, more ...tui.PaletteEntry) *person {
	p := &person{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	p.app = tui.NewApp(tui.Options{
		Name: "flarewire", Home: func() tui.View { return home }, Pages: more, Theme: tui.ThemeNone,
		Identity: func() tui.Identity { return tui.Identity{Account: "Northwind", Source: "demo"} },
		Now:      func() time.Time { return p.now },
	})
	p.size(80, 24)
	return p
}

func (p *person) size(w, h int) { p.send(tea.WindowSizeMsg{Width: w, Height: h}) }

func (p *person) send(msg tea.Msg) {
	_, cmd := p.app.Update(msg)
	p.run(cmd)
}

// run performs commands as the program would; its timers wait for passes.
func (p *person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case tea.QuitMsg:
		p.quit = true
	case nil:
	case tui.Timer:
		p.timers = append(p.timers, msg)
	default:
		p.send(msg)
	}
}

// passes lets time go by, with what was to happen in it.
func (p *person) passes(d time.Duration) {
	p.now = p.now.Add(d)
	timers := p.timers
	p.timers = nil
	for _, timer := range timers {
		if timer.Wait > d {
			p.timers = append(p.timers, tui.Timer{Wait: timer.Wait - d, Msg: timer.Msg})
			continue
		}
		p.send(timer.Msg)
	}
}

func (p *person) press(keys ...string) *person {
	for _, k := range keys {
		p.send(keyPress(k))
	}
	return p
}

func keyPress(k string) tea.KeyPressMsg {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace,
		"right": tea.KeyRight, "down": tea.KeyDown, "up": tea.KeyUp}
	if code, ok := named[k]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if rest, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func (p *person) screen() string { return ansi.Strip(p.app.Screen()) }

func (p *person) sees(text string) {
	p.t.Helper()
	if !strings.Contains(p.screen(), text) {
		p.t.Errorf("%q is not on the screen:\n%s", text, p.screen())
	}
}

func (p *person) seesNot(text string) {
	p.t.Helper()
	if strings.Contains(p.screen(), text) {
		p.t.Errorf("%q is on the screen:\n%s", text, p.screen())
	}
}

func TestNothingIsDrawnOutsideTheScreen(t *testing.T) {
	home := &page{title: strings.Repeat("A very long title ", 9), status: tui.Status{Err: strings.Repeat("wide 日本 ", 40)}}
	for i := range 90 {
		home.lines = append(home.lines, strings.Repeat("x", 60)+fmt.Sprint(i%10))
	}
	p := sit(t, home)
	for w := 1; w <= 220; w += 3 {
		for h := 1; h <= 70; h += 2 {
			p.size(w, h)
			lines := strings.Split(p.screen(), "\n")
			if len(lines) > h {
				t.Fatalf("%dx%d: %d lines", w, h, len(lines))
			}
			if w < 61+tui.MinWidth-60 && tui.Arrange(w, h).Fits {
				continue // the page of this test is 61 wide and a page must keep to its canvas
			}
			for _, l := range lines {
				if tui.Width(l) > w {
					t.Fatalf("%dx%d: a line has %d cells: %q", w, h, tui.Width(l), l)
				}
			}
		}
	}
}

func TestBelowTheMinimumOneSentenceSaysSo(t *testing.T) {
	p := sit(t, &page{title: "Home", lines: []string{"content"}})
	p.size(59, 24)
	p.sees("Terminal too small: flarewire needs 60x15, this is 59x24.")
	p.seesNot("content")
	p.size(60, 15)
	p.sees("content")
}

func TestPartsNeverOverlap(t *testing.T) {
	for w := tui.MinWidth; w < 300; w += 11 {
		for h := tui.MinHeight; h < 100; h += 3 {
			l := tui.Arrange(w, h)
			rows := map[int]int{}
			for _, r := range []tui.Rect{l.Header, l.Body, l.Message, l.Footer} {
				if r.X < 0 || r.W != w || r.H < 1 {
					t.Fatalf("%dx%d: %+v", w, h, r)
				}
				for y := r.Y; y < r.Y+r.H; y++ {
					rows[y]++
				}
			}
			for y := range h {
				if rows[y] != 1 {
					t.Fatalf("%dx%d: line %d belongs to %d parts", w, h, y, rows[y])
				}
			}
			if len(rows) != h {
				t.Fatalf("%dx%d: %d lines are used", w, h, len(rows))
			}
		}
	}
}

func TestOldDataIsNeverShownAsFresh(t *testing.T) {
	home := &page{title: "Home"}
	p := sit(t, home)
	p.sees("loading")
	home.status = tui.Status{Updated: p.now.Add(-20 * time.Second), Every: 15 * time.Second}
	p.sees("20s")
	p.seesNot("stale")
	home.status.Updated = p.now.Add(-2 * time.Minute)
	p.sees("stale 2m")
	home.status = tui.Status{Updated: p.now, Every: 15 * time.Second, Err: "Cloudflare does not answer"}
	p.sees("stale <5s")
	p.sees("Cloudflare does not answer")
}

// Nobody is at the keyboard: the age of data that is fetched in time is the bound that it keeps, which costs no byte. The
// next key, data that is overdue, and trouble show it exactly.
func TestAgesDoNotTickWhileNobodyLooks(t *testing.T) {
	home := &page{title: "Home"}
	p := sit(t, home)
	fetch := func(ago time.Duration) { home.status = tui.Status{Updated: p.now.Add(-ago), Every: 15 * time.Second} }
	fetch(10 * time.Second)
	p.sees(" 10s")
	p.now = p.now.Add(time.Minute)
	for _, ago := range []time.Duration{0, 5 * time.Second, 20 * time.Second} {
		fetch(ago)
		p.sees("● ≤20s old")
	}
	fetch(25 * time.Second)
	p.sees(" 25s")
	fetch(2 * time.Minute)
	p.sees("stale 2m")
	fetch(10 * time.Second)
	p.press("x")
	p.sees(" 10s")
}

func TestEscapeGoesBackAndNeverQuits(t *testing.T) {
	home := &page{title: "Home"}
	home.actions = []tui.Action{{Name: "open", Keys: []string{"enter"}, Run: func() tea.Cmd { return tui.Push(&page{title: "Child"}) }}}
	p := sit(t, home).press("enter")
	p.sees("Home › Child")
	p.press("esc")
	p.seesNot("Child")
	p.press("esc", "backspace")
	p.sees("q quits")
	if p.quit {
		t.Error("esc on the first page left the program")
	}
	if p.press("q"); !p.quit {
		t.Error("q did not leave the program")
	}
}

func TestQuitAsksOnlyWhenSomethingWouldBeLost(t *testing.T) {
	home := &page{title: "Home", losing: "the form"}
	p := sit(t, home).press("q")
	p.sees("Leave the form?")
	p.press("enter") // typed before the dialog could be read: swallowed
	p.sees("Leave the form?")
	p.seesNot("▌") // and no answer is marked
	p.passes(time.Second)
	p.sees("▌Cancel")
	p.sees("enter cancel")
	p.press("tab")
	p.sees("▌Quit")
	p.sees("enter quit") // the cursor stands on what enter does
	p.press("tab")
	p.press("enter") // the safe answer is selected
	p.seesNot("Leave the form?")
	if p.quit {
		t.Fatal("the safe answer left the program")
	}
	p.press("q")
	p.now = p.now.Add(time.Second)
	if p.press("right", "enter"); !p.quit {
		t.Error("the second answer did not leave")
	}
}

func TestDialogThatNamesWhatItHitsWantsTheNameTyped(t *testing.T) {
	deleted := false
	home := &page{title: "Home"}
	home.actions = []tui.Action{{Name: "delete", Keys: []string{"D"}, Run: func() tea.Cmd {
		return tui.Open(&tui.Dialog{Title: "Delete fra-1?", Confirm: "fra-1", Choices: []tui.Choice{
			{Label: tui.Cancel}, {Label: "Delete", Run: func() tea.Cmd { deleted = true; return nil }}}})
	}}}
	p := sit(t, home).press("D")
	p.now = p.now.Add(time.Second)
	p.press("tab") // wakes it; there is nothing to choose while no name is typed
	p.sees("▌Cancel")
	p.sees("enter cancel")
	p.press("f", "r", "a", "right", "enter")
	p.sees("That is not the name")
	p.seesNot("▌Cancel") // enter does neither
	p.seesNot("▌Delete")
	p.seesNot("enter cancel")
	if deleted {
		t.Fatal("deleted without the whole name")
	}
	p.send(tea.PasteMsg{Content: "-1"})
	p.press("enter")
	if deleted {
		t.Fatal("the name was pasted, not typed")
	}
	p.press("-", "1")
	p.sees("▌Delete")
	p.sees("enter delete")
	p.press("enter")
	if !deleted {
		t.Error("not deleted although the name was typed")
	}
}

// Where keys are looked up, the pages are, too: with their other names.
func TestHelpListsThePages(t *testing.T) {
	routes := tui.PaletteEntry{Names: []string{"routes", "static-routes"}, Help: "static routes",
		Open: func() tui.View { return &page{title: "Routes"} }}
	p := sit(t, &page{title: "Home"}, routes).press("?")
	for _, at := range [][2]int{{80, 40}, {200, 60}} {
		p.size(at[0], at[1])
		p.sees(":routes")
		p.sees("Static routes (also static-routes)")
		p.sees("Keys on Home")
	}
}

func TestKeyThatCannotActNowSaysWhy(t *testing.T) {
	home := &page{title: "Home", actions: []tui.Action{{Name: "edit", Keys: []string{"e"}, Short: "edit", Footer: true,
		Why: "the profile is read-only", Run: func() tea.Cmd { t.Error("it ran"); return nil }}}}
	p := sit(t, home)
	p.seesNot("e edit")
	p.press("e")
	p.sees("the profile is read-only")
	p.press("?")
	p.sees("unavailable: the profile is read-only")
}

func TestPaletteJumpsByNameAndRunsActions(t *testing.T) {
	ran := false
	home := &page{title: "Home", actions: []tui.Action{{Name: "sort-next", Keys: []string{"s"},
		Run: func() tea.Cmd { ran = true; return nil }}}}
	gre := &page{title: "GRE tunnels"}
	p := sit(t, home, tui.PaletteEntry{Names: []string{"gre", "gre-tunnels"}, Help: "GRE tunnels", Open: func() tui.View { return gre }})
	p.press(":", "g", "r")
	p.sees("▌ gre ")
	p.sees("page              GRE tunnels")
	p.press("enter")
	p.sees("Home › GRE tunnels")
	p.press("esc", ":", "s", "o", "r", "enter")
	if !ran {
		t.Error("the palette did not run the action")
	}
	p.press(":", "z", "z", "enter")
	p.sees("No page, action or object \"zz\"")
	p.press("backspace", "backspace", "backspace")
	p.seesNot("go to ──")
}

func TestHelpListsEveryActionOfThePageAndOfTheFrame(t *testing.T) {
	home := &page{title: "Home", actions: []tui.Action{{Name: "filter", Keys: []string{"/"}, Long: "Show only some rows"}}}
	p := sit(t, home)
	p.press("?")
	text := strings.Join(strings.Fields(p.screen()), " ")
	for _, a := range append(slices.Clone(home.actions), p.app.Actions()...) {
		p.sees(a.Name)
		if first, _, _ := strings.Cut(a.Long, ";"); !strings.Contains(text, first) {
			t.Errorf("the help does not explain %s:\n%s", a.Name, p.screen())
		}
	}
	p.press("q")
	p.seesNot("Keys on Home")
	if p.quit {
		t.Error("q in the help left the program instead of the help")
	}
}

func TestMessagesReachPagesBelowTheTop(t *testing.T) {
	type news struct{}
	home := &page{title: "Home"}
	home.actions = []tui.Action{{Name: "open", Keys: []string{"enter"}, Run: func() tea.Cmd { return tui.Push(&page{title: "Child"}) }}}
	p := sit(t, home).press("enter")
	p.send(news{})
	if !slices.Contains(home.got, tea.Msg(news{})) {
		t.Error("the page below did not see the message and will show old rows when one comes back to it")
	}
}

func TestCommandAsAMessageIsLoud(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a command that arrived as a message vanished silently")
		}
	}()
	p := sit(t, &page{title: "Home"})
	p.app.Update(tea.Cmd(func() tea.Msg { return nil }))
}

func TestServerTextCannotDoAnything(t *testing.T) {
	for in, want := range map[string]string{
		"plain-name":         "plain-name",
		"ünï 日本":             "ünï 日本",
		"\x1b]52;c;ZXZpbA\a": `\x1b]52;c;ZXZpbA\a`,
		"a\nb\tc\r":          `a\nb\tc\r`,
		"left\u202eright":    `left\u202eright`,
		"zero\u200bwidth":    `zero\u200bwidth`,
		"bad\xffutf8":        `bad\xffutf8`,
		"c1\u009b31m":        `c1\u009b31m`,
		"Việt e\u0323\u0302": "Việt e\u0323\u0302",
		"a" + strings.Repeat("\u0301", 300) + "b":    "a" + strings.Repeat("\u0301", 4) + "…b",
		"\u20dd" + strings.Repeat("\u0489\u0300", 9): "\u20dd\u0489\u0300\u0489…",
	} {
		if got := tui.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAges(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "now", 0: "now", 4 * time.Second: "now", 9 * time.Second: "5s", 59 * time.Second: "55s", time.Minute: "1m",
		59 * time.Minute: "59m", time.Hour: "1h", 47 * time.Hour: "47h", 48 * time.Hour: "2d",
	} {
		if got := tui.Age(d); got != want {
			t.Errorf("Age(%s) = %s, want %s", d, got, want)
		}
	}
	if got := tui.AgeSince(time.Time{}, time.Now()); got != "-" {
		t.Errorf("an absent time has age %q", got)
	}
}

// Keys that are pressed while the screen is too small to show anything reach nothing.
func TestNobodyTypesIntoWhatCannotBeSeen(t *testing.T) {
	hit := 0
	home := &page{title: "Home", actions: []tui.Action{{Name: "hit", Keys: []string{"x"}, Run: func() tea.Cmd { hit++; return nil }}}}
	p := sit(t, home)
	p.size(59, 24)
	p.press("x")
	if hit != 0 {
		t.Error("a key reached a page that was not on the screen")
	}
	p.size(80, 24)
	p.press("x")
	if hit != 1 {
		t.Error("the page does not take keys any more")
	}
}
