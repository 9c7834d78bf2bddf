package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"flarewire/internal/statefile"
)

// All are all entries that are kept, newest first.
func (j *Journal) All() ([]Entry, error) {
	list := []Entry{}
	for e, err := range j.Entries() {
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// Write writes entries as one JSON array, for scripts and for an audit. Secrets were masked when the entries were made.
func Write(w io.Writer, entries []Entry) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(entries); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Save writes entries to a file that only the user can read, in one step. A file that is there already is fs.ErrExist,
// unless overwrite says to replace it.
func Save(path string, entries []Entry, overwrite bool) error {
	if _, err := os.Lstat(path); err == nil && !overwrite {
		return fmt.Errorf("%s is there already (%w)", path, fs.ErrExist)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s", filepath.Dir(path))
	}
	var b bytes.Buffer
	if err := Write(&b, entries); err != nil {
		return err
	}
	if err := statefile.Replace(path, b.Bytes()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}
