// Package table is the list of every page: rows are known by id, never by index, so that a refresh
// that inserts, removes or reorders rows leaves the cursor, the marks and what a key acts on where
// they were. Columns have fixed widths, so that a changing value never repaints its neighbours.
package table

import (
	"slices"
	"time"

	"flarewire/tui"
)

// Column describes one column of rows of type T.
type Column[T any] struct {
	Key   string // stable lower-case name: "asn"; the filter takes "asn:65010"
	Title string
	Width int  // cells
	Grow  int  // further cells it takes when there is room
	Right bool // right-aligned: numbers, ages
	// Priority decides what is left out on a narrow screen: 0 is always shown, higher goes first.
	Priority int
	// Text gives the cell, already fit to be shown. now serves ages.
	Text func(row T, now time.Time) string
	// Role gives the cell's meaning for the theme; nil is plain.
	Role func(row T) tui.Role
	// Words are other words by which the filter finds the row in this column, such as those of its page; nil for none.
	Words func(row T) string
	// Compare orders rows by this column; nil orders by Text, numbers in it by their value.
	Compare func(a, b T) int
	// Ranked marks an order that is not by what the column shows, such as the worst first: no arrow stands at its title.
	Ranked bool
	// Live marks text that changes with the clock; it is not searched by the filter.
	Live bool
}

// placed is a column with the width that it got on this screen.
type placed struct {
	index, width int
}

// gap is the blank between two columns; gutter holds the mark before the first.
const (
	gap    = 2
	gutter = 2
)

// arrange chooses the columns for a width and shares out what is left. The first column always
// stands; wide takes all columns from the given one on, as far as they fit, instead of leaving out
// those of less importance. The column by which the rows are ordered stands where it fits: an order that nobody sees looks like a fault.
// It is a pure function.
func arrange(cols []head, width int, wide bool, from, sorted int) []placed {
	room := width - gutter - cols[0].width
	chosen := []placed{{0, cols[0].width}}
	take := func(i int) bool {
		if need := cols[i].width + gap; need <= room {
			room -= need
			chosen = append(chosen, placed{i, cols[i].width})
			return true
		}
		return false
	}
	if wide {
		for i := 1 + from; i < len(cols) && take(i); i++ {
		}
	} else {
		if sorted > 0 {
			take(sorted)
		}
		for _, i := range important(cols, room, chosen) {
			if least := max(cols[i].width/2, tui.Width(cols[i].title)); !take(i) && cols[i].priority == 0 && cols[i].grow > 0 &&
				room-gap >= least {
				chosen, room = append(chosen, placed{i, room - gap}), 0
			}
		}
		slices.SortFunc(chosen, func(a, b placed) int { return a.index - b.index })
	}
	return grown(cols, chosen, room)
}

// inOrder is arrange for columns that the user chose: the first column, then these, as far as they fit, then the one by which the rows are
// ordered.
func inOrder(cols []head, width int, wanted []int, sorted int) []placed {
	room := width - gutter - cols[0].width
	chosen := []placed{{0, cols[0].width}}
	for _, i := range append(slices.Clone(wanted), sorted) {
		need := cols[i].width + gap
		if has := slices.ContainsFunc(chosen, func(p placed) bool { return p.index == i }); !has && need <= room {
			room -= need
			chosen = append(chosen, placed{i, cols[i].width})
		}
	}
	return grown(cols, chosen, room)
}

// grown shares out the room that is left: first to what is cut without it, then every column grows by its part of what all could take, and
// the first ones take the rest.
func grown(cols []head, chosen []placed, room int) []placed {
	for p := range chosen {
		col := cols[chosen[p].index]
		extra := max(0, min(col.need-chosen[p].width, col.width+col.grow-chosen[p].width, room))
		chosen[p].width += extra
		room -= extra
	}
	could, all, left := make([]int, len(chosen)), 0, room
	for i, p := range chosen {
		could[i] = max(0, cols[p.index].width+cols[p.index].grow-p.width)
		all += could[i]
	}
	for p := range chosen {
		extra := min(could[p], room*could[p]/max(1, all))
		chosen[p].width += extra
		could[p], left = could[p]-extra, left-extra
	}
	for p := range chosen {
		extra := min(could[p], left)
		chosen[p].width += extra
		left -= extra
	}
	lend(cols, chosen)
	return chosen
}

// lend gives columns whose cells would be cut what others have and do not use: nothing is cut beside blanks.
func lend(cols []head, chosen []placed) {
	for p := range chosen {
		col := cols[chosen[p].index]
		for l := range chosen {
			lender := cols[chosen[l].index]
			used := max(lender.need, tui.Width(lender.title)+len("^")) // and the arrow of the order
			if short := min(col.need, col.width+col.grow) - chosen[p].width; short > 0 && lender.need > 0 && !lender.live {
				taken := max(0, min(short, chosen[l].width-used))
				chosen[p].width += taken
				chosen[l].width -= taken
			}
		}
	}
}

// important lists, in their order on the screen, the columns that fit when the least important ones
// are left out first. Those that are chosen already are not among them.
func important(cols []head, room int, chosen []placed) []int {
	has := func(i int) bool { return slices.ContainsFunc(chosen, func(p placed) bool { return p.index == i }) }
	limit := 0
	for ; ; limit++ {
		need, more := 0, false
		for i := 1; i < len(cols); i++ {
			if has(i) {
				continue
			}
			if cols[i].priority <= limit {
				need += cols[i].width + gap
			} else {
				more = true
			}
		}
		if need > room {
			limit--
			break
		}
		if !more {
			break
		}
	}
	var out []int
	for i := 1; i < len(cols); i++ {
		if !has(i) && cols[i].priority <= max(limit, 0) {
			out = append(out, i)
		}
	}
	return out
}
