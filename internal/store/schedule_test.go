package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

var routes = store.Target{Kind: store.Routes}

// slowly has requests take a second, in simulated time.
func slowly(string) { time.Sleep(time.Second) }

// Something is changed while its list is being read: that answer may be from before, so it is read once more.
func TestWhatIsWantedAnewWhileItIsReadIsReadOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, wait: slowly}
		s := store.New(c, time.Now, 0)
		s.Use(c.fetchers())
		s.ReadAlways(store.Routes)
		jobs := s.Due()
		go s.Do(t.Context(), jobs[0])
		time.Sleep(500 * time.Millisecond)
		s.Expire(routes)
		s.Expire(routes)
		if len(s.Due()) != 0 || !s.Busy(routes) {
			t.Error("it is read twice at once")
		}
		time.Sleep(time.Second)
		drive(t, s, 10*time.Second)
		if n := c.count("routes"); n != 2 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// Wanted anew before its turn has come: one read answers both.
func TestWhatIsWantedAnewBeforeItIsReadIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, wait: slowly}
		s := store.New(c, time.Now, 0)
		s.Use(c.fetchers())
		s.ReadAlways(store.Routes)
		jobs := s.Due()
		s.Expire(routes)
		s.Do(t.Context(), jobs[0])
		if at := s.NextDue(); time.Until(at) < 50*time.Second || len(s.Due()) != 0 {
			t.Errorf("due again in %s", time.Until(at))
		}
	})
}

// A read that is asked for waits for the one in flight; what only has to be fresh takes its answer.
func TestReadAndFreshWaitForTheReadInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, wait: slowly}
		s := store.New(c, time.Now, 0)
		s.Use(c.fetchers())
		go s.Read(t.Context(), routes)
		time.Sleep(500 * time.Millisecond)
		if last := s.Fresh(t.Context(), time.Minute, routes); !last.Routes.Settled() || c.count("routes") != 1 {
			t.Errorf("%+v after %d reads", last.Routes, c.count("routes"))
		}
		go s.Read(t.Context(), routes)
		time.Sleep(500 * time.Millisecond)
		if s.Read(t.Context(), routes); c.count("routes") != 3 || c.collision != "" {
			t.Errorf("%d reads, %q at once", c.count("routes"), c.collision)
		}
		time.Sleep(time.Minute)
		if s.Fresh(t.Context(), 2*time.Minute, routes); c.count("routes") != 3 {
			t.Error("what is fresh enough was read")
		}
		if s.Fresh(t.Context(), 30*time.Second, routes); c.count("routes") != 4 {
			t.Error("what is too old was not read")
		}
	})
}

// What lies below objects needs the list of them; a kind as a whole means all objects.
func TestFreshDetailsOfAllObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 3}
		s := store.New(c, time.Now, 0)
		s.Use(c.fetchers())
		s.Fresh(t.Context(), time.Minute, store.Target{Kind: store.Bindings, Object: "p1"})
		time.Sleep(time.Second)
		last := s.Fresh(t.Context(), time.Minute, store.TargetsOf(store.Bindings, store.Prefixes)...)
		if !last.Entry(store.Bindings).Settled() || c.count("") != 4 || c.count("bind/p1") != 1 || c.count("prefixes") != 1 {
			t.Errorf("%+v, %v", last.Entry(store.Bindings), c.asked)
		}
		if s.Read(t.Context(), store.Target{Kind: store.Bindings, Object: "of nobody"}); c.count("") != 4 {
			t.Errorf("what lies below nothing was asked for: %v", c.asked)
		}
	})
}

// Whoever asked leaves before the answer: nothing is called unreadable, and the kind is read when its time comes.
func TestAReadThatIsGivenUpSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 1, tunnels: 2}
		s := c.open()
		drive(t, s, time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		c.wait = func(string) { time.Sleep(time.Second); cancel() }
		c.fail = func(string) error { return &api.Error{Kind: api.Canceled, Err: context.Canceled} }
		s.Read(ctx, store.TargetsOf(store.Overview()...)...)
		if why := s.Last().CannotTell(store.Overview()...); why != "" || len(s.Last().Events) != 0 {
			t.Error(why, s.Last().Events)
		}
		// One that waits for another's answer leaves too.
		c.wait = func(string) { time.Sleep(20 * time.Second) }
		c.failWith(nil)
		go s.Read(t.Context(), routes)
		time.Sleep(time.Second)
		s.Read(ctx, routes)
		before := c.count("routes")
		drive(t, s, 3*time.Minute)
		if n := c.count("routes") - before; n < 2 || s.Busy(routes) {
			t.Errorf("read %d times in three minutes", n)
		}
	})
}

// Something was changed from here: no list goes on showing it as it was.
func TestAChangeMarksAllLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 3, ports: 2, tunnels: 2}
		s := c.open()
		s.SetNeeds(store.Target{Kind: store.Slots})
		drive(t, s, 61*time.Second)
		c.asked = nil
		s.Changed(store.Target{Kind: store.Bindings, Object: "p2"})
		drive(t, s, 20*time.Second)
		for what, want := range map[string]int{"routes": 1, "prefixes": 1, "ports": 1, "links": 1, "slots": 1, "bind/p2": 1, "bind/p1": 0,
			"traffic ingress": 0, "health": 1} {
			if n := c.count(what); n != want {
				t.Errorf("%s was read %d times, want %d", what, n, want)
			}
		}
		if c.count("gre_tunnels") < 2 {
			t.Error("the tunnels were not read at once")
		}
	})
}

// Cloudflare answers again after an hour: what got no answer is read at once and not after its pause.
func TestAfterAnOutageEverythingIsReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 1, ports: 1, tunnels: 2}
		s := c.open()
		drive(t, s, time.Minute)
		c.fail = func(string) error { return &api.Error{Kind: api.NetworkTrouble} }
		drive(t, s, time.Hour)
		if s.Last().SilentSince.IsZero() || s.Last().Entry(store.PortStates).Settled() {
			t.Error("the outage is not noticed")
		}
		c.fail = nil
		drive(t, s, 2*time.Minute) // the tunnels, at most a minute apart, and then two rounds of details
		if why := s.Last().CannotTell(store.Overview()...); why != "" || !s.Last().SilentSince.IsZero() {
			t.Errorf("%s; silent since %s", why, s.Last().SilentSince)
		}
	})
}

// The program's own share of requests is used up: everything is read completely all the same, later, and the wait is told.
func TestReadingEverythingWaitsForTheShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		c := &cloud{now: time.Now, prefixes: 20, ports: 3, tunnels: 2}
		share := 6 // each request more than that waits for the next minute
		c.fail = func(string) error {
			if allowed := share * (1 + int(time.Since(begin)/time.Minute)); c.count("") > allowed {
				c.mu.Lock()
				c.asked = c.asked[:len(c.asked)-1]
				c.mu.Unlock()
				return &api.Error{Kind: api.RateLimited, OwnLimit: true, Until: time.Now().Truncate(time.Minute).Add(time.Minute)}
			}
			return nil
		}
		s := store.New(c, time.Now, 0)
		s.Use(c.fetchers())
		var told []store.Progress
		last := s.ReadAll(t.Context(), func(p store.Progress) { told = append(told, p) }, store.Overview()...)
		if why := last.CannotTell(store.Overview()...); why != "" {
			t.Error(why)
		}
		waits := slices.ContainsFunc(told, func(p store.Progress) bool { return !p.Until.IsZero() })
		grows := slices.IsSortedFunc(told, func(a, b store.Progress) int { return a.Read - b.Read })
		if end := told[len(told)-1]; !waits || !grows || end.Read != 43 || end.All != 43 {
			t.Errorf("%+v", told)
		}
		for _, d := range []string{"bind/p7", "state/port2", "routes"} {
			if n := c.count(d); n != 1 {
				t.Errorf("%s was read %d times", d, n)
			}
		}
		// There is no time to wait: what is known is given at once.
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		share = 0
		now := time.Now()
		if last := s.ReadAll(ctx, nil, store.Overview()...); time.Since(now) > time.Second || last.Routes.Settled() || !last.Routes.Known() {
			t.Errorf("after %s: %+v", time.Since(now), last.Routes)
		}
	})
}

// The own share is used up for a while: nobody tries again and again, and the page is read when there is some again.
func TestTheOwnShareMakesNoLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 2, ports: 1, tunnels: 2}
		s := c.open()
		s.SetNeeds(store.Target{Kind: store.Bindings, Object: "p1"}, store.Target{Kind: store.Delegations, Object: "p1"})
		drive(t, s, time.Minute)
		until := time.Now().Add(5 * time.Minute)
		c.fail = func(string) error {
			return &api.Error{Kind: api.RateLimited, OwnLimit: true, Until: until, RetryAfter: time.Until(until)}
		}
		c.asked = nil
		drive(t, s, 4*time.Minute)
		if n := c.count(""); n > 30 {
			t.Errorf("%d attempts", n)
		}
		c.fail = nil
		drive(t, s, 2*time.Minute)
		if why := s.Last().CannotTell(store.Overview()...); why != "" || s.Last().Routes.Failures != 0 {
			t.Error(why)
		}
	})
}

// Programs that share a credential want more than its share has. Who was refused asks again as soon as there is room, and not a whole
// period later, or the others would always be there before it: the tunnels of none become much older than its period.
func TestEachHasItsTurnOfTheShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		share, next := 0, time.Now()
		var mu sync.Mutex
		take := func(string) error {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now(); !now.Before(next) {
				share, next = 4, now.Truncate(10*time.Second).Add(10*time.Second)
			}
			if share == 0 {
				return &api.Error{Kind: api.RateLimited, OwnLimit: true, Until: next, RetryAfter: time.Until(next).Round(time.Second)}
			}
			share--
			return nil
		}
		var stores []*store.Store
		var wait sync.WaitGroup
		for i := range 12 { // ten accounts of a recorder, and two screens that ask for more than there is
			c := &cloud{now: time.Now, tunnels: 2, fail: take}
			every := 2 * time.Minute
			if i >= 10 {
				every = 15 * time.Second
			}
			s := store.New(c, time.Now, every)
			s.ReadAlways(store.GRETunnels)
			stores = append(stores, s)
			wait.Go(func() { drive(t, s, time.Hour) })
			time.Sleep(time.Second)
		}
		oldest := time.Duration(0)
		for range 300 {
			time.Sleep(11 * time.Second)
			for _, s := range stores[:10] {
				read := s.Last().GRE.Fetched
				if read.IsZero() {
					read = s.Last().Started
				}
				oldest = max(oldest, time.Since(read))
			}
		}
		wait.Wait()
		if oldest > 5*time.Minute {
			t.Errorf("tunnels were not read for %s", oldest)
		}
	})
}

// A kind that the store was given no way to read is said to be unreadable, and nobody tries again and again.
func TestWhatCannotBeReadMakesNoLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 2, ports: 1, tunnels: 2}
		f := c.fetchers()
		s := store.New(c, time.Now, 0)
		s.Use(store.Fetchers{Prefixes: f.Prefixes, Ports: f.Ports})
		s.ReadAlways(append(store.Overview(), store.CNIs, store.API)...)
		s.SetNeeds(store.Target{Kind: store.Bindings, Object: "p1"})
		drive(t, s, time.Hour)
		for _, k := range []store.Kind{store.CNIs, store.Routes, store.Bindings, store.PortStates, store.TunnelHealth} {
			if e := s.Last().Entry(k); e.Err == nil || e.Settled() {
				t.Errorf("%+v", e)
			}
		}
	})
}

// Jobs say how urgent they are: tunnels and health, then the page, then the rest.
func TestJobsSayHowUrgentTheyAre(t *testing.T) {
	c := &cloud{now: time.Now, prefixes: 2}
	s := c.open()
	s.SetNeeds(store.Target{Kind: store.Slots}, store.Target{Kind: store.Bindings, Object: "p1"})
	got := map[string]api.Class{}
	first := s.Due()
	for _, j := range first {
		got[strings.Join(store.Needs(j.Targets...), " ")] = j.Class
	}
	for what, want := range map[string]api.Class{"gre_tunnels": api.ClassTunnels, "health": api.ClassTunnels, "cni_slots": api.ClassPage,
		"prefixes": api.ClassPage, "routes": api.ClassBackground, "traffic": api.ClassBackground} {
		if p, there := got[what]; !there || p != want {
			t.Errorf("%s: %d, want %d", what, p, want)
		}
	}
	if what := store.Needs(first[0].Targets...)[0]; what != "gre_tunnels" {
		t.Errorf("the first is %s", what)
	}
	for _, j := range first {
		s.Do(t.Context(), j)
	}
	for _, j := range s.Due() {
		for _, d := range j.Targets {
			if page := d == (store.Target{Kind: store.Bindings, Object: "p1"}); page != (j.Class == api.ClassPage) {
				t.Errorf("%v: %d", d, j.Class)
			}
		}
	}
}

// A prefix whose list entry has changed is looked into at once, whatever the server's clock says.
func TestAChangedPrefixIsLookedInto(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.prefixes = []api.Prefix{{ID: "p"}}
	b.w.ReadAlways(store.Prefixes, store.Bindings)
	for range 10 { // two and a half minutes: the list twice, the bindings twice
		b.w.Round(t.Context())
		b.now = b.now.Add(15 * time.Second)
	}
	before := w.asked[store.Bindings]
	w.prefixes = []api.Prefix{{ID: "p", ModifiedAt: api.Time{Time: b.now.Add(24 * time.Hour)}}}
	b.w.Read(t.Context(), store.Target{Kind: store.Prefixes})
	b.w.Round(t.Context())
	b.now = b.now.Add(15 * time.Second)
	b.w.Round(t.Context())
	if n := w.asked[store.Bindings] - before; n != 1 {
		t.Errorf("read %d times", n)
	}
}

// Whatever people, pages and errors do in whatever order: what is needed is read some day, and nothing twice at once.
func TestNothingThatIsNeededIsForgotten(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) { wander(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func FuzzNothingThatIsNeededIsForgotten(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		synctest.Test(t, func(t *testing.T) { wander(t, rand.New(rand.NewPCG(a, b))) })
	})
}

// somewhere is a need that a page might have.
func somewhere(roll func(int) int) store.Target {
	all := store.TargetsOf(store.GRETunnels, store.IPsecTunnels, store.TunnelHealth, store.Routes, store.Slots, store.Prefixes, store.Bindings,
		store.PortStates, store.CNIs, store.API)
	for i := range 3 {
		all = append(all, store.Target{Kind: store.Bindings, Object: fmt.Sprint("p", i)},
			store.Target{Kind: store.Delegations, Object: fmt.Sprint("p", i)}, store.Target{Kind: store.PortStates, Object: fmt.Sprint("port", i)})
	}
	return all[roll(len(all))]
}

// step is something that a page or a person does.
func step(t *testing.T, s *store.Store, d store.Target, roll func(int) int) {
	switch roll(6) {
	case 0:
		s.SetNeeds(d)
	case 1:
		s.AddNeeds(d, d)
	case 2:
		s.Expire(d)
	case 3:
		s.Changed(d)
	case 4:
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(roll(4000))*time.Millisecond)
		defer cancel()
		s.Read(ctx, d)
	case 5:
		go s.Fresh(t.Context(), time.Second, d)
	}
}

func wander(t *testing.T, r *rand.Rand) {
	c := &cloud{now: time.Now, prefixes: r.IntN(4), ports: r.IntN(4), tunnels: r.IntN(4)}
	var guard sync.Mutex // of r
	roll := func(n int) int {
		guard.Lock()
		defer guard.Unlock()
		return r.IntN(n)
	}
	c.wait = func(string) { time.Sleep(time.Duration(roll(5000)) * time.Millisecond) }
	failures := []error{errDown, errForbidden, errNoList, errCut, &api.Error{Kind: api.NetworkTrouble}, &api.Error{Kind: api.Canceled},
		&api.Error{Kind: api.RateLimited, OwnLimit: true}, &api.Error{Kind: api.RateLimited, Status: 429, RetryAfter: time.Minute}}
	c.fail = func(string) error {
		if roll(2) == 0 {
			return nil
		}
		return failures[roll(len(failures))]
	}
	s := store.New(c, time.Now, 0)
	s.Use(c.fetchers())
	var needs []store.Target
	for range 30 {
		if d := somewhere(roll); roll(7) == 0 {
			s.ReadAlways(d.Kind)
			needs = append(needs, store.Target{Kind: d.Kind})
		} else {
			step(t, s, d, roll)
		}
		drive(t, s, time.Duration(roll(20))*time.Second)
	}
	c.failWith(nil)
	from := time.Now()
	drive(t, s, 12*time.Minute) // the longest pause, and then some
	if c.collision != "" {
		t.Errorf("%s was asked twice at once", c.collision)
	}
	for _, d := range needs {
		// CNIs have no fetcher here, API is no list, a list that was read just before is due later.
		e := s.Last().Entry(d.Kind)
		if readable := d.Kind != store.CNIs && d.Kind != store.API; readable && (!e.Settled() || e.Fetched.Before(from.Add(-5*time.Minute))) {
			t.Errorf("%s is not read any more: %+v", d.Kind, e)
		}
	}
	if at := s.NextDue(); len(needs) > 0 && needs[0].Kind != store.API && at.IsZero() {
		t.Error("nothing is due ever")
	}
	if at := s.NextDue(); !at.IsZero() && time.Since(at) > 10*time.Second && len(s.Due()) == 0 {
		t.Errorf("due since %s, yet nothing is handed out", at)
	}
}

// Sessions fall: whether it is the tunnels or only their sessions is asked at once, with one question for all of them, and not again in
// the rounds right after it.
func TestHealthIsAskedAtOnceWhenSessionsFall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now}
		up := true
		s := store.New(falling{c, &up}, time.Now, 0)
		s.Use(c.fetchers())
		s.ReadAlways(store.GRETunnels, store.TunnelHealth)
		drive(t, s, 35*time.Second)
		before := c.count("health")
		up = false
		drive(t, s, 16*time.Second)
		if n := c.count("health") - before; n != 1 {
			t.Errorf("health was asked %d times", n)
		}
	})
}

// falling are tunnels whose sessions are up or not.
type falling struct {
	*cloud
	up *bool
}

func (f falling) Tunnels(ctx context.Context) api.TunnelLists {
	lists := f.cloud.Tunnels(ctx)
	for i := range 5 {
		t := api.GRETunnel{ID: fmt.Sprint("f", i), Name: fmt.Sprint("f", i), BGPStatus: &api.BGPStatus{State: api.BGPUp}}
		if !*f.up {
			t.BGPStatus.State = api.BGPDown
		}
		lists.GRE = append(lists.GRE, t)
	}
	return lists
}
