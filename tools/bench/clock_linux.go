package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// workClock is the CPU time of this thread: what the program itself works, whatever else the machine does.
// The garbage collector's own threads are not in it, the help it demands of ours is.
func workClock() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return time.Since(began)
	}
	return time.Duration(t.Nano())
}

var began = time.Now()
