package views_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/kind"
)

// A kind with words has its page in the palette, under those words; what is below a prefix is on the page of that.
func TestEveryKindWithWordsHasAPage(t *testing.T) {
	var names []string
	for _, m := range sit(t, "overview", nil).env.Modules() {
		for _, page := range m.PaletteEntries() {
			names = append(names, page.Names...)
		}
	}
	for _, a := range kind.All() {
		for _, word := range a.Words {
			if a.Parent == "" && !slices.Contains(names, word) {
				t.Errorf("%s: no module of the registry in views.go has a page called %q", a.Kind, word)
			}
		}
	}
}

// A kind that can be changed has a test of its fields (uitest.Fields) in its page's folder: without one, a field that is wired in half
// is seen by nobody. The settings of interconnects are one field, in a dialog.
func TestEveryKindThatCanBeChangedHasATestOfItsFields(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("..", "internal", "kind", "table.go"))
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]string{} // the names of the constants, by kind
	for _, c := range regexp.MustCompile(`(?m)^\t(\w+) +Kind = "([^"]+)"`).FindAllStringSubmatch(string(table), -1) {
		called[c[2]] = c[1]
	}
	tests, err := filepath.Glob(filepath.Join("*", "fields_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range tests {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, a := range kind.All() {
		if len(a.Acts) == 0 || a.Kind == kind.CNISettings {
			continue
		}
		if !strings.Contains(all.String(), "]{Kind: kind."+called[string(a.Kind)]+",") {
			t.Errorf("%s: no fields_test.go under views has a uitest.Fields with Kind: kind.%s", a.Kind, called[string(a.Kind)])
		}
	}
}
