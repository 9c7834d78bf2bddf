// Package sorting sorts rows in place. The standard library's sort is compiled anew for every type of row, some 17 kB each time; this
// one sorts the places of the rows, which is the same code for all of them.
package sorting

import "slices"

// Sort sorts rows by compare. Equal ones stay in the order that they are in.
func Sort[T any](rows []T, compare func(a, b T) int) {
	at := make([]int, len(rows))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return compare(rows[a], rows[b]) })
	was := slices.Clone(rows)
	for i, from := range at {
		rows[i] = was[from]
	}
}

// Sorted gives a sorted copy of rows.
func Sorted[T any](rows []T, compare func(a, b T) int) []T {
	out := slices.Clone(rows)
	Sort(out, compare)
	return out
}
