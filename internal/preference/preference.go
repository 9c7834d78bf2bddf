// Package preference keeps small preferences of the screen over restarts, by name: what is gone to often, how a list is ordered. They
// are a file for
// each profile and account, hold no secrets, and are worth no trouble: one that cannot be read or written is none.
package preference

import (
	"encoding/json"
	"maps"
	"net/url"
	"path/filepath"

	"flarewire/internal/statefile"
)

const (
	// maxFile bounds what is read, in bytes, and maxKept how many preferences are written.
	maxFile = 1 << 18
	maxKept = 1000
)

// File is the preferences. It is for one goroutine.
type File struct {
	path    string // "": they are remembered until the program ends
	known   map[string]string
	says    map[string]string // what the user's file says: it goes before what was kept
	changed map[string]string
}

// Path is where the preferences of a profile's account lie below the state folder.
func Path(stateDir, profile, account string) string {
	return filepath.Join(stateDir, "screen", url.QueryEscape(profile)+"-"+url.QueryEscape(account)+".json")
}

// Open reads the preferences; an empty path remembers until the program ends.
func Open(path string) *File {
	return &File{path: path, known: read(path), changed: map[string]string{}}
}

func read(path string) map[string]string {
	known := map[string]string{}
	if path == "" {
		return known
	}
	if text, err := statefile.Read(path, maxFile); err != nil || json.Unmarshal(text, &known) != nil || known == nil {
		return map[string]string{}
	}
	return known
}

// Says has these preferences go before what was kept; they are not kept themselves.
func (f *File) Says(preferences map[string]string) { f.says = preferences }

// Recall is a preference; empty when there is none.
func (f *File) Recall(key string) string {
	if said, is := f.says[key]; is {
		return said
	}
	return f.known[key]
}

// Keep sets a preference; an empty value takes it away.
func (f *File) Keep(key, value string) { f.known[key], f.changed[key] = value, value }

// Close writes what was changed over what is there: another window may have changed something else.
func (f *File) Close() error {
	if f.path == "" || len(f.changed) == 0 {
		return nil
	}
	if err := statefile.PrivateDir(filepath.Dir(f.path)); err != nil {
		return err
	}
	unlock, err := statefile.Lock(f.path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	all := read(f.path)
	maps.Copy(all, f.changed)
	maps.DeleteFunc(all, func(key, value string) bool {
		_, now := f.changed[key]
		return value == "" || len(all) > maxKept && !now
	})
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return statefile.Replace(f.path, text)
}
