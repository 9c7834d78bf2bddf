package journal_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
)

func TestAJournalInMemoryIsReadLikeOneOnTheDisk(t *testing.T) {
	j := journal.InMemory(time.Now)
	big := []byte(`"` + strings.Repeat("x", 60000) + `"`)
	for range 200 { // far more than it keeps
		if _, err := j.Begin(journal.Entry{Verb: journal.Update, Before: big}); err != nil {
			t.Fatal(err)
		}
	}
	id, err := j.Begin(journal.Entry{Verb: journal.Delete, Name: "fra-dc1-gre", Before: []byte(`{"bgp":{"md5_key":"kanarienvogel"}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.End(id, "the-id", journal.Result{Outcome: journal.Done}); err != nil {
		t.Fatal(err)
	}
	read, err := j.Read()
	all := read.Entries
	if err != nil || len(all) < 10 || len(all) > 100 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	if e := all[0]; e.Outcome != journal.Done || e.ObjectID != "the-id" || strings.Contains(string(e.Before), "kanarienvogel") {
		t.Errorf("the newest is %+v", e)
	}
}
