// Command publish gives the tree the name under which it is published: the module path in go.mod, imports, linker stamps, linters and
// documents,
// the place of the downloads, and who answers for the packages. `make publish-as` runs it; docs/release.md describes it. Run again with
// another
// path it goes from the one to the other.
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

func main() {
	module := flag.String("module", "", "the module path, for example github.com/OWNER/flarewire")
	maintainer := flag.String("maintainer", "", "who answers for the packages, as NAME <ADDRESS>")
	root := flag.String("root", "..", "the tree")
	flag.Parse()
	if err := run(*root, *module, *maintainer); err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(1)
	}
}

var (
	// A path that `go install` can fetch begins with a host (go.dev/ref/mod, Module paths).
	// One with a major version (/v2) would also want it in contract/go.mod and tools/go.mod; there is none so far.
	validModule     = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~-]+)+$`)
	validMaintainer = regexp.MustCompile(`^[^<>"\n]+ <[^<>@\s"]+@[^<>@\s"]+>$`)
	moduleLine      = regexp.MustCompile(`(?m)^module (\S+)$`)
	maintainerLine  = regexp.MustCompile(`(?m)^    maintainer: &maintainer (.*)$`)
	homepageLine    = regexp.MustCompile(`(?m)^    homepage: &homepage (.*)$`)
)

func run(root, module, maintainer string) error {
	if !validModule.MatchString(module) || strings.HasSuffix(module, "/") {
		return fmt.Errorf("-module %q: it is no path that can be fetched, such as github.com/OWNER/flarewire", module)
	}
	if maintainer != "" && !validMaintainer.MatchString(maintainer) {
		return fmt.Errorf("-maintainer %q: want NAME <ADDRESS>", maintainer)
	}
	names, err := renaming(root, module, maintainer)
	if err != nil {
		return err
	}
	changed := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin", "dist", "node_modules"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		did, err := names.file(path, d)
		if did {
			changed++
		}
		return err
	})
	fmt.Printf("%d files changed: this is %s now\n", changed, module)
	return err
}

// names is what is replaced, and how.
type names struct {
	replace []replacement
}

type replacement struct {
	find *regexp.Regexp
	with string
}

// renaming reads what the tree is called now.
func renaming(root, module, maintainer string) (names, error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return names{}, err
	}
	config, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	if err != nil {
		return names{}, err
	}
	old, page, who := moduleLine.FindSubmatch(text), homepageLine.FindSubmatch(config), maintainerLine.FindSubmatch(config)
	if old == nil || page == nil || who == nil {
		return names{}, errors.New("go.mod has no module, or .goreleaser.yaml no homepage and maintainer")
	}
	folders, err := packages(root)
	if err != nil {
		return names{}, err
	}
	was := regexp.QuoteMeta(string(old[1]))
	n := names{[]replacement{
		// A package of ours, wherever it is named; what comes before it must not make it a part of a longer path.
		{regexp.MustCompile(`(?m)(^|[^\w./~@-])` + was + `/(` + strings.Join(folders, "|") + `)\b`), "${1}" + module + "/${2}"},
		{regexp.MustCompile(`(?m)^((?:module|replace|require|\t)\s*)` + was + `( => \.\./| v0\.0\.0|/contract|/tools)?$`),
			"${1}" + module + "${2}"},
		{regexp.MustCompile(`(local-prefixes: \[)` + was + `\]`), "${1}" + module + "]"},
		{regexp.MustCompile(regexp.QuoteMeta(string(page[1]))), "https://" + module},
		{regexp.MustCompile("(?m)^Nothing is published so far, so `go install` has no path to fetch it from\\.$"),
			"Or `go install " + module + "@latest`."},
		{regexp.MustCompile("go install " + was + "@latest"), "go install " + module + "@latest"},
	}}
	if maintainer != "" {
		n.replace = append(n.replace, replacement{regexp.MustCompile(regexp.QuoteMeta(string(who[1]))),
			strings.ReplaceAll(maintainer, "$", "$$")})
	}
	return n, nil
}

// packages are the folders at the top of the tree that have Go in them.
func packages(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		has := false
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			err = errors.Join(err, filepath.WalkDir(filepath.Join(root, e.Name()), func(path string, _ fs.DirEntry, err error) error {
				has = has || filepath.Ext(path) == ".go"
				return err
			}))
		}
		if has {
			found = append(found, regexp.QuoteMeta(e.Name()))
		}
	}
	return found, err
}

// file writes a file anew when a name is in it.
func (n names) file(path string, d fs.DirEntry) (changed bool, err error) {
	if !d.Type().IsRegular() {
		return false, nil
	}
	text, err := os.ReadFile(path)
	if err != nil || !utf8.Valid(text) {
		return false, err
	}
	after := string(text)
	for _, r := range n.replace {
		after = r.find.ReplaceAllString(after, r.with)
	}
	if after == string(text) {
		return false, nil
	}
	if filepath.Ext(path) == ".go" { // what stands in columns stands in others now
		formatted, err := format.Source([]byte(after))
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		after = string(formatted)
	}
	info, err := d.Info()
	if err != nil {
		return false, err
	}
	return true, os.WriteFile(path, []byte(after), info.Mode().Perm())
}
