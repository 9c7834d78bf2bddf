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

// listReaders are the files and folders outside internal/store that read a list of objects from Cloudflare, with the reason. What
// is on the screen comes from the store: a second reader would have another truth beside it.
var listReaders = map[string]string{
	"internal/access/":              "asks what a credential may read",
	"internal/change/":              "a change reads its object again, before and after",
	"cli/config.go":                 "a command that prints one text reads what it needs for it",
	"cli/resources.go":              "list and get print what the API gives, byte by byte",
	"views/kit/listing.go":          "the same",
	"views/interconnect/listing.go": "the same",
	"views/prefix/listing.go":       "the same",
	"views/tunnel/listing.go":       "the same",
	"views/prefix/binding.go":       "what stands against a change is read just before it",
	"views/tunnel/module.go":        "the same, for a replacement",
}

func TestListsAreReadInAFewPlaces(t *testing.T) {
	found := map[string]bool{}
	for _, root := range []string{"../cli", "../internal", "../tui", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			name := filepath.ToSlash(filepath.Join("views", path)) // views/../cli is cli
			if strings.HasPrefix(name, "internal/store/") {
				return nil
			}
			for _, where := range listsReadIn(t, path) {
				folder := name[:strings.LastIndex(name, "/")+1]
				if found[name], found[folder] = true, true; listReaders[name] == "" && listReaders[folder] == "" {
					t.Errorf("%s of %s reads a list: take it from the store, or say here why not", where, name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for where := range listReaders {
		if !found[where] {
			t.Errorf("%s reads no list any more: delete its line", where)
		}
	}
}

// listsReadIn names the function of each call of a method List with a context, as the client's collections have it.
func listsReadIn(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]bool{}
	for _, i := range file.Imports {
		imported[filepath.Base(strings.Trim(i.Path.Value, `"`))] = true
	}
	var out []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "List" {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil && imported[x.Name] {
				return true // a function of a package
			}
			out = append(out, f.Name.Name)
			return true
		})
	}
	return out
}
