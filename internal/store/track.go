package store

import (
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
)

const (
	// maxEvents bounds the events kept over all tunnels, maxTrack those of one.
	maxEvents = 500
	maxTrack  = 50
	// A session that left Up this often within the window is called flapping.
	flapCount  = 3
	flapWindow = 10 * time.Minute
)

// tracker compares one poll with what was known before.
type tracker struct {
	tracks map[string]*tracked
	past   map[string]*tracked // of earlier runs, for tunnels that were not seen in this one yet
	before *Snapshot           // before this read
	after  *Snapshot           // its entries are those after it
	blind  time.Duration       // see blindAfter
	now    time.Time
	events []Event
	first  []Event // for the history only
	// covered reports whether another program has noticed it and told of it.
	covered func(Event) bool
}

// follow takes a tunnel's newest state into its history. Where its list got no answer, everything stays as it was
// at the last one.
func (k *tracker) follow(t api.Tunnel) Tunnel {
	state := StateOf(t)
	track, known := k.tracks[t.ID]
	if !known {
		track = k.meet(t, state)
	}
	if known && k.answered(t.Kind) {
		k.compare(track, t, state)
	}
	if k.answered(t.Kind) {
		track.Looked = k.now
		track.count(k.now)
	}
	out := track.Track
	out.Events = slices.Clone(track.Events)
	return Tunnel{Tunnel: t, State: state, Track: out, ClockAhead: k.after.ClockAhead}
}

// compare turns what is different from the last look at a tunnel into events.
func (k *tracker) compare(track *tracked, t api.Tunnel, state State) {
	gap := k.gap(track.Looked)
	track.Unwatched += gap
	if !t.ModifiedOn.IsZero() && !t.ModifiedOn.Equal(track.modified) {
		track.modified = t.ModifiedOn.Time
		at, said := k.when(t.Kind, k.here(t.ModifiedOn.Time))
		k.add(track, Event{At: at, Kind: Modified, ObjectID: t.ID, Name: t.Name, To: state, Unwatched: gap > 0 && !said})
	}
	if state != track.lastState {
		k.changed(track, t, state, gap)
	}
}

// answered reports whether this poll brought the list of this kind.
func (k *tracker) answered(kind api.TunnelKind) bool { return k.after.Entry(Tunnels(kind)).Err == nil }

// gap is the time since a look, when it is clearly more than a round: then it was not watched.
func (k *tracker) gap(looked time.Time) time.Duration {
	if gap := k.now.Sub(looked); !looked.IsZero() && gap > k.blind {
		return gap
	}
	return 0
}

// meet begins the history of a tunnel, or goes on with the one of earlier runs.
func (k *tracker) meet(t api.Tunnel, state State) *tracked {
	track, met := k.past[t.ID]
	if met {
		delete(k.past, t.ID)
		k.tracks[t.ID] = track
		track.Unwatched += k.gap(track.Looked) // it was long until the first answer
		if track.lastState != state {
			k.changedUnwatched(track, t, state)
		}
		track.modified = t.ModifiedOn.Time
		return track
	}
	track = &tracked{Track: Track{KnownSince: k.now}, lastState: state, modified: t.ModifiedOn.Time}
	k.tracks[t.ID] = track
	if before := k.before.Entry(Tunnels(t.Kind)); before.answered.IsZero() { // what is there at the first look did not just appear
		k.first = append(k.first, Event{At: k.now, Kind: FirstSeen, ObjectID: t.ID, Name: t.Name, To: state})
	} else {
		k.add(track, Event{At: k.now, Kind: Appeared, ObjectID: t.ID, Name: t.Name, To: state, Unwatched: k.gap(before.answered) > 0})
	}
	return track
}

// changedUnwatched notes that the state is another one than at the end of an earlier run. When it changed
// is not known: not later than now, and the status may say when it was reported.
func (k *tracker) changedUnwatched(track *tracked, t api.Tunnel, state State) {
	at := k.now
	if s := t.BGPStatus; s != nil && !s.UpdatedAt.IsZero() && k.here(s.UpdatedAt.Time).Before(k.now) &&
		k.here(s.UpdatedAt.Time).After(track.Changed) {
		at = k.here(s.UpdatedAt.Time)
	}
	k.add(track, Event{At: at, Kind: SessionChanged, ObjectID: t.ID, Name: t.Name, From: track.lastState, To: state, Unwatched: true})
	if track.lastState == Up {
		track.leftUp = append(track.leftUp, at)
	}
	track.Changed, track.lastState, track.Unwatched = at, state, min(track.Unwatched, k.now.Sub(at))
}

// The bounds of what a track remembers of downs: a week, and a number that only a session that flaps for
// days reaches.
const (
	week     = 7 * 24 * time.Hour
	maxDowns = 5000
)

// count brings the figures that depend on the time up to date.
func (t *tracked) count(now time.Time) {
	old := 0
	for old < len(t.leftUp) && (now.Sub(t.leftUp[old]) > week || len(t.leftUp)-old > maxDowns) {
		old++
	}
	t.leftUp = t.leftUp[old:]
	t.WeekDowns = len(t.leftUp)
	t.Flapping = t.lately(now) >= flapCount
}

// lately is how often the session left Up within the window of flapping.
func (t *tracked) lately(now time.Time) int {
	n := 0
	for i := len(t.leftUp) - 1; i >= 0 && now.Sub(t.leftUp[i]) <= flapWindow; i-- {
		n++
	}
	return n
}

// changed notes another state than at the last look, the gap ago where that is longer than a round. A status says when
// it was reported, which is not when it changed: after a gap the change is not later than that.
func (k *tracker) changed(track *tracked, t api.Tunnel, state State, gap time.Duration) {
	at, said := k.now, false
	if t.BGPStatus != nil {
		at, said = k.when(t.Kind, k.here(t.BGPStatus.UpdatedAt.Time))
	}
	blind := gap > 0
	k.add(track, Event{At: at, Kind: SessionChanged, ObjectID: t.ID, Name: t.Name, From: track.lastState, To: state, Unwatched: blind,
		Said: said && !blind})
	if track.lastState == Up {
		track.Downs++
		track.leftUp = append(track.leftUp, at)
		if track.lately(k.now) == flapCount {
			k.add(track, Event{At: at, Kind: SessionFlaps, ObjectID: t.ID, Name: t.Name, From: track.lastState, To: state, Unwatched: blind})
		}
	}
	track.Changed, track.lastState, track.Unwatched = at, state, min(gap, k.now.Sub(at))
}

// when is the time of a change, and whether the server said it.
func (k *tracker) when(kind api.TunnelKind, said time.Time) (time.Time, bool) {
	return span{k.before.Entry(Tunnels(kind)).Fetched, k.now}.when(said)
}

// here is a time of the API by the clock of this machine.
func (k *tracker) here(said time.Time) time.Time { return said.Add(-k.after.ClockAhead) }

func (k *tracker) add(track *tracked, e Event) {
	if k.covered(e) {
		return
	}
	track.Events = inOrder(track.Events, []Event{e}, maxTrack)
	k.events = append(k.events, e)
}

// dropGone forgets tunnels that are no longer listed.
func (k *tracker) dropGone(before, after []Tunnel) {
	there := make(map[string]bool, len(after))
	for _, t := range after {
		there[t.ID] = true
	}
	for _, t := range before {
		if !there[t.ID] {
			delete(k.tracks, t.ID)
			gone := Event{At: k.now, Kind: Gone, ObjectID: t.ID, Name: t.Name, From: t.State, Unwatched: k.gap(t.Track.Looked) > 0}
			if !k.covered(gone) {
				k.events = append(k.events, gone)
			}
		}
	}
}

// inOrder puts fresh events among those that are known, by their times: a server's own time may lie before what was
// noticed already. It changes neither list, and gives the known one back when there is nothing fresh.
func inOrder(known, fresh []Event, most int) []Event {
	if len(fresh) == 0 {
		return known
	}
	all := slices.Concat(known, fresh)
	sorting.Sort(all, func(a, b Event) int { return a.At.Compare(b.At) })
	return bounded(all, most)
}

// bounded keeps the newest n events.
func bounded(events []Event, n int) []Event {
	if len(events) > n {
		return slices.Clone(events[len(events)-n:])
	}
	return events
}
