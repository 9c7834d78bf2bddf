package table

import (
	"time"

	"flarewire/tui"
)

// Table holds rows of type T and which of them is under the cursor, marked, filtered and in view. What does not need the
// type of the rows is in grid: a generic method is compiled anew for every resource.
type Table[T any] struct {
	grid
	cols []Column[T]
	id   func(T) string
	rows []T
}

// New makes an empty table. id must give every row a different, lasting name.
func New[T any](cols []Column[T], id func(T) string) *Table[T] {
	t := &Table[T]{cols: cols, id: id}
	t.grid = grid{marks: map[string]bool{}, heads: make([]head, len(cols)),
		cell: func(row, col int, now time.Time) string { return t.cols[col].Text(t.rows[row], now) },
		role: func(row, col int) tui.Role {
			if role := t.cols[col].Role; role != nil {
				return role(t.rows[row])
			}
			return tui.Plain
		},
		said: func(row, col int) string {
			if words := t.cols[col].Words; words != nil {
				return words(t.rows[row])
			}
			return ""
		},
		compare: func(col, a, b int) int { return t.cols[col].compare(&t.rows[a], &t.rows[b]) },
	}
	for i, c := range cols {
		t.heads[i] = head{key: c.Key, title: c.Title, width: c.Width, grow: c.Grow, right: c.Right, priority: c.Priority, live: c.Live,
			ranked: c.Ranked}
	}
	return t
}

// Only shows no rows but those for which pass holds; nil shows all again.
func (t *Table[T]) Only(pass func(T) bool) {
	t.only = nil
	if pass != nil {
		t.only = func(row int) bool { return pass(t.rows[row]) }
	}
	t.rebuild()
}

// Set replaces the rows. The cursor stays on its row by id and, unless the list is at its top, as far as possible on its line of
// the screen; when the row is gone, the cursor goes to the one that took its place.
func (t *Table[T]) Set(rows []T) {
	t.rows = rows
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = t.id(r)
	}
	t.set(ids)
}

// Selected is the row under the cursor.
func (t *Table[T]) Selected() (row T, ok bool) {
	if t.cursor == "" {
		return row, false
	}
	return t.rows[t.order[t.at]], true
}

// Marked are the marked rows in the order of the list, also those that the filter hides.
func (t *Table[T]) Marked() []T {
	if len(t.marks) == 0 {
		return nil // asked on every key
	}
	var out []T
	for i, id := range t.ids {
		if t.marks[id] {
			out = append(out, t.rows[i])
		}
	}
	return out
}

func (c *Column[T]) compare(a, b *T) int {
	if c.Compare != nil {
		return c.Compare(*a, *b)
	}
	return tui.Natural(c.Text(*a, time.Time{}), c.Text(*b, time.Time{}))
}
