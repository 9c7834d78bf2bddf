package watch

import (
	"slices"
	"time"

	"flarewire/api"
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
	tracks  map[string]*Track
	sources []Source // before this poll
	now     time.Time
	events  []Event
}

// follow takes a tunnel's newest state into its history.
func (k *tracker) follow(t api.Tunnel) Tunnel {
	state := StateOf(t)
	track, known := k.tracks[t.ID]
	if !known {
		track = &Track{Watched: k.now, lastState: state, modified: t.ModifiedOn.Time}
		k.tracks[t.ID] = track
		// What is there at the first look did not just appear.
		if !k.last(t.Kind).IsZero() {
			k.add(track, Event{At: k.now, Kind: TunnelAppeared, TunnelID: t.ID, Name: t.Name, To: state})
		}
	}
	if !t.ModifiedOn.IsZero() && !t.ModifiedOn.Equal(track.modified) {
		track.modified = t.ModifiedOn.Time
		k.add(track, Event{At: k.when(t.Kind, t.ModifiedOn.Time), Kind: TunnelModified, TunnelID: t.ID, Name: t.Name, To: state})
	}
	if state != track.lastState {
		k.changed(track, t, state)
	}
	track.leftUp = slices.DeleteFunc(track.leftUp, func(at time.Time) bool { return k.now.Sub(at) > flapWindow })
	track.Flapping = len(track.leftUp) >= flapCount
	out := *track
	out.Events = slices.Clone(track.Events)
	return Tunnel{Tunnel: t, State: state, Track: out}
}

func (k *tracker) changed(track *Track, t api.Tunnel, state State) {
	at := k.now
	if t.BGPStatus != nil {
		at = k.when(t.Kind, t.BGPStatus.UpdatedAt.Time)
	}
	k.add(track, Event{At: at, Kind: SessionChanged, TunnelID: t.ID, Name: t.Name, From: track.lastState, To: state})
	if track.lastState == Up {
		track.Downs++
		track.leftUp = append(track.leftUp, at)
		if len(track.leftUp) == flapCount {
			k.add(track, Event{At: at, Kind: SessionFlaps, TunnelID: t.ID, Name: t.Name, From: track.lastState, To: state})
		}
	}
	track.Changed, track.lastState = at, state
}

// when is the time of a change: the server's own time of it where that lies between the two polls,
// else the time at which it was noticed, because a server's clock may be off.
func (k *tracker) when(kind api.TunnelKind, said time.Time) time.Time {
	if said.After(k.last(kind)) && !said.After(k.now) {
		return said
	}
	return k.now
}

// last is when the list of this kind was fetched before this poll.
func (k *tracker) last(kind api.TunnelKind) time.Time {
	for _, s := range k.sources {
		if s.Kind == kind {
			return s.Fetched
		}
	}
	return time.Time{}
}

func (k *tracker) add(track *Track, e Event) {
	track.Events = bounded(append(track.Events, e), maxTrack)
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
			k.events = append(k.events, Event{At: k.now, Kind: TunnelGone, TunnelID: t.ID, Name: t.Name, From: t.State})
		}
	}
}

// bounded keeps the newest n events.
func bounded(events []Event, n int) []Event {
	if len(events) > n {
		return slices.Clone(events[len(events)-n:])
	}
	return events
}
