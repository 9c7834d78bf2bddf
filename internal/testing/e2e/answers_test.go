//go:build !windows

package e2e_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/testing/ptytest"
)

// Who leaves at once on a slow line finds nothing of the terminal's answers in the shell. The shell asks a question of its own: the
// terminal answers in order, so its answer comes last.
func TestTheTerminalsAnswersDoNotReachTheShell(t *testing.T) {
	t.Parallel()
	for name, delay := range map[string]time.Duration{"fast": 0, "slow": 500 * time.Millisecond, "slower": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := ptytest.AnswersSlowly
			if delay == 0 {
				answers = ptytest.AnswersLikeXterm
			}
			term := ptytest.Start(t, ptytest.Options{Path: "/bin/sh", Answers: answers, AnswerDelay: delay,
				Args: []string{"-c", `"$0" --demo; stty -echo; printf 'AT THE SHELL\033[c\n'; cat -v`, ptytest.Build(t)}})
			term.WaitText("tunnels")
			term.Press("q")
			term.WaitText("AT THE SHELL")
			term.Send("\r") // cat reads whole lines
			shell := term.WaitFor("the answer to the shell's own question", func(s ptytest.Screen) bool {
				term.Send("\r")
				return strings.Contains(s.Box(), "^[[?6")
			}).Box()
			if strings.Contains(shell, "2026;") || strings.Contains(shell, "rgb:") {
				t.Errorf("answers to the program in the shell:\n%s", shell)
			}
			term.Close()
		})
	}
}
