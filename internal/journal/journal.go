package journal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"flarewire/internal/secret"
	"flarewire/internal/statefile"
)

// Bounds of the journal when Options name none: about 5 MiB on the disk, some thousand changes.
const (
	DefaultMaxSize = 1 << 20 // bytes of one file
	DefaultKeep    = 4       // older files besides the current one
)

// DefaultLockLimit is far more than any instance needs to write a line: whoever holds the lock for longer hangs.
const DefaultLockLimit = 5 * time.Second

// maxObject bounds Before and After of one entry, in bytes. The largest object of the API has some kilobytes.
const maxObject = 64 << 10

// Options say where the journal lies.
type Options struct {
	Path    string // the current file; older ones are Path.1, Path.2 …
	MaxSize int64  // bytes; 0 = DefaultMaxSize
	Keep    int    // 0 = DefaultKeep
	Now     func() time.Time
	// LockLimit is how long an entry waits for another instance that is writing; 0 = DefaultLockLimit.
	LockLimit time.Duration
	// Redactor replaces secrets that slip into error texts; nil = one that knows Cloudflare's token formats.
	Redactor *secret.Redactor
}

// Journal is a file of JSON lines. It is safe for concurrent use, also by several processes.
type Journal struct {
	options Options
	open    opener
	memory  *memory // in place of files; nil with files
}

// memory are the lines of a journal that is not on the disk.
type memory struct {
	mu    sync.Mutex
	lines []byte
}

// InMemory makes a journal that lasts as long as the program: the demo writes nothing to the disk.
func InMemory(now func() time.Time) *Journal {
	j := New(Options{Now: now})
	j.memory = &memory{}
	return j
}

// append adds a line. What is older than the bounds of the files goes.
func (m *memory) append(text []byte, most int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(append(m.lines, text...), '\n')
	if over := int64(len(m.lines)) - most; over > 0 {
		end := bytes.IndexByte(m.lines[over:], '\n')
		m.lines = bytes.Clone(m.lines[int(over)+end+1:])
	}
}

func (m *memory) content() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.lines)
}

// file is what the journal needs of *os.File; tests put a full disk in its place.
type file interface {
	io.ReadWriteCloser
	io.ReaderAt
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

type opener func(path string, flag int, mode fs.FileMode) (file, error)

func openFile(path string, flag int, mode fs.FileMode) (file, error) {
	f, err := statefile.Open(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// New prepares a journal. Nothing is touched before the first entry.
func New(o Options) *Journal {
	if o.MaxSize == 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	if o.LockLimit == 0 {
		o.LockLimit = DefaultLockLimit
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redactor == nil {
		o.Redactor = &secret.Redactor{}
	}
	return &Journal{options: o, open: openFile}
}

// Path is where the journal lies, for messages.
func (j *Journal) Path() string { return j.options.Path }

// line is what stands in the file: the entry before it is sent, or its result.
type line struct {
	Intent *Entry  `json:"intent,omitempty"`
	ID     string  `json:"id,omitempty"` // with Result
	Object string  `json:"object_id,omitempty"`
	Result *Result `json:"result,omitempty"`
}

// Begin writes the entry before the change is sent, and returns its id. On an error the change must not be sent, unless the
// user accepts that it leaves no trace.
func (j *Journal) Begin(e Entry) (string, error) {
	e.ID, e.Time, e.UndoneBy, e.Result = newID(), j.options.Now().UTC(), "", Result{}
	for _, object := range []*json.RawMessage{&e.Before, &e.After} {
		if *object = Mask(*object); len(*object) > maxObject {
			*object = nil
		}
	}
	return e.ID, j.append(line{Intent: &e})
}

// End completes the entry; when it was completed before, the newest result counts. objectID is the id of a created object; "" keeps
// what Begin wrote.
func (j *Journal) End(id, objectID string, r Result) error {
	r.Finished = j.options.Now().UTC()
	return j.append(line{ID: id, Object: objectID, Result: &r})
}

func newID() string { return rand.Text()[:16] }

// append writes one line in one write under the lock.
func (j *Journal) append(l line) error {
	encoded, err := Encode(l)
	if err != nil {
		return j.trouble("the entry cannot be written as JSON", err)
	}
	text := []byte(j.options.Redactor.Redact(string(encoded)))
	if j.memory != nil {
		j.memory.append(text, j.options.MaxSize*int64(j.options.Keep))
		return nil
	}
	if err := j.prepareDirectory(); err != nil {
		return err
	}
	lock, err := statefile.OpenLocked(j.options.Path+".lock", j.options.LockLimit)
	if err != nil {
		return j.trouble("its lock cannot be taken", err)
	}
	defer func() { _ = lock.Close() }()
	j.rotate(int64(len(text)))
	return j.appendLocked(text)
}

// prepareDirectory makes the directory, ours alone.
func (j *Journal) prepareDirectory() error {
	if err := statefile.PrivateDir(filepath.Dir(j.options.Path)); err != nil {
		return j.trouble("its directory cannot be made or closed to others", err)
	}
	return nil
}

func (j *Journal) appendLocked(text []byte) error {
	f, err := j.open(j.options.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE|statefile.NoFollow, 0o600)
	if err != nil {
		return j.trouble("it cannot be opened", err)
	}
	size, err := j.write(f, text)
	if err != nil {
		_ = f.Truncate(size) // half a line helps nobody; when this fails too, reading skips it
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return j.trouble("it cannot be written", err)
	}
	return nil
}

// write adds the line, behind a line break when an earlier line was cut off. It returns the size before.
func (j *Journal) write(f file, text []byte) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(j.options.Path, 0o600); err != nil {
			return info.Size(), err
		}
	}
	if n := info.Size(); n > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, n-1); err == nil && last[0] != '\n' {
			text = append([]byte("\n"), text...)
		}
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		return info.Size(), err
	}
	return info.Size(), f.Sync()
}

// rotate moves the files one number up when the current one is full. Trouble here shows when the line is written.
func (j *Journal) rotate(add int64) {
	info, err := os.Stat(j.options.Path)
	if err != nil || info.Size() == 0 || info.Size()+add <= j.options.MaxSize {
		return
	}
	for n := j.options.Keep - 1; n >= 0; n-- {
		_ = os.Rename(j.numbered(n), j.numbered(n+1))
	}
}

// numbered is the n-th older file; 0 is the current one.
func (j *Journal) numbered(n int) string {
	if n == 0 {
		return j.options.Path
	}
	return j.options.Path + "." + strconv.Itoa(n)
}

// trouble words an error. The paths in it are the user's own.
func (j *Journal) trouble(what string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("the journal %s is not usable, %s (%w): make room or correct its permissions", j.options.Path, what, err)
}
