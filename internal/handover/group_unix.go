//go:build unix

package handover

import (
	"os"
	"syscall"
)

// toGroupOf gives a file the group of a directory.
func toGroupOf(path, dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return os.Chown(path, -1, int(stat.Gid))
	}
	return nil
}
