package store

import (
	"slices"
	"time"

	"flarewire/internal/sorting"
)

// sameMoment is how far apart two programs that watch one account notice what is no state, because each polls in its own time.
const sameMoment = 2 * time.Minute

// sequence tells what happened from what another program noticed of it, too, by going through the events in the order of their times:
// what goes to the state in which it already is did not change, however much later that was noticed, and anything else is the same when
// it happened at about the same time.
type sequence map[sequenceKey]Event

// sequenceKey is of what a sequence knows the last event.
type sequenceKey struct {
	kind EventKind
	id   string
}

// repeats reports whether an event says what the one before it of its kind has said, and gives that one.
func (q sequence) repeats(e Event) (before Event, is bool) {
	kind, state := e.Kind, true
	switch kind {
	case FirstSeen:
		kind = SessionChanged
	case Appeared:
		kind = Gone
	case AnswersAgain: // the next outage may begin at once
		kind, state = NoAnswer, false
	case SessionChanged, HealthChanged, PortChanged, Gone:
	default:
		state = false
	}
	key := sequenceKey{kind, string(e.Resource) + e.ObjectID}
	before, known := q[key]
	same := known && e.Kind == before.Kind && e.To == before.To && e.ToHealth == before.ToHealth && e.ToPort == before.ToPort
	if kind == Gone {
		same = known && e.Kind == before.Kind
	}
	moment := sameMoment
	if kind == SessionFlaps { // each counts the falls that it has seen
		moment = flapWindow
	}
	if same && (state || e.At.Sub(before.At) < moment) {
		return before, true
	}
	q[key] = e
	return Event{}, false
}

// once leaves out what several programs wrote about the same change.
func once(events []Event) []Event {
	seen := sequence{}
	return slices.DeleteFunc(events, func(e Event) bool {
		_, again := seen.repeats(e)
		return again
	})
}

// Fresh are those of the events of another program, or an earlier run, that say what the known ones do not say, in the order of their
// times. One that both have noticed is known, whoever was the first.
func Fresh(known, other []Event) []Event {
	type noticed struct {
		Event
		known bool
	}
	all := make([]noticed, 0, len(known)+len(other))
	for _, e := range known {
		all = append(all, noticed{e.plain(), true})
	}
	for _, e := range other {
		all = append(all, noticed{e.plain(), false})
	}
	sorting.Sort(all, func(a, b noticed) int { return a.At.Compare(b.At) })
	seen, later := sequence{}, map[Event]bool{} // later: what is known as it was noticed a little later
	var out []Event
	for _, n := range all {
		switch before, again := seen.repeats(n.Event); {
		case again && n.known:
			later[before] = true
		case !again && !n.known:
			out = append(out, n.Event)
		}
	}
	return slices.DeleteFunc(out, func(e Event) bool { return later[e] })
}
