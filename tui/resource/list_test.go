package resource_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

func TestKeysActOnTheRowUnderTheCursor(t *testing.T) {
	r := atList(t, "ams", "fra", "lhr").press("j")
	r.hasRows("ams >fra lhr")
	r.press("e", "D", "p", "n", "r")
	r.hasDone("edit fra", "delete fra", "ping fra", "create", "refresh")
	r.comes("aaa", "bbb", "fra", "lhr").hasRows("aaa bbb >fra lhr")
	r.press("e")
	r.hasDone("edit fra")
	r.comes("aaa", "bbb", "lhr").press("e")
	r.hasDone("edit lhr") // it took the place of the one that is gone
}

// Whatever comes in between, what is shown under the cursor is what a key is for.
func TestKeysActOnWhatIsShownUnderTheCursorOverRandomRounds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	r := atList(t, "a", "b", "c")
	for range 400 {
		var rows []string
		for i := range 26 {
			if rnd.IntN(3) == 0 {
				rows = append(rows, string(rune('a'+i))+"="+[]string{"up", "down", "locked"}[rnd.IntN(3)])
			}
		}
		rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		r.comes(rows...).press([]string{"j", "k", "g", "G", "s", "S", "space"}[rnd.IntN(7)])
		_, under, any := strings.Cut(r.rows(), ">")
		under, _, _ = strings.Cut(under, " ")
		under = strings.TrimSuffix(under, "*")
		if !any {
			if len(rows) > 0 {
				t.Fatalf("no row is under the cursor: %s", r.rows())
			}
			continue
		}
		if !strings.Contains(r.screen(), ">") || !strings.Contains(r.screen(), under) {
			t.Fatalf("%s is not on the screen:\n%s", under, r.screen())
		}
		r.press("e", "p")
		r.hasDone("edit "+under, "ping "+under)
	}
}

// Rows may be values or pointers, and lists of both are driven by the same code.
func TestRowsMayBePointers(t *testing.T) {
	rows := sites("ams=up", "fra=down", "lhr=down")
	var done []string
	desc := resource.Description[*site]{Plural: "Sites", SortBy: "name",
		ID: func(p *site) string { return p.id }, Name: func(p *site) string { return p.name },
		Columns: []table.Column[*site]{{Key: "name", Title: "NAME", Width: 12, Text: func(p *site, _ time.Time) string { return p.name }}},
		Edit:    func(p *site) tea.Cmd { p.state = "edited"; return nil },
		DeleteAll: func(marked []*site) tea.Cmd {
			for _, p := range marked {
				done = append(done, p.name)
			}
			return nil
		}}
	list := resource.NewList(desc, resource.Source[*site]{Rows: func() []*site { return []*site{&rows[2], &rows[0], &rows[1]} },
		Status: func() tui.Status { return tui.Status{} }, Announces: func(tea.Msg) bool { return true }, Refresh: func() tea.Cmd { return nil }})
	r := &reader{t: t, a: &account{}, view: list}
	r.press("j", "e", "space", "space", "D")
	if rows[1].state != "edited" || strings.Join(done, " ") != "lhr fra" {
		t.Errorf("edited: %v; deleted: %q", rows, done)
	}
	if p, ok := resource.Selected[*site](list); !ok || p != &rows[2] {
		t.Errorf("under the cursor is %v", p)
	}
}

func TestFilterWhileItIsTyped(t *testing.T) {
	r := atList(t, "ams-gre=up", "fra-gre=down", "fra-ipsec=up").press("/", "f", "r", "a")
	r.hasRows(">fra-gre fra-ipsec")
	r.press("down").hasRows("fra-gre >fra-ipsec")
	r.comes("ams-gre=up", "fra-gre=down", "fra-ipsec=up", "fra-new=up").hasRows("fra-gre >fra-ipsec fra-new")
	r.press("enter", "e")
	r.hasDone("edit fra-ipsec")
	r.sees("/fra")
	r.press("/", "x").hasRows("")
	r.sees("No row matches x")
	r.press("esc").hasRows("fra-gre >fra-ipsec fra-new") // the filter before, and the row
	r.press("esc").hasRows("ams-gre fra-gre >fra-ipsec fra-new")
	r.press("/", "a", "backspace", "backspace")
	if r.view.(tui.Capturer).Capturing() {
		t.Error("backspace in an empty filter does not leave it")
	}
	r.press("/", "s", "t", "a", "t", "e", ":", "d", "o").hasRows(">fra-gre")
}

// The words on the way to a filter hide the row that somebody is at: with the whole filter it is under the cursor again.
func TestTheCursorsRowComesBackWithTheWholeFilter(t *testing.T) {
	r := atList(t, "ams=up", "fra=up", "lhr=up", "zrh=up").press("j")
	r.hasRows("ams >fra lhr zrh")
	r.press("/", "z").hasRows(">zrh")
	r.press("backspace", "!").hasRows("ams >fra lhr zrh")
	r.press("r").hasRows(">ams")
	r.press("h").hasRows("ams >fra lhr")
	r.press("esc").hasRows("ams >fra lhr zrh")
}

func TestMarkedRowsAreActedOnTogether(t *testing.T) {
	r := atList(t, "ams", "fra", "lhr", "zrh").press("space", "j", "space")
	r.hasRows("ams* fra lhr* >zrh")
	r.sees("2 marked")
	r.press("c", "D")
	r.hasDone("compare ams+lhr", "delete all ams+lhr")
	r.press("/", "f", "r", "enter", "D")
	r.hasDone("delete all ams+lhr") // a filter hides marks, it does not take them away
	r.press("esc").press("esc").hasRows("ams >fra lhr zrh")
	r.press("D")
	r.hasDone("delete fra")
	r.press("g", "space").comes("fra", "lhr").comes("ams", "fra", "lhr").hasRows("ams >fra lhr")
}

// A filter and the restriction to problems hide rows together: what is said names the one that does, and never that all is well.
func TestNothingShownSaysWhatHidesIt(t *testing.T) {
	a := &account{status: tui.Status{Updated: time.Unix(1e9, 0)}}
	d := a.describe()
	d.Problem = func(s site) bool { return s.state == "down" }
	for _, c := range []struct {
		rows, filter, want string
		only               bool
	}{
		{"ams=up fra=up", "", "No row is other than it should be, as far as is known. . shows all rows.", true},
		{"ams=up fra=up", "x", "No row matches x. esc clears the filter.", true},
		{"ams=up fra=up", "x", "No row matches x. esc clears the filter.", false},
		{"ams=up fra=up", "foo:x", "No row matches foo:x: there is no column foo. esc clears the filter.", false},
		{"ams=up fra=up", "fra", "The row that matches fra is no problem, as far as is known. . shows all rows; esc clears the filter.", true},
		{"ams=down fra=up", "fra", "as far as is known. Without the filter there is 1 problem. . shows all rows; esc clears the filter.", true},
		{"a=down b=down fra-1=up fra-2=up", "fra", "None of the 2 rows that match fra is a problem, as far as is known. Without the filter " +
			"there are 2 problems. . shows", true},
		{"", "fra", "There are no sites on this account.", true},
	} {
		a.rows = sites(strings.Fields(c.rows)...)
		list := resource.NewList(d, a.source())
		r := &reader{t: t, a: a, view: list}
		list.SetFilter(c.filter)
		if c.only {
			r.press(".")
		}
		if got := strings.Join(strings.Fields(r.screen()), " "); !strings.Contains(got, c.want) {
			t.Errorf("%q /%s, only problems %v: %q, want %q", c.rows, c.filter, c.only, got, c.want)
		}
		words := strings.NewReplacer(". . shows", ". problems shows", "esc clears", "clear-filter clears").Replace(c.want)
		if told := strings.Join(list.Tell(time.Time{}).Above, " "); !strings.Contains(told, words) {
			t.Errorf("%q /%s, only problems %v is told as %q, want %q", c.rows, c.filter, c.only, told, words)
		}
	}
}

// A filter that hides marks does not hide that they are there, nor what acts on them; one key stands once.
func TestHiddenMarksAreSaid(t *testing.T) {
	r := atList(t, "ams", "fra", "lhr", "zrh").press("space", "j", "space", "/", "f", "r", "enter")
	r.sees("2 marked, none of them shown")
	esc := 0
	for _, a := range r.view.Actions() {
		if a.Footer && slices.Contains(a.Keys, "esc") {
			esc++
		}
	}
	if del, _ := r.action("delete"); esc != 1 || !del.Wanted || del.Short != "delete 2" {
		t.Errorf("esc stands %d times in the footer, delete is %+v", esc, del)
	}
	if open, _ := r.action("open"); open.Class != tui.Common {
		t.Error("what the marks are for does not go before enter")
	}
	r.press("esc").sees("2 marked ")
	r.press("/", "a", "m", "enter").sees("2 marked, 1 of them shown")
}

// While the filter is typed its footer has its own keys, and no key that types a letter.
func TestFooterWhileTheFilterIsTyped(t *testing.T) {
	r := atList(t, "ams", "fra").press("/", "f")
	for _, a := range r.view.Actions() {
		if a.Footer && !slices.Contains([]string{"keep", "as it was"}, a.Short) {
			t.Errorf("the footer has %s %s", a.Keys, a.Short)
		}
	}
	if len(r.view.Actions()) != 2 {
		t.Errorf("%d actions", len(r.view.Actions()))
	}
	r.press("enter").sees("/f")
	if _, ok := r.action("clear-filter"); !ok {
		t.Error("afterwards there is no way to clear it")
	}
}

func TestWhatCannotBeDoneSaysWhy(t *testing.T) {
	a := &account{status: tui.Status{Updated: time.Now()}}
	d := a.describe()
	list := func(rows []site) *reader {
		a.rows = rows
		return &reader{t: t, a: a, view: resource.NewList(d, a.source())}
	}
	none := "there is no row to act on"
	for _, name := range []string{"open", "copy", "edit", "delete"} {
		list(nil).refuses(name, none)
	}
	list(nil).refuses("mark", "there is no row to mark")
	list(nil).refuses("copy-json", "there is no JSON of this object")
	list(sites("ams=locked")).refuses("delete", "ams is locked")
	list(sites("ams=locked")).refuses("edit", "")
	d.NoWrites = "this profile is read-only"
	for _, name := range []string{"new", "edit", "delete"} {
		list(sites("ams=up")).refuses(name, d.NoWrites)
	}
	d.NoEdit, d.NoCreate = "sites are what they are", "sites grow by themselves"
	list(sites("ams=up")).refuses("edit", d.NoEdit)
	list(sites("ams=up")).refuses("new", d.NoCreate)
	d.Edit, d.NoEdit, d.Delete, d.NoDelete, d.DeleteAll, d.Create, d.NoCreate, d.Actions = nil, "", nil, nil, nil, nil, "", nil
	for _, name := range []string{"new", "edit", "delete", "mark", "ping"} {
		if _, ok := list(sites("ams")).action(name); ok {
			t.Errorf("%s is offered, and nothing is behind it", name)
		}
	}
}

func TestOrderOfTheRows(t *testing.T) {
	r := atList(t, "fra=up", "ams=down", "lhr=up")
	r.hasRows(">ams fra lhr")
	r.press("s").hasRows("fra lhr >ams") // by state, as the column compares
	r.press("S").hasRows(">ams fra lhr")
	sorter := r.view.(tui.Sorter)
	if sorter.SortBy("colour") || !sorter.SortBy("name") || !slices.Equal(sorter.SortColumns(), []string{"name", "state"}) {
		t.Errorf("sorted by what is no column, or not by one; columns %q", sorter.SortColumns())
	}
	d := r.a.describe()
	d.SortBy, d.Reverse = "name", true
	last := &reader{t: t, a: r.a, view: resource.NewList(d, r.a.source())}
	last.hasRows(">lhr fra ams")
	last.comes("fra", "zrh").hasRows(">zrh fra")
	d.Newest = true
	newest := &reader{t: t, a: r.a, view: resource.NewList(d, r.a.source()), calm: true}
	newest.screen()
	newest.comes("fra", "zrh", "zzz").hasRows(">zzz zrh fra")
	newest.press("j").comes("fra", "zrh", "zzz", "zzzz").hasRows("zzzz zzz >zrh fra")
}

// An object that was just made comes with a later round: the cursor goes to it, unless something else is meant by then.
func TestANewObjectGetsTheCursorWhenItComes(t *testing.T) {
	selects := func(r *reader) *reader { r.view.Update(resource.Select("id-new")()); return r }
	selects(atList(t, "ams", "new")).hasRows("ams >new")
	r := selects(atList(t, "ams", "fra"))
	r.comes("ams", "fra").hasRows(">ams fra")
	r.comes("ams", "fra", "new").hasRows("ams fra >new")
	r.press("g").comes("ams", "fra", "new").hasRows(">ams fra new")
	selects(atList(t, "ams", "fra")).press("j").comes("ams", "fra", "new").hasRows("ams >fra new")
	filtered := selects(atList(t, "ams", "fra").press("/", "a", "m", "enter"))
	filtered.comes("ams", "fra", "new").hasRows(">ams")
	filtered.press("esc").comes("ams", "fra", "new").hasRows(">ams fra new")
}

// Nothing read yet is not the same as nothing there, on the screen and in words.
func TestAnEmptyListSaysWhyItIsEmpty(t *testing.T) {
	at := time.Unix(1e9, 0)
	for _, c := range []struct {
		status            tui.Status
		none, scope, want string
		words             string
	}{
		{status: tui.Status{}, want: "Asking Cloudflare…", words: "Asking Cloudflare."},
		{status: tui.Status{Err: "403: not allowed"}, want: "403: not allowed", words: "Nothing could be fetched yet"},
		{status: tui.Status{Updated: at}, want: "There are no sites on this account.", words: "There are no sites on this account."},
		{status: tui.Status{Updated: at}, scope: "in this city", want: "There are no sites in this city.", words: "no sites in this city"},
		{status: tui.Status{Updated: at, Err: "timeout"}, none: "All is quiet.", want: "All is quiet.", words: "All is quiet."},
	} {
		a := &account{status: c.status}
		d := a.describe()
		d.None, d.Scope = c.none, c.scope
		r := &reader{t: t, a: a, view: resource.NewList(d, a.source())}
		r.sees(c.want)
		if told := strings.Join(r.view.(tui.Speaker).Tell(at).Above, "\n"); !strings.Contains(told, c.words) {
			t.Errorf("%+v is told as %q, want %q", c.status, told, c.words)
		}
	}
}

func TestLineAboveTheList(t *testing.T) {
	r := atList(t, "ams", "fra")
	r.sees("2 sites, first ams")
	r.comes("fra").sees("1 sites, first fra")
	r.comes().seesNot("sites, first")
	d := r.a.describe()
	d.Summary = nil
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("site-%02d", i))
	}
	plain := &reader{t: t, a: r.a, view: resource.NewList(d, r.a.source())}
	plain.comes(many...).sees(" 40 ")
	plain.sees("1–18 of 40")
	plain.press("/", "-", "0", "enter").sees("10 of 40")
}

// The first row is an object like every other: while somebody is at the keys, new rows and another order leave the cursor on it, also
// where a list keeps to its newest row.
func TestTheFirstRowStaysTheSameObject(t *testing.T) {
	for _, newest := range []bool{false, true} {
		a := &account{rows: sites("fra=up", "lhr=up"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
		d := a.describe()
		d.Newest = newest
		r := &reader{t: t, a: a, view: resource.NewList(d, a.source())}
		r.view.Init()
		r.screen()
		r.comes("ams=up", "fra=down", "lhr=up").hasRows("ams >fra lhr")
		r.press("s").press("e")
		r.hasDone("edit fra")
		r.comes("aaa=zzz", "ams=up", "fra=down", "lhr=up").press("e")
		r.hasDone("edit fra")
	}
}

// The counts of the line above a list stand apart, and none is said twice.
func TestCountsStandApart(t *testing.T) {
	a := &account{rows: sites("ams=up", "fra=down", "lhr=down"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	d := a.describe()
	d.Problem = func(s site) bool { return s.state == "down" }
	r := &reader{t: t, a: a, view: resource.NewList(d, a.source())}
	r.press("space", ".")
	r.sees("1 marked, none of them shown   only problems, 2 of 3")
	r.seesNot("1–2 of 2")
	r.press("/", "f", "r", "a", "enter")
	r.sees("only problems, 1 of 3   /fra")
}

// While a filter is typed it stands in its own line with its count, and not above the list as well; once kept, it stands above the list.
func TestAFilterIsSaidOnce(t *testing.T) {
	a := &account{rows: sites("ams=up", "fra=down", "lhr=down"), status: tui.Status{Updated: time.Unix(1e9, 0)}}
	r := &reader{t: t, a: a, view: resource.NewList(a.describe(), a.source())}
	r.press("/", "f", "r").seesNot("/fr")
	r.press("enter").sees("/fr")
	r.press("/", "x", "x", "enter").seesNot("0–0")
	r.sees("0 of 3")
}
