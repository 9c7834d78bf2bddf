package sorting_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"flarewire/internal/sorting"
)

// The order is the standard library's stable one, whatever the rows.
func TestTheOrderIsTheStandardLibrarys(t *testing.T) {
	type row struct{ key, at int }
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test that can be repeated
	by := func(a, b row) int { return cmp.Compare(a.key, b.key) }
	for n := range 200 {
		rows := make([]row, n)
		for i := range rows {
			rows[i] = row{random.IntN(1 + n/3), i}
		}
		before, want := slices.Clone(rows), slices.Clone(rows)
		slices.SortStableFunc(want, by)
		if got := sorting.Sorted(rows, by); !slices.Equal(got, want) || !slices.Equal(rows, before) {
			t.Fatalf("%v sorted is %v, want %v", before, got, want)
		}
		if sorting.Sort(rows, by); !slices.Equal(rows, want) {
			t.Fatalf("%v sorted in place is %v, want %v", before, rows, want)
		}
	}
	if sorting.Sorted[row](nil, by) != nil {
		t.Error("no rows became some")
	}
}
