package kit

import (
	"time"

	"flarewire/tui"
)

// Cell is the text of a column that does not change with the clock, made harmless to show.
func Cell[T any](get func(T) string) func(T, time.Time) string {
	return func(row T, _ time.Time) string { return tui.Clean(get(row)) }
}
