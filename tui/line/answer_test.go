package line_test

import (
	"strings"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/form"
)

// keyed is a form behind a page, with a key in it.
func keyed(key form.Field) (home tui.View, sent *form.Values) {
	sent = new(form.Values)
	key.Key, key.Label, key.Control = "key", "MD5 key", form.Secret
	home = &book{title: "Home", actions: []tui.Action{{Name: "edit", Run: func() tea.Cmd {
		return tui.Push(form.New(form.Options{Title: "Edit thing", Verb: "review", Values: form.Values{"key": "topsecret", "name": "a"},
			Sections: []form.Section{{Fields: []form.Field{key, {Key: "name", Label: "Name"}, {Key: "note", Label: "Note"},
				{Key: "size", Label: "Size"}}}},
			Submit: func(v form.Values) tea.Cmd { *sent = v; return tui.Pop() }}))
	}}}}
	return home, sent
}

// A key that cannot be changed here is not read out either, whether the form is asked through or listed.
func TestAFixedSecretIsNotSaid(t *testing.T) {
	home, _ := keyed(form.Field{ReadOnlyWhy: "the API cannot change it"})
	said := reading(t, home, "edit", "all", "", "", ":leave", "quit")
	says(t, said, "MD5 key: kept, not shown, fixed. The API cannot change it.", "Edit thing> all", "MD5 key: kept, not shown, fixed.")
	saysNot(t, said, "topsecret")
}

// Nobody sees what is typed for a secret: what became of it is said.
func TestASecretIsEmptiedSetOrKept(t *testing.T) {
	for typed, want := range map[string]struct{ key, said string }{
		"-":       {"", "MD5 key: empty now."},
		"another": {"another", "MD5 key: set."},
		"":        {"topsecret", ""},
	} {
		t.Run(want.said, func(t *testing.T) {
			home, sent := keyed(form.Field{})
			d := seated(t, home)
			d.types("Home>", "edit\n")
			d.types("Edit thing>", "1\n")
			d.types("MD5 key, not shown while you type [kept]:", typed+"\r")
			d.types("[kept]: \n", "")
			d.until(t, want.said)
			d.types("1  MD5 key: ", ":review\n")
			d.types("Going on: review.", "quit\n")
			said := d.leaves()
			if got := (*sent)["key"]; got != want.key || *sent == nil {
				t.Errorf("the key is %q, want %q:\n%s", got, want.key, said)
			}
			saysNot(t, said, "another")
			saysNot(t, said, "topsecret")
			if want.said == "" {
				saysNot(t, said, "MD5 key: set.")
				saysNot(t, said, "MD5 key: empty now.")
			}
		})
	}
}

// What return takes is what was read out. Where the proposal has become another one meanwhile, it is read out first.
func TestReturnTakesWhatWasReadOut(t *testing.T) {
	var proposed atomic.Value
	proposed.Store([]string{"muc-2", "muc-3"})
	home, sent := filled(form.Section{Fields: []form.Field{
		{Key: "name", Label: "Name", Check: needed, Suggest: func(form.Values) []string { return proposed.Load().([]string) }},
		{Key: "other", Label: "Other", Suggest: func(form.Values) []string { return proposed.Load().([]string) }}}})
	d := piped(t, home)
	d.types("Home>", "new\n")
	d.until(t, "Name [muc-2]:")
	proposed.Store([]string{"muc-3", "muc-4"})
	d.types("", "\n")
	d.types("Name: muc-2 has meanwhile become muc-3; nothing was taken.\nName [muc-3]:", "\n")
	d.types("Other [empty]:", "?\n")
	d.until(t, "=2 takes the suggestion muc-4\n")
	d.until(t, "signs.\nOther [empty]:")
	proposed.Store([]string{"muc-4", "muc-5"})
	d.types("", "=2\n")
	d.types("Going on: review.", "quit\n")
	said := d.leaves()
	if (*sent)["name"] != "muc-3" || (*sent)["other"] != "muc-4" {
		t.Errorf("sent %v:\n%s", *sent, said)
	}
}

// A line that was begun for one question is not the answer to the next, which has come meanwhile.
func TestALineIsNotTakenForAnotherQuestion(t *testing.T) {
	for name, c := range map[string]struct{ before, after, notTaken string }{
		"half a line":  {"ba", "ck\n", "Not taken: back"},
		"nothing yet":  {"", "\n", ""},
		"a whole line": {"", "back\n", "Not taken: back"},
	} {
		t.Run(name, func(t *testing.T) {
			opened := make(chan struct{})
			var sent form.Values
			next := form.New(form.Options{Title: "New thing", Verb: "review",
				Sections: []form.Section{{Fields: []form.Field{{Key: "name", Label: "Name"}}}},
				Submit:   func(v form.Values) tea.Cmd { sent = v; return tui.Pop() }})
			home := &book{title: "Home", actions: []tui.Action{{Name: "fetch", Run: func() tea.Cmd {
				return func() tea.Msg { <-opened; return tui.Push(next)() }
			}}}}
			d := seated(t, home)
			d.types("Home>", "fetch\n")
			d.types("the page says the same.\nHome>", c.before)
			close(opened)
			d.types("Press return first", c.after)
			d.until(t, c.notTaken)
			d.types("Name [empty]:", "thing\n")
			d.types("Going on: review.", "quit\n")
			said := d.leaves()
			if sent["name"] != "thing" {
				t.Errorf("sent %v:\n%s", sent, said)
			}
			if strings.Contains(said, "Not taken") != (c.notTaken != "") {
				t.Errorf("said of the line:\n%s", said)
			}
		})
	}
}
