package keystore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/keystore"
)

// A key is one text or several, none at all takes the action's key away, and what the file says of lists and aliases comes as it stands.
func TestTheFileSaysKeysListsAndAliases(t *testing.T) {
	path := configFile(t, `version = 1
[keys]
refresh = "R"
delete = ["X", "ctrl+d"]
mute = []
[lists.tunnels]
columns = ["bgp", "health"]
sort = "-health"
[aliases]
fra = "tunnels fra"
`)
	config := loadConfig(t, path)
	want := keystore.Preferences{
		Keys:    map[string]keystore.KeyList{"refresh": {"R"}, "delete": {"X", "ctrl+d"}, "mute": {}},
		Lists:   map[string]keystore.ListPreference{"tunnels": {Columns: []string{"bgp", "health"}, Sort: "-health"}},
		Aliases: map[string]string{"fra": "tunnels fra"},
	}
	if diff := cmp.Diff(want, config.Preferences()); diff != "" || len(config.Notices()) > 0 {
		t.Errorf("%s %q", diff, config.Notices())
	}
	// Who signs in on the screen writes the file, and loses none of it.
	if err := config.Put(keystore.Profile{Name: "lab"}); err != nil {
		t.Fatal(err)
	}
	if err := config.Save(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, loadConfig(t, path).Preferences()); diff != "" {
		t.Errorf("after a sign-in: %s", diff)
	}
}

// A file of a newer program is read as far as this one knows it, says so, and stays of its version when this one writes it.
func TestANewerFileWarnsAndStaysNewer(t *testing.T) {
	path := configFile(t, "version = 3\ntheme = \"solar\"\nstart = \"routes\"\nsparkle = true\n[profiles.prod]\nread_only = true\n")
	config := loadConfig(t, path)
	said := strings.Join(config.Notices(), "\n")
	for _, want := range []string{"version 3, of a newer flarewire", "key theme", "sparkle"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
	prod, err := config.Profile("prod")
	if p := config.Preferences(); err != nil || !prod.ReadOnly || p.Theme != "" || p.Start != "routes" {
		t.Errorf("%v, %+v, %+v", err, prod, p)
	}
	if err := config.Put(keystore.Profile{Name: "lab"}); err != nil {
		t.Fatal(err)
	}
	if err := config.Save(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil || !strings.Contains(string(text), "version = 3") || !strings.Contains(string(text), `theme = "solar"`) {
		t.Errorf("%v\n%s", err, text)
	}
}
