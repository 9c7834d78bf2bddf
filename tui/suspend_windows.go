package tui

import "os"

// canSuspend: Windows has no such thing.
const canSuspend = false

func stop() bool { return false }

func notifyContinued(chan<- os.Signal) {}
