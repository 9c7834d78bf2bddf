package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// account is what the store reads: tests change its lists and errors between polls.
type account struct {
	lists api.TunnelLists
	asked int
}

func (a *account) Tunnels(context.Context) api.TunnelLists { a.asked++; return a.lists }

// bench is a store with a clock that only the test moves.
type bench struct {
	t   *testing.T
	acc *account
	now time.Time
	w   *store.Store
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, acc: &account{}, now: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)}
	b.w = store.New(b.acc, func() time.Time { return b.now }, 0)
	return b
}

func (b *bench) poll() *store.Snapshot {
	b.now = b.now.Add(15 * time.Second)
	return b.w.Poll(b.t.Context())
}

func gre(name string, state api.BGPState) api.GRETunnel {
	t := api.GRETunnel{ID: "id-" + name, Name: name, BGP: &api.BGP{CustomerASN: 65010}}
	if state != "" {
		t.BGPStatus = &api.BGPStatus{State: state}
	}
	return t
}

func ipsec(name string) api.IPsecTunnel { return api.IPsecTunnel{ID: "id-" + name, Name: name} }

func find(t *testing.T, s *store.Snapshot, name string) store.Tunnel {
	t.Helper()
	for _, tunnel := range s.Tunnels {
		if tunnel.Name == name {
			return tunnel
		}
	}
	t.Fatalf("%s is not in the snapshot", name)
	return store.Tunnel{}
}

func TestStateOfASession(t *testing.T) {
	withStatus := func(s api.BGPState) api.Tunnel { return gre("x", s).Tunnel() }
	for name, c := range map[string]struct {
		tunnel api.Tunnel
		want   store.State
	}{
		"up":                              {withStatus(api.BGPUp), store.Up},
		"establishing":                    {withStatus(api.BGPEstablishing), store.Establishing},
		"down":                            {withStatus(api.BGPDown), store.Down},
		"a word nobody has heard of":      {withStatus("BGP_RESTING"), store.Unknown},
		"configured but without a status": {withStatus(""), store.Unknown},
		"no BGP at all":                   {ipsec("x").Tunnel(), store.NoBGP},
	} {
		if got := store.StateOf(c.tunnel); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAListThatFailsKeepsItsLastGoodRowsWithTheirAge(t *testing.T) {
	b := newBench(t)
	b.acc.lists = api.TunnelLists{GRE: []api.GRETunnel{gre("fra", api.BGPUp)}, IPsec: []api.IPsecTunnel{ipsec("ams")}}
	b.poll()
	good := b.now
	b.acc.lists = api.TunnelLists{GREErr: errors.New("the line is cut"), IPsec: []api.IPsecTunnel{ipsec("ams"), ipsec("lhr")}}
	s := b.poll()
	if len(s.Tunnels) != 3 {
		t.Fatalf("%d tunnels, want the old GRE one and two IPsec ones", len(s.Tunnels))
	}
	find(t, s, "fra")
	if got := s.Fetched(); !got.Equal(good) {
		t.Errorf("the data is as old as its oldest part: %s, want %s", got, good)
	}
	if got := s.Fetched(store.IPsecTunnels); !got.Equal(b.now) {
		t.Errorf("the IPsec list is fresh: %s", got)
	}
	if s.Err() == nil || s.Err(store.GRETunnels) == nil || s.Err(store.IPsecTunnels) != nil {
		t.Errorf("errors: all %v, gre %v, ipsec %v", s.Err(), s.Err(store.GRETunnels), s.Err(store.IPsecTunnels))
	}
	for _, e := range s.Events {
		if e.Kind == store.Gone {
			t.Errorf("a failed list made %s disappear", e.Name)
		}
	}
}

func TestSinceWhenIsTheChangeThatWasSeen(t *testing.T) {
	b := newBench(t)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	if got := find(t, b.poll(), "fra"); !got.Track.Changed.IsZero() {
		t.Errorf("at the first look nothing is known about since when, got %s", got.Track.Changed)
	}
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPDown)}
	got := find(t, b.poll(), "fra")
	if !got.Track.Changed.Equal(b.now) || got.Track.Downs != 1 {
		t.Errorf("changed %s, downs %d; want now and 1", got.Track.Changed, got.Track.Downs)
	}
	changed := got.Track.Changed
	if got = find(t, b.poll(), "fra"); !got.Track.Changed.Equal(changed) {
		t.Error("the same state again is not a change")
	}
}

func TestTimeOfAChangeIsTheServersOnlyWhenItFitsBetweenThePolls(t *testing.T) {
	for name, c := range map[string]struct {
		offset time.Duration // of updated_at from the second poll
		server bool
	}{"between the polls": {-5 * time.Second, true}, "in the future: a clock is off": {time.Hour, false},
		"before the first poll": {-time.Hour, false}} {
		b := newBench(t)
		b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
		b.poll()
		down := gre("fra", api.BGPDown)
		said := b.now.Add(15 * time.Second).Add(c.offset)
		down.BGPStatus.UpdatedAt = api.Time{Time: said}
		b.acc.lists.GRE = []api.GRETunnel{down}
		s := b.poll()
		want := b.now
		if c.server {
			want = said
		}
		if got := find(t, s, "fra").Track.Changed; !got.Equal(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestASessionThatLeavesUpThriceInTenMinutesFlaps(t *testing.T) {
	b := newBench(t)
	set := func(s api.BGPState) store.Tunnel {
		b.acc.lists.GRE = []api.GRETunnel{gre("fra", s)}
		return find(t, b.poll(), "fra")
	}
	set(api.BGPUp)
	for i := range 3 {
		if got := set(api.BGPDown); got.Track.Flapping != (i == 2) {
			t.Errorf("after %d downs flapping is %t", i+1, got.Track.Flapping)
		}
		set(api.BGPUp)
	}
	b.now = b.now.Add(11 * time.Minute)
	if set(api.BGPUp).Track.Flapping {
		t.Error("it still flaps after eleven quiet minutes")
	}
}

func TestTunnelsThatComeGoAndChangeAreEvents(t *testing.T) {
	b := newBench(t)
	b.acc.lists.GRE = []api.GRETunnel{gre("old", api.BGPUp), gre("same", api.BGPUp)}
	if s := b.poll(); len(s.Events) != 0 {
		t.Errorf("what is there at the first look did not just appear: %v", s.Events)
	}
	changed := gre("same", api.BGPUp)
	changed.ModifiedOn = api.Time{Time: b.now.Add(time.Second)}
	b.acc.lists.GRE = []api.GRETunnel{changed, gre("new", api.BGPUp)}
	kinds := map[store.EventKind]string{}
	for _, e := range b.poll().Events {
		kinds[e.Kind] = e.Name
	}
	for kind, name := range map[store.EventKind]string{store.Appeared: "new", store.Gone: "old", store.Modified: "same"} {
		if kinds[kind] != name {
			t.Errorf("%s: %q, want %s", kind, kinds[kind], name)
		}
	}
}

func TestRhythm(t *testing.T) {
	b := newBench(t)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	if s := b.poll(); s.Next != 15*time.Second {
		t.Errorf("at rest: %s", s.Next)
	}
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPEstablishing)}
	if s := b.poll(); s.Next != 5*time.Second {
		t.Errorf("while something comes up: %s", s.Next)
	}
	b.acc.lists = api.TunnelLists{GREErr: errors.New("x"), IPsecErr: errors.New("x")}
	last := time.Duration(0)
	for range 8 {
		s := b.poll()
		if s.Next < last {
			t.Errorf("after more errors it asks sooner: %s after %s", s.Next, last)
		}
		last = s.Next
	}
	if last != time.Minute {
		t.Errorf("an API that is back is noticed after %s, want a minute at most", last)
	}
	b.acc.lists = api.TunnelLists{GREErr: &api.Error{Kind: api.RateLimited, RetryAfter: 4 * time.Minute}}
	if s := b.poll(); s.Next < 4*time.Minute {
		t.Errorf("the API asked for four minutes, it waits %s", s.Next)
	}
}

func TestSnapshotsHandedOutDoNotChange(t *testing.T) {
	b := newBench(t)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	b.poll()
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPDown)}
	before := b.poll()
	events, track := len(before.Events), len(before.Tunnels[0].Track.Events)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	b.poll()
	if len(before.Events) != events || len(before.Tunnels[0].Track.Events) != track || before.Tunnels[0].State != store.Down {
		t.Error("a later poll changed a snapshot that somebody holds")
	}
}
