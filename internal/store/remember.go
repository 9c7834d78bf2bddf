package store

import (
	"slices"
	"time"
)

// Remember goes on with the history of earlier runs and keeps it from now on. Call it before the first poll.
// Trouble with the file is in Snapshot.HistoryErr and stops nothing.
func (w *Watcher) Remember(h *History) {
	w.Recall(h)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history = h
}

// Recall is Remember for a single look: it knows the history of earlier runs and writes nothing into it.
func (w *Watcher) Recall(h *History) {
	past, err := h.Load()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.HistoryErr = err
	w.past = past.tracks(w.now())
	for _, e := range past.Events {
		if e.Kind != FirstSeen {
			w.state.Events = append(w.state.Events, e)
		}
	}
	w.state.Events = bounded(w.state.Events, maxEvents)
}

// tracks are the histories of the tunnels.
func (p Past) tracks(now time.Time) map[string]*Track {
	tracks := map[string]*Track{}
	for _, e := range p.Events {
		if e.Resource != "" {
			continue
		}
		track := tracks[e.TunnelID]
		if track == nil || e.Kind == TunnelAppeared {
			track = &Track{Watched: e.At, lastState: e.To}
			tracks[e.TunnelID] = track
		}
		if e.Kind == TunnelGone {
			delete(tracks, e.TunnelID)
			continue
		}
		track.replay(e)
	}
	for _, t := range tracks {
		since := t.Changed
		if since.IsZero() {
			since = t.Watched
		}
		t.Unwatched, t.Looked = p.unwatched(since, now), now // what comes until the first look is added there
	}
	return tracks
}

// replay takes an event of an earlier run in.
func (t *Track) replay(e Event) {
	switch e.Kind {
	case FirstSeen:
		t.lastState = e.To
		return
	case SessionChanged:
		if e.From == Up {
			t.leftUp = append(t.leftUp, e.At)
		}
		t.lastState, t.Changed = e.To, e.At
	case HealthChanged:
		t.healthBefore = e.ToHealth
	}
	t.Events = bounded(append(t.Events, e), maxTrack)
}

// looked notes in the history what a poll of the tunnels brought, and now and then that they are watched. Where
// the one before is too long ago, because there was no answer or the machine slept, it leaves a gap.
func (w *Watcher) looked(s Snapshot, events []Event, now time.Time) error {
	if w.history == nil {
		return s.HistoryErr
	}
	good := !slices.ContainsFunc(s.Sources, func(src Source) bool { return src.Err != nil })
	if good && now.Sub(w.watching()) > blindAfter(w.refresh) {
		if err := w.history.resume(w.good, now); err != nil {
			return err
		}
		w.beat = time.Time{}
	}
	if good {
		w.good = now
	}
	if len(events) == 0 && (!good || now.Sub(w.beat) < beatEvery) {
		return s.HistoryErr
	}
	if good {
		w.beat = now
	}
	return w.history.add(events, now, good)
}

// watching is until when the stretch of watching in the history goes, as far as this run knows.
func (w *Watcher) watching() time.Time {
	if w.good.IsZero() {
		return w.history.began
	}
	return w.good
}

// record writes events of the other sources to the history. It returns the trouble with the history as it
// is now.
func (w *Watcher) record(before error, events []Event, now time.Time) error {
	if w.history == nil || len(events) == 0 {
		return before
	}
	return w.history.add(events, now, false)
}

// noted writes to the history and takes what came of it into the state. Whoever asks for the newest
// snapshot meanwhile does not wait for a file lock or a slow disk.
func (w *Watcher) noted(write func() error) Snapshot {
	w.writing.Lock()
	defer w.writing.Unlock()
	err := write()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.HistoryErr = err
	return w.state
}

// Close notes in the history until when this run has watched.
func (w *Watcher) Close() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if w.history == nil || w.good.IsZero() {
		return nil
	}
	return w.history.add(nil, w.good, true)
}

// WeekFrom is since when WeekDowns counts.
func (t Track) WeekFrom(now time.Time) time.Time {
	if from := now.Add(-week); from.After(t.Watched) {
		return from
	}
	return t.Watched
}
