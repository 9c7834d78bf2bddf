package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// firm is a machine with several profiles, each with an account of its own behind one address. The accounts are made alike: their
// objects have equal names and ids.
type firm struct {
	edges map[string]*simaccount.Edge
	env   []string
	asked map[string]*atomic.Int64 // requests by profile
}

func newFirm(t *testing.T, profiles ...string) *firm {
	t.Helper()
	f := &firm{edges: map[string]*simaccount.Edge{}, asked: map[string]*atomic.Int64{}}
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

func (f *firm) start(t *testing.T, args ...string) *ptytest.Terminal {
	t.Helper()
	return sit(t, ptytest.Options{Args: args, Env: f.env})
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
	term := f.start(t, "--profile", "north")
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
	term.WaitText("1–1 of 1")
}

// Beside a recorder the screen knows everything at once, names its source, and asks next to nothing.
func TestAScreenBesideARecorder(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "north")
	recorder := f.start(t, "record", "--listen", "")
	recorder.WaitText("watching account")
	for end := time.Now().Add(time.Minute); f.asked["north"].Load() < 20; <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the recorder has not read the account within a minute")
		}
	}
	term := f.start(t, "--start", "tunnels")
	s := term.WaitFor("the list of tunnels", listed)
	if !strings.Contains(title(s), "recorder") {
		t.Errorf("the header does not name the recorder: %s", title(s))
	}
	if s := term.Screen(); s.Contains("no data") || s.Contains("loading") {
		t.Errorf("not known at once:\n%s", s.Box())
	}
	term.Press("q")
	term.Wait()
	recorder.Press("ctrl+c")
	recorder.Wait()
}
