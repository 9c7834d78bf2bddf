package table

import (
	"regexp"
	"time"

	"flarewire/tui"
)

// spoken is the least important column that is read out without being asked for: a long line is no trouble
// there, but a list of twelve values is.
const spoken = 3

// Words are the shown rows in their order, each value with the key of its column; name gives what a row is
// called. After "wide" all columns are read out.
func (t *Table[T]) Words(now time.Time, name func(T) string) []tui.Row {
	columns := t.spokenColumns()
	out := make([]tui.Row, len(t.order))
	for i, at := range t.order {
		row := t.rows[at]
		out[i] = tui.Row{ID: t.ids[at], Name: name(row)}
		for _, c := range columns {
			out[i].Words = addWord(out[i].Words, t.cols[c].Key, t.cols[c].Text(row, now), t.cols[c].Live)
		}
		if t.marks[t.ids[at]] {
			out[i].Words = append(out[i].Words, tui.Word{Value: "marked"})
		}
	}
	return out
}

// spokenColumns are the columns that are read out: those that the user chose, else those that matter.
func (t *grid) spokenColumns() []int {
	var out []int
	for c, h := range t.heads {
		if c == 0 || t.wide || len(t.chosen) == 0 && h.priority <= spoken {
			out = append(out, c)
		}
	}
	if !t.wide {
		out = append(out, t.chosen...)
	}
	return out
}

// addWord adds a value to what a row says. The first one speaks for itself.
func addWord(words []tui.Word, key, text string, live bool) []tui.Word {
	switch {
	case len(words) == 0:
		return append(words, tui.Word{Value: text, Live: live})
	case absent(text):
		return words
	}
	return append(words, tui.Word{Name: key, Value: Said(text), Live: live})
}

// bounds matches an age or a time with the signs that a narrow column has for what is known of it.
var bounds = regexp.MustCompile(`^([>≤≥]?)([0-9][0-9:]*(?:[smhd])?)$`)

// Said is a cell in words: ">24h" is "at least 24h".
func Said(text string) string {
	m := bounds.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	switch m[1] {
	case "≤":
		return "at most " + m[2]
	case ">", "≥":
		return "at least " + m[2]
	}
	return text
}

// absent reports whether a cell says that there is nothing, or that nothing is known: a sign for the eye.
func absent(text string) bool { return text == "" || text == "-" || text == "?" }

// Cursor is the id under the cursor; empty when no row is shown.
func (t *grid) Cursor() string { return t.cursor }

// Keys are the keys of all columns, in their order.
func (t *grid) Keys() []string {
	out := make([]string, len(t.heads))
	for i, h := range t.heads {
		out[i] = h.key
	}
	return out
}

// Order says by which column the rows are ordered.
func (t *grid) Order() string {
	if t.reverse {
		return t.heads[t.sortCol].key + ", the other way round"
	}
	return t.heads[t.sortCol].key
}
