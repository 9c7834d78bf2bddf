package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"flarewire/internal/record"
	"flarewire/internal/store"
)

func event(name string, at int) store.Event {
	return store.Event{At: time.Date(2026, 3, 1, 3, 0, at, 0, time.UTC), Kind: store.SessionChanged, ObjectID: name, Name: name,
		From: store.Up,
		To:   store.Down}
}

// clock stands still long after what happens in these tests, but where a test sets it.
func clock() time.Time { return time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC) }

// back is the event that the session which went down is up again.
func back(e store.Event) store.Event {
	e.From, e.To = e.To, e.From
	return e
}

// bench is a teller whose command is a function, and what it was told.
type bench struct {
	t      *testing.T
	path   string
	told   []record.Payload
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
	t := &record.EventCommand{Path: b.path, Now: clock, Account: record.Account{ID: "a"}, Wait: time.Nanosecond,
		OnError: func(err error) { b.failed = append(b.failed, err) }}
	t.Run = func(_ context.Context, _ string, _ []string, input []byte) error {
		b.calls++
		var n record.Payload
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
	if err := t.Load(past); err != nil {
		b.t.Fatal(err)
	}
	looked := 0
	t.Loop(ctx, func() []store.Event {
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

// Two programs noticed one session go down, and the history has kept the other's time of it, however much earlier that was: a recorder
// of many accounts reads each of them every few minutes. A session that comes up in between and goes down again is told again.
func TestWhatAnotherProgramNoticedTooIsNotToldAgain(t *testing.T) {
	b := newBench(t)
	b.start(nil, []store.Event{event("ams", 30), event("fra", 200)}, 2)
	past := []store.Event{event("fra", 11), event("ams", 30), back(event("fra", 205)), event("fra", 210)}
	b.start(past, past, 4)
	if len(b.told) != 4 || !b.told[2].Event.At.Equal(past[2].At) || !b.told[3].Event.At.Equal(past[3].At) || len(b.failed) > 0 {
		t.Fatalf("%+v, %v", b.told, b.failed)
	}
	b.start(past, append(past, event("iad", 220)), 5)
	if len(b.told) != 5 || b.told[4].Event.Name != "iad" {
		t.Errorf("%+v", b.told)
	}
}

// A screen looks more often than a recorder of many accounts, and notices what comes and goes in between. A recorder that is started
// anew does not send an hour's worth of that at once, but what happened while there was none.
func TestARestartTellsNothingOld(t *testing.T) {
	b := newBench(t)
	b.start(nil, []store.Event{event("fra", 1)}, 1) // all was told at 3:00
	hour := -60 * 60
	past := []store.Event{event("mad", hour), back(event("mad", hour+60)), event("mad", hour+120), event("fra", 1), event("ams", 5)}
	b.start(past, past, 2)
	if len(b.told) != 2 || b.told[1].Event.Name != "ams" {
		t.Errorf("%+v", b.told)
	}
}

// More happens than ids are kept: what is still in the history is remembered the longest, whenever it was told.
func TestWhatIsStillInTheHistoryIsNotToldAgain(t *testing.T) {
	b := newBench(t)
	last := event("fra", 4000)
	b.start(nil, []store.Event{last}, 1)
	var earlier []store.Event
	for i := range 650 {
		earlier = append(earlier, event(strconv.Itoa(i), i))
	}
	b.start([]store.Event{last}, append(slices.Clone(earlier), last), 651)
	past := append(slices.Clone(earlier[200:]), last)
	now := slices.Clone(past)
	for i := range 80 {
		now = append(now, event(strconv.Itoa(1000+i), 5000+i))
	}
	b.start(past, now, 651+80)
	b.start(now[len(now)-500:], append(now[len(now)-499:], event("ams", 6000)), 651+80+1)
	if n := b.told[len(b.told)-1]; len(b.told) != 651+80+1 || n.Event.Name != "ams" {
		t.Errorf("%d told, the last one %+v", len(b.told), n)
	}
}

// The program ends while the command runs: the event is told again after the next start.
func TestAnEventThatWasUnderWayIsToldAgain(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	teller := &record.EventCommand{Path: b.path, OnError: func(err error) { t.Error(err) }, Now: clock, Account: record.Account{ID: "a"}}
	teller.Run = func(context.Context, string, []string, []byte) error { cancel(); return context.Canceled }
	if err := teller.Load(nil); err != nil {
		t.Fatal(err)
	}
	now := []store.Event{event("fra", 1)}
	teller.Loop(ctx, func() []store.Event { return now }, nil)
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
	teller := &record.EventCommand{Command: "cat > " + out + "; env >> " + out, Now: clock, Account: record.Account{ID: "a"}, Profile: "north",
		Environ: []string{"CLOUDFLARE_API_TOKEN=canary", "CLOUDFLARE_API_KEY=canary", "CREDENTIALS_DIRECTORY=canary",
			"PATH=" + os.Getenv("PATH")},
		OnError: func(err error) { failed = err }}
	if err := teller.Load(nil); err != nil {
		t.Fatal(err)
	}
	looks := 0
	teller.Loop(ctx, func() []store.Event {
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
	teller := &record.EventCommand{Command: "grep -q fra && { sleep 600 & wait; }; echo told >> " + out, Now: clock,
		Account: record.Account{ID: "a"},
		Wait:    time.Nanosecond,
		Limit:   300 * time.Millisecond, Environ: []string{"PATH=" + os.Getenv("PATH")},
		OnError: func(err error) { failed = append(failed, err) }}
	if err := teller.Load(nil); err != nil {
		t.Fatal(err)
	}
	looks := 0
	teller.Loop(ctx, func() []store.Event {
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
