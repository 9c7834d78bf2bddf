package table

import (
	"cmp"
	"slices"
)

// Table holds rows of type T and which of them is under the cursor, marked, filtered and in view.
type Table[T any] struct {
	cols []Column[T]
	id   func(T) string

	rows   []T
	ids    []string
	search *searchIndex // what the filter looks in; made when first filtered
	sorted []int        // all rows in the order of the sort column
	order  []int        // of these, the rows that pass the filter

	cursor string // id under the cursor; "" only when no row is shown
	at     int    // its place in order
	offset int    // first row in view
	height int    // rows in view
	marks  map[string]bool

	stuck   bool // the cursor stays on the first row until it is moved
	sortCol int
	reverse bool
	wide    bool
	from    int // first column shown after the frozen one, when wide
	filter  string
	query   Query
}

// New makes an empty table. id must give every row a different, lasting name.
func New[T any](cols []Column[T], id func(T) string) *Table[T] {
	return &Table[T]{cols: cols, id: id, marks: map[string]bool{}}
}

// StickToTop keeps the cursor on the first row, whichever it is, until the user moves it.
func (t *Table[T]) StickToTop() { t.stuck = true }

// Set replaces the rows. The cursor stays on its row by id and, as far as possible, on its line of
// the screen; when the row is gone, the cursor goes to the one that took its place.
func (t *Table[T]) Set(rows []T) {
	line := t.at - t.offset
	t.rows = rows
	t.search = nil
	t.ids = make([]string, len(rows))
	for i, r := range rows {
		t.ids[i] = t.id(r)
	}
	t.dropLostMarks()
	if t.stuck {
		t.cursor, t.at, line = "", 0, 0
	}
	t.sort()
	t.rebuild()
	t.offset = t.at - line
	t.clamp()
}

func (t *Table[T]) dropLostMarks() {
	if len(t.marks) == 0 {
		return
	}
	there := make(map[string]bool, len(t.ids))
	for _, id := range t.ids {
		there[id] = true
	}
	for id := range t.marks {
		if !there[id] {
			delete(t.marks, id)
		}
	}
}

// rebuild works out which rows are shown, and finds the cursor's row again. The order is known: a key
// in the filter must not pay for sorting.
func (t *Table[T]) rebuild() {
	t.order = t.order[:0]
	for _, row := range t.sorted {
		if t.passes(row) {
			t.order = append(t.order, row)
		}
	}
	for i, row := range t.order {
		if t.ids[row] == t.cursor {
			t.at = i
			t.clamp()
			return
		}
	}
	t.clamp()
	t.cursor = ""
	if len(t.order) > 0 {
		t.cursor = t.ids[t.order[t.at]]
	}
}

// sort starts from the order before: after a refresh it is nearly right, and then costs one walk.
func (t *Table[T]) sort() {
	if len(t.sorted) != len(t.rows) {
		t.sorted = make([]int, len(t.rows))
		for i := range t.sorted {
			t.sorted[i] = i
		}
	}
	col := t.cols[t.sortCol]
	slices.SortFunc(t.sorted, func(a, b int) int {
		c := col.compare(t.rows[a], t.rows[b])
		if t.reverse {
			c = -c
		}
		if c != 0 {
			return c
		}
		// Equal rows keep one order over every refresh, or they would swap places under the cursor.
		if c = t.cols[0].compare(t.rows[a], t.rows[b]); c != 0 {
			return c
		}
		return cmp.Compare(t.ids[a], t.ids[b])
	})
}

func (t *Table[T]) passes(row int) bool {
	if len(t.query.terms) == 0 {
		return true
	}
	if t.search == nil {
		t.search = index(t.rows, t.cols)
	}
	return t.search.matches(t.query, row)
}

func (t *Table[T]) clamp() {
	t.at = max(0, min(t.at, len(t.order)-1))
	t.offset = max(0, min(t.offset, len(t.order)-t.height))
	if t.height > 0 {
		t.offset = min(max(t.offset, t.at-t.height+1), t.at)
	}
}

// Selected is the row under the cursor.
func (t *Table[T]) Selected() (row T, ok bool) {
	if t.cursor == "" {
		return row, false
	}
	return t.rows[t.order[t.at]], true
}

// Select puts the cursor on a row by its id; false when it is not shown.
func (t *Table[T]) Select(id string) bool {
	for i, row := range t.order {
		if t.ids[row] == id {
			t.cursor, t.at = id, i
			t.clamp()
			return true
		}
	}
	return false
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

// Filter is the filter as typed; SetFilter changes it.
func (t *Table[T]) Filter() string { return t.filter }

// SetFilter shows only the rows that match; see Query.
func (t *Table[T]) SetFilter(text string) {
	t.filter = text
	keys := make([]string, len(t.cols))
	for i, c := range t.cols {
		keys[i] = c.Key
	}
	t.query = parseQuery(text, keys)
	t.rebuild()
}

// SortBy orders by the column with the given key; an unknown key changes nothing.
func (t *Table[T]) SortBy(key string, reverse bool) {
	for i, c := range t.cols {
		if c.Key == key {
			t.sortCol, t.reverse = i, reverse
			t.sort()
			t.rebuild()
		}
	}
}

// Shown and Total count the rows that pass the filter, and all.
func (t *Table[T]) Shown() int { return len(t.order) }

// Total counts all rows.
func (t *Table[T]) Total() int { return len(t.rows) }

// Window tells which of the shown rows are in view, counted from one.
func (t *Table[T]) Window() (first, last int) {
	if len(t.order) == 0 {
		return 0, 0
	}
	return t.offset + 1, min(len(t.order), t.offset+t.height)
}
