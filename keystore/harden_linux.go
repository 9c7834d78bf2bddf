package keystore

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Harden keeps the process's memory to itself: not dumpable, so that other processes of the user cannot read its memory
// or its first environment in /proc, and no core file. Side effects: no debugger can attach, and a user who is not root
// cannot open /dev/stdin anew. Call it first in main. With FLAREWIRE_DEBUG_PROCESS=1 it does nothing.
func Harden() error {
	if os.Getenv(DebugVariable) == "1" {
		return nil
	}
	return errors.Join(
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 0, Max: 0}),
	)
}
