package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"flarewire/api"
)

// SourceName names what is polled besides the tunnels.
type SourceName string

// The sources besides the tunnels. Each is polled by itself, so that one that does not answer holds up
// nothing else.
const (
	HealthSource  SourceName = "health"
	TrafficSource SourceName = "traffic"
	RouteSource   SourceName = "routes"
	PrefixSource  SourceName = "prefixes"
	LinkSource    SourceName = "CNI" // network interconnects: ports and their tunnel sides
)

// SourceNames are all of them, in the order in which a page shows them.
func SourceNames() []SourceName {
	return []SourceName{HealthSource, TrafficSource, RouteSource, PrefixSource, LinkSource}
}

// HealthWindow is what the health of a tunnel is averaged over. Probes are counted over five minutes
// (Cloudflare docs: Tunnel health checks); the rest is for analytics that come late.
const HealthWindow = 10 * time.Minute

// How often the sources are polled once somebody wants them. Health changes within a minute; traffic comes
// in steps of five; routes and prefixes change when somebody changes them; each port costs a request.
const (
	healthEvery   = time.Minute
	trafficEvery  = 5 * time.Minute
	routeEvery    = time.Minute
	prefixEvery   = 2 * time.Minute
	linkEvery     = 2 * time.Minute
	trafficWindow = 20 * time.Minute
	// prefixRequests is how many requests the prefixes may cost in prefixEvery; each prefix costs two. With
	// more prefixes they are asked less often (design: a quarter of the account's requests).
	prefixRequests = 40
	// prefixesAtOnce bounds the requests that are in flight for the parts of prefixes.
	prefixesAtOnce = 4
)

// Feed is the state of one source.
type Feed struct {
	Name     SourceName
	Wanted   bool
	Fetched  time.Time // last good answer; zero when there was none
	Err      error     // the last attempt failed, or a part of it; nil after a good one
	Failures int
	Every    time.Duration // how often it is polled
	Due      time.Time     // when to poll next; zero: at once
}

// Traffic is what went through a tunnel lately, in bit/s as Cloudflare sees it; nil is not known.
type Traffic struct {
	At      time.Time // begin of the step of five minutes that the rates are of
	Ingress *float64  // from the customer's side into Cloudflare
	Egress  *float64
}

// Fetchers read the sources; a nil one is never polled.
type Fetchers struct {
	Health   func(ctx context.Context, from, to time.Time) (api.HealthReport, error)
	Traffic  func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error)
	Routes   func(context.Context) ([]api.Route, error)
	Prefixes func(context.Context) ([]Prefix, error)
	Links    func(ctx context.Context, before []Port, now func() time.Time) Links
}

// FromAccount are the fetchers of a real account.
func FromAccount(a *api.AccountClient) Fetchers {
	return Fetchers{
		Health: func(ctx context.Context, from, to time.Time) (api.HealthReport, error) {
			return a.TunnelHealth(ctx, from, to, api.HealthOptions{})
		},
		Traffic: func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error) {
			return a.TunnelTraffic(ctx, from, to, api.TrafficOptions{Direction: d})
		},
		Routes:   a.Routes.List,
		Prefixes: func(ctx context.Context) ([]Prefix, error) { return ReadPrefixes(ctx, a) },
		Links: func(ctx context.Context, before []Port, now func() time.Time) Links {
			return ReadLinks(ctx, a, before, now)
		},
	}
}

// ReadPrefixes reads the prefixes with their BGP prefixes and bindings: one request and two more for each
// prefix. The error is of the list itself; what could not be read of a prefix is said at it.
func ReadPrefixes(ctx context.Context, a *api.AccountClient) ([]Prefix, error) {
	list, err := a.Prefixes.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Prefix, len(list))
	var group errgroup.Group
	group.SetLimit(prefixesAtOnce)
	for i, p := range list {
		out[i].Prefix = p
		group.Go(func() error {
			out[i].BGP, out[i].BGPErr = notNil(a.BGPPrefixes(p.ID).List(ctx))
			return nil
		})
		group.Go(func() error {
			out[i].Bindings, out[i].BindErr = notNil(a.Bindings(p.ID).List(ctx))
			return nil
		})
	}
	_ = group.Wait() // the functions give none
	return out, nil
}

// notNil keeps "none" apart from "not known".
func notNil[T any](list []T, err error) ([]T, error) {
	if err == nil && list == nil {
		list = []T{}
	}
	return list, err
}

// more is one source with its lock: one request in flight per source.
type more struct {
	polling chan struct{} // holds one: who is polling
	poll    func(ctx context.Context, w *Watcher) (apply func(*Snapshot, look) []Event, err error)
}

func newMore() map[SourceName]*more { return map[SourceName]*more{} }

func newFeeds() []Feed {
	every := map[SourceName]time.Duration{HealthSource: healthEvery, TrafficSource: trafficEvery, RouteSource: routeEvery,
		PrefixSource: prefixEvery, LinkSource: linkEvery}
	feeds := make([]Feed, 0, len(every))
	for _, name := range SourceNames() {
		feeds = append(feeds, Feed{Name: name, Every: every[name]})
	}
	return feeds
}

// Use tells how to read the sources besides the tunnels. Nothing is polled before Want.
func (w *Watcher) Use(f Fetchers) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.Health != nil {
		w.more[HealthSource] = &more{polling: make(chan struct{}, 1), poll: pollHealth(f)}
	}
	if f.Traffic != nil {
		w.more[TrafficSource] = &more{polling: make(chan struct{}, 1), poll: pollTraffic(f)}
	}
	if f.Routes != nil {
		w.more[RouteSource] = &more{polling: make(chan struct{}, 1), poll: pollRoutes(f)}
	}
	if f.Prefixes != nil {
		w.more[PrefixSource] = &more{polling: make(chan struct{}, 1), poll: pollPrefixes(f)}
	}
	if f.Links != nil {
		w.more[LinkSource] = &more{polling: make(chan struct{}, 1), poll: pollLinks(f)}
	}
}

// Want makes PollDue poll these sources from now on.
func (w *Watcher) Want(names ...SourceName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Feeds = append([]Feed(nil), w.state.Feeds...)
	for _, name := range names {
		if w.more[name] != nil {
			feed(&w.state, name).Wanted = true
		}
	}
}

// feed is the state of a source in a snapshot that is being made.
func feed(s *Snapshot, name SourceName) *Feed {
	for i := range s.Feeds {
		if s.Feeds[i].Name == name {
			return &s.Feeds[i]
		}
	}
	return &Feed{}
}

// Feed is the state of one source.
func (s Snapshot) Feed(name SourceName) Feed { return *feed(&s, name) }

// DueAt is when the next of the wanted sources is to be polled; zero when none is wanted.
func (s Snapshot) DueAt() time.Time {
	var first time.Time
	for _, f := range s.Feeds {
		if f.Wanted && (first.IsZero() || f.Due.Before(first)) {
			first = f.Due
		}
	}
	return first
}

// PollDue polls every wanted source whose time has come, all at the same time, and returns the newest
// snapshot when the last of them has answered. A caller for whom one slow source must not hold up the others
// calls PollSource for each.
func (w *Watcher) PollDue(ctx context.Context) Snapshot {
	now := w.now()
	var wait sync.WaitGroup
	for _, f := range w.Last().Feeds {
		if f.Wanted && !f.Due.After(now) {
			wait.Go(func() { w.PollSource(ctx, f.Name) })
		}
	}
	wait.Wait()
	return w.Last()
}

// PollAll reads the tunnels and every source once, wanted or not, all at the same time.
func (w *Watcher) PollAll(ctx context.Context) Snapshot {
	var wait sync.WaitGroup
	wait.Go(func() { w.Poll(ctx) })
	for _, name := range SourceNames() {
		wait.Go(func() { w.PollSource(ctx, name) })
	}
	wait.Wait()
	return w.Last()
}

// PollSource reads one source now, wanted or not, and returns the new snapshot. What fails keeps its last good
// data. Without a way to read the source it changes nothing.
func (w *Watcher) PollSource(ctx context.Context, name SourceName) Snapshot {
	w.mu.Lock()
	m := w.more[name]
	w.mu.Unlock()
	if m == nil {
		return w.Last()
	}
	select {
	case m.polling <- struct{}{}:
		defer func() { <-m.polling }()
	case <-ctx.Done(): // whoever asked has left, and the one before still waits for its answer
		return w.Last()
	}
	before := w.now()
	apply, err := m.poll(ctx, w)
	now := w.now()

	w.mu.Lock()
	next := w.state
	next.Feeds = append([]Feed(nil), next.Feeds...)
	f := feed(&next, name)
	between := look{span{f.Fetched, now}, !f.Fetched.IsZero() && now.Sub(f.Fetched) > blindAfter(f.Every)}
	f.Err = err
	if apply == nil {
		f.Failures++
		f.Due = now.Add(backoff(*f))
		w.state = next
		w.mu.Unlock()
		return next
	}
	f.Fetched, f.Failures = before, 0
	events := apply(&next, between)
	f.Due = before.Add(f.Every)
	next.Events = inOrder(next.Events, events, maxEvents)
	w.state = next
	w.mu.Unlock()
	return w.noted(func() error { return w.record(next.HistoryErr, events, now) })
}

// backoff is how long to wait after a failure: longer each time, and never less than the API asked for.
func backoff(f Feed) time.Duration {
	wait := min(f.Every<<min(f.Failures-1, 4), max(10*time.Minute, f.Every))
	var e *api.Error
	if errors.As(f.Err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	return wait
}
