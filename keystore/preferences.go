package keystore

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Preferences are what the config file says of every session. A flag goes before them, and nothing is in force that neither says. The
// program never writes them by itself.
type Preferences struct {
	// Theme is a word of --theme; empty is the default.
	Theme string `toml:"theme,omitempty"`
	// Refresh is a time such as "30s", as for --refresh; empty is the default.
	Refresh string `toml:"refresh,omitempty"`
	// Start is the page to open first, as for --start; empty is the default.
	Start string `toml:"start,omitempty"`
	// Notify is how a change of state is told where the profile does not say it; empty is off.
	Notify string `toml:"notify,omitempty"`
	// Lists says of lists, by the page's name, which columns they have and how they are ordered.
	Lists map[string]ListPreference `toml:"lists,omitempty"`
	// Keys are the keys of actions, by the names that the palette has for them.
	Keys map[string]KeyList `toml:"keys,omitempty"`
	// Aliases are aliases for the palette and line mode, and what they stand for.
	Aliases map[string]string `toml:"aliases,omitempty"`
}

// ListPreference is how a list looks. What is empty is as the program has it.
type ListPreference struct {
	// Columns are the keys of the columns in their order; the first column of the list stands before them always.
	Columns []string `toml:"columns,omitempty"`
	// Sort is the key of the column by which the list is ordered, with "-" before it for the other way round.
	Sort string `toml:"sort,omitempty"`
}

// KeyList are the keys of an action: a text or a list of texts in the file.
type KeyList []string

// UnmarshalTOML implements toml.Unmarshaler.
func (k *KeyList) UnmarshalTOML(value any) error {
	*k = KeyList{}
	list, several := value.([]any)
	if !several {
		list = []any{value}
	}
	for _, each := range list {
		text, is := each.(string)
		if !is {
			return errors.New(`a key is a text such as "x" or "ctrl+x", or a list of them`)
		}
		*k = append(*k, text)
	}
	return nil
}

var notifyWords = []string{"", "off", "bell", "terminal"}

// check returns the key that is wrong, and why.
func (p Preferences) check() (key string, err error) {
	refresh, wrong := time.ParseDuration(cmp.Or(p.Refresh, "15s"))
	switch {
	case !slices.Contains([]string{"", "auto", "dark", "light", "ansi", "none"}, p.Theme):
		return "theme", errors.New(`it is "auto", "dark", "light", "ansi" or "none"`)
	case wrong != nil || refresh < 5*time.Second:
		return "refresh", errors.New(`it is a time of 5s or more, like "30s"`)
	case !slices.Contains(notifyWords, p.Notify):
		return "notify", errors.New(`it is "off", "bell" or "terminal"`)
	}
	for word, stands := range p.Aliases {
		if word == "" || strings.ContainsAny(word, ": /") || word != strings.ToLower(word) || strings.TrimSpace(strings.Trim(stands, ":")) == "" {
			return "aliases." + word, errors.New(`an alias is a word in lower case, and stands for what is typed in the palette: fra = "tunnels ` +
				`fra"`)
		}
	}
	return "", nil
}

// known leaves out of a newer file what this program cannot read of its preferences, and says so.
func (p *Preferences) known() (notices []string) {
	for {
		key, err := p.check()
		if key == "" {
			return notices
		}
		notices = append(notices, fmt.Sprintf("key %s: %v. It has no effect.", key, err))
		switch table, name, _ := strings.Cut(key, "."); table {
		case "theme":
			p.Theme = ""
		case "refresh":
			p.Refresh = ""
		case "notify":
			p.Notify = ""
		default:
			delete(p.Aliases, name)
		}
	}
}

// Preferences returns what the file says of every session.
func (c *Config) Preferences() Preferences { return c.preferences }

// Notices are sentences for the user about keys of the file that this program does not know. They are of a newer program, or misspelled.
func (c *Config) Notices() []string { return c.notices }

// guarding are the parts of words by which a key that is not known may be one that protects: to go on without it could change what the
// user has forbidden.
var guarding = []string{"read", "only", "writ", "prod", "protect", "lock", "deny", "allow", "forbid", "confirm", "approv", "guard", "safe",
	"require", "restrict", "limit", "permit", "chang", "delet", "danger"}

// mayProtect reports whether a key that is not known could be one that protects.
func mayProtect(key toml.Key) bool {
	last := strings.ToLower(key[len(key)-1])
	return slices.ContainsFunc(guarding, func(part string) bool { return strings.Contains(last, part) })
}

// unknownKeys refuses a file with keys that may protect and are not known, and names the others.
func unknownKeys(path, text string, unknown []toml.Key) (notices []string, err error) {
	for _, key := range unknown {
		if mayProtect(key) {
			return nil, configError(path, lineOf(text, key), key.String(), "this key is not known, and may be one that protects",
				"remove it, correct its spelling, or use the flarewire that knows it")
		}
	}
	for _, key := range unknown {
		if len(notices) == 3 {
			return append(notices, fmt.Sprintf("%s has %d more keys that this flarewire does not know.", path, len(unknown)-3)), nil
		}
		notices = append(notices, fmt.Sprintf("%s, line %d: the key %s is not known to this flarewire and has no effect.", path,
			lineOf(text, key), key))
	}
	return notices, nil
}

// asTable is a profile as a table of the file, over what the file has of it already: keys that are not known stay.
func (p Profile) asTable(before any) map[string]any {
	out := map[string]any{}
	if old, is := before.(map[string]any); is {
		for key, value := range old {
			out[key] = value
		}
	}
	fields := reflect.ValueOf(p)
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("toml"), ",")
		switch value := fields.Field(i); {
		case name == "-", name == routersKey: // of the latter the file stays as it is
		case value.IsZero():
			delete(out, name)
		default:
			out[name] = value.Interface()
		}
	}
	return out
}
