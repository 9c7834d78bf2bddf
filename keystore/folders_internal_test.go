package keystore

import (
	"path/filepath"
	"testing"
)

// Windows has its own places; whoever sets the XDG variables is followed on every system.
func TestTheFoldersAreThoseOfTheSystem(t *testing.T) {
	abs := func(parts ...string) string { return filepath.Join(append([]string{t.TempDir()}, parts...)...) }
	home, roaming, local, xdg := abs("home"), abs("Roaming"), abs("Local"), abs("xdg")
	for _, c := range []struct {
		env           Environment
		windows       bool
		config, state string
	}{
		{Environment{Home: home, AppData: roaming, LocalAppData: local}, true, roaming, local},
		{Environment{Home: home, AppData: roaming, LocalAppData: local}, false, filepath.Join(home, ".config"),
			filepath.Join(home, ".local", "state")},
		{Environment{Home: home}, true, filepath.Join(home, ".config"), filepath.Join(home, ".local", "state")},
		{Environment{Home: home, AppData: roaming, LocalAppData: local, ConfigHome: xdg, StateHome: xdg}, true, xdg, xdg},
		{Environment{Home: home, AppData: roaming, LocalAppData: local, ConfigHome: "relative", StateHome: "relative"}, true, roaming, local},
	} {
		if config, state := folders(c.env, c.windows); config != c.config || state != c.state {
			t.Errorf("%+v, Windows %t: %s and %s", c.env, c.windows, config, state)
		}
	}
}
