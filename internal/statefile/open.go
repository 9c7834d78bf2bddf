package statefile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

var errNotRegular = errors.New("it is not a regular file")

// Open is os.OpenFile for a regular file and nothing else: a named pipe or a device in its place is an error at once, where opening
// or reading it could take for ever.
func Open(path string, flag int, mode fs.FileMode) (*os.File, error) {
	file, err := os.OpenFile(path, flag|noWait, mode)
	notRegular := &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	if err != nil {
		if info, failed := os.Stat(path); failed == nil && info.Mode().Type()&fs.ModeNamedPipe != 0 {
			return nil, notRegular // nobody reads it, says the system
		}
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Read returns the content of a regular file, at most limit bytes of it.
func Read(path string, limit int64) (content []byte, err error) {
	file, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, limit))
}

// WithoutBOM is a text without the byte order mark that some editors put before it.
func WithoutBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
