package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// firm is a machine with several profiles, each with an account of its own behind one address. The accounts are made alike: their
// objects have equal names and ids.
type firm struct {
	edges map[string]*simaccount.Server
	env   []string
	asked map[string]*atomic.Int64 // requests by profile
}

func newFirm(t *testing.T, profiles ...string) *firm {
	t.Helper()
	f := &firm{edges: map[string]*simaccount.Server{}, asked: map[string]*atomic.Int64{}}
	of, config := map[string]string{}, "version = 1\ndefault = \""+profiles[0]+"\"\n"
	for i, name := range profiles {
		token, account := fmt.Sprintf("token-of-%s-%020d", name, i), fmt.Sprintf("%032x", i+1)
		f.edges[name], f.asked[name] = simaccount.New(simaccount.Options{Token: token, Account: account}), &atomic.Int64{}
		of["Bearer "+token] = name
		config += fmt.Sprintf("[profiles.%s]\naccount = %q\naccount_name = %q\ntoken_command = [\"printf\", %q]\n", name, account,
			strings.ToUpper(name), token)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := of[r.Header.Get("Authorization")]
		if name == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		f.asked[name].Add(1)
		f.edges[name].ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	home, err := os.MkdirTemp("", "fw") // short: the path of a socket is bounded
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	path := filepath.Join(home, "flarewire", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	f.env = []string{"XDG_CONFIG_HOME=" + home, "HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4", "FLAREWIRE_RECORDER=" + home}
	return f
}

// The worst account is on top, one that cannot be read is named and hides no other; enter opens one, back comes back, and what belongs
// to one is never seen with another.
func TestTheFleetLeadsToEveryAccountAndBack(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "north", "south", "west")
	if err := f.edges["west"].Rename(simaccount.GRETunnels, "fra-dc1-gre", "only-in-the-west"); err != nil {
		t.Fatal(err)
	}
	f.edges["south"].Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	term := sit(t, ptytest.Options{Args: []string{"--profile", "north"}, Env: f.env, Cols: 100, Rows: 24})
	term.WaitText("14 tunnels")
	term.Press(":")
	term.Type("fleet")
	term.Press("enter")
	s := term.WaitFor("all accounts", func(s ptytest.Screen) bool {
		return s.Contains("3 accounts") && s.Contains("1 cannot be read") && s.Contains("on the screen") && !s.Contains("not read yet")
	})
	_, south, found := s.Find("south")
	if _, west, _ := s.Find("west"); !found || south > west {
		t.Errorf("what cannot be read is not on top:\n%s", s.Box())
	}
	if !s.Contains("not readable") {
		t.Errorf("what is known of south is not said:\n%s", s.Box())
	}
	term.Resize(80, 24)
	term.WaitFor("counts, incidents, age and budget at 80 columns", func(s ptytest.Screen) bool {
		return s.Contains("INCIDENTS") && s.Contains("UP   DOWN  UNHEALTHY    AGE    BUDGET") &&
			regexp.MustCompile(`\d+s +\d+/300`).MatchString(s.Box())
	})
	term.Resize(100, 24)
	toRow(term, "west")
	term.Press("enter")
	term.WaitFor("the account in the west", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "profile west") && s.Contains("14 tunnels")
	})
	term.Press(":")
	term.Type("tunnels")
	term.Press("enter")
	if s := term.WaitFor("its tunnels", listed); !s.Contains("only-in-the-west") || s.Contains("fra-dc1-gre") {
		t.Errorf("another account's tunnels:\n%s", s.Box())
	}
	term.Press("esc")
	term.WaitFor("the fleet again", func(s ptytest.Screen) bool { return s.Contains("3 accounts") && s.Contains("on the screen") })
	toRow(term, "north")
	term.Press("enter")
	term.WaitFor("the account in the north", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "profile north") && s.Contains("14 tunnels")
	})
	term.Press("esc")
	term.WaitText("3 accounts")
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
	histories, err := filepath.Glob(filepath.Join(strings.TrimPrefix(f.env[2], "XDG_STATE_HOME="), "flarewire", "history", "*.jsonl"))
	if err != nil || len(histories) == 0 {
		t.Fatalf("%v, %v", histories, err)
	}
	for _, path := range histories {
		text, err := os.ReadFile(path)
		if west := strings.Contains(path, "west"); err != nil || !west && strings.Contains(string(text), "only-in-the-west") {
			t.Errorf("%s has what belongs to another account, %v", path, err)
		}
	}
}

// toRow leaves only the row with this name.
func toRow(term *ptytest.Terminal, name string) {
	term.Press("/")
	term.Type(name)
	term.Press("enter")
	term.WaitText("/" + name + "   1 of ")
}

// Beside a recorder the screen knows everything at once: its first frame has since when each session is as it is, the one that fell while
// nobody looked exactly. It names its source, and while the recorder reads on it sends less than a fifth of the recorder's requests.
func TestAScreenBesideARecorder(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "north")
	r := f.record(t, "--profile", "north", "--refresh", "5s")
	known := []string{"flarewire_known", `"gre_tunnels"`, "} 1"}
	r.until("it is read", func() bool { return r.serves(known...) && r.serves("flarewire_known", `"health"`, "} 1") })
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("it has seen the fall", func() bool { return r.serves("flarewire_bgp_session_state", `"fra-dc1-gre"`, `"down"`, "} 1") })
	var asked atomic.Int64 // by the screen, which has an address of its own to the same accounts
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		asked.Add(1)
		f.edges["north"].ServeHTTP(w, req)
	}))
	defer own.Close()
	before := f.asked["north"].Load()
	term := sit(t, ptytest.Options{Args: []string{"--start", "tunnels"},
		Env: append(slices.Clone(f.env), "CLOUDFLARE_BASE_URL="+own.URL+"/client/v4"), Cols: 120, Rows: 30})
	s := term.WaitFor("the list of tunnels", listed)
	if !strings.Contains(title(s), "recorder") {
		t.Errorf("the header does not name the recorder: %s", title(s))
	}
	if s.Contains("no data") || s.Contains("loading") {
		t.Errorf("not known at once:\n%s", s.Box())
	}
	since := regexp.MustCompile(` (GRE|IPsec) .*? (>?\d+[smhd]|now|\?) `) // ? while not even a minute of it is known
	_, height := s.Size()
	for y := range height {
		switch line := s.Line(y); {
		case !row.MatchString(line) || strings.Contains(line, "No BGP"):
		case !since.MatchString(line):
			t.Errorf("the first frame does not say since when: %s", line)
		case strings.Contains(line, "fra-dc1-gre") && strings.ContainsAny(since.FindString(line), ">?"):
			t.Errorf("what the recorder saw is not known exactly: %s", line)
		}
	}
	if rows := len(tunnels(s)); rows != 14 {
		t.Errorf("%d rows in the first frame", rows)
	}
	r.until("the recorder has read for a while", func() bool { return f.asked["north"].Load() > before+30 })
	if mine, its := asked.Load(), f.asked["north"].Load()-before; mine*5 >= its {
		t.Errorf("the screen sent %d requests beside %d of the recorder", mine, its)
	} else {
		t.Logf("the screen sent %d requests beside %d of the recorder", mine, its)
	}
	term.Press("q")
	term.Wait()
}

// A recorder that is killed at any moment has written what it told: the fall that its metrics say is in the history that the next one goes
// on with.
func TestARecorderThatIsKilledLosesNothingItTold(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "north")
	down := []string{"flarewire_bgp_session_state", `"fra-dc1-gre"`, `"down"`, "} 1"}
	r := f.record(t, "--profile", "north", "--refresh", "5s")
	r.until("it is read", func() bool { return r.serves("flarewire_bgp_session_state", `"fra-dc1-gre"`, `"up"`, "} 1") })
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("it says the fall", func() bool { return r.serves(down...) })
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait()
	next := f.record(t, "--profile", "north", "--refresh", "5s")
	next.until("the next one knows since when", func() bool {
		return next.serves(down...) && next.serves("flarewire_bgp_session_since_timestamp_seconds", `"fra-dc1-gre"`)
	})
}

// recorder is the real program that records, with what it says and where it serves.
type recorder struct {
	t    *testing.T
	cmd  *exec.Cmd
	said *safeLines
	url  string
}

// safeLines is what a program has written so far.
type safeLines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *safeLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (f *firm) record(t *testing.T, args ...string) *recorder {
	t.Helper()
	r := &recorder{t: t, said: &safeLines{}}
	r.cmd = exec.Command(ptytest.Build(t), append([]string{"record", "--listen", "127.0.0.1:0"}, args...)...)
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = append([]string{"PATH=" + os.Getenv("PATH")}, f.env...), r.said, r.said
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill(); _ = r.cmd.Wait() })
	at := regexp.MustCompile(`metrics at (http://\S+)`)
	r.until("it serves", func() bool { return at.MatchString(r.said.String()) })
	r.url = at.FindStringSubmatch(r.said.String())[1]
	return r
}

// until waits for what the program does in its own time.
func (r *recorder) until(what string, yes func() bool) {
	r.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !yes(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%s: not within two minutes; it said:\n%s", what, r.said.String())
		}
	}
}

// serves reports whether a line of the metrics holds all of these.
func (r *recorder) serves(parts ...string) bool {
	answer, err := http.Get(r.url)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	for line := range strings.Lines(string(text)) {
		if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) }) {
			return true
		}
	}
	return false
}

// SIGHUP has a recorder read its configuration anew: another refresh and a new profile hold from then on. A file that is broken changes
// nothing: the accounts that were watched are watched, and what is wrong with the file is said.
func TestARecorderReadsItsConfigurationAnew(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: there is no SIGHUP on Windows")
	}
	f := newFirm(t, "north", "south")
	config := filepath.Join(strings.TrimPrefix(f.env[0], "XDG_CONFIG_HOME="), "flarewire", "config.toml")
	both, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(string(both), "[profiles.south]")
	put := func(text string) {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(first)
	r := f.record(t, "--all-profiles")
	read := func(profile string) func() bool {
		return func() bool { return r.serves("flarewire_known", `"`+profile+`"`, `"gre_tunnels"`, "} 1") }
	}
	r.until("north is read", read("north"))
	again := func(said string) {
		t.Helper()
		if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		r.until("it says "+said, func() bool { return strings.Contains(r.said.String(), said) })
	}
	put(first + "[profiles.south]\naccount = \"not an account\"\nno_such_key = 1\n")
	again("SIGHUP: everything stays as it was: ")
	if s := r.said.String(); !strings.Contains(s, "config.toml") || strings.Contains(s, "reopened") {
		t.Errorf("what is wrong is not said, or it went on with it:\n%s", s)
	}
	asked := f.asked["north"].Load()
	r.until("north is still read", func() bool { return f.asked["north"].Load() > asked && read("north")() })
	put(strings.Replace(first, "version = 1\n", "version = 1\nrefresh = \"40s\"\n", 1) + "[profiles.south]" + second)
	again("configuration reloaded")
	r.until("south is read, and north again", func() bool { return read("south")() && read("north")() })
	if s := r.said.String(); strings.Count(s, "every 15s") != 1 || strings.Count(s, "every 40s") != 2 {
		t.Errorf("another refresh does not hold:\n%s", s)
	}
	if s := r.said.String(); strings.Contains(s, "token-of-") {
		t.Errorf("a token is said:\n%s", s)
	}
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, r.said.String())
	}
}
