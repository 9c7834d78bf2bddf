package reliability_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// shell runs commands on a simulated account. It lives in a bubble: a time limit of 30 s takes no time.
type shell struct {
	*simaccount.Server
	t        *testing.T
	home     string
	skew     atomic.Int64 // nanoseconds; see seat
	env      []string
	input    string
	out, err printed
}

// printed is what a command has printed; a command that goes on prints while the test reads.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (p *printed) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(text)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *printed) Bytes() []byte { return []byte(p.String()) }
func (p *printed) Len() int      { return len(p.String()) }

// Reset forgets what was printed.
func (p *printed) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Reset()
}

func newShell(t *testing.T, home string) *shell {
	s := &shell{t: t, home: home}
	// Every bubble begins at the same time: what was sent in the one before, and what was blocked there, has not happened.
	if err := os.RemoveAll(filepath.Join(home, "flarewire", "share")); err != nil {
		t.Fatal(err)
	}
	s.Server = simaccount.New(simaccount.Options{Now: func() time.Time { return time.Now().Add(time.Duration(s.skew.Load())) }})
	s.env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "LANG=C.UTF-8",
		"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID=" + s.Account()}
	return s
}

// run gives the exit code, and how long it took by the bubble's clock.
func (s *shell) run(ctx context.Context, args ...string) (code int, took time.Duration) {
	s.out.Reset()
	s.err.Reset()
	began := time.Now()
	code = cli.Main(ctx, args, cli.IO{In: strings.NewReader(s.input), Out: &s.out, Err: &s.err, Environ: s.env, Now: time.Now,
		Transport: s.RoundTripper()})
	return code, time.Since(began)
}

// command is one command with what it must do when it cannot do its work.
type command struct {
	line  string
	input string
	code  int    // its exit code under a fault
	out   string // how its standard output begins then; empty: there is none
	env   string // a variable to take away
}

// commands are all that ask Cloudflare.
func commands(t *testing.T, home string) []command {
	out := []command{
		{line: "status", code: 1}, {line: "status -o json", code: 1, out: "{\n"}, {line: "status -o line", code: 1, out: "fw ?\n"},
		{line: "check", code: 3, out: "FLAREWIRE UNKNOWN - "}, {line: "check --tunnel fra-dc1-gre", code: 3, out: "FLAREWIRE UNKNOWN - "},
		{line: "diagnose", code: 1}, {line: "diagnose -o json fra-dc1-gre", code: 1},
		{line: "config fra-dc1-gre --for linux", code: 1}, {line: "snapshot save " + filepath.Join(home, "new.json"), code: 1},
		{line: "snapshot compare " + filepath.Join(home, "good.json"), code: 1},
		{line: "auth status", code: 1, out: "In use:"}, {line: "auth login --token-stdin --store none", input: simaccount.DefaultToken, code: 1},
		{line: "status --account ", code: 1, env: "CLOUDFLARE_ACCOUNT_ID"},
	}
	synctest.Test(t, func(t *testing.T) {
		s := newShell(t, home)
		for _, args := range []string{"snapshot save " + filepath.Join(home, "good.json"), "version"} {
			if code, _ := s.run(t.Context(), strings.Fields(args)...); code != 0 {
				t.Fatal(args, s.err.String())
			}
		}
		for _, resource := range []string{"gre", "ipsec", "interconnects", "cnis", "cf-interconnects", "prefixes", "bgp-prefixes", "bindings",
			"routes"} {
			out = append(out, command{line: "list " + resource, code: 1}, command{line: "list -o json " + resource, code: 1})
			if code, _ := s.run(t.Context(), "list", "-o", "json", resource); code != 0 {
				t.Fatal(resource, s.err.String())
			}
			var rows []map[string]any
			if err := json.Unmarshal(s.out.Bytes(), &rows); err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows, %v", resource, len(rows), err)
			}
			id, known := rows[0]["id"].(string)
			if !known { // an interconnect's name is its id
				id, _ = rows[0]["name"].(string)
			}
			out = append(out, command{line: "get " + resource + " " + id, code: 1})
		}
	})
	return out
}

// TestFaultMatrixOfTheCommands is every command under every fault: it ends in time, with the right exit code, one
// sentence about what is wrong, and nothing half on standard output.
func TestFaultMatrixOfTheCommands(t *testing.T) {
	home := t.TempDir()
	m := newMatrix(troubles())
	for _, c := range commands(t, home) {
		name := strings.ReplaceAll(c.line, home+"/", "")
		if len(name) > 23 {
			name = name[:23]
		}
		m.row(t, name, func(t *testing.T, tr trouble) string {
			synctest.Test(t, func(t *testing.T) { newShell(t, home).under(c, tr) })
			return "ok"
		})
	}
	m.print(t, "commands")
}

// longest is how long a command may take that asks one thing after another: time limit by time limit.
const longest = 65 * time.Second

func (s *shell) under(c command, tr trouble) {
	s.t.Helper()
	s.input = c.input
	for i, v := range s.env {
		if c.env != "" && strings.HasPrefix(v, c.env+"=") {
			s.env[i] = c.env + "="
		}
	}
	args := strings.Fields(c.line)
	if c.env != "" {
		args = args[:1]
	}
	if strings.HasPrefix(c.line, "snapshot save") {
		args = append(args, "--force")
	}
	good, _ := s.run(s.t.Context(), args...)
	if good == 3 || (good == 1 && !strings.HasPrefix(c.line, "check")) {
		s.t.Fatalf("exit code %d on a good day: %s", good, s.err.String())
	}
	s.skew.Store(int64(tr.skew))
	if tr.fault != nil {
		s.Fault(*tr.fault)
	}
	code, took := s.run(s.t.Context(), args...)
	out, said := s.out.String(), s.err.String()
	if took > longest {
		s.t.Errorf("it took %s", took)
	}
	if bad := unfit(strings.NewReplacer("\n", "", "\t", "").Replace(out + said)); bad != "" {
		s.t.Errorf("it prints %s", bad)
	}
	if strings.Contains(said, "goroutine") {
		s.t.Errorf("a stack trace:\n%s", said)
	}
	word := tr.word
	if strings.HasPrefix(c.line, "auth") && slices.Contains([]string{"400", "401", "403", "404"}, tr.name) {
		word = "the credential is not known to Cloudflare" // that is what these mean when a credential is verified
	}
	if word == "" {
		// By a clock that is a day ahead, the simulated account has lived for a day, and its prefixes differ.
		if code != good && (tr.skew == 0 || !strings.HasPrefix(c.line, "snapshot compare")) {
			s.t.Errorf("exit code %d, on a good day %d: %s", code, good, said)
		}
		return
	}
	if code != c.code {
		s.t.Errorf("exit code %d, want %d: %s", code, c.code, said)
	}
	if !strings.HasPrefix(out, c.out) || (c.out == "" && out != "") {
		s.t.Errorf("standard output begins with %.80q", out)
	}
	if code != 3 {
		out = said
	}
	if !strings.Contains(out, word) || strings.Count(out, "\n") > 3 {
		s.t.Errorf("not one sentence with %q: %s", word, out)
	}
	s.ClearFaults()
	s.skew.Store(0)
	time.Sleep(5 * time.Minute)                            // a pause that Cloudflare asked for is over
	flaps := strings.HasPrefix(c.line, "snapshot compare") // one tunnel of the simulated account does: it differs from minute to minute
	if code, _ := s.run(s.t.Context(), args...); code != good && (!flaps || code != 1 || s.err.Len() > 0) {
		s.t.Errorf("afterwards: exit code %d, want %d: %s", code, good, s.err.String())
	}
}

// TestStatusThatWatchesSurvivesEveryFault: `status --watch` goes on through trouble, says it, prints no old state as a
// new one meanwhile, and goes on printing when the trouble is over.
func TestStatusThatWatchesSurvivesEveryFault(t *testing.T) {
	// The runtime's goroutine for signals must not be born in a bubble.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	signal.Stop(signals)
	m := newMatrix(troubles())
	for _, line := range []string{"status --watch", "status --watch -o json", "status --watch -o line"} {
		m.row(t, line, func(t *testing.T, tr trouble) string {
			synctest.Test(t, func(t *testing.T) {
				s := newShell(t, t.TempDir())
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan int)
				go func() {
					code, _ := s.run(ctx, strings.Fields(line)...)
					ended <- code
				}()
				printed := func(d time.Duration) (out, said string) {
					a, b := s.out.Len(), s.err.Len()
					time.Sleep(d)
					synctest.Wait()
					return s.out.String()[a:], s.err.String()[b:]
				}
				if out, _ := printed(time.Minute); strings.Count(out, "\n") < 4 {
					t.Fatalf("on a good day it printed %q", out)
				}
				s.skew.Store(int64(tr.skew))
				if tr.fault != nil {
					s.Fault(*tr.fault)
				}
				printed(time.Second)
				out, said := printed(3 * time.Minute)
				switch {
				case tr.word == "" && (out == "" || said != ""):
					t.Errorf("nothing is wrong, but it printed %q and said %q", out, said)
				case tr.word != "" && !strings.Contains(out+said, tr.word):
					t.Errorf("it does not say %q: %q, %q", tr.word, out, said)
				case tr.word != "" && strings.Contains(line, "-o") && strings.ReplaceAll(out, "fw ?\n", "") != "":
					t.Errorf("old data was printed as new: %q", out)
				}
				s.skew.Store(0)
				s.ClearFaults()
				printed(90 * time.Second)
				if out, said := printed(time.Minute); out == "" || said != "" || strings.Contains(out, "Cloudflare answered") {
					t.Errorf("afterwards it printed %q and said %q", out, said)
				}
				stop()
				if code := <-ended; code != 0 {
					t.Errorf("exit code %d", code)
				}
			})
			return "ok"
		})
	}
	m.print(t, "commands that go on")
}
