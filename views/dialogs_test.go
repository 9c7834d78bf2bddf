package views_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// choices matches the answers of a dialog as they are written down, as far as the second one.
var choices = regexp.MustCompile(`(?s)Choices: +\[\](?:tui\.)?Choice\{\{Label: ([^,}]+)[^{]*\}(, \{Label: "([^"]+)|, |\})`)

// Whoever is asked something finds the same answers everywhere: Cancel first, then what is done, by its verb with a capital.
func TestDialogsAreAnsweredByAVerbOrCancel(t *testing.T) {
	seen := 0
	for _, root := range []string{".", "../tui"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range choices.FindAllStringSubmatch(string(text), -1) {
				seen++
				if first := m[1]; first != "tui.Cancel" && first != "Cancel" && first != `"Close"` {
					t.Errorf("%s: the first answer of a dialog is %s", path, first)
				}
				if verb := m[3]; verb != "" && verb[:1] != strings.ToUpper(verb[:1]) {
					t.Errorf("%s: the answer %q begins without a capital", path, verb)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 10 {
		t.Errorf("only %d dialogs were found", seen)
	}
}
