//go:build unix

package statefile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// NoFollow keeps a symbolic link from leading a file of ours elsewhere; it is a flag for os.OpenFile.
const NoFollow = unix.O_NOFOLLOW

// noWait keeps os.OpenFile from waiting for the other end of a named pipe; reading and writing a regular file is the same with it.
const noWait = unix.O_NONBLOCK

// OwnerOnlyText says who can read a file that this package or a mode of 0600 has made.
const OwnerOnlyText = "that only you can read"

// Lock waits for the other instances that hold the lock file. The lock ends with the process, also when it is killed.
func Lock(path string) (unlock func(), err error) {
	f, err := Open(path, os.O_RDWR|os.O_CREATE|NoFollow, 0o600)
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

// tryLock locks the file unless another instance has.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}
