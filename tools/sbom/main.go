// Command sbom writes the bill of materials of a Go program as CycloneDX JSON: the modules that the linker recorded in
// the binary, and the Go release that built it. It is what `.goreleaser.yaml` runs for each binary; syft, its default,
// takes longer to build than the whole rest of a release.
//
// The time is that of the commit and the serial number is made from the binary, so the same program gives the same bytes.
//
//	go run ./tools/sbom -binary bin/flarewire -version 1.2.3 -date 2026-03-01T12:00:00Z -out flarewire.cdx.json
package main

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"flarewire/tools/licences"
)

func main() {
	binary := flag.String("binary", "", "the program to describe")
	version := flag.String("version", "", "its version")
	date := flag.String("date", "", "its time (RFC 3339), for example that of the commit")
	out := flag.String("out", "", "the file to write")
	flag.Parse()
	if err := run(*binary, *version, *date, *out); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(binary, version, date, out string) error {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return fmt.Errorf("-date: %w", err)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	known, err := licencesOf(info)
	if err != nil {
		return err
	}
	bom, err := describe(info, version, known)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(content)
	bom.SerialNumber = serial(digest)
	bom.Metadata.Timestamp = at.UTC().Format(time.RFC3339)
	bom.Metadata.Component.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(digest[:])}}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	return errors.Join(cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom), file.Close())
}

// serial is a UUID made of a digest: version 8 and the variant of RFC 9562, 5.8.
func serial(digest [sha256.Size]byte) string {
	u := digest[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// The standard library's licence is that of the Go project, the program's own stands in LICENSE.
const goLicence, ownLicence = "BSD-3-Clause", "MIT"

// licencesOf gives the licences of what the binary was linked from, by module path.
func licencesOf(info *buildinfo.BuildInfo) (map[string]string, error) {
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	modules, err := licences.Linked(context.Background(), info.Main.Path, []string{setting["GOOS"] + "/" + setting["GOARCH"]})
	if err != nil {
		return nil, err
	}
	known := map[string]string{info.Main.Path: ownLicence, "std": goLicence}
	for _, m := range modules {
		known[m.Path] = m.Kind
	}
	return known, nil
}

// describe lists what is linked.
func describe(info *buildinfo.BuildInfo, version string, licence map[string]string) (*cdx.BOM, error) {
	self := component(cdx.ComponentTypeApplication, info.Main.Path, version, licence)
	tool := cdx.Component{Type: cdx.ComponentTypeApplication, Name: info.Main.Path + "/tools/sbom", Version: version}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &self, Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{tool}}}
	parts := []cdx.Component{component(cdx.ComponentTypeLibrary, "std", strings.TrimPrefix(info.GoVersion, "go"), licence)}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if licence[m.Path] == "" {
			return nil, fmt.Errorf("the licence of %s is not known", m.Path)
		}
		c := component(cdx.ComponentTypeLibrary, m.Path, m.Version, licence)
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
func component(kind cdx.ComponentType, path, version string, licence map[string]string) cdx.Component {
	url := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	return cdx.Component{Type: kind, BOMRef: url, Name: path, Version: version, PackageURL: url, Scope: cdx.ScopeRequired,
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: licence[path]}}}}
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
