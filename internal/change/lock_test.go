package change_test

import (
	"errors"
	"testing"
	"time"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
	"flarewire/internal/statefile"
)

// Another instance holds the journal's lock and does not let go: nothing is sent, and it is said in time.
func TestAJournalThatAnotherInstanceHolds(t *testing.T) {
	d := sit(t, func(o *change.Options) {
		o.Journal = journal.New(journal.Options{Path: t.TempDir() + "/flarewire/journal.jsonl", LockLimit: time.Millisecond})
		if _, err := o.Journal.Begin(journal.Entry{Account: "another"}); err != nil { // makes the directory
			t.Fatal(err)
		}
		lock, err := statefile.OpenLocked(o.Journal.Path()+".lock", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = lock.Close() })
	})
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "waits"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	var stages []change.Stage
	r := d.writer.Apply(t.Context(), p, change.OnStage(func(s change.Stage) { stages = append(stages, s) }))
	wantOutcome(t, r, journal.NotDone)
	var unwritten *change.JournalError
	if !errors.As(r.Err, &unwritten) || !errors.Is(r.Err, statefile.ErrLocked) || len(d.writes()) != 0 || len(stages) != 1 {
		t.Errorf("%v, sent %d, stages %v", r.Err, len(d.writes()), stages)
	}
}

// While the change waits for the lock, somebody else changes the object: it is noticed, because the check comes after the wait.
func TestTheLastCheckComesAfterTheWaitForTheJournal(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	if _, err := d.journal.Begin(journal.Entry{Account: "another"}); err != nil {
		t.Fatal(err)
	}
	wanted := opened
	wanted.Description = "mine"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	r := d.writer.Apply(t.Context(), p, change.OnStage(func(s change.Stage) {
		if s != change.Noting {
			return
		}
		lock, err := statefile.OpenLocked(d.path+".lock", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_ = d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["mtu"] = int64(1400) })
			_ = lock.Close()
		}()
	}))
	wantOutcome(t, r, journal.NotDone)
	var stale *change.StaleError
	if !errors.As(r.Err, &stale) || len(d.writes()) != 0 {
		t.Errorf("%v, sent %d", r.Err, len(d.writes()))
	}
}

// The disk is full, or another instance holds the journal, just when a tunnel was deleted to be made anew: it is made all the same, and
// it is said that the journal does not have it.
func TestAReplacementIsFinishedWhenTheJournalFailsInTheMiddle(t *testing.T) {
	var notes *journal.Journal
	d := sit(t, func(o *change.Options) {
		notes = journal.New(journal.Options{Path: t.TempDir() + "/flarewire/journal.jsonl", LockLimit: time.Millisecond})
		o.Journal = notes
	})
	p, opened := replacement(t, d)
	steps := 0
	r := d.writer.Apply(t.Context(), p, change.OnStage(func(s change.Stage) {
		if s != change.Noting {
			return
		}
		if steps++; steps != 2 {
			return
		}
		lock, err := statefile.OpenLocked(notes.Path()+".lock", time.Second)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = lock.Close() })
	}))
	wantOutcome(t, r, journal.Done)
	if steps != 2 || len(d.writes()) != 2 || !errors.Is(r.JournalErr, statefile.ErrLocked) {
		t.Errorf("%d steps, sent %d, the journal: %v", steps, len(d.writes()), r.JournalErr)
	}
	if r.ID == opened.ID || d.stored(simaccount.GRETunnels, "fra-dc1-gre", "bgp.customer_asn") != int64(65001) {
		t.Errorf("result %+v", r)
	}
}
