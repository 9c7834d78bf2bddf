package reliability_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/record"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// manyAccounts is a simulated account that stands for many, so that what is measured is the program and not the accounts. It counts
// what each credential sends.
type manyAccounts struct {
	next http.RoundTripper

	mu   sync.Mutex
	sent map[string]*counter // by credential
}

// RoundTrip implements http.RoundTripper.
func (m *manyAccounts) RoundTrip(r *http.Request) (*http.Response, error) {
	token := r.Header.Get("Authorization")
	m.mu.Lock()
	sent := m.sent[token]
	if sent == nil {
		sent = &counter{next: m.next}
		m.sent[token] = sent
	}
	m.mu.Unlock()
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+simaccount.DefaultToken)
	if _, rest, ok := strings.Cut(r.URL.Path, "/accounts/"); ok && len(rest) >= 32 {
		r.URL.Path = strings.Replace(r.URL.Path, rest[:32], simaccount.DefaultAccount, 1)
	}
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		for i := range 40 {
			text = bytes.ReplaceAll(text, []byte(accountID(i)), []byte(simaccount.DefaultAccount))
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	}
	return sent.RoundTrip(r)
}

// busiest is the most that a credential sent in any five minutes.
func (m *manyAccounts) busiest() (most int) {
	for _, c := range m.sent {
		most = max(most, c.busiest())
	}
	return most
}

func accountID(i int) string { return fmt.Sprintf("%032x", 0xa0000+i) }

// beside hands over without a socket: a bubble's clock stands still while somebody waits for one.
type beside struct{ of func() *store.Store }

// Hand implements store.Recorder.
func (b beside) Hand(_ context.Context, d store.Target, after, since time.Time) (store.Handed, bool) {
	s := b.of()
	if s == nil {
		return store.Handed{}, false
	}
	h, ok := s.Hand(d, after, since)
	text, err := json.Marshal(h)
	var over store.Handed
	if err != nil || json.Unmarshal(text, &over) != nil {
		return store.Handed{}, false
	}
	over.SharedHistory = true
	return over, ok
}

// fleetDay is a recorder of many accounts, two screens beside it on the first one, and what they have noticed.
type fleetDay struct {
	t        *testing.T
	dir      string
	sim      *simaccount.Server
	way      *manyAccounts
	names    []string // of the tunnels whose sessions go down
	shares   map[string]api.Share
	accounts int
	tokens   bool // each account has a credential of its own

	mu       sync.Mutex
	recorder []*store.Store  // by account
	told     map[string]bool // events of the first account that the command was told; one that was under way at a death twice
	screens  [2]*store.Store
	seen     [2]map[string]bool
	oldest   time.Duration
}

func (d *fleetDay) client(i int) *api.AccountClient {
	d.t.Helper()
	token := "token-of-all"
	if d.tokens {
		token = fmt.Sprint("token-of-", i)
	}
	if d.shares[token] == nil {
		d.shares[token] = api.NewShare(api.LimitsOf(api.DefaultBudget))
	}
	client, err := api.New(api.Options{Transport: d.way, Credentials: api.Credentials{Token: api.NewSecret(token)}, Share: d.shares[token],
		Now: time.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	return client.In(accountID(i))
}

func (d *fleetDay) history(i int) *store.History {
	return store.OpenHistory(filepath.Join(d.dir, fmt.Sprint(i, ".jsonl")), time.Now(), 0)
}

// run is the recorder from one start to its death, which is sudden: nothing is closed.
func (d *fleetDay) run(ctx context.Context) (died func()) {
	refresh := time.Minute
	if !d.tokens {
		refresh = time.Duration(d.accounts) * 3 * time.Second // as the recorder stretches it
	}
	var all sync.WaitGroup
	ctx, kill := context.WithCancel(ctx)
	for i := range d.accounts {
		client := d.client(i)
		s := store.New(client, time.Now, refresh)
		s.Use(store.FromAccount(client))
		s.UseHistory(d.history(i))
		d.mu.Lock()
		d.recorder[i] = s
		d.mu.Unlock()
		news := make(chan struct{}, 1)
		if i == 0 {
			d.tell(ctx, &all, s, news)
		}
		all.Go(func() {
			record.Watch(ctx, s, func() {
				select {
				case news <- struct{}{}:
				default:
				}
			})
		})
	}
	return func() {
		d.mu.Lock()
		clear(d.recorder)
		d.mu.Unlock()
		kill()
		all.Wait()
	}
}

func (d *fleetDay) tell(ctx context.Context, all *sync.WaitGroup, s *store.Store, news <-chan struct{}) {
	teller := &record.EventCommand{Command: "x", Now: time.Now, Account: record.Account{ID: accountID(0)}, Path: filepath.Join(d.dir, "told"),
		OnError: func(err error) { d.t.Error(err) },
		Run: func(_ context.Context, _ string, _ []string, input []byte) error {
			var n record.Payload
			if err := json.Unmarshal(input, &n); err != nil {
				return err
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told[what(n.Event)] = true
			return nil
		}}
	last := func() []store.Event { return s.InHistory().Events }
	if err := teller.Load(last()); err != nil {
		d.t.Error(err)
	}
	all.Go(func() { teller.Loop(ctx, last, news) })
}

func what(e store.Event) string {
	text, _ := json.Marshal(e)
	return string(text)
}

// open opens a screen on the first account.
func (d *fleetDay) open(ctx context.Context, all *sync.WaitGroup, n int) {
	client := d.client(0)
	s := store.New(client, time.Now, 0)
	s.Use(store.FromAccount(client))
	s.UseHistory(d.history(0))
	s.UseRecorder(ctx, beside{func() *store.Store {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.recorder[0]
	}})
	d.screens[n], d.seen[n] = s, map[string]bool{}
	all.Go(func() { record.Watch(ctx, s, func() {}) })
}

// look notes what the screens have noticed, which keep a bounded number of events, and how old the tunnels of an account became.
func (d *fleetDay) look() {
	for n, s := range d.screens {
		for _, e := range s.Last().Events {
			d.seen[n][what(e)] = true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.recorder {
		if s != nil {
			l := s.Last()
			d.oldest = max(d.oldest, min(time.Since(l.GRE.Fetched), time.Since(l.Started)))
		}
	}
}

// waitAtMost is how old the tunnels of an account may become: a fault and the block after it, and its turns.
const waitAtMost = 15 * time.Minute

// toggled are the sessions that the day takes down and up again, by name: those of the others come and go by themselves.
const toggled = 12

// hour is an hour of the day: faults, sessions down and up, and a recorder that is killed and started anew.
func (d *fleetDay) hour(ctx context.Context, r *rand.Rand, died func(), downs map[string]int) func() {
	for quarter := range 4 {
		d.sim.ForgetRequests()
		name := d.names[r.IntN(len(d.names))]
		downs[name]++
		d.set(name, "Idle")
		d.pass(7 * time.Minute) // the slowest round, and a fault, are over
		d.set(name, "Established")
		d.pass(time.Minute)
		f := troubles()[r.IntN(len(troubles()))]
		if f.fault != nil && f.name != "100MB" {
			d.sim.Fault(*f.fault)
		}
		d.pass(time.Duration(1+r.IntN(2)) * time.Minute)
		d.sim.ClearFaults()
		d.pass(5 * time.Minute)
		if quarter == r.IntN(4) {
			died()
			died = d.run(ctx)
		}
	}
	return died
}

func (d *fleetDay) pass(span time.Duration) {
	for range int(span / time.Minute) {
		time.Sleep(time.Minute)
		d.look()
	}
}

func (d *fleetDay) set(name, fsm string) {
	if err := d.sim.SetBGP(simaccount.GRETunnels, name, fsm); err != nil {
		d.t.Fatal(err)
	}
}

// toggles are the tunnels whose sessions the day takes down: they are up at the start, and stay up by themselves.
func (d *fleetDay) toggles() []string {
	var out []string
	for _, o := range d.sim.Objects(simaccount.GRETunnels) {
		if name, _ := o["name"].(string); o["bgp"] != nil && len(out) < toggled {
			d.set(name, "Established")
			out = append(out, name)
		}
	}
	return out
}

// TestSoakOfAFleet is a working day of a recorder with many accounts, of one user and of account tokens, with faults, sessions that go
// down, sudden deaths and two screens beside it. In its short form it is an hour of eight accounts.
func TestSoakOfAFleet(t *testing.T) {
	hours, accounts, tunnels := 1, 8, 50
	if long() {
		hours, accounts, tunnels = 8, 40, 250
	}
	for name, tokens := range map[string]bool{"one user": false, "account tokens": true} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			synctest.Test(t, func(t *testing.T) {
				d := newFleetDay(t, accounts, tunnels, tokens)
				d.day(hours)
			})
			t.Logf("%d simulated hours of %d accounts with %d tunnels in %s", hours, accounts, tunnels, time.Since(began).Round(time.Second))
		})
	}
}

func newFleetDay(t *testing.T, accounts, tunnels int, tokens bool) *fleetDay {
	d := &fleetDay{t: t, dir: t.TempDir(), accounts: accounts, tokens: tokens, shares: map[string]api.Share{},
		recorder: make([]*store.Store, accounts), told: map[string]bool{}}
	d.sim = simaccount.New(simaccount.Options{Tunnels: tunnels, Now: time.Now})
	d.way = &manyAccounts{next: d.sim.RoundTripper(), sent: map[string]*counter{}}
	d.names = d.toggles()
	return d
}

func (d *fleetDay) day(hours int) {
	ctx, stop := context.WithCancel(d.t.Context())
	defer stop()
	died := d.run(ctx)
	var screens sync.WaitGroup
	defer screens.Wait()
	time.Sleep(6 * time.Minute)
	d.open(ctx, &screens, 0)
	d.open(ctx, &screens, 1)
	downs := map[string]int{}
	var heaps []uint64
	r := rand.New(rand.NewPCG(40, 8))
	for range hours {
		died = d.hour(ctx, r, died, downs)
		heaps = append(heaps, heap())
	}
	d.pass(6 * time.Minute)
	d.balance(downs)
	most := d.way.busiest()
	if d.oldest > waitAtMost {
		d.t.Errorf("the tunnels of an account were not read for %s", d.oldest)
	}
	d.t.Logf("tunnels at most %s old; heap after each hour, MiB: %s; at most %d requests of a credential in five minutes (the share is %d)",
		d.oldest, mib(heaps), most, api.DefaultBudget)
	// The lists of events, which are bounded, fill in the first two hours.
	if early, last := heaps[min(1, len(heaps)-1)], heaps[len(heaps)-1]; last > early+(16<<20) || slices.Max(heaps) > 150<<20 {
		d.t.Errorf("memory: %s", mib(heaps))
	}
	if most > api.DefaultBudget {
		d.t.Errorf("%d requests of one credential in five minutes", most)
	}
	stop()
	died()
}

func heap() uint64 {
	synctest.Wait()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func mib(heaps []uint64) string {
	var out []string
	for _, h := range heaps {
		out = append(out, fmt.Sprintf("%.0f", float64(h)/(1<<20)))
	}
	return strings.Join(out, " ")
}

// balance fails unless every session that went down is in the history once for each time, was told once, and was seen by both screens.
func (d *fleetDay) balance(downs map[string]int) {
	d.t.Helper()
	past, err := d.history(0).Load()
	if err != nil {
		d.t.Fatal(err)
	}
	kept := map[string]bool{}
	for _, e := range past.Events {
		if e.Kind != store.FirstSeen {
			kept[what(e)] = true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, times := range downs {
		inHistory, told := fell(slices.Collect(maps.Keys(kept)), name), fell(slices.Collect(maps.Keys(d.told)), name)
		if inHistory != times || told != times {
			d.t.Errorf("%s went down %d times: %d times in the history, %d times told:\n%s", name, times, inHistory, told,
				d.about(d.told, name))
		}
		for n := range d.screens {
			if seen := fell(slices.Collect(maps.Keys(d.seen[n])), name); seen != times {
				d.t.Errorf("%s went down %d times, screen %d has seen %d:\n%s", name, times, n, seen, d.about(d.seen[n], name))
			}
		}
	}
}

// about are the events of a tunnel that somebody has seen, beside those in the history.
func (d *fleetDay) about(seen map[string]bool, name string) string {
	past, _ := d.history(0).Load()
	var lines []string
	for _, e := range past.Events {
		if e.Name == name {
			lines = append(lines, "history "+what(e))
		}
	}
	for _, text := range slices.Sorted(maps.Keys(seen)) {
		if strings.Contains(text, `"`+name+`"`) {
			lines = append(lines, "seen    "+text)
		}
	}
	return strings.Join(lines, "\n")
}

// fell is how many of the events are that this session left Up.
func fell(events []string, name string) (n int) {
	for _, text := range events {
		var e store.Event
		if json.Unmarshal([]byte(text), &e) == nil && e.Kind == store.SessionChanged && e.From == store.Up && e.Name == name {
			n++
		}
	}
	return n
}
