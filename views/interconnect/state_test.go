package interconnect

import (
	"slices"
	"testing"

	"flarewire/internal/store"
	"flarewire/tui"
)

// What was never told is not called pending or down, and a word that no document knows is shown as it is.
func TestAStateThatIsNotKnownIsNotGuessed(t *testing.T) {
	if got, _ := StateText("", tui.UnicodeGlyphs); got != "? Unknown" {
		t.Errorf("no state is shown as %q", got)
	}
	if got, role := StateText("Draining", tui.UnicodeGlyphs); got != "? Draining" || role == tui.Good {
		t.Errorf("a new state is shown as %q", got)
	}
	order := []store.PortState{store.PortDown, store.PortUnhealthy, "", store.PortPending, store.PortHealthy}
	if !slices.IsSortedFunc(order, func(a, b store.PortState) int { return a.Rank() - b.Rank() }) {
		t.Error("the worst state is not first")
	}
}
