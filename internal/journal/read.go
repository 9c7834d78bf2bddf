package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"flarewire/internal/statefile"
)

// Reading is what could be read of the journal.
type Reading struct {
	Entries    []Entry // newest first
	Unreadable int     // lines that say nothing: cut off by a kill or a full disk, or damaged since
}

// Damage says how much of the journal could not be read; empty for nothing.
func (r Reading) Damage() string {
	switch r.Unreadable {
	case 0:
		return ""
	case 1:
		return "1 line of the journal could not be read: a change is missing, or how it ended"
	}
	return fmt.Sprintf("%d lines of the journal could not be read: changes are missing, or how they ended", r.Unreadable)
}

// Read reads everything. With an error the reading is what the other files hold.
func (j *Journal) Read() (Reading, error) {
	out := Reading{Entries: []Entry{}}
	r := newReader()
	var errs []error
	for content, err := range j.files() {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.walk(content, func(e Entry) bool {
			out.Entries = append(out.Entries, e)
			return true
		})
	}
	out.Unreadable = r.unreadable
	return out, errors.Join(errs...)
}

// Entries goes through all entries, newest first. Lines that cannot be read (cut off by a kill or a full disk) are left out.
// A file that cannot be read gives its error once, with the zero Entry, and ends the walk.
func (j *Journal) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		r := newReader()
		for content, err := range j.files() {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !r.walk(content, func(e Entry) bool { return yield(e, nil) }) {
				return
			}
		}
	}
}

// Undone finds an undo of an entry that was begun before the entry called before, or at any time when that is "", and that was
// done or may have been.
func (j *Journal) Undone(id, before string) (Entry, bool, error) {
	past := before == ""
	for e, err := range j.Entries() {
		switch {
		case err != nil:
			return e, false, err
		case e.ID == before:
			past = true
		case past && e.Undoes == id && e.takesBack():
			return e, true, nil
		}
	}
	return Entry{}, false, nil
}

// files are the contents of the files, newest first.
func (j *Journal) files() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if j.memory != nil {
			yield(j.memory.content(), nil)
			return
		}
		for n := 0; n <= j.options.Keep; n++ {
			content, err := j.content(n)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				err = j.trouble("it cannot be read", err)
			}
			if !yield(content, err) {
				return
			}
		}
	}
}

func (j *Journal) content(n int) ([]byte, error) {
	f, err := j.open(j.numbered(n), os.O_RDONLY|statefile.NoFollow, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, j.options.MaxSize+2*maxObject+1<<16))
}

// reader is what was seen so far of a journal that is read from its end: what completes an entry comes before it.
type reader struct {
	results    map[string]line
	undos      map[string]Entry // the undo of an entry, by the entry's id
	unreadable int
}

func newReader() *reader { return &reader{results: map[string]line{}, undos: map[string]Entry{}} }

// walk reads the lines from the last to the first, until yield has enough.
func (r *reader) walk(content []byte, yield func(Entry) bool) bool {
	for len(content) > 0 {
		start := bytes.LastIndexByte(bytes.TrimSuffix(content, []byte("\n")), '\n') + 1
		text := bytes.TrimSpace(content[start:])
		content = content[:start]
		var l line
		switch err := json.Unmarshal(text, &l); {
		case len(text) == 0:
		case err == nil && l.Result != nil:
			if _, newer := r.results[l.ID]; !newer { // a change that was looked at again has several
				r.results[l.ID] = l
			}
		case err == nil && l.Intent != nil:
			if !yield(r.joined(*l.Intent)) {
				return false
			}
		default:
			r.unreadable++
		}
	}
	return true
}

// joined completes an entry with its result and its undo.
func (r *reader) joined(e Entry) Entry {
	e.Outcome = Unknown
	if l, known := r.results[e.ID]; known {
		delete(r.results, e.ID)
		e.Result = *l.Result
		if l.Object != "" {
			e.ObjectID = l.Object
		}
	}
	if undo, ok := r.undos[e.ID]; ok {
		e.UndoneBy, e.undoing = undo.ID, undo.Outcome == Unknown
	}
	if _, later := r.undos[e.Undoes]; e.Undoes != "" && !later && e.takesBack() {
		r.undos[e.Undoes] = e
	}
	return e
}
