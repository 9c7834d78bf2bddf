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
	options   []form.Option
}

func offered(f *form.Form, field form.Field) offer {
	o := offer{value: f.Value(field.Key)}
	if field.Control == form.Secret {
		return o
	}
	o.proposals = slices.Clone(f.Proposals(field))
	o.options = slices.Clone(f.Options(field))
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
	case field.Control == form.Choice:
		return option(o.options, text, true)
	case text == "-":
		return "", true
	case field.Control == form.Secret:
		return text, true
	case field.Control == form.Many:
		return o.several(field, text)
	case field.Control == form.Pick:
		if value, ok := option(o.options, text, !field.Free); ok {
			return value, true
		} else if !field.Free {
			return "", false
		}
	}
	if rest, found := strings.CutPrefix(text, "="); found {
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= len(o.proposals) {
			return o.proposals[n-1], true
		}
	}
	// A backslash lets a value begin with a sign that would mean something else.
	return strings.TrimPrefix(text, `\`), true
}

// several are the values of an answer with several: "1,3,5", or their names.
func (o offer) several(field form.Field, text string) (string, bool) {
	var out []string
	for _, word := range form.Words(text) {
		value, ok := option(o.options, word, !field.Free)
		if !ok && !field.Free {
			return "", false
		} else if !ok {
			value = word
		}
		if !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	return strings.Join(out, " "), true
}

// labelled is a value as it is called. What may be typed freely is called what it is; the labels of its options say more than that.
func labelled(field form.Field, options []form.Option, value string) string {
	for _, o := range options {
		if o.Value == value && !field.Free {
			return o.Label
		}
	}
	if value == "" {
		return "empty"
	}
	return value
}

// option is the value of a choice by its number, its value, its label, or, where nothing else can be meant, the beginning of it.
func option(options []form.Option, text string, begun bool) (string, bool) {
	for _, o := range options {
		if strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) {
			return o.Value, true
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(options) {
		return options[n-1].Value, true
	}
	for _, o := range options {
		if begun && strings.HasPrefix(strings.ToLower(o.Label), strings.ToLower(text)) {
			return o.Value, true
		}
	}
	return "", false
}

// readOut is how many options are said with the question; more are said when they are asked for.
const readOut = 12

// options are the choices by their numbers; of many only the first, unless all are asked for.
func options(field form.Field, of []form.Option, all bool) string {
	var out []string
	for i, o := range of {
		if i == readOut && !all && field.Control != form.Choice {
			out = append(out, "and "+strconv.Itoa(len(of)-i)+" more; ? lists all")
			break
		}
		out = append(out, strconv.Itoa(i+1)+" "+o.Label)
	}
	text := strings.Join(out, ", ")
	if field.Control == form.Many && len(of) > 0 {
		text += ". Several by their numbers: 1,2"
	}
	return text
}
