package tui

import (
	"slices"
	"strings"
	"testing"
)

func TestAKeyIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]string{"x": "x", "X": "X", "ü": "ü", "ctrl+d": "ctrl+d", "f2": "f2", "f12": "f12", "pgdn": "pgdown",
		"bksp":  "backspace",
		"space": "space", " ": "space", "?": "?", "home": "home",
		"enter": "", "esc": "", "ctrl+c": "", "up": "", "tab": "", "ctrl+i": "", "ctrl+m": "", "alt+x": "", "f13": "", "f0": "", "f": "f",
		"xx": "",
		"":   "", "ctrl+": "", "ctrl+é": "", "\x1b": "", "f1x": ""} {
		got, err := ParseKey(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// pages are a small program: a list, a form, and the frame.
var pages = []Setting{
	{Label: "", Actions: []Action{{Name: "palette", Keys: []string{":", "ctrl+g"}}, {Name: "help", Keys: []string{"?", "f1"}},
		{Name: "back", Keys: []string{"esc", "backspace"}}, {Name: "quit", Keys: []string{"q", "ctrl+c"}}}},
	{Label: ":tunnels", Actions: []Action{{Name: "open", Keys: []string{"enter"}}, {Name: "refresh", Keys: []string{"r"}},
		{Name: "new", Keys: []string{"n"}}, {Name: "delete", Keys: []string{"D"}}, {Name: "unmark", Keys: []string{"esc"}}}},
	{Label: ":setup › new", Typing: true, Actions: []Action{{Name: "submit", Keys: []string{"ctrl+s"}},
		{Name: "next-choice", Keys: []string{"right", "space"}}, {Name: "suggest", Keys: []string{"ctrl+n"}}}},
}

func TestAKeyThatWouldMeanTwoThingsIsRefusedWithBothNames(t *testing.T) {
	for name, c := range map[string]struct {
		keys Keymap
		want []string
	}{
		"another key":              {Keymap{"refresh": {"R"}}, nil},
		"both change places":       {Keymap{"refresh": {"n"}, "new": {"r"}}, nil},
		"no key at all":            {Keymap{"delete": {}}, nil},
		"its own again":            {Keymap{"refresh": {"r"}}, nil},
		"a key of another action":  {Keymap{"refresh": {"n"}}, []string{"refresh", "new", "key n", ":tunnels"}},
		"two get the same":         {Keymap{"refresh": {"x"}, "new": {"x"}}, []string{"refresh", "new", "key x"}},
		"one of the frame":         {Keymap{"delete": {"q"}}, []string{"delete", "quit", "key q"}},
		"the frame gets a page's":  {Keymap{"quit": {"n"}}, []string{"quit", "new", "key n", ":tunnels"}},
		"two of the frame":         {Keymap{"help": {"q"}}, []string{"help", "quit", "everywhere"}},
		"text in a form":           {Keymap{"submit": {"s"}}, []string{"submit", "cannot have s", "text"}},
		"a form's, no text":        {Keymap{"submit": {"f5"}}, nil},
		"a choice is no text":      {Keymap{"next-choice": {"x"}}, nil},
		"the palette's in a form":  {Keymap{"suggest": {"ctrl+g"}}, []string{"suggest", "palette", "ctrl+g"}},
		"it was given another one": {Keymap{"suggest": {"ctrl+g"}, "palette": {"ctrl+p"}}, nil},
	} {
		unknown, err := c.keys.Check(pages)
		if (err == nil) != (c.want == nil) || len(unknown) > 0 {
			t.Errorf("%s: %v, %q", name, err, unknown)
		}
		for _, want := range c.want {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
	}
	if unknown, err := (Keymap{"refrehs": {"x"}}).Check(pages); err != nil || !slices.Equal(unknown, []string{"refrehs"}) {
		t.Errorf("an action that there is not: %q, %v", unknown, err)
	}
}

// What means the same in every program stays with its action, and so does the key that also acts where text is taken.
func TestSomeKeysStay(t *testing.T) {
	m := Keymap{"open": {"o"}, "quit": {"Q"}, "palette": {"p"}, "help": {"f2"}, "delete": {}}
	for name, c := range map[string]struct{ own, want []string }{
		"open": {[]string{"enter"}, []string{"o", "enter"}}, "quit": {[]string{"q", "ctrl+c"}, []string{"Q", "ctrl+c"}},
		"palette": {[]string{":", "ctrl+g"}, []string{"p", "ctrl+g"}}, "help": {[]string{"?", "f1"}, []string{"f2"}},
		"delete": {[]string{"D"}, nil}, "new": {[]string{"n"}, []string{"n"}},
	} {
		if got := m.keys(name, c.own); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
