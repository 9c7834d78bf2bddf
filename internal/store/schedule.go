package store

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"flarewire/api"
)

// schedule is who needs what, and what is being read. It is guarded by the store's mu.
type schedule struct {
	always         map[Kind]bool            // needed all the time
	shown          []Target                 // needed by the page on the screen; Object is empty for a whole kind
	openTunnels    map[string]bool          // ids of the tunnels whose pages are on the screen
	busy           map[Target]int           // how many reads of it were handed out by Due, are waiting or are under way
	expired        map[Target]bool          // wanted anew while it was being read: that answer may be from before a change
	locks          map[Target]chan struct{} // one request at a time for each
	nextRound      time.Time                // when the next details are read
	firstRoundDone bool                     // the first details were asked for
	hurried        bool                     // somebody waits for the next round of details
	person         map[Target]bool          // somebody has asked for it and waits
}

func newSchedule() schedule {
	return schedule{always: map[Kind]bool{}, busy: map[Target]int{}, expired: map[Target]bool{}, locks: map[Target]chan struct{}{},
		openTunnels: map[string]bool{}, person: map[Target]bool{}}
}

// ReadAlways has the store read these kinds all the time from now on.
func (s *Store) ReadAlways(kinds ...Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range kinds {
		s.always[k] = true
	}
}

// SetNeeds says what the page on the screen needs, in place of what the page before needed. What nobody needs is not read.
func (s *Store) SetNeeds(needs ...Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown, s.openTunnels = nil, map[string]bool{}
	s.addNeeds(needs)
}

// addNeeds adds to what is needed. A tunnel by its id needs the lists, and its page is open.
func (s *Store) addNeeds(needs []Target) {
	needs = slices.Clone(needs)
	for i, d := range needs {
		if d = d.single(); d.Kind == GRETunnels && d.Object != "" {
			s.openTunnels[d.Object] = true
			needs[i] = Target{Kind: GRETunnels}
		}
	}
	s.shown = distinct(slices.Concat(s.shown, needs))
}

// AddNeeds adds to what the page on the screen needs.
func (s *Store) AddNeeds(needs ...Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addNeeds(needs)
}

// distinct returns the targets without repetitions, with both lists of tunnels as one.
func distinct(targets []Target) []Target {
	var out []Target
	seen := make(map[Target]bool, len(targets))
	for _, d := range targets {
		if d = d.single(); !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	return out
}

// Job is what is to be read in one go.
type Job struct {
	Targets []Target
	Class   api.Class // of its requests
}

// Due hands out what is to be read now, each thing once. The caller runs Do for every job, all at the same time: one that gets
// no answer must not hold up the others.
func (s *Store) Due() []Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, last := s.now(), s.state.Load()
	var jobs []Job
	hand := func(c api.Class, targets ...Target) {
		var asked []Target
		targets = slices.DeleteFunc(targets, func(d Target) bool {
			s.busy[d]++
			if !s.person[d] {
				return false
			}
			delete(s.person, d)
			asked = append(asked, d)
			return true
		})
		for _, j := range []Job{{asked, api.ClassPerson}, {targets, c}} {
			if len(j.Targets) > 0 {
				jobs = append(jobs, j)
			}
		}
	}
	for _, k := range s.neededLists() {
		if d := (Target{Kind: k}); s.busy[d] == 0 && last.Before(k) == "" && !last.entry(k).Due.After(now) {
			hand(s.class(k), d)
		}
	}
	hand(api.ClassPage, s.shownDetails(last, now)...)
	hand(api.ClassBackground, s.roundOfDetails(last, now)...)
	s.recordsDue(now, hand)
	s.flowsDue(hand)
	return jobs
}

// NextDue returns when Due has something to hand out next, besides what is being read; zero when nothing is needed.
func (s *Store) NextDue() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, last := s.now(), s.state.Load()
	var first time.Time
	soonest := func(at time.Time) {
		if at.IsZero() {
			at = now
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for _, k := range s.neededLists() {
		if s.busy[Target{Kind: k}] == 0 && last.Before(k) == "" {
			soonest(last.entry(k).Due)
		}
	}
	for _, d := range s.shown {
		if e := last.below(d); e != nil && s.busy[d] == 0 {
			soonest(e.shownDue())
		}
	}
	s.recordsNext(soonest)
	if s.flowing.wanted {
		soonest(now)
	}
	if len(s.kindsOfDetails()) > 0 && last.hasDetails() && (s.firstRoundDone || !s.awaited(last)) {
		soonest(s.nextRound)
	}
	return first
}

// neededLists are the lists and readings that somebody needs, tunnels first and then their health. Who needs details needs the
// list of their objects.
func (s *Store) neededLists() []Kind {
	set := map[Kind]bool{}
	need := func(k Kind) {
		if k = k.Listed(); slices.Contains(readable, k) {
			set[Target{Kind: k}.single().Kind] = true
		}
	}
	for k := range s.always {
		need(k)
	}
	for _, d := range s.shown {
		need(d.Kind)
	}
	first := []Kind{TunnelHealth, GRETunnels}
	return slices.SortedFunc(maps.Keys(set), func(a, b Kind) int {
		return cmp.Or(slices.Index(first, b)-slices.Index(first, a), cmp.Compare(a, b))
	})
}

// class is that of the requests for a list; list is Prefixes also when the page shows what lies below a prefix.
func (s *Store) class(list Kind) api.Class {
	switch {
	case list == GRETunnels || list == TunnelHealth:
		return api.ClassTunnels
	case slices.ContainsFunc(s.shown, func(d Target) bool { return d.Kind.Listed() == list }):
		return api.ClassPage
	}
	return api.ClassBackground
}

// Busy reports whether one of these is being read.
func (s *Store) Busy(targets ...Target) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(targets, func(d Target) bool { return s.busy[d.single()] > 0 })
}

// Expire makes these due at once; what is being read is read once more after that. A kind below objects without an object means
// all of them.
func (s *Store) Expire(targets ...Target) {
	s.change(func(next *Snapshot) []Event {
		for _, d := range next.expanded(targets) {
			s.expire(next, d)
		}
		return nil
	})
}

// expire makes one due at once in a snapshot that is being made.
func (s *Store) expire(next *Snapshot, d Target) {
	if s.busy[d] > 0 {
		s.expired[d] = true
	}
	if e := next.about(d); e != nil {
		e.Due, e.expired = time.Time{}, s.now()
	}
	if d.Kind == GRETunnels {
		next.IPsec.Due = time.Time{}
	}
}

// again reports whether something was wanted anew while it was being read, and forgets it.
func (s *Store) again(d Target) bool {
	again := s.expired[d]
	delete(s.expired, d)
	return again
}

// toRefresh is what the page on the screen needs, with the tunnels and their health. What lies below all objects of a list is not
// in it: it is not read at once because somebody looks at the list.
func (s *Store) toRefresh() []Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	needs := slices.Concat(TargetsOf(GRETunnels, TunnelHealth), s.shown)
	return distinct(slices.DeleteFunc(needs, func(d Target) bool { return d.Kind.Detail() && d.Object == "" }))
}

// Changed makes due every list but health and traffic, the targets, and what toRefresh returns, because something was changed: no page
// may go on showing it as it was. What nobody needs is read when it is needed again.
func (s *Store) Changed(targets ...Target) {
	touched := slices.Concat(targets, s.toRefresh())
	for _, k := range readable {
		if !k.Detail() && k != TunnelHealth && k != TunnelTraffic {
			touched = append(touched, Target{Kind: k})
		}
	}
	s.Expire(touched...)
}

// Refresh makes what the page on the screen shows due at once, and the tunnels with their health. Of what lies below all objects
// of a list, the next round reads as much as the first one did. It reports whether some of it was not being read already.
func (s *Store) Refresh() bool {
	wanted := s.toRefresh()
	s.mu.Lock()
	s.flowing.again = true
	idle := slices.ContainsFunc(wanted, func(d Target) bool { return s.busy[d] == 0 })
	for _, d := range wanted {
		s.person[d] = true
	}
	for _, d := range s.shown {
		if d.Kind.Detail() && d.Object == "" {
			wanted = append(wanted, d)
			s.nextRound, s.hurried = time.Time{}, true
		}
	}
	s.mu.Unlock()
	s.Expire(wanted...)
	return idle
}
