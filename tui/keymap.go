package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// Keymap is the keys that the user gave to actions in place of the program's own, by the actions' names. No keys at all: the action is
// reached by its name alone.
type Keymap map[string][]string

// rebound is the keymap of this process: the keyboard is one for all screens that it shows one after another.
var rebound atomic.Pointer[Keymap]

// Rebind has these keys hold from now on; nil is the program's own keys.
func Rebind(m Keymap) { rebound.Store(&m) }

// fixed are the keys that mean the same everywhere, in dialogs and in what takes text, too: no action loses one, and none gets one.
var fixed = []string{"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "ctrl+c", "ctrl+z"}

// inText are keys of actions that also act where text is taken. They stay until another key that is no text takes their place.
var inText = map[string]string{"palette": "ctrl+g", "help": "f1"}

// Bound are the keys that the action has now: the user's, or else its own.
func (a Action) Bound() []string {
	m := rebound.Load()
	if m == nil {
		return a.Keys
	}
	return (*m).keys(a.Name, a.Keys)
}

// keys are those of an action whose own ones are given.
func (m Keymap) keys(name string, own []string) []string {
	given, is := m[name]
	if !is {
		return own
	}
	out := slices.Clone(given)
	for _, key := range own {
		if !slices.Contains(out, key) && (slices.Contains(fixed, key) || inText[name] == key && !slices.ContainsFunc(given, noText)) {
			out = append(out, key)
		}
	}
	return out
}

// noText reports whether a key types nothing.
func noText(key string) bool { return key != "space" && utf8.RuneCountInString(key) > 1 }

// KeyOf is how a sentence writes the key of the action with this name, whose own key is given; without a key it is the way by the
// palette.
func KeyOf(name, own string) string {
	keys := Action{Name: name, Keys: []string{own}}.Bound()
	if len(keys) > 0 {
		return keyLabel(keys[0])
	}
	return ":" + name
}

// Setting is a page with the actions that can be on it together; the frame's have the label "".
type Setting struct {
	Label   string // as it is reached: ":tunnels › new"
	Typing  bool   // what is typed there is text
	Actions []Action
}

// List is a list by the name of its page, with the keys of its columns.
type List struct {
	Page, Title string
	Columns     []string
}

// named are the keys that are no sign.
var named = []string{"space", "backspace", "delete", "insert", "home", "end", "pgup", "pgdown"}

// ParseKey reads a key as the help and the footer write it, or as Bubble Tea does.
func ParseKey(text string) (string, error) {
	for key, label := range keyNames {
		if text == label {
			return key, nil
		}
	}
	switch letter, ctrl := strings.CutPrefix(text, "ctrl+"); {
	case slices.Contains(fixed, text):
		return "", fmt.Errorf("%s means the same everywhere: no other action can have it", text)
	case text == " ":
		return "space", nil
	case slices.Contains(named, text), isFunctionKey(text):
		return text, nil
	case ctrl && (letter == "i" || letter == "m" || letter == "h" || letter == "j"):
		return "", fmt.Errorf("%s is the same key as another one on most terminals", text)
	case ctrl && len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z':
		return text, nil
	}
	if r, size := utf8.DecodeRuneInString(text); size == len(text) && r != utf8.RuneError && unicode.IsPrint(r) {
		return text, nil
	}
	return "", fmt.Errorf("%q is no key: use a sign such as x or X, ctrl+x, f1 to f12, %s", Clean(text), strings.Join(named, ", "))
}

func isFunctionKey(text string) bool {
	var n int
	rest, is := strings.CutPrefix(text, "f")
	if !is {
		return false
	}
	if _, err := fmt.Sscanf(rest, "%d", &n); err != nil || fmt.Sprint(n) != rest {
		return false
	}
	return n >= 1 && n <= 12
}

// Check holds the keymap against the pages: the first one on which a key would mean two actions, or what is typed would be lost, is the
// error.
// An action that no page has is in unknown.
func (m Keymap) Check(pages []Setting) (unknown []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.ContainsFunc(pages, func(s Setting) bool {
			return slices.ContainsFunc(s.Actions, func(a Action) bool { return a.Name == name })
		}) {
			unknown = append(unknown, name)
		}
	}
	var frame []Action
	for _, page := range pages {
		if page.Label == "" {
			frame = page.Actions
		}
	}
	for _, page := range pages {
		if page.Typing {
			if err := m.types(page); err != nil {
				return unknown, err
			}
		}
		if err := m.clash(page, frame); err != nil {
			return unknown, err
		}
	}
	return unknown, nil
}

// types is an error when a key of a page on which text is typed is text, and the action has no such key by itself.
func (m Keymap) types(page Setting) error {
	for _, a := range page.Actions {
		if _, is := m[a.Name]; !is || slices.ContainsFunc(a.Keys, func(key string) bool { return !noText(key) }) {
			continue
		}
		for _, key := range m[a.Name] {
			if !noText(key) {
				return fmt.Errorf("%s cannot have %s: on the page %s it is typed as text; use ctrl+ and a letter, or f1 to f12", a.Name,
					keyLabel(key), page.Label)
			}
		}
	}
	return nil
}

// clash is an error when two actions have a key in common that they do not have in common by themselves: there the page's goes first on
// purpose.
func (m Keymap) clash(page Setting, frame []Action) error {
	all := page.Actions
	if page.Label != "" {
		all = slices.Concat(page.Actions, frame)
	}
	for i, a := range all {
		for _, key := range m[a.Name] {
			for j, b := range all {
				if i == j || a.Name == b.Name || page.Typing && !noText(key) || !slices.Contains(m.keys(b.Name, b.Keys), key) ||
					slices.Contains(a.Keys, key) && slices.Contains(b.Keys, key) {
					continue
				}
				where := "everywhere"
				if page.Label != "" {
					where = "on the page " + page.Label
				}
				return fmt.Errorf("%s and %s would both be on the key %s %s: give one of them another key", a.Name, b.Name, keyLabel(key), where)
			}
		}
	}
	return nil
}
