package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../.."

// absolute finds a sentence that excludes something: it is a promise, which somebody breaks some day.
var absolute = regexp.MustCompile(`(?i)\b(only|never|alone|no other|nothing else|nobody else|the one (place|way|timer|reader))\b`)

// keeps finds what keeps a promise: a test, a linter and its rule, a target of the Makefile.
var keeps = regexp.MustCompile(`\bTest[A-Z]\w+|\bFuzz[A-Z]\w+|depguard|forbidigo|make deadcode`)

// Every promise of docs/architecture.md has what keeps it beside it, in the same paragraph, item or row. A sentence that is none
// says it without these words.
func TestThePromisesOfTheArchitectureAreKept(t *testing.T) {
	promises := 0
	for _, part := range partsOf(t, "docs/architecture.md") {
		if !absolute.MatchString(part) {
			continue
		}
		if promises++; !keeps.MatchString(part) {
			t.Errorf("nothing keeps this promise; name the test or the linter's rule beside it:\n%s", part)
		}
	}
	if promises < 10 {
		t.Errorf("%d promises: the page was not read", promises)
	}
}

// Every test that the architecture or CONTRIBUTING names exists, and so does every name of the code in the architecture, glossary and walks
// included: `package.Name` or `package.Type.Name`.
func TestWhatTheArchitectureNamesExists(t *testing.T) {
	tests, names := declared(t)
	for _, page := range []string{"docs/architecture.md", "CONTRIBUTING.md"} {
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(contents(t, page), -1) {
			if !tests[name] {
				t.Errorf("%s names %s, which is not there", page, name)
			}
		}
	}
	text := contents(t, "docs/architecture.md")
	named := 0
	for _, m := range regexp.MustCompile("`([a-z]+\\.[A-Za-z]\\w*(?:\\.\\w+)?)`").FindAllStringSubmatch(text, -1) {
		if strings.HasSuffix(m[1], ".go") || strings.HasSuffix(m[1], ".md") || strings.HasPrefix(m[1], "huh.") {
			continue
		}
		if named++; !names[m[1]] {
			t.Errorf("the architecture names `%s`, which is not there", m[1])
		}
	}
	if named < 80 {
		t.Errorf("%d names of the code: the page was not read", named)
	}
}

func contents(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// partsOf splits a page into paragraphs, items and rows, without the blocks of code.
func partsOf(t *testing.T, page string) []string {
	t.Helper()
	text := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(contents(t, page), "")
	text = regexp.MustCompile(`\n(\||- |\d+\. )`).ReplaceAllString(text, "\n\n$1")
	var parts []string
	for _, p := range regexp.MustCompile(`\n\s*\n`).Split(text, -1) {
		parts = append(parts, strings.Join(strings.Fields(p), " "))
	}
	return parts
}

// declared finds the tests, and what the packages declare: "package.Name", and methods as "package.Type.Name".
func declared(t *testing.T) (tests, names map[string]bool) {
	t.Helper()
	tests, names = map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(path, "_test.go") {
				tests[f.Name.Name] = true
			}
			for _, name := range namesOf(d) {
				names[file.Name.Name+"."+name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests, names
}

func namesOf(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
				if i, ok := s.Type.(*ast.InterfaceType); ok {
					names = append(names, fieldsOf(s.Name.Name, i.Methods)...)
				}
				if i, ok := s.Type.(*ast.StructType); ok {
					names = append(names, fieldsOf(s.Name.Name, i.Fields)...)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}

func fieldsOf(of string, list *ast.FieldList) []string {
	var names []string
	for _, f := range list.List {
		for _, n := range f.Names {
			names = append(names, of+"."+n.Name)
		}
	}
	return names
}

// receiver is the name of a method's type, without pointer and type parameters.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
