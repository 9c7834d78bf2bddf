//go:build unix

package e2e_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Somebody has put a named pipe in the place of one of the program's files, and nobody is at its other end: each command says so and
// ends by itself, also those without a limit of their own.
func TestANamedPipeHoldsNoProgramUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, args string
		code       int
	}{
		"config":    {"config/flarewire/config.toml", "check --timeout 2s", 3},
		"journal":   {"state/flarewire/journal.jsonl", "journal", 1},
		"debug log": {"debug.log", "check --timeout 2s --debug-log FILE", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, home := newAccount(t, simaccount.Options{}), t.TempDir()
			path := filepath.Join(home, c.file)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), unix.Mkfifo(path, 0o600)); err != nil {
				t.Fatal(err)
			}
			limit, stop := context.WithTimeout(t.Context(), patience) // only ends what hangs
			defer stop()
			cmd := exec.CommandContext(limit, ptytest.Build(t), strings.Fields(strings.ReplaceAll(c.args, "FILE", path))...)
			cmd.Env = a.env("HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_STATE_HOME="+home+"/state")
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.code || !strings.Contains(string(out), "not a regular file") {
				t.Errorf("%v: %s", err, out)
			}
			for _, r := range a.Requests() {
				t.Errorf("%s %s was asked", r.Method, r.Path)
			}
		})
	}
}
