package cli_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// pluginAnswer is what the guidelines of the monitoring plugins want: state, text, performance data.
var pluginAnswer = regexp.MustCompile(`^FLAREWIRE (OK|WARNING|CRITICAL) - [^|\n]+ \| not_up=\d+;[\d@:~]+;[\d@:~]*;0;\d+( ` +
	`\w+=[\d.]+s?;;;0;\d+)+\n$`)

// The simulated account has two sessions down, two coming up, and a tunnel without BGP that the probes find down.
func TestCheckIsOneLineAndAnExitCode(t *testing.T) {
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"":                         {2, "8 of 14 tunnels up, 2 down, 2 establishing, 2 without BGP: iad-dc1-gre down (Active)"},
		"--warning 4 --critical 9": {1, "WARNING"},
		"--warning 5":              {0, "OK"},
		"--warning 1 --critical 4": {2, "CRITICAL"},
		"--critical 5":             {1, "WARNING"},
		"-w 4 -c 9 -t 5":           {1, "WARNING"},
		"-w 6: -c ~:9":             {1, "WARNING"},
		"-w 5: -c 5:":              {0, "OK"},
		"-w @5:6":                  {2, " not_up=5;@5:6;;0;14"},
		"-w @6:7":                  {0, "OK"},
		"-c @5":                    {2, "CRITICAL"},
		"--tunnel fra-dc1-gre":     {0, "1 of 1 tunnels up"},
		"--tunnel sin-dc1-ipsec":   {1, "establishing"},
		"--tunnel iad-dc1-gre":     {2, "down (Active)"},
		"--tunnel ams-dc1-gre":     {0, "1 degraded"},
		"--tunnel nrt-br1-ipsec":   {2, "down by health check"},
		"--tunnel gru-br1-gre":     {0, "1 of 1 tunnels up"}, // its probes are switched off: nothing is known, and that is no alarm
		"--tunnel fra-dc1-gre --tunnel fra-dc1-gre --tunnel sin-dc1-ipsec": {1, "1 of 2 tunnels up"},
	} {
		s := newShell(t)
		code := s.run(append([]string{"--demo", "check"}, strings.Fields(args)...)...)
		text := s.out.String()
		if code != want.code || !strings.Contains(text, want.says) || s.err.Len() > 0 {
			t.Errorf("check %s: exit %d, want %d with %q; stdout %q, stderr %q", args, code, want.code, want.says, text, s.err.String())
		}
		if !pluginAnswer.MatchString(text) {
			t.Errorf("check %s is no plugin answer: %q", args, text)
		}
	}
}

// Whatever hinders the check is "unknown", never "ok", and never a second line.
func TestWhatHindersTheCheckIsUnknown(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	for name, c := range map[string]struct {
		env        []string
		args, says string
	}{
		"no credentials":       {nil, "", "CLOUDFLARE_API_TOKEN"},
		"unreachable":          {[]string{"CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4", env[1], env[2]}, "", "refused"},
		"no such tunnel":       {nil, "--demo --tunnel fra-dc1", "fra-dc1-gre"},
		"no number":            {nil, "--demo --warning many", "--warning"},
		"a negative number":    {nil, "--demo --warning -1", "0 or more"},
		"thresholds crossed":   {nil, "--demo --warning 5 --critical 2", "--critical 2"},
		"no range":             {nil, "--demo -w 5:2", "a range such as"},
		"no number expected":   {nil, "--demo --expect -1", "--expect"},
		"expected of a few":    {nil, "--demo --expect 2 --tunnel fra-dc1-gre", "leave out --tunnel"},
		"two expectations":     {nil, "--demo --expect 2 --baseline x", "use one"},
		"no age":               {nil, "--demo --max-age -1h", "--max-age"},
		"no time":              {nil, "--demo --timeout 0s", "--timeout"},
		"an unknown flag":      {nil, "--demo --host x", "--host"},
		"an argument":          {nil, "--demo fra-dc1-gre", "--tunnel"},
		"a token as an option": {nil, "--tunnel " + secret, "argument"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, c.env...)
			if code := s.run(append([]string{"check"}, strings.Fields(c.args)...)...); code != 3 {
				t.Errorf("exit %d, want 3", code)
			}
			text := s.out.String()
			if !strings.HasPrefix(text, "FLAREWIRE UNKNOWN - ") || strings.Count(text, "\n") != 1 || !strings.Contains(text, c.says) ||
				s.err.Len() > 0 {
				t.Errorf("not one line that says %q: %q, stderr %q", c.says, text, s.err.String())
			}
			if strings.Contains(text, "canary") || strings.Contains(text, "|") {
				t.Errorf("a secret, or performance data of nothing: %q", text)
			}
		})
	}
}

// One list of tunnels cannot be read: what is known may be critical, that all is well is not known.
func TestCheckWithoutOneOfTheLists(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Path: "*ipsec_tunnels*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	for args, want := range map[string]struct {
		code  int
		begin string
	}{
		"":                       {2, "FLAREWIRE CRITICAL - 4 of 7 tunnels up, 1 down, 1 establishing, 1 without BGP: iad-dc1-gre down"},
		"--tunnel fra-dc1-gre":   {3, "FLAREWIRE UNKNOWN - 1 of 1 tunnels up"},
		"--tunnel iad-dc1-gre":   {2, "FLAREWIRE CRITICAL - 0 of 1 tunnels up"},
		"--tunnel sin-dc1-ipsec": {3, "FLAREWIRE UNKNOWN - "}, // it is in the list that could not be read
		"--warning 9":            {3, "FLAREWIRE UNKNOWN - "},
	} {
		s := newShell(t, env...)
		code := s.run(append([]string{"check"}, strings.Fields(args)...)...)
		if text := s.out.String(); code != want.code || !strings.HasPrefix(text, want.begin) || !strings.Contains(text, "403") ||
			strings.Count(text, "\n") != 1 {
			t.Errorf("check %s: exit %d, %q", args, code, text)
		}
	}
}

// A session that is up by a status of hours ago while the others are young is named; --max-age makes an alarm of it.
func TestCheckNamesASessionWithAnOldStatus(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	befallen, err := sim.Inject(simaccount.StatusNotRefreshed)
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"":                          {0, "1 of 1 tunnels up; 1 with an old status: " + befallen.Name + " "},
		"--max-age 1h":              {1, "1 of 1 tunnels up, 1 of them by a status that is not fresh: " + befallen.Name + " up by a status "},
		"--max-age 1h --critical 0": {2, "CRITICAL"},
		"--max-age 1h --warning 1":  {0, "OK"},
		"--max-age 99999h":          {0, "1 with an old status"},
		"--max-age 1h --tunnel fra-dc1-gre --warning 1": {0, "2 of 2 tunnels up, 1 of them by"},
	} {
		s := newShell(t, env...)
		code := s.run(append([]string{"check", "--tunnel", befallen.Name}, strings.Fields(args)...)...)
		if text := s.out.String(); code != want.code || !strings.Contains(text, want.says) || !strings.Contains(text, " bgp_old=1;") {
			t.Errorf("check %s: exit %d, want %d with %q: %s", args, code, want.code, want.says, text)
		}
	}
}

// What the probes find is an alarm whatever the age of the status: a stricter flag never makes a milder alarm.
func TestAnOldStatusHidesNoWorseNews(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	befallen, err := sim.Inject(simaccount.FirewallStopsProbes)
	if err != nil {
		t.Fatal(err)
	}
	for _, age := range []string{"0", "1ns"} {
		s := newShell(t, env...)
		if code := s.run("check", "--tunnel", befallen.Name, "--max-age", age); code != 2 ||
			!strings.Contains(s.out.String(), befallen.Name+" down by health check") {
			t.Errorf("--max-age %s: exit %d: %s", age, code, s.out.String())
		}
	}
}

func TestCheckKeepsItsTimeLimit(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultDelay, Delay: time.Minute})
	s := newShell(t, env...)
	began := time.Now()
	code := s.run("check", "--timeout", "100ms")
	if took := time.Since(began); code != 3 || took > 40*time.Second || !strings.Contains(s.out.String(), "time limit") {
		t.Errorf("exit %d after %s: %s", code, took, s.out.String())
	}
}

// Without the analytics the sessions decide, and the line says so.
func TestCheckWithoutTheAnalytics(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Path: "*graphql*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden,
		Body: `{"data":null,"errors":[{"message":"not authorized for that account"}]}`})
	s := newShell(t, env...)
	if code := s.run("check", "--tunnel", "nrt-br1-ipsec"); code != 0 || !strings.Contains(s.out.String(), "Account Analytics Read") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
	if strings.Contains(s.out.String(), "degraded=") {
		t.Errorf("a graph would show a zero for what is not known: %s", s.out.String())
	}
}
