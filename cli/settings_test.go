package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
)

// The example has no fault and nothing without effect, is the one of docs/config.md, and as a new file it changes nothing until somebody
// takes the sign of a comment away.
func TestTheExampleOfTheSettingsHolds(t *testing.T) {
	document, err := os.ReadFile("../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	indented := strings.ReplaceAll("    "+strings.ReplaceAll(strings.TrimSpace(exampleSettings), "\n", "\n    "), "\n    \n", "\n\n")
	if !strings.Contains(string(document), indented+"\n\n") {
		t.Errorf("docs/config.md does not have cli/config.example.toml as it is:\n%s", indented)
	}
	for name, text := range map[string]string{"example": exampleSettings, "new file": template(),
		"new file without its comments": strings.ReplaceAll(template(), "\n# ", "\n")} {
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		config, screen, err := loadSettings(path)
		if err != nil || len(config.Notices())+len(screen.notices) > 0 {
			t.Fatalf("%s: %v, %q, %q", name, err, config.Notices(), screen.notices)
		}
		if p := config.Preferences(); (name == "new file") != (p.Theme == "" && p.Keys == nil && len(config.Names()) == 0) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// What the screen cannot have is refused with its key, what it does not know is named and has no effect.
func TestSettingsAreHeldAgainstWhatThereIs(t *testing.T) {
	type lists = map[string]keystore.ListPreference
	type keys = map[string]keystore.KeyList
	for name, c := range map[string]struct {
		p             keystore.Preferences
		refused, said string
	}{
		"nothing": {},
		"all right": {p: keystore.Preferences{Lists: lists{"tunnels": {Columns: []string{"state"}, Sort: "-name"}},
			Keys: keys{"refresh": {"f5"}}}},
		"another word of it": {p: keystore.Preferences{Lists: lists{"route": {Sort: "prefix"}, "byoip": {Sort: "cidr"}}}},
		"no such list":       {p: keystore.Preferences{Lists: lists{"tunels": {}}}, said: "lists.tunels: no list is called so: use"},
		"no such column": {p: keystore.Preferences{Lists: lists{"routes": {Columns: []string{"bgp"}}}},
			said: `lists.routes.columns: the list has no column "bgp": use prefix`},
		"no such order": {p: keystore.Preferences{Lists: lists{"routes": {Sort: "-bgp"}}}, said: "lists.routes.sort"},
		"a column twice": {p: keystore.Preferences{Lists: lists{"routes": {Columns: []string{"via", "via"}}}},
			refused: "via stands there twice"},
		"no such action": {p: keystore.Preferences{Keys: keys{"refrehs": {"R"}}}, said: "keys.refrehs: no action is called so"},
		"no such key":    {p: keystore.Preferences{Keys: keys{"refresh": {"meta+r"}}}, refused: "keys.refresh: \"meta+r\" is no key"},
		"two actions":    {p: keystore.Preferences{Keys: keys{"refresh": {"n"}}}, refused: "refresh and new would both be on the key n"},
		"a word of a page": {p: keystore.Preferences{Aliases: map[string]string{"prefix": "routes"}},
			refused: "the page prefixes and the alias prefix"},
		"a word of an action": {p: keystore.Preferences{Aliases: map[string]string{"refresh": "routes"}},
			refused: "the action refresh and the alias refresh"},
		"a word for nothing": {p: keystore.Preferences{Aliases: map[string]string{"x": "rootes"}},
			said: "no page and no action is called rootes"},
		"behind an action": {p: keystore.Preferences{Aliases: map[string]string{"x": "refresh all"}},
			refused: "takes nothing behind its name"},
		"with the sign":        {p: keystore.Preferences{Aliases: map[string]string{"x": ":tunnels fra"}}},
		"the action of a page": {p: keystore.Preferences{Aliases: map[string]string{"x": "copy-json"}}},
	} {
		s, err := screenSettingsOf(c.p)
		if (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %v, want %q", name, err, c.refused)
		}
		if said := strings.Join(s.notices, "\n"); (said == "") != (c.said == "") || !strings.Contains(said, c.said) {
			t.Errorf("%s: said %q, want %q", name, said, c.said)
		}
	}
}

// Every action can have another key, and every key of the program's own can be given back to it: the table has no conflict of its own.
func TestTheProgramsOwnKeysHaveNoConflict(t *testing.T) {
	own := map[string]keystore.KeyList{}
	for _, page := range views.Actions() {
		for _, a := range page.Actions {
			for _, key := range a.Keys {
				if key == "f9" {
					t.Fatalf("%s has f9, which this test gives away", a.Name)
				}
			}
			own[a.Name] = nil
		}
	}
	for name := range own {
		if s, err := screenSettingsOf(keystore.Preferences{Keys: map[string]keystore.KeyList{name: {"f9"}}}); err != nil || len(s.notices) > 0 {
			t.Errorf("%s: %v, %q", name, err, s.notices)
		}
	}
}

func TestSettingsArePrintedWithWhoSaysThem(t *testing.T) {
	t.Cleanup(func() { tui.Rebind(nil) })
	x, out, _ := withConfig(t, "version = 1\ntheme = \"light\"\nshine = 1\n[keys]\nrefresh = [\"f5\", \"ctrl+r\"]\nmark = "+
		"[]\n[lists.routes]\nsort = \"-via\"\n"+
		"[aliases]\nfra = \"tunnels fra\"\n")
	if code := Main(t.Context(), []string{"settings"}, x); code != 0 {
		t.Fatalf("exit %d", code)
	}
	for _, want := range []string{"config.toml", "theme                  light", "by default", "keys.refresh           f5 ctrl+r",
		"the file; by default r",
		"keys.mark              none; :mark", "lists.routes.sort      -via", "aliases.fra            tunnels fra", "shine"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	out.Reset()
	if code := Main(t.Context(), []string{"settings", "check"}, x); code != 1 || !strings.Contains(out.String(), "shine") {
		t.Errorf("check: exit %d, %s", code, out)
	}
	out.Reset()
	if code := Main(t.Context(), []string{"settings", "path"}, x); code != 0 ||
		!strings.HasSuffix(strings.TrimSpace(out.String()), "config.toml") {
		t.Errorf("path: exit %d, %s", code, out)
	}
}
