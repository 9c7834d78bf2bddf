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
	file, err := parser.ParseFile(token.NewFileSet(), "finding.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
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
	causes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := v.Type.(*ast.Ident); !ok || kind.Name != "Cause" {
			return true
		}
		causes++
		word := strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`)
		if !strings.Contains(text.String(), "diagnose."+v.Names[0].Name) && !strings.Contains(text.String(), word+":") {
			t.Errorf("no test looks for %s", v.Names[0].Name)
		}
		return true
	})
	if causes < 30 {
		t.Errorf("%d causes were found in finding.go: this test does not read it any more", causes)
	}
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
	file, err := parser.ParseFile(token.NewFileSet(), "finding.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if word, ok := v.Values[0].(*ast.BasicLit); ok && word.Kind == token.STRING {
				short := diagnose.Cause(strings.Trim(word.Value, `"`)).Short()
				if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Cause" && len(short)+1 > diagnose.ShortWidth {
					t.Errorf("%q is too wide", short)
				}
			}
		}
		return true
	})
}
