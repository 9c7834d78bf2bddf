//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"flarewire/internal/simaccount"
)

// A named pipe that somebody has put in the place of a file is said at once and holds no command up, not even one that has no limit
// of its own.
func TestANamedPipeInPlaceOfAFileHoldsNothingUp(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		args string
		code int
		says string
	}{
		"config, check":      {"flarewire/config.toml", "check --timeout 2s", 3, "not a regular file"},
		"config, status":     {"flarewire/config.toml", "status", 1, "not a regular file"},
		"journal":            {"flarewire/journal.jsonl", "journal", 1, "not a regular file"},
		"journal's older":    {"flarewire/journal.jsonl.1", "journal -o json", 1, "not a regular file"},
		"debug log":          {"log", "status --debug-log LOG", 2, "not a regular file"},
		"debug log of check": {"log", "check --debug-log LOG", 3, "not a regular file"},
		"snapshot":           {"log", "snapshot compare LOG", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, env := serve(t, simaccount.Options{})
			s := newShell(t, env...)
			home := strings.TrimPrefix(s.env[0], "HOME=")
			path := filepath.Join(home, c.path)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			code := s.run(strings.Fields(strings.ReplaceAll(c.args, "LOG", path))...)
			if text := s.out.String() + s.err.String(); code != c.code || !strings.Contains(text, c.says) {
				t.Errorf("exit %d: %s", code, text)
			}
		})
	}
}

// An address that is set and empty is not Cloudflare's own: nothing is sent anywhere.
func TestAnEmptyAddressIsNotCloudflares(t *testing.T) {
	s := newShell(t, "CLOUDFLARE_API_TOKEN="+simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount,
		"CLOUDFLARE_BASE_URL=")
	if code := s.run("check"); code != 3 || !strings.Contains(s.out.String(), "CLOUDFLARE_BASE_URL is set and empty") {
		t.Errorf("exit %d: %s", code, s.out.String())
	}
	for _, command := range []string{"status", "diagnose", "list gre"} {
		if code := s.run(strings.Fields(command)...); code != 2 || !strings.Contains(s.err.String(), "CLOUDFLARE_BASE_URL is set and empty") {
			t.Errorf("%s: exit %d: %s", command, code, s.err.String())
		}
	}
}

// Values that come out of files end in a line break, which counts for none of them.
func TestALineBreakAtTheEndOfAVariableCountsForNothing(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	for i := range env {
		env[i] += "\n"
	}
	s := newShell(t, env...)
	if code := s.run("status"); code != 0 {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
	s = newShell(t, "FLAREWIRE_PROFILE=nobody\r\n")
	if s.run("status"); !strings.Contains(s.err.String(), "there is no profile nobody") {
		t.Error(s.err.String())
	}
}
