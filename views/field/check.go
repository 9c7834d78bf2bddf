// Package field is what the forms and pages of several kinds share: the way from a rule's finding to a field's message, the BGP session
// and the health check of tunnels and interconnects, and small words.
package field

import (
	"strings"

	"flarewire/internal/rules"
	"flarewire/tui/form"
)

// Check turns a rule of one text into the check of a field.
func Check(rule func(string) rules.Finding) func(string, form.Values) form.Finding {
	return func(value string, _ form.Values) form.Finding { return Finding(rule(value)) }
}

// CheckList applies a rule to every word of a list; the worst finding counts.
func CheckList(rule func(string) rules.Finding) func(string, form.Values) form.Finding {
	return func(value string, _ form.Values) form.Finding {
		var worst form.Finding
		for _, word := range Words(value) {
			worst = WorstOf(worst, Finding(rule(word)))
		}
		return worst
	}
}

// Words splits a list that may be written with blanks or commas.
func Words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
}

// Finding turns a rule's finding into a field's.
func Finding(f rules.Finding) form.Finding {
	level := form.Fine
	switch f.Severity {
	case rules.Note:
		level = form.Note
	case rules.Warning:
		level = form.Warning
	case rules.Partial:
		level = form.Incomplete
	case rules.Error:
		level = form.Error
	}
	return form.Finding{Level: level, Text: f.Text}
}

// Worst is the most serious of several rules' findings; of equal ones the first.
func Worst(findings ...rules.Finding) form.Finding {
	var worst form.Finding
	for _, f := range findings {
		worst = WorstOf(worst, Finding(f))
	}
	return worst
}

// WorstOf is the more serious of two findings; of equal ones the first.
func WorstOf(a, b form.Finding) form.Finding {
	if b.Level > a.Level {
		return b
	}
	return a
}

// CannotTell is the finding of a check that rests on what was not read; why is from store.Snapshot.CannotTell or
// store.Entry.Why, empty for nothing. The server decides then, so it is a warning.
func CannotTell(why string) form.Finding {
	if why == "" {
		return form.Finding{}
	}
	if !strings.HasPrefix(why, "cannot tell") {
		why = "cannot tell: " + why
	}
	return form.Finding{Level: form.Warning, Text: strings.ToUpper(why[:1]) + why[1:]}
}
