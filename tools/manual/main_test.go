package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"flarewire/cli"
	"flarewire/internal/router"
	"flarewire/keystore"
)

const (
	keys = "../../docs/keys.md"
	date = "2026-03-01T12:00:00Z"
)

func unpacked(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// every calls visit for the command and all below it that people can use.
func every(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			every(c, visit)
		}
	}
}

// Every command has a page with its flags, man reads each without a complaint, and a page of a command that is no more goes.
func TestEveryCommandHasAManualPage(t *testing.T) {
	out := t.TempDir()
	stale := filepath.Join(out, "man", "flarewire-gone.1.gz")
	if err := os.MkdirAll(filepath.Dir(stale), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(out, keys, date); err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{"flarewire-keys.7.gz": true, "flarewire.5.gz": true}
	every(cli.Command(), func(c *cobra.Command) {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1.gz"
		pages[name] = true
		text := unpacked(t, filepath.Join(out, "man", name))
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(text, strings.ReplaceAll("--"+f.Name, "-", `\-`)) {
				t.Errorf("%s does not have --%s", name, f.Name)
			}
		})
	})
	there, err := filepath.Glob(filepath.Join(out, "man", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if !pages[filepath.Base(path)] {
			t.Errorf("%s is the page of no command", filepath.Base(path))
		}
	}
	if len(there) != len(pages) {
		t.Errorf("%d pages, want %d", len(there), len(pages))
	}
	if _, err := exec.LookPath("man"); err != nil {
		t.Skip("man is not installed: the pages were not read by it")
	}
	for _, path := range there {
		cmd := exec.CommandContext(t.Context(), "man", "--warnings", "-E", "UTF-8", "-l", path)
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		cmd.Env = append(os.Environ(), "MANWIDTH=80", "MAN_KEEP_STDERR=1", "MANROFFOPT=-Wbreak") // addresses are longer than a line
		if text, err := cmd.Output(); err != nil || complaints.Len() > 0 || !bytes.Contains(text, []byte("NAME")) {
			t.Errorf("man %s: %v %s", filepath.Base(path), err, &complaints)
		}
	}
}

// Lines that the help shows as they are stand so in the manual, and what is between angle brackets is there.
func TestExamplesStandAsTheyAre(t *testing.T) {
	if _, err := exec.LookPath("man"); err != nil {
		t.Skip("man is not installed")
	}
	out := t.TempDir()
	if err := run(out, keys, date); err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{"flarewire-demo-server": "CLOUDFLARE_BASE_URL=<that line> CLOUDFLARE_API_TOKEN",
		"flarewire-auth-login": "\n       --store age       a file", "flarewire-config": "\n         junos      Juniper"} {
		cmd := exec.CommandContext(t.Context(), "man", "-E", "UTF-8", "-l", filepath.Join(out, "man", page+".1.gz"))
		cmd.Env = append(os.Environ(), "MANWIDTH=120", "MANROFFOPT=-Wbreak")
		if text, err := cmd.Output(); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, there is no %q in\n%s", page, err, want, text)
		}
	}
}

// The same source gives the same files to the byte, or a package could not be built again.
func TestTheSameSourceGivesTheSamePages(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for _, out := range []string{one, two} {
		if err := run(out, keys, date); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(one, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(two, strings.TrimPrefix(path, one)))
		if err == nil && !bytes.Equal(a, b) {
			t.Errorf("%s differs", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The completions are files that their shells can read; bash offers the commands when it has read its own.
func TestCompletionsAreRead(t *testing.T) {
	out := t.TempDir()
	if err := run(out, keys, date); err != nil {
		t.Fatal(err)
	}
	for shell, name := range map[string]string{"bash": "flarewire.bash", "zsh": "_flarewire", "fish": "flarewire.fish"} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("%s is not installed", shell)
			}
			if text, err := exec.CommandContext(t.Context(), shell, "-n", filepath.Join(out, "completions", name)).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
	if err := run(out, keys, "yesterday"); err == nil || !strings.Contains(err.Error(), "-date") {
		t.Errorf("a date that is none: %v", err)
	}
}

// flarewire(5) and the example in the README name every key that the config file may have, and the program reads the example of both.
func TestTheConfigFileIsDocumented(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, keys, date); err != nil {
		t.Fatal(err)
	}
	manual := unpacked(t, filepath.Join(dir, "man", "flarewire.5.gz"))
	for file, heading := range map[string]string{"../../docs/config.md": "", "../../README.md": "config.toml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ = bytes.Cut(text, []byte(heading))
		example := exampleOf(string(text))
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
			t.Fatal(err)
		}
		config, err := keystore.LoadConfig(path)
		if err != nil {
			t.Fatalf("%s: %v in:\n%s", file, err, example)
		}
		if notices := config.Notices(); len(notices) > 0 || len(config.Names()) == 0 || config.Preferences().Theme == "" {
			t.Errorf("%s: %q in:\n%s", file, notices, example)
		}
		for _, kind := range []reflect.Type{reflect.TypeFor[keystore.Profile](), reflect.TypeFor[keystore.Preferences]()} {
			for i := range kind.NumField() {
				key, _, _ := strings.Cut(kind.Field(i).Tag.Get("toml"), ",")
				if key == "-" {
					continue
				}
				there := key + " = "
				if kind.Field(i).Type.Kind() == reflect.Map {
					there = "[" + key
				}
				if !strings.Contains(example, there) && !strings.Contains(example, "."+key+"]]") && key != "color" { // it has no effect yet
					t.Errorf("%s: the example has no %s", file, key)
				}
				if !strings.Contains(manual, `\fB`+escaped(key)+`\fR`) && !strings.Contains(manual, "["+strings.ToUpper(key)) {
					t.Errorf("flarewire(5) has no %s", key)
				}
			}
		}
	}
	command := reflect.TypeFor[router.Command]()
	for i := range command.NumField() {
		if key, _, _ := strings.Cut(command.Field(i).Tag.Get("toml"), ","); !strings.Contains(manual, `\fB`+escaped(key)+`\fR`) {
			t.Errorf("flarewire(5) has no %s of a command for routers", key)
		}
	}
}

// exampleOf is the first block of indented lines that begins with the version.
func exampleOf(markdown string) string {
	_, rest, _ := strings.Cut(markdown, "    version = 1")
	out := "version = 1"
	for line := range strings.Lines(rest) {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "    ") && out != "version = 1" && line != rest {
			break
		}
		out += line
	}
	return out
}
