package store_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"flarewire/internal/store"
)

// midnight is when these events begin.
var midnight = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// session is that a tunnel's session went into a state, in seconds.
func session(at int, from, to store.State) store.Event {
	return store.Event{At: midnight.Add(time.Duration(at) * time.Second), Kind: store.SessionChanged, ObjectID: "t", Name: "t", From: from,
		To: to}
}

// A screen and a recorder each look in their own time. What both have noticed is one event, however late one of them was, and what one
// of them alone has seen is new to the other.
func TestWhatTwoProgramsNoticedIsOneEvent(t *testing.T) {
	down := func(at int) store.Event { return session(at, store.Up, store.Down) }
	up := func(at int) store.Event { return session(at, store.Down, store.Up) }
	gone := store.Event{At: midnight, Kind: store.Gone, ObjectID: "t", From: store.Up}
	goneLate := gone
	goneLate.At = goneLate.At.Add(4 * time.Minute)
	for name, c := range map[string]struct{ known, other, fresh []store.Event }{
		"the same":               {[]store.Event{down(0)}, []store.Event{down(0)}, nil},
		"the other saw it later": {[]store.Event{down(0)}, []store.Event{down(240)}, nil},
		"the other saw it first": {[]store.Event{down(240)}, []store.Event{down(0)}, nil},
		"what came after it":     {[]store.Event{down(0)}, []store.Event{down(150), up(200), down(210)}, []store.Event{up(200), down(210)}},
		"a fall between two looks": {[]store.Event{down(150)}, []store.Event{down(60), up(90), down(120)},
			[]store.Event{down(60), up(90)}},
		"gone, each in its time": {[]store.Event{gone}, []store.Event{goneLate}, nil},
	} {
		if got := store.Fresh(c.known, c.other); !slices.Equal(got, c.fresh) {
			t.Errorf("%s: %v, want %v", name, got, c.fresh)
		}
	}
}

// Whatever two programs have seen of one session, together they tell of each fall once: never of one that neither saw, and never of
// a session that goes down while it is down.
func TestTwoProgramsNeverTellOfAFallTwice(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 20)) //nolint:gosec // a test that can be repeated
		changes := []int{}
		for at := 0; len(changes) < 20; at += 1 + r.IntN(300) {
			changes = append(changes, at)
		}
		one, other := looks(r, changes, 15), looks(r, changes, 120)
		both := append(slices.Clone(one), store.Fresh(one, other)...)
		slices.SortStableFunc(both, func(a, b store.Event) int { return a.At.Compare(b.At) })
		for i, e := range both {
			if i > 0 && both[i-1].To == e.To {
				t.Fatalf("seed %d: %s after %s\n%v\n%v", seed, e.To, both[i-1].To, one, other)
			}
		}
		if again := store.Fresh(both, append(one, other...)); len(again) > 0 {
			t.Fatalf("seed %d: fresh once more: %v", seed, again)
		}
	}
}

// looks are the events of a program that looks every so many seconds at a session which changes at these times.
func looks(r *rand.Rand, changes []int, every int) (out []store.Event) {
	states, was := [2]store.State{store.Up, store.Down}, store.Up
	for at := r.IntN(every); at < changes[len(changes)-1]+2*every; at += every {
		n := 0
		for n < len(changes) && changes[n] <= at {
			n++
		}
		if now := states[n%2]; now != was {
			out = append(out, session(at, was, now))
			was = now
		}
	}
	return out
}
