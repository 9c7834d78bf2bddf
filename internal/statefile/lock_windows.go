package statefile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// NoFollow is a flag for os.OpenFile.
const NoFollow = 0 // Windows follows; making a link there needs a right of its own

const noWait = 0 // a named pipe has no place among the files here

// OwnerOnlyText says who can read a file that this package or a mode of 0600 has made. Windows has no such mode: what counts there is who may
// read the folder.
const OwnerOnlyText = "that everybody with access to its folder can read"

// Lock waits for the other instances that hold the lock file. The lock ends with the process, also when it is killed.
func Lock(path string) (unlock func(), err error) {
	f, err := Open(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &windows.Overlapped{})
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// tryLock locks the file unless another instance has.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
