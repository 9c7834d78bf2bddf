package change_test

import (
	"context"
	"testing"
	"time"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// How a change can be lost: its answer (then the program is told so), or the program itself.
var losses = map[string]func(*desk, context.CancelFunc){
	"524": func(*desk, context.CancelFunc) {},
	// The terminal goes, and with it the program: what it would still have written is not there.
	"the terminal is closed": func(_ *desk, cancel context.CancelFunc) { cancel() },
}

// A change that was lost in any way is found out later by reading, each kind of change, carried out or not; then it can be undone.
func TestAnUnknownChangeIsSettledByLookingAgain(t *testing.T) {
	for _, act := range acts() {
		for loss, lose := range losses {
			for _, carriedOut := range []bool{false, true} {
				name := act.name + "/" + loss + map[bool]string{false: ", not carried out", true: ", carried out later"}[carriedOut]
				t.Run(name, func(t *testing.T) {
					d := sit(t)
					p, happened := act.plan(t, d)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
						if !r.Changes() {
							return nil
						}
						lose(d, cancel)
						f := &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 524}
						if carriedOut {
							f.Later = time.Minute
						}
						return f
					})
					wantOutcome(t, d.writer.Apply(ctx, p), journal.Unknown)
					d.sim.Script(nil)
					settles(t, d, happened, carriedOut)
				})
			}
		}
	}
}

// settles looks again until the outcome is known, and undoes what was done.
func settles(t *testing.T, d *desk, happened func() bool, carriedOut bool) {
	t.Helper()
	look := func() change.Result {
		open, err := d.writer.Unsettled()
		if err != nil || len(open) != 1 {
			t.Fatalf("%d open entries, %v", len(open), err)
		}
		return d.writer.Recheck(t.Context(), open[0])
	}
	wantOutcome(t, look(), journal.Unknown) // too early to tell
	_ = d.sleep(t.Context(), 2*time.Minute)
	want := journal.Done
	if !carriedOut {
		wantOutcome(t, look(), journal.Unknown)
		_ = d.sleep(t.Context(), 5*time.Minute)
		want = journal.NotDone
	}
	r := look()
	wantOutcome(t, r, want)
	e := d.entries()[0]
	if e.Outcome != want || happened() != carriedOut || len(d.writes()) != 1 {
		t.Fatalf("journal %q, happened %v, sent %d times", e.Outcome, happened(), len(d.writes()))
	}
	if open, _ := d.writer.Unsettled(); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	if !carriedOut || e.Verb == journal.GeneratePSK {
		return // nothing to undo
	}
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, e))
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
}

// A program that was killed between the request and its end has written no result at all.
func TestAChangeOfAKilledProgramIsSettledAtTheNextStart(t *testing.T) {
	d := sit(t)
	tunnel := d.gre("fra-dc1-gre")
	p := planned(t)(prepareDelete(t.Context(), d.writer, change.GRETunnels, tunnel))
	d.after = breakJournalAfterTheEntry(t, d)
	if r := d.writer.Apply(t.Context(), p); r.JournalErr == nil {
		t.Fatal("the end was written")
	}
	d.after = nil
	restoreJournal(t, d)
	open, err := d.writer.Unsettled()
	if err != nil || len(open) != 1 {
		t.Fatalf("%d open entries, %v", len(open), err)
	}
	wantOutcome(t, d.writer.Recheck(t.Context(), open[0]), journal.Done)
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
	if got := d.gre("fra-dc1-gre"); got.InterfaceAddress != tunnel.InterfaceAddress || got.Description != tunnel.Description {
		t.Errorf("it came back as %+v", got)
	}
}
