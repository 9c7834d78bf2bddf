package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Action is one thing that a key, and by its name the palette, can do. Footer, help, palette and the
// key page are all made from actions, so that none of them can disagree with what the keys do.
type Action struct {
	Name   string      // stable, lower case, words joined by "-": "sort-next"; the palette runs it by this name
	Keys   []string    // its own, as Bubble Tea spells them: "enter", "ctrl+l", "S", "space"; see Bound for those that hold
	Short  string      // one or two words for the footer
	Long   string      // one sentence for the help
	Footer bool        // shown in the footer when there is room
	Class  ActionClass // what kind of action it is, for the footer
	Wanted bool        // what the state of the row asks for: it stands first in the footer
	Move   bool        // moves the cursor: the help lists all of these in one place
	Why    string      // not empty: it cannot be done now, and this is the reason
	Secret bool        // it shows or copies a secret: line mode, whose output stays, asks first
	Run    func() tea.Cmd
}

// ActionClass says of an action whether it is the page's own.
type ActionClass uint8

// The classes. Own actions stand in the footer before those that every page has.
const (
	Own    ActionClass = iota
	Common             // the same on every page of its sort: filter, refresh, sort
)

// binds reports whether key triggers the action.
func (a Action) binds(key string) bool { return slices.Contains(a.Bound(), key) }

// KeyLabel is how the footer and the help write the action's first key.
func (a Action) KeyLabel() string {
	keys := a.Bound()
	if len(keys) == 0 {
		return ""
	}
	return keyLabel(keys[0])
}

// KeyLabels lists all keys of the action for the help.
func (a Action) KeyLabels() string {
	keys := a.Bound()
	labels := make([]string, len(keys))
	for i, k := range keys {
		labels[i] = keyLabel(k)
	}
	return strings.Join(labels, " ")
}

var keyNames = map[string]string{"pgdown": "pgdn", "backspace": "bksp"}

func keyLabel(key string) string {
	if label, ok := keyNames[key]; ok {
		return label
	}
	return key
}

// run performs the action, or says why it cannot be done.
func (a Action) run() tea.Cmd {
	if a.Why != "" {
		return Toast(Pending, a.Why)
	}
	if a.Run == nil {
		return nil
	}
	return a.Run()
}

// find returns the action bound to key; earlier lists win.
func find(key string, lists ...[]Action) (Action, bool) {
	for _, list := range lists {
		for _, a := range list {
			if a.binds(key) {
				return a, true
			}
		}
	}
	return Action{}, false
}
