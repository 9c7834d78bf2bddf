package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"flarewire/api"
)

// Fetcher gives the lists of tunnels; *api.AccountClient is one.
type Fetcher interface {
	Tunnels(ctx context.Context) api.TunnelLists
}

// The rhythm of polling (design §8).
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

// Source is the state of one list that is polled.
type Source struct {
	Kind     api.TunnelKind
	Fetched  time.Time // last good answer; zero when there was none
	Err      error     // the last attempt failed with this; nil after a good one
	Failures int       // failed attempts in a row

	answered time.Time // when the last good answer was there
}

// Snapshot is everything known at one moment. It is never changed after it was handed out.
type Snapshot struct {
	Tunnels []Tunnel // of both kinds, GRE first, in the API's order
	Sources []Source
	Events  []Event // of everything, oldest first by At, bounded
	Started time.Time
	Next    time.Duration // how long to wait before the next poll

	// What else is polled, see Watcher.PollSource. Nil data was not read yet: that is not "none".
	Feeds    []Feed                  // in the order of SourceNames; those that were never wanted too
	Health   map[string]TunnelHealth // by name of tunnel, or of the conduit of an interconnect
	Traffic  map[string]Traffic      // by name
	Routes   []api.Route
	Prefixes []Prefix
	Ports    []Port                  // of network interconnects
	Links    []api.MagicInterconnect // their tunnel sides
	PortErr  error                   // why Ports is of before though Links could be read

	HistoryErr error // the history could not be read or written; the rest is right all the same
}

// Fetched is the age-giving moment of the snapshot: the older of the good lists. It is zero until
// every list that could be had was had once.
func (s Snapshot) Fetched(kinds ...api.TunnelKind) time.Time {
	var oldest time.Time
	for _, src := range s.Sources {
		if len(kinds) > 0 && !slices.Contains(kinds, src.Kind) {
			continue
		}
		if src.Fetched.IsZero() {
			continue
		}
		if oldest.IsZero() || src.Fetched.Before(oldest) {
			oldest = src.Fetched
		}
	}
	return oldest
}

// Err joins the errors of the lists; one that is the same for all is given once.
func (s Snapshot) Err(kinds ...api.TunnelKind) error {
	var errs []error
	for _, src := range s.Sources {
		if src.Err == nil || (len(kinds) > 0 && !slices.Contains(kinds, src.Kind)) {
			continue
		}
		if len(errs) == 1 && api.Advice(errs[0]) == api.Advice(src.Err) {
			continue
		}
		errs = append(errs, src.Err)
	}
	return errors.Join(errs...)
}

// Watcher keeps the last good lists of an account. It is safe for concurrent use.
type Watcher struct {
	fetch   Fetcher
	now     func() time.Time
	refresh time.Duration

	polling sync.Mutex // one poll in flight

	writing sync.Mutex // the history and what belongs to it; taken before mu
	mu      sync.Mutex
	state   Snapshot
	track   map[string]*Track
	more    map[SourceName]*more
	history *History
	past    map[string]*Track // of earlier runs, until the tunnel is seen again
	beat    time.Time         // when the history was last told that somebody watches
	good    time.Time         // the last poll that brought both lists
	silence silence
}

// New makes a watcher; refresh of zero means DefaultRefresh.
func New(fetch Fetcher, now func() time.Time, refresh time.Duration) *Watcher {
	if refresh <= 0 {
		refresh = DefaultRefresh
	}
	return &Watcher{
		fetch: fetch, now: now, refresh: refresh, track: map[string]*Track{}, more: newMore(),
		state: Snapshot{Started: now(), Next: refresh, Sources: []Source{{Kind: api.GRE}, {Kind: api.IPsec}}, Feeds: newFeeds()},
	}
}

// Now is the watcher's clock.
func (w *Watcher) Now() time.Time { return w.now() }

// Last is the newest snapshot.
func (w *Watcher) Last() Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Poll fetches both lists once, at the same time, and returns the new snapshot. A list that fails
// keeps its last good rows. A second call waits for the first and then fetches again.
func (w *Watcher) Poll(ctx context.Context) Snapshot {
	w.polling.Lock()
	defer w.polling.Unlock()
	before := w.now()
	lists := w.fetch.Tunnels(ctx)
	now := w.now()

	w.mu.Lock()
	old := w.state
	next := old
	gre := Source{Kind: api.GRE}.after(old.Sources[0], lists.GREErr, span{before, now})
	ipsec := Source{Kind: api.IPsec}.after(old.Sources[1], lists.IPsecErr, span{before, now})
	next.Sources = []Source{gre, ipsec}

	tunnels := mergeLists(old.Tunnels, lists, gre.Err, ipsec.Err)
	next.Tunnels = make([]Tunnel, len(tunnels))
	tracker := tracker{tracks: w.track, past: w.past, sources: old.Sources, asked: next.Sources, blind: blindAfter(w.refresh), now: now}
	for i, t := range tunnels {
		next.Tunnels[i] = tracker.follow(t)
		next.Tunnels[i].Health = old.Health[t.Name]
	}
	tracker.dropGone(old.Tunnels, next.Tunnels)
	tracker.events = append(tracker.events, w.silence.after(next.Sources, span{before, now})...)
	next.Events = inOrder(next.Events, tracker.events, maxEvents)
	next.Next = w.pause(next)
	w.state = next
	w.mu.Unlock()
	return w.noted(func() error { return w.looked(next, append(tracker.first, tracker.events...), now) })
}

// after is the source's state after an attempt that took this time.
func (s Source) after(old Source, err error, took span) Source {
	if err == nil {
		s.Fetched, s.answered = took.from, took.to
		return s
	}
	s.Fetched, s.answered, s.Err, s.Failures = old.Fetched, old.answered, err, old.Failures+1
	return s
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

// pause is how long to wait before the next poll: quick while something comes up, longer after
// errors, and never less than the API asked for.
func (w *Watcher) pause(s Snapshot) time.Duration {
	wait := w.refresh
	if slices.ContainsFunc(s.Tunnels, w.comesUp) {
		wait = min(wait, quickRefresh)
	}
	for _, src := range s.Sources {
		if src.Failures == 0 {
			continue
		}
		back := w.refresh << min(src.Failures-1, 4)
		wait = max(wait, min(back, max(maxBackoff, w.refresh)))
		var e *api.Error
		if errors.As(src.Err, &e) {
			wait = max(wait, e.RetryAfter)
		}
	}
	return wait
}

// comesUp tells that a session is on its way since a short time.
func (w *Watcher) comesUp(t Tunnel) bool {
	since := t.Track.Changed
	if since.IsZero() {
		since = t.Track.Watched
	}
	return t.State == Establishing && w.now().Sub(since) < quickFor
}
