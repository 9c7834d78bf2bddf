package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutation is a statement of the second edition's part 3, the change of the code that breaks it, and the test that then fails.
type mutation struct {
	item  string // of the list of statements
	says  string // the statement
	out   string // what is taken out, in words
	test  string // as for go test -run
	pkg   string // of the test, below the root
	edits []edit
}

// edit replaces the one place of a file that has the old text.
type edit struct{ file, old, new string }

// String names the mutation in one line.
func (m mutation) String() string { return m.item + " " + m.test + ": " + m.out }

// impatient shortens the waits of the rigs, so that a test that waits in vain does not take minutes. That it holds with these waits is
// asked first.
var impatient = []edit{
	{"internal/testing/uitest/person.go", "const stuck = 2 * time.Minute", "const stuck = 20 * time.Second"},
	{"internal/testing/ptytest/ptytest.go", "const Patience = 3 * time.Minute", "const Patience = time.Minute"},
}

// apply gives the changed files with their texts.
func apply(root string, edits []edit) (map[string]string, error) {
	changed := map[string]string{}
	for _, e := range edits {
		text, known := changed[e.file]
		if !known {
			read, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return nil, err
			}
			text = string(read)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s has %d times %q, want once", e.file, n, e.old)
		}
		changed[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	return changed, nil
}

// breaks is an error unless the test holds as the code is, and fails with the change.
func (m mutation) breaks(ctx context.Context, root string, held map[string]bool) error {
	if key := m.pkg + " " + m.test; !held[key] {
		if failed, said, err := m.fails(ctx, root, impatient); err != nil || failed {
			return fmt.Errorf("the test does not hold without the change: %w\n%s", err, said)
		}
		held[key] = true
	}
	switch failed, _, err := m.fails(ctx, root, slices.Concat(m.edits, impatient)); {
	case err != nil:
		return err
	case !failed:
		return errors.New("the test holds with the change")
	}
	return nil
}

// fails runs the test on the tree with the edits, which programs that the test builds get too. An error: it did not run.
func (m mutation) fails(ctx context.Context, root string, edits []edit) (failed bool, said string, err error) {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return false, "", err
	}
	folder, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return false, "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	overlay, err := overlay(root, folder, edits)
	if err != nil {
		return false, "", err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout=5m", "-run", m.pattern(), "./"+m.pkg)
	cmd.Dir = root
	// The rigs leave the program that they have built in the user's cache: not this one.
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay),
		"GOCACHE="+strings.TrimSpace(string(cache)), "XDG_CACHE_HOME="+folder)
	out, err := cmd.CombinedOutput()
	top, _, _ := strings.Cut(m.test, "/")
	switch said = string(out); {
	case strings.Contains(said, "no tests to run"):
		return false, said, errors.New("there is no such test")
	case err == nil:
		return false, said, nil
	case strings.Contains(said, "--- FAIL: "+top+" "):
		return true, said, nil
	}
	return false, said, fmt.Errorf("the test did not run: %w\n%s", err, said)
}

// pattern matches the test, and its subtest, and no other.
func (m mutation) pattern() string {
	return "^" + strings.ReplaceAll(strings.ReplaceAll(m.test, " ", "_"), "/", "$/^") + "$"
}

// overlay writes the changed files, and the list of them for the go command.
func overlay(root, folder string, edits []edit) (string, error) {
	changed, err := apply(root, edits)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for file, text := range changed {
		from, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			return "", err
		}
		to := filepath.Join(folder, fmt.Sprintf("%d%s", len(replace), filepath.Ext(file)))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[from] = to
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}
