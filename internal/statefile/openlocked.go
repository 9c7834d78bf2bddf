package statefile

import (
	"errors"
	"os"
	"time"
)

// ErrLocked is an error of OpenLocked.
var ErrLocked = errors.New("another instance holds its lock")

// Steps in which OpenLocked looks again: a lock is usually held for some microseconds.
const (
	firstLook = 50 * time.Microsecond
	lastLook  = 2 * time.Millisecond
)

// OpenLocked opens a file for reading and writing, makes it when it is not there, and locks it against the other instances, for
// which it waits no longer than the limit. The lock ends when the file is closed, and with the process, also when it is killed.
func OpenLocked(path string, limit time.Duration) (*os.File, error) {
	f, err := Open(path, os.O_RDWR|os.O_CREATE|NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockWithin(f, limit); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func lockWithin(f *os.File, limit time.Duration) error {
	for began, look := time.Now(), firstLook; ; look = min(2*look, lastLook) {
		if locked, err := tryLock(f); locked || err != nil {
			return err
		}
		if time.Since(began) >= limit {
			return ErrLocked
		}
		time.Sleep(look)
	}
}
