package e2e_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// canary stands for a token wherever it must not be found again.
const canary = "cfut_canary5d1c7a0e9b3f4826a1c0ffee00d15ea5e0"

// everything is a folder for all that a program may write to, as environment variables.
func everything(t *testing.T) (dir string, env []string) {
	dir = t.TempDir()
	for name, sub := range map[string]string{"HOME": "", "TMPDIR": "tmp", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state",
		"XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run"} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+path)
	}
	return dir, env
}

// noTrace fails the test when the canary is in a file of the folder.
func noTrace(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(canary)) {
			t.Errorf("the token is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// noArgument fails the test when the canary is in a command line of this machine.
func noArgument(t *testing.T) {
	t.Helper()
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte(canary)) {
			t.Errorf("the token is in %s", path)
		}
	}
}

// The token goes to the server and nowhere else: not to the screen, a file or a command line, also when the
// server repeats it in what it says.
func TestTheTokenIsNeverSeen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault *simaccount.Fault
	}{
		{"all is well", nil},
		{"the server repeats it in an error", &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400,
			Body: `{"success":false,"errors":[{"code":6003,"message":"Invalid request headers: Bearer ` + canary + `"}],"result":null}`}},
		{"the server repeats it in a page", &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 502, ContentType: "text/html",
			Body: "<html>" + canary + "</html>"}},
		{"the server is gone", &simaccount.Fault{Kind: simaccount.FaultReset}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, env := everything(t)
			a := newAccount(t, simaccount.Options{Token: canary})
			env = a.env(append(env, "CLOUDFLARE_API_TOKEN="+canary)...)
			log := filepath.Join(dir, "log")
			term := sit(t, ptytest.Options{Env: env, Args: []string{"--debug-log", log}, Cols: 200, Rows: 60})
			term.WaitFor("the list of tunnels", listed)
			noArgument(t)
			if c.fault != nil {
				a.Fault(*c.fault)
				term.Press("r")
				term.WaitFor("stale rows", func(s ptytest.Screen) bool { return strings.Contains(title(s), "stale") })
			}
			for _, page := range pages {
				term.Type(page.there)
				term.WaitFor(page.name, page.shown)
				term.Type(page.back)
				term.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !s.Contains(":ro") })
			}
			term.Press("q")
			term.Wait()

			status := exec.CommandContext(t.Context(), ptytest.Build(t), "status", "--debug-log", log)
			status.Env = env
			said, _ := status.CombinedOutput() // it fails where the server does
			if bytes.Contains(said, []byte("canary")) {
				t.Errorf("status tells the token: %s", said)
			}
			if bytes.Contains(term.Transcript(), []byte("canary")) {
				t.Error("the token was on the screen")
			}
			if info, err := os.Stat(log); err != nil || info.Size() == 0 {
				t.Errorf("there is no log, so that this test sees nothing: %v", err)
			}
			noTrace(t, dir)
		})
	}
}
