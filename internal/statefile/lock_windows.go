package statefile

import (
	"os"

	"golang.org/x/sys/windows"
)

// NoFollow is a flag for os.OpenFile.
const NoFollow = 0 // Windows follows; making a link there needs a right of its own

// Lock waits for the other instances that hold the lock file. The lock ends with the process, also when it is killed.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
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
