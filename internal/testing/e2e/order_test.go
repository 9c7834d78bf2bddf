package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// A list is ordered after a restart as it was left, each list by itself, and its columns are those of the config file.
func TestTheOrderOfAListSurvivesARestart(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	state, config := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "flarewire", "config.toml"),
		[]byte("version = 1\n[lists.tunnels]\ncolumns = [\"health\", \"asn\"]\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	open := func(list, head string) *ptytest.Terminal {
		term := sit(t, ptytest.Options{Args: []string{"--start", list}, Env: a.env("XDG_STATE_HOME="+state, "XDG_CONFIG_HOME="+config),
			Cols: 80, Rows: 24})
		term.WaitFor("the list with "+head, func(s ptytest.Screen) bool { return s.Contains(head) && s.Contains("fra-dc1-gre") })
		return term
	}
	quit := func(term *ptytest.Terminal) {
		term.Press("q")
		if code := term.Wait(); code != 0 {
			t.Fatalf("exit code %d", code)
		}
	}
	first := open("tunnels", "BGP▲")
	first.Press("s")
	first.WaitText("HEALTH▲")
	first.Press("S")
	first.WaitText("HEALTH▼")
	quit(first)
	second := open("tunnels", "HEALTH▼")
	if head, _, _ := strings.Cut(second.Screen().Text(), "\n▌"); !strings.Contains(head, "ASN") || strings.Contains(head, "SINCE") {
		t.Errorf("the columns are not those of the config file:\n%s", second.Screen().Text())
	}
	quit(second)
	quit(open("gre", "BGP▲"))
}
