//go:build unix

package statefile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// NoFollow keeps a symbolic link from leading a file of ours elsewhere; it is a flag for os.OpenFile.
const NoFollow = unix.O_NOFOLLOW

// Lock waits for the other instances that hold the lock file. The lock ends with the process, also when it is killed.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// openQuietly opens or makes the file. It does not wait for the other end of a named pipe.
func openQuietly(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|NoFollow|unix.O_NONBLOCK, 0o600)
}

// tryLock locks the file unless another instance has.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}
