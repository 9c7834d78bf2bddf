package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"flarewire/internal/testing/ptytest"
)

// multiplexer is a terminal within the terminal. Its own lines are switched off, so that the program has the whole screen.
type multiplexer struct {
	name, config string
	args         func(config, program string) []string
	end          []string // ends what is left of it after a failed test
}

var multiplexers = []multiplexer{
	{"tmux", "set -g status off\nset -g default-terminal tmux-256color\n",
		func(config, program string) []string {
			return []string{"-L", "flarewire", "-f", config, "new-session", program}
		}, []string{"-L", "flarewire", "kill-server"}},
	{"screen", "startup_message off\nterm screen-256color\naltscreen on\n",
		func(config, program string) []string {
			return []string{"-U", "-S", "flarewire", "-c", config, "/bin/sh", "-c", program}
		}, []string{"-S", "flarewire", "-X", "quit"}},
}

// inside opens the demo with its clock stopped in a multiplexer. Where there is none, the test is skipped.
func (m multiplexer) inside(t *testing.T, at size, env ...string) *ptytest.Terminal {
	t.Helper()
	path, err := exec.LookPath(m.name)
	if err != nil {
		t.Skipf("%s is not installed", m.name)
	}
	// Sockets have short names: not below the test's own folder.
	sockets, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	config := filepath.Join(sockets, "config")
	if err := os.WriteFile(config, []byte(m.config), 0o600); err != nil {
		t.Fatal(err)
	}
	env = append([]string{"TMUX_TMPDIR=" + sockets, "SCREENDIR=" + sockets, "SHELL=/bin/sh"}, env...)
	t.Cleanup(func() {
		cmd := exec.Command(path, m.end...)
		cmd.Env = append(os.Environ(), env...)
		_ = cmd.Run() // after a test that went well there is nothing left to end
	})
	term := ptytest.Start(t, ptytest.Options{Path: path, Cols: at.cols, Rows: at.rows, Timeout: patience, Env: env,
		Args: m.args(config, ptytest.Build(t)+" --demo --theme dark --start tunnels --demo-at "+moment)})
	term.WaitFor("the list of tunnels in "+m.name, listed)
	return term
}

// In tmux and in screen every page is the one of a plain terminal, after a change of the size, too; back works with esc,
// which they hold for a moment; and no more than 256 colours go out.
func TestTmuxAndScreenShowTheSame(t *testing.T) {
	t.Parallel()
	for _, m := range multiplexers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			term := m.inside(t, size{80, 24}, "COLORTERM=truecolor")
			plain := stopped(t, size{80, 24}) // both see the same pages: a list shows beside itself what its pages have read
			for _, at := range []size{{80, 24}, {120, 40}} {
				plain.Resize(at.cols, at.rows)
				term.Resize(at.cols, at.rows)
				for _, page := range pages {
					plain.Type(page.there)
					plain.WaitFor(page.name, page.shown)
					term.Type(page.there)
					term.WaitFor(page.name, page.shown)
					plain.WaitSame(page.name+" in "+m.name, term)
					back := page.back
					if page.name == "detail" || page.name == "help" {
						back = "\x1b"
					}
					term.Type(back)
					plain.Type(page.back)
					plain.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !s.Contains(":ro") })
					term.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !s.Contains(":ro") })
				}
			}
			term.Press("q")
			term.Wait()
			if sent := depths(term.Transcript()); !slices.Contains(sent, indexed) || slices.Contains(sent, trueColour) {
				t.Errorf("colours of %v went out", sent)
			}
		})
	}
}

// A multiplexer passes NO_COLOR on like any other part of the environment.
func TestNoColourInTmuxAndScreen(t *testing.T) {
	t.Parallel()
	for _, m := range multiplexers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			term := m.inside(t, size{80, 24}, "NO_COLOR=1")
			term.WaitFor("every state", showsAll("✗ Down", "◐ Establishing", "● Up", "○ No BGP"))
			term.Press("q")
			term.Wait()
			if sent := depths(term.Transcript()); len(sent) > 0 {
				t.Errorf("colours of %v were sent", sent)
			}
		})
	}
}
