package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"flarewire/api"
)

// Do reads what a job from Due names and returns the new snapshot. What fails keeps its last good rows.
func (s *Store) Do(ctx context.Context, j Job) *Snapshot {
	s.readEach(api.WithClass(ctx, j.Class), j.Targets, terms{beside: j.Class != api.ClassPerson})
	return s.Last()
}

// Round reads everything that is due, all at the same time, and returns the newest snapshot when the last of it has answered.
func (s *Store) Round(ctx context.Context) *Snapshot {
	var wait sync.WaitGroup
	for _, j := range s.Due() {
		wait.Go(func() { s.Do(ctx, j) })
	}
	wait.Wait()
	return s.Last()
}

// Read reads these now, needed or not, at the same time, and returns the new snapshot. One that is being read already is waited
// for and then read again: that answer may be from before a change.
func (s *Store) Read(ctx context.Context, targets ...Target) *Snapshot {
	return s.readUnless(ctx, terms{enough: never}, targets)
}

// Fresh returns a snapshot in which these are at most this old, or the last attempt to read them failed just now. It reads only
// what is older, and waits for what is being read already.
func (s *Store) Fresh(ctx context.Context, age time.Duration, targets ...Target) *Snapshot {
	since := s.now().Add(-age)
	fresh := func(e Entry) bool { return e.Err == nil && e.Known() && !e.Fetched.Before(since) }
	return s.readUnless(ctx, terms{enough: fresh, beside: age > 0}, targets)
}

// terms are the terms of a read.
type terms struct {
	enough func(Entry) bool // when enough is known without it; nil: it is due
	beside bool             // what another program has read does
}

func (t terms) condition() func(Entry) bool {
	if t.enough == nil {
		return never
	}
	return t.enough
}

// never is the condition of a read that is made whatever is known.
func never(Entry) bool { return false }

// readUnless reads those of which not enough is known. Details need the list of their objects, and the locations the tunnels: where
// that is not known, it is read before them.
func (s *Store) readUnless(ctx context.Context, t terms, targets []Target) *Snapshot {
	var lists []Target
	for _, d := range targets {
		if list := d.Kind.Listed(); d.Kind.Detail() && !s.Last().entry(list).Known() {
			lists = append(lists, Target{Kind: list})
		}
		if first := s.Last().Before(d.Kind); first != "" {
			lists = append(lists, Target{Kind: first})
		}
	}
	s.readNow(ctx, distinct(lists), t)
	rest := slices.DeleteFunc(s.Last().expanded(targets), func(d Target) bool { return slices.Contains(lists, d) })
	s.readNow(ctx, rest, t)
	return s.Last()
}

func (s *Store) readNow(ctx context.Context, targets []Target, t terms) {
	last := s.Last()
	targets = slices.DeleteFunc(slices.Clone(targets), func(d Target) bool { return last.enough(d, t.condition()) })
	s.mu.Lock()
	for _, d := range targets {
		s.busy[d]++
	}
	s.mu.Unlock()
	s.readEach(ctx, targets, t)
}

// enough reports whether a condition holds for what is known of a detail, of the tunnels for both lists.
func (s *Snapshot) enough(d Target, condition func(Entry) bool) bool {
	e := s.about(d)
	return e != nil && condition(*e) && (d.Kind != GRETunnels || condition(s.IPsec))
}

// readEach reads details that count as busy, all at the same time, but few of those that are one request for each object.
func (s *Store) readEach(ctx context.Context, targets []Target, t terms) {
	var wait sync.WaitGroup
	limit := make(chan struct{}, detailsTogether)
	for _, d := range targets {
		wait.Go(func() {
			defer s.landed(d)
			if d.Kind.Detail() {
				limit <- struct{}{}
				defer func() { <-limit }()
			}
			s.readOne(ctx, d, t)
		})
	}
	wait.Wait()
}

// readOne reads one list or detail. One request is in flight for each.
func (s *Store) readOne(ctx context.Context, d Target, t terms) {
	if d.Kind == recordKind {
		s.readRecord(ctx, d.Object)
		return
	}
	if d.Kind == flowsKind {
		s.readFlows(ctx)
		return
	}
	lock := s.lockOf(d)
	select {
	case lock <- struct{}{}:
		defer func() { <-lock }()
	case <-ctx.Done(): // whoever asked has left, and the one before still waits for its answer
		return
	}
	if taken := t.beside && s.takeOver(ctx, d); taken && t.enough == nil || !s.begin(d, t.condition()) {
		return
	}
	if d.Kind == GRETunnels {
		s.readTunnels(ctx)
		return
	}
	took := span{from: s.now()}
	apply := s.readKind(ctx, d, &s.fetchers)
	took.to = s.now()
	if apply == nil {
		s.unreadable(d, took.to)
		return
	}
	s.unnoted.Add(1)
	defer s.unnoted.Add(-1)
	events := s.change(func(next *Snapshot) []Event { return apply(next, took, s.again(d)) })
	s.noted(func() error { return s.record(s.Last().HistoryErr, events, took.to) })
}

// begin reports whether there is something to read. What was wanted anew until now is answered by this read.
func (s *Store) begin(d Target, enough func(Entry) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.state.Load()
	if last.about(d) == nil || last.enough(d, enough) {
		return false
	}
	delete(s.expired, d)
	return true
}

// errUnreadable is the error of a kind that this store was given no way to read.
var errUnreadable = errors.New("this cannot be read here")

// unreadable has what cannot be read wait for a day, so that nobody tries all the time.
func (s *Store) unreadable(d Target, now time.Time) {
	s.change(func(next *Snapshot) []Event {
		if e := next.about(d); e != nil {
			e.Err, e.Due = errUnreadable, now.Add(24*time.Hour)
		}
		return nil
	})
}

func (s *Store) lockOf(d Target) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock := s.locks[d]
	if lock == nil {
		lock = make(chan struct{}, 1)
		s.locks[d] = lock
	}
	return lock
}

// landed ends a read; after the last one nothing is kept about the detail.
func (s *Store) landed(d Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[d]--; s.busy[d] <= 0 {
		delete(s.busy, d)
		delete(s.expired, d)
		delete(s.locks, d)
	}
}

// Progress is how far ReadAll is with what lies below prefixes and interconnects.
type Progress struct {
	Read, All int
	Until     time.Time // not zero: nothing is asked before, because the program's own share of requests is used up
}

// ReadAll reads these kinds once, and what lies below prefixes and interconnects completely. It stays within the program's
// share of requests, and leaves a part of it to who reads single things meanwhile: where the rest is used up it waits, as long
// as ctx allows. progress is told how far it is, and may be nil; the
// last call has Read equal to All, also where ctx ended before.
func (s *Store) ReadAll(ctx context.Context, progress func(Progress), kinds ...Kind) *Snapshot {
	if progress == nil {
		progress = func(Progress) {}
	}
	var now Progress
	wait := func(until time.Time) { progress(Progress{now.Read, now.All, until}) }
	lists, below := slices.Clone(kinds), slices.Clone(kinds)
	lists = slices.DeleteFunc(lists, Kind.Detail)
	below = slices.DeleteFunc(below, func(k Kind) bool { return !k.Detail() })
	ctx = api.WithClass(ctx, api.ClassPage)
	goOn := s.readPatiently(ctx, distinct(TargetsOf(lists...)), wait)
	all := s.Last().expanded(TargetsOf(below...))
	now.All = len(all)
	for goOn && now.Read < now.All {
		progress(now)
		part := all[now.Read:min(now.Read+detailsTogether, now.All)]
		goOn = s.readPatiently(ctx, part, wait)
		now.Read += len(part)
	}
	progress(Progress{Read: now.All, All: now.All})
	return s.Last()
}

// readPatiently reads these at the same time. What was not asked because the program's own share of requests is used up is read
// again when there is some again. It reports whether there is still time.
func (s *Store) readPatiently(ctx context.Context, targets []Target, wait func(until time.Time)) bool {
	for {
		s.Read(ctx, targets...)
		if ctx.Err() != nil {
			return false
		}
		var until time.Time
		if targets, until = s.unasked(targets); len(targets) == 0 {
			return true
		}
		wait(until)
		if !sleep(ctx, until.Sub(s.now())) {
			return false
		}
	}
}

// unasked are those that wait for the program's own share of requests, and until when.
func (s *Store) unasked(targets []Target) (waiting []Target, until time.Time) {
	last := s.Last()
	for _, d := range targets {
		entries := []*Entry{last.about(d)}
		if d.Kind == GRETunnels {
			entries = append(entries, &last.IPsec)
		}
		for _, e := range entries {
			var told *api.Error
			if e == nil || !ownBudget(e.Err) || !errors.As(e.Err, &told) {
				continue
			}
			waiting = append(waiting, d)
			if told.Until.After(until) {
				until = told.Until
			}
		}
	}
	return distinct(waiting), until
}

// sleep waits a second at least, and reports whether there is time for it.
func sleep(ctx context.Context, wait time.Duration) bool {
	wait = max(wait, time.Second)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
