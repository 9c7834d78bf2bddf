package kit

import (
	"bytes"
	"strings"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui/form"
	"flarewire/views/live"
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
		level = form.Partial
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

// freshEnough is how old a complete list may be, of which the last attempt failed, and still say what is in use: the server is asked
// in any case before something is sent.
const freshEnough = time.Minute

// Taken is what a rule about what is in use found, or that it cannot tell because the lists of these kinds were not read. What
// is only on its way yet is a note.
func (e *Env) Taken(found rules.Finding, kinds ...store.Kind) form.Finding {
	worst := Finding(found)
	unread := e.Feed.Last().Unsettled(kinds...)
	for _, entry := range unread {
		if age := e.Now().Sub(entry.Fetched); entry.Complete() && age <= max(freshEnough, 2*entry.Every) {
			continue // one attempt that failed takes nothing away from what was read a moment ago
		}
		told := CannotTell(entry.Why())
		if !entry.Known() && entry.Err == nil {
			told.Level = form.Note
		}
		worst = WorstOf(worst, told)
	}
	return worst
}

// Sentence is an error for a person: what the server said and what to do.
func Sentence(err error) string { return live.Told(err) }

// Copyable is an object's JSON for the clipboard: as the server sent it, but without an MD5 key, which
// opens a router's session.
func Copyable(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`"md5_key"`)) {
		return raw
	}
	return journal.Mask(raw)
}
