package diagnose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
)

// A cause cannot be forgotten: each is looked for by a test of this package.
func TestEveryCauseIsFoundByATest(t *testing.T) {
	t.Parallel()
	tests, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, path := range tests {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(content)
	}
	for name, word := range allCauses(t) {
		if !strings.Contains(text.String(), "diagnose."+name) && !strings.Contains(text.String(), word+":") {
			t.Errorf("no test looks for %s", name)
		}
	}
}

// allCauses are the words of all causes that the package declares, by their Go name.
func allCauses(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			word, isText := v.Values[0].(*ast.BasicLit)
			if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Cause" && isText {
				found[v.Names[0].Name] = strings.Trim(word.Value, `"`)
			}
			return true
		})
	}
	if len(found) < 60 {
		t.Fatalf("%d causes were found: this test does not read them any more", len(found))
	}
	return found
}

func TestACauseHasATitle(t *testing.T) {
	for cause, want := range map[diagnose.Cause]string{diagnose.ASNMismatch: "ASN mismatch", diagnose.NoPSK: "No PSK",
		diagnose.NotDialling: "Router not connecting", diagnose.StaticBeatsBGP: "Static beats BGP", "": ""} {
		if got := cause.Title(); got != want {
			t.Errorf("%q is called %q, want %q", cause, got, want)
		}
	}
}

// A column on a screen of 80 columns has the whole cause, with a question mark where it is only possible.
func TestACauseFitsIntoItsColumn(t *testing.T) {
	for _, word := range allCauses(t) {
		if short := diagnose.Cause(word).Short(); len(short)+1 > diagnose.ShortWidth {
			t.Errorf("%q is too wide", short)
		}
	}
}
