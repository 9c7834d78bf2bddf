package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/record"
	"flarewire/internal/store"
)

func event(name string, at int) store.Event {
	return store.Event{At: time.Date(2026, 3, 1, 3, 0, at, 0, time.UTC), Kind: store.SessionChanged, TunnelID: name, Name: name,
		From: store.Up,
		To:   store.Down}
}

// bench is a teller whose command is a function, and what it was told.
type bench struct {
	t      *testing.T
	path   string
	told   []record.News
	failed []error
	refuse func(n int) error
	calls  int
}

func newBench(t *testing.T) *bench { return &bench{t: t, path: filepath.Join(t.TempDir(), "told")} }

// start is a new run of the recorder; what it tells it tells until enough calls were made.
func (b *bench) start(past, now []store.Event, calls int) *record.EventCommand {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	news := make(chan struct{})
	t := &record.EventCommand{Path: b.path, Account: record.Account{ID: "a"}, Wait: time.Nanosecond,
		Failed: func(err error) { b.failed = append(b.failed, err) }}
	t.Run = func(_ context.Context, _ string, _ []string, input []byte) error {
		b.calls++
		var n record.News
		if err := json.Unmarshal(input, &n); err != nil {
			b.t.Error(err)
		}
		if b.refuse != nil {
			if err := b.refuse(b.calls); err != nil {
				return err
			}
		}
		b.told = append(b.told, n)
		return nil
	}
	if err := t.Begin(past); err != nil {
		b.t.Fatal(err)
	}
	looked := 0
	t.Go(ctx, func() []store.Event {
		if looked++; b.calls >= calls && looked > 1 {
			cancel()
		}
		return now
	}, news)
	return t
}

// What happened before the command was named is not told, what comes is told once, over restarts too.
func TestEachEventIsToldOnceOverRestarts(t *testing.T) {
	b := newBench(t)
	past := []store.Event{event("old", 1)}
	now := append(past, event("fra", 2), event("ams", 3))
	b.start(past, now, 2)
	b.start(now, append(now, event("iad", 4)), 3) // the history is known again, one happened meanwhile
	if len(b.told) != 3 || b.told[0].Event.Name != "fra" || b.told[2].Event.Name != "iad" || len(b.failed) > 0 {
		t.Fatalf("%+v, %v", b.told, b.failed)
	}
	if n := b.told[0]; n.ID == "" || n.ID == b.told[1].ID || n.Text != "fra: BGP session down, was up" || n.Account.ID != "a" {
		t.Errorf("%+v", n)
	}
}

// A command that fails gets the same event again with the same id; one that goes on failing does not hold up the next event.
func TestAnEventIsTriedAgainAndThenGivenUp(t *testing.T) {
	b := newBench(t)
	b.refuse = func(n int) error {
		if n <= 4 {
			return errors.New("no")
		}
		return nil
	}
	teller := b.start(nil, []store.Event{event("fra", 1), event("ams", 2)}, 5)
	if len(b.told) != 1 || b.told[0].Event.Name != "ams" || b.calls != 5 || teller.Undelivered() != 1 || len(b.failed) != 1 {
		t.Errorf("%d calls, %+v, %v, %d undelivered", b.calls, b.told, b.failed, teller.Undelivered())
	}
}

// Two programs noticed one session go down, and the history has kept the other's time of it. A session that goes down twice within
// two minutes is two events all the same.
func TestWhatAnotherProgramNoticedTooIsNotToldAgain(t *testing.T) {
	b := newBench(t)
	b.start(nil, []store.Event{event("fra", 20), event("ams", 30)}, 2)
	b.start([]store.Event{event("fra", 11), event("fra", 50), event("ams", 30)},
		[]store.Event{event("fra", 11), event("fra", 50), event("ams", 30)}, 3)
	if len(b.told) != 3 || b.told[2].Event.At.Second() != 50 || len(b.failed) > 0 {
		t.Fatalf("%+v, %v", b.told, b.failed)
	}
	b.start([]store.Event{event("fra", 11), event("fra", 50)}, []store.Event{event("fra", 11), event("fra", 50), event("iad", 1)}, 4)
	if len(b.told) != 4 || b.told[3].Event.Name != "iad" {
		t.Errorf("%+v", b.told)
	}
}

// The program ends while the command runs: the event is told again after the next start.
func TestAnEventThatWasUnderWayIsToldAgain(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	teller := &record.EventCommand{Path: b.path, Failed: func(err error) { t.Error(err) }, Account: record.Account{ID: "a"}}
	teller.Run = func(context.Context, string, []string, []byte) error { cancel(); return context.Canceled }
	if err := teller.Begin(nil); err != nil {
		t.Fatal(err)
	}
	now := []store.Event{event("fra", 1)}
	teller.Go(ctx, func() []store.Event { return now }, nil)
	b.start(now, now, 1)
	if len(b.told) != 1 {
		t.Errorf("%+v", b.told)
	}
}

// The command is run by the shell, has the event on its input, and none of the credentials.
func TestTheCommandGetsTheEventAndNoCredential(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	out := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	var failed error
	teller := &record.EventCommand{Command: "cat > " + out + "; env >> " + out, Account: record.Account{ID: "a"}, Profile: "north",
		Environ: []string{"CLOUDFLARE_API_TOKEN=canary", "CLOUDFLARE_API_KEY=canary", "CREDENTIALS_DIRECTORY=canary",
			"PATH=" + os.Getenv("PATH")},
		Failed: func(err error) { failed = err }}
	if err := teller.Begin(nil); err != nil {
		t.Fatal(err)
	}
	looks := 0
	teller.Go(ctx, func() []store.Event {
		if looks++; looks > 1 {
			cancel()
		}
		return []store.Event{event("fra", 1)}
	}, nil)
	text, err := os.ReadFile(out)
	if err != nil || failed != nil || !strings.Contains(string(text), `"profile":"north"`) || strings.Contains(string(text), "canary") {
		t.Errorf("%s, %v, %v", text, err, failed)
	}
}

// A command that hangs is killed with all that it has started, and the next event is told.
func TestACommandThatHangsIsKilled(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	out := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	var failed []error
	teller := &record.EventCommand{Command: "grep -q fra && { sleep 600 & wait; }; echo told >> " + out, Account: record.Account{ID: "a"},
		Wait:  time.Nanosecond,
		Limit: 300 * time.Millisecond, Environ: []string{"PATH=" + os.Getenv("PATH")}, Failed: func(err error) { failed = append(failed, err) }}
	if err := teller.Begin(nil); err != nil {
		t.Fatal(err)
	}
	looks := 0
	teller.Go(ctx, func() []store.Event {
		if looks++; looks > 2 {
			cancel()
		}
		return []store.Event{event("fra", 1), event("ams", 2)}
	}, nil)
	if text, _ := os.ReadFile(out); len(failed) == 0 || !strings.Contains(failed[0].Error(), "was killed") || string(text) != "told\n" {
		t.Errorf("%v, %q", failed, text)
	}
}

// A second recorder of an account says who runs; the first one's end lets another one begin.
func TestOneRecorderForAnAccount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history", "north.jsonl")
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	release, err := record.Claim(path, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Claim(path, now); !errors.Is(err, record.ErrRunning) || !strings.Contains(err.Error(), "2026-03-01 03:00:00") {
		t.Errorf("%v", err)
	}
	release()
	release, err = record.Claim(path, now)
	if err != nil {
		t.Fatal(err)
	}
	release()
}
