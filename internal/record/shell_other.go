//go:build !unix

package record

import (
	"context"
	"os/exec"
)

// shell is a command that is killed when its time is over.
func shell(ctx context.Context, command string) *exec.Cmd {
	return exec.CommandContext(ctx, "cmd.exe", "/C", command)
}
