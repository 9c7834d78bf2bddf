// Package licences finds the modules that are linked into flarewire, and under which licences they are: for docs/licences.md, for the
// notices in the packages, and for the bill of materials. It reads the module cache, so it belongs to tools and not to the program.
package licences

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Module is a module that is linked.
type Module struct {
	Path, Version string
	// Kind is the licence's SPDX identifier.
	Kind string
	// Texts are its licence files, as they are.
	Texts []string
	dir   string
}

// Linked gives the modules that a program is made of on any of the platforms, by their paths, with their licences.
func Linked(ctx context.Context, program string, platforms []string) ([]*Module, error) {
	linked := map[string]*Module{}
	for _, p := range platforms {
		if err := list(ctx, program, p, linked); err != nil {
			return nil, err
		}
	}
	modules := slices.SortedFunc(maps.Values(linked), func(a, b *Module) int { return strings.Compare(a.Path, b.Path) })
	for _, m := range modules {
		if err := m.read(); err != nil {
			return nil, err
		}
	}
	return modules, nil
}

// list adds the modules that the binary of a platform is made of.
func list(ctx context.Context, program, platform string, to map[string]*Module) error {
	system, machine, _ := strings.Cut(platform, "/")
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", program)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w", platform, err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			to[f[0]] = &Module{Path: f[0], Version: f[1], dir: f[2]}
		}
	}
	return nil
}

// read finds the licence files in the module cache and says which licence they are.
func (m *Module) read() error {
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
		m.Texts = append(m.Texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		if m.Kind == "" {
			m.Kind = KindOf(string(text))
		}
	}
	if m.Kind == "" {
		return fmt.Errorf("the licence of %s in %s is not known: read it, and teach KindOf or drop the module", m.Path, m.dir)
	}
	return nil
}

// KindOf recognizes the licences that may be linked: those that ask for no more than that their text is passed on.
// Everything else is "" and stops the release until somebody has read it.
func KindOf(text string) string {
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
