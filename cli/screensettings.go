package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
)

// screenSettings is what the config file says of the full-screen interface and line mode, held against the pages and actions there are.
type screenSettings struct {
	keys    tui.Keymap
	aliases map[string]string
	lists   map[string]string // as the lists remember them
	notices []string          // what has no effect, and why
}

// screenSettingsOf reads them. What this program does not know is named and has no effect; what contradicts itself is the error.
func screenSettingsOf(p keystore.Preferences) (screenSettings, error) {
	s := screenSettings{keys: tui.Keymap{}, aliases: map[string]string{}, lists: map[string]string{}}
	if err := s.takeKeys(p.Keys); err != nil {
		return screenSettings{}, err
	}
	if err := s.takeAliases(p.Aliases); err != nil {
		return screenSettings{}, err
	}
	if err := s.takeLists(p.Lists); err != nil {
		return screenSettings{}, err
	}
	return s, nil
}

func (s *screenSettings) notice(key, format string, args ...any) {
	s.notices = append(s.notices, "key "+key+": "+fmt.Sprintf(format, args...)+". It has no effect.")
}

func (s *screenSettings) takeKeys(given map[string]keystore.KeyList) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		s.keys[name] = nil
		for _, text := range given[name] {
			key, err := tui.ParseKey(text)
			if err != nil {
				return fmt.Errorf("key keys.%s: %w", name, err)
			}
			s.keys[name] = append(s.keys[name], key)
		}
	}
	unknown, err := s.keys.Check(views.Actions())
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	for _, name := range unknown {
		delete(s.keys, name)
		s.notice("keys."+name, "no action is called so; the palette and docs/keys.md have their names")
	}
	return nil
}

func (s *screenSettings) takeAliases(given map[string]string) error {
	for _, word := range slices.Sorted(maps.Keys(given)) {
		stands := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(given[word]), ":"))
		name, rest, _ := strings.Cut(stands, " ")
		switch {
		case pageNamed(word) != nil:
			return fmt.Errorf("key aliases.%s: the page %s and the alias %[1]s would have the same name", word, pageNamed(word).Names[0])
		case isAction(word):
			return fmt.Errorf("key aliases.%s: the action %[1]s and the alias %[1]s would have the same name", word)
		case pageNamed(name) == nil && !isAction(name):
			s.notice("aliases."+word, "no page and no action is called %s", name)
			continue
		case rest != "" && pageNamed(name) == nil:
			return fmt.Errorf("key aliases.%s: the action %s takes nothing behind its name", word, name)
		}
		s.aliases[word] = stands
	}
	return nil
}

func (s *screenSettings) takeLists(given map[string]keystore.ListPreference) error {
	for _, word := range slices.Sorted(maps.Keys(given)) {
		list, key := listNamed(word), "lists."+word
		if list == nil {
			s.notice(key, "no list is called so: use %s", strings.Join(listNames(), ", "))
			continue
		}
		var columns []string
		for _, column := range given[word].Columns {
			switch {
			case !slices.Contains(list.Columns, column):
				s.notice(key+".columns", "the list has no column %q: use %s", column, strings.Join(list.Columns, ", "))
			case slices.Contains(columns, column):
				return fmt.Errorf("key %s.columns: %s stands there twice", key, column)
			default:
				columns = append(columns, column)
			}
		}
		if len(columns) > 0 {
			s.lists["columns "+list.Title] = strings.Join(columns, " ")
		}
		column, reverse := strings.CutPrefix(given[word].Sort, "-")
		switch {
		case column == "":
		case !slices.Contains(list.Columns, column):
			s.notice(key+".sort", "the list has no column %q: use %s", column, strings.Join(list.Columns, ", "))
		case reverse:
			s.lists["order "+list.Title] = column + " reverse"
		default:
			s.lists["order "+list.Title] = column
		}
	}
	return nil
}

// pageNamed is the page with this name; nil when there is none.
func pageNamed(name string) *views.Word {
	for _, w := range views.Words() {
		if slices.Contains(w.Names, name) {
			return &w
		}
	}
	return nil
}

func isAction(name string) bool {
	return slices.ContainsFunc(views.Actions(), func(s tui.Setting) bool {
		return slices.ContainsFunc(s.Actions, func(a tui.Action) bool { return a.Name == name })
	})
}

// listNamed is the list of the page with this name; nil when there is none.
func listNamed(word string) *tui.List {
	for _, l := range views.Lists() {
		if page := pageNamed(word); l.Page == word || page != nil && slices.Contains(page.Names, l.Page) {
			return &l
		}
	}
	return nil
}

func listNames() []string {
	var out []string
	for _, l := range views.Lists() {
		out = append(out, l.Page)
	}
	return out
}
