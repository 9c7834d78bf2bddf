package store_test

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
)

// world is what can be polled besides the tunnels; tests change it between polls.
type world struct {
	health   map[string]float64
	traffic  map[string]float64
	routes   []api.Route
	prefixes []api.Prefix
	bgp      map[string][]api.BGPPrefix // by id of the prefix
	bindings map[string][]api.Binding
	err      error
	bindErr  error

	mu    sync.Mutex // sources that are due together are asked at the same time
	asked map[store.Kind]int
}

// count notes that a source was asked.
func (w *world) count(name store.Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[name]++
}

func (w *world) fetchers() store.Fetchers {
	w.asked = map[store.Kind]int{}
	return store.Fetchers{
		Health: func(context.Context, time.Time, time.Time) (api.HealthReport, error) {
			w.count(store.TunnelHealth)
			var r api.HealthReport
			for name, state := range w.health {
				r.Samples = append(r.Samples, api.HealthSample{TunnelName: name, State: &state})
			}
			return r, w.err
		},
		Traffic: func(_ context.Context, from, _ time.Time, d api.Direction) (api.TrafficReport, error) {
			var r api.TrafficReport
			for name, rate := range w.traffic {
				if d == api.Egress {
					rate /= 2
				}
				r.Samples = append(r.Samples, api.TrafficSample{TunnelName: name, Time: api.Time{Time: from}, BitRate: &rate})
			}
			return r, w.err
		},
		Routes: func(context.Context) ([]api.Route, error) {
			w.count(store.Routes)
			return w.routes, w.err
		},
		Prefixes: func(context.Context) ([]api.Prefix, error) {
			w.count(store.Prefixes)
			return w.prefixes, w.err
		},
		BGPPrefixes: func(_ context.Context, id string) ([]api.BGPPrefix, error) {
			w.count(store.BGPPrefixes)
			return w.bgp[id], w.err
		},
		Bindings: func(_ context.Context, id string) ([]api.Binding, error) {
			w.count(store.Bindings)
			return w.bindings[id], cmp.Or(w.bindErr, w.err)
		},
	}
}

func newWorld(b *bench) *world {
	w := &world{}
	b.w.Use(w.fetchers())
	return w
}

// see reads kinds a minute later and gives the events that they brought.
func (b *bench) see(source ...store.Kind) []store.Event {
	before := len(b.w.Last().Events)
	b.now = b.now.Add(time.Minute)
	return b.w.ReadAll(b.t.Context(), nil, source...).Events[before:]
}

func kinds(events []store.Event) map[store.EventKind]string {
	out := map[store.EventKind]string{}
	for _, e := range events {
		out[e.Kind] = e.Name
	}
	return out
}

func TestHealthDegradesAndRecovers(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	if got := find(t, b.poll(), "fra"); got.Health.State != "" {
		t.Errorf("nobody asked for the health, yet it is %s", got.Health.State)
	}
	w.health = map[string]float64{"fra": 1}
	if events := b.see(store.TunnelHealth); len(events) != 0 {
		t.Errorf("the first look is no event: %v", events)
	}
	if got := find(t, b.w.Last(), "fra"); got.Health.State != store.Healthy || !got.Health.Since.IsZero() {
		t.Errorf("%+v", got.Health)
	}
	w.health["fra"] = 0.5
	events := b.see(store.TunnelHealth)
	if len(events) != 1 || events[0].FromHealth != store.Healthy || events[0].ToHealth != store.Degraded || events[0].Name != "fra" {
		t.Errorf("%v", events)
	}
	got := find(t, b.poll(), "fra") // the next list of tunnels keeps the health
	if got.Health.State != store.Degraded || got.Health.Since.IsZero() || len(got.Track.Events) != 1 {
		t.Errorf("%+v, %v", got.Health, got.Track.Events)
	}
	delete(w.health, "fra")
	if events := b.see(store.TunnelHealth); len(events) != 0 || find(t, b.w.Last(), "fra").Health.State != "" {
		t.Error("what the analytics do not name any more is not known, and that is no change")
	}
	w.health["fra"] = 1
	if events := b.see(store.TunnelHealth); kinds(events)[store.HealthChanged] != "fra" {
		t.Errorf("the recovery is missed: %v", events)
	}
}

// Since when a tunnel is bad was asked of the analytics. It recovers, is not measured for a while, and is bad again: that is another
// failure, which did not begin with the first. What the analytics say of a tunnel that has recovered meanwhile counts for nothing.
func TestSinceWhenATunnelIsBadEndsWithItsRecovery(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	b.poll()
	fell := func() store.Began { return find(t, b.w.Last(), "fra").Health.UnhealthySince }
	measured := func(states ...float64) {
		for _, state := range states {
			if w.health = map[string]float64{"fra": state}; state < 0 {
				w.health = nil
			}
			b.see(store.TunnelHealth)
		}
	}
	told := map[string]store.Began{"fra": {At: b.now.Add(-3 * time.Hour), How: store.ByHealth}}
	measured(0)
	if b.w.NoteUnhealthySince(told); fell() != told["fra"] {
		t.Fatalf("bad since %+v", fell())
	}
	if measured(0, -1, 0); fell() != told["fra"] {
		t.Errorf("bad all the time, but since %+v", fell())
	}
	if measured(1, -1, 0); fell() != (store.Began{}) {
		t.Errorf("a new failure began with the old one: %+v", fell())
	}
	measured(1)
	if b.w.NoteUnhealthySince(told); fell() != (store.Began{}) {
		t.Errorf("well, and bad since %+v", fell())
	}
	if measured(-1, 0); fell() != (store.Began{}) {
		t.Errorf("a new failure began with the old one: %+v", fell())
	}
}

func TestHealthInWords(t *testing.T) {
	number := func(f float64) *float64 { return &f }
	for state, want := range map[*float64]store.Health{
		nil: "", number(1): store.Healthy, number(0.81): store.Healthy, number(0.8): store.Degraded, number(0.5): store.Degraded,
		number(0.4): store.Degraded, number(0.39): store.HealthDown, number(0): store.HealthDown,
	} {
		if got := store.HealthOf(state); got != want {
			t.Errorf("%v: %q, want %q", state, got, want)
		}
	}
}

func TestPrefixesThatAreWithdrawnAndAdvertisedAreEvents(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.prefixes = []api.Prefix{{ID: "p", CIDR: "198.18.0.0/24"}}
	set := func(advertised bool, at time.Time) {
		w.bgp = map[string][]api.BGPPrefix{"p": {{ID: "b", CIDR: "198.18.0.0/24",
			OnDemand: &api.OnDemand{Advertised: &advertised, AdvertisedModifiedAt: api.Time{Time: at}}}}}
	}
	set(true, b.now)
	b.see(store.Prefixes, store.BGPPrefixes, store.Bindings)
	at := b.now.Add(20 * time.Second)
	set(false, at)
	events := b.see(store.Prefixes, store.BGPPrefixes, store.Bindings)
	if len(events) != 1 || events[0].Kind != store.PrefixWithdrawn || events[0].Name != "198.18.0.0/24" || !events[0].At.Equal(at) ||
		events[0].Resource != store.BGPPrefixes {
		t.Errorf("withdrawn: %+v", events)
	}
	set(true, b.now.Add(24*time.Hour)) // a clock that is off
	events = b.see(store.Prefixes, store.BGPPrefixes, store.Bindings)
	if len(events) != 1 || events[0].Kind != store.PrefixAdvertised || !events[0].At.Equal(b.now) {
		t.Errorf("advertised: %+v", events)
	}
}

func TestSomebodyChangesRoutesAndBindings(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.routes = []api.Route{{ID: "1", Prefix: "10.1.0.0/16", Nexthop: "10.0.0.1"}, {ID: "2", Prefix: "10.2.0.0/16", Nexthop: "10.0.0.1"}}
	b.see(store.Routes)
	w.routes = []api.Route{{ID: "2", Prefix: "10.2.0.0/16", Nexthop: "10.0.0.1", ModifiedOn: api.Time{Time: b.now}},
		{ID: "3", Prefix: "10.3.0.0/16", Nexthop: "10.0.0.1"}}
	got := kinds(b.see(store.Routes))
	for kind, name := range map[store.EventKind]string{store.Gone: "10.1.0.0/16 via 10.0.0.1",
		store.Modified: "10.2.0.0/16 via 10.0.0.1", store.Appeared: "10.3.0.0/16 via 10.0.0.1"} {
		if got[kind] != name {
			t.Errorf("%s: %q, want %q", kind, got[kind], name)
		}
	}
}

func TestBindingsThatCannotBeReadAreNotLost(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.prefixes = []api.Prefix{{ID: "p", CIDR: "198.18.0.0/24"}}
	w.bindings = map[string][]api.Binding{"p": {{ID: "b", CIDR: "198.18.0.0/24", ServiceName: "Magic Transit"}}}
	b.see(store.Prefixes, store.Bindings)
	w.bindings, w.bindErr = nil, errors.New("403")
	if events := b.see(store.Prefixes, store.Bindings); len(events) != 0 || len(b.w.Last().Prefixes.Rows[0].Bindings.Rows) != 1 {
		t.Errorf("bindings that could not be read were not lost: %v", events)
	}
	if e := b.w.Last().Entry(store.Bindings); e.Err == nil || e.Settled() || !b.w.Last().Prefixes.Settled() {
		t.Errorf("that a part could not be read is not said: %+v", e)
	}
	w.bindErr = nil
	if got := kinds(b.see(store.Prefixes, store.Bindings)); got[store.Gone] != "198.18.0.0/24 to Magic Transit" {
		t.Errorf("the binding is gone: %v", got)
	}
}

func TestTrafficIsTheNewestWholeStep(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.traffic = map[string]float64{"fra": 8e6}
	b.see(store.TunnelTraffic)
	got := b.w.Last().Traffic.By["fra"]
	if got.Ingress == nil || *got.Ingress != 8e6 || got.Egress == nil || *got.Egress != 4e6 {
		t.Errorf("%+v", got)
	}
}

// A source that does not answer keeps its data with its age, is asked less and less, and holds up nothing.
func TestASourceThatFailsLeavesTheOthersAlone(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.routes = []api.Route{{ID: "1"}}
	b.see(store.Routes)
	fetched := b.w.Last().Entry(store.Routes).Fetched
	w.err = &api.Error{Kind: api.RateLimited, Status: 429, RetryAfter: 20 * time.Minute}
	if events := b.see(store.Routes); len(events) != 0 {
		t.Errorf("a failure is no event: %v", events)
	}
	s := b.poll()
	f := s.Entry(store.Routes)
	if len(s.Routes.Rows) != 1 || !f.Fetched.Equal(fetched) || f.Err == nil || s.Err() != nil {
		t.Errorf("routes %v, fetched %s, error %v; the tunnels say %v", s.Routes.Rows, f.Fetched, f.Err, s.Err())
	}
	if f.Due.Sub(b.now) < 19*time.Minute {
		t.Errorf("the API asked for twenty minutes, it is asked again in %s", f.Due.Sub(b.now))
	}
}

func TestOnlyWhatIsWantedAndDueIsAsked(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	if b.w.Round(t.Context()); len(w.asked) != 0 {
		t.Errorf("nobody wanted anything, yet asked %v", w.asked)
	}
	b.w.ReadAlways(store.TunnelHealth, store.Prefixes)
	for range 5 * 4 { // five minutes of looking every 15 s
		b.w.Round(t.Context())
		b.now = b.now.Add(15 * time.Second)
	}
	if w.asked[store.TunnelHealth] != 5 || w.asked[store.Prefixes] != 3 || w.asked[store.Routes] != 0 {
		t.Errorf("asked %v, want the health each minute and the prefixes every two", w.asked)
	}
	if due := b.w.NextDue(); due.After(b.now) {
		t.Errorf("the next is due at %s, it is %s", due, b.now)
	}
}

// Every kind of object of an account is read by what FromAccount gives: one without a fetcher is seen here. The accounts are the
// client's.
func TestEveryKindOfAnAccountIsRead(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	_, account := sitAt(t, func() time.Time { return now })
	w := store.New(account, func() time.Time { return now }, 0)
	w.Use(store.FromAccount(account))
	wanted := kind.Filter(func(a kind.About) bool { return a.One != "" && a.Parent == "" && a.Kind != kind.Accounts })
	w.ReadAlways(wanted...)
	w.Round(t.Context())
	for _, k := range wanted {
		if e := w.Last().Entry(k); !e.Known() {
			t.Errorf("%s was not read (%v): it needs a line in Fetchers, FromAccount and lists of kind.go", k, e.Err)
		}
	}
}

// An hour with everything wanted, in simulated time: the cost stays far below the quarter of the account's
// budget that the program may use.
func TestAnHourOfWatchingIsCheap(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	sim, account := sitAt(t, func() time.Time { return now })
	w := store.New(account, func() time.Time { return now }, 0)
	w.Use(store.FromAccount(account))
	w.ReadAlways(store.Overview()...)
	begin := now
	for now.Sub(begin) < time.Hour {
		w.Round(t.Context())
		now = now.Add(max(w.NextDue().Sub(now), 100*time.Millisecond))
	}
	perFive := len(sim.Requests()) / 12
	t.Logf("%d requests in five minutes", perFive)
	if perFive > 200 { // two sessions of this account flap or never come up, so it polls every 5 s
		t.Errorf("%d requests in five minutes", perFive)
	}
}
