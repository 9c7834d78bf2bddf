package resource_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// at is the page as it is drawn on a screen of a size, line by line.
func (r *reader) at(width, height int) []string {
	return r.view.Draw(tui.Canvas{Width: width, Height: height, Theme: tui.PlainTheme(tui.ASCIIGlyphs), Now: time.Unix(1e9, 0)})
}

// siteWith is the page of ams, with what is known around it.
func siteWith(t *testing.T, around ...resource.Section) *reader {
	a := &account{rows: sites("ams=up", "fra=down"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	d := a.describe()
	d.Around = func(site, time.Time) []resource.Section { return around }
	return &reader{t: t, a: a, view: resource.NewDetail(d, a.source(), a.rows[0])}
}

func section(title string, fields int) resource.Section {
	s := resource.Section{Title: title}
	for i := range fields {
		s.Fields = append(s.Fields, resource.Field{Label: fmt.Sprint(title, i), Value: "x"})
	}
	return s
}

// What is known around an object stands where a large screen has room below its own sections, moves none of them, and is no part of a
// small screen. What has no room in whole says how much is not shown.
func TestWhatIsKnownAroundStandsWhereThereIsRoom(t *testing.T) {
	alone, with := siteWith(t), siteWith(t, section("Near", 3), section("Long", 40), section("None", 0))
	for _, size := range [][2]int{{80, 24}, {110, 40}, {119, 60}} {
		if before, after := alone.at(size[0], size[1]), with.at(size[0], size[1]); strings.Join(before, "\n") != strings.Join(after, "\n") {
			t.Errorf("%v: it changes a small screen:\n%s", size, strings.Join(after, "\n"))
		}
	}
	for _, size := range [][2]int{{120, 12}, {120, 40}, {200, 60}} {
		before, after := alone.at(size[0], size[1]), with.at(size[0], size[1])
		for y, line := range before {
			if text := strings.TrimRight(line, " "); text != "" && !strings.HasPrefix(after[y], text) {
				t.Errorf("%v: line %d moved: %q, before %q", size, y, after[y], line)
			}
		}
		text := strings.Join(after, "\n")
		if !strings.Contains(text, " Near") || strings.Contains(text, " None") || len(after) > size[1] {
			t.Errorf("%v:\n%s", size, text)
		}
		if whole := strings.Contains(text, "Long39"); whole == strings.Contains(text, "more") && size[1] < 60 {
			t.Errorf("%v: it does not say what is not shown:\n%s", size, text)
		}
	}
	if text := strings.Join(with.at(120, 12), "\n"); !strings.Contains(text, "and ") {
		t.Errorf("it does not say what is not shown:\n%s", text)
	}
}

// The cursor goes through what is known around the object in the order of the screen, and words are found there.
func TestTheCursorGoesThroughWhatIsAround(t *testing.T) {
	r := siteWith(t, section("Near", 3))
	r.at(200, 60)
	var under []string
	for range 5 {
		for _, line := range r.at(200, 60) {
			if _, after, found := strings.Cut(line, ">"); found {
				under = append(under, strings.Fields(after)[0])
			}
		}
		for _, a := range r.view.Actions() {
			if a.Name == "down" {
				a.Run()
			}
		}
	}
	if got := strings.Join(under, " "); got != "Name State Near0 Near1 Near2" {
		t.Errorf("the cursor was on %s", got)
	}
}

// Below the page of an object stands what the line under the cursor leads to, by what is known: nothing is asked for it. While a key is
// held it stays, and another object comes when the cursor rests.
func TestAPageShowsWhatItLeadsTo(t *testing.T) {
	a := &account{rows: sites("ams=up", "fra=down", "zrh=slow"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	s := a.source()
	asked := 0
	s.Looked = func(string) tea.Cmd { asked++; return nil }
	d := a.describe()
	own := d.Sections
	d.Sections = func(of site, now time.Time) []resource.Section {
		out := own(of, now)
		for _, other := range a.rows {
			if of.name == "ams" && other.name != "ams" {
				out[0].Fields = append(out[0].Fields, resource.Field{Label: "Beside", Value: other.name,
					Open: func() tui.View { return resource.NewDetail(d, s, other) }})
			}
		}
		return out
	}
	r := &reader{t: t, a: a, view: resource.NewDetail(d, s, a.rows[0])}
	shown := func() string {
		text := strings.Join(r.at(200, 60), "\n")
		_, after, _ := strings.Cut(text, " > ")
		return strings.Join(strings.Fields(after)[:1], "")
	}
	if got := shown(); got != "fra" {
		t.Fatalf("the page leads to %q:\n%s", got, strings.Join(r.at(200, 60), "\n"))
	}
	var rest []tea.Cmd
	for range 3 { // to zrh
		for _, action := range r.view.Actions() {
			if action.Name == "down" {
				rest = append(rest, action.Run())
			}
		}
	}
	if got := shown(); got != "fra" {
		t.Errorf("while the cursor moves the page leads to %q", got)
	}
	for _, cmd := range rest {
		rests(r.view, cmd)
	}
	if got := shown(); got != "zrh" {
		t.Errorf("the cursor rests, and the page leads to %q", got)
	}
	if asked > 0 {
		t.Errorf("it was asked %d times", asked)
	}
	if text := strings.Join(r.at(80, 24), "\n"); strings.Contains(text, "slow") {
		t.Errorf("a small screen has it, too:\n%s", text)
	}
}

// A single object that a page leads to has the room below both columns: a half of its sections in each.
func TestASingleObjectAheadHasBothColumns(t *testing.T) {
	a := &account{rows: sites("ams=up", "fra=down"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	d, source := a.describe(), a.source()
	d.Sections = func(of site, _ time.Time) []resource.Section {
		if of.name == "fra" {
			return []resource.Section{section("First", 9), section("Second", 9)}
		}
		return []resource.Section{{Title: "Leads", Fields: []resource.Field{{Label: "To", Value: "fra",
			Open: func() tui.View { return resource.NewDetail(d, source, a.rows[1]) }}}}, section("Own", 2)}
	}
	r := &reader{t: t, a: a, view: resource.NewDetail(d, source, a.rows[0])}
	var left, right string
	for _, line := range r.at(200, 60) {
		left += line[:min(len(line), 100)] + "\n"
		right += line[min(len(line), 100):] + "\n"
	}
	if !strings.Contains(left, " > fra ") || !strings.Contains(left, "First8") || strings.Contains(left, "Second0") {
		t.Errorf("left:\n%s", left)
	}
	if !strings.Contains(right, " > fra, continued") || !strings.Contains(right, "Second8") || strings.Contains(right, "First0") {
		t.Errorf("right:\n%s", right)
	}
	if text := strings.Join(r.at(200, 14), "\n"); !strings.Contains(text, " > fra") || strings.Contains(text, "continued") {
		t.Errorf("little room:\n%s", text)
	}
}

// rests gives the page the message of the timers that a movement has set.
func rests(view tui.View, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tui.Timer:
		view.Update(msg.Msg)
	case tea.BatchMsg:
		for _, one := range msg {
			rests(view, one)
		}
	}
}
