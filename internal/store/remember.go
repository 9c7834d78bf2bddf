package store

import (
	"slices"
	"time"
)

// UseHistory goes on with the history of earlier runs and keeps it from now on. Call it before the first poll.
// Trouble with the file is in Snapshot.HistoryErr and stops nothing.
func (s *Store) UseHistory(h *History) {
	s.ReadHistory(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = h
}

// ReadHistory is UseHistory for a single look: it knows the history of earlier runs and writes nothing into it.
func (s *Store) ReadHistory(h *History) {
	past, err := h.Load()
	s.change(func(next *Snapshot) []Event {
		next.HistoryErr = err
		s.past, s.earlierSpans = past.tracks(s.now()), past.spans
		var events []Event
		for _, e := range past.Events {
			if e.Kind != FirstSeen {
				events = append(events, e)
			}
		}
		next.Events = bounded(append(slices.Clone(next.Events), events...), maxEvents)
		return nil
	})
}

// tracks are the histories of the tunnels.
func (p Past) tracks(now time.Time) map[string]*tracked {
	tracks := map[string]*tracked{}
	for _, e := range p.Events {
		if e.Resource != "" {
			continue
		}
		track := tracks[e.ObjectID]
		if track == nil || e.Kind == Appeared {
			track = &tracked{Track: Track{KnownSince: e.At}, lastState: e.To}
			tracks[e.ObjectID] = track
		}
		if e.Kind == Gone {
			delete(tracks, e.ObjectID)
			continue
		}
		track.replay(e)
	}
	for _, t := range tracks {
		since := t.Changed
		if since.IsZero() {
			since = t.KnownSince
		}
		t.Unwatched, t.Looked = p.unwatched(since, now), now // what comes until the first look is added there
	}
	return tracks
}

// replay takes an event of an earlier run, or of another program, in: what is older than the newest known stands before it and says
// nothing about the present state.
func (t *tracked) replay(e Event) {
	n := len(t.Events)
	late := n > 0 && e.At.Before(t.Events[n-1].At)
	newest := !late || !slices.ContainsFunc(t.Events, func(o Event) bool { return o.Kind == e.Kind && o.At.After(e.At) })
	switch {
	case e.Kind == FirstSeen:
		t.lastState = e.To
		return
	case e.Kind == SessionChanged:
		if e.From == Up {
			t.leftUp = append(t.leftUp, e.At)
		}
		if newest {
			t.lastState, t.Changed = e.To, e.At
		}
	case e.Kind == HealthChanged && newest:
		t.healthBefore = e.ToHealth
	}
	if !late {
		t.Events = bounded(append(t.Events, e), maxTrack)
		return
	}
	slices.SortFunc(t.leftUp, time.Time.Compare)
	t.Events = inOrder(t.Events, []Event{e}, maxTrack)
}

// looked notes in the history what a poll of the tunnels brought, and now and then that they are watched. Where
// the one before is too long ago, because there was no answer or the machine slept, it leaves a gap.
func (s *Store) looked(last *Snapshot, events []Event, now time.Time) error {
	if last.Err() == nil {
		s.watch(now)
	}
	if s.history == nil {
		return last.HistoryErr
	}
	good := last.Err() == nil
	if good && now.Sub(s.watching()) > blindAfter(s.refresh) {
		if err := s.history.resume(s.good, now); err != nil {
			return err
		}
		s.beat = time.Time{}
	}
	if good {
		s.good = now
	}
	if len(events) == 0 && (!good || now.Sub(s.beat) < beatEvery) {
		return last.HistoryErr
	}
	if good {
		s.beat = now
	}
	return s.history.add(events, now, good)
}

// watching is until when the stretch of watching in the history goes, as far as this run knows.
func (s *Store) watching() time.Time {
	if s.good.IsZero() {
		return s.history.began
	}
	return s.good
}

// record writes events of the other sources to the history. It returns the trouble with the history as it
// is now.
func (s *Store) record(before error, events []Event, now time.Time) error {
	if s.history == nil || len(events) == 0 {
		return before
	}
	return s.history.add(events, now, false)
}

// RereadHistory takes in how sessions changed as other programs have written it into the history since it was read the last time: a
// screen looks more often than a recorder of many accounts, and sees what comes and goes in between. What else they noticed each program
// reads for itself.
func (s *Store) RereadHistory() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.history == nil {
		return
	}
	events, err := s.history.appended()
	if err != nil {
		return // the next write says so
	}
	events = slices.DeleteFunc(events, func(e Event) bool { return e.Kind != SessionChanged && e.Kind != SessionFlaps })
	if len(events) > 0 {
		s.change(func(next *Snapshot) []Event { return s.takeEvents(next, Handed{Events: events}) })
	}
}

// noted writes to the history and takes what came of it into the state. Whoever asks for the newest
// snapshot meanwhile does not wait for a file lock or a slow disk.
func (s *Store) noted(write func() error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := write(); !same(err, s.Last().HistoryErr) {
		s.change(func(next *Snapshot) []Event { next.HistoryErr = err; return nil })
	}
}

// same reports whether two errors say the same.
func same(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}

// Close notes in the history until when this run has watched.
func (s *Store) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.history == nil || s.good.IsZero() {
		return nil
	}
	return s.history.add(nil, s.good, true)
}

// WeekFrom is since when WeekDowns counts.
func (t Track) WeekFrom(now time.Time) time.Time {
	if from := now.Add(-week); from.After(t.KnownSince) {
		return from
	}
	return t.KnownSince
}
