package cli_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// healths reads the health of every tunnel from `status -o json`; "null" where nothing is known.
func (s *shell) healths() map[string]string {
	s.t.Helper()
	if code := s.run("status", "-o", "json"); code != 0 || s.err.Len() > 0 {
		s.t.Fatalf("exit %d: %s", code, s.err.String())
	}
	var doc struct {
		Tunnels []struct {
			Name   string
			Health struct{ State *string }
		}
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
		s.t.Fatal(err)
	}
	out := map[string]string{}
	for _, t := range doc.Tunnels {
		out[t.Name] = "null"
		if t.Health.State != nil {
			out[t.Name] = *t.Health.State
		}
	}
	return out
}

func TestStatusTellsTheHealthOfEveryTunnel(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	got := s.healths()
	for name, want := range map[string]string{
		"fra-dc1-gre": "healthy", "ams-dc1-gre": "degraded", "iad-dc1-gre": "down",
		"gru-br1-gre": "null", // its health checks are off: the analytics would say down
	} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
	questions := 0
	for _, r := range sim.Requests() {
		if strings.Contains(r.Path, "graphql") {
			questions++
		}
	}
	if questions != 1 {
		t.Errorf("the health cost %d requests, want 1", questions)
	}
	s.run("status")
	for _, want := range []string{"HEALTH", "degraded"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("no %s in the table:\n%s", want, s.out.String())
		}
	}
}

// SINCE of a tunnel that was bad before flarewire began comes from the health, as in the list of tunnels on the screen. It costs one
// question.
func TestStatusSaysSinceWhenTheHealthIsBad(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("status"); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	since := map[string]string{}
	for _, line := range strings.Split(s.out.String(), "\n") {
		if name, _, is := strings.Cut(strings.TrimSpace(line), " "); is {
			if _, behind, down := strings.Cut(line, " down "); down {
				since[name] = strings.Fields(behind)[0]
			}
		}
	}
	if at := since["iad-dc1-gre"]; !strings.HasSuffix(at, "m") || strings.HasPrefix(at, ">") { // it fell 47 min ago
		t.Errorf("SINCE of iad-dc1-gre is not by its health: %q\n%s", at, s.out.String())
	}
	if at := since["nrt-br1-ipsec"]; at != ">24h" {
		t.Errorf("SINCE of nrt-br1-ipsec is not by its health: %q\n%s", at, s.out.String())
	}
	questions := 0
	for _, r := range sim.Requests() {
		if strings.Contains(r.Path, "graphql") {
			questions++
		}
	}
	if questions != 2 {
		t.Errorf("%d questions to the analytics, want one for the health and one for since when", questions)
	}
}

// Health is a courtesy: whatever happens to the analytics, the status is whole.
func TestStatusIsWholeWithoutTheAnalytics(t *testing.T) {
	for name, fault := range map[string]simaccount.Fault{
		"no permission": {Kind: simaccount.FaultStatus, Status: http.StatusForbidden,
			Body: `{"data":null,"errors":[{"message":"not authorized for that account"}]}`},
		"an error": {Kind: simaccount.FaultStatus, Status: http.StatusOK, Body: `{"data":null,"errors":[{"message":"unknown field"}]}`},
		"garbage":  {Kind: simaccount.FaultGarbage},
		"HTML":     {Kind: simaccount.FaultHTML},
		"reset":    {Kind: simaccount.FaultReset},
		"slow":     {Kind: simaccount.FaultDelay, Delay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, env := serve(t, simaccount.Options{})
			fault.Path = "*graphql*"
			sim.Fault(fault)
			s := newShell(t, env...)
			began := time.Now()
			for tunnel, state := range s.healths() {
				if state != "null" {
					t.Errorf("%s is %s though nothing is known", tunnel, state)
				}
			}
			if took := time.Since(began); took > 40*time.Second { // they take a minute
				t.Errorf("the status waited %s for the analytics", took)
			}
			if code := s.run("status"); code != 0 || !strings.Contains(s.err.String(), "health of the tunnels is not known") {
				t.Errorf("exit %d; the table must say why there is no health: %q", code, s.err.String())
			}
		})
	}
}

// An account that may ask less than the documents say costs two requests more, but has its health.
func TestHealthOfAnAccountWithNarrowLimits(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Path: "*graphql*", Times: 1, Kind: simaccount.FaultStatus, Status: http.StatusOK,
		Body: `{"data":null,"errors":[{"message":"limit must be positive number and not greater than 100"}]}`})
	if got := newShell(t, env...).healths()["ams-dc1-gre"]; got != "degraded" {
		t.Errorf("ams-dc1-gre is %s", got)
	}
}

func TestOneLineForAStatusBar(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, append(env, "LANG=en_US.UTF-8")...)
	if code := s.run("status", "-o", "line"); code != 0 || s.out.String() != "fw 8● 2✗ 2◐ 2○\n" {
		t.Errorf("exit %d, %q", code, s.out.String())
	}
	if n := len(sim.Requests()); n != 2 {
		t.Errorf("%d requests for a line, want the two lists", n)
	}
	s.env = append(env, "LANG=C")
	if s.run("status", "-o", "line"); s.out.String() != "fw 8+ 2x 2~ 2o\n" {
		t.Errorf("without UTF-8: %q", s.out.String())
	}
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	if code := s.run("status", "-o", "line"); code != 1 || s.out.String() != "fw ?\n" {
		t.Errorf("what cannot be read must not leave the old line standing: exit %d, %q", code, s.out.String())
	}
}

// A status bar is not kept waiting for half a minute.
func TestStatusKeepsItsTimeLimit(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultDelay, Delay: time.Minute})
	s := newShell(t, env...)
	began := time.Now()
	code := s.run("status", "-o", "line", "--timeout", "100ms")
	if took := time.Since(began); code != 1 || took > 40*time.Second || s.out.String() != "fw ?\n" ||
		!strings.Contains(s.err.String(), "time limit") {
		t.Errorf("exit %d after %s: %q, %q", code, took, s.out.String(), s.err.String())
	}
}

// What a flag wants is said in the user's words, not in those of its parser.
func TestABadValueOfAFlag(t *testing.T) {
	for args, want := range map[string]string{
		"status --timeout soon": "--timeout \"soon\": use a time such as 10s or 5m",
		"status --timeout 0s":   "--timeout 0s: use a time like 10s",
		"status --refresh 5":    "--refresh \"5\": use a time such as 10s or 5m",
		"status --watch=maybe":  "--watch \"maybe\": use true or false",
	} {
		s := newShell(t)
		if code := s.run(append([]string{"--demo"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(s.err.String(), want) ||
			s.out.Len() > 0 {
			t.Errorf("%s: exit %d, %q", args, code, s.err.String())
		}
	}
}

// A session that is up by a status of hours ago does not look like the others, however narrow the terminal; and what only the
// probes find down is counted.
func TestStatusNamesAnOldStatusAndWhatTheProbesFind(t *testing.T) {
	s := newShell(t)
	if code := s.run("--demo", "status"); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if out := s.out.String(); !strings.Contains(out, "Up, stale 3h") || strings.Count(out, ", stale ") != 1 ||
		!strings.Contains(out, "○ 2 no BGP   health checks: ✗ 2 down") {
		t.Error(out)
	}
}
