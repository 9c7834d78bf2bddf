package views_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/views/kit"
)

// onlyPages are the modules that are pages and keep no objects of the account, with the capabilities that they have all the same.
var onlyPages = map[string][]string{"overview": nil, "alerts": nil, "bgp": nil, "changes": nil, "events": nil, "setup": nil,
	"activity": nil, "requests": nil, "traceroute": {"Tracer"}, "where": nil, "location": nil, "muted": nil}

// Every module has a capability, or a reason not to, which stands at its type: a new module, or a capability that one loses by a
// changed method, is seen here.
func TestWhatEveryModuleHasAndLeavesOut(t *testing.T) {
	d := sit(t, "overview", nil)
	for _, m := range d.env.Modules() {
		name, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", m), "*"), ".")
		more, isOnlyPages := onlyPages[name]
		leftOut := leftOut(t, name)
		for _, c := range kit.Capabilities() {
			why, has := leftOut[c.Name], c.Has(m)
			delete(leftOut, c.Name)
			switch {
			case isOnlyPages && has != slices.Contains(more, c.Name):
				t.Errorf("%s of %s: %v, and onlyPages says otherwise (%s)", c.Name, name, has, c.What)
			case !isOnlyPages && !has && why == "":
				t.Errorf("%s has no %s (%s): write why into the comment of %[1]s.Module, as the others do", name, c.Name, c.What)
			case has && why != "":
				t.Errorf("%s of %s: there, and a reason why not: %s", c.Name, name, why)
			}
		}
		for unknown := range leftOut {
			t.Errorf("%s leaves out %q, which is no capability", name, unknown)
		}
	}
}

// leftOut are the reasons in the comment of a module's type: items of a capability and why the module does not have it.
func leftOut(t *testing.T, module string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(module, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no folder of the module %s: %v", module, err)
	}
	out := map[string]string{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range reason.FindAllStringSubmatch(commentOfModule(file), -1) {
			out[item[1]] = item[2]
		}
	}
	return out
}

var reason = regexp.MustCompile(`(?m)^ *- (\w+): (.+)$`)

// commentOfModule is the comment of the type Module, where the file declares it.
func commentOfModule(file *ast.File) string {
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, s := range group.Specs {
			if s.(*ast.TypeSpec).Name.Name == "Module" {
				return group.Doc.Text()
			}
		}
	}
	return ""
}
