//go:build unix

package keystore

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command the leader of a process group, and its end the end of the whole group: a shell script that
// is killed alone leaves what it waits for running.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
