package release_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// made is the one file in dist/ of a pattern; without it the test is skipped, or fails where REQUIRE_PACKAGE says that there must be one.
func made(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "dist", pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		missing(t, "there are %d %s in dist/: run make release-snapshot", len(found), pattern)
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("REQUIRE_PACKAGE") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// need skips the test where a program is not installed.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

// Debian's own checker finds nothing; what is excused stands with its reason in deploy/packages/lintian-overrides.
func TestLintianFindsNothing(t *testing.T) {
	t.Parallel()
	deb := newPackage(t)
	need(t, "lintian")
	if said := run(t, "lintian", "--allow-root", "--display-info", "--pedantic", deb); strings.TrimSpace(said) != "" {
		t.Errorf("lintian says of %s:\n%s", filepath.Base(deb), said)
	}
	overrides, err := os.ReadFile(filepath.Join(root, "deploy", "packages", "lintian-overrides"))
	if err != nil {
		t.Fatal(err)
	}
	reason := false
	for line := range strings.Lines(string(overrides)) {
		if comment := strings.HasPrefix(line, "# "); !comment && !reason {
			t.Errorf("nothing says why this is excused: %s", line)
		} else {
			reason = comment
		}
	}
}

// A package names the authorities that TLS needs, and the page of the project.
func TestTheDebianPackageSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	deb := newPackage(t)
	for field, want := range map[string]string{"Recommends": "ca-certificates", "Section": "net", "Homepage": "https://", "Maintainer": " <"} {
		if got := run(t, "dpkg-deb", "-f", deb, field); !strings.Contains(got, want) {
			t.Errorf("%s is %q", field, got)
		}
	}
}

// everywhere is what a package has under any distribution.
var everywhere = []string{"usr/bin/flarewire", "usr/share/man/man1/flarewire.1.gz", "usr/share/man/man5/flarewire.5.gz",
	"usr/share/man/man7/flarewire-keys.7.gz", "usr/share/bash-completion/completions/flarewire",
	"usr/share/fish/vendor_completions.d/flarewire.fish", "usr/share/zsh/site-functions/_flarewire",
	"usr/share/licenses/flarewire/LICENSE", "usr/share/licenses/flarewire/NOTICES"}

func holds(t *testing.T, name, listing string, paths []string) {
	t.Helper()
	listed := "\n" + regexp.MustCompile(`(?m)^(flarewire |\./|/)+`).ReplaceAllString(listing, "") + "\n"
	for _, path := range paths {
		if !strings.Contains(listed, "\n"+path+"\n") {
			t.Errorf("%s has no %s", name, path)
		}
	}
}

func TestTheRPMPackageHasWhatItShould(t *testing.T) {
	t.Parallel()
	path := made(t, "flarewire-*.x86_64.rpm")
	need(t, "rpm")
	holds(t, "the rpm", run(t, "rpm", "-qlp", path), everywhere)
	if got := run(t, "rpm", "-qp", "--recommends", path); !strings.Contains(got, "ca-certificates") {
		t.Errorf("recommended are %q", got)
	}
	if got := run(t, "rpm", "-qp", "--licensefiles", path); strings.Count(got, "/usr/share/licenses/flarewire/") != 2 {
		t.Errorf("the licence files are %q", got)
	}
	// rpm itself puts it into an empty root and takes it out again; the scripts are not run there, it has no shell.
	at := t.TempDir()
	run(t, "rpm", "--root", at, "--initdb")
	run(t, "rpm", "--root", at, "-i", "--nodeps", "--noscripts", path)
	checkProgram(t, filepath.Join(at, "usr/bin/flarewire"), strings.TrimSpace(run(t, "rpm", "-qp", "--qf", "%{VERSION}", path)))
	run(t, "rpm", "--root", at, "-e", "--nodeps", "--noscripts", "flarewire")
	if _, err := os.Stat(filepath.Join(at, "usr/bin/flarewire")); err == nil {
		t.Error("the program is left")
	}
}

func TestTheArchPackageHasWhatItShould(t *testing.T) {
	t.Parallel()
	path := made(t, "flarewire-*-x86_64.pkg.tar.zst")
	need(t, "pacman")
	holds(t, "the Arch package", run(t, "pacman", "-Qlp", path), everywhere)
	if got := run(t, "pacman", "-Qip", path); !regexp.MustCompile(`Depends On\s*: ca-certificates`).MatchString(got) {
		t.Errorf("it says of itself:\n%s", got)
	}
}

// An apk is compressed archives one after the other; the first says what it is, the last has the files.
func TestTheAlpinePackageHasWhatItShould(t *testing.T) {
	t.Parallel()
	packed, err := os.ReadFile(made(t, "flarewire_*_x86_64.apk"))
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	files, listing, notices, info := tar.NewReader(unpacked), "", "", ""
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		listing += h.Name + "\n"
		if text, err := io.ReadAll(files); err != nil {
			t.Fatal(err)
		} else if strings.HasSuffix(h.Name, "NOTICES") {
			notices = string(text)
		} else if h.Name == ".PKGINFO" {
			info = string(text)
		}
	}
	holds(t, "the apk", listing, everywhere)
	if !strings.Contains(notices, "github.com/spf13/cobra") || !strings.Contains(info, "depend = ca-certificates-bundle") {
		t.Errorf("the notices have %d bytes, and it says of itself:\n%s", len(notices), info)
	}
	if strings.Contains(listing, "systemd") || strings.Contains(listing, "sysusers") {
		t.Errorf("Alpine has no systemd:\n%s", listing)
	}
}

// The cask is made and not published. Its archives are those of the checksums, and every manual page is in it.
func TestTheCaskIsWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(made(t, "homebrew/Casks/flarewire.rb"))
	if err != nil {
		t.Fatal(err)
	}
	cask := string(text)
	sums, err := os.ReadFile(made(t, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	archives := 0
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if strings.HasSuffix(name, ".tar.gz") {
			if archives++; !strings.Contains(cask, `sha256 "`+sum+`"`) {
				t.Errorf("the cask does not have %s", name)
			}
		}
	}
	if archives == 0 {
		t.Errorf("no archives among the checksums:\n%s", sums)
	}
	pages, err := filepath.Glob(filepath.Join(root, "bin", "docs", "man", "*.gz"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d manual pages: %v", len(pages), err)
	}
	for _, page := range pages {
		if !strings.Contains(cask, `manpage "man/`+filepath.Base(page)+`"`) {
			t.Errorf("the cask does not have the page %s", filepath.Base(page))
		}
	}
	for _, want := range []string{`binary "flarewire"`, `bash_completion "`, `zsh_completion "`, `fish_completion "`} {
		if !strings.Contains(cask, want) {
			t.Errorf("the cask has no %s", want)
		}
	}
}

// The checksums are signed by the command of .goreleaser.yaml, and docs/release.md tells people the command that proves it.
func TestASignatureIsProvedAsDocumented(t *testing.T) {
	t.Parallel()
	need(t, "minisign")
	config, document := contents(t, ".goreleaser.yaml"), contents(t, "docs/release.md")
	args := regexp.MustCompile(`(?s)signs:.*?cmd: minisign\n\s*args: \[(.*?)\]\n`).FindStringSubmatch(config)
	prove := regexp.MustCompile(`(?m)^    (minisign -V .*)$`).FindStringSubmatch(document)
	if args == nil || prove == nil {
		t.Fatalf("the signature is not described: %q, %q", args, prove)
	}
	dir := t.TempDir()
	sums := filepath.Join(dir, "checksums.txt")
	if err := os.WriteFile(sums, []byte("0000  flarewire.tar.gz\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "minisign", "-G", "-W", "-p", filepath.Join(dir, "flarewire.pub"), "-s", filepath.Join(dir, "key"))
	var sign []string
	expand := strings.NewReplacer("{{ .Env.MINISIGN_KEY }}", filepath.Join(dir, "key"), "{{ .Version }}", "9.8.7", "${artifact}", sums,
		"${signature}", sums+".minisig")
	for _, arg := range strings.Split(args[1], ", ") {
		sign = append(sign, expand.Replace(strings.Trim(arg, `"`)))
	}
	run(t, "minisign", sign...)
	verify := func() ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", prove[1])
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	if out, err := verify(); err != nil || !strings.Contains(string(out), "flarewire 9.8.7") {
		t.Errorf("%s: %v\n%s", prove[1], err, out)
	}
	if err := os.WriteFile(sums, []byte("1111  flarewire.tar.gz\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(); err == nil {
		t.Errorf("other checksums are proved, too:\n%s", out)
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
