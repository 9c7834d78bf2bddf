package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// settingsHome is a configuration folder with this config.toml.
func settingsHome(t *testing.T, text string) string {
	t.Helper()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "flarewire", "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

// called are the names of the tunnels on the screen, in their order.
func called(s ptytest.Screen) []string { return tunnelName.FindAllString(s.Text(), -1) }

var tunnelName = regexp.MustCompile(`[a-z]{3}-[a-z0-9]+-(gre|ipsec)`)

// ownKeys is what somebody with hands of their own writes.
const ownKeys = `version = 1
theme = "none"

[keys]
help = "&"
palette = "f3"
refresh = "ctrl+r"
delete = ["X", "ctrl+x"]
mark = []
new = "r"

[aliases]
fra = "tunnels fra"
worst = "problems"

[lists.tunnels]
columns = ["health", "state"]
sort = "-name"
`

// Somebody gives actions other keys: keys, footer, help, palette and line mode follow, and the keys of before mean nothing any more, or
// what they were given to. The list has the columns and the order of the file.
func TestKeysAreReboundAndEverythingSaysSo(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	env := "XDG_CONFIG_HOME=" + settingsHome(t, ownKeys)
	term := sit(t, ptytest.Options{Args: []string{"--start", "tunnels"}, Env: a.env(env), Cols: 118, Rows: 40})
	s := term.WaitFor("the list", func(s ptytest.Screen) bool { return s.Contains("fra-dc1-gre") })
	if names := called(s); !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(b, a) }) || len(names) < 3 {
		t.Errorf("the order of the file does not hold: %q", names)
	}
	head := s.Line(2)
	if i, j := strings.Index(head, "HEALTH"), strings.Index(head, "BGP"); i < 0 || j < i || strings.Contains(head, "CUSTOMER") {
		t.Errorf("the columns of the file do not hold: %q", head)
	}
	for _, want := range []string{"X delete", "f3 go to", "& help", "r new"} {
		if !strings.Contains(footer(s), want) {
			t.Errorf("the footer has no %q: %s", want, footer(s))
		}
	}
	// A key of before means nothing, and what says so knows the key of the help.
	term.Type("?")
	term.WaitText("? does nothing here; & lists the keys")
	term.Type("&")
	s = term.WaitFor("the help", showsAll("Keys on", "X ctrl+x", "ctrl+r"))
	if help := s.Text(); strings.Contains(help, "space ") {
		t.Errorf("the help has the key of mark, which has none:\n%s", help)
	}
	term.Type("&") // closes it, too
	term.WaitFor("the list again", func(s ptytest.Screen) bool { return !s.Contains("Keys on") && s.Contains("NAME") })

	term.Type("X")
	term.WaitText("Delete")
	term.Press("esc")
	term.WaitGone("Delete")

	// The palette opens by its new key, names the keys that hold, and knows the own words.
	term.Press("f3")
	term.Type("refr")
	term.WaitText("ctrl+r: Refresh now")
	term.Press("ctrl+u")
	term.Type("fra")
	term.WaitText(":tunnels fra")
	term.Press("enter")
	s = term.WaitText("/fra")
	for _, name := range called(s) {
		if !strings.Contains(name, "fra") {
			t.Errorf("the own word shows %s, too", name)
		}
	}
	term.Press("f3")
	term.Type("mark\r")
	term.WaitText("1 marked")

	k := hear(t, a.env(env), "--start", "tunnels")
	k.answers("row 1 waw-br1-ipsec>", "help")
	k.hears("  mark: ", "delete (X, ctrl+x)")
	k.answers(">", "D")
	k.hears("Nothing here is called D")
	k.answers(">", "fra")
	k.hears("fra-dc1-gre")
	k.answers(">", "&")
	k.hears("by name or key")
	k.answers(">", "quit")
	k.ends(0)
}

// A key for two actions, or an own word that is a page, opens no screen: both names are said, and settings check says the same.
func TestAFileThatContradictsItselfOpensNoScreen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"version = 1\n[keys]\ndelete = \"n\"\n":              {"delete", "new", "the key n"},
		"version = 1\n[keys]\nsubmit = \"s\"\n":              {"submit cannot have s"},
		"version = 1\n[keys]\nrefresh = \"enter\"\n":         {"keys.refresh", "enter means the same everywhere"},
		"version = 1\n[aliases]\nroutes = \"tunnels fra\"\n": {"the page routes and the alias routes"},
	} {
		env := []string{"XDG_CONFIG_HOME=" + settingsHome(t, text)}
		for _, args := range [][]string{{"--demo"}, {"settings", "check"}, {"settings"}} {
			term := sit(t, ptytest.Options{Args: args, Env: env, Cols: 200})
			if code := term.Wait(); code != 2 {
				t.Errorf("%q: exit %d", args, code)
			}
			for _, part := range want {
				if said := string(term.Transcript()); !strings.Contains(said, part) {
					t.Errorf("%q does not say %q: %s", args, part, said)
				}
			}
		}
	}
}

// The file is edited in the user's editor: what is right holds at once, what is wrong is said and asked about, and the file of before
// stays.
func TestTheFileIsEditedAndCheckedBeforeItHolds(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	path := filepath.Join(home, "flarewire", "config.toml")
	edit := func(script string) *ptytest.Terminal {
		editor := filepath.Join(t.TempDir(), "editor")
		if err := os.WriteFile(editor, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		return sit(t, ptytest.Options{Args: []string{"settings", "edit"}, Env: []string{"XDG_CONFIG_HOME=" + home,
			"VISUAL=" + editor + " --wait"},
			Cols: 160})
	}
	content := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := edit(`[ "$1" = --wait ] && sed -i 's/^# theme = .*/theme = "light"/' "$2"`)
	if code := first.Wait(); code != 0 || !strings.Contains(content(), "\ntheme = \"light\"\n") || !strings.Contains(content(), "# [keys]") {
		t.Fatalf("exit %d: %s\n%s", code, first.Transcript(), content())
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	before := content()
	wrong := edit(`echo 'start = "rootes"' > "$2.new"; cat "$2" >> "$2.new"; mv "$2.new" "$2"`)
	wrong.WaitText("Edit again? [Y/n]")
	if !strings.Contains(string(wrong.Transcript()), `no page called "rootes"`) {
		t.Errorf("%s", wrong.Transcript())
	}
	wrong.Type("n\r")
	if code := wrong.Wait(); code != 2 || content() != before {
		t.Errorf("exit %d, the file is\n%s", code, content())
	}
	// What was typed is there the next time, and can be mended.
	mended := edit(`sed -i 's/rootes/routes/' "$2"`)
	if code := mended.Wait(); code != 0 || !strings.Contains(content(), `start = "routes"`) {
		t.Errorf("exit %d: %s\n%s", code, mended.Transcript(), content())
	}
	// The second try mends it.
	again := edit(`if [ -e "$2.tried" ]; then sed -i 's/pink/dark/' "$2"; rm "$2.tried"; else sed -i 's/^theme.*/theme = "pink"/' "$2"; ` +
		`touch "$2.tried"; fi`)
	again.WaitText("Edit again? [Y/n]")
	again.Type("\r")
	if code := again.Wait(); code != 0 || !strings.Contains(content(), `theme = "dark"`) {
		t.Errorf("exit %d: %s\n%s", code, again.Transcript(), content())
	}
}
