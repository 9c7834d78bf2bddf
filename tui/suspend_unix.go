//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// canSuspend: the system can stop a program and go on with it.
const canSuspend = true

// notStopped is how long a stop may be under way. The kernel ignores it where no shell could go on with the program, for
// example when the program is the only thing in a window; it does not say so.
const notStopped = 300 * time.Millisecond

// stop stops the program, with all of its process group as the shell started it, until it is continued. It tells
// whether that happened. SIGTSTP must never have been asked for with signal.Notify: Go does not give the kernel's own
// way of handling it back.
func stop() bool {
	continued := make(chan os.Signal, 1)
	notifyContinued(continued)
	defer signal.Stop(continued)
	began := time.Now()
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return false
	}
	for range 2 { // the timer and the signal are both there after a long stop
		select {
		case <-continued:
			return true
		case <-time.After(notStopped):
		}
	}
	return time.Since(began) > 4*notStopped
}

// notifyContinued asks for the signal that a shell sends when it goes on with the program.
func notifyContinued(to chan<- os.Signal) { signal.Notify(to, syscall.SIGCONT) }
