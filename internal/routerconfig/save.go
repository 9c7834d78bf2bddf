package routerconfig

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Save writes a configuration to path: one file there, or a folder with the files where there are several. It gives
// the files it wrote. They are readable by their owner alone, because a configuration holds keys. What exists already
// is left alone unless overwrite is set: then the error wraps fs.ErrExist and nothing was written.
func Save(path string, c Config, overwrite bool) ([]string, error) {
	if path == "" {
		return nil, errors.New("a file name is needed")
	}
	targets := make([]string, len(c.Files))
	for i, f := range c.Files {
		targets[i] = path
		if len(c.Files) > 1 {
			targets[i] = filepath.Join(path, f.Name)
		}
	}
	for _, target := range targets {
		if err := free(target, overwrite); err != nil {
			return nil, err
		}
	}
	if len(c.Files) > 1 {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, fmt.Errorf("the folder could not be made: %w", reason(err))
		}
	}
	for i, f := range c.Files {
		if err := write(targets[i], f.Text, overwrite); err != nil {
			return targets[:i], err
		}
	}
	return targets, nil
}

// free reports whether a file may be written there. A folder or a device is never replaced.
func free(path string, overwrite bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("the file cannot be written: %w", reason(err))
	case !overwrite:
		return fmt.Errorf("%s is there already: %w", path, fs.ErrExist)
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeSymlink == 0:
		return fmt.Errorf("%s is not a file; choose another name", path)
	}
	return nil
}

// write puts the text into a new file. One that is there is replaced at the end, in one step, so that it is never lost.
func write(path, text string, overwrite bool) error {
	file, err := create(path, overwrite)
	if err != nil {
		return fmt.Errorf("the file could not be made: %w", reason(err))
	}
	_, err = file.WriteString(text)
	err = cmp.Or(err, file.Close())
	if err == nil && overwrite {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // half of a configuration is of no use; what is said is why
		return fmt.Errorf("the file could not be written: %w", reason(err))
	}
	return nil
}

// reason is the error without the path, which the user has just typed and which may be longer than the line.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// create makes the file for its owner alone; to replace another, under a name beside it.
func create(path string, overwrite bool) (*os.File, error) {
	if overwrite {
		return os.CreateTemp(filepath.Dir(path), ".flarewire-*")
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}
