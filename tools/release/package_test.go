package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// newPackage is the Debian package for this machine in dist/, as `make release-snapshot` leaves it. Without one the test
// is skipped, unless REQUIRE_PACKAGE says that there must be one, as in CI.
func newPackage(t *testing.T) string {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("REQUIRE_PACKAGE") != "" {
		skip = t.Fatalf
	}
	for _, tool := range []string{"dpkg", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip("%s is not installed: a Debian package can be neither unpacked nor installed here", tool)
		}
	}
	found, err := filepath.Glob(filepath.Join(root, "dist", "flarewire_*_"+runtime.GOARCH+".deb"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		skip("there are %d Debian packages for %s in dist/: run make release-snapshot", len(found), runtime.GOARCH)
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// checkProgram: the program of a package says the package's version and works.
func checkProgram(t *testing.T, path, version string) {
	t.Helper()
	// dpkg sorts what follows a tilde before the release itself; in semantic versions that is a hyphen.
	// The packaging's own revision comes last.
	version = strings.TrimSuffix(strings.Replace(version, "~", "-", 1), "-1")
	if got, want := run(t, path, "--version"), "flarewire "+version+" (commit "; !strings.HasPrefix(got, want) {
		t.Errorf("%s says %q, want %q …", path, got, want)
	}
	if got := run(t, path, "--demo", "status", "-o", "line"); !strings.HasPrefix(got, "fw ") {
		t.Errorf("the status line is %q", got)
	}
}

// Unpacked, the package has the program, its manual, completions for three shells and the licence, all readable by everybody.
func TestTheDebianPackageHasWhatItShould(t *testing.T) {
	t.Parallel()
	deb := newPackage(t)
	dir := t.TempDir()
	run(t, "dpkg-deb", "-x", deb, dir)
	checkProgram(t, filepath.Join(dir, "usr/bin/flarewire"), strings.TrimSpace(run(t, "dpkg-deb", "-f", deb, "Version")))
	for path, mode := range map[string]os.FileMode{"usr/bin/flarewire": 0o755, "usr/share/man/man1/flarewire.1.gz": 0o644,
		"usr/share/man/man1/flarewire-auth-login.1.gz": 0o644, "usr/share/man/man7/flarewire-keys.7.gz": 0o644,
		"usr/share/bash-completion/completions/flarewire": 0o644, "usr/share/zsh/vendor-completions/_flarewire": 0o644,
		"usr/share/fish/vendor_completions.d/flarewire.fish": 0o644, "usr/share/doc/flarewire/copyright": 0o644,
		"usr/share/doc/flarewire/changelog.gz": 0o644, "usr/share/doc/flarewire/changelog.Debian.gz": 0o644,
		"usr/share/lintian/overrides/flarewire": 0o644} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != mode || info.Size() == 0 {
			t.Errorf("%s has mode %s and %d bytes", path, info.Mode(), info.Size())
		}
	}
	bills, err := filepath.Glob(filepath.Join(root, "dist", "*_"+runtime.GOOS+"_"+runtime.GOARCH+".cdx.json"))
	if err != nil || len(bills) != 1 {
		t.Fatalf("%d bills of materials for this platform: %v", len(bills), err)
	}
	version := strings.Split(filepath.Base(bills[0]), "_")[1]
	if bills[0], err = filepath.Abs(bills[0]); err != nil {
		t.Fatal(err)
	}
	checkBill(t, bills[0], version)
}

// tryUnit runs what the installed system unit runs, where that can be done.
var tryUnit = func(*testing.T) {}

// Installed by dpkg, as a person does it, the program is on the path and runs; removed, nothing of it is left. This changes
// the machine for a moment, so it happens only where REQUIRE_PACKAGE says so, and never over an installation that is there.
func TestTheDebianPackageInstallsRunsAndGoes(t *testing.T) {
	if os.Getenv("REQUIRE_PACKAGE") == "" || os.Geteuid() != 0 {
		t.Skip("installing is for CI: it needs root, and REQUIRE_PACKAGE=1 in the environment")
	}
	deb := newPackage(t)
	if out, err := exec.CommandContext(t.Context(), "dpkg", "-s", "flarewire").CombinedOutput(); err == nil {
		t.Skipf("flarewire is installed on this machine and stays so:\n%s", out)
	}
	installed := false
	t.Cleanup(func() {
		if installed {
			_ = exec.Command("dpkg", "--purge", "flarewire").Run() // the test has failed on its way
		}
	})
	installed = true
	run(t, "dpkg", "-i", deb)
	files := strings.Fields(run(t, "dpkg", "-L", "flarewire"))
	if !slices.Contains(files, "/usr/bin/flarewire") {
		t.Fatalf("installed are %q", files)
	}
	checkProgram(t, "/usr/bin/flarewire", strings.TrimSpace(run(t, "dpkg-deb", "-f", deb, "Version")))
	tryUnit(t)
	run(t, "dpkg", "--purge", "flarewire")
	installed = false
	for _, path := range files {
		if strings.Contains(path, "flarewire") {
			if _, err := os.Stat(path); err == nil {
				t.Errorf("%s is left", path)
			}
		}
	}
}
