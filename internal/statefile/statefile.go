// Package statefile is how the program keeps files of its own: readable by the user only, replaced in one
// step, shared by several running instances.
package statefile

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// PrivateDir makes a directory of ours, with those above it, and closes it to other users.
func PrivateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(dir, 0o700)
	}
	return err
}

// OwnerOnly closes an open file to other users, which may have been there with another mode.
func OwnerOnly(file *os.File) error {
	info, err := file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = file.Chmod(0o600)
	}
	return err
}

// leftover is how old a temporary file must be to be one that a killed instance has left: writing takes moments.
const leftover = time.Hour

// sweep removes what killed instances have left in a folder.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, temporary))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > leftover {
			_ = os.Remove(path)
		}
	}
}

// temporary is the pattern of the names of files that are being written.
const temporary = ".flarewire-*"

// Replace puts a file with this content and mode 0600 in the place of path, in one step: whoever reads sees
// the old or the new one, also after a crash. The directory must be there.
func Replace(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	sweep(dir)
	file, err := os.CreateTemp(dir, temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content) // CreateTemp gives 0600
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	return err
}
