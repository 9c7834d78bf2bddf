package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// lines is what a program that goes on has said so far.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// recording is a recorder that runs, until stop.
type recording struct {
	t    *testing.T
	said *lines
	url  string
	stop func() int
}

var metricsAt = regexp.MustCompile(`metrics at (http://\S+)/metrics`)

func (f *firm) record(t *testing.T, args ...string) *recording {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &recording{t: t, said: &lines{}}
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, append([]string{"record", "--listen", "127.0.0.1:0", "--refresh", "5s"}, args...),
			cli.IO{In: strings.NewReader(""), Out: r.said, Err: r.said, Environ: f.env, Now: time.Now})
	}()
	r.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { r.stop() })
	r.until("it serves", func() bool { return metricsAt.MatchString(r.said.String()) })
	r.url = metricsAt.FindStringSubmatch(r.said.String())[1]
	return r
}

// until waits for something that the program does in its own time.
func (r *recording) until(what string, yes func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !yes(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%s: not within a minute; it said:\n%s", what, r.said.String())
		}
	}
}

func (r *recording) get(path string, header ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func (r *recording) metric(name string, labels ...string) string {
	_, text := r.get("/metrics")
	return metric(text, name, labels...)
}

// Nobody looks. A session goes down; the history has it, the metrics say it, and the command was told.
func TestTheRecorderKnowsWhatHappenedWhileNobodyLooked(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	f := newFirm(t, "north", "south")
	out := filepath.Join(t.TempDir(), "told")
	r := f.record(t, "--all-profiles", "--on-event", "cat >> "+out)
	known := func() bool {
		_, text := r.get("/metrics")
		return metric(text, "known", `"north"`, `"routes"`) == "1" && metric(text, "known", `"south"`, `"health"`) == "1" &&
			metric(text, "known", `"north"`, `"gre_tunnels"`) == "1"
	}
	r.until("both accounts are read", known)
	_, text := r.get("/metrics")
	lintMetrics(t, text)
	if up := r.metric("tunnel_up", `"north"`, `"fra-dc1-gre"`); up != "1" {
		t.Errorf("up %q", up)
	}
	if n := r.metric("api_requests_total", `"north"`, `"2xx"`); n == "" || n == "0" {
		t.Errorf("requests %q", n)
	}
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("the metrics say it", func() bool { return r.metric("bgp_session_state", `"north"`, `"fra-dc1-gre"`, `"down"`) == "1" })
	if r.metric("tunnel_up", `"south"`, `"fra-dc1-gre"`) != "1" {
		t.Error("one account's trouble is told of the other")
	}
	var news struct {
		ID, Profile, Text string
		Account           struct{ ID string }
		Event             struct{ Name, To string }
	}
	r.until("the command is told", func() bool {
		text, _ := os.ReadFile(out)
		first, _, whole := bytes.Cut(text, []byte("\n"))
		return whole && json.Unmarshal(first, &news) == nil
	})
	told, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(told[:bytes.LastIndexByte(told, '\n')+1]) {
		holdsSchema(t, "event", line)
	}
	if news.Profile != "north" || news.Event.Name != "fra-dc1-gre" || news.Event.To != "down" || news.Account.ID != fmt.Sprintf("%032x", 1) {
		t.Errorf("%+v", news)
	}
	if code := r.stop(); code != 0 {
		t.Errorf("exit %d:\n%s", code, r.said.String())
	}
	histories, _ := filepath.Glob(filepath.Join(f.state(), "flarewire", "history", "*.jsonl"))
	with := 0
	for _, path := range histories {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		with += strings.Count(string(text), `"kind":"session"`)
	}
	if len(histories) != 2 || with == 0 {
		t.Errorf("histories %v with %d changes", histories, with)
	}
	if strings.Contains(r.said.String(), "token-of-") || strings.Contains(text, "token-of-") {
		t.Error("a token is printed")
	}
}

// Who serves to this machine only refuses every other name, also one that a browser's page has pointed here.
func TestTheRecorderServesThisMachineOnly(t *testing.T) {
	f := newFirm(t, "north")
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:9469", "[::]:0", "example.com:1", "x"} {
		if code, _, stderr := f.run(t, "record", "--listen", address, "--profile", "north"); code != 2 || !strings.Contains(stderr, "loopback") &&
			!strings.Contains(stderr, "address like") {
			t.Errorf("%s: exit %d, %s", address, code, stderr)
		}
	}
	r := f.record(t, "--profile", "north")
	if status, _ := r.get("/metrics", "Host", "attacker.example:9469"); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	if status, text := r.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0"); status != 200 ||
		!strings.HasSuffix(text, "# EOF\n") ||
		strings.Contains(text, "# TYPE flarewire_api_requests_total") {
		t.Errorf("status %d: %s", status, text)
	}
	r.until("it is well", func() bool { status, _ := r.get("/healthz"); return status == 200 })
}

// A second recorder of the same account says who runs and ends.
func TestASecondRecorderSaysWhoRuns(t *testing.T) {
	f := newFirm(t, "north")
	r := f.record(t, "--profile", "north")
	r.until("it watches", func() bool { return strings.Contains(r.said.String(), "watching account") })
	s := &shell{t: t, env: f.env}
	if code := s.run("record", "--profile", "north", "--listen", ""); code != 1 ||
		!strings.Contains(s.err.String(), "another recorder watches") ||
		!strings.Contains(s.err.String(), "process ") {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
}

// One account cannot be opened: it is named, and the others are watched.
func TestARecorderWithoutOneOfItsAccounts(t *testing.T) {
	f := newFirm(t, "north")
	config := filepath.Join(strings.TrimPrefix(f.env[0], "XDG_CONFIG_HOME="), "flarewire", "config.toml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(text, "[profiles.lost]\naccount = \""+strings.Repeat("9", 32)+
		"\"\ntoken_command = [\"false\"]\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	r := f.record(t, "--all-profiles")
	r.until("north is read", func() bool { return r.metric("known", `"north"`, `"gre_tunnels"`) == "1" })
	if r.metric("account_readable", `"lost"`) != "0" || r.metric("known", `"lost"`, `"gre_tunnels"`) != "0" {
		t.Error("the account that cannot be opened is not named")
	}
	if status, text := r.get("/healthz"); status != 503 || !strings.Contains(text, "lost not watched") ||
		!strings.Contains(text, "north: ok") {
		t.Errorf("status %d: %s", status, text)
	}
}
