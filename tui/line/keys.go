package line

import (
	"regexp"
	"slices"

	"flarewire/tui"
)

// pressed matches a key that a text says something of: ". t opens one".
var pressed = regexp.MustCompile(`(^|[.:;,] )([[:alpha:].<>]) ([a-z]+s)\b`)

// toPress matches a key that a text asks for: "Press A to advertise", "and press A".
var toPress = regexp.MustCompile(`\b([Pp])ress ([[:alpha:].<>])\b`)

// byName has a text name the commands of the page where it names their keys: what is read out is answered with words.
func byName(text string, actions []tui.Action) string {
	named := func(key string) string {
		i := slices.IndexFunc(actions, func(a tui.Action) bool { return !a.Move && a.Name != "" && slices.Contains(a.Keys, key) })
		if i < 0 {
			return ""
		}
		return actions[i].Name
	}
	text = toPress.ReplaceAllStringFunc(text, func(match string) string {
		m := toPress.FindStringSubmatch(match)
		if name := named(m[2]); name != "" {
			return map[string]string{"P": "Type ", "p": "type "}[m[1]] + name
		}
		return match
	})
	return pressed.ReplaceAllStringFunc(text, func(match string) string {
		m := pressed.FindStringSubmatch(match)
		if name := named(m[2]); name != "" {
			return m[1] + name + " " + m[3]
		}
		return match
	})
}
