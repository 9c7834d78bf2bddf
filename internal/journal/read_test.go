package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"flarewire/internal/journal"
)

// done writes a change that was done.
func done(t *testing.T, j *journal.Journal, e journal.Entry) string {
	t.Helper()
	id := begin(t, j, e)
	if err := j.End(id, "", journal.Result{Outcome: journal.Done}); err != nil {
		t.Fatal(err)
	}
	return id
}

// byName finds an entry as it is read.
func byName(t *testing.T, j *journal.Journal, name string) journal.Entry {
	t.Helper()
	for _, e := range all(t, j) {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("there is no entry %s", name)
	return journal.Entry{}
}

// Lines that say nothing are counted, in every file; what else is there is read. An older file that cannot be opened takes nothing of
// the others away.
func TestWhatCannotBeReadIsCounted(t *testing.T) {
	j := open(t, journal.Options{})
	done(t, j, journal.Entry{Name: "first", Verb: journal.Update})
	whole, err := os.ReadFile(j.Path())
	if err != nil {
		t.Fatal(err)
	}
	older := append([]byte("cut off {\n\n[]\n"), whole...)
	if err := errors.Join(os.WriteFile(j.Path()+".1", older, 0o600), os.WriteFile(j.Path(), []byte("{}\n\x00\x00\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	done(t, j, journal.Entry{Name: "second", Verb: journal.Update})
	read, err := j.Read()
	if err != nil || names(read.Entries) != "second first" || read.Unreadable != 4 ||
		!strings.HasPrefix(read.Damage(), "4 lines of the journal") {
		t.Errorf("%+v, %v", read, err)
	}
	if err := errors.Join(os.Remove(j.Path()+".1"), os.Mkdir(j.Path()+".1", 0o700)); err != nil {
		t.Fatal(err)
	}
	if read, err = j.Read(); err == nil || names(read.Entries) != "second" || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("%+v, %v", read, err)
	}
}

// Who has only the export sees that it is not everything.
func TestAnExportSaysWhatIsMissing(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 7: 1} {
		var out bytes.Buffer
		if err := journal.Write(&out, journal.Reading{Unreadable: n}); err != nil {
			t.Fatal(err)
		}
		var elements []map[string]any
		if err := json.Unmarshal(out.Bytes(), &elements); err != nil || len(elements) != want {
			t.Fatalf("%s, %v", out.String(), err)
		}
		if n > 0 && (elements[0]["outcome"] != "unreadable" || elements[0]["unreadable_lines"] != float64(n) || elements[0]["error"] == "") {
			t.Errorf("%v", elements[0])
		}
	}
}

// An entry says by which other it was undone, and has no second undo. When its undo is undone, or was not done after all, it stands
// again; while nobody knows, neither.
func TestAnEntrySaysThatItWasUndone(t *testing.T) {
	j := open(t, journal.Options{})
	update := journal.Entry{Name: "change", Verb: journal.Update, Resource: "routes", Before: []byte(`{"priority":1}`),
		After: []byte(`{"priority":2}`)}
	id := done(t, j, update)
	undo := update
	undo.Name, undo.Undoes = "undo", id
	wants := func(by, why string) {
		t.Helper()
		e := byName(t, j, "change")
		if _, got := journal.Inverse(e); e.UndoneBy != by || got != why {
			t.Errorf("undone by %q, want %q; %q, want %q", e.UndoneBy, by, got, why)
		}
	}
	wants("", "")
	first := begin(t, j, undo)
	wants(first, "whether its undo was done is not known: look again at that first")
	if _, found, err := j.Undone(id, first); found || err != nil {
		t.Error("an undo stands in its own way")
	}
	if err := j.End(first, "", journal.Result{Outcome: journal.NotDone}); err != nil {
		t.Fatal(err)
	}
	wants("", "")
	second := done(t, j, undo)
	wants(second, "it was undone already")
	again := undo
	again.Name, again.Undoes = "redo", second
	done(t, j, again)
	wants("", "")
	if text, _ := os.ReadFile(j.Path()); strings.Contains(string(text), "undone_by") {
		t.Errorf("what is found by reading was written: %s", text)
	}
}
