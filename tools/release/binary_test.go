package release_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// run runs a command of the tools in the root of the module and gives what it printed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = root
	// What this test was started with must not reach the build that it starts.
	cmd.Env = append(os.Environ(), "GOFLAGS=", "MAKEFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// stamped builds the program as `make build` does, with a version of its own.
func stamped(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	path := filepath.Join(t.TempDir(), "flarewire")
	run(t, "make", "build", "BIN="+path, "VERSION=9.8.7-rc.6", "COMMIT=abc1234", "DATE=2026-01-02T03:04:05Z")
	return path
}

// sizeGoal is the goal for the stripped binary, in bytes (docs/performance.md, The size of the binary).
const sizeGoal = 24_000_000

// The binary that make build makes says the version it was built as, is small enough, and its bill of materials lists
// what is in it.
func TestTheBuiltBinaryIsStampedAndSmall(t *testing.T) {
	t.Parallel()
	path := stamped(t)
	for _, arg := range []string{"--version", "version"} {
		if got := run(t, path, arg); !strings.HasPrefix(got, "flarewire 9.8.7-rc.6 (commit abc1234, built 2026-01-02T03:04:05Z, go1.") {
			t.Errorf("%s says %q", arg, got)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the stripped binary has %d bytes", info.Size())
	if info.Size() > sizeGoal {
		t.Errorf("the stripped binary has %d bytes, the goal is %d: docs/performance.md says how to find out what has come in", info.Size(),
			sizeGoal)
	}
	list := filepath.Join(t.TempDir(), "sbom.json")
	run(t, "go", "run", "-C", "tools", "./sbom", "-binary", path, "-version", "9.8.7-rc.6", "-date", "2026-01-02T03:04:05Z",
		"-out", list)
	checkBill(t, list, "9.8.7-rc.6")
}

// checkBill: the bill of materials names the program, the tool and the time, and every module of the program with its version, its licence
// and its hash.
func checkBill(t *testing.T, path, version string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type component struct {
		Name, Version, Purl string
		Hashes              []struct{ Alg, Content string }
		Licenses            []struct{ License struct{ ID string } }
	}
	var bill struct {
		BomFormat, SerialNumber string
		Metadata                struct {
			Timestamp time.Time
			Component component
			Tools     struct{ Components []component }
		}
		Components []component
	}
	if err := json.Unmarshal(text, &bill); err != nil {
		t.Fatal(err)
	}
	if c := bill.Metadata.Component; bill.BomFormat != "CycloneDX" || c.Name != strings.TrimSpace(run(t, "go", "list", "-m")) ||
		c.Version != version {
		t.Errorf("%s is a %q of %s %s", path, bill.BomFormat, c.Name, c.Version)
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(bill.SerialNumber) ||
		bill.Metadata.Timestamp.IsZero() || len(bill.Metadata.Tools.Components) != 1 {
		t.Errorf("%s has the serial number %q, the time %s, the tools %v", path, bill.SerialNumber, bill.Metadata.Timestamp,
			bill.Metadata.Tools)
	}
	listed := map[string]component{}
	for _, c := range append(bill.Components, bill.Metadata.Component) {
		if listed[c.Name] = c; len(c.Licenses) != 1 || c.Licenses[0].License.ID == "" {
			t.Errorf("%s gives no licence of %s", path, c.Name)
		}
	}
	if listed["std"].Version == "" {
		t.Errorf("%s does not name the Go release", path)
	}
	for line := range strings.Lines(run(t, "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", ".")) {
		name, version, ok := strings.Cut(strings.TrimSpace(line), " ")
		if c := listed[name]; ok && (c.Version != version || c.Purl != "pkg:golang/"+name+"@"+version || len(c.Hashes) != 1 ||
			len(c.Hashes[0].Content) != 64) {
			t.Errorf("%s says of %s %s: %+v", path, name, version, c)
		}
	}
}

// A release by goreleaser is stamped as make build stamps: the same variables, in the same places.
func TestGoreleaserStampsAsTheMakefileDoes(t *testing.T) {
	t.Parallel()
	read := func(name, pattern string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil {
			t.Fatalf("%s has no linker flags", name)
		}
		return string(m[1])
	}
	made := read("Makefile", `(?m)^LDFLAGS := (.*)$`)
	released := read(".goreleaser.yaml", `ldflags:\n\s*- (.*)`)
	same := strings.NewReplacer("{{ .Version }}", "$(VERSION)", "{{ .ShortCommit }}", "$(COMMIT)", "{{ .CommitDate }}",
		"$(DATE)").Replace(released)
	if same != made {
		t.Errorf("goreleaser links with\n%s\nand the Makefile with\n%s", same, made)
	}
}
