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
	for name, o := range map[string]ptytest.Options{
		"fast":           {Answers: ptytest.AnswersLikeXterm},
		"slow":           {Answers: ptytest.AnswersSlowly, AnswerDelay: 500 * time.Millisecond},
		"slower":         {Answers: ptytest.AnswersSlowly, AnswerDelay: time.Second},
		"at the end all": {Answers: ptytest.AnswersAllAtOnce},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Path, o.Args = "/bin/sh", []string{"-c", `"$0" --demo; stty -echo; printf 'AT THE SHELL\033[c\n'; cat -v`, ptytest.Build(t)}
			term := ptytest.Start(t, o)
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
