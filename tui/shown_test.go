package tui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// usher is a service that notes, in the order of their coming, which views are shown and which messages there are.
type usher struct{ noted []string }

type noteMsg string

func (u *usher) Init() tea.Cmd { u.noted = append(u.noted, "started"); return nil }

func (u *usher) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tui.ShownMsg:
		u.noted = append(u.noted, msg.View.Title())
		return func() tea.Msg { return noteMsg("command of " + msg.View.Title()) }
	case noteMsg:
		u.noted = append(u.noted, string(msg))
	}
	return nil
}

// house is a program of a few pages with a service that is told of them.
func house(t *testing.T) (*person, *usher, map[string]*page) {
	pages := map[string]*page{}
	for _, name := range []string{"Home", "List", "Object", "Other"} {
		pages[name] = &page{title: name}
	}
	u := &usher{}
	p := &person{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	p.app = tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Services: []tui.Service{u},
		Now:  func() time.Time { return p.now },
		Home: func() tui.View { return pages["Home"] },
		Pages: []tui.PaletteEntry{{Names: []string{"other"}, Open: func() tui.View { return pages["Other"] }},
			{Names: []string{"home"}, Open: func() tui.View { return &page{title: "Home"} }}},
	})
	return p, u, pages
}

// shown are the views that the service was told of since the last time, without its commands and messages.
func (u *usher) shown() string {
	var out []string
	for _, n := range u.noted {
		if !strings.HasPrefix(n, "command") && n != "started" {
			out = append(out, n)
		}
	}
	u.noted = nil
	return strings.Join(out, " ")
}

// A service that fetches for the page that is looked at must never believe that another one is.
func TestServicesLearnWhichViewIsOnTop(t *testing.T) {
	p, u, pages := house(t)
	p.run(p.app.Init())
	if want := []string{"started", "Home", "command of Home"}; !slices.Equal(u.noted, want) {
		t.Errorf("at the start the service is told %q, want %q", u.noted, want)
	}
	p.size(80, 24)
	u.noted = nil
	push := func(name string) func() { return func() { p.send(tui.Push(pages[name])()) } }
	for _, step := range []struct {
		does string
		do   func()
		want string
	}{
		{"opens a list", push("List"), "List"},
		{"opens an object", push("Object"), "Object"},
		{"asks for help", func() { p.press("?") }, "Help"},
		{"goes back", func() { p.press("esc") }, "Object"},
		{"opens the palette and leaves it", func() { p.press(":", "esc") }, ""},
		{"is asked something", func() { p.send(tui.Open(&tui.Dialog{Title: "Sure?", Choices: []tui.Choice{{Label: "yes"}}})()) }, ""},
		{"answers", func() { p.now = p.now.Add(time.Second); p.press("esc") }, ""}, // a dialog takes no key at once
		{"sees a page below replaced", func() { p.send(tui.Replace(pages["List"], pages["Other"])()) }, ""},
		{"sees the page replaced", func() { p.send(tui.Replace(pages["Object"], pages["List"])()) }, "List"},
		{"sees a page replaced that has been left", func() { p.send(tui.Replace(pages["Object"], pages["List"])()) }, ""},
		{"goes back and on in one step", func() { p.send(tui.PopPush(1, pages["Object"])()) }, "Object"},
		{"goes back two pages", func() { p.send(tui.PopN(2)()) }, "Home"},
		{"cannot go back from the first page", func() { p.press("esc"); p.send(tui.Pop()()) }, ""},
		{"jumps", func() { p.press(":", "o", "t", "h", "e", "r", "enter") }, "Other"},
		{"jumps home", func() { p.press(":", "h", "o", "m", "e", "enter") }, "Home"},
	} {
		step.do()
		if got := u.shown(); got != step.want {
			t.Errorf("the person %s: the service is told %q, want %q", step.does, got, step.want)
		}
		for name, v := range pages {
			if slices.ContainsFunc(v.got, func(m tea.Msg) bool { _, is := m.(tui.ShownMsg); return is }) {
				t.Errorf("the person %s: %s is told, too", step.does, name)
			}
		}
	}
}

// The service knows of the new page before the next message, whatever its commands and those of the page wait for.
func TestServicesLearnOfAViewBeforeTheNextMessage(t *testing.T) {
	p, u, pages := house(t)
	pages["Home"].actions = []tui.Action{{Name: "open", Keys: []string{"enter"}, Run: func() tea.Cmd { return tui.Push(pages["List"]) }}}
	p.app.Init()
	u.noted = nil
	_, cmd := p.app.Update(keyPress("enter"))
	p.app.Update(noteMsg("an answer"))
	p.run(cmd)
	if want := []string{"List", "an answer", "command of List"}; !slices.Equal(u.noted, want) {
		t.Errorf("the service noted %q, want %q", u.noted, want)
	}
}

func TestServicesLearnWhichViewIsReadOutLineByLine(t *testing.T) {
	p, u, pages := house(t)
	lines := p.app.Lines()
	p.run(lines.Init())
	run, ok := lines.Jump("other")
	if !ok {
		t.Fatal("no page is called other")
	}
	lines.Do(run)
	lines.Do(lines.Back)
	lines.Do(func() tea.Cmd { return tui.Push(pages["Object"]) })
	lines.Do(lines.Leave)
	if got, want := u.shown(), "Home Other Home Object Home"; got != want {
		t.Errorf("the service is told %q, want %q", got, want)
	}
}
