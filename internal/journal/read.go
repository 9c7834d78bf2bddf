package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"

	"flarewire/internal/statefile"
)

// Entries goes through all entries, newest first. Lines that cannot be read (cut off by a kill or a full disk) are left out.
// A file that cannot be read gives its error once, with the zero Entry, and ends the walk.
func (j *Journal) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		results := map[string]line{}
		if j.memory != nil {
			walk(j.memory.content(), results, yield)
			return
		}
		for n := 0; n <= j.options.Keep; n++ {
			content, err := j.content(n)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				yield(Entry{}, j.trouble("it cannot be read", err))
				return
			}
			if !walk(content, results, yield) {
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

// walk reads the lines from the last to the first: a result comes before the entry it belongs to.
func walk(content []byte, results map[string]line, yield func(Entry, error) bool) bool {
	for len(content) > 0 {
		start := bytes.LastIndexByte(bytes.TrimSuffix(content, []byte("\n")), '\n') + 1
		var l line
		if json.Unmarshal(content[start:], &l) == nil {
			switch {
			case l.Result != nil:
				if _, newer := results[l.ID]; !newer { // a change that was looked at again has several
					results[l.ID] = l
				}
			case l.Intent != nil:
				if !yield(joined(*l.Intent, results), nil) {
					return false
				}
			}
		}
		content = content[:start]
	}
	return true
}

// joined completes an entry with its result.
func joined(e Entry, results map[string]line) Entry {
	l, known := results[e.ID]
	if !known {
		e.Outcome = Unknown
		return e
	}
	delete(results, e.ID)
	e.Result = *l.Result
	if l.Object != "" {
		e.ObjectID = l.Object
	}
	return e
}
