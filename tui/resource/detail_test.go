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
)

const goneNotice = "no longer on the account"

func TestAPageFollowsItsObject(t *testing.T) {
	r := atList(t, "ams=up", "fra=up").press("j").opens()
	if r.view.Title() != "fra" {
		t.Fatalf("the page of %q has opened", r.view.Title())
	}
	r.comes("aaa=down", "ams=down", "fra=degraded", "zrh=down").sees("degraded")
	r.press("e", "D", "p")
	r.hasDone("edit fra", "delete fra", "ping fra")

	r.comes("aaa=down")
	r.sees(goneNotice)
	r.sees("degraded") // the last known state
	for _, name := range []string{"edit", "delete", "ping"} {
		if _, ok := r.action(name); ok {
			t.Errorf("%s is offered for an object that is gone", name)
		}
	}
	r.comes("fra=up").seesNot(goneNotice)
	r.press("e")
	r.hasDone("edit fra")
}

// The rows that a page was opened from may be used again by whoever brings them; the page keeps its object all the same.
func TestAPageKeepsItsObjectWhateverBecomesOfTheRows(t *testing.T) {
	r := atList(t, "ams=up", "fra=up").opens()
	r.view.Update(roundMsg{})
	r.a.rows[0] = site{id: "other", name: "other", state: "down"}
	r.seesNot("other")
	r.view.Update(roundMsg{})
	r.sees(goneNotice)
	r.sees("ams")
}

// A list that could not be read yet does not say that anything is gone.
func TestAnUnreadListTakesNothingAway(t *testing.T) {
	a := &account{rows: nil, status: tui.Status{Err: "503"}}
	r := &reader{t: t, a: a, view: resource.NewDetail(a.describe(), a.source(), sites("ams=up")[0])}
	r.view.Init()
	r.comes().seesNot(goneNotice)
	a.status.Updated = time.Now()
	r.comes().sees(goneNotice)
	d := a.describe()
	d.Gone = "It was forgotten."
	own := &reader{t: t, a: a, view: resource.NewDetail(d, a.source(), sites("ams=up")[0])}
	own.comes().sees("It was forgotten.")
	if told := own.view.(tui.Speaker).Tell(time.Now()).Above; strings.TrimSpace(told[0]) != "It was forgotten." {
		t.Errorf("told: %q", told)
	}
}

func TestCursorOfAPageStaysOnItsField(t *testing.T) {
	a := &account{rows: sites("ams=up"), status: tui.Status{Updated: time.Now()}}
	more := false
	d := a.describe()
	sections := d.Sections
	opened := ""
	d.Sections = func(s site, now time.Time) []resource.Section {
		out := sections(s, now)
		out[0].Fields = append(out[0].Fields, resource.Field{Label: "City", Value: "Amsterdam",
			Open: func() tui.View { opened = "city"; return nil }},
			resource.Field{Value: "A sentence.", Prose: true})
		if more {
			out = append([]resource.Section{{Title: "Trouble", Fields: []resource.Field{{Value: "It is slow.", Prose: true}, {Label: "Since",
				Value: "now"}}}}, out...)
		}
		return out
	}
	r := &reader{t: t, a: a, view: resource.NewDetail(d, a.source(), a.rows[0])}
	r.screen()
	r.press("j", "j")
	more = true
	r.comes("ams=up")
	open, ok := r.action("open")
	if !ok {
		t.Fatalf("after lines came before it, the cursor is not on the city:\n%s", r.screen())
	}
	open.Run()
	if opened != "city" {
		t.Error("enter has not opened what the line names")
	}
	if clipboard(t, r, "copy") != "Amsterdam" || !strings.Contains(clipboard(t, r, "copy-json"), `"name": "ams"`) {
		t.Error("copied is not what is under the cursor, or not the object")
	}
	r.press("G").refuses("copy", "there is no value under the cursor")
	r.press("g").refuses("copy", "there is no value under the cursor") // the sentence about the trouble
	r.press("j").refuses("copy", "")
}

// clipboard is what an action sends to the terminal's clipboard.
func clipboard(t *testing.T, r *reader, name string) string {
	t.Helper()
	a, ok := r.action(name)
	if !ok || a.Why != "" {
		t.Fatalf("%s cannot be done: %s", name, a.Why)
	}
	batch, ok := a.Run()().(tea.BatchMsg)
	if !ok {
		t.Fatal("nothing is copied")
	}
	return fmt.Sprint(batch[0]()) // the library keeps the type of this message to itself
}

func TestWhatAPageWants(t *testing.T) {
	a := &account{rows: sites("ams"), status: tui.Status{Updated: time.Now()}}
	s := a.source()
	note := func(what string) func() tea.Cmd {
		return func() tea.Cmd { a.done = append(a.done, what); return nil }
	}
	s.Open = note("open")
	s.Needs = func(id string) []string { return []string{"sites", "of " + id} }
	s.Looked = func(id string) tea.Cmd { a.done = append(a.done, "looked "+id); return nil }
	list := &reader{t: t, a: a, view: resource.NewList(a.describe(), s)}
	list.hasDone()
	list.view.Init()
	list.hasDone("open", "looked ")
	list.comes("ams").hasDone("looked ")
	page := list.opens()
	page.hasDone("open", "looked id-ams")
	page.comes("ams").hasDone("looked id-ams")
	page.view.Update("something else")
	page.hasDone()
	if got := resource.NewDetail(a.describe(), s, a.rows[0]).Needs(); !slices.Equal(got, []string{"sites", "of id-ams"}) {
		t.Errorf("the page needs %q", got)
	}
}

// The widths on both sides of the one from which sections stand side by side, and every kind of field.
func TestNothingOfAPageIsDrawnOutsideTheCanvas(t *testing.T) {
	a := &account{rows: sites("ams=up"), status: tui.Status{Updated: time.Now()}}
	d := a.describe()
	long := strings.Repeat("word 東京 ", 30)
	d.Sections = func(s site, _ time.Time) []resource.Section {
		fields := []resource.Field{{Label: "Short", Value: s.name, Note: "noted"}, {Label: "Long", Value: long, Note: long},
			{Value: long, Prose: true},
			{Label: "Told", Value: long, Prose: true}, {Label: "A label that is much too long for its column", Value: "x",
				Open: func() tui.View { return nil }},
			{Label: "Graph", Value: "in words", Graph: func(room int) (string, string) { return strings.Repeat("#", room), "a note" }}}
		return []resource.Section{{Title: "One", Fields: fields}, {Title: "Two", Fields: fields}, {Title: "Three", Fields: fields}}
	}
	v := resource.NewDetail(d, a.source(), a.rows[0])
	for width := 40; width < 180; width += 3 {
		for _, height := range []int{4, 20, 60} {
			lines := v.Draw(tui.Canvas{Width: width, Height: height, Theme: tui.PlainTheme(tui.UnicodeGlyphs)})
			for _, l := range lines {
				if tui.Width(l) > width {
					t.Fatalf("%dx%d: a line has %d cells: %q", width, height, tui.Width(l), l)
				}
			}
			text := strings.Join(lines, "\n")
			if beside := strings.Contains(strings.Split(text, "\n")[0], "Two") || strings.Contains(strings.Split(text, "\n")[0],
				"Three"); len(lines) > height || beside != (width >= 110) {
				t.Fatalf("%dx%d: %d lines, sections side by side: %v\n%s", width, height, len(lines), beside, text)
			}
		}
	}
}

// In a narrow column a sentence stands below its label in the whole width, not in a column of single words, and an id is not broken.
func TestANarrowColumnUsesItsWidth(t *testing.T) {
	a := &account{rows: sites("ams=up"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	d := a.describe()
	d.Sections = func(site, time.Time) []resource.Section {
		return []resource.Section{{Fields: []resource.Field{{Label: "State", Value: "Up"},
			{Label: "Reason", Value: "Optical receive level is below -20 dBm"}, {Label: "ID", Value: strings.Repeat("d6f807bb", 4)},
			{Label: "Address", Value: "Kuiperbergweg 99"}, {Value: "Amsterdam, Netherlands"}}}}
	}
	v := resource.NewDetail(d, a.source(), a.rows[0])
	text := strings.Join(v.Draw(tui.Canvas{Width: 38, Height: 20, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}), "\n")
	want := []string{"State               Up", "   Reason\n     Optical receive level is below\n     -20 dBm\n",
		"   ID\n     " + strings.Repeat("d6f807bb", 4),
		"   Address\n     Kuiperbergweg 99\n     Amsterdam, Netherlands"}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in\n%s", w, text)
		}
	}
}

// Line mode names a row or a field by what was read out; what says something else by now is none.
func TestWhatIsChosenIsWhatWasReadOut(t *testing.T) {
	list := atList(t, "ams=up", "fra=up")
	chooser := list.view.(tui.RowSelector)
	if !chooser.Choose("id-fra") || chooser.Choose("id-gone") {
		t.Error("a row that is there cannot be chosen, or one that is not can")
	}
	list.hasRows("ams >fra")
	a := &account{rows: sites("ams=up"), status: tui.Status{Updated: time.Now()}}
	d, target := a.describe(), "Amsterdam"
	d.Sections = func(s site, _ time.Time) []resource.Section {
		return []resource.Section{{Title: "Site", Fields: []resource.Field{{Label: "Name", Value: s.name},
			{Label: "City", Value: target, Note: "a city", Open: func() tui.View { return nil }}}}}
	}
	page := resource.NewDetail(d, a.source(), a.rows[0])
	told := page.Tell(time.Now())
	if want := []string{"", "Site", "  Name: ams", "  #1  City: Amsterdam, a city"}; strings.Join(told.Above, "\n") != strings.Join(want,
		"\n") || len(told.Rows) != 1 {
		t.Fatalf("told: %q, rows %v", told.Above, told.Rows)
	}
	if !page.Choose(told.Rows[0].ID) {
		t.Error("the field that was read out cannot be chosen")
	}
	if got := clipboard(t, &reader{t: t, a: a, view: page}, "copy"); got != "Amsterdam" {
		t.Errorf("the actions are about %q", got)
	}
	target = "Rotterdam"
	if page.Choose(told.Rows[0].ID) {
		t.Error("a field was chosen that says something else than what was read out")
	}
}

func TestTimesOfAPage(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at          time.Time
		value, note string
	}{
		{time.Time{}, "-", ""},
		{now.Add(-time.Second), "2026-03-01 11:59:59 UTC", "just now"},
		{now.Add(-2 * time.Hour).In(time.FixedZone("CET", 3600)), "2026-03-01 10:00:00 UTC", "2h ago"},
	} {
		if value, note := resource.Time(c.at, now); value != c.value || note != c.note {
			t.Errorf("%v is %q, %q; want %q, %q", c.at, value, note, c.value, c.note)
		}
	}
}

// The page of an object that is gone says since when, of when what stands below is, how it ended, and leads to what has its name now.
func TestThePageOfWhatIsGone(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := &account{rows: sites("ams=up"), status: tui.Status{Updated: at}}
	s := a.source()
	s.Ended = func(id string, _ time.Time) []resource.Field {
		return []resource.Field{{Label: "Deleted", Value: "by whoever had " + id}}
	}
	r := &reader{t: t, a: a, view: resource.NewDetail(a.describe(), s, a.rows[0])}
	r.view.Init()
	a.status.Updated = at.Add(15 * time.Second)
	r.comes()
	a.status.Updated = at.Add(time.Minute)
	a.rows = []site{{id: "another", name: "ams", state: "degraded"}}
	r.view.Update(roundMsg{})
	for _, text := range []string{goneNotice, "2026-03-01 12:00:00 UTC", "what stands below is of then", "2026-03-01 12:00:15 UTC",
		"by whoever had id-ams", "another object has this name now"} {
		r.sees(text)
	}
	for range 9 {
		if open, ok := r.action("open"); ok && open.Run != nil {
			r = r.opened(open)
			r.sees("degraded")
			r.seesNot(goneNotice)
			return
		}
		r.press("down")
	}
	t.Errorf("nothing leads to what has its name now:\n%s", r.screen())
}
