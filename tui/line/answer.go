package line

import (
	"slices"
	"strconv"
	"strings"

	"flarewire/tui/form"
)

// offer is what a question offers when it is put. Answers mean what was read out: what the account says may come
// to something else while the user answers.
type offer struct {
	value     string   // what an empty answer means
	proposals []string // by their numbers, less one
}

func offered(f *form.Form, field form.Field) offer {
	o := offer{value: f.Value(field.Key)}
	if field.Kind == form.Secret {
		return o
	}
	o.proposals = slices.Clone(f.Proposals(field))
	// Where something is needed and nothing stands there, the first proposal does.
	if o.value == "" && len(o.proposals) > 0 && f.Finding(field).Blocks() {
		o.value = o.proposals[0]
	}
	return o
}

// meant is the value that an answer means; ok is false when a choice has none like it.
func (o offer) meant(field form.Field, text string) (value string, ok bool) {
	switch {
	case text == "":
		return o.value, true
	case field.Kind == form.Choice:
		return option(field, text)
	case text == "-":
		return "", true
	case field.Kind == form.Secret:
		return text, true
	}
	if rest, found := strings.CutPrefix(text, "="); found {
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= len(o.proposals) {
			return o.proposals[n-1], true
		}
	}
	// A backslash lets a value begin with a sign that would mean something else.
	return strings.TrimPrefix(text, `\`), true
}

// labelled is a value as it is called.
func labelled(field form.Field, value string) string {
	for _, o := range field.Options {
		if o.Value == value {
			return o.Label
		}
	}
	if value == "" {
		return "empty"
	}
	return value
}

// option is the value of a choice by its number, its value, or the beginning of its label.
func option(field form.Field, text string) (string, bool) {
	for _, o := range field.Options {
		if strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) {
			return o.Value, true
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(field.Options) {
		return field.Options[n-1].Value, true
	}
	for _, o := range field.Options {
		if strings.HasPrefix(strings.ToLower(o.Label), strings.ToLower(text)) {
			return o.Value, true
		}
	}
	return "", false
}

func options(field form.Field) string {
	var out []string
	for i, o := range field.Options {
		out = append(out, strconv.Itoa(i+1)+" "+o.Label)
	}
	return strings.Join(out, ", ")
}
