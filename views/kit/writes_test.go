package kit_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"flarewire/api"
)

// page is the package of a page whose method does something with the account.
const page = `package page

import (
	"context"

	"flarewire/api"
	"flarewire/views/kit"
)

type module struct{ env *kit.Env }

func (m *module) act(ctx context.Context, request api.Request, sender *api.Sender) {
	%s
}
`

// compiler type-checks pages against the packages as they are built.
type compiler struct {
	types.Importer
	files *token.FileSet
}

func newCompiler(t *testing.T) compiler {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}",
		"flarewire/views/kit").Output()
	if err != nil {
		t.Fatal(err)
	}
	exported := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exported[path] = file
	}
	files := token.NewFileSet()
	return compiler{files: files, Importer: importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser,
		error) {
		return os.Open(exported[path])
	})}
}

// compiles reports what the compiler says to a page with this statement; nil when it compiles.
func (c compiler) compiles(statement string) error {
	file, err := parser.ParseFile(c.files, "page.go", fmt.Sprintf(page, statement), 0)
	if err != nil {
		return err
	}
	config := types.Config{Importer: c}
	_, err = config.Check("flarewire/views/page", c.files, []*ast.File{file}, nil)
	return err
}

// collections gives the expression by which a page has the collection of each kind.
func collections() map[string]string {
	out := map[string]string{
		"bgp_prefixes": `m.env.Account.BGPPrefixes("p")`, "bindings": `m.env.Account.Bindings("p")`,
		"delegations": `m.env.Account.Delegations("p")`,
	}
	account := reflect.ValueOf((&api.Client{}).In("a")).Elem()
	for i := range account.NumField() {
		if !account.Type().Field(i).IsExported() {
			continue
		}
		c, ok := account.Field(i).Interface().(interface {
			BuildDelete(string) (api.Request, error)
		})
		if !ok {
			continue
		}
		r, err := c.BuildDelete("x")
		name := r.Operation().Name
		if refused := new(api.Error); errors.As(err, &refused) {
			name = refused.Operation
		}
		out[strings.TrimSuffix(name, ".delete")] = "m.env.Account." + account.Type().Field(i).Name
	}
	return out
}

// attempts are the statements by which somebody who does not know better would carry an operation out.
func attempts(op api.Operation) []string {
	kind, verb, _ := strings.Cut(op.Name, ".")
	of := collections()[kind]
	switch verb {
	case "create":
		return []string{of + `.Create(ctx, nil)`, of + `.Objects().Create(ctx, nil)`}
	case "update":
		if of == "" {
			return []string{`m.env.Account.SetCNISettings(ctx, api.CNISettings{})`, `m.env.Account.UpdateCNISettings(ctx, api.CNISettings{})`}
		}
		return []string{of + `.Update(ctx, "x", nil)`, of + `.Objects().Update(ctx, "x", nil)`}
	case "delete":
		return []string{of + `.Delete(ctx, "x")`, of + `.Objects().Delete(ctx, "x")`}
	case "bulk_update":
		return []string{of + `.BulkUpdate(ctx, nil)`, of + `.Objects().BulkUpdate(ctx, nil)`}
	case "psk_generate":
		return []string{`m.env.Account.GeneratePSK(ctx, "x")`}
	case "psk":
		return []string{`m.env.Account.SetPSKs(ctx, nil)`}
	case "validate":
		return []string{`m.env.Account.ValidatePrefix(ctx, "p")`}
	case "patch":
		return []string{`m.env.Account.ChangeBGPPrefix(ctx, "p", "b", api.BGPPrefixChange{})`,
			`m.env.Account.SetAdvertisement(ctx, "p", "b", true)`}
	}
	return nil
}

// TestAPageThatWritesDoesNotCompile, whatever it would change.
func TestAPageThatWritesDoesNotCompile(t *testing.T) {
	c := newCompiler(t)
	for _, fine := range []string{`_, _ = m.env.Account.Routes.List(ctx)`, `_, _ = m.env.Account.Routes.BuildDelete("x")`,
		`_, _ = m.env.Account.Traceroute(ctx, api.TracerouteRequest{})`, `_, _ = sender.Send(ctx, request)`} {
		if err := c.compiles(fine); err != nil {
			t.Fatalf("%s does not compile: %v", fine, err)
		}
	}
	changing := 0
	for _, op := range api.Operations() {
		if !op.Changes {
			continue
		}
		changing++
		statements := attempts(op)
		if len(statements) == 0 || strings.HasPrefix(statements[0], ".") {
			t.Errorf("%s changes something, and no attempt at it is made here", op.Name)
		}
		for _, statement := range statements {
			if err := c.compiles(statement); err == nil || !strings.Contains(err.Error(), "has no field or method") {
				t.Errorf("%s: %s: %v", op.Name, statement, err)
			}
		}
	}
	for _, statement := range []string{`m.env.Client.Send(ctx, request)`, `m.env.Account.Send(ctx, request)`,
		`m.env.Account.Routes.Send(ctx, request)`,
		`request.Send(ctx)`, `m.env.Writer.Send(ctx, request)`, `m.env.Writer.Sender()`, `m.env.Client.Sender()`} {
		if err := c.compiles(statement); err == nil {
			t.Errorf("%s compiles", statement)
		}
	}
	if changing < 35 {
		t.Errorf("%d operations change something: the table has shrunk", changing)
	}
}

// TestNothingLeadsFromAPageToASender: by no field and no method of what a page holds, however far.
func TestNothingLeadsFromAPageToASender(t *testing.T) {
	c := newCompiler(t)
	pkg, err := c.Import("flarewire/views/kit")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[types.Type]bool{}
	todo := []types.Type{pkg.Scope().Lookup("Env").Type()}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if types.TypeString(at, nil) == "flarewire/api.Sender" {
			t.Fatal("a page can have a sender")
		}
		todo = append(todo, next(at)...)
	}
	if len(seen) < 200 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

// next are the types that another package gets from a value: of exported fields, of elements, and of results of methods.
func next(t types.Type) []types.Type {
	var out []types.Type
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		out = append(out, u.Underlying())
		methods := types.NewMethodSet(types.NewPointer(u))
		for i := range methods.Len() {
			if f := methods.At(i).Obj(); f.Exported() {
				out = append(out, f.Type())
			}
		}
	case *types.Signature:
		for v := range u.Results().Variables() {
			out = append(out, v.Type())
		}
	case *types.Struct:
		for f := range u.Fields() {
			if f.Exported() {
				out = append(out, f.Type())
			}
		}
	case *types.Interface:
		for f := range u.Methods() {
			out = append(out, f.Type())
		}
	case *types.Map:
		out = append(out, u.Key(), u.Elem())
	case interface{ Elem() types.Type }: // pointers, lists, channels
		out = append(out, u.Elem())
	}
	return out
}

// TestNoPageMakesASender: it would need credentials, and there is no reason to.
func TestNoPageMakesASender(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		files++
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "NewSender" || s.Sel.Name == "Sender") {
				t.Errorf("%s speaks of a sender", path)
			}
			return true
		})
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
}
