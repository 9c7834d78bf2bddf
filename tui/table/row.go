package table

import (
	"strings"
	"time"
)

// Row is a row of any type: it holds a pointer to it. Code that works on Rows is compiled once, while code that works on
// rows of a type T is compiled anew for every T. A pointer in an interface takes no memory of its own.
type Row any

// Rows are pointers to rows; from then on nobody may change the slice.
func Rows[T any](rows []T) []Row {
	out := make([]Row, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

// Value returns the row of type T that a Row points to.
func Value[T any](r Row) T { return *r.(*T) }

// OnRow is a function of a T as one of a Row; nil stays nil. It is not inlined: a resource calls it for eight functions.
//
//go:noinline
func OnRow[T, R any](f func(T) R) func(Row) R {
	if f == nil {
		return nil
	}
	return func(r Row) R { return f(*r.(*T)) }
}

// marked adds to the text of a row the fields of its object that could not be read, for objects that know that of themselves.
func marked(text func(Row, time.Time) string) func(Row, time.Time) string {
	return func(r Row, now time.Time) string {
		if o, ok := r.(interface{ Undecoded() []string }); ok {
			if fields := o.Undecoded(); len(fields) > 0 {
				return text(r, now) + " (not read: " + strings.Join(fields, ", ") + ")"
			}
		}
		return text(r, now)
	}
}

// OnRows are columns of a T as columns of Rows.
func OnRows[T any](columns []Column[T]) []Column[Row] {
	out := make([]Column[Row], len(columns))
	for i, c := range columns {
		out[i] = Column[Row]{Key: c.Key, Title: c.Title, Width: c.Width, Grow: c.Grow, Right: c.Right, Priority: c.Priority, Live: c.Live,
			Text: func(r Row, now time.Time) string { return c.Text(*r.(*T), now) }, Role: OnRow(c.Role), Words: OnRow(c.Words)}
		if i == 0 {
			out[i].Text = marked(out[i].Text)
		}
		if c.Compare != nil {
			out[i].Compare = func(a, b Row) int { return c.Compare(*a.(*T), *b.(*T)) }
		}
	}
	return out
}
