// Command sbom writes the bill of materials of a Go program as CycloneDX JSON: the modules that the linker recorded in
// the binary, and the Go release that built it. It is what `.goreleaser.yaml` runs for each binary; syft, its default,
// takes longer to build than the whole rest of a release.
//
//	go run ./internal/release/sbom -binary bin/flarewire -version 1.2.3 -out flarewire.cdx.json
package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	binary := flag.String("binary", "", "the program to describe")
	version := flag.String("version", "", "its version")
	out := flag.String("out", "", "the file to write")
	flag.Parse()
	if err := run(*binary, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(binary, version, out string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	bom, err := describe(info, version)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	return errors.Join(cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom), file.Close())
}

// describe has no time and no serial number in it: the same program gives the same bytes.
func describe(info *buildinfo.BuildInfo, version string) (*cdx.BOM, error) {
	self := component(cdx.ComponentTypeApplication, info.Main.Path, version)
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &self}
	parts := []cdx.Component{component(cdx.ComponentTypeLibrary, "std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := component(cdx.ComponentTypeLibrary, m.Path, m.Version)
		hash, err := sum(m)
		if err != nil {
			return nil, err
		}
		c.Hashes = &[]cdx.Hash{hash}
		parts = append(parts, c)
	}
	refs := make([]string, len(parts))
	for i, c := range parts {
		refs[i] = c.BOMRef
	}
	bom.Components = &parts
	bom.Dependencies = &[]cdx.Dependency{{Ref: self.BOMRef, Dependencies: &refs}}
	return bom, nil
}

// component names a module by its package URL (https://github.com/package-url/purl-spec, type golang).
func component(kind cdx.ComponentType, path, version string) cdx.Component {
	url := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	return cdx.Component{Type: kind, BOMRef: url, Name: path, Version: version, PackageURL: url, Scope: cdx.ScopeRequired}
}

// sum is the module's hash as go.sum has it: SHA-256 over the list of its files' hashes (golang.org/x/mod/sumdb/dirhash).
func sum(m *debug.Module) (cdx.Hash, error) {
	coded, ok := strings.CutPrefix(m.Sum, "h1:")
	raw, err := base64.StdEncoding.DecodeString(coded)
	if !ok || err != nil {
		return cdx.Hash{}, fmt.Errorf("%s %s has no hash that can be read: %q", m.Path, m.Version, m.Sum)
	}
	return cdx.Hash{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(raw)}, nil
}
