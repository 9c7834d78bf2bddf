package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/router"
	"flarewire/internal/store"
)

// AskEvery is how often the router of a tunnel is asked at most. What it says counts for longer.
const AskEvery = 5 * time.Minute

// RouterPoller asks the routers of an account's tunnels with the user's own commands: one after another, each at most once in AskEvery,
// those in
// trouble first. It never holds up who watches. What a router printed is not kept; the facts in it are, in memory.
type RouterPoller struct {
	Commands []router.Command
	Runner   router.Runner
	Now      func() time.Time
	// Turn, when it is not nil, bounds how many askers run a command at once.
	Turn chan struct{}
	// Failed is told of a router that does not answer; of one trouble that goes on once.
	Failed func(error)

	mu       sync.Mutex
	asked    map[string]time.Time // by the tunnel's id
	readings map[string]router.Reading
	said     map[string]string
}

// Go asks until ctx ends. news says that the account was read, which last is then.
func (a *RouterPoller) Go(ctx context.Context, last func() *store.Snapshot, news <-chan struct{}) {
	for ctx.Err() == nil {
		if t, ok := a.next(last()); ok {
			a.ask(ctx, t)
			continue
		}
		timer := time.NewTimer(AskEvery / 10)
		select {
		case <-ctx.Done():
		case <-news:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// next is the tunnel whose router is to be asked now: of those that are due one in trouble, else the one that was asked longest ago.
func (a *RouterPoller) next(s *store.Snapshot) (store.Tunnel, bool) {
	if s == nil {
		return store.Tunnel{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var due []store.Tunnel
	for _, t := range s.Tunnels {
		reads, _ := router.Matching(a.Commands, diagnose.RouterTarget(t))
		if at, asked := a.asked[t.ID]; len(reads) > 0 && (!asked || a.Now().Sub(at) >= AskEvery) {
			due = append(due, t)
		}
	}
	if len(due) == 0 {
		return store.Tunnel{}, false
	}
	return slices.MinFunc(due, func(x, y store.Tunnel) int {
		return cmp.Or(cmp.Compare(urgency(x), urgency(y)), a.asked[x.ID].Compare(a.asked[y.ID]), cmp.Compare(x.ID, y.ID))
	}), true
}

// urgency is lower for what is in trouble.
func urgency(t store.Tunnel) int {
	if t.State == store.Down || t.State == store.Establishing || t.Health.State == store.HealthDown {
		return 0
	}
	return 1
}

func (a *RouterPoller) ask(ctx context.Context, t store.Tunnel) {
	if a.Turn != nil {
		select {
		case a.Turn <- struct{}{}:
			defer func() { <-a.Turn }()
		case <-ctx.Done():
			return
		}
	}
	target := diagnose.RouterTarget(t)
	reads, _ := router.Matching(a.Commands, target)
	began := a.Now()
	reading := a.Runner.Ask(ctx, reads, target)
	if ctx.Err() != nil {
		return
	}
	trouble := troubleOf(reading)
	a.mu.Lock()
	if a.asked == nil {
		a.asked, a.readings, a.said = map[string]time.Time{}, map[string]router.Reading{}, map[string]string{}
	}
	a.asked[t.ID], a.readings[t.ID] = began, reading.Forgotten()
	news := trouble != a.said[t.ID]
	a.said[t.ID] = trouble
	a.mu.Unlock()
	if news && trouble != "" {
		a.Failed(fmt.Errorf("the router of %s: %s", t.Name, trouble))
	}
}

// troubleOf is why not all commands of a reading have told something; "" when they have.
func troubleOf(r router.Reading) string {
	var all []error
	for _, run := range r.Runs {
		switch {
		case run.Trouble != "":
			all = append(all, errors.New(run.Name+": "+run.Trouble))
		case run.Unread:
			all = append(all, errors.New(run.Name+": nothing in its output was understood"))
		}
	}
	if err := errors.Join(all...); err != nil {
		return err.Error()
	}
	return ""
}

// Readings are what the routers said last, by the tunnel's id.
func (a *RouterPoller) Readings() map[string]router.Reading {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.readings)
}
