package statefile_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// alone are the ways to say that nobody else can read a file.
var alone = regexp.MustCompile(`(?i)only you (can|may) read|readable (only )?by you|you alone|only the user can read`)

// On Windows no rights are set on a file, so nothing there says that you alone can read one: the words for it are those of OwnerOnlyText,
// which differ there, and no text of the program has its own.
func TestOnlyOneTextSaysWhoCanReadAFile(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, literal := range literals(path, text) {
			if !alone.MatchString(literal) {
				continue
			}
			seen++
			if filepath.Base(path) != "lock_unix.go" {
				t.Errorf("%s says %s, also on Windows: use statefile.OwnerOnlyText", path, literal)
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Errorf("%d texts, %v", seen, err)
	}
}

// literals are the texts of a source file, without its comments.
func literals(name string, source []byte) []string {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile(name, -1, len(source)), source, nil, 0)
	var out []string
	for {
		_, tok, literal := s.Scan()
		switch tok {
		case token.EOF:
			return out
		case token.STRING:
			out = append(out, literal)
		}
	}
}
