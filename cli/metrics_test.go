package cli_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// lintMetrics has Prometheus' own tool look at metrics; where it is not installed, that is said.
func lintMetrics(t *testing.T, text string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("skipped: promtool is not installed, nothing of Prometheus has read these metrics")
		return
	}
	cmd := exec.CommandContext(t.Context(), tool, "check", "metrics")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool: %v: %s", err, out)
	}
}

// metric is the value of a series whose labels contain all of these; "" when there is none.
func metric(text, name string, labels ...string) string {
	for line := range strings.Lines(text) {
		rest, is := strings.CutPrefix(line, "flarewire_"+name)
		if !is || rest == "" || rest[0] != '{' && rest[0] != ' ' {
			continue
		}
		if end := strings.LastIndex(rest, " "); containsAll(rest[:end], labels) {
			return strings.TrimSpace(rest[end:])
		}
	}
	return ""
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

func TestMetricsAreWhatPrometheusReads(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre",
		func(o simaccount.Object) { o["customer_endpoint"] = "a\"b\\c\nd" }); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, env...)
	if code := s.run("metrics"); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	text := s.out.String()
	lintMetrics(t, text)
	for _, c := range []struct {
		want, name string
		labels     []string
	}{
		{"1", "tunnel_up", []string{`tunnel="fra-dc1-gre"`}},
		{"0", "tunnel_up", []string{`tunnel="iad-dc1-gre"`}},
		{"0", "tunnel_up", []string{`tunnel="nrt-br1-ipsec"`}},        // without BGP, down by its health checks
		{"", "tunnel_health_ratio", []string{`tunnel="gru-br1-gre"`}}, // its health checks are off
		{"1", "bgp_session_state", []string{`tunnel="iad-dc1-gre"`, `state="down"`}},
		{"0", "bgp_session_state", []string{`tunnel="iad-dc1-gre"`, `state="up"`}},
		{"", "bgp_session_state", []string{`tunnel="nrt-br1-ipsec"`}},
		{"0", "prefix_advertised", []string{`prefix="198.18.20.0/24"`}},
		{"0", "destination_healthy_ways", []string{`destination="198.18.20.0/24"`}},
		{"2", "destination_healthy_ways", []string{`destination="198.18.10.0/24"`}},
		{"1", "incidents", []string{`cause="prefix-withdrawn"`, `severity="outage"`}},
		{"300", "api_budget_limit_requests", []string{`counter="rest"`}},
		{"1", "account_readable", nil},
	} {
		if got := metric(text, c.name, c.labels...); got != c.want {
			t.Errorf("%s %v is %q, want %q", c.name, c.labels, got, c.want)
		}
	}
	for _, k := range store.Overview() {
		if got := metric(text, "known", `source="`+string(k)+`"`); got != "1" {
			t.Errorf("%s: known %q", k, got)
		}
	}
	if timed := regexp.MustCompile(`(?m)^[^#].*} \S+ \S+$`).FindString(text); timed != "" {
		t.Errorf("a timestamp, which the textfile collector refuses: %s", timed)
	}
}

// What is not read is absent, never 0; that it is not known is always said.
func TestWhatIsNotKnownIsAbsentFromTheMetrics(t *testing.T) {
	for path, c := range map[string]struct {
		source string
		gone   []string
		code   int
	}{
		"*ipsec_tunnels*": {"ipsec_tunnels", []string{"tunnel_up|kind=\"ipsec\"", "destination_healthy_ways|10.61.16.0/22"}, 1},
		"*graphql*":       {"health", []string{"tunnel_health_ratio", "tunnel_traffic_bytes_per_second", "tunnel_up|nrt-br1-ipsec"}, 0},
		"*/routes*":       {"routes", []string{"destination_ways", "destination_healthy_ways"}, 1},
		"*bgp/prefixes*":  {"bgp_prefixes", []string{"prefix_advertised"}, 1},
		"*":               {"gre_tunnels", []string{"tunnel_", "bgp_session", "destination_", "prefix_", "incident"}, 1},
	} {
		t.Run(c.source+path, func(t *testing.T) {
			sim, env := serve(t, simaccount.Options{})
			sim.Fault(simaccount.Fault{Path: path, Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
			s := newShell(t, env...)
			if code := s.run("metrics", "--timeout", "10s"); code != c.code {
				t.Errorf("exit %d, want %d: %s", code, c.code, s.err.String())
			}
			text := s.out.String()
			lintMetrics(t, text)
			label := `source="` + c.source + `"`
			if known, age := metric(text, "known", label), metric(text, "source_age_seconds", label); known != "0" || age != "+Inf" {
				t.Errorf("known %q, age %q", known, age)
			}
			for _, gone := range c.gone {
				name, label, _ := strings.Cut(gone, "|")
				for line := range strings.Lines(text) {
					if strings.HasPrefix(line, "flarewire_"+name) && strings.Contains(line, label) {
						t.Errorf("not known and there: %s", line)
					}
				}
			}
		})
	}
}

// Without credentials there is still an answer, so that the file of the collector says that nothing is known.
func TestMetricsWithoutCredentialsSayThatNothingIsKnown(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "flarewire.prom")
	if code := s.run("metrics", "--output", file); code != 2 || s.err.Len() == 0 || s.out.Len() > 0 {
		t.Errorf("exit %d, %q, %q", code, s.out.String(), s.err.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lintMetrics(t, string(text))
	if metric(string(text), "account_readable") != "0" || metric(string(text), "known", `source="gre_tunnels"`) != "0" {
		t.Error(string(text))
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("the collector cannot read it: %v, %v", info.Mode(), err)
	}
}
