// Command licences lists the modules that are linked into flarewire on any release platform, with their licences:
// `make licences` writes docs/licences.md, and -check, which CI runs, fails when that file is not current.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// document is the file that is written, from the root of the module.
const document = "docs/licences.md"

func main() {
	check := flag.Bool("check", false, "fail when "+document+" is not current, instead of writing it")
	platforms := flag.String("platforms", "linux/amd64", "the release platforms, with blanks between them")
	flag.Parse()
	if err := run(context.Background(), strings.Fields(*platforms), *check); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, platforms []string, check bool) error {
	linked := map[string]*module{}
	for _, p := range platforms {
		if err := list(ctx, p, linked); err != nil {
			return err
		}
	}
	modules := slices.SortedFunc(maps.Values(linked), func(a, b *module) int { return strings.Compare(a.path, b.path) })
	for _, m := range modules {
		if err := m.read(); err != nil {
			return err
		}
	}
	text := write(modules, len(platforms))
	if !check {
		return os.WriteFile(document, text, 0o644)
	}
	if old, err := os.ReadFile(document); err != nil || !bytes.Equal(old, text) {
		return errors.Join(fmt.Errorf("%s is not current: run make licences", document), err)
	}
	fmt.Printf("%s is current: %d modules\n", document, len(modules))
	return nil
}

// module is one that is linked.
type module struct {
	path, version, dir string
	kind               string   // the licence's SPDX identifier
	texts              []string // its files, as they are
}

// list adds the modules that the binary of a platform is made of.
func list(ctx context.Context, platform string, to map[string]*module) error {
	system, machine, _ := strings.Cut(platform, "/")
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w", platform, err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			to[f[0]] = &module{path: f[0], version: f[1], dir: f[2]}
		}
	}
	return nil
}

// read finds the licence files in the module cache and says which licence they are.
func (m *module) read() error {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.IsDir() || !slices.ContainsFunc([]string{"license", "licence", "copying", "notice"},
			func(word string) bool { return strings.HasPrefix(name, word) }) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return err
		}
		m.texts = append(m.texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		if m.kind == "" {
			m.kind = kindOf(string(text))
		}
	}
	if m.kind == "" {
		return fmt.Errorf("the licence of %s in %s is not known: read it, and teach kindOf or drop the module", m.path, m.dir)
	}
	return nil
}

// kindOf recognizes the licences that may be linked: those that ask for no more than that their text is passed on.
// Everything else is "" and stops the release until somebody has read it.
func kindOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words ...string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	switch {
	case has("Apache License", "Version 2.0"):
		return "Apache-2.0"
	case has("Redistribution and use in source and binary forms", "may be used to endorse or promote products"):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("Permission is hereby granted, free of charge", "The above copyright notice and this permission notice"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose"):
		return "ISC"
	}
	return ""
}

// write makes the document.
func write(modules []*module, platforms int) []byte {
	var b bytes.Buffer
	kinds := map[string]int{}
	for _, m := range modules {
		kinds[m.kind]++
	}
	fmt.Fprintf(&b, "# What is linked into flarewire, and under which licences\n\nMade by `make licences` from `go list -deps` for %d "+
		"release platforms and the licence files of the modules;\n", platforms)
	fmt.Fprint(&b, "CI checks that it is current. A licence that is not one of these stops it.\n\n")
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&b, "- %s: %d modules\n", kind, kinds[kind])
	}
	fmt.Fprint(&b, "\nThe Go standard library and runtime are linked, too (BSD-3-Clause, the text of golang.org/x/sys). flarewire itself: "+
		"[MIT](../LICENSE).\n")
	fmt.Fprint(&b, "\n| module | version | licence |\n|---|---|---|\n")
	owners := map[string][]string{}
	var order []string
	for _, m := range modules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.path, m.version, m.kind)
		for _, text := range m.texts {
			if owners[text] == nil {
				order = append(order, text)
			}
			owners[text] = append(owners[text], m.path)
		}
	}
	for _, text := range order {
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s\n```\n", strings.Join(owners[text], ", "), text)
	}
	return b.Bytes()
}
