package drafts_test

import (
	"path/filepath"
	"testing"
	"time"

	"flarewire/internal/drafts"
)

// A pair outlives the program that began it, and is forgotten when somebody says so; the drafts beside it stay.
func TestAPairOutlivesTheProgram(t *testing.T) {
	path := drafts.Path(t.TempDir(), "p", "a")
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	open := func() *drafts.File {
		m, err := drafts.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := open()
	if err := m.Keep(m.Turn(), "gre", drafts.Draft{At: at, Values: map[string]string{"name": "draft"}}); err != nil {
		t.Fatal(err)
	}
	pair := drafts.Pair{ID: "one", At: at, Values: map[string]string{"name": "fra-1"}, Total: 2}
	for _, p := range []drafts.Pair{pair, {ID: "two", At: at, Total: 4}} {
		if err := m.KeepPair(p); err != nil {
			t.Fatal(err)
		}
	}
	pair.Done, pair.Ticked = 1, map[string]time.Time{"df of fra-1": at}
	if err := open().KeepPair(pair); err != nil { // by another instance
		t.Fatal(err)
	}
	pair.Values["name"] = "changed later"
	pairs := open().Pairs()
	if len(pairs) != 2 || pairs[0].ID != "one" || pairs[0].Done != 1 || pairs[0].Values["name"] != "fra-1" ||
		!pairs[0].Ticked["df of fra-1"].Equal(at) {
		t.Errorf("remembered %+v", pairs)
	}
	if err := m.ForgetPair("one"); err != nil {
		t.Fatal(err)
	}
	if pairs := open().Pairs(); len(pairs) != 1 || pairs[0].ID != "two" {
		t.Errorf("after forgetting one there are %+v", pairs)
	}
	if _, ok := open().Draft("gre"); !ok {
		t.Error("the draft beside it has gone")
	}
	if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.json")); len(found) != 1 {
		t.Errorf("files: %v", found)
	}
}
