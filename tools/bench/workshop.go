package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// workshop holds what is built for the measurements, in a temporary folder.
type workshop struct {
	dir       string
	flarewire string // the real program, stripped as in a release
	empty     string // a Go program that does nothing: the floor of every start
	launch    string // see package launch
	bare      string // see package bare
}

const emptyProgram = "package main\n\nfunc main() {}\n"

func openWorkshop(ctx context.Context) (*workshop, error) {
	dir, err := os.MkdirTemp("", "flarewire-bench-")
	if err != nil {
		return nil, err
	}
	w := &workshop{dir: dir}
	if err := w.build(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// close removes the folder; a leftover in the temporary folder is not worth an error.
func (w *workshop) close() { _ = os.RemoveAll(w.dir) }

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) build(ctx context.Context) error {
	source := w.path("empty.go")
	if err := os.WriteFile(source, []byte(emptyProgram), 0o600); err != nil {
		return err
	}
	for _, b := range []struct {
		into *string
		name string
		pkg  string
	}{
		{&w.flarewire, "flarewire", "flarewire"},
		{&w.empty, "empty", source},
		{&w.launch, "launch", "flarewire/tools/bench/launch"},
		{&w.bare, "bare", "flarewire/tools/bench/bare"},
	} {
		progress("building: %s", b.name)
		*b.into = w.path(b.name)
		if err := goBuild(ctx, *b.into, b.pkg); err != nil {
			return err
		}
	}
	return nil
}

// goBuild builds as a release is built (Makefile), without the stamp.
func goBuild(ctx context.Context, path, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, strings.TrimSpace(string(out)))
	}
	return nil
}
