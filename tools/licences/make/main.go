// Command make writes what is said of the licences of linked modules: `make licences` writes docs/licences.md, -check, which CI runs,
// fails when that file is not current, and -notices writes a file for the packages instead.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"flarewire/tools/licences"
)

// document is the file that is written, from the root of the tree.
const document = "docs/licences.md"

func main() {
	check := flag.Bool("check", false, "fail when "+document+" is not current, instead of writing it")
	notices := flag.String("notices", "", "write the notices for the packages here, and beside it those for Debian, instead of "+document)
	platforms := flag.String("platforms", "linux/amd64", "the release platforms, with blanks between them")
	root := flag.String("root", "..", "the tree")
	flag.Parse()
	if err := os.Chdir(*root); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
	if err := run(context.Background(), strings.Fields(*platforms), *notices, *check); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, platforms []string, notices string, check bool) error {
	modules, err := licences.Linked(ctx, ".", platforms)
	if err != nil {
		return err
	}
	if notices != "" {
		own, err := os.ReadFile("LICENSE")
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(notices), 0o755); err != nil {
			return err
		}
		return errors.Join(os.WriteFile(notices, copyright(string(own), modules, ""), 0o644),
			os.WriteFile(notices+".Debian", copyright(string(own), modules, commonApache), 0o644))
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

// goLicence is the licence file of the Go release, whose standard library and runtime are linked, too; golang.org/x has the same text.
const goLicence = "golang.org/x/sys"

// commonApache stands for the text of the Apache licence where the system has it: Debian Policy, 12.5.
const commonApache = "Licensed under the Apache License, Version 2.0. On Debian systems its text is " +
	"in\n/usr/share/common-licenses/Apache-2.0"

// copyright is the notices in the packages: the program's own licence, then each text that its modules ask to be passed on. An Apache
// licence may be replaced by where it is.
func copyright(own string, modules []*licences.Module, apache string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "flarewire, by the flarewire authors:\n\n%s\n", strings.TrimSpace(own))
	fmt.Fprint(&b, "\nThe program is linked from the modules below and from the Go standard library and runtime.\n")
	texts, owners := byText(modules)
	for _, text := range texts {
		names := strings.Join(owners[text], ", ")
		if slices.Contains(owners[text], goLicence) {
			names += ", and the Go standard library and runtime"
		}
		if apache != "" && licences.KindOf(text) == "Apache-2.0" {
			text = apache
		}
		fmt.Fprintf(&b, "\n%s\n%s:\n\n%s\n", strings.Repeat("-", 70), names, text)
	}
	return b.Bytes()
}

// byText gives the texts in the order of the modules, and whose each is: many modules share one.
func byText(modules []*licences.Module) (texts []string, owners map[string][]string) {
	owners = map[string][]string{}
	for _, m := range modules {
		for _, text := range m.Texts {
			if owners[text] == nil {
				texts = append(texts, text)
			}
			owners[text] = append(owners[text], m.Path)
		}
	}
	return texts, owners
}

// write makes the document.
func write(modules []*licences.Module, platforms int) []byte {
	var b bytes.Buffer
	kinds := map[string]int{}
	for _, m := range modules {
		kinds[m.Kind]++
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
	for _, m := range modules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.Path, m.Version, m.Kind)
	}
	texts, owners := byText(modules)
	for _, text := range texts {
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s\n```\n", strings.Join(owners[text], ", "), text)
	}
	return b.Bytes()
}
