package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// A guard that runs each hour: silent while all is well, and loud when a prefix was lost.
func TestASnapshotFindsWhatWasLost(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	file := filepath.Join(t.TempDir(), "good.json")
	if code := s.run("snapshot", "save", file); code != 0 || !strings.Contains(s.out.String(), "6 prefixes") {
		t.Fatalf("exit %d: %s%s", code, s.out.String(), s.err.String())
	}
	if code := s.run("snapshot", "compare", file); code != 0 || !strings.HasPrefix(s.out.String(), "0 differences since ") {
		t.Errorf("nothing happened, exit %d: %s%s", code, s.out.String(), s.err.String())
	}
	for _, trouble := range []simaccount.Trouble{simaccount.Withdrawn, simaccount.BindingLost} {
		if _, err := sim.Inject(trouble); err != nil {
			t.Fatal(err)
		}
	}
	code := s.run("snapshot", "compare", file)
	if lines := strings.Split(s.out.String(), "\n"); code != 1 || s.err.Len() > 0 ||
		lines[0] != "LOST     198.18.10.0/24  advertised of 198.18.10.0/24: true -> false" ||
		lines[1] != "LOST     198.18.10.0/24  binding 198.18.10.0/24 to Magic Transit: there -> not there" ||
		!strings.HasPrefix(lines[2], "2 differences") {
		t.Errorf("exit %d:\n%s%s", code, s.out.String(), s.err.String())
	}
	if code := s.run("snapshot", "compare", file, "-o", "json"); code != 1 {
		t.Errorf("exit %d as JSON", code)
	}
	var doc struct {
		Differences []struct {
			Prefix, What, Was, Is string
			Lost                  bool
		}
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil || len(doc.Differences) != 2 || !doc.Differences[0].Lost {
		t.Errorf("%v: %s", err, s.out.String())
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet && r.Path != "/graphql" { // which is how analytics are read
			t.Errorf("a comparison sent %s %s", r.Method, r.Path)
		}
	}
}

// On a good day one tunnel is known to be down. What is down since then is expected to be so, and what fell later is not.
func TestWhatWasSoOnTheGoodDayIsExpected(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("snapshot", "save", filepath.Join(t.TempDir(), "good.json")); code != 0 {
		t.Fatalf("exit %d: %s%s", code, s.out.String(), s.err.String())
	}
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc2-gre", "Active"); err != nil {
		t.Fatal(err)
	}
	for name, expected := range map[string]bool{"iad-dc1-gre": true, "nwf-ams04-1": true, "fra-dc2-gre": false} {
		if code := s.run("diagnose", name); code != 0 || strings.Contains(s.out.String(), "As in the good state") != expected {
			t.Errorf("%s: exit %d, as on the good day should be %v:\n%s%s", name, code, expected, s.out.String(), s.err.String())
		}
	}
	if code := s.run("diagnose"); code != 0 || !strings.Contains(s.out.String(), "As in the good state") {
		t.Errorf("exit %d:\n%s%s", code, s.out.String(), s.err.String())
	}
	fresh := newShell(t, env...) // another state directory knows no good day
	if code := fresh.run("diagnose", "iad-dc1-gre"); code != 0 || strings.Contains(fresh.out.String(), "As in the good state") {
		t.Errorf("without a good day, exit %d:\n%s", code, fresh.out.String())
	}
}

func TestTroubleWithASnapshotIsSaid(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	dir := t.TempDir()
	other, none, mine := filepath.Join(dir, "other.json"), filepath.Join(dir, "none.json"), filepath.Join(dir, "mine.json")
	if err := os.WriteFile(other, []byte(`{"flarewire_snapshot":1,"account":"ffff","prefixes":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("snapshot", "save", mine); code != 0 {
		t.Fatal(s.err.String())
	}
	for _, c := range []struct {
		env  []string
		args string
		code int
		says string
	}{
		{env, "snapshot", 2, "save FILE"},
		{env, "snapshot save", 2, "arg"},
		{env, "snapshot save " + mine, 2, "--force"},
		{env, "snapshot compare " + none, 2, "no such file"},
		{env, "snapshot compare " + other, 2, "ffff"},
		{env, "snapshot compare " + mine + " -o yaml", 2, "table or json"},
		{append(env, "CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4"), "snapshot compare " + mine, 1, "refused"},
	} {
		s := newShell(t, c.env...)
		if code := s.run(strings.Fields(c.args)...); code != c.code || !strings.Contains(s.err.String(), c.says) || s.out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d and %q: %s%s", c.args, code, c.code, c.says, s.out.String(), s.err.String())
		}
	}
	if code := s.run("snapshot", "save", mine, "--force"); code != 0 {
		t.Errorf("--force: %s", s.err.String())
	}
}
