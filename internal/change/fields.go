package change

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/internal/journal"
	"flarewire/internal/secret"
)

// fields are the values of an object by their dotted path. A list is one value: the lists of this API are sets.
type fields map[string]any

// flatten takes an object apart. What is not an object gives nil.
func flatten(object json.RawMessage) fields {
	dec := json.NewDecoder(bytes.NewReader(object))
	dec.UseNumber() // an AS number must not come back as 4.2e9
	var v map[string]any
	if dec.Decode(&v) != nil {
		return nil
	}
	out := fields{}
	out.add("", v)
	return out
}

func (f fields) add(prefix string, object map[string]any) {
	for key, value := range object {
		switch value := value.(type) {
		case map[string]any:
			f.add(prefix+key+".", value)
		case nil:
		default:
			f[prefix+key] = value
		}
	}
}

// object puts the values together again.
func (f fields) object() (json.RawMessage, error) {
	root := map[string]any{}
	for path, value := range f {
		at := root
		for {
			key, rest, deeper := strings.Cut(path, ".")
			if !deeper {
				at[key] = value
				break
			}
			next, ok := at[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[key] = next
			}
			at, path = next, rest
		}
	}
	return journal.Encode(root)
}

// only keeps the paths that a change can set.
func (f fields) only(covers func(string) bool) fields {
	out := fields{}
	for path, value := range f {
		if covers(path) {
			out[path] = value
		}
	}
	return out
}

// top is the first part of a path.
func top(path string) string {
	first, _, _ := strings.Cut(path, ".")
	return first
}

// union gives all paths of both, in order.
func union(a, b fields) []string {
	var paths []string
	for path := range a {
		paths = append(paths, path)
	}
	for path := range b {
		if _, both := a[path]; !both {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// same compares two values of a field by their meaning: the API leaves out what is unset, may write addresses
// in another form, and its lists have no order. A masked value equals everything, because it is not known.
func same(path string, a, b any) bool {
	if journal.IsSecret(path) && (a == secret.Mask || b == secret.Mask) {
		return true
	}
	return canonical(path, a) == canonical(path, b)
}

func canonical(path string, v any) string {
	switch v := v.(type) {
	case bool:
		if !v && path != healthCheckEnabled {
			return ""
		}
		return strconv.FormatBool(v)
	case json.Number:
		if v == "0" {
			return ""
		}
		return v.String()
	case string:
		return canonicalText(path, v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = canonical(path, v[i])
			if parts[i] == "" {
				encoded, _ := journal.Encode(v[i]) // came out of JSON
				parts[i] = string(encoded)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, "\x00")
	case nil:
		if path == healthCheckEnabled {
			return "true"
		}
		return ""
	}
	encoded, _ := journal.Encode(v) // came out of JSON
	return string(encoded)
}

// canonicalText writes addresses in one form; free texts and secrets stay as they are.
func canonicalText(path, text string) string {
	if strings.HasSuffix(path, "description") || strings.HasSuffix(path, "name") || journal.IsSecret(path) {
		return text
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.String()
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return a.String()
	}
	return text
}

// healthCheckEnabled is the one switch that is on when the API does not mention it.
const healthCheckEnabled = "health_check.enabled"

// Difference is one field before and after. The values are JSON, nil when the field is not set; secrets are masked.
type Difference struct {
	Path   string
	Before json.RawMessage
	After  json.RawMessage
	Secret bool // the values are masked
}

func difference(path string, before, after any) Difference {
	return Difference{Path: path, Before: shown(path, before), After: shown(path, after), Secret: journal.IsSecret(path)}
}

// shown is a value for the user's eyes.
func shown(path string, v any) json.RawMessage {
	if v == nil {
		return nil
	}
	if journal.IsSecret(path) {
		v = secret.Mask
	}
	encoded, _ := journal.Encode(v) // came out of JSON
	return encoded
}

// compare lists the fields in which two objects differ.
func compare(before, after fields) []Difference {
	var list []Difference
	for _, path := range union(before, after) {
		if !same(path, before[path], after[path]) {
			list = append(list, difference(path, before[path], after[path]))
		}
	}
	return list
}

// Conflict is a field that somebody else changed after the form was opened.
type Conflict struct {
	Path                string
	Opened, Now, Wanted json.RawMessage // nil: not set; secrets are masked
	// Clash: the user changed the field too, to something else. When the conflict is accepted the user's value wins here;
	// in all other fields the other's change stays.
	Clash bool
}

func conflicts(opened, fresh, wanted fields) []Conflict {
	var list []Conflict
	for _, path := range union(opened, fresh) {
		was, is, wish := opened[path], fresh[path], wanted[path]
		if same(path, was, is) {
			continue
		}
		list = append(list, Conflict{Path: path, Opened: shown(path, was), Now: shown(path, is), Wanted: shown(path, wish),
			Clash: !same(path, was, wish) && !same(path, is, wish)})
	}
	return list
}

// hasParent reports whether the object that holds the path is there: where it is gone, nothing of it is sent.
func (f fields) hasParent(path string) bool {
	i := strings.LastIndexByte(path, '.')
	return i < 0 && len(f) > 0 || i >= 0 && f.holds(path[:i])
}

// holds reports whether something is set inside of the object at the path.
func (f fields) holds(path string) bool {
	for other := range f {
		if strings.HasPrefix(other, path+".") {
			return true
		}
	}
	return false
}

// rebase puts what the user changed, and only that, on top of what is there now.
func rebase(opened, wanted, fresh fields) fields {
	out := fields{}
	for path, value := range fresh {
		out[path] = value
	}
	for _, path := range union(opened, wanted) {
		was, wish := opened[path], wanted[path]
		if was != nil && wish == nil && !wanted.hasParent(path) {
			delete(out, path) // also what is empty: it would bring the object back
			continue
		}
		if wish != nil && !opened.hasParent(path) {
			out[path] = wish // also what is empty: the object is new
			continue
		}
		if same(path, was, wish) {
			continue
		}
		_, list := was.([]any)
		switch {
		case wish != nil:
			out[path] = wish
		case list:
			out[path] = []any{} // a list that is not sent stays; an empty one is cleared
		default:
			delete(out, path)
		}
	}
	return out
}
