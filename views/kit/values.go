package kit

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// ValueFields are the values of a JSON document in the order of their paths: "bgp.customer_asn", "extra_prefixes".
func ValueFields(doc any) []resource.Field { return paths("", doc) }

func paths(path string, v any) []resource.Field {
	switch v := v.(type) {
	case map[string]any:
		var out []resource.Field
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, paths(strings.TrimPrefix(path+"."+key, "."), v[key])...)
		}
		if len(out) > 0 || path == "" {
			return out
		}
		return []resource.Field{{Label: path, Value: "empty", Role: tui.Muted}}
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = plain(one)
		}
		return []resource.Field{{Label: path, Value: cmp.Or(strings.Join(words, ", "), "none")}}
	}
	return []resource.Field{{Label: path, Value: plain(v)}}
}

// plain is a value of JSON for people: a text without its quotes.
func plain(v any) string {
	if text, ok := v.(string); ok {
		return cmp.Or(text, "empty")
	}
	raw, _ := json.Marshal(v)
	return string(raw)
}

// RequestSection is a request as it would be sent by now; see BodySection.
func RequestSection(r api.Request, before json.RawMessage, lacks func(path string) bool) resource.Section {
	s := BodySection(r.Body(), before, lacks)
	s.Fields = append([]resource.Field{{Value: r.String(), Role: tui.Muted, Prose: true}}, s.Fields...)
	return s
}

// BodySection is the body of a request as it would be sent by now, without secrets: what is not filled in yet, as lacks says, is "-", and
// what an earlier body has otherwise is set off.
func BodySection(body, before json.RawMessage, lacks func(path string) bool) resource.Section {
	s := resource.Section{Title: "Request so far"}
	was := map[string]string{}
	for _, f := range bodyFields(before) {
		was[f.Label] = f.Value
	}
	for _, f := range bodyFields(body) {
		old, had := was[f.Label]
		switch {
		case lacks(f.Label):
			f.Value, f.Role = "-", tui.Muted
		case len(before) > 0 && (!had || old != f.Value):
			f.Role, f.Note = tui.Strong, "was "+cmp.Or(old, "not set")
		}
		s.Fields = append(s.Fields, f)
	}
	aligned(s.Fields)
	return s
}

// aligned gives all labels the width of the widest, so that the values stand below each other.
func aligned(fields []resource.Field) {
	widest := 0
	for _, f := range fields {
		widest = max(widest, tui.Width(f.Label))
	}
	for i := range fields {
		fields[i].Label += tui.Spaces(widest - tui.Width(fields[i].Label))
	}
}

// bodyFields are the values of a body, its secrets masked.
func bodyFields(body json.RawMessage) []resource.Field {
	var doc any
	if json.Unmarshal(journal.Mask(body), &doc) != nil {
		return nil
	}
	return ValueFields(doc)
}
