package routerconfig

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"strings"
	"sync"
	"text/template/parse"
)

//go:embed templates/*.tmpl
var files embed.FS

// templates are read when a configuration is first asked for: a start of the program must not pay for it.
var templates = sync.OnceValue(func() map[string]*parse.Tree {
	out, err := parsed(files)
	if err != nil {
		panic(fmt.Sprintf("a template that is part of the program cannot be read: %v", err))
	}
	return out
})

// parsed is every template of the folder by its file's name.
func parsed(folder fs.FS) (map[string]*parse.Tree, error) {
	out := map[string]*parse.Tree{}
	names, err := fs.Glob(folder, "templates/*.tmpl")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		trees, err := parseText(path.Base(name), string(text))
		if err != nil {
			return nil, err
		}
		maps.Copy(out, trees)
	}
	return out, nil
}

func parseText(name, text string) (map[string]*parse.Tree, error) {
	return parse.Parse(name, text, "{{", "}}")
}

// writer fills in a template. It knows what our templates use of text/template's language: fields, if, with, else, range
// over a list and variables. The library's own execution is not used, because it can call any method of anything
// by its name: with it in the program the linker has to keep every exported method of every package, which are 3 MB.
// A test holds both against each other.
type writer struct {
	out  strings.Builder
	dot  reflect.Value
	vars map[string]reflect.Value // by name, with the dollar sign; "$" is what the template was given
}

// fill writes the template with the values, a struct, in its places.
func fill(name string, values any) (string, error) {
	tree := templates()[name]
	if tree == nil {
		return "", fmt.Errorf("there is no template %s", name)
	}
	return fillTree(tree, values)
}

func fillTree(tree *parse.Tree, values any) (string, error) {
	data := reflect.ValueOf(values)
	w := &writer{dot: data, vars: map[string]reflect.Value{"$": data}}
	if err := w.list(tree.Root); err != nil {
		return "", fmt.Errorf("%s: %w", tree.Name, err)
	}
	return w.out.String(), nil
}

func (w *writer) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if err := w.node(node); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) node(node parse.Node) error {
	switch n := node.(type) {
	case *parse.TextNode:
		w.out.Write(n.Text)
		return nil
	case *parse.ActionNode:
		v, err := w.value(n.Pipe)
		if err != nil || len(n.Pipe.Decl) > 0 {
			return err
		}
		if v.Kind() == reflect.Struct || v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
			return fmt.Errorf("%s is no text and no number", n.Pipe)
		}
		fmt.Fprint(&w.out, v.Interface())
		return nil
	case *parse.IfNode:
		return w.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return w.branch(&n.BranchNode, true)
	case *parse.RangeNode:
		return w.each(n)
	}
	return fmt.Errorf("%s is not among what templates may use", node)
}

// each is range over a list; it moves the dot.
func (w *writer) each(n *parse.RangeNode) error {
	v, err := w.value(n.Pipe)
	if err != nil {
		return err
	}
	if v.Kind() != reflect.Slice || len(n.Pipe.Decl) > 0 || n.ElseList != nil {
		return fmt.Errorf("%s is no list that can be gone through", n.Pipe)
	}
	before := w.dot
	for i := range v.Len() {
		w.dot = v.Index(i)
		if err := w.list(n.List); err != nil {
			return err
		}
	}
	w.dot = before
	return nil
}

// branch is if and with; with moves the dot.
func (w *writer) branch(n *parse.BranchNode, move bool) error {
	v, err := w.value(n.Pipe)
	if err != nil {
		return err
	}
	if v.IsZero() && v.Kind() != reflect.Struct {
		return w.list(n.ElseList)
	}
	if !move {
		return w.list(n.List)
	}
	before := w.dot
	w.dot = v
	err = w.list(n.List)
	w.dot = before
	return err
}

// value is what stands between braces: one field, variable or dot, which may be kept in a variable.
func (w *writer) value(pipe *parse.PipeNode) (reflect.Value, error) {
	if len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return reflect.Value{}, fmt.Errorf("%s is not among what templates may use", pipe)
	}
	v, fields := w.dot, []string(nil)
	switch n := pipe.Cmds[0].Args[0].(type) {
	case *parse.DotNode:
	case *parse.FieldNode:
		fields = n.Ident
	case *parse.VariableNode:
		v, fields = w.vars[n.Ident[0]], n.Ident[1:]
	default:
		return v, fmt.Errorf("%s is not among what templates may use", pipe)
	}
	for _, name := range fields {
		if v = reflect.Indirect(v); v.Kind() != reflect.Struct {
			return v, fmt.Errorf("%s: nothing has a field %s here", pipe, name)
		}
		if v = v.FieldByName(name); !v.IsValid() {
			return v, fmt.Errorf("%s: there is no field %s", pipe, name)
		}
	}
	for _, d := range pipe.Decl {
		w.vars[d.Ident[0]] = v
	}
	return v, nil
}
