package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// shell is one that completes: how it is started without anybody's own files, and what loads our completions.
type shell struct {
	name  string
	args  []string
	needs string // a file without which it cannot
	load  string
}

var shells = []shell{
	{"bash", []string{"--norc", "--noprofile", "-i"}, "/usr/share/bash-completion/bash_completion",
		"source /usr/share/bash-completion/bash_completion; source <(flarewire completion bash); bind 'set bell-style none'"},
	{"zsh", []string{"-f", "-i"}, "", "autoload -Uz compinit; compinit -u -D; source <(flarewire completion zsh)"},
	{"fish", []string{"--no-config", "-i"}, "", "flarewire completion fish | source"},
}

// atShell sits down at a shell that has loaded our completions, in a folder with a file in it.
func atShell(t *testing.T, s shell, env ...string) *ptytest.Terminal {
	t.Helper()
	path, err := exec.LookPath(s.name)
	if err != nil {
		t.Skipf("%s is not installed: its completion was not tried", s.name)
	}
	if _, err := os.Stat(s.needs); s.needs != "" && err != nil {
		t.Skipf("%s is not there: the completion of %s was not tried", s.needs, s.name)
	}
	bin, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(ptytest.Build(t), filepath.Join(bin, "flarewire")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"good.json", "settings.toml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	term := ptytest.Start(t, ptytest.Options{Path: path, Args: s.args, Dir: dir, Cols: 120, Rows: 30,
		Env: append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "PS1=> ", "PROMPT=> "}, env...)})
	term.Type(s.load + "; echo lo''aded\r")
	term.WaitText("loaded")
	return term
}

// completes types the beginning of a line, presses TAB, and waits for what the shell makes of it. Then the line is taken back.
func completes(term *ptytest.Terminal, line, want string) {
	term.Type(line + "\t")
	term.WaitFor(fmt.Sprintf("%q to become %q", line, want), func(s ptytest.Screen) bool {
		return strings.Contains(strings.ReplaceAll(s.Text(), "\n", " "), want)
	})
	term.Type("\x15clear\r") // ctrl+u takes the line back
	term.WaitGone(strings.Fields(line)[len(strings.Fields(line))-1])
}

// Each shell completes by its own engine, as somebody at its prompt has it: words of the program, a tunnel of the simulated account, and
// a file only where one is meant.
func TestEveryShellCompletesWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, s := range shells {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			term := atShell(t, s)
			completes(term, "flarewire --demo get gre iad-", "flarewire --demo get gre iad-dc1-gre")
			completes(term, "flarewire --demo config ams-br2", "flarewire --demo config ams-br2-ipsec")
			completes(term, "flarewire --theme li", "flarewire --theme light")
			completes(term, "flarewire --start over", "flarewire --start overview")
			completes(term, "flarewire auth login --store keyr", "flarewire auth login --store keyring")
			completes(term, "flarewire config --for mikr", "flarewire config --for mikrotik")
			completes(term, "flarewire snapshot compare go", "flarewire snapshot compare good.json")
			// Nothing is put behind the g, because no file is meant: the line is printed as it is then.
			term.Type("flarewire status g\t\x01echo \x05\r")
			s := term.WaitFor("the line as it is", func(s ptytest.Screen) bool {
				return slices.Contains(strings.Split(s.Text(), "\n"), "flarewire status g")
			})
			if s.Contains("good.json") {
				t.Errorf("a file is offered:\n%s", s.Box())
			}
		})
	}
}

// Names of the last known state are completed when nobody can be asked: the account was looked at once, and Cloudflare is gone.
func TestNamesAreCompletedWithoutAskingAnybody(t *testing.T) {
	t.Parallel()
	for _, s := range shells {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			home := t.TempDir()
			config := filepath.Join(home, "flarewire", "config.toml")
			if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(config, []byte("version = 1\n[profiles.frankfurt]\naccount = \""+a.Account()+"\"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			term := atShell(t, s, a.env("XDG_CONFIG_HOME="+home)...)
			for _, command := range []string{"status", "list routes", "list prefixes"} {
				term.Type("flarewire " + command + " > /dev/null && echo re''ad\r")
				term.WaitText("read")
				term.Type("clear\r")
				term.WaitGone("read")
			}
			a.server.Close()
			completes(term, "flarewire get gre iad-", "flarewire get gre iad-dc1-gre")
			completes(term, "flarewire check --tunnel ams-br2", "flarewire check --tunnel ams-br2-ipsec")
			completes(term, "flarewire where 198.18.20", "flarewire where 198.18.20.0/24")
			completes(term, "flarewire auth switch fra", "flarewire auth switch frankfurt")
			completes(term, "flarewire --account "+a.Account()[:6], "flarewire --account "+a.Account())
		})
	}
}

// PowerShell is asked for what it would offer.
func TestPowerShellCompletesWhatIsThere(t *testing.T) {
	t.Parallel()
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		t.Skip("pwsh is not installed: its completion was not tried")
	}
	bin := t.TempDir()
	if err := os.Symlink(ptytest.Build(t), filepath.Join(bin, "flarewire")); err != nil {
		t.Fatal(err)
	}
	const line = "flarewire --demo get gre iad-"
	cmd := exec.CommandContext(t.Context(), pwsh, "-NoProfile", "-Command", fmt.Sprintf("flarewire completion powershell | Out-String | "+
		"Invoke-Expression; (TabExpansion2 -inputScript '%s' -cursorColumn %d).CompletionMatches.CompletionText", line, len(line)))
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "iad-dc1-gre") {
		t.Errorf("%v\n%s", err, out)
	}
}
