// Package drafts remembers what guided setups need from one day to the next: drafts of what was begun, and
// the pool that inner subnets are proposed from. No secret ever comes here; the caller leaves them out.
package drafts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"flarewire/internal/statefile"
)

// Draft is a form that was left before it was sent.
type Draft struct {
	At     time.Time         `json:"at"`     // when it was kept
	Values map[string]string `json:"values"` // by the form's keys; no secrets
}

// content is the file.
type content struct {
	Pool   string           `json:"pool,omitempty"`
	Drafts map[string]Draft `json:"drafts,omitempty"` // by the kind of object
	Pairs  []Pair           `json:"pairs,omitempty"`  // oldest first
}

// File is what is remembered for one profile and account. It may be used by commands and pages at the same
// time. Every change reads the file again under its lock, so that two instances do not overwrite each other.
// A nil File remembers nothing.
type File struct {
	path string

	writing sync.Mutex     // one change at a time
	last    map[string]int // the turn of the last change of a kind; guarded by writing
	turn    atomic.Int64

	mu  sync.Mutex // never held while a file is read or written: pages ask on the screen's own time
	now content
}

// maxSize bounds the file that is read: a few forms are a few kilobytes.
const maxSize = 1 << 20

// Path is where the memory of a profile's account is kept, below the program's state folder.
func Path(dir, profile, account string) string {
	return filepath.Join(dir, "setup", url.QueryEscape(profile)+"-"+url.QueryEscape(account)+".json")
}

// Open reads the memory at path, which need not exist; an empty path remembers until the program ends. A file
// that cannot be read is an error, and the memory begins empty and leaves the file alone until the next change.
func Open(path string) (*File, error) {
	m := &File{path: path}
	var err error
	m.now, err = read(path)
	return m, err
}

func read(path string) (content, error) {
	var c content
	if path == "" {
		return c, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err == nil && info.Size() > maxSize:
		return c, fmt.Errorf("the drafts of guided setups were not read: %s has %d bytes", path, info.Size())
	}
	raw, err := statefile.Read(path, maxSize)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return content{}, fmt.Errorf("the drafts of guided setups were not read: %w", err)
	}
	return c, nil
}

// Draft is the draft of a kind of object.
func (m *File) Draft(kind string) (Draft, bool) {
	d, ok := m.known().Drafts[kind]
	d.Values = maps.Clone(d.Values)
	return d, ok
}

// Turn is the place of a change among the others: changes are made in the background, and one that comes late must
// not undo a later one. Take it when the change is wanted.
func (m *File) Turn() int {
	if m == nil {
		return 0
	}
	return int(m.turn.Add(1))
}

// Keep keeps a draft in the place of an older one of the same kind.
func (m *File) Keep(turn int, kind string, d Draft) error {
	return m.changeInTurn(turn, kind, func(c *content) {
		if c.Drafts == nil {
			c.Drafts = map[string]Draft{}
		}
		c.Drafts[kind] = Draft{At: d.At.UTC(), Values: maps.Clone(d.Values)}
	})
}

// Forget throws a draft away; there need not be one.
func (m *File) Forget(turn int, kind string) error {
	return m.changeInTurn(turn, kind, func(c *content) { delete(c.Drafts, kind) })
}

// Pool is the network that inner subnets are proposed from; ok is false when none is remembered.
func (m *File) Pool() (pool netip.Prefix, ok bool) {
	pool, err := netip.ParsePrefix(m.known().Pool)
	return pool, err == nil
}

// RememberPool remembers where the next inner subnet is to be proposed.
func (m *File) RememberPool(pool netip.Prefix) error {
	if now, ok := m.Pool(); ok && now == pool {
		return nil
	}
	if m == nil {
		return nil
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	return m.change(func(c *content) { c.Pool = pool.String() })
}

// changeInTurn makes a change to what is kept of a kind, unless a later one was made already.
func (m *File) changeInTurn(turn int, kind string, f func(*content)) error {
	if m == nil {
		return nil
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	if turn < m.last[kind] {
		return nil
	}
	if m.last == nil {
		m.last = map[string]int{}
	}
	m.last[kind] = turn
	return m.change(f)
}

// change makes a change to the newest content and writes it in one step. The caller holds writing.
func (m *File) change(f func(*content)) error {
	if m.path == "" {
		m.take(m.known(), f)
		return nil
	}
	if err := m.rewrite(f); err != nil {
		return fmt.Errorf("the draft was not kept: %w", err)
	}
	return nil
}

func (m *File) rewrite(f func(*content)) error {
	if err := statefile.PrivateDir(filepath.Dir(m.path)); err != nil {
		return err
	}
	unlock, err := statefile.Lock(m.path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	newest, err := read(m.path)
	if err != nil {
		newest = m.known() // a broken file is replaced by what this instance knows
	}
	raw, err := json.MarshalIndent(m.take(newest, f), "", "  ")
	if err != nil {
		return err
	}
	return statefile.Replace(m.path, raw)
}

func (m *File) known() content {
	if m == nil {
		return content{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// take puts a changed copy of a content in the place of what is known.
func (m *File) take(c content, f func(*content)) content {
	c.Drafts, c.Pairs = maps.Clone(c.Drafts), slices.Clone(c.Pairs)
	f(&c)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = c
	return c
}
