package interconnect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/tui"
)

// statusDesk answers for every port but those it has trouble with, and counts.
type statusDesk struct {
	mu      sync.Mutex
	asked   []string
	trouble map[string]error
}

func (d *statusDesk) InterconnectStatus(_ context.Context, name string) (api.InterconnectStatus, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, name)
	return api.InterconnectStatus{State: healthy}, d.trouble[name]
}

func portsNamed(n int) []api.Interconnect {
	var rows []api.Interconnect
	for i := range n {
		rows = append(rows, api.Interconnect{Name: fmt.Sprintf("port-%02d", i)})
	}
	return rows
}

// A large account: the states cost a bounded number of requests, and every port has its turn.
func TestStatesOfManyPortsAreAskedInTurns(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	desk, known := &statusDesk{}, states{}
	rows := portsNamed(maxStates + 10)
	for range 2 {
		now = now.Add(time.Minute)
		known.ask(t.Context(), rows, desk, func() time.Time { return now })
	}
	if len(desk.asked) != 2*maxStates {
		t.Errorf("%d requests for two rounds", len(desk.asked))
	}
	for _, r := range rows {
		if !slices.Contains(desk.asked, r.Name) || known[r.Name].state != healthy {
			t.Errorf("%s was never asked", r.Name)
		}
	}
}

// The service fails for one port: its last state stays, with the age and the error, and the others go on.
func TestAStateThatCannotBeAskedKeepsTheLastOne(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	desk, known := &statusDesk{trouble: map[string]error{}}, states{}
	clock := func() time.Time { return now }
	known.ask(t.Context(), portsNamed(2), desk, clock)
	first := now
	now = now.Add(time.Hour)
	desk.trouble["port-00"] = errors.New("no answer")
	known.ask(t.Context(), portsNamed(2), desk, clock)
	if h := known["port-00"]; h.state != healthy || !h.at.Equal(first) || h.err == nil {
		t.Errorf("the last state is %+v", h)
	}
	if h := known["port-01"]; !h.at.Equal(now) || h.err != nil {
		t.Errorf("the other port is %+v", h)
	}
}

// What was never told is not called pending or down, and a word that no document knows is shown as it is.
func TestAStateThatIsNotKnownIsNotGuessed(t *testing.T) {
	if got := (health{}).text(tui.UnicodeGlyphs); got != "? Unknown" {
		t.Errorf("no state is shown as %q", got)
	}
	strange := health{state: "Draining"}
	if got := strange.text(tui.UnicodeGlyphs); got != "? Draining" || strange.role() == tui.Good {
		t.Errorf("a new state is shown as %q", got)
	}
	order := []health{{state: down}, {state: unhealthy}, {}, {state: pending}, {state: healthy}}
	if !slices.IsSortedFunc(order, func(a, b health) int { return a.severity() - b.severity() }) {
		t.Error("the worst state is not first")
	}
}
