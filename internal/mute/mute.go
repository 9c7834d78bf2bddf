// Package mute remembers which findings somebody has muted, why and until when: a file for each account, shared by all programs of
// the user.
package mute

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"flarewire/internal/statefile"
)

// Default is how long a finding is muted when nothing else is asked for.
const Default = 24 * time.Hour

// maxFile bounds what is read, in bytes.
const maxFile = 1 << 20

// Mute is one finding about one object that needs no attention until a time.
type Mute struct {
	Resource string    `json:"resource"`
	Object   string    `json:"object"` // its id, or its name when it has none
	Name     string    `json:"name"`
	Cause    string    `json:"cause"`
	Severity int       `json:"severity"`          // as bad as it was then: what is worse later is not meant
	Members  int       `json:"members,omitempty"` // of an incident, how many objects it had then: more later are not meant
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until"`
}

// about reports whether two mutes are of one finding.
func (m Mute) about(o Mute) bool {
	return m.Resource == o.Resource && m.Object == o.Object && m.Cause == o.Cause
}

// List is what is muted in an account. It may be used from several goroutines.
type List struct {
	path string // "": it is remembered until the program ends

	mu     sync.Mutex
	mutes  []Mute
	others []Mute // of another program: see Add
}

// Path is where an account's mutes lie below the state folder.
func Path(stateDir, account string) string {
	return filepath.Join(stateDir, "mutes", url.QueryEscape(account)+".json")
}

// Open reads what is muted; an empty path remembers until the program ends. With an error the list is empty and can be used.
func Open(path string) (*List, error) {
	l := &List{path: path}
	mutes, err := read(path)
	l.mutes = mutes
	return l, err
}

func read(path string) ([]Mute, error) {
	if path == "" {
		return nil, nil
	}
	text, err := statefile.Read(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what is muted cannot be read, so nothing is: %w", err)
	}
	var mutes []Mute
	if err := json.Unmarshal(text, &mutes); err != nil {
		return nil, fmt.Errorf("what is muted cannot be read, so nothing is: %s is damaged", path)
	}
	return mutes, nil
}

// Active are the mutes that have not ended.
func (l *List) Active(now time.Time) []Mute {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.Clone(l.mutes)
	for _, m := range l.others { // what the user has muted goes first
		if !slices.ContainsFunc(all, m.about) {
			all = append(all, m)
		}
	}
	return slices.DeleteFunc(all, func(m Mute) bool { return !m.Until.After(now) })
}

// Add has what is muted elsewhere counted, too. It cannot be ended here.
func (l *List) Add(mutes []Mute) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.others = mutes
}

// Set mutes a finding, or changes how; with an end that is over it ends the mute. What has ended is forgotten.
func (l *List) Set(m Mute, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path == "" {
		l.mutes = next(l.mutes, m, now)
		return nil
	}
	if err := statefile.PrivateDir(filepath.Dir(l.path)); err != nil {
		return fmt.Errorf("it could not be muted: %w", err)
	}
	unlock, err := statefile.Lock(l.path + ".lock")
	if err != nil {
		return fmt.Errorf("it could not be muted: %w", err)
	}
	defer unlock()
	known, err := read(l.path) // another program may have muted something
	if err != nil {
		return err
	}
	mutes := next(known, m, now)
	text, err := json.MarshalIndent(mutes, "", "  ")
	if err != nil {
		return err
	}
	if err := statefile.Replace(l.path, append(text, '\n')); err != nil {
		return fmt.Errorf("it could not be muted: %w", err)
	}
	l.mutes = mutes
	return nil
}

func next(mutes []Mute, m Mute, now time.Time) []Mute {
	out := slices.DeleteFunc(slices.Clone(mutes), func(o Mute) bool { return o.about(m) || !o.Until.After(now) })
	if m.Until.After(now) {
		out = append(out, m)
	}
	return out
}
