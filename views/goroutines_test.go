package views_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// goroutines lists the functions of tui and views that start goroutines. A panic in a goroutine that nobody guards ends the
// process with the terminal still raw: pages return commands, or use tui.Begin.
var goroutines = map[string]string{
	"tui/instant.go started":   "hands a panic to the program",
	"tui/work.go Begin":        "keeps a panic for whoever waits",
	"tui/run.go Run":           "the library's own loop, which catches panics itself",
	"tui/run.go ending":        "a call of the library",
	"tui/line/line.go start":   "runs what tui.Guarded made",
	"tui/line/line.go secret":  "reads a line: no code of a page",
	"tui/line/console.go read": "reads a line: no code of a page",
}

func TestGoroutinesAreStartedInAFewPlaces(t *testing.T) {
	found := map[string]bool{}
	for _, root := range []string{"../tui", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, where := range goroutinesOf(t, path) {
				if found[where] = true; goroutines[where] == "" {
					t.Errorf("%s starts a goroutine: return a command, or use tui.Begin", where)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for where := range goroutines {
		if !found[where] {
			t.Errorf("%s starts no goroutine any more: delete its line", where)
		}
	}
}

// goroutinesOf names the file and the function of each go statement.
func goroutinesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.ToSlash(filepath.Join("views", path)) // views/../tui is tui
	var out []string
	for _, d := range file.Decls {
		place := name + " of the package"
		if f, ok := d.(*ast.FuncDecl); ok {
			place = name + " " + f.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if _, ok := n.(*ast.GoStmt); ok {
				out = append(out, place)
			}
			return true
		})
	}
	return out
}
