package reliability_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// TestJournalIsSeenUndoneAndExported is the whole life of a change: made on the screen, seen in :activity, undone through
// the same review, exported to a file of one's own, and printed by the command.
func TestJournalIsSeenUndoneAndExported(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "export.json")
	sit(t, options{home: home}, func(s *seat) {
		s.pass(5 * time.Second)
		s.goTo("gre").pass(5 * time.Second).press("e").types("x").press("ctrl+s").pass(5 * time.Second).press("enter").pass(10 * time.Second)
		if _, ok := s.Object(simaccount.GRETunnels, "iad-dc1-grex"); !ok {
			t.Fatalf("nothing was changed:\n%s", strings.Join(s.screen(), "\n"))
		}
		s.home()
		s.goTo("activity").pass(5 * time.Second)
		if !says(s.screen(), "update gre tunnels iad-dc1-gre") {
			t.Errorf("the change is not in :activity:\n%s", strings.Join(s.screen(), "\n"))
		}
		s.press("u").pass(5 * time.Second).press("enter").pass(10 * time.Second)
		if _, ok := s.Object(simaccount.GRETunnels, "iad-dc1-gre"); !ok {
			t.Errorf("undo did not bring the name back:\n%s", strings.Join(s.screen(), "\n"))
		}
		s.home()
		s.goTo("activity").pass(5*time.Second).press("x", "ctrl+u").types(path).press("ctrl+s")
		if !says(s.screen(), "Written: "+path) {
			t.Errorf("it does not say that the export was written:\n%s", strings.Join(s.screen(), "\n"))
		}
		s.press("x", "ctrl+u").types(path).press("ctrl+s").pass(5 * time.Second)
		if !says(s.screen(), "Replace the file?") {
			t.Errorf("it does not ask before it replaces a file:\n%s", strings.Join(s.screen(), "\n"))
		}
		s.press("esc", "esc")
	})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var entries []journal.Entry
	if err := json.Unmarshal(text, &entries); err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v:\n%s", len(entries), err, text)
	}
	for i, e := range entries {
		if e.Verb != journal.Update || e.Outcome != journal.Done || e.Profile != "test" || e.Time.IsZero() || len(e.RequestIDs) == 0 ||
			len(e.Before) == 0 || len(e.After) == 0 {
			t.Errorf("entry %d lacks something: %+v", i, e)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	t.Logf("%d changes: seen, one undone, exported as %d bytes of JSON, mode 0600", len(entries), len(text))
	printedByTheCommand(t, home, string(text))
}

// printedByTheCommand checks that the command prints the same.
func printedByTheCommand(t *testing.T, home, exported string) {
	t.Helper()
	s := newShell(t, home)
	if err := os.Rename(filepath.Join(home, "state"), filepath.Join(home, "flarewire")); err != nil {
		t.Fatal(err)
	}
	if code, _ := s.run(t.Context(), "journal", "-o", "json"); code != 0 || s.out.String() != exported {
		t.Errorf("exit %d, %s printed\n%s\nthe export is\n%s", code, s.err.String(), s.out.String(), exported)
	}
	if code, _ := s.run(t.Context(), "journal"); code != 0 || strings.Count(s.out.String(), "iad-dc1-gre") != 2 ||
		!strings.Contains(s.out.String(), "OUTCOME") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
	if code, _ := s.run(t.Context(), "journal", "-o", "yaml"); code != 2 {
		t.Errorf("another form: exit %d", code)
	}
	if code, _ := s.run(t.Context(), "--demo", "journal", "-o", "json"); code != 0 || s.out.String() != "[]\n" {
		t.Errorf("the demo: exit %d, %q", code, s.out.String())
	}
	s.damaged(filepath.Join(home, "flarewire", "journal.jsonl"))
	if err := os.Remove(filepath.Join(home, "flarewire", "journal.jsonl")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, "flarewire", "journal.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, _ := s.run(t.Context(), "journal"); code != 1 || !strings.Contains(s.err.String(), "cannot be read") {
		t.Errorf("a journal that cannot be read: exit %d, %s", code, s.err.String())
	}
}

// damaged checks that a journal of which two lines are damaged is printed as far as it can be read, and that both forms say so.
func (s *shell) damaged(path string) {
	s.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, "half a line\n\x00\x00\n"...), 0o600); err != nil {
		s.t.Fatal(err)
	}
	const said = "2 lines of the journal could not be read"
	code, _ := s.run(s.t.Context(), "journal", "-o", "json")
	var elements []map[string]any
	if json.Unmarshal([]byte(s.out.String()), &elements) != nil || code != 0 || len(elements) != 3 ||
		elements[2]["unreadable_lines"] != 2.0 || !strings.Contains(s.err.String(), said) {
		s.t.Errorf("exit %d, %s: %s", code, s.err.String(), s.out.String())
	}
	if code, _ := s.run(s.t.Context(), "journal"); code != 0 || !strings.Contains(s.err.String(), said) {
		s.t.Errorf("exit %d, %s", code, s.err.String())
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}
