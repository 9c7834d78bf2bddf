package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// start is a new run of the program with the history at path.
func (b *bench) start(path string) {
	b.w = store.New(b.acc, func() time.Time { return b.now }, 0)
	b.w.UseHistory(store.OpenHistory(path, b.now, 0))
}

func historyFile(t *testing.T) string {
	return store.HistoryPath(t.TempDir(), "work/eu", "023e105f")
}

func (b *bench) set(state api.BGPState) store.Tunnel {
	b.t.Helper()
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", state)}
	s := b.poll()
	if s.HistoryErr != nil {
		b.t.Fatal(s.HistoryErr)
	}
	return find(b.t, s, "fra")
}

// Somebody restarts the program in the middle of the night: since when and how often are still there.
func TestSinceWhenAndHowOftenSurviveARestart(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	watched := b.now
	b.set(api.BGPDown)
	b.set(api.BGPUp)
	b.now = b.now.Add(time.Hour)
	b.set(api.BGPDown)
	down := b.now
	if err := b.w.Close(); err != nil {
		t.Fatal(err)
	}

	b.now = b.now.Add(30 * time.Minute)
	b.start(path)
	got := b.set(api.BGPDown)
	if !got.Track.Changed.Equal(down) || got.Track.WeekDowns != 2 || got.Track.Downs != 0 || !got.Track.KnownSince.Equal(watched) {
		t.Errorf("changed %s, %d downs this week, %d in this run, watched since %s", got.Track.Changed, got.Track.WeekDowns, got.Track.Downs,
			got.Track.KnownSince)
	}
	if gap := got.Track.Unwatched; gap < 30*time.Minute || gap > 31*time.Minute {
		t.Errorf("nobody looked for half an hour, it says %s", gap)
	}
	if n := len(b.w.Last().Events); n != 3 {
		t.Errorf("%d events, want the three of the first run", n)
	}
	b.now = b.now.Add(8 * 24 * time.Hour)
	if got := b.set(api.BGPDown); got.Track.WeekDowns != 0 || !got.Track.WeekFrom(b.now).Equal(b.now.Add(-7*24*time.Hour)) {
		t.Errorf("after more than a week %d downs since %s", got.Track.WeekDowns, got.Track.WeekFrom(b.now))
	}
}

func TestAChangeWhileNobodyWatchedIsMarkedSo(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	b.now = b.now.Add(time.Hour)
	b.start(path)
	got := b.set(api.BGPDown)
	if n := len(got.Track.Events); n != 1 || !got.Track.Events[0].Unwatched || got.Track.Events[0].From != store.Up ||
		got.Track.WeekDowns != 1 {
		t.Errorf("%+v", got.Track)
	}
}

func TestHealthIsComparedWithTheEarlierRun(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	w := newWorld(b)
	b.set(api.BGPUp)
	for _, state := range []float64{0, 1} {
		w.health = map[string]float64{"fra": state}
		b.see(store.TunnelHealth)
	}
	b.start(path)
	w = newWorld(b)
	b.set(api.BGPUp)
	w.health = map[string]float64{"fra": 0.5}
	events := b.see(store.TunnelHealth)
	if len(events) != 1 || !events[0].Unwatched || events[0].FromHealth != store.Healthy || events[0].ToHealth != store.Degraded {
		t.Errorf("%+v", events)
	}
}

func TestATunnelThatNeverChangedIsKnownSinceTheFirstLook(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	first := b.now
	b.now = b.now.Add(time.Hour)
	b.start(path)
	got := b.set(api.BGPUp)
	if !got.Track.KnownSince.Equal(first) || !got.Track.Changed.IsZero() || len(got.Track.Events) != 0 {
		t.Errorf("%+v", got.Track)
	}
}

// The API was away for an hour, or the machine slept: what happened then was not seen, and is not claimed.
func TestWhatCouldNotBeSeenIsNotWatched(t *testing.T) {
	for name, away := range map[string]func(b *bench){
		"the API is away": func(b *bench) {
			b.acc.lists = api.TunnelLists{GREErr: errors.New("away"), IPsecErr: errors.New("away")}
			for range 60 {
				b.now = b.now.Add(45 * time.Second)
				b.poll()
			}
		},
		"the machine sleeps": func(b *bench) { b.now = b.now.Add(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path := historyFile(t)
			b.start(path)
			b.set(api.BGPUp)
			away(b)
			b.acc.lists = api.TunnelLists{}
			b.set(api.BGPUp)
			b.now = b.now.Add(time.Minute)
			b.set(api.BGPUp)
			if err := b.w.Close(); err != nil {
				t.Fatal(err)
			}
			b.start(path)
			if gap := b.set(api.BGPUp).Track.Unwatched; gap < 59*time.Minute || gap > 66*time.Minute {
				t.Errorf("an hour was not seen, it says %s", gap)
			}
		})
	}
}

// Two instances watch the same account: each change counts once.
func TestTwoInstancesShareTheHistory(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	first := b.w
	b.start(path)
	second := b.w
	both := func(state api.BGPState) {
		b.acc.lists.GRE = []api.GRETunnel{gre("fra", state)}
		for _, w := range []*store.Store{first, second} {
			b.w = w
			b.poll()
		}
	}
	both(api.BGPUp)
	both(api.BGPDown)
	both(api.BGPUp)
	both(api.BGPDown)
	b.start(path)
	if got := b.set(api.BGPDown); got.Track.WeekDowns != 2 || len(got.Track.Events) != 3 {
		t.Errorf("%d downs and %d events, want 2 and 3", got.Track.WeekDowns, len(got.Track.Events))
	}

	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			h := store.OpenHistory(path, b.now, 0)
			w := store.New(&account{lists: b.acc.lists}, func() time.Time { return b.now }, 0)
			w.UseHistory(h)
			for range 10 {
				if s := w.Poll(t.Context()); s.HistoryErr != nil {
					t.Error(s.HistoryErr)
				}
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if past, err := store.OpenHistory(path, b.now, 0).Load(); err != nil || past.Damaged != 0 {
		t.Errorf("%d damaged lines, %v", past.Damaged, err)
	}
}

// A recorder of many accounts looks seldom. What a screen has seen in between it takes from the history that both write, once, also after
// the file was full and was written anew; a line that is being written waits.
func TestARecorderHearsWhatAScreenHasSeen(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	recorder := b.w
	b.set(api.BGPUp)
	b.start(path)
	for _, state := range []api.BGPState{api.BGPUp, api.BGPDown, api.BGPUp} { // between two looks of the recorder
		b.set(state)
	}
	changes := func() (n int) {
		for _, e := range recorder.Last().Events {
			if e.Kind == store.SessionChanged {
				n++
			}
		}
		return n
	}
	for range 2 {
		if recorder.RereadHistory(); changes() != 2 {
			t.Fatalf("%+v", recorder.Last().Events)
		}
	}
	screen := b.w
	b.w = recorder
	if b.poll(); changes() != 2 {
		t.Errorf("noticed again: %+v", recorder.Last().Events)
	}
	b.w = screen
	b.set(api.BGPDown)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
	if err := os.WriteFile(path, text[:len(text)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	recorder.RereadHistory()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if recorder.RereadHistory(); changes() != 3 {
		t.Errorf("%d changes, the last line was %s", changes(), text[cut:])
	}
	if err := os.WriteFile(path, text[cut/2:], 0o600); err != nil { // written anew, shorter
		t.Fatal(err)
	}
	if recorder.RereadHistory(); changes() != 3 {
		t.Errorf("after the file was written anew: %+v", recorder.Last().Events)
	}
}

// A full disk, a kill or an editor leave half a line, or none at all.
func TestADamagedHistoryLosesOnlyWhatIsDamaged(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	b.set(api.BGPDown)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"cut off":       string(whole) + `{"event":{"at":"2026-03-`,
		"garbage":       "\x00\xff{{{\n" + string(whole) + "null\n[]\n{}\n\"x\"\n",
		"nothing":       "",
		"wrong types":   string(whole) + `{"event":{"at":5,"kind":[]}}` + "\n",
		"a huge number": string(whole) + `{"watched":{"from":"2026-01-01T00:00:00Z","to":"0000-01-01T00:00:00Z"}}` + "\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b.start(path)
		got := b.set(api.BGPDown)
		if want := name != "nothing"; (got.Track.WeekDowns == 1) != want {
			t.Errorf("%s: %d downs", name, got.Track.WeekDowns)
		}
		b.set(api.BGPUp)
		b.start(path)
		if got := b.set(api.BGPUp); got.State != store.Up || got.Track.Changed.IsZero() {
			t.Errorf("%s: what was written after the damage is lost: %+v", name, got.Track)
		}
	}
}

func TestTheHistoryIsBoundedAndKeepsThePresentState(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	const bound = 16 << 10
	b.w = store.New(b.acc, func() time.Time { return b.now }, 0)
	b.w.UseHistory(store.OpenHistory(path, b.now, bound))
	b.acc.lists.IPsec = []api.IPsecTunnel{ipsec("quiet")}
	for i := range 400 {
		b.set([]api.BGPState{api.BGPUp, api.BGPDown}[i%2])
		if info, err := os.Stat(path); err != nil || info.Size() > bound {
			t.Fatalf("after %d changes %d bytes, %v", i, info.Size(), err)
		}
	}
	first := time.Date(2026, 3, 1, 3, 0, 15, 0, time.UTC)
	b.start(path)
	s := b.poll()
	if got := find(t, s, "quiet"); !got.Track.KnownSince.Equal(first) {
		t.Errorf("the tunnel that never changed is known since %s", got.Track.KnownSince)
	}
	if got := find(t, s, "fra"); got.Track.WeekDowns < 20 || got.Track.Changed.IsZero() {
		t.Errorf("only %d downs are left", got.Track.WeekDowns)
	}
}

func TestTheHistoryIsForTheUserOnlyAndTroubleStopsNothing(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	b.set(api.BGPUp)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if filepath.Base(path) != "work%2Feu-023e105f.jsonl" {
		t.Errorf("the profile's name makes folders: %s", path)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.start(filepath.Join(blocked, "history"))
	b.acc.lists.GRE = []api.GRETunnel{gre("fra", api.BGPDown)}
	if s := b.poll(); s.HistoryErr == nil || !strings.Contains(s.HistoryErr.Error(), "make room") || find(t, s, "fra").State != store.Down {
		t.Errorf("%v", s.HistoryErr)
	}
}

func TestTheHistoryHoldsNoToken(t *testing.T) {
	b := newBench(t)
	path := historyFile(t)
	b.start(path)
	token := "cfut_" + strings.Repeat("canary0123", 5)
	b.acc.lists.GRE = []api.GRETunnel{gre(token, api.BGPUp)}
	b.poll()
	if content, err := os.ReadFile(path); err != nil || strings.Contains(string(content), "canary") {
		t.Errorf("%s, %v", content, err)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add([]byte(`{"event":{"at":"2026-03-01T03:00:00Z","kind":"session","id":"x","from":"up","to":"down"}}` + "\n"))
	f.Add([]byte(`{"run":"1","watched":{"from":"2026-03-01T03:00:00Z","to":"2026-03-01T04:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "history")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t)
		b.start(path)
		if got := b.set(api.BGPUp); got.State != store.Up {
			t.Errorf("%+v", got)
		}
	})
}
