package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"flarewire/api"
)

// Fetcher gives the lists of tunnels; *api.AccountClient is one.
type Fetcher interface {
	Tunnels(ctx context.Context) api.TunnelLists
}

// How often the tunnels are read.
const (
	DefaultRefresh = 15 * time.Second
	// quickRefresh is used while a session is coming up and somebody waits for it.
	quickRefresh = 5 * time.Second
	// quickFor bounds that: a session that has not come up in this time will not in the next seconds.
	quickFor = 5 * time.Minute
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

	state atomic.Pointer[Snapshot]

	writing sync.Mutex // the history and what belongs to it; taken before mu
	mu      sync.Mutex // everything below, and the making of the next snapshot
	track   map[string]*Track
	history *History
	past    map[string]*Track // of earlier runs, until the tunnel is seen again
	beat    time.Time         // when the history was last told that somebody watches
	good    time.Time         // the last read that brought both lists of tunnels
	silence silence

	plan
}

// New makes a store that reads nothing by itself; refresh of zero means DefaultRefresh.
func New(fetch Fetcher, now func() time.Time, refresh time.Duration) *Store {
	if refresh <= 0 {
		refresh = DefaultRefresh
	}
	s := &Store{fetch: fetch, now: now, refresh: refresh, track: map[string]*Track{}, plan: newPlan()}
	first := &Snapshot{Started: now(), Next: refresh}
	for kind, about := range kinds {
		if e := first.entry(kind); e != nil {
			*e = Entry{Kind: kind, Every: about.every}
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
func (s *Store) Poll(ctx context.Context) *Snapshot { return s.Read(ctx, Detail{Kind: GRETunnels}) }

// readTunnels reads both lists. Where one has lost most of its rows, both are read once more before anybody is told.
func (s *Store) readTunnels(ctx context.Context) {
	took := span{from: s.now()}
	last := s.Last()
	lists := s.fetch.Tunnels(ctx)
	if lost(countKind(last.Tunnels, api.GRE), len(lists.GRE), lists.GREErr) || lost(countKind(last.Tunnels, api.IPsec), len(lists.IPsec), lists.IPsecErr) {
		lists = s.fetch.Tunnels(ctx)
	}
	took.to = s.now()
	greOdd, greErr := undecoded(lists.GRE, lists.GREErr)
	ipsecOdd, ipsecErr := undecoded(lists.IPsec, lists.IPsecErr)
	var noted []Event
	s.change(func(next *Snapshot) []Event {
		old := *next
		woken := next.Err() != nil
		next.GRE, next.IPsec = old.GRE.after(greErr, took), old.IPsec.after(ipsecErr, took)
		if greErr == nil {
			next.GRE.Undecoded = greOdd
		}
		if ipsecErr == nil {
			next.IPsec.Undecoded = ipsecOdd
		}
		tunnels := mergeLists(old.Tunnels, lists, greErr, ipsecErr)
		next.Tunnels = make([]Tunnel, len(tunnels))
		tracker := tracker{tracks: s.track, past: s.past, before: &old, after: next, blind: blindAfter(s.refresh), now: took.to}
		for i, t := range tunnels {
			next.Tunnels[i] = tracker.follow(t)
			next.Tunnels[i].Health = old.Health.By[t.Name]
		}
		tracker.dropGone(old.Tunnels, next.Tunnels)
		tracker.events = append(tracker.events, s.silence.after([]Entry{next.GRE, next.IPsec}, took)...)
		next.SilentSince = silentSince(next, took)
		next.Next = s.pause(next)
		next.GRE.Due = took.to.Add(next.Next)
		if s.again(Detail{Kind: GRETunnels}) {
			next.GRE.Due = time.Time{}
		}
		next.IPsec.Due = next.GRE.Due
		if woken && next.Err() == nil {
			next.wake()
		}
		noted = append(tracker.first, tracker.events...)
		return tracker.events
	})
	s.noted(func() error { return s.looked(s.Last(), noted, took.to) })
}

// silentSince is when the tunnels were last asked for in vain because nobody answered.
func silentSince(next *Snapshot, took span) time.Time {
	if api.KindOf(next.Err()) == api.NetworkTrouble {
		return took.to
	}
	return next.SilentSince
}

// wake makes everything due that got no answer, because somebody answers again.
func (s *Snapshot) wake() {
	for kind := range kinds {
		if e := s.entry(kind); e != nil && e.Failures > 0 && api.Unanswered(e.Err) {
			e.Due = time.Time{}
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

// mergeLists joins both lists; one that failed keeps its old rows. A tunnel is a large value and an account
// may have thousands: the room is made once.
func mergeLists(old []Tunnel, lists api.TunnelLists, greErr, ipsecErr error) []api.Tunnel {
	tunnels := make([]api.Tunnel, 0, max(len(old), len(lists.GRE)+len(lists.IPsec)))
	if greErr != nil {
		tunnels = appendKind(tunnels, old, api.GRE)
	} else {
		for _, t := range lists.GRE {
			tunnels = append(tunnels, t.Tunnel())
		}
	}
	if ipsecErr != nil {
		return appendKind(tunnels, old, api.IPsec)
	}
	for _, t := range lists.IPsec {
		tunnels = append(tunnels, t.Tunnel())
	}
	return tunnels
}

func appendKind(to []api.Tunnel, from []Tunnel, kind api.TunnelKind) []api.Tunnel {
	for _, t := range from {
		if t.Kind == kind {
			to = append(to, t.Tunnel)
		}
	}
	return to
}

// pause is how long to wait before the tunnels are read again: short while something comes up, longer after errors, and never
// less than the API asked for.
func (s *Store) pause(next *Snapshot) time.Duration {
	wait := s.refresh
	if slices.ContainsFunc(next.Tunnels, s.comesUp) {
		wait = min(wait, quickRefresh)
	}
	for _, e := range []Entry{next.GRE, next.IPsec} {
		if e.Err == nil {
			continue
		}
		back := s.refresh << min(max(e.Failures-1, 0), 4)
		wait = max(wait, min(back, max(maxBackoff, s.refresh)))
		var told *api.Error
		if errors.As(e.Err, &told) {
			wait = max(wait, told.RetryAfter)
		}
	}
	return wait
}

// comesUp reports whether a session has been on its way for a short time.
func (s *Store) comesUp(t Tunnel) bool {
	since := t.Track.Changed
	if since.IsZero() {
		since = t.Track.Watched
	}
	return t.State == Establishing && s.now().Sub(since) < quickFor
}
