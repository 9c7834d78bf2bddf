package keystore_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/keystore"
)

const accountID = "023e105f4ecef8ad9ca31a8372d0c353"

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flarewire", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func loadConfig(t *testing.T, path string) *keystore.Config {
	t.Helper()
	config, err := keystore.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestConfigComesBackAsItWasSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "flarewire", "config.toml")
	config := loadConfig(t, path)
	if len(config.Names()) != 0 || config.Default() != "" {
		t.Error("a missing file is not an empty config")
	}
	prod := keystore.Profile{Name: "prod", Account: accountID, AccountName: "Example \"Corp\"\nüé", Store: keystore.StoreKeyring,
		ReadOnly: true, Production: true, Color: "red"}
	lab := keystore.Profile{Name: "lab.eu-1", TokenCommand: []string{"op", "read", "op://Private/x y/token"}, Interactive: true}
	for _, profile := range []keystore.Profile{prod, lab} {
		if err := config.Put(profile); err != nil {
			t.Fatal(err)
		}
	}
	if err := config.SetDefault("lab.eu-1"); err != nil {
		t.Fatal(err)
	}
	if err := config.Save(); err != nil {
		t.Fatal(err)
	}
	again := loadConfig(t, path)
	if diff := cmp.Diff([]string{"lab.eu-1", "prod"}, again.Names()); diff != "" || again.Default() != "lab.eu-1" {
		t.Errorf("names %s, default %s", diff, again.Default())
	}
	for _, want := range []keystore.Profile{prod, lab} {
		got, err := again.Profile(want.Name)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	again.Remove("lab.eu-1")
	if _, err := again.Profile("lab.eu-1"); !errors.Is(err, keystore.ErrUnknownProfile) || again.Default() != "" {
		t.Errorf("after Remove: %v, default %q", err, again.Default())
	}
}

// TestFilesAreOurs: 0600 in 0700, and nothing is left of the writing.
func TestFilesAreOurs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	config := loadConfig(t, filepath.Join(t.TempDir(), "flarewire", "config.toml"))
	if err := os.MkdirAll(filepath.Dir(config.Path()), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := config.Put(keystore.Profile{Name: "prod"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := config.Save(); err != nil {
			t.Fatal(err)
		}
	}
	wantModes(t, config.Path(), config.Path()+".lock")
}

// wantModes checks private files, their directory, and that they are alone there.
func wantModes(t *testing.T, paths ...string) {
	t.Helper()
	dir := filepath.Dir(paths[0])
	modes := map[string]os.FileMode{dir: 0o700}
	for _, path := range paths {
		modes[path] = 0o600
	}
	for each, want := range modes {
		info, err := os.Stat(each)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(each), got, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(paths) {
		t.Errorf("the directory has %d entries, error %v", len(entries), err)
	}
}

func TestConfigErrorsNameLineAndKey(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"unknown key": {"version = 1\n[profiles.prod]\nread_only = true\nreadonly = true\n",
			[]string{"line 4", "profiles.prod.readonly", "not known"}},
		"unknown, in lines": {"version = 1\n# c\n\nlocked = [\n 1,\n 2,\n]\n", []string{"line 4", "key locked", "may be one that protects"}},
		"unknown, inline":   {"version = 1\nprofiles = { prod = { no_writes = 1 } }\n", []string{"line 2", "profiles.prod.no_writes"}},
		"unknown table":     {"version = 1\n[approval]\n", []string{"line 2", "approval"}},
		"theme":             {"version = 1\ntheme = \"pink\"\n", []string{"line 2", "theme", "dark"}},
		"refresh":           {"version = 1\n\nrefresh = \"1s\"\n", []string{"line 3", "refresh", "5s"}},
		"notify of all":     {"version = 1\nnotify = \"loud\"\n", []string{"line 2", "notify", "bell"}},
		"syntax":            {"version = 1\n\ndefault = prod\n", []string{"line 3", "default"}},
		"wrong type":        {"version = 1\n[profiles.prod]\nread_only = \"yes\"\n", []string{"line 3", "read_only"}},
		"no version":        {"default = \"prod\"\n[profiles.prod]\n", []string{"version"}},
		"older than all":    {"\nversion = 0\ntheme = \"dark\"\n", []string{"line 2", "version 0"}},
		"newer, protecting": {"version = 2\n[profiles.prod]\nread_mostly = true\n", []string{"line 3", "may be one that protects"}},
		"newer, profile":    {"version = 2\n[profiles.prod]\nstore = \"cloud\"\n", []string{"line 3", "profiles.prod.store"}},
		"keys of no text":   {"version = 1\n[keys]\nrefresh = 5\n", []string{"line 3", "keys.refresh", `such as "x"`}},
		"alias of nothing":  {"version = 1\n[aliases]\nfra = \" \"\n", []string{"line 3", "aliases.fra", "tunnels fra"}},
		"alias of two":      {"version = 1\n[aliases]\n\"a b\" = \"tunnels\"\n", []string{"line 3", "in lower case"}},
		"account":           {"version = 1\n[profiles.prod]\naccount = \"123\"\n", []string{"line 3", "profiles.prod.account", "32"}},
		"store":             {"version = 1\n[profiles.prod]\n\nstore = \"plain\"\n", []string{"line 4", "profiles.prod.store", "keyring"}},
		"notify":            {"version = 1\n[profiles.prod]\nnotify = \"loud\"\n", []string{"line 3", "profiles.prod.notify", "bell"}},
		"empty command":     {"version = 1\n[profiles.prod]\ntoken_command = []\n", []string{"line 3", "token_command"}},
		"command as text": {"version = 1\n[profiles.prod]\ntoken_command = \"op read x\"\n",
			[]string{"line 3", "token_command", `is a list: token_command = ["program", "argument"]`}},
		"interactive":  {"version = 1\n[profiles.prod]\ninteractive = true\n", []string{"line 3", "interactive"}},
		"profile name": {"version = 1\n[profiles.Prod]\n", []string{"line 2", "Prod", "a-z"}},
		"default":      {"version = 1\ndefault = \"prod\"\n", []string{"line 2", "default"}},
		"a token":      {"version = 1\n[profiles.prod]\ntoken_command = [\"echo\", \"" + canaryText + "\"]\n", []string{"line 3", "revoke"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := configFile(t, c.text)
			_, err := keystore.LoadConfig(path)
			if !errors.Is(err, keystore.ErrConfig) || keystore.ExitCode(err) != 2 {
				t.Fatalf("got %v", err)
			}
			for _, want := range append(c.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), canaryText) {
				t.Error("the error shows the token")
			}
		})
	}
}

func TestConfigTakesNoSecret(t *testing.T) {
	config := loadConfig(t, filepath.Join(t.TempDir(), "flarewire", "config.toml"))
	if err := config.Put(keystore.Profile{Name: "prod", AccountName: canaryText}); err != nil {
		t.Fatal(err)
	}
	if err := config.Save(); !errors.Is(err, keystore.ErrConfig) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(config.Path()); !os.IsNotExist(err) {
		t.Error("the file was written all the same")
	}
}

func TestConfigThatIsTooLargeIsRefused(t *testing.T) {
	if _, err := keystore.LoadConfig(configFile(t, strings.Repeat("# comment\n", 10_000))); !errors.Is(err, keystore.ErrFile) {
		t.Errorf("got %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("version = 1\n[profiles.prod]\nstore = \"age\"\n")
	f.Add("version = 1\nprofiles = { a = { token_command = [\"x\"] } }\nz")
	path := filepath.Join(f.TempDir(), "config.toml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		config, err := keystore.LoadConfig(path)
		if err != nil {
			return
		}
		for _, name := range config.Names() {
			if err := keystore.CheckProfileName(name); err != nil {
				t.Errorf("the name %q was accepted", name)
			}
		}
		if err := config.Save(); err != nil {
			t.Errorf("what was read cannot be saved: %v", err)
		}
	})
}

// A file with nothing in it, or only comments, is as good as none: no command stops, the environment's token works.
func TestAConfigWithNothingInItIsNone(t *testing.T) {
	for _, text := range []string{"", "\n", "# profiles come later\n", "  # a\r\n\t\n"} {
		config, err := keystore.LoadConfig(configFile(t, text))
		if err != nil || len(config.Names()) != 0 {
			t.Fatalf("%q: %v", text, err)
		}
		if err := config.Put(keystore.Profile{Name: "prod"}); err != nil {
			t.Fatal(err)
		}
		if err := config.Save(); err != nil {
			t.Errorf("%q: it cannot be saved: %v", text, err)
		}
	}
}

// A key of a newer program has no effect and is named; it survives a change from here, and so do preferences.
func TestAKeyOfANewerProgramIsNamedAndKept(t *testing.T) {
	path := configFile(t, "version = 1\ntheme = \"dark\"\ncolumns = [\"name\"]\n[profiles.prod]\nstore = \"age\"\nicon = \"x\"\n")
	config := loadConfig(t, path)
	if got := config.Notices(); len(got) != 2 || !strings.Contains(got[0], "line 3: the key columns") ||
		!strings.Contains(got[1], "profiles.prod.icon") {
		t.Errorf("notices %q", got)
	}
	if err := config.Put(keystore.Profile{Name: "prod", Store: keystore.StoreKeyring, ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	if err := config.Save(); err != nil {
		t.Fatal(err)
	}
	again := loadConfig(t, path)
	if got := again.Preferences(); len(again.Notices()) != 2 || got.Theme != "dark" {
		t.Errorf("after saving: notices %q, preferences %+v", again.Notices(), got)
	}
	if p, err := again.Profile("prod"); err != nil || !p.ReadOnly || p.Store != keystore.StoreKeyring {
		t.Errorf("after saving: %+v, %v", p, err)
	}
}
