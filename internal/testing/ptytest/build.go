package ptytest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// binaryVariable names the environment variable with a binary to test instead of one built here.
const binaryVariable = "FLAREWIRE_BIN"

var buildOnce = sync.OnceValues(buildProgram)

// Build gives the path of the program under test. It is built once per test process, with the race detector
// when the test has it; when the environment names a binary in FLAREWIRE_BIN, that one is tested instead.
func Build(t testing.TB) string {
	t.Helper()
	if given := os.Getenv(binaryVariable); given != "" {
		path, err := filepath.Abs(given)
		if err == nil {
			_, err = os.Stat(path)
		}
		if err != nil {
			t.Fatalf("%s names no program: %v", binaryVariable, err)
		}
		return path
	}
	path, err := buildOnce()
	if err != nil {
		t.Fatalf("cannot build the program: %v", err)
	}
	return path
}

// noteSources looks at every source of the program. Go's test cache remembers what a test looks at, and without this
// it would give an old result for a program that has changed.
func noteSources(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "bin" || entry.Name() == "dist"):
			return fs.SkipDir
		case entry.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
}

// buildProgram leaves the binary in the user's cache folder, one per source tree: a test process has no
// end at which it could remove it, and a file in the temporary folder would be one more at every run.
func buildProgram() (string, error) {
	root, err := goCommand("list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return "", err
	}
	if err := noteSources(root); err != nil {
		return "", err
	}
	module, err := goCommand("list", "-m")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	kind := "plain"
	if raceDetector {
		kind = "race"
	}
	tree := sha256.Sum256([]byte(root))
	dir := filepath.Join(cache, "flarewire-ptytest", fmt.Sprintf("%x-%s", tree[:8], kind))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return buildInto(filepath.Join(dir, "flarewire"), module)
}

// buildInto builds beside the path and renames: another package's tests may be running the old one.
// It has no flags of its own, so that it is linked from what the tests were compiled from already.
func buildInto(path, pkg string) (string, error) {
	fresh, err := os.CreateTemp(filepath.Dir(path), "building-*")
	if err != nil {
		return "", err
	}
	_ = fresh.Close()
	defer func() { _ = os.Remove(fresh.Name()) }()
	args := []string{"build", "-o", fresh.Name()}
	if raceDetector {
		args = append(args, "-race")
	}
	if _, err := goCommand(append(args, pkg)...); err != nil {
		return "", err
	}
	return path, os.Rename(fresh.Name(), path)
}

func goCommand(args ...string) (string, error) {
	var stderr strings.Builder
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
