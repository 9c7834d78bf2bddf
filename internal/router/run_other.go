//go:build !unix

package router

import "os/exec"

// apart does nothing where there are no sessions: only the command itself is stopped.
func apart(*exec.Cmd) {}

func endGroup(*exec.Cmd) {}
