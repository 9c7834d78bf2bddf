package resource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

// site is an object of the account of these tests.
type site struct{ id, name, state string }

func sites(names ...string) []site {
	var out []site
	for _, n := range names {
		name, state, _ := strings.Cut(n, "=")
		out = append(out, site{id: "id-" + name, name: name, state: state})
	}
	return out
}

// account has the rows, and notes what was done to which.
type account struct {
	rows   []site
	status tui.Status
	done   []string
}

func (a *account) note(what string) func(site) tea.Cmd {
	return func(s site) tea.Cmd { a.done = append(a.done, what+" "+s.name); return nil }
}

func names(rows []site) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.name)
	}
	return strings.Join(out, "+")
}

func (a *account) describe() resource.Description[site] {
	name := func(s site) string { return s.name }
	return resource.Description[site]{
		Plural: "Sites", SortBy: "name", ID: func(s site) string { return s.id }, Name: name,
		Columns: []table.Column[site]{
			{Key: "name", Title: "NAME", Width: 12, Text: func(s site, _ time.Time) string { return s.name }},
			{Key: "state", Title: "STATE", Width: 8, Text: func(s site, _ time.Time) string { return s.state },
				Compare: func(a, b site) int { return strings.Compare(b.state, a.state) }},
		},
		Sections: func(s site, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Site", Fields: []resource.Field{{Label: "Name", Value: s.name}, {Label: "State", Value: s.state}}}}
		},
		JSON: func(s site) []byte { return fmt.Appendf(nil, `{"name":%q}`, s.name) },
		Summary: func(all []site) tui.Line {
			return tui.Text(tui.Plain, fmt.Sprint(len(all), " sites, first ", all[0].name))
		},
		Create: func() tea.Cmd { a.done = append(a.done, "create"); return nil },
		Edit:   a.note("edit"), Delete: a.note("delete"),
		DeleteAll: func(s []site) tea.Cmd { a.done = append(a.done, "delete all "+names(s)); return nil },
		Many: func(s []site) []tui.Action {
			return []tui.Action{{Name: "compare", Keys: []string{"c"}, Run: func() tea.Cmd {
				a.done = append(a.done,
					"compare "+names(s))
				return nil
			}}}
		},
		NoDelete: func(s site) string {
			if s.state == "locked" {
				return s.name + " is locked"
			}
			return ""
		},
		Actions: func(s site) []tui.Action {
			return []tui.Action{{Name: "ping", Keys: []string{"p"}, Run: func() tea.Cmd { return a.note("ping")(s) }}}
		},
	}
}

func (a *account) source() resource.Source[site] {
	return resource.Source[site]{Rows: func() []site { return a.rows }, Status: func() tui.Status { return a.status },
		Announces: func(msg tea.Msg) bool { _, is := msg.(roundMsg); return is },
		Refresh:   func() tea.Cmd { a.done = append(a.done, "refresh"); return nil }}
}

// reader sits at one page: keys go to its actions as in the program, and else to the page.
type reader struct {
	t    *testing.T
	a    *account
	view tui.View
	calm bool // nobody is at the keys
}

func atList(t *testing.T, rows ...string) *reader {
	a := &account{rows: sites(rows...), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	r := &reader{t: t, a: a, view: resource.NewList(a.describe(), a.source())}
	r.view.Init()
	r.screen()
	return r
}

// opens presses enter and sits down at the page that opens.
func (r *reader) opens() *reader {
	r.t.Helper()
	if _, ok := r.view.(*resource.List); !ok {
		r.t.Fatalf("%T is no list", r.view)
	}
	open, _ := r.action("open")
	return r.opened(open)
}

// opened sits down at the page that an action opens.
func (r *reader) opened(open tui.Action) *reader {
	var opened tui.View
	list := r.view
	app := tui.NewApp(tui.Options{Home: func() tui.View { return list }, Theme: tui.ThemeNone})
	app.Update(open.Run()())
	opened = app.Page()
	return &reader{t: r.t, a: r.a, view: opened}
}

func (r *reader) action(name string) (tui.Action, bool) {
	for _, a := range r.view.Actions() {
		if a.Name == name {
			return a, true
		}
	}
	return tui.Action{}, false
}

func (r *reader) press(keys ...string) *reader {
	for _, key := range keys {
		r.key(key)
		r.screen() // the program draws after each
	}
	return r
}

func (r *reader) key(key string) {
	taking, ok := r.view.(tui.Capturer)
	if !ok || !taking.Capturing() {
		for _, a := range r.view.Actions() {
			if slices.Contains(a.Keys, key) {
				if a.Why == "" {
					a.Run()
				}
				return
			}
		}
	}
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace, "down": tea.KeyDown, "up": tea.KeyUp}
	if code, ok := named[key]; ok {
		r.view.Update(tea.KeyPressMsg{Code: code})
		return
	}
	r.view.Update(tea.KeyPressMsg{Code: []rune(key)[0], Text: key})
}

// comes is a round of polling that brings these rows.
func (r *reader) comes(rows ...string) *reader {
	r.a.rows = sites(rows...)
	r.view.Update(roundMsg{})
	r.screen()
	return r
}

func (r *reader) screen() string {
	c := tui.Canvas{Width: 80, Height: 20, Idle: r.calm, Held: !r.calm, Theme: tui.PlainTheme(tui.ASCIIGlyphs)}
	return strings.Join(r.view.Draw(c), "\n")
}

// rows are the names on the screen, with ">" before the one under the cursor and "*" after those that are marked.
func (r *reader) rows() string {
	var out []string
	for _, row := range r.view.(tui.Speaker).Tell(time.Time{}).Rows {
		name := row.Name
		if row.ID == r.view.(tui.Speaker).Tell(time.Time{}).Current {
			name = ">" + name
		}
		if last := row.Words[len(row.Words)-1]; last.Value == "marked" {
			name += "*"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func (r *reader) sees(text string) {
	r.t.Helper()
	if s := r.screen(); !strings.Contains(s, text) {
		r.t.Errorf("%q is not on the screen:\n%s", text, s)
	}
}

func (r *reader) seesNot(text string) {
	r.t.Helper()
	if s := r.screen(); strings.Contains(s, text) {
		r.t.Errorf("%q is on the screen:\n%s", text, s)
	}
}

func (r *reader) hasRows(want string) {
	r.t.Helper()
	if got := r.rows(); got != want {
		r.t.Errorf("the rows are %q, want %q", got, want)
	}
}

func (r *reader) hasDone(want ...string) {
	r.t.Helper()
	if !slices.Equal(r.a.done, want) {
		r.t.Errorf("done: %q, want %q", r.a.done, want)
	}
	r.a.done = nil
}

// refuses: the key of the action does nothing, and why is what it says.
func (r *reader) refuses(name, why string) {
	r.t.Helper()
	a, ok := r.action(name)
	if !ok || a.Why != why {
		r.t.Errorf("%s (offered: %v) is refused because of %q, want %q", name, ok, a.Why, why)
	}
}
