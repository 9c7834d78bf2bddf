// Package store keeps what is known of an account: the last good answer for every kind of object with its age, and what is not
// known. It decides what is read when, and turns the differences between two answers into events. It knows no screen: whoever
// shows the data gets a snapshot that never changes afterwards.
package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
)

// Fetcher gives the lists of tunnels; *api.AccountClient is one.
type Fetcher interface {
	Tunnels(ctx context.Context) api.TunnelLists
}

// How often the tunnels are read.
const (
	DefaultRefresh = kind.TunnelPeriod
	// quickRefresh is used while a session is coming up and somebody waits for it.
	quickRefresh = 5 * time.Second
	// quickFor bounds that: a session that has not come up in this time will not in the next seconds.
	quickFor = 5 * time.Minute
	// quickMost is how many tunnels an account may have so that any of them counts. Of thousands some are always on their way:
	// there only the one on the screen counts.
	quickMost = 100
	// maxBackoff bounds the wait after repeated errors: an API that is back must be noticed soon.
	maxBackoff = time.Minute
)

// blindAfter is how much time between two answers is clearly more than a round of this length: what happened in
// it was not watched. Below half a minute nothing is claimed to be that exact.
func blindAfter(round time.Duration) time.Duration { return max(round*5/2, 2*DefaultRefresh) }

// Store keeps what is known of one account: one cache per kind of object, and one schedule. Nothing else reads lists of
// objects. It is safe for concurrent use.
type Store struct {
	fetch    Fetcher
	fetchers Fetchers
	now      func() time.Time
	refresh  time.Duration

	state     atomic.Pointer[Snapshot]
	inHistory atomic.Pointer[Snapshot] // see InHistory
	unnoted   atomic.Int32             // reads of which the events are not in the history yet

	writing        sync.Mutex // the history and what belongs to it; taken before mu
	mu             sync.Mutex // everything below, and the making of the next snapshot
	track          map[string]*tracked
	history        *History
	past           map[string]*tracked // of earlier runs, until the tunnel is seen again
	beat           time.Time           // when the history was last told that somebody watches
	good           time.Time           // the last read that brought both lists of tunnels
	silence        silence
	recorder       Recorder          // another program that reads the account; nil: none
	eventsUntil    time.Time         // until when its events are known
	ahead          time.Duration     // how far the clock of the answers is ahead, as that program knows
	unhealthySince map[string]Began  // since when tunnels are bad by the series of the analytics, by name: see NoteUnhealthySince
	links          map[string]Health // the last known health of the interconnects' tunnel interfaces, by name
	located        []time.Time       // when questions about the locations were asked lately
	earlierSpans   []Span            // when earlier runs watched the tunnels, and spans: when this one did
	spans          []Span

	recording recording
	flowing   flowing

	schedule
}

// New makes a store that reads nothing by itself; refresh of zero means DefaultRefresh.
func New(fetch Fetcher, now func() time.Time, refresh time.Duration) *Store {
	if refresh <= 0 {
		refresh = DefaultRefresh
	}
	s := &Store{fetch: fetch, now: now, refresh: refresh, track: map[string]*tracked{}, links: map[string]Health{}, schedule: newSchedule()}
	first := &Snapshot{Started: now(), Next: refresh}
	for _, k := range readable {
		if e := first.entry(k); e != nil {
			*e = Entry{Kind: k, Every: k.Every()}
		}
	}
	first.GRE.Every, first.IPsec.Every = refresh, refresh
	s.state.Store(first)
	return s
}

// Use says how the kinds besides the tunnels are read. It comes before the first read.
func (s *Store) Use(f Fetchers) { s.fetchers = f }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Last is the newest snapshot. It never changes.
func (s *Store) Last() *Snapshot { return s.state.Load() }

// change makes the next snapshot. The rows that details are written into are copied.
func (s *Store) change(f func(next *Snapshot) []Event) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *s.state.Load()
	next.Version++
	next.Prefixes.Rows, next.Ports.Rows = slices.Clone(next.Prefixes.Rows), slices.Clone(next.Ports.Rows)
	events := f(&next)
	next.Events = inOrder(next.Events, events, maxEvents)
	s.state.Store(&next)
	return events
}

// Poll reads both lists of tunnels now, at the same time, and returns the new snapshot. A list that fails keeps its last good
// rows. A second call waits for the first and then reads again.
func (s *Store) Poll(ctx context.Context) *Snapshot { return s.Read(ctx, Target{Kind: GRETunnels}) }

// readTunnels reads both lists.
func (s *Store) readTunnels(ctx context.Context) {
	took := span{from: s.now()}
	lists := s.fetchTunnels(ctx)
	took.to = s.now()
	var noted []Event
	s.unnoted.Add(1)
	defer s.unnoted.Add(-1)
	s.change(func(next *Snapshot) []Event {
		again := s.again(Target{Kind: GRETunnels})
		events, first := s.takeTunnels(next, lists, took, nil)
		next.Next = s.pause(next, lists)
		next.GRE.Due = took.to.Add(untilRoom(next.Next, lists, took.to))
		if again {
			next.GRE.Due = time.Time{}
		}
		next.IPsec.Due = next.GRE.Due
		noted = append(first, events...)
		if sessionFell(events) && next.Health.Known() && took.to.Sub(next.Health.Fetched) >= fallPause {
			next.Health.Due = took.to // one question for all that fell: is it the tunnels or only their sessions?
		}
		return events
	})
	s.noted(func() error { return s.looked(s.Last(), noted, took.to) })
}

// fallPause is how long health is not asked again for sessions that fall one round after the other.
const fallPause = 30 * time.Second

// sessionFell reports whether a session is not up any more.
func sessionFell(events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == SessionChanged && e.From == Up })
}

// fetchTunnels asks for both lists. One that has lost most of its rows is read once more before anybody is told; see readList.
func (s *Store) fetchTunnels(ctx context.Context) api.TunnelLists {
	last := s.Last()
	lists := s.fetch.Tunnels(ctx)
	greLost := lost(countKind(last.Tunnels, api.GRE), len(lists.GRE), lists.GREErr)
	ipsecLost := lost(countKind(last.Tunnels, api.IPsec), len(lists.IPsec), lists.IPsecErr)
	if n := len(lists.GRE) + len(lists.IPsec); !last.GRE.Known() && !last.IPsec.Known() && (n == 0 || n*2 < s.seenEarlier()) {
		greLost, ipsecLost = lists.GREErr == nil, lists.IPsecErr == nil // the first look has no other to be compared with
	}
	if !greLost && !ipsecLost {
		return lists
	}
	second := s.fetch.Tunnels(ctx)
	if greLost {
		lists.GRE, lists.GREErr = second.GRE, second.GREErr
	}
	if ipsecLost {
		lists.IPsec, lists.IPsecErr = second.IPsec, second.IPsecErr
	}
	return lists
}

// seenEarlier is how many tunnels earlier runs have seen that this one has not.
func (s *Store) seenEarlier() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.past)
}

// partOf returns what of a list of tunnels could not be used, and why it is not known at all.
func partOf(err error) (odd []string, failed error) {
	var partial *api.PartialError
	if !errors.As(err, &partial) || len(partial.Lost) == partial.Total {
		return nil, err // nothing of it can be used
	}
	for _, l := range partial.Lost {
		odd = append(odd, l.String())
	}
	return odd, nil
}

// takeTunnels puts both lists into the next snapshot. It returns the events, and those of tunnels that were met for the first
// time, which are for the history only.
func (s *Store) takeTunnels(next *Snapshot, lists api.TunnelLists, took span, by *Handed) (events, first []Event) {
	if (givenUp(lists.GREErr) || givenUp(lists.IPsecErr)) && next.GRE.Known() && next.IPsec.Known() {
		return nil, nil // whoever asked has left: that says nothing about the account
	}
	old := *next
	greOdd, greErr := partOf(lists.GREErr)
	ipsecOdd, ipsecErr := partOf(lists.IPsecErr)
	lists.GREErr, lists.IPsecErr = greErr, ipsecErr
	next.GRE.outcome(lists.GREErr, took)
	next.IPsec.outcome(lists.IPsecErr, took)
	if lists.GREErr == nil {
		next.GRE.Undecoded, next.GRE.Unusable = undecoded(lists.GRE), greOdd
	}
	if lists.IPsecErr == nil {
		next.IPsec.Undecoded, next.IPsec.Unusable = undecoded(lists.IPsec), ipsecOdd
	}
	next.ClockAhead = s.clockAhead()
	tracker := tracker{tracks: s.track, past: s.past, before: &old, after: next, blind: blindAfter(s.refresh), now: took.to,
		covered: by.covers}
	// A tunnel is a large value and an account may have thousands: the room is made once.
	next.Tunnels = make([]Tunnel, 0, max(len(old.Tunnels), len(lists.GRE)+len(lists.IPsec)))
	take := func(t api.Tunnel) {
		row := tracker.follow(t)
		row.Health = old.Health.By[t.Name]
		next.Tunnels = append(next.Tunnels, row)
	}
	mergeLists(old.Tunnels, lists, take)
	if len(greOdd)+len(ipsecOdd) > 0 {
		missing(next.Tunnels, old.Tunnels, map[api.TunnelKind]bool{api.GRE: len(greOdd) > 0, api.IPsec: len(ipsecOdd) > 0}, take)
	}
	tracker.dropGone(old.Tunnels, next.Tunnels)
	if !old.GRE.Known() && !old.IPsec.Known() {
		next.locationsWait(took.to)
	}
	next.SilentSince = time.Time{}
	if api.KindOf(next.Err()) == api.NetworkTrouble {
		next.SilentSince = took.to
	}
	if old.Err() != nil && next.Err() == nil {
		next.wake()
	}
	return append(tracker.events, s.silence.after([]Entry{next.GRE, next.IPsec}, took)...), tracker.first
}

// wake makes everything due that got no answer, because somebody answers again.
func (s *Snapshot) wake() {
	for _, k := range readable {
		if e := s.entry(k); e != nil && api.Unanswered(e.Err) {
			e.Due = time.Time{}
		}
	}
	for _, e := range s.details(detailKinds...) {
		if api.Unanswered(e.Err) {
			e.Due = time.Time{}
		}
	}
}

// missing takes those of the tunnels before that are missing now and are of the kinds of which some could not be used: nobody knows
// whether they are among these.
func missing(now, before []Tunnel, partial map[api.TunnelKind]bool, take func(api.Tunnel)) {
	there := make(map[string]bool, len(now))
	for i := range now {
		there[now[i].ID] = true
	}
	for i := range before {
		if t := &before[i].Tunnel; partial[t.Kind] && !there[t.ID] {
			take(*t)
		}
	}
}

func countKind(tunnels []Tunnel, kind api.TunnelKind) int {
	n := 0
	for i := range tunnels {
		if tunnels[i].Kind == kind {
			n++
		}
	}
	return n
}

// mergeLists takes the tunnels of both lists; one that failed keeps its old rows.
func mergeLists(old []Tunnel, lists api.TunnelLists, take func(api.Tunnel)) {
	if lists.GREErr != nil {
		takeKind(old, api.GRE, take)
	} else {
		for i := range lists.GRE {
			take(lists.GRE[i].Tunnel())
		}
	}
	if lists.IPsecErr != nil {
		takeKind(old, api.IPsec, take)
		return
	}
	for i := range lists.IPsec {
		take(lists.IPsec[i].Tunnel())
	}
}

func takeKind(from []Tunnel, kind api.TunnelKind, take func(api.Tunnel)) {
	for i := range from {
		if from[i].Kind == kind {
			take(from[i].Tunnel)
		}
	}
}

// pause is how long to wait before the tunnels are read again: short while something comes up, longer after errors, and never
// less than the API asked for.
func (s *Store) pause(next *Snapshot, lists api.TunnelLists) time.Duration {
	wait := s.refresh
	few := len(next.Tunnels) <= quickMost
	if slices.ContainsFunc(next.Tunnels, func(t Tunnel) bool { return s.comesUp(t) && (few || s.openTunnels[t.ID]) }) {
		wait = min(wait, quickRefresh)
	}
	for _, e := range []Entry{next.GRE, next.IPsec} {
		if e.Err != nil && e.Failures > 0 {
			back := s.refresh << min(e.Failures-1, 4)
			wait = max(wait, min(back, max(maxBackoff, s.refresh)))
		}
	}
	now := s.now()
	return max(wait, askedToWait(lists.GREErr, now), askedToWait(lists.IPsecErr, now))
}

// untilRoom is how long to wait before the tunnels are read again where the program's own share of requests held them up: until there
// is room, and not for a whole pause. Who waited longer each time would never have a turn where several share one credential.
func untilRoom(pause time.Duration, lists api.TunnelLists, now time.Time) time.Duration {
	wait := time.Duration(0)
	for _, err := range []error{lists.GREErr, lists.IPsecErr} {
		switch {
		case ownBudget(err):
			wait = max(wait, askedToWait(err, now), time.Second)
		case err != nil:
			return pause
		}
	}
	return cmp.Or(wait, pause)
}

// comesUp reports whether a session has been on its way for a short time.
func (s *Store) comesUp(t Tunnel) bool {
	since := t.Track.Changed
	if since.IsZero() {
		since = t.Track.KnownSince
	}
	return t.State == Establishing && s.now().Sub(since) < quickFor
}
