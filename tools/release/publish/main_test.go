package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// copied is the tree in another folder, without what is built.
func copied(t *testing.T) string {
	t.Helper()
	from, to := filepath.Join("..", "..", ".."), t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains([]string{".git", "bin", "dist"}, d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // a worktree's .git is a file
		}
		at := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(at, 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(at, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "MAKEFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Who publishes runs one command, and every import, test, stamp, linter and document is of the new path; then of another one, when the
// tree moves. That all of it compiles and says its version is tried where FLAREWIRE_LONG asks for it: nothing of the build cache fits.
func TestTheTreeIsPublishedUnderAPath(t *testing.T) {
	t.Parallel()
	const first, second = "github.com/example/flarewire", "git.example.net/networks/fw.git"
	tree := copied(t)
	was := string(moduleLine.FindSubmatch([]byte(read(t, tree, "go.mod")))[1])
	for _, module := range []string{first, second} {
		if err := run(tree, module, "Example Networks <packages@example.net>"); err != nil {
			t.Fatal(err)
		}
		// Every import of program and tests is found, in both modules.
		for _, of := range []string{".", "contract"} {
			got := in(t, filepath.Join(tree, of), "go", "list", "-test", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...")
			if !strings.Contains(got, module+"/api\n") || regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(was)+`/`).MatchString(got) {
				t.Errorf("%s in %s has not moved:\n%.3000s", module, of, got)
			}
		}
		for file, want := range map[string]string{"Makefile": "-X " + module + "/cli.version=",
			".goreleaser.yaml": "-X " + module + "/cli.version=",
			"README.md":        "go install " + module + "@latest", ".golangci.yml": "local-prefixes: [" + module + "]",
			".deadcode":       module + "/api ",
			"contract/go.mod": "replace " + module + " => ../", "tools/manual/changelog.go": `"Example Networks <packages@example.net>"`} {
			if !strings.Contains(read(t, tree, file), want) {
				t.Errorf("%s does not have %q", file, want)
			}
		}
		if left := regexp.MustCompile(`(?m)^.*\.invalid.*$`).FindAllString(read(t, tree, ".goreleaser.yaml"), -1); len(left) > 0 {
			t.Errorf("not settled: %q", left)
		}
		if gofmt := in(t, tree, "gofmt", "-l", "."); gofmt != "" {
			t.Errorf("not formatted any more:\n%s", gofmt)
		}
		was = module
	}
	if os.Getenv("FLAREWIRE_LONG") == "" {
		return
	}
	in(t, tree, "make", "build", "VERSION=9.8.7", "COMMIT=abc1234", "DATE=2026-01-02T03:04:05Z")
	if got := in(t, tree, filepath.Join("bin", "flarewire"), "--version"); !strings.HasPrefix(got, "flarewire 9.8.7 (commit abc1234") {
		t.Errorf("the published program says %q", got)
	}
}

func read(t *testing.T, tree, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(tree, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What cannot be fetched, or is nobody, is refused before anything is written.
func TestAPathThatCannotBeFetchedIsRefused(t *testing.T) {
	t.Parallel()
	for _, module := range []string{"", "flarewire", "flarewire/cli", "https://github.com/x/y", "github.com", "github.com/",
		"github.com/x y", "-x.com/y z"} {
		if err := run(t.TempDir(), module, ""); err == nil || !strings.Contains(err.Error(), "no path that can be fetched") {
			t.Errorf("%q: %v", module, err)
		}
	}
	for _, who := range []string{"somebody", "<a@b>", "A <a>", "A <a@b> \"x\""} {
		if err := run(t.TempDir(), "github.com/x/y", who); err == nil || !strings.Contains(err.Error(), "want NAME") {
			t.Errorf("%q: %v", who, err)
		}
	}
}
