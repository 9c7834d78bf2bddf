package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PartialError says that some elements of a list could not be used: they are no objects, or have no id. The call that returns it
// returns the others beside it, and they are not the whole list. It wraps an *Error of the kind BadAnswer.
type PartialError struct {
	Total int           // elements in the list
	Lost  []LostElement // those that could not be used, in their order
	Err   *Error
}

// LostElement is an element of a list that could not be used.
type LostElement struct {
	Index  int    // from 0, over all pages
	Name   string // by which a person knows it; "" when it has none
	Reason string
}

// Error says how many and which elements could not be used, and why.
func (e *PartialError) Error() string { return e.Err.Error() }

// Unwrap gives the *Error.
func (e *PartialError) Unwrap() error { return e.Err }

// String names the element and says what is wrong with it.
func (l LostElement) String() string {
	text := "number " + strconv.Itoa(l.Index+1)
	if l.Name != "" {
		text += " (" + strconv.Quote(l.Name) + ")"
	}
	return text + " " + l.Reason
}

// listing is a list while its pages are read.
type listing struct {
	title string // what is listed, for a sentence
	total int
	lost  []LostElement
}

// growAfter is how many objects of a list are looked at before room is made for all of them, by their size and that of the list: a slice
// that doubles again and again leaves as much behind as it holds, and of 10,000 objects holds thousands too many.
const growAfter = 16

// appendList decodes the objects of one page and appends those that can be used. id may be nil for objects that have none.
// A value that is no list is an error: it does not say that there are none.
func appendList[T any](rows []T, l *listing, a *answer, page json.RawMessage, id func(*T) string) ([]T, error) {
	first, seen := len(rows), 0
	isArray := elements(page, func(value []byte) bool {
		if n := len(rows) - first; n >= growAfter && len(rows) == cap(rows) {
			rows = slices.Grow(rows, 1+(len(page)-seen)*n/seen)
		}
		seen += len(value) + 1
		rows = append(rows, *new(T))
		v := &rows[len(rows)-1]
		err := decodeInto(value, v)
		reason := ""
		switch {
		case value[0] != '{':
			reason = "is " + describe(value)
		case err != nil:
			reason = "cannot be decoded" + where(err)
		case id != nil && id(v) == "":
			reason = "has no usable id"
		}
		if reason != "" {
			rows = rows[:len(rows)-1]
			l.lost = append(l.lost, LostElement{Index: l.total, Name: a.nameOf(value), Reason: reason})
		}
		l.total++
		return true
	})
	if !isArray {
		return nil, a.noList(l.title, page)
	}
	return rows, nil
}

// where names the field that an object fails on.
func where(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return " at " + strconv.Quote(clean(wrong.Field))
	}
	return ""
}

// decodeList decodes a list that comes in one page.
func decodeList[T any](a *answer, raw json.RawMessage, title string, id func(*T) string) ([]T, error) {
	l := &listing{title: title}
	rows, err := appendList([]T{}, l, a, raw, id)
	if err != nil {
		return nil, err
	}
	return rows, l.err(a)
}

// maxNamed bounds how many lost elements the text names; PartialError.Lost has them all.
const maxNamed = 5

// err returns the *PartialError of a list that lost elements.
func (l *listing) err(a *answer) error {
	if len(l.lost) == 0 {
		return nil
	}
	var named []string
	for _, e := range l.lost[:min(len(l.lost), maxNamed)] {
		named = append(named, e.String())
	}
	if more := len(l.lost) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	e := a.unusable(fmt.Sprintf("%d of %d in the list of %s could not be read: %s", len(l.lost), l.total, l.title, strings.Join(named, ", ")))
	return &PartialError{Total: l.total, Lost: l.lost, Err: e}
}

// nameOf returns what names an element of a list to a person, or "".
func (a *answer) nameOf(value []byte) string {
	for _, key := range []string{"name", "prefix", "cidr", "id"} {
		var text string
		if raw := field(value, key); isText(raw) && json.Unmarshal(raw, &text) == nil {
			return shorten(clean(a.hide(text)), maxSample)
		}
	}
	return ""
}

// noList is the error of an answer without the list that was asked for.
func (a *answer) noList(title string, found []byte) error {
	if found == nil {
		return a.unusable("the answer has no list of " + title)
	}
	return a.unusable("where the list of " + title + " should be is " + describe(found))
}

// describe says what a JSON value is, not what it holds.
func describe(value []byte) string {
	switch value[0] {
	case '{':
		return "a JSON object"
	case '[':
		return "a JSON list"
	case '"':
		return "a JSON string"
	case 'n':
		return "null"
	case 't', 'f':
		return "a JSON boolean"
	}
	return "a JSON number"
}

// sameID refuses an answer about another object than was asked for: what is shown or changed next would be the wrong one.
func (a *answer) sameID(asked, got string) error {
	switch got {
	case asked:
		return nil
	case "":
		return a.unusable("the answer has no usable id, asked was " + a.quote(asked))
	}
	return a.unusable("the answer is about " + a.quote(got) + ", asked was " + a.quote(asked))
}

// quote makes an id from outside safe for an error text.
func (a *answer) quote(id string) string { return strconv.Quote(shorten(clean(a.hide(id)), maxSample)) }
