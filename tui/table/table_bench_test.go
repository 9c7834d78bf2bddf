package table_test

import (
	"fmt"
	"strings"
	"testing"
)

const benchRows = 10_000

// manyLinks are rows whose names are not in order, like an account's.
func manyLinks(n int) []link {
	rows := make([]link, n)
	for i := range rows {
		state := "up"
		if i%13 == 0 {
			state = "down"
		}
		rows[i] = link{id: fmt.Sprintf("id-%d", i), name: fmt.Sprintf("site-%d-gre", i*7919%n), state: state}
	}
	return rows
}

// A cursor key draws the rows in view and no others.
func BenchmarkDrawAfterACursorKey(b *testing.B) {
	t := newTable(manyLinks(benchRows))
	c := canvas(120, 40)
	t.Draw(c)
	down := t.Actions()[1]
	for b.Loop() {
		down.Run()
		t.Draw(c)
	}
}

// The first character after a refresh works out the searched text of every row.
func BenchmarkFirstFilterKeyAfterARefresh(b *testing.B) {
	rows := manyLinks(benchRows)
	t := newTable(rows)
	for b.Loop() {
		b.StopTimer()
		t.SetFilter("")
		t.Set(rows)
		b.StartTimer()
		t.SetFilter("d")
	}
}

func BenchmarkFilterWordTyped(b *testing.B) {
	t := newTable(manyLinks(benchRows))
	for b.Loop() {
		for i := range len("down") {
			t.SetFilter("down"[:i+1])
		}
		t.SetFilter("")
	}
}

// A refresh brings all rows anew; the order is the same as before but for a few.
func BenchmarkRefresh(b *testing.B) {
	rows := manyLinks(benchRows)
	t := newTable(rows)
	for _, sortBy := range []string{"name", "state"} {
		b.Run("sorted by "+strings.ToUpper(sortBy), func(b *testing.B) {
			t.SortBy(sortBy, false)
			for b.Loop() {
				t.Set(rows)
			}
		})
	}
}
