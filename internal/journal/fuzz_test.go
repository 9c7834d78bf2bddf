package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"flarewire/internal/journal"
)

// FuzzJournal: whatever stands in the file, reading it gives entries or leaves lines out, undo gives an inverse or a
// reason, and the next entry can be written and read.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"intent":{"id":"a","verb":"update","resource":"gre_tunnels","before":{"name":"x"},"after":{"name":"y"}}}` + "\n" +
		`{"id":"a","result":{"outcome":"done"}}` + "\n"))
	f.Add([]byte("\x00\xff{\"intent\":5}\n[]\nnull\n{\"id\":\"a\",\"result\":{}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		j := journal.New(journal.Options{Path: path})
		before, err := j.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range before.Entries {
			if undo, why := journal.Inverse(e); why == "" && undo.Verb == "" {
				t.Errorf("neither an inverse nor a reason: %+v", e)
			}
		}
		id, err := j.Begin(journal.Entry{Name: "next"})
		if err != nil {
			t.Fatal(err)
		}
		read, err := j.Read()
		after := read.Entries
		if err != nil || len(after) == 0 || after[0].ID != id {
			t.Errorf("the next entry is not the first of %d: %v", len(after), err)
		}
	})
}
