package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that docs/security.md names is there: a promise must not outlive its test.
func TestTheSecurityStatementsNameRealTests(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	text, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, folder := range []string{"api", "cli", "internal", "keystore", "tui", "views"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			code.Write(content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	statements := 0
	for line := range strings.Lines(string(text)) {
		if !regexp.MustCompile(`^\| \d+ \|`).MatchString(line) {
			continue
		}
		statements++
		names := regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(line, -1)
		if len(names) == 0 && !strings.Contains(line, "_test.go") {
			t.Errorf("no test: %s", line)
		}
		for _, name := range names {
			if !strings.Contains(code.String(), "func "+name+"(") {
				t.Errorf("there is no %s", name)
			}
		}
	}
	if statements != 36 {
		t.Errorf("%d statements, want 36", statements)
	}
}

// The same for docs/reliability.md, whose figures are what these tests and targets print.
func TestTheReliabilityTableNamesRealTestsAndTargets(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	text, err := os.ReadFile(filepath.Join(root, "docs", "reliability.md"))
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		code.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(Test|Fuzz)[A-Z]\w+`).FindAllString(string(text), -1)
	targets := regexp.MustCompile("`make ([a-z-]+)`").FindAllStringSubmatch(string(text), -1)
	if len(names) < 20 || len(targets) < 5 {
		t.Errorf("%d tests and %d targets: this test sees nothing", len(names), len(targets))
	}
	for _, name := range names {
		if !strings.Contains(code.String(), "func "+name+"(") {
			t.Errorf("there is no %s", name)
		}
	}
	for _, target := range targets {
		if !strings.Contains(string(makefile), "\n"+target[1]+":") {
			t.Errorf("there is no make %s", target[1])
		}
	}
}
