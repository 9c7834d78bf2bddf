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

// Unread is the outcome of the last element of an export of which something is missing.
const Unread Outcome = "unreadable"

// missing is that element: who has only the file must see that it is not everything.
type missing struct {
	Outcome Outcome `json:"outcome"`
	Lines   int     `json:"unreadable_lines"`
	Error   string  `json:"error"`
}

// Write writes what was read as one JSON array, for scripts and for an audit. Secrets were masked when the entries were made.
func Write(w io.Writer, r Reading) error {
	elements := make([]any, 0, len(r.Entries)+1)
	for _, e := range r.Entries {
		elements = append(elements, e)
	}
	if r.Unreadable > 0 {
		elements = append(elements, missing{Unread, r.Unreadable, r.Damage()})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(elements); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Save writes what was read to a file that only the user can read, in one step. A file that is there already is fs.ErrExist,
// unless overwrite says to replace it.
func Save(path string, r Reading, overwrite bool) error {
	if _, err := os.Lstat(path); err == nil && !overwrite {
		return fmt.Errorf("%s is there already (%w)", path, fs.ErrExist)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s", filepath.Dir(path))
	}
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		return err
	}
	if err := statefile.Replace(path, b.Bytes()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}
