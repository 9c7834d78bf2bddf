package cli

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/tui"
)

// withConfig is a machine with this config.toml and the simulated account's token in the environment.
func withConfig(t *testing.T, text string) (x IO, out, said *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(simaccount.New(simaccount.Options{}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "flarewire", "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said = &bytes.Buffer{}, &bytes.Buffer{}
	return IO{In: strings.NewReader(""), Out: out, Err: said, Now: time.Now, Redactor: &secret.Redactor{},
		Environ: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home,
			"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4",
			"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}}, out, said
}

// What the config file prefers is in force, and a flag that was given goes before it.
func TestTheConfigFilesPreferencesAreInForceUnlessAFlagSaysOtherwise(t *testing.T) {
	const text = "version = 1\ntheme = \"light\"\nrefresh = \"45s\"\nstart = \"routes\"\nnotify = \"bell\"\n"
	type chosen struct {
		theme, start, notify, notifyAll string
		refresh                         time.Duration
	}
	for flag, want := range map[string]chosen{
		"":                  {"light", "routes", "", "bell", 45 * time.Second},
		"--theme=dark":      {"dark", "routes", "", "bell", 45 * time.Second},
		"--refresh=20s":     {"light", "routes", "", "bell", 20 * time.Second},
		"--start=tunnels":   {"light", "tunnels", "", "bell", 45 * time.Second},
		"--notify=terminal": {"light", "routes", "terminal", "bell", 45 * time.Second}, // the screen asks for notify first
	} {
		x, _, _ := withConfig(t, text)
		name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		f := &flags{refresh: 15 * time.Second, theme: string(tui.ThemeAuto), start: "overview",
			given: func(asked string) bool { return asked == name }}
		switch _, value, _ := strings.Cut(flag, "="); name {
		case "theme":
			f.theme = value
		case "refresh":
			f.refresh = 20 * time.Second
		case "start":
			f.start = value
		case "notify":
			f.notify = value
		}
		if err := f.check(x); err != nil {
			t.Fatalf("%q: %v", flag, err)
		}
		if got := (chosen{f.theme, f.start, f.notify, f.notifyAll, f.refresh}); got != want {
			t.Errorf("%q: %+v, want %+v", flag, got, want)
		}
	}
}

// A config file with nothing in it, or with comments only, stops nobody who has a token in the environment.
func TestAnEmptyConfigFileStopsNoCommand(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comments only": "# flarewire\n# theme = \"dark\"\n", "blank": "\n \n"} {
		x, out, said := withConfig(t, text)
		if code := Main(t.Context(), []string{"status"}, x); code != 0 || !strings.Contains(out.String(), "fra-dc1-gre") || said.Len() > 0 {
			t.Errorf("%s: exit %d, %q, %q", name, code, out.String(), said.String())
		}
	}
}
