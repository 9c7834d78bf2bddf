package events

import (
	"fmt"
	"testing"
	"time"

	"flarewire/internal/store"
)

// Equal events of a minute are one row, also with others between them; few, or of other minutes, stay what they are.
func TestBurstsAreOneRow(t *testing.T) {
	at := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	fell := func(n int, after time.Duration) store.Event {
		return store.Event{At: at.Add(after), Kind: store.SessionChanged, ObjectID: fmt.Sprint(n), Name: fmt.Sprint("t", n), From: store.Up,
			To: store.Down}
	}
	var events []store.Event
	for i := range 22 {
		events = append(events, fell(i, time.Duration(i)*time.Second))
		sick := fell(i, time.Duration(i)*time.Second)
		sick.Kind, sick.From, sick.To, sick.ToHealth = store.HealthChanged, "", "", store.HealthDown
		events = append(events, sick)
	}
	events = append(events, fell(30, time.Hour), fell(31, time.Hour), fell(32, 2*time.Hour))
	rows := fold(events)
	if len(rows) != 5 || rows[0].name() != "22 tunnels" || rows[1].name() != "22 tunnels" || rows[2].Name != "t30" {
		t.Errorf("%d rows: %v", len(rows), rows)
	}
	if !rows[0].At.Equal(at) || len(rows[0].all) != 22 {
		t.Errorf("%+v", rows[0])
	}
	// One more joins: it stays the same row.
	more := fold(append(events[:44:44], fell(23, 30*time.Second)))
	if more[0].key != rows[0].key || more[0].name() != "23 tunnels" {
		t.Errorf("%q, %q", more[0].key, more[0].name())
	}
	if last := Lately(events, 2); len(last) != 2 || last[0].Name != "t32" {
		t.Errorf("%v", last)
	}
}
