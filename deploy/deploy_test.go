// Package deploy_test tries the examples of this folder with the programs that they are for.
package deploy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// tool is a program of Prometheus; the test is skipped where it is not installed, and says so.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("skipped: %s is not installed (Debian: prometheus)", name)
	}
	return path
}

func TestTheAlertRulesHold(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "flarewire.rules.yml"}, {"test", "rules", "flarewire.rules.test.yml"},
		{"check", "config", "prometheus.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// said is what a program that goes on has written.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) find(re *regexp.Regexp) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := re.FindStringSubmatch(s.b.String()); m != nil {
		return m[1]
	}
	return ""
}

// until waits for what another program does in its own time.
func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !yes(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not within two minutes", what)
		}
		<-time.After(10 * time.Millisecond) // the others need the processor
	}
}

// recorder runs a recorder of the simulated account and gives the address of its metrics.
func recorder(t *testing.T, sim *simaccount.Server) string {
	t.Helper()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	home, out := t.TempDir(), &said{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		cli.Main(ctx, []string{"record", "--listen", "127.0.0.1:0", "--refresh", "5s"},
			cli.IO{In: strings.NewReader(""), Out: out, Err: out, Now: time.Now,
				Environ: []string{"HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home,
					"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4",
					"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}})
	}()
	t.Cleanup(func() { cancel(); <-done })
	at := regexp.MustCompile(`metrics at http://(\S+)/metrics`)
	until(t, "the recorder serves", func() bool { return out.find(at) != "" })
	return out.find(at)
}

// prometheus runs the server with the rules, which need not wait here, and gives its address.
func prometheus(t *testing.T, target string) string {
	t.Helper()
	program, dir, out := tool(t, "prometheus"), t.TempDir(), &said{}
	rules, err := os.ReadFile("prometheus/flarewire.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	rules = regexp.MustCompile(`for: \d+m`).ReplaceAll(rules, []byte("for: 0s"))
	config := "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules.yml]\nscrape_configs:\n  - job_name: flarewire\n" +
		"    static_configs: [{targets: [\"" + target + "\"]}]\n"
	for name, text := range map[string][]byte{"rules.yml": rules, "prometheus.yml": []byte(config)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address=127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	at := regexp.MustCompile(`msg="Listening on" address=(127\S+:\d+)`)
	until(t, "prometheus listens", func() bool { return out.find(at) != "" })
	return "http://" + out.find(at)
}

func ask(t *testing.T, address string, into any) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return err == nil && json.Unmarshal(text, into) == nil
}

type alerts struct {
	Data struct {
		Alerts []struct {
			Labels, Annotations map[string]string
			State               string
		}
	}
}

// A session goes down while Prometheus watches the recorder: the alert fires and says what the diagnosis says. Every query of the
// dashboard has an answer.
func TestPrometheusAlertsOnWhatTheRecorderSees(t *testing.T) {
	tool(t, "prometheus")
	sim := simaccount.New(simaccount.Options{})
	server := prometheus(t, recorder(t, sim))
	series := func(query string) int {
		var got struct {
			Data struct{ Result []json.RawMessage }
		}
		if !ask(t, server+"/api/v1/query?query="+url.QueryEscape(query), &got) {
			return 0
		}
		return len(got.Data.Result)
	}
	until(t, "fra-dc1-gre is up", func() bool { return series(`flarewire_tunnel_up{tunnel="fra-dc1-gre"} == 1`) == 1 })
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Active"); err != nil {
		t.Fatal(err)
	}
	var said map[string]string
	until(t, "the alert fires", func() bool {
		var got alerts
		ask(t, server+"/api/v1/alerts", &got)
		for _, a := range got.Data.Alerts {
			if a.Labels["alertname"] == "FlarewireTunnelDown" && a.Labels["tunnel"] == "fra-dc1-gre" && a.State == "firing" &&
				strings.HasPrefix(a.Annotations["description"], "fra-dc1-gre: ") {
				said = a.Annotations
				return true
			}
		}
		return false
	})
	if !strings.HasSuffix(said["summary"], "fra-dc1-gre is not up") || len(said["description"]) < 40 {
		t.Errorf("%q", said)
	}
	for title, query := range queries(t) {
		until(t, title+": "+query, func() bool { return series(query) > 0 })
	}
}

// queries are those of the dashboard, its variables filled in as "All" fills them.
func queries(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("grafana/flarewire.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ RefID, Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil || len(board.Panels) == 0 {
		t.Fatalf("%v, %d panels", err, len(board.Panels))
	}
	out := map[string]string{}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			out[p.Title+" "+target.RefID] = strings.NewReplacer("$profile", ".*", "$account", ".*").Replace(target.Expr)
		}
	}
	return out
}

// The units are right as far as systemd can tell without running them, and the system's is closed as far as it can be.
func TestTheUnits(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	path := filepath.Join(t.TempDir(), "flarewire-record.service")
	text, err := os.ReadFile("systemd/flarewire-record.system.service")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", path).CombinedOutput()
	if err != nil {
		t.Errorf("exposure beyond 2.0, or the unit is not read: %v\n%s", err, out)
	}
	for _, unit := range []string{"system", "user"} {
		text, err := os.ReadFile("systemd/flarewire-record." + unit + ".service")
		if err != nil {
			t.Fatal(err)
		}
		// The program and its manual page are not installed here: something that is stands in for them.
		text = bytes.ReplaceAll(text, []byte("/usr/bin/flarewire "), []byte("/bin/true "))
		text = regexp.MustCompile(`(?m)^Documentation=.*$`).ReplaceAll(text, nil)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%s unit: %v\n%s", unit, err, out)
		}
	}
}
