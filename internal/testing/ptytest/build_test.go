//go:build !windows

package ptytest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/testing/ptytest"
)

func TestTheProgramIsBuiltAndRuns(t *testing.T) {
	t.Setenv("FLAREWIRE_BIN", "")
	path := ptytest.Build(t)
	ptytest.Start(t, ptytest.Options{Path: path, Args: []string{"--help"}}).Wait()
	if again := ptytest.Build(t); again != path {
		t.Errorf("the second time it is %s, the first time %s", again, path)
	}
}

func TestAGivenBinaryIsTakenInstead(t *testing.T) {
	given := filepath.Join(t.TempDir(), "given")
	if err := os.WriteFile(given, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FLAREWIRE_BIN", given)
	if path := ptytest.Build(t); path != given {
		t.Errorf("Build gives %s, want %s", path, given)
	}
}

// fatal is a testing.TB whose failure ends only the goroutine it happens in.
type fatal struct {
	recorder
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(f)
}

func TestAWaitInVainShowsTheScreen(t *testing.T) {
	for name, c := range map[string]struct {
		act, want string
		timeout   time.Duration
	}{
		"program runs on":  {"show", "nothing came of it in 1ms", time.Millisecond},
		"program is ended": {"write", "the program ended with exit code 0", 0},
	} {
		tb := &fatal{recorder{TB: t}}
		term := playOn(tb, c.act, ptytest.Options{Cols: 10, Rows: 2, Args: []string{"hello"}, Timeout: c.timeout})
		if c.act == "write" {
			term.Wait()
		}
		func() {
			defer func() { _ = recover() }()
			term.WaitText("absent")
		}()
		said := strings.Join(tb.said, "\n")
		if !strings.Contains(said, `waiting for the text "absent": `+c.want) || !strings.Contains(said, "┌──────────┐\n│") {
			t.Errorf("%s: it says %s", name, said)
		}
	}
}

func TestTheProductContainsNoTestingCode(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "flarewire").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dependency := range strings.Fields(string(out)) {
		if strings.HasPrefix(dependency, "flarewire/internal/testing/") ||
			strings.HasPrefix(dependency, "flarewire/tools/") ||
			dependency == "testing" || dependency == "github.com/creack/pty" {
			t.Errorf("the product links %s", dependency)
		}
	}
}
