package field

import (
	"fmt"
	"math"
	"time"

	"flarewire/tui"
)

// Cell is the text of a column that does not change with the clock, made harmless to show.
func Cell[T any](get func(T) string) func(T, time.Time) string {
	return func(row T, _ time.Time) string { return tui.Clean(get(row)) }
}

// Rate writes bit/s with three digits.
func Rate(bits float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if bits >= unit.size {
			n := bits / unit.size
			return fmt.Sprintf("%.*f %s", max(0, 2-int(math.Log10(n))), n, unit.name)
		}
	}
	return fmt.Sprintf("%.0f bit/s", bits)
}
