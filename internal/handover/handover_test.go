package handover_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/handover"
	"flarewire/internal/mute"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// clock is the one clock of an account and of all who read it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// reader is a program that reads the account.
type reader struct {
	*store.Store
	mu   sync.Mutex
	sent int
}

func (r *reader) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent
}

// desk is a simulated account with programs that read it.
type desk struct {
	t     *testing.T
	clock *clock
	sim   *simaccount.Server
	state string
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, clock: &clock{at: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)}}
	d.sim = simaccount.New(simaccount.Options{Now: d.clock.now})
	state, err := os.MkdirTemp("", "fw") // short: the path of a socket is bounded
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(state) })
	d.state = state
	return d
}

func (d *desk) reader() *reader {
	d.t.Helper()
	r := &reader{}
	client, err := api.New(api.Options{Transport: d.sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)},
		Now:         d.clock.now, Budget: 1 << 20, OnExchange: func(api.Exchange) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.sent++
		}})
	if err != nil {
		d.t.Fatal(err)
	}
	account := client.In(simaccount.DefaultAccount)
	r.Store = store.New(account, d.clock.now, 0)
	r.Use(store.FromAccount(account))
	r.ReadAlways(store.Overview()...)
	return r
}

func (d *desk) history() *store.History {
	return store.OpenHistory(filepath.Join(d.state, "history.jsonl"), d.clock.now(), 0)
}

// recorder is a reader that hands over what it reads, until end.
func (d *desk) recorder() (r *reader, end func()) {
	d.t.Helper()
	r = d.reader()
	history := d.history()
	r.UseHistory(history)
	path := handover.Path(d.state, "history")
	l, err := handover.Listen(d.t.Context(), path, false)
	if err != nil {
		d.t.Fatal(err)
	}
	return r, handover.Serve(l, handover.Account{ID: simaccount.DefaultAccount, Store: r.Store, History: history,
		Mutes: mute.Path(d.state, simaccount.DefaultAccount)})
}

func (d *desk) screen() (*reader, *handover.Client) {
	d.t.Helper()
	s := d.reader()
	s.UseHistory(d.history())
	c := handover.NewClient(simaccount.DefaultAccount, handover.Place{Path: handover.Path(d.state, "history"), Name: "recorder",
		SharedHistory: true})
	s.UseRecorder(d.t.Context(), c)
	return s, c
}

// passes has time go by; every reader reads what is due.
func (d *desk) passes(span time.Duration, readers ...*reader) {
	for end := d.clock.now().Add(span); d.clock.now().Before(end); d.clock.pass(time.Second) {
		for _, r := range readers {
			if at := r.NextDue(); !at.IsZero() && !at.After(d.clock.now()) {
				r.Round(d.t.Context())
			}
		}
	}
}

// The first page has every row with since when, before anything was asked; then what the recorder has fresh is not asked again, and
// what happens is noticed all the same, once.
func TestAScreenBesideARecorderHardlyAsks(t *testing.T) {
	d := newDesk(t)
	recorder, end := d.recorder()
	defer end()
	d.passes(10*time.Minute, recorder)
	screen, client := d.screen()
	first := screen.Last()
	if screen.requests() != 0 || len(first.Tunnels) == 0 || len(first.Tunnels) != len(recorder.Last().Tunnels) || client.Name() != "recorder" {
		t.Fatalf("%d requests, %d tunnels, from %q", screen.requests(), len(first.Tunnels), client.Name())
	}
	for i, tunnel := range first.Tunnels {
		track, of := tunnel.Track, recorder.Last().Tunnels[i]
		if track.KnownSince.IsZero() || !track.Changed.Equal(of.Track.Changed) || tunnel.State != of.State || tunnel.Health != of.Health &&
			tunnel.Health.State != of.Health.State {
			t.Errorf("%s: %+v, at the recorder %+v", tunnel.Name, track, of.Track)
		}
	}
	for _, k := range store.Overview() {
		if e := first.Entry(k); !e.Known() || !e.Fetched.Equal(recorder.Last().Entry(k).Fetched) {
			t.Errorf("%s: %+v", k, e)
		}
	}
	alone := d.reader() // a screen without a recorder, for comparison
	before := recorder.requests()
	for _, fsm := range []string{"Idle", "Established", "Idle", "Established", "Active"} {
		if err := d.sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", fsm); err != nil {
			t.Fatal(err)
		}
		d.passes(2*time.Minute, recorder, screen, alone)
	}
	of, own := recorder.requests()-before, screen.requests()
	if own*5 >= of || own*5 >= alone.requests() {
		t.Errorf("the screen sent %d requests, the recorder %d, a screen alone %d", own, of, alone.requests())
	}
	t.Logf("ten minutes: the screen sent %d requests, the recorder %d, a screen alone %d", own, of, alone.requests())
	d.sameEvents(recorder, screen)
}

// sameEvents fails unless all have noticed the same, and the history has it once.
func (d *desk) sameEvents(readers ...*reader) {
	d.t.Helper()
	past, err := d.history().Load()
	if err != nil {
		d.t.Fatal(err)
	}
	want := told(past.Events)
	for i, r := range readers {
		got := told(r.Last().Events)
		for _, e := range want {
			if !slices.Contains(got, e) {
				d.t.Errorf("program %d has not noticed %s", i, e)
			}
		}
		for _, e := range got {
			if !slices.Contains(want, e) {
				d.t.Errorf("not in the history, but noticed by program %d: %s", i, e)
			}
		}
		if len(got) != len(want) {
			d.t.Errorf("program %d has noticed %d events, the history has %d", i, len(got), len(want))
		}
	}
}

func told(events []store.Event) []string {
	var lines []string
	for _, e := range events {
		if e.Kind != store.FirstSeen {
			text, _ := json.Marshal(e)
			lines = append(lines, string(text))
		}
	}
	return lines
}

// Every kind that is read in the background is handed over, or is asked for as without a recorder: none is lost between the two.
func TestEveryKindIsTheSameAtTheScreen(t *testing.T) {
	d := newDesk(t)
	recorder, end := d.recorder()
	defer end()
	d.passes(10*time.Minute, recorder)
	screen, _ := d.screen()
	asked := screen.requests()
	for _, k := range store.Overview() {
		if e := screen.Last().Entry(k); e.Fetched.IsZero() || e.Err != nil {
			t.Errorf("%s is not known at the screen: %+v", k, e)
		}
		if h, ok := recorder.Hand(store.Target{Kind: k}, time.Time{}, d.clock.now()); !ok && k != store.IPsecTunnels && !k.Detail() {
			t.Errorf("%s is not handed over: %+v", k, h)
		}
	}
	here, there := screen.Last().Locations, recorder.Last().Locations
	here.Entry, there.Entry = store.Entry{}, store.Entry{}
	if !reflect.DeepEqual(here, there) || len(here.Rows) == 0 {
		t.Errorf("the locations are\n%+v, and were\n%+v", here, there)
	}
	if asked != 0 {
		t.Errorf("%d requests", asked)
	}
}

// The recorder ends: the screen reads by itself from the next round on. A new one begins: the screen takes from it again.
func TestAScreenGoesOnWithoutItsRecorder(t *testing.T) {
	d := newDesk(t)
	recorder, end := d.recorder()
	d.passes(5*time.Minute, recorder)
	screen, client := d.screen()
	d.passes(time.Minute, recorder, screen)
	end()
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	d.passes(2*time.Minute, screen)
	if age := d.clock.now().Sub(screen.Last().Fetched()); age > time.Minute || client.Name() != "" || screen.requests() == 0 {
		t.Errorf("%s old, from %q, %d requests", age, client.Name(), screen.requests())
	}
	recorder, end = d.recorder()
	defer end()
	d.passes(2*time.Minute, recorder, screen)
	before := screen.requests()
	d.passes(3*time.Minute, recorder, screen)
	if n := screen.requests() - before; n > 10 || client.Name() != "recorder" {
		t.Errorf("%d requests beside the second recorder, from %q", n, client.Name())
	}
	d.sameEvents(recorder, screen)
}

// Whoever presses r, and who has changed something, sees Cloudflare's own answer.
func TestWhatIsWantedAnewIsAskedOfCloudflare(t *testing.T) {
	d := newDesk(t)
	recorder, end := d.recorder()
	defer end()
	d.passes(5*time.Minute, recorder)
	screen, _ := d.screen()
	d.clock.pass(time.Second)
	screen.Refresh()
	screen.Round(t.Context())
	if screen.requests() == 0 || !screen.Last().Fetched().Equal(d.clock.now()) {
		t.Errorf("%d requests, read at %s", screen.requests(), screen.Last().Fetched())
	}
	before := screen.requests()
	screen.Expire(store.TargetsOf(store.Routes)...)
	screen.Round(t.Context())
	if screen.requests() == before || screen.Last().Routes.Fetched.Before(d.clock.now()) {
		t.Errorf("the routes are of %s after a change", screen.Last().Routes.Fetched)
	}
}

// Another account gets nothing; and no secret goes over the socket.
func TestNothingOfAnotherAccountAndNoSecret(t *testing.T) {
	d := newDesk(t)
	if err := d.sim.Mutate(simaccount.IPsecTunnels, "ams-br2-ipsec", func(o simaccount.Object) {
		o["bgp"] = map[string]any{"customer_asn": 64512, "md5_key": "canary-md5"}
	}); err != nil {
		t.Fatal(err)
	}
	recorder, end := d.recorder()
	defer end()
	d.passes(time.Minute, recorder)
	path := handover.Path(d.state, "history")
	other := handover.NewClient("ffffffffffffffffffffffffffffffff", handover.Place{Path: path, Name: "recorder"})
	if _, ok := other.Hand(t.Context(), store.Target{Kind: store.Routes}, time.Time{}, time.Time{}); ok || other.History(t.Context()) != nil {
		t.Error("another account was handed something")
	}
	own := handover.NewClient(simaccount.DefaultAccount, handover.Place{Path: path, Name: "recorder"})
	h, ok := own.Hand(t.Context(), store.Target{Kind: store.GRETunnels}, time.Time{}, time.Time{})
	text, err := json.Marshal(h)
	if !ok || err != nil || len(h.IPsec) == 0 || strings.Contains(string(text), "canary-md5") {
		t.Errorf("%t, %v, %s", ok, err, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
