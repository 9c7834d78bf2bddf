package line

import (
	"regexp"
	"slices"

	"flarewire/tui"
)

// pressed matches a key that a text says something of: ". t opens one", "A advertises it".
var pressed = regexp.MustCompile(`(^|[.:;,] )([[:alpha:].<>]) ([a-z]+s)\b`)

// byName has a text name the commands of the page where it names their keys: what is read out is answered with words.
func byName(text string, actions []tui.Action) string {
	return pressed.ReplaceAllStringFunc(text, func(match string) string {
		m := pressed.FindStringSubmatch(match)
		i := slices.IndexFunc(actions, func(a tui.Action) bool { return !a.Move && a.Name != "" && slices.Contains(a.Keys, m[2]) })
		if i < 0 {
			return match
		}
		return m[1] + actions[i].Name + " " + m[3]
	})
}
