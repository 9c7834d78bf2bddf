package cli_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// redated is an account whose clock is off by a time, and whose answers are dated by another: what a gateway with the right time writes.
func redated(t *testing.T, account, date time.Duration) (env []string) {
	t.Helper()
	sim, env := serve(t, simaccount.Options{Now: func() time.Time { return time.Now().Add(account) }})
	sim.Script(func(simaccount.Request) *simaccount.Fault {
		return &simaccount.Fault{Kind: simaccount.FaultDelay,
			Header: http.Header{"Date": {time.Now().Add(date).UTC().Format(http.TimeFormat)}}}
	})
	return env
}

// A status from the future is not fresh; where only this machine's clock is wrong, ages are counted by Cloudflare's, and it is said.
func TestTheAgeOfAStatusIsByCloudflaresClock(t *testing.T) {
	for name, c := range map[string]struct {
		account, date time.Duration
		code          int
		says          string
		hides         string
	}{
		"all clocks agree":                  {0, 0, 0, "OK - 1 of 1 tunnels up", "clock"},
		"the machine's clock is slow":       {6 * time.Hour, 6 * time.Hour, 0, "this machine's clock differs by 6 h", "not fresh"},
		"the machine's clock is fast":       {-6 * time.Hour, -6 * time.Hour, 0, "this machine's clock differs by 6 h", "not fresh"},
		"the status is from the future":     {6 * time.Hour, 0, 1, "fra-dc1-gre up by a status of the future: clock differs by 6 h", "ago"},
		"a slow clock makes old data young": {0, 6 * time.Hour, 1, "up by a status 6h old", "<1m"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, redated(t, c.account, c.date)...)
			code := s.run("check", "--tunnel", "fra-dc1-gre", "--max-age", "1h")
			text := s.out.String()
			if code != c.code || !strings.Contains(text, c.says) || strings.Contains(text, c.hides) {
				t.Errorf("exit %d, want %d with %q and without %q: %s", code, c.code, c.says, c.hides, text)
			}
		})
	}
	s := newShell(t, redated(t, 6*time.Hour, 0)...)
	if code := s.run("status"); code != 0 || strings.Contains(s.out.String(), "<1m") || !strings.Contains(s.out.String(), "future") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
}
