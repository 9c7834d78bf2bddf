package table

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"flarewire/tui"
)

// grid is a table without its rows: it knows them by their number, and asks for their cells.
type grid struct {
	heads   []head
	cell    func(row, col int, now time.Time) string
	role    func(row, col int) tui.Role
	compare func(col, a, b int) int   // of two rows
	said    func(row, col int) string // other words that find the row

	ids    []string
	search *searchIndex // what the filter looks in; made when first filtered
	sorted []int        // all rows in the order of the sort column
	order  []int        // of these, the rows that pass the filter

	cursor string // id under the cursor; "" only when no row is shown
	at     int    // its place in order
	offset int    // first row in view
	height int    // rows in view
	marks  map[string]bool

	measured bool // the widths that the cells need are those of these rows

	stuck   bool // the cursor stays on the first row until it is moved
	held    bool // somebody is at the keys: see Hold
	sortCol int
	reverse bool
	wide    bool
	from    int   // first column shown after the frozen one, when wide
	chosen  []int // the columns that the user wants behind the first, in this order; none: those that matter most
	filter  string
	query   Query
	only    func(row int) bool // rows that do not pass are not shown; nil for all
	typing  typing
}

// head is a column without its rows; see Column.
type head struct {
	key, title            string
	width, grow, priority int
	right, live, ranked   bool
	need                  int // the widest cell so far, where it was measured
}

// measuredMost bounds how many rows are measured: a list of thousands is not walked for the width of a column.
const measuredMost = 500

// measure finds how wide the cells of the columns that grow are, and, where one of them is short, those of the others: what they do not use
// is lent. It never takes a width back: a value that changes repaints its neighbours once at the most.
func (t *grid) measure(now time.Time) {
	if t.measured {
		return
	}
	t.measured = true
	short := false
	for col := range t.heads {
		if h := &t.heads[col]; h.grow > 0 {
			t.widest(col, h.width+h.grow, now)
			short = short || h.need > h.width
		}
	}
	for col := range t.heads {
		if h := &t.heads[col]; short && h.grow == 0 && !h.live {
			t.widest(col, h.width, now)
		}
	}
}

// widest measures the cells of a column until one has so many cells. A column of which not every cell is measured has what it is made for.
func (t *grid) widest(col, most int, now time.Time) {
	h := &t.heads[col]
	if h.grow == 0 && len(t.ids) > measuredMost {
		h.need = most
	}
	for row := 0; h.need < most && row < min(len(t.ids), measuredMost); row++ {
		h.need = max(h.need, tui.Width(t.cell(row, col, now)))
	}
}

// StickToTop keeps the cursor on the first row, whichever it is, until the user moves it.
func (t *grid) StickToTop() { t.stuck = true }

// Hold has the cursor keep to its object when new rows come, also where it sticks to the top: somebody is at the keys, and means the row
// that is seen.
func (t *grid) Hold(held bool) { t.held = held }

// set takes the ids of new rows. A list at its top stays there as long as the cursor's row fits on the screen: what has gone to its top
// must be seen. Scrolled, it keeps the cursor's row on its line.
func (t *grid) set(ids []string) {
	line, top := t.at-t.offset, t.offset == 0
	t.ids, t.search, t.measured = ids, nil, false
	t.dropLostMarks()
	if t.stuck && !t.held {
		t.cursor, t.at, line = "", 0, 0
	}
	t.sort()
	t.rebuild()
	if t.offset = t.at - line; top {
		t.offset = 0
	}
	t.clamp()
}

func (t *grid) dropLostMarks() {
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
func (t *grid) rebuild() {
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
func (t *grid) sort() {
	if len(t.sorted) != len(t.ids) {
		t.sorted = make([]int, len(t.ids))
		for i := range t.sorted {
			t.sorted[i] = i
		}
	}
	slices.SortFunc(t.sorted, func(a, b int) int {
		c := t.compare(t.sortCol, a, b)
		if t.reverse {
			c = -c
		}
		if c != 0 {
			return c
		}
		// Equal rows keep one order over every refresh, or they would swap places under the cursor.
		if c = t.compare(0, a, b); c != 0 {
			return c
		}
		return cmp.Compare(t.ids[a], t.ids[b])
	})
}

func (t *grid) passes(row int) bool {
	if t.only != nil && !t.only(row) {
		return false
	}
	if len(t.query.terms) == 0 {
		return true
	}
	if t.search == nil {
		t.search = t.index()
	}
	return t.search.matches(t.query, row)
}

func (t *grid) clamp() {
	t.at = max(0, min(t.at, len(t.order)-1))
	t.offset = max(0, min(t.offset, len(t.order)-t.height))
	if t.height > 0 {
		t.offset = min(max(t.offset, t.at-t.height+1), t.at)
	}
}

// Select puts the cursor on a row by its id; false when it is not shown.
func (t *grid) Select(id string) bool {
	for i, row := range t.order {
		if t.ids[row] == id {
			t.cursor, t.at = id, i
			t.clamp()
			return true
		}
	}
	return false
}

// Filter is the filter as typed; SetFilter changes it.
func (t *grid) Filter() string { return t.filter }

// SetFilter shows only the rows that match; see Query. While it is typed, words that are not whole yet may hide the cursor's row: it is
// there again with the first text that it passes; before, the cursor is on the first row.
func (t *grid) SetFilter(text string) {
	t.filter = text
	names := t.Keys()
	for i, h := range t.heads {
		names[i] += " " + strings.ToLower(h.title) // what stands above the column
	}
	t.query = ParseQuery(text, names)
	t.rebuild()
	if t.typing.on && !t.Select(t.typing.meant) && len(t.order) > 0 {
		t.Select(t.ids[t.order[0]])
	}
}

// SortBy orders by the column with the given key; an unknown key changes nothing.
func (t *grid) SortBy(key string, reverse bool) {
	for i, c := range t.heads {
		if c.key == key {
			t.sortCol, t.reverse = i, reverse
			t.sort()
			t.rebuild()
		}
	}
}

// Choose shows these columns behind the first one, in this order, instead of those that matter most; keys that no column has are left out.
func (t *grid) Choose(keys []string) {
	t.chosen = nil
	for _, key := range keys {
		i := slices.IndexFunc(t.heads, func(h head) bool { return h.key == key })
		if i > 0 && !slices.Contains(t.chosen, i) {
			t.chosen = append(t.chosen, i)
		}
	}
}

// Sorted is the key of the column by which the rows are ordered, and whether the other way round.
func (t *grid) Sorted() (key string, reverse bool) { return t.heads[t.sortCol].key, t.reverse }

// Wide reports whether all columns are asked for.
func (t *grid) Wide() bool { return t.wide }

// Shown and Total count the rows that pass the filter, and all.
func (t *grid) Shown() int { return len(t.order) }

// UnknownColumn is what the filter writes like a column and is none; empty when there is no such thing in it.
func (t *grid) UnknownColumn() string { return t.query.UnknownColumn() }

// Parts count the rows that pass the filter alone, and those that pass Only alone.
func (t *grid) Parts() (filtered, only int) {
	wasOnly, wasQuery := t.only, t.query
	defer func() { t.only, t.query = wasOnly, wasQuery }()
	for row := range t.ids {
		if t.only, t.query = nil, wasQuery; t.passes(row) {
			filtered++
		}
		if t.only, t.query = wasOnly, (Query{}); t.passes(row) {
			only++
		}
	}
	return filtered, only
}

// MarkedShown counts the marked rows that are shown.
func (t *grid) MarkedShown() int {
	n := 0
	for _, row := range t.order {
		if t.marks[t.ids[row]] {
			n++
		}
	}
	return n
}

// Total counts all rows.
func (t *grid) Total() int { return len(t.ids) }

// Window tells which of the shown rows are in view, counted from one.
func (t *grid) Window() (first, last int) {
	if len(t.order) == 0 {
		return 0, 0
	}
	return t.offset + 1, min(len(t.order), t.offset+t.height)
}
