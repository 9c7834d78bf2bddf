package cli_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// saved is a file with the account's status of now.
func saved(t *testing.T, env []string) string {
	t.Helper()
	s := newShell(t, env...)
	if code := s.run("status", "-o", "json"); code != 0 {
		t.Fatal(s.err.String())
	}
	path := filepath.Join(t.TempDir(), "good.json")
	if err := os.WriteFile(path, s.out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Somebody deletes a tunnel: no list has it any more, and the check says so all the same.
func TestATunnelThatVanishedIsNotOK(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	good := saved(t, env)
	check := func(args string) (int, string) {
		t.Helper()
		s := newShell(t, env...)
		code := s.run(append([]string{"check"}, strings.Fields(args)...)...)
		if s.err.Len() > 0 || !pluginAnswer.MatchString(s.out.String()) {
			t.Errorf("check %s: %q, stderr %q", args, s.out.String(), s.err.String())
		}
		return code, s.out.String()
	}
	for _, args := range []string{"--warning 5 --baseline " + good, "--warning 5 --expect 14"} {
		if code, text := check(args); code != 0 || !strings.Contains(text, " missing=0;") {
			t.Errorf("%s, all is there: exit %d, %s", args, code, text)
		}
	}
	if err := sim.Delete(simaccount.GRETunnels, "fra-dc1-gre"); err != nil {
		t.Fatal(err)
	}
	if err := sim.Rename(simaccount.GRETunnels, "ams-dc1-gre", "ams-new-gre"); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"--warning 5": {0, "of 13 tunnels up"},
		"--warning 5 --baseline " + good: {2,
			"7 of 14 tunnels up, 2 down, 2 establishing, 2 without BGP, 1 missing: fra-dc1-gre missing, "},
		"-w 6 -c 9 --baseline " + good:            {0, " missing=1;;;0;14"},
		"--expect 14 -w 5":                        {2, "1 missing"},
		"--expect 16 -w 9":                        {0, "3 missing"},
		"--expect 12 -w 5":                        {1, "1 more than expected"},
		"--tunnel fra-dc1-gre --baseline " + good: {2, "0 of 1 tunnels up, 1 missing: fra-dc1-gre missing"},
		"--tunnel ams-new-gre --baseline " + good: {0, "1 of 1 tunnels up"},
	} {
		if code, text := check(args); code != want.code || !strings.Contains(text, want.says) {
			t.Errorf("check %s: exit %d, want %d with %q: %s", args, code, want.code, want.says, text)
		}
	}
	// Half an account is read: of the other half nobody can say what is missing, of this one it is known.
	for list, want := range map[string]int{"*gre_tunnels*": 3, "*ipsec_tunnels*": 2} {
		sim.ClearFaults()
		sim.Fault(simaccount.Fault{Path: list, Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
		s := newShell(t, env...)
		if code := s.run("check", "-w", "9", "--expect", "14"); code != 3 || strings.Contains(s.out.String(), "missing") {
			t.Errorf("without %s, a number: exit %d, %s", list, code, s.out.String())
		}
		code := s.run("check", "-w", "0", "--baseline", good, "--tunnel", "fra-dc1-gre")
		if code != want || strings.Contains(s.out.String(), "fra-dc1-gre missing") != (want == 2) {
			t.Errorf("without %s, the baseline: exit %d, %s", list, code, s.out.String())
		}
	}
}

// A tunnel whose session was taken away is no tunnel without BGP like others.
func TestATunnelThatLostItsSessionIsNotUp(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	good := saved(t, env)
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) {
		delete(o, "bgp")
		delete(o, "bgp_status")
	}); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("check", "--tunnel", "fra-dc1-gre", "--baseline", good); code != 1 ||
		!strings.Contains(s.out.String(), "fra-dc1-gre without the BGP session that it had") {
		t.Errorf("exit %d, %s", code, s.out.String())
	}
	if code := s.run("check", "--tunnel", "fra-dc1-gre"); code != 0 {
		t.Errorf("without a baseline: exit %d, %s", code, s.out.String())
	}
}

// Whatever is no status of this account, whole, is no baseline: unknown, and never ok.
func TestWhatIsNoBaselineIsUnknown(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, says := range map[string]string{
		filepath.Join(t.TempDir(), "none"): "cannot be read",
		file(`{}`):                         "no status",
		file(`[]`):                         "no status",
		file("not JSON"):                   "no status",
		file(`{"account":{"id":"x"},"tunnels":[]}`):                                                    "no tunnels",
		file(`{"account":{"id":"x"},"tunnels":[{"id":"1","name":"a"}]}`):                               "account x",
		file(`{"account":{"id":"x"},"tunnels":[{"id":"1"}],"not_known":[{"source":"ipsec_tunnels"}]}`): "not whole",
	} {
		s := newShell(t, env...)
		if code := s.run("check", "--baseline", path); code != 3 || !strings.Contains(s.out.String(), says) ||
			strings.Count(s.out.String(), "\n") != 1 {
			t.Errorf("exit %d, want %q: %s", code, says, s.out.String())
		}
	}
}

// The first line is the same; what stands below it is for the pager's page and has no bar.
func TestMoreIsSaidOnRequest(t *testing.T) {
	lines := func(args ...string) []string {
		s := newShell(t)
		s.run(append([]string{"--demo", "check"}, args...)...)
		return strings.Split(strings.TrimSuffix(s.out.String(), "\n"), "\n")
	}
	for args, want := range map[string]int{"-v": 1, "-vv": 1 + 5, "-vvv": 1 + 5 + 14} {
		got := lines(args)
		if len(got) != want || !pluginAnswer.MatchString(got[0]+"\n") {
			t.Errorf("%s: %d lines, want %d: %q", args, len(got), want, got)
		}
		for _, line := range got[1:] {
			if strings.Contains(line, "|") || strings.HasPrefix(line, "FLAREWIRE") {
				t.Errorf("%s: %q", args, line)
			}
		}
	}
}

// Plugins answer --version with "unknown", so that no service is ever ok with it.
func TestTheVersionOfTheCheck(t *testing.T) {
	s := newShell(t)
	if code := s.run("check", "-V"); code != 3 || !strings.HasPrefix(s.out.String(), "flarewire check ") || s.err.Len() > 0 {
		t.Errorf("exit %d, %q", code, s.out.String())
	}
}
