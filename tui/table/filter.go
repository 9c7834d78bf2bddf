package table

import (
	"strings"
)

// Query is a parsed filter: words that must all match. "down" searches every column, "!down" wants
// rows without it, "asn:65010" searches one column; a column that does not exist is searched for as
// plain text, so that an IPv6 address or a time can be typed as it is.
type Query struct {
	terms []term
}

type term struct {
	text   string
	column int // -1: all
	not    bool
}

// parseQuery reads a filter for the given column keys.
func parseQuery(text string, keys []string) Query {
	var q Query
	for _, word := range strings.Fields(strings.ToLower(text)) {
		t := term{column: -1}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		t.text = word
		if key, value, ok := strings.Cut(word, ":"); ok {
			for i, k := range keys {
				if k == key {
					t.column, t.text = i, value
				}
			}
		}
		if t.text != "" {
			q.terms = append(q.terms, t)
		}
	}
	return q
}

// match tells whether a row passes. cells are its lower-case texts, joined is all of them in one.
func (q Query) match(cells []string, joined string) bool {
	for _, t := range q.terms {
		in := joined
		if t.column >= 0 {
			in = cells[t.column]
		}
		if strings.Contains(in, t.text) == t.not {
			return false
		}
	}
	return true
}
