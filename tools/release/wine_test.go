package release_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// windows is a Windows as Wine plays it, with the program in it.
type windows struct {
	t            *testing.T
	program, dir string
	environ      []string
}

// newWindows builds the program for Windows and, because Wine before 9 lacks one function that Go's runtime asks for, the library that
// has it.
func newWindows(t *testing.T) windows {
	t.Helper()
	if os.Getenv("FLAREWIRE_WINE") == "" {
		t.Skip("make wine runs this: it needs wine, and gcc-mingw-w64-x86-64 for a library that old releases of it lack")
	}
	need(t, "wine")
	need(t, "x86_64-w64-mingw32-gcc")
	dir := t.TempDir()
	w := windows{t, filepath.Join(dir, "flarewire.exe"), filepath.Join(dir, "wine"), nil}
	run(t, "env", "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", w.program, ".")
	w.environ = append(os.Environ(), "WINEPREFIX="+w.dir, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree=;mshtml=;bcryptprimitives=n")
	if out, err := w.command("wineboot", "-i").CombinedOutput(); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, out)
	}
	t.Cleanup(func() { _ = w.command("wineserver", "-k").Run() })
	run(t, "x86_64-w64-mingw32-gcc", "-shared", "-O2", "-o", filepath.Join(w.dir, "drive_c", "windows", "system32", "bcryptprimitives.dll"),
		"tools/release/wine/prng.c", "-ladvapi32")
	return w
}

func (w windows) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.t.Context(), name, args...)
	cmd.Env, cmd.WaitDelay = w.environ, time.Minute
	return cmd
}

// says runs the program and gives what it printed, on both ways.
func (w windows) says(input string, args ...string) string {
	w.t.Helper()
	cmd := w.command("wine", append([]string{w.program}, args...)...)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &out
	if err := cmd.Run(); err != nil {
		w.t.Errorf("%q: %v\n%s", args, err, out.String())
	}
	return out.String()
}

// On Windows the commands work, files stand where Windows has them, and a credential goes into the Credential Manager and out of it.
func TestTheProgramOnWindows(t *testing.T) {
	w := newWindows(t)
	if got := w.says("", "version"); !strings.HasPrefix(got, "flarewire ") {
		t.Errorf("version says %q", got)
	}
	if got := w.says("", "--demo", "status", "-o", "line"); !strings.HasPrefix(got, "fw ") {
		t.Errorf("the status line is %q", got)
	}
	w.says("", "--demo", "snapshot", "save", `C:\good.json`)
	if _, err := os.Stat(filepath.Join(w.dir, "drive_c", "good.json")); err != nil {
		t.Error(err)
	}
	server := httptest.NewServer(simaccount.New(simaccount.Options{}))
	defer server.Close()
	w.environ = append(w.environ, "CLOUDFLARE_BASE_URL="+server.URL+"/client/v4")
	w.says(simaccount.DefaultToken, "auth", "login", "--profile", "office", "--token-stdin", "--store", "keyring", "--account",
		simaccount.DefaultAccount)
	if got := w.says("", "--profile", "office", "status", "-o", "line"); !strings.HasPrefix(got, "fw ") {
		t.Errorf("with the kept credential the status line is %q", got)
	}
	users := filepath.Join(w.dir, "drive_c", "users")
	configs, _ := filepath.Glob(filepath.Join(users, "*", "AppData", "Roaming", "flarewire", "config.toml"))
	states, _ := filepath.Glob(filepath.Join(users, "*", "AppData", "Local", "flarewire", "*"))
	if len(configs) != 1 || len(states) == 0 {
		t.Errorf("the config files are %q, the program's own %q", configs, states)
	}
	err := filepath.WalkDir(users, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(path, "flarewire") {
			return err
		}
		if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte(simaccount.DefaultToken)) {
			t.Errorf("the token is in %s", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	w.says("", "auth", "logout", "--profile", "office", "--remove")
}
