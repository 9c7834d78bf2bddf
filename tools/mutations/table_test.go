package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// A mutation whose text or test is gone shows nothing any more.
func TestTheTextsAndTestsOfTheTableExist(t *testing.T) {
	for _, m := range table() {
		if _, err := apply(root, slices.Concat(m.edits, impatient)); err != nil {
			t.Errorf("%s: %v", m, err)
		}
		files, err := filepath.Glob(filepath.Join(root, m.pkg, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(m.test, "/")
		declared := regexp.MustCompile(`(?m)^func ` + name + `\(`)
		found := false
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || declared.Match(text)
		}
		if !found {
			t.Errorf("%s: %s has no such test", m, m.pkg)
		}
	}
}

// Each of the 21 items is there, and the document says what the table says.
func TestTheDocumentHasTheTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, document))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(text), rows()) || !strings.HasPrefix(string(text), head) {
		t.Errorf("%s is not the table: go run -C tools ./mutations -only NAME -write", document)
	}
	for item := range 21 {
		if number := regexp.MustCompile(`(?m)^\| ` + strconv.Itoa(item+1) + `[a-z]? \|`); !number.Match(text) {
			t.Errorf("item %d has no statement", item+1)
		}
	}
}
