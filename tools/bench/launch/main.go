//go:build unix

// Command launch runs a program and prints the peak resident memory, in bytes, of the largest process that
// ran for it. The benchmark cannot start the program itself for that: on Linux a child's peak starts at the
// peak of the process that it was forked from, and the benchmark is large. This program is small.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "launch: name a program to run")
		os.Exit(2)
	}
	cmd := exec.CommandContext(context.Background(), os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "launch:", err)
		os.Exit(1)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		fmt.Fprintln(os.Stderr, "launch: this system tells no memory use")
		os.Exit(1)
	}
	unit := int64(1 << 10)
	if runtime.GOOS == "darwin" {
		unit = 1 // counted in bytes there
	}
	fmt.Println(usage.Maxrss * unit)
}
