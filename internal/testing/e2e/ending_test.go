//go:build !windows

package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// However the program ends, the terminal is as before, and the exit code tells how it ended.
func TestTheTerminalIsAsBeforeHoweverItEnds(t *testing.T) {
	t.Parallel()
	press := func(keys ...string) func(*ptytest.Terminal) {
		return func(term *ptytest.Terminal) { term.Press(keys...) }
	}
	signal := func(s os.Signal) func(*ptytest.Terminal) {
		return func(term *ptytest.Terminal) { term.Signal(s) }
	}
	for _, c := range []struct {
		name string
		end  func(*ptytest.Terminal)
		code int
	}{
		{"q", press("q"), 0},
		{"ctrl+c", press("ctrl+c"), 0},
		{"ctrl+c in the filter", press("/", "x", "ctrl+c"), 0},
		{"ctrl+c in the palette", press(":", "x", "ctrl+c"), 0},
		{"q on a detail page", press("enter", "q"), 0},
		{"SIGTERM", signal(syscall.SIGTERM), 143},
		{"SIGHUP", signal(syscall.SIGHUP), 129},
		{"SIGINT", signal(syscall.SIGINT), 130},
	} {
		for answers, name := range map[ptytest.Answers]string{ptytest.AnswersLikeXterm: "xterm", ptytest.AnswersNothing: "mute",
			ptytest.AnswersSlowly: "slow"} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				t.Parallel()
				term := sit(t, ptytest.Options{Args: []string{"--demo"}, Answers: answers})
				term.WaitFor("the list of tunnels", listed)
				c.end(term)
				if code := term.Wait(); code != c.code {
					t.Errorf("exit code %d, want %d; the screen is\n%s", code, c.code, term.Screen().Box())
				}
				term.AssertRestored(t)
			})
		}
	}
}

// The SSH line drops while the server hangs: no process stays behind.
func TestItEndsWhenItsTerminalIsGone(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	release := a.hold()
	term.Press("r")
	term.Close()
	term.Wait()
	release()
}

// A signal while a request hangs is obeyed at once, not after the time limit of the request.
func TestASignalIsObeyedWhileTheServerHangs(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	release := a.hold()
	defer release()
	term.Press("r")
	term.Signal(syscall.SIGTERM)
	if code := term.Wait(); code != 143 {
		t.Errorf("exit code %d", code)
	}
	term.AssertRestored(t)
}

// A panic anywhere in the program: the terminal is as before, one sentence says what happened, and no secret
// is in what is printed. The hook that panics is only in a binary built for this test.
func TestAPanicRestoresTheTerminalAndTellsNoSecret(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "flarewire")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "testhooks", "-o", binary,
		"flarewire").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a := newAccount(t, simaccount.Options{Token: canary})
	for _, where := range []string{"update", "view", "command"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			term := sit(t, ptytest.Options{Path: binary, Env: a.env("CLOUDFLARE_API_TOKEN="+canary, "FLAREWIRE_TEST_PANIC="+where)})
			term.WaitFor("the list of tunnels", listed)
			term.Signal(syscall.SIGUSR1)
			if code := term.Wait(); code != 1 {
				t.Errorf("exit code %d", code)
			}
			term.AssertRestored(t)
			said := string(term.Transcript())
			// What the terminal answers late may stand on the same line, and wrap it anywhere.
			if text := strings.Join(strings.Fields(term.Screen().Text()), ""); !strings.Contains(text, "flarewirestoppedbyafaultofitsown") {
				t.Errorf("no sentence says what happened:\n%s", term.Screen().Box())
			}
			if strings.Contains(said, "canary") {
				t.Error("the token is in the output")
			}
		})
	}
}

// The binary that people get has no such hook.
func TestTheOrdinaryBinaryHasNoTestHook(t *testing.T) {
	t.Parallel()
	binary, err := os.ReadFile(ptytest.Build(t))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(binary, []byte("FLAREWIRE_TEST_PANIC")) {
		t.Error("the hook for tests is in the ordinary binary")
	}
}
