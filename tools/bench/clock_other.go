//go:build !linux

package main

import "time"

// workClock is the time of the wall where there is no clock for one thread: a loaded machine is in it.
func workClock() time.Duration { return time.Since(began) }

var began = time.Now()
