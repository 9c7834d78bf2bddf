package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// silence is so long a time in which nobody answers; it ends with the next poll that is given an answer.
func (b *bench) silence(long time.Duration) *store.Snapshot {
	b.t.Helper()
	there := b.acc.lists
	away := &api.Error{Kind: api.NetworkTrouble}
	b.acc.lists = api.TunnelLists{GREErr: away, IPsecErr: away}
	var s *store.Snapshot
	for end := b.now.Add(long); b.now.Before(end); {
		s = b.poll()
	}
	b.acc.lists = there
	return s
}

// The API is away for minutes: no tunnel was watched then, neither meanwhile nor afterwards, and the next run agrees.
func TestAnOutageOfTheAPIIsNotWatched(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	for range 8 {
		b.set(api.BGPUp)
	}
	seen := b.now
	if got := find(t, b.silence(4*time.Minute), "fra").Track; !got.Looked.Equal(seen) {
		t.Errorf("without an answer it claims to have looked at %s, the last answer was at %s", got.Looked, seen)
	}
	for range 4 {
		b.set(api.BGPUp)
	}
	got := find(t, b.w.Last(), "fra").Track
	if got.Unwatched != 4*time.Minute+15*time.Second || !got.Looked.Equal(b.now) {
		t.Errorf("not watched for %s, looked at %s", got.Unwatched, got.Looked)
	}
	if err := b.w.Close(); err != nil {
		t.Fatal(err)
	}
	b.start(path)
	if next := b.set(api.BGPUp).Track; next.Unwatched != got.Unwatched {
		t.Errorf("the next run says %s, this one %s", next.Unwatched, got.Unwatched)
	}
}

// A poll or two may fail without that anybody has to be told of a gap.
func TestALostPollIsNoGap(t *testing.T) {
	b := newBench(t)
	b.set(api.BGPUp)
	b.silence(15 * time.Second)
	if got := b.set(api.BGPDown); got.Track.Unwatched != 0 || got.Track.Events[0].Unwatched {
		t.Errorf("%+v", got.Track)
	}
}

// One list fails for long: the tunnels of the other are watched all the same.
func TestTheGapIsThatOfTheListThatFailed(t *testing.T) {
	b := newBench(t)
	lists := api.TunnelLists{GRE: []api.GRETunnel{gre("fra", api.BGPUp)}, IPsec: []api.IPsecTunnel{ipsec("ams")}}
	b.acc.lists = lists
	b.poll()
	b.acc.lists.GREErr = errors.New("too many for now")
	for range 8 {
		b.poll()
	}
	b.acc.lists = lists
	s := b.poll()
	if fra, ams := find(t, s, "fra").Track.Unwatched, find(t, s, "ams").Track.Unwatched; fra != 2*time.Minute+15*time.Second || ams != 0 {
		t.Errorf("not watched: fra %s, ams %s", fra, ams)
	}
}

// The first answer comes long after the start: until then nobody watched either.
func TestAStartInAnOutageIsNotWatched(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	if err := b.w.Close(); err != nil {
		t.Fatal(err)
	}
	b.start(path)
	b.silence(5 * time.Minute)
	if got := b.set(api.BGPUp).Track.Unwatched; got < 5*time.Minute {
		t.Errorf("not watched for %s", got)
	}
	if err := b.w.Close(); err != nil {
		t.Fatal(err)
	}
	b.start(path)
	if got := b.set(api.BGPUp).Track.Unwatched; got < 5*time.Minute {
		t.Errorf("the next run says %s", got)
	}
}

// What happened while nobody answered has no exact time, but for where the API says it.
func TestWhatHappensInAnOutageIsMarkedSo(t *testing.T) {
	b := newBench(t)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp), gre("ams", api.BGPUp), gre("old", api.BGPUp), gre("lhr", api.BGPUp)}
	b.poll()
	said := b.now.Add(time.Minute)
	down, changed := gre("ams", api.BGPDown), gre("lhr", api.BGPUp)
	down.BGPStatus.UpdatedAt, changed.ModifiedOn = api.Time{Time: said}, api.Time{Time: said}
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPDown), down, changed, gre("new", api.BGPUp)}
	b.silence(3 * time.Minute)
	want := map[string]struct {
		at      time.Time
		blindly bool
	}{"fra": {b.now.Add(15 * time.Second), true}, "ams": {said, true}, "old": {b.now.Add(15 * time.Second), true},
		"new": {b.now.Add(15 * time.Second), true}, "lhr": {said, false}}
	s := b.poll()
	for _, e := range s.Events {
		if w, ok := want[e.Name]; ok && (!e.At.Equal(w.at) || e.Unwatched != w.blindly) {
			t.Errorf("%s %s: at %s, unwatched %v", e.Name, e.Kind, e.At, e.Unwatched)
		}
		delete(want, e.Name)
	}
	if len(want) != 0 {
		t.Errorf("not told: %v", want)
	}
	if got := find(t, s, "ams").Track; got.Unwatched != b.now.Sub(said) || got.Downs != 1 {
		t.Errorf("since %s not watched for %s, %d downs", got.Changed, got.Unwatched, got.Downs)
	}
}

// The same of what is polled beside the tunnels.
func TestARouteThatAppearsInAnOutageIsMarkedSo(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	w.routes = []api.Route{{ID: "r"}}
	b.see(store.Routes)
	w.routes = append(w.routes, api.Route{ID: "s"})
	b.now = b.now.Add(10 * time.Minute)
	if events := b.see(store.Routes); len(events) != 1 || !events[0].Unwatched {
		t.Errorf("%+v", events)
	}
}

// What the server dates earlier than what was noticed already stands before it.
func TestEventsAreInTheOrderInWhichTheyHappened(t *testing.T) {
	b := newBench(t)
	w := newWorld(b)
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPUp)}
	w.routes = []api.Route{{ID: "r"}}
	b.poll()
	b.see(store.Routes)
	said := b.now.Add(time.Second)
	b.set(api.BGPDown)
	w.routes = []api.Route{{ID: "r", ModifiedOn: api.Time{Time: said}}}
	b.see(store.Routes)
	events := b.w.Last().Events
	if len(events) != 2 || !events[0].At.Equal(said) || !slices.IsSortedFunc(events, func(a,
		b store.Event) int {
		return a.At.Compare(b.At)
	}) {
		t.Errorf("%+v", events)
	}
}

// ofTheAPI is what happened to the API itself.
func ofTheAPI(s *store.Snapshot) (out []store.EventKind) {
	for _, e := range s.Events {
		if e.Resource == store.API {
			out = append(out, e.Kind)
		}
	}
	return out
}

// Nobody answers two polls in a row: that is told with its begin, and so is its end. It says nothing about any tunnel.
func TestAnOutageOfTheAPIIsAnEvent(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	from := b.now.Add(15 * time.Second)
	if s := b.silence(15 * time.Second); len(ofTheAPI(s)) != 0 {
		t.Errorf("one lost poll is %v", s.Events)
	}
	if s := b.silence(time.Minute); len(s.Events) != 1 || s.Events[0].Kind != store.NoAnswer || !s.Events[0].At.Equal(from) {
		t.Errorf("%+v", s.Events)
	}
	b.set(api.BGPUp)
	b.set(api.BGPUp)
	end := b.w.Last().Events
	if len(end) != 2 || end[1].Kind != store.AnswersAgain || end[1].At.Sub(end[1].Since) != 75*time.Second {
		t.Errorf("%+v", end)
	}
	b.start(path)
	fra := b.set(api.BGPUp)
	if got := b.w.Last().Events; len(got) != 2 || got[1] != end[1] || len(fra.Track.Events) != 0 {
		t.Errorf("the next run knows %+v, and of the tunnel %+v", got, fra.Track.Events)
	}
}

// A refusal is an answer, and so is one list of the two.
func TestARefusalIsNoOutage(t *testing.T) {
	silent, refused := &api.Error{Status: 503, Kind: api.ServerTrouble}, &api.Error{Status: 403, Kind: api.PermissionMissing}
	for name, lists := range map[string]api.TunnelLists{
		"refused":         {GREErr: refused, IPsecErr: refused},
		"one is refused":  {GREErr: silent, IPsecErr: refused},
		"one is answered": {GREErr: silent},
		"too many":        {GREErr: &api.Error{Status: 429, Kind: api.RateLimited}, IPsecErr: silent},
	} {
		b := newBench(t)
		b.acc.lists = lists
		for range 3 {
			b.poll()
		}
		if got := ofTheAPI(b.w.Last()); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Two instances see the same outages: each is told once, also when the next one follows at once.
func TestAnOutageIsInTheHistoryOnce(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	first := b.w
	b.start(path)
	second := b.w
	both := func(lists api.TunnelLists) {
		b.acc.lists = lists
		b.now = b.now.Add(15 * time.Second)
		first.Poll(t.Context())
		second.Poll(t.Context())
	}
	away := &api.Error{Kind: api.NetworkTrouble}
	for range 2 {
		both(api.TunnelLists{})
		both(api.TunnelLists{GREErr: away, IPsecErr: away})
		both(api.TunnelLists{GREErr: away, IPsecErr: away})
	}
	both(api.TunnelLists{})
	b.start(path)
	want := []store.EventKind{store.NoAnswer, store.AnswersAgain, store.NoAnswer, store.AnswersAgain}
	if got := ofTheAPI(b.w.Last()); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
