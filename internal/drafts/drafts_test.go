package drafts_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/drafts"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *drafts.File {
	t.Helper()
	m, err := drafts.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestADraftSurvivesTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "setup.json")
	first := open(t, path)
	if _, ok := first.Draft("ipsec"); ok {
		t.Fatal("a draft that nobody kept")
	}
	want := drafts.Draft{At: noon, Values: map[string]string{"name": "muc-br1-ipsec"}}
	if err := first.Keep(first.Turn(), "ipsec", want); err != nil {
		t.Fatal(err)
	}
	if err := first.RememberPool(netip.MustParsePrefix("10.213.0.0/24")); err != nil {
		t.Fatal(err)
	}
	second := open(t, path)
	got, ok := second.Draft("ipsec")
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("found %v: %s", ok, diff)
	}
	if pool, ok := second.Pool(); !ok || pool.String() != "10.213.0.0/24" {
		t.Errorf("pool %v %v", pool, ok)
	}
	if err := second.Forget(second.Turn(), "ipsec"); err != nil {
		t.Fatal(err)
	}
	if _, ok := open(t, path).Draft("ipsec"); ok {
		t.Error("a draft that was thrown away is there again")
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestTwoInstancesKeepTheirDraftsBoth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "setup.json")
	var all sync.WaitGroup
	kinds := strings.Fields("gre ipsec cni binding route")
	for _, kind := range kinds {
		m := open(t, path)
		all.Go(func() {
			if err := m.Keep(m.Turn(), kind, drafts.Draft{At: noon, Values: map[string]string{"name": kind}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m := open(t, path)
	for _, kind := range kinds {
		if d, ok := m.Draft(kind); !ok || d.Values["name"] != kind {
			t.Errorf("the draft of %s: %v %v", kind, d, ok)
		}
	}
}

func TestADraftIsACopy(t *testing.T) {
	m := open(t, "")
	values := map[string]string{"name": "a"}
	if err := m.Keep(m.Turn(), "gre", drafts.Draft{At: noon, Values: values}); err != nil {
		t.Fatal(err)
	}
	values["name"] = "b"
	got, _ := m.Draft("gre")
	got.Values["name"] = "c"
	if again, _ := m.Draft("gre"); again.Values["name"] != "a" {
		t.Errorf("the draft changed to %q from outside", again.Values["name"])
	}
}

func TestABrokenFileIsSaidAndNotInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "setup.json")
	if err := os.WriteFile(path, []byte("{half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := drafts.Open(path)
	if err == nil {
		t.Error("a broken file was not noticed")
	}
	if err := m.Keep(m.Turn(), "gre", drafts.Draft{At: noon}); err != nil {
		t.Error(err)
	}
	if _, ok := open(t, path).Draft("gre"); !ok {
		t.Error("the file stays broken")
	}
}

func TestWhereNothingCanBeWrittenItIsSaid(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m, _ := drafts.Open(filepath.Join(blocked, "below a file", "setup.json"))
	if err := m.Keep(m.Turn(), "gre", drafts.Draft{At: noon}); err == nil {
		t.Error("a draft that could not be kept was not mentioned")
	}
}

// Changes are made in the background: one that comes late does not undo what was wanted after it.
func TestALateChangeUndoesNothing(t *testing.T) {
	m := open(t, filepath.Join(t.TempDir(), "setup.json"))
	kept, forgotten := m.Turn(), m.Turn()
	if err := errors.Join(m.Forget(forgotten, "gre"), m.Keep(kept, "gre", drafts.Draft{At: noon})); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Draft("gre"); ok {
		t.Error("a draft that was thrown away came back")
	}
	first, second := m.Turn(), m.Turn()
	draft := func(name string) drafts.Draft { return drafts.Draft{At: noon, Values: map[string]string{"name": name}} }
	if err := errors.Join(m.Keep(second, "gre", draft("new")), m.Keep(first, "gre", draft("old")),
		m.Keep(first, "ipsec", draft("other"))); err != nil {
		t.Fatal(err)
	}
	if d, _ := m.Draft("gre"); d.Values["name"] != "new" {
		t.Errorf("the draft is the %s one", d.Values["name"])
	}
	if _, ok := m.Draft("ipsec"); !ok {
		t.Error("the draft of another kind was dropped")
	}
}
