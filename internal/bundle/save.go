package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"flarewire/internal/statefile"
)

// Save writes the bundle to a file that only the user can read. A file that is there already is replaced, in one
// step, only with overwrite: otherwise the error wraps fs.ErrExist.
func Save(path string, c Contents, overwrite bool) error {
	if err := Free(path, overwrite); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		return err
	}
	write := create
	if overwrite {
		write = statefile.Replace
	}
	if err := write(path, b.Bytes()); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return taken(path)
		}
		return fmt.Errorf("the support bundle was not saved: %w", reason(err))
	}
	return nil
}

// Free reports whether a bundle could be written there, before anything is read for it.
func Free(path string, overwrite bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("the support bundle cannot be written: %w", reason(err))
	case info.IsDir():
		return fmt.Errorf("%s is a folder: name a file", path)
	case !overwrite:
		return taken(path)
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0:
		return fmt.Errorf("%s is not a file; choose another name", path)
	}
	return nil
}

func taken(path string) error { return fmt.Errorf("%s is there already: %w", path, fs.ErrExist) }

// create writes a new file; half of one is removed.
func create(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(path) // what is said is why it could not be written
	}
	return err
}

// reason is the error without the path, which the user has just typed.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
