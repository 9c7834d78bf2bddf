package views_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/statefile"
)

// Another flarewire is writing to the journal while a change is sent: the page says what is waited for and that nothing is sent yet,
// and the change goes on by itself when the other one is done.
func TestAChangeThatWaitsForTheJournalOfAnotherFlarewireSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flarewire", "journal.jsonl")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	d := sit(t, "tunnels", func(d *desk) {
		d.past = journal.New(journal.Options{Path: path, Now: d.time, LockLimit: time.Hour}) // the test lets go of it
	})
	d.goTo("iad-dc1-gre")
	d.Press("e")
	d.See("iad-dc1-gre", "ctrl+s")
	d.Press("x", "ctrl+s")
	d.See("enter send")
	other, err := statefile.OpenLocked(path+".lock", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	d.sends()
	d.reads("Recording the change in the journal. Nothing is sent yet.")
	d.passes(2 * time.Second)
	d.reads("Waiting for the journal, which another flarewire is using, for 2 s so far. Nothing is sent yet; it is given up after")
	d.lacks("Sending, once")
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	d.reads(": done")
	if got := d.outcome(); got != journal.Done {
		t.Errorf("the journal says %q", got)
	}
}
