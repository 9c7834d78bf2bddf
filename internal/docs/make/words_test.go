package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// private are turns of phrase that only the authors understand, with the plain ones. Names, JSON words and the ids of causes are
// a contract and not meant: "not-dialling" stays.
var private = map[*regexp.Regexp]string{
	regexp.MustCompile(`\btells (whether|that)\b`):     "reports whether",
	regexp.MustCompile(`\bfor the one who\b`):          "say when it is used",
	regexp.MustCompile(`(?i)\blikeliest cause\b`):      "likely cause",
	regexp.MustCompile(`\bby probes\b`):                "health check",
	regexp.MustCompile(`\bNot dialling\b`):             "no BGP connection from your router",
	regexp.MustCompile(`\bhangs on (it|its object)\b`): "depends on it",
}

// Comments, the screen, the manual and the documents are read by people who have not met the authors.
func TestPrivateWordsStayOut(t *testing.T) {
	root := "../../.."
	read := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case d.Name() == "words_test.go", d.Name() == "CHANGELOG.md": // this list, and what was said in releases
			return nil
		case filepath.Ext(path) != ".go" && filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for i, line := range strings.Split(string(text), "\n") {
			for words, plain := range private {
				if found := words.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: write %q", strings.TrimPrefix(path, root+"/"), i+1, found, plain)
				}
			}
		}
		return nil
	})
	if err != nil || read < 300 {
		t.Fatalf("%d files were read: %v", read, err)
	}
}
