// Package names keeps what the objects of an account were called when they were last read, so that TAB can complete a name without asking
// Cloudflare. It is a small file for each account, without secrets, and worth no trouble: one that cannot be read or written is none.
package names

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
)

// maxFile bounds what is read, in bytes, and maxKept how many names of a kind are written.
const (
	maxFile = 1 << 22
	maxKept = 20000
)

// Names are the names of objects by the first word of their kind: "gre", "routes".
type Names map[string][]string

// folder is where the files are below the state folder.
func folder(stateDir string) string { return filepath.Join(stateDir, "names") }

// Path is the file of an account below the state folder.
func Path(stateDir, account string) string {
	return filepath.Join(folder(stateDir), url.QueryEscape(account)+".json")
}

// Load reads the names of an account; none where there is no file.
func Load(path string) Names {
	out := Names{}
	if text, err := statefile.Read(path, maxFile); err != nil || json.Unmarshal(text, &out) != nil || out == nil {
		return Names{}
	}
	return out
}

// Newest is the file that was written last, for whoever names no account; empty when there is none.
func Newest(stateDir string) string {
	files, err := filepath.Glob(filepath.Join(folder(stateDir), "*.json"))
	if err != nil {
		return ""
	}
	var newest string
	var at time.Time
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(at) {
			newest, at = file, info.ModTime()
		}
	}
	return newest
}

// Accounts are the ids of the accounts whose names are kept.
func Accounts(stateDir string) []string {
	files, _ := filepath.Glob(filepath.Join(folder(stateDir), "*.json"))
	var out []string
	for _, file := range files {
		if id, err := url.QueryUnescape(strings.TrimSuffix(filepath.Base(file), ".json")); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// Keep puts what was read now in place of what was kept of the same kinds. Nothing is written where nothing is new.
func Keep(path string, now Names) error {
	if len(now) == 0 || !filepath.IsAbs(path) { // without a home there is no place for them
		return nil
	}
	all := Load(path)
	before := maps.Clone(all)
	for word, list := range now {
		list = slices.DeleteFunc(slices.Clone(list), func(name string) bool { return name == "" })
		slices.Sort(list)
		list = slices.Compact(list)
		all[word] = list[:min(len(list), maxKept)]
	}
	if maps.EqualFunc(before, all, slices.Equal) {
		return nil
	}
	if err := statefile.PrivateDir(filepath.Dir(path)); err != nil {
		return err
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return statefile.Replace(path, text)
}

// FromSnapshot returns the names of what a snapshot holds; a list that is not known completely is not among them.
func FromSnapshot(s *store.Snapshot) Names {
	out := Names{}
	add := func(k kind.Kind, e store.Entry, names func() []string) {
		if e.Complete() {
			out[k.About().Words[0]] = names()
		}
	}
	tunnels := func(k kind.Kind) func() []string {
		return func() []string {
			of := slices.DeleteFunc(slices.Clone(s.Tunnels), func(t store.Tunnel) bool { return store.Tunnels(t.Kind) != k })
			return each(of, func(t store.Tunnel) string { return t.Name })
		}
	}
	add(kind.GRETunnels, s.GRE, tunnels(kind.GRETunnels))
	add(kind.IPsecTunnels, s.IPsec, tunnels(kind.IPsecTunnels))
	add(kind.Routes, s.Routes.Entry, func() []string { return each(s.Routes.Rows, func(r api.Route) string { return r.Prefix }) })
	add(kind.Prefixes, s.Prefixes.Entry, func() []string { return each(s.Prefixes.Rows, func(p store.Prefix) string { return p.CIDR }) })
	add(kind.Links, s.Links.Entry, func() []string { return each(s.Links.Rows, func(l api.MagicInterconnect) string { return l.Name }) })
	add(kind.CNIs, s.CNIs.Entry, func() []string { return each(s.CNIs.Rows, func(c api.CNI) string { return c.Magic.ConduitName }) })
	add(kind.Ports, s.Ports.Entry, func() []string { return each(s.Ports.Rows, func(p store.Port) string { return p.Name }) })
	add(kind.BGPPrefixes, s.Entry(kind.BGPPrefixes), func() []string {
		return below(s, func(p store.Prefix) []string { return each(p.BGP.Rows, func(b api.BGPPrefix) string { return b.CIDR }) })
	})
	add(kind.Bindings, s.Entry(kind.Bindings), func() []string {
		return below(s, func(p store.Prefix) []string {
			return each(p.Bindings.Rows, func(b api.Binding) string { return b.CIDR })
		})
	})
	return out
}

func each[T any](rows []T, name func(T) string) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = name(row)
	}
	return out
}

func below(s *store.Snapshot, of func(store.Prefix) []string) []string {
	var out []string
	for _, p := range s.Prefixes.Rows {
		out = append(out, of(p)...)
	}
	return out
}
