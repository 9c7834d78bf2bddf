package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// firm is a machine with profiles of several accounts behind one address. The accounts are made alike: their objects have equal names
// and ids, so that whatever of one reaches another would not be noticed by an id.
type firm struct {
	edges map[string]*simaccount.Server // by profile
	env   []string
}

func newFirm(t *testing.T, profiles ...string) *firm {
	t.Helper()
	f := &firm{edges: map[string]*simaccount.Server{}}
	byToken, config := map[string]*simaccount.Server{}, "version = 1\n"
	for i, name := range profiles {
		token, account := fmt.Sprintf("token-of-%s-%020d", name, i), fmt.Sprintf("%032x", i+1)
		sim := simaccount.New(simaccount.Options{Token: token, Account: account})
		f.edges[name], byToken["Bearer "+token] = sim, sim
		config += fmt.Sprintf("[profiles.%s]\naccount = %q\ntoken_command = [\"printf\", %q]\n", name, account, token)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sim := byToken[r.Header.Get("Authorization")]; sim != nil {
			sim.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	path := filepath.Join(home, "flarewire", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	f.env = []string{"XDG_CONFIG_HOME=" + home, "HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"),
		"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}
	return f
}

func (f *firm) run(t *testing.T, args ...string) (int, string, string) {
	s := newShell(t, f.env...)
	code := s.run(args...)
	return code, s.out.String(), s.err.String()
}

func (f *firm) state() string { return strings.TrimPrefix(f.env[2], "XDG_STATE_HOME=") }

func (f *firm) fault(profile string, fault simaccount.Fault) { f.edges[profile].Fault(fault) }

// One account cannot be read, one has a session down: each is named, the others are shown, and the exit code is the worst.
func TestSeveralAccountsAtOnce(t *testing.T) {
	f := newFirm(t, "north", "south", "west")
	f.fault("south", simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	if err := f.edges["west"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	code, text, _ := f.run(t, "status", "--all-profiles")
	order := []int{strings.Index(text, "Profile south"), strings.Index(text, "Profile west"), strings.Index(text, "Profile north")}
	if code != 1 || order[0] != 0 || order[1] < order[0] || order[2] < order[1] || !strings.Contains(text, "403") {
		t.Errorf("exit %d, order %v:\n%s", code, order, text)
	}
	code, text, _ = f.run(t, "status", "-o", "line", "--all-profiles")
	if code != 1 || !strings.HasPrefix(text, "south fw ?\nwest fw ") || strings.Count(text, "\n") != 3 {
		t.Errorf("exit %d: %s", code, text)
	}
	for _, command := range []string{"status", "diagnose"} {
		code, text, _ = f.run(t, command, "-o", "json", "--all-profiles")
		var doc struct {
			Accounts []struct {
				Profile, Error string
				Account        struct{ ID string }
				Tunnels        []struct{ Name string }
				Objects        []struct{ Subject struct{ Name string } }
			}
		}
		if err := json.Unmarshal([]byte(text), &doc); err != nil || code != 1 || len(doc.Accounts) != 3 {
			t.Fatalf("%s: exit %d, %v: %s", command, code, err, text)
		}
		holdsSchema(t, "accounts", []byte(text))
		if south := doc.Accounts[0]; south.Profile != "south" || !strings.Contains(south.Error, "403") || south.Account.ID != "" {
			t.Errorf("%s: %+v", command, south)
		}
		for _, a := range doc.Accounts[1:] {
			want := map[string]string{"north": fmt.Sprintf("%032x", 1), "west": fmt.Sprintf("%032x", 3)}[a.Profile]
			if a.Account.ID != want || a.Error != "" || len(a.Tunnels)+len(a.Objects) == 0 {
				t.Errorf("%s: %+v", command, a)
			}
		}
	}
	code, text, _ = f.run(t, "check", "--profile", "north", "--profile", "south", "-w", "5")
	if lines := strings.Split(text, "\n"); code != 3 || len(lines) != 4 || !strings.HasPrefix(text,
		"FLAREWIRE UNKNOWN - 1 of 2 accounts ok: south unknown | 'north not_up'=5;5;;0;14 ") ||
		!strings.HasPrefix(lines[1], "UNKNOWN south: ") || !strings.HasPrefix(lines[2], "OK north: ") {
		t.Errorf("exit %d: %s", code, text)
	}
	if code, text, _ = f.run(t, "check", "--all-profiles", "-w", "5"); code != 2 || !strings.Contains(text, "west critical, south unknown") {
		t.Errorf("exit %d: %s", code, text)
	}
	code, text, stderr := f.run(t, "metrics", "--all-profiles")
	lintMetrics(t, text)
	if code != 1 || !strings.Contains(stderr, "south: ") || metric(text, "known", `profile="south"`, `"gre_tunnels"`) != "0" ||
		metric(text, "tunnel_up", `profile="west"`, `"fra-dc1-gre"`) != "0" || metric(text, "tunnel_up", `profile="north"`,
		`"fra-dc1-gre"`) != "1" {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// One profile is answered as ever; what is of one account refuses several.
func TestOneProfileIsAsEver(t *testing.T) {
	f := newFirm(t, "north", "south")
	code, text, _ := f.run(t, "status", "-o", "json", "--profile", "north")
	if code != 0 || strings.Contains(text, `"accounts"`) || strings.Contains(text, `"profile"`) {
		t.Errorf("exit %d: %s", code, text)
	}
	for _, args := range [][]string{
		{"list", "gre", "--profile", "north", "--profile", "south"}, {"status", "--all-profiles", "--watch"},
		{"status", "--all-profiles", "--profile", "north"},
		{"status", "--all-profiles", "--account", "x"}, {"diagnose", "fra-dc1-gre", "--all-profiles"}, {"--demo", "status", "--all-profiles"},
		{"--profile", "north", "--profile", "south"},
	} {
		if code, out, stderr := f.run(t, args...); code != 2 || out != "" || stderr == "" {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, stderr)
		}
	}
	for _, args := range [][]string{{"check", "--all-profiles", "--expect", "3"}, {"check", "--demo", "--all-profiles"}} {
		if code, out, _ := f.run(t, args...); code != 3 || !strings.HasPrefix(out, "FLAREWIRE UNKNOWN - ") {
			t.Errorf("%v: exit %d, %q", args, code, out)
		}
	}
}
