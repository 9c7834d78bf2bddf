package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"flarewire/api"
)

// plan is who needs what, and what is being read. It is guarded by the store's mu.
type plan struct {
	always  map[Kind]bool   // needed all the time
	shown   []Detail        // needed by the page on the screen; Of is empty for a whole kind
	flying  map[Detail]bool // handed out by Due, or being read
	expired map[Detail]bool // wanted anew while it was being read: that answer may be from before a change
	locks   map[Detail]chan struct{}
	details time.Time // when the next details are read
	began   bool      // the first details were read
}

func newPlan() plan {
	return plan{always: map[Kind]bool{}, flying: map[Detail]bool{}, expired: map[Detail]bool{}, locks: map[Detail]chan struct{}{}}
}

// Keep has these kinds read all the time from now on.
func (s *Store) Keep(kinds ...Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range kinds {
		s.always[k] = true
	}
}

// Show says what the page on the screen needs, in place of what the page before needed. What nobody needs is not read.
func (s *Store) Show(needs ...Detail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = slices.Clone(needs)
}

// Also adds to what the page on the screen needs.
func (s *Store) Also(needs ...Detail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range needs {
		if !slices.Contains(s.shown, d) {
			s.shown = append(s.shown, d)
		}
	}
}

// Of makes the needs of whole kinds.
func Of(kinds ...Kind) []Detail {
	needs := make([]Detail, len(kinds))
	for i, k := range kinds {
		needs[i] = Detail{Kind: k}
	}
	return needs
}

// schedule sets when the entry is read next.
func (e *Entry) schedule(now time.Time, err error, again bool) {
	switch {
	case again:
		e.Due = time.Time{}
	case err != nil:
		e.Due = now.Add(e.retry(now))
	default:
		e.Due = e.Fetched.Add(e.Every)
	}
}

// again reports whether something was wanted anew while it was being read, and forgets it.
func (s *Store) again(d Detail) bool {
	again := s.expired[d]
	delete(s.expired, d)
	return again
}

// Priority is how urgent a read is; see design: what a person waits for, then tunnels and health, the open page, the rest.
type Priority int

// The priorities, the most urgent first.
const (
	ForPerson Priority = iota
	ForTunnels
	ForPage
	ForBackground
)

// Job is what is to be read in one go.
type Job struct {
	Details  []Detail
	Priority Priority
}

// single is both lists of tunnels under one name, since they are read together.
func (d Detail) single() Detail {
	if d.Kind == IPsecTunnels {
		d.Kind = GRETunnels
	}
	return d
}

// Due hands out what is to be read now. Whoever takes it calls Do for each job, at the same time: one that gets no answer must
// not hold up the others.
func (s *Store) Due() []Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, last := s.now(), s.state.Load()
	var jobs []Job
	add := func(p Priority, details ...Detail) {
		details = slices.DeleteFunc(details, func(d Detail) bool { return s.flying[d] })
		for _, d := range details {
			s.flying[d] = true
		}
		if len(details) > 0 {
			jobs = append(jobs, Job{details, p})
		}
	}
	for _, n := range s.needed() {
		if n.Kind.detail() || last.entry(n.Kind).Due.After(now) {
			continue
		}
		add(s.priority(n), n)
	}
	if due := s.shownDetails(last, now); len(due) > 0 {
		add(ForPage, due...)
	}
	add(ForBackground, s.roundOfDetails(last, now)...)
	return jobs
}

// needed are the kinds that somebody needs, tunnels first.
func (s *Store) needed() []Detail {
	set := map[Detail]bool{}
	for k := range s.always {
		set[Detail{Kind: k}.single()] = true
	}
	for _, d := range s.shown {
		set[Detail{Kind: d.Kind}.single()] = true
		switch {
		case d.Kind == PortStates:
			set[Detail{Kind: Ports}] = true
		case d.Kind.detail():
			set[Detail{Kind: Prefixes}] = true
		}
	}
	order := []Kind{GRETunnels, HealthChecks}
	return slices.SortedFunc(maps.Keys(set), func(a, b Detail) int {
		rank := func(d Detail) int {
			if i := slices.Index(order, d.Kind); i >= 0 {
				return i
			}
			return len(order)
		}
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return slices.Index(allKinds, a.Kind) - slices.Index(allKinds, b.Kind)
	})
}

// allKinds is an order of the kinds that is always the same.
var allKinds = slices.Sorted(maps.Keys(kinds))

func (s *Store) priority(d Detail) Priority {
	switch {
	case d.Kind == GRETunnels || d.Kind == HealthChecks:
		return ForTunnels
	case slices.ContainsFunc(s.shown, func(n Detail) bool { return n.Kind == d.Kind }):
		return ForPage
	}
	return ForBackground
}

// shownDetails are the details of the objects on the screen that have grown old.
func (s *Store) shownDetails(last *Snapshot, now time.Time) []Detail {
	var due []Detail
	for _, d := range s.shown {
		if d.Of == "" || !d.Kind.detail() {
			continue
		}
		if e, ok := last.detail(d); ok && !s.shownDue(e).After(now) {
			due = append(due, d)
		}
	}
	return due
}

// shownDue is when a detail on the screen is to be read again.
func (s *Store) shownDue(e Entry) time.Time {
	if e.Failures > 0 || e.Due.IsZero() {
		return e.Due
	}
	return e.Fetched.Add(pageDetails)
}

// detail is the entry of one detail; false when its object is not there.
func (s *Snapshot) detail(d Detail) (Entry, bool) {
	if d.Kind == PortStates {
		i := slices.IndexFunc(s.Ports.Rows, func(p Port) bool { return p.Name == d.Of })
		if i < 0 {
			return Entry{}, false
		}
		return s.Ports.Rows[i].Asked, true
	}
	p := s.prefix(d.Of)
	if p == nil {
		return Entry{}, false
	}
	return *p.entry(d.Kind), true
}

// roundOfDetails are some of the details that nobody looks at in particular.
func (s *Store) roundOfDetails(last *Snapshot, now time.Time) []Detail {
	kinds := s.detailKinds()
	if len(kinds) == 0 || s.details.After(now) || len(last.Prefixes.Rows)+len(last.Ports.Rows) == 0 {
		return nil
	}
	n := detailsInRound
	if !s.began {
		if s.awaited(last) {
			return nil // the first round is for prefixes and ports together
		}
		n = detailsAtFirst
	}
	s.began, s.details = true, now.Add(detailRound)
	return last.detailsDue(now, n, kinds, false)
}

// awaited reports whether one of the lists that have details got no answer yet.
func (s *Store) awaited(last *Snapshot) bool {
	for _, k := range []Kind{Prefixes, Ports} {
		if e := last.entry(k); s.always[k] && !e.Known() && e.Err == nil {
			return true
		}
	}
	return false
}

// detailKinds are the kinds of details that are read of all objects.
func (s *Store) detailKinds() []Kind {
	var out []Kind
	for _, k := range backgroundDetails {
		if s.always[k] || slices.Contains(s.shown, Detail{Kind: k}) {
			out = append(out, k)
		}
	}
	return out
}

// NextDue is when Due has something to hand out next; zero when nothing is needed.
func (s *Store) NextDue() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.state.Load()
	var first time.Time
	soonest := func(at time.Time) {
		if at.IsZero() {
			at = s.now()
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for _, n := range s.needed() {
		if !n.Kind.detail() && !s.flying[n] {
			soonest(last.entry(n.Kind).Due)
		}
	}
	for _, d := range s.shown {
		if e, ok := last.detail(d); d.Kind.detail() && d.Of != "" && ok && !s.flying[d] {
			soonest(s.shownDue(e))
		}
	}
	if len(s.detailKinds()) > 0 && len(last.Prefixes.Rows)+len(last.Ports.Rows) > 0 && s.began {
		soonest(s.details)
	}
	return first
}

// Do reads what a job names and returns the new snapshot. What fails keeps its last good rows.
func (s *Store) Do(ctx context.Context, j Job) *Snapshot {
	var wait sync.WaitGroup
	limit := make(chan struct{}, detailsTogether)
	for _, d := range j.Details {
		wait.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			s.readOne(ctx, d)
		})
	}
	wait.Wait()
	return s.Last()
}

// Read reads these now, needed or not, at the same time, and returns the new snapshot. One that is being read already is waited
// for and then read again: that answer may be from before a change.
func (s *Store) Read(ctx context.Context, details ...Detail) *Snapshot {
	seen := map[Detail]bool{}
	j := Job{}
	for _, d := range details {
		if d = d.single(); !seen[d] {
			seen[d] = true
			j.Details = append(j.Details, d)
		}
	}
	return s.Do(ctx, j)
}

// readOne reads one kind or detail. One request is in flight for each.
func (s *Store) readOne(ctx context.Context, d Detail) {
	lock := s.lockOf(d)
	select {
	case lock <- struct{}{}:
		defer func() { <-lock }()
	case <-ctx.Done(): // whoever asked has left, and the one before still waits for its answer
		return
	}
	defer s.landed(d)
	if d.Kind == GRETunnels {
		s.readTunnels(ctx)
		return
	}
	took := span{from: s.now()}
	var apply applier
	if d.Kind.detail() {
		apply, _ = s.readDetail(ctx, d)
	} else {
		apply = s.readKind(ctx, d.Kind)
	}
	took.to = s.now()
	if apply == nil {
		s.unreadable(d, took.to)
		return
	}
	events := s.change(func(next *Snapshot) []Event { return apply(next, took, s.again(d)) })
	s.noted(func() error { return s.record(s.Last().HistoryErr, events, took.to) })
}

// errUnreadable is the error of a kind that this store was given no way to read.
var errUnreadable = errors.New("this cannot be read here")

// unreadable has a kind without a fetcher wait for ever.
func (s *Store) unreadable(d Detail, now time.Time) {
	s.change(func(next *Snapshot) []Event {
		if e := next.entry(d.Kind); e != nil {
			e.Err, e.Due = errUnreadable, now.Add(24*time.Hour)
		}
		return nil
	})
}

func (s *Store) lockOf(d Detail) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[d] = true
	lock := s.locks[d]
	if lock == nil {
		lock = make(chan struct{}, 1)
		s.locks[d] = lock
	}
	return lock
}

func (s *Store) landed(d Detail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flying, d)
}

// Busy reports whether one of these is being read.
func (s *Store) Busy(details ...Detail) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(details, func(d Detail) bool { return s.flying[d.single()] })
}

// Expire makes these due at once; what is being read is read once more after that.
func (s *Store) Expire(details ...Detail) {
	s.mu.Lock()
	for _, d := range details {
		if d = d.single(); s.flying[d] {
			s.expired[d] = true
		}
	}
	s.mu.Unlock()
	s.change(func(next *Snapshot) []Event {
		for _, d := range details {
			next.expire(d.single())
		}
		return nil
	})
}

func (s *Snapshot) expire(d Detail) {
	switch {
	case !d.Kind.detail():
		s.entry(d.Kind).Due = time.Time{}
		if d.Kind == GRETunnels {
			s.IPsec.Due = time.Time{}
		}
	case d.Kind == PortStates:
		for i := range s.Ports.Rows {
			if p := &s.Ports.Rows[i]; p.Name == d.Of {
				p.Asked.Due = time.Time{}
			}
		}
	default:
		if p := s.prefix(d.Of); p != nil {
			p.entry(d.Kind).Due = time.Time{}
		}
	}
}

// Shown is what the page on the screen needs, with the tunnels and their health.
func (s *Store) Shown() []Detail {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Of(GRETunnels, HealthChecks)
	for _, d := range s.shown {
		if d.Kind.detail() && d.Of == "" {
			continue // all prefixes' parts are not read at once because somebody looks at a list
		}
		if d = d.single(); !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// Changed makes everything due that the page on the screen shows and every list that is read all the time, because something
// was changed: no page may go on showing it as it was.
func (s *Store) Changed(details ...Detail) {
	s.mu.Lock()
	for k := range s.always {
		if !k.detail() && k != HealthChecks && k != TunnelTraffic {
			details = append(details, Detail{Kind: k})
		}
	}
	s.mu.Unlock()
	s.Expire(append(details, s.Shown()...)...)
}

// Fresh returns a snapshot in which these are at most this old, or the last attempt to read them failed just now.
func (s *Store) Fresh(ctx context.Context, age time.Duration, details ...Detail) *Snapshot {
	now, last := s.now(), s.Last()
	old := slices.DeleteFunc(slices.Clone(details), func(d Detail) bool {
		var e Entry
		if d.Kind.detail() {
			e, _ = last.detail(d)
		} else {
			e = last.Entry(d.Kind)
		}
		return e.Err == nil && e.Known() && now.Sub(e.Fetched) <= age
	})
	if len(old) == 0 {
		return last
	}
	return s.Read(ctx, old...)
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

// Progress is how far ReadAll is.
type Progress struct {
	Read, All int
	Until     time.Time // not zero: nothing is asked before, because the program's own share of requests is used up
}

// ReadAll reads these kinds once, and what lies below prefixes and interconnects completely. It stays
// within the program's share of requests: where that is used up it waits, as long as ctx allows. progress is told how far it
// is, and may be nil.
func (s *Store) ReadAll(ctx context.Context, progress func(Progress), kinds ...Kind) *Snapshot {
	lists := slices.DeleteFunc(slices.Clone(kinds), Kind.detail)
	below := slices.DeleteFunc(slices.Clone(kinds), func(k Kind) bool { return !k.detail() })
	s.Read(ctx, Of(lists...)...)
	all := s.Last().detailsDue(s.now(), 1<<30, below, true)
	for done := 0; done < len(all) && ctx.Err() == nil; {
		if progress != nil {
			progress(Progress{Read: done, All: len(all)})
		}
		part := all[done:min(done+detailsTogether, len(all))]
		s.Read(ctx, part...)
		if until := s.paused(part); !until.IsZero() {
			if progress != nil {
				progress(Progress{Read: done, All: len(all), Until: until})
			}
			if !sleepUntil(ctx, until.Sub(s.now())) {
				break
			}
			continue
		}
		done += len(part)
	}
	if progress != nil {
		progress(Progress{Read: len(all), All: len(all)})
	}
	return s.Last()
}

// paused is until when details wait for the program's own share of requests; zero when none does.
func (s *Store) paused(details []Detail) time.Time {
	var until time.Time
	for _, d := range details {
		e, _ := s.Last().detail(d)
		var told *api.Error
		if ownBudget(e.Err) && errors.As(e.Err, &told) && told.Until.After(until) {
			until = told.Until
		}
	}
	return until
}

// sleepUntil waits, and reports whether it was not given up.
func sleepUntil(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false
	}
	timer := time.NewTimer(max(wait, time.Second))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Needs writes needs as words, the way in which pages name them: "routes", or with an id "bindings/ID".
func Needs(details ...Detail) []string {
	words := make([]string, len(details))
	for i, d := range details {
		words[i] = string(d.Kind)
		if d.Of != "" {
			words[i] += "/" + d.Of
		}
	}
	return words
}

// ParseNeeds reads what Needs wrote; words that name no kind are left out.
func ParseNeeds(words ...string) []Detail {
	var out []Detail
	for _, w := range words {
		kind, of, _ := strings.Cut(w, "/")
		if _, known := kinds[Kind(kind)]; known {
			out = append(out, Detail{Kind(kind), of})
		}
	}
	return out
}

// About says what is known of a kind or of a detail; of a detail whose object is not there nothing.
func (s *Snapshot) About(d Detail) Entry {
	if d.Of == "" {
		return s.Entry(d.Kind)
	}
	e, _ := s.detail(d)
	return e
}
