//go:build unix

package router

import (
	"os/exec"
	"syscall"
)

// apart gives the command a session of its own: it has no terminal that it could ask for a password on, gets none of the terminal's
// signals,
// and its end is the end of everything that it has started.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// endGroup ends what a command has left behind in its group.
func endGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // none is left as a rule
	}
}
