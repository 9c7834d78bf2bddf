// Package snapshot takes down how an account stands: how its prefixes are advertised and bound, its tunnels, routes and interconnects,
// and compares a later state with it. It exists because prefixes have lost their advertisement and their bindings without anybody
// touching them: what was right must be on the operator's own disk.
package snapshot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"flarewire/internal/sorting"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
)

// Format is the version of the file; it changes when older programs would misread it.
const Format = 1

// maxFile bounds what is read, in bytes: some 100,000 prefixes.
const maxFile = 64 << 20

// Baseline is the state at one moment.
type Baseline struct {
	Format   int       `json:"flarewire_snapshot"`
	Account  string    `json:"account"`
	TakenAt  time.Time `json:"taken_at"`
	Prefixes []Prefix  `json:"prefixes"` // by CIDR
	// Objects are those of other kinds. A kind that is not in it was not taken down: files of earlier versions have prefixes only.
	Objects map[store.Kind][]Object `json:"objects,omitempty"`
	Left    []string                `json:"left_out,omitempty"` // kinds that the credential could not read
}

// Prefix is a BYOIP prefix with what decides whether it is reachable.
type Prefix struct {
	CIDR     string      `json:"cidr"`
	ID       string      `json:"id"`
	ASN      *uint32     `json:"asn"`
	Approved string      `json:"approved"`
	BGP      []BGPPrefix `json:"bgp_prefixes"` // by CIDR
	Bindings []Binding   `json:"bindings"`     // by CIDR
}

// BGPPrefix is what is advertised of a prefix. Advertised is null when on demand is not enabled.
type BGPPrefix struct {
	CIDR                  string  `json:"cidr"`
	ASN                   *uint32 `json:"asn"`
	Advertised            *bool   `json:"advertised"`
	OnDemandEnabled       bool    `json:"on_demand_enabled"`
	OnDemandLocked        bool    `json:"on_demand_locked"`
	ASNPrependCount       int     `json:"asn_prepend_count"`
	AutoAdvertiseWithdraw bool    `json:"auto_advertise_withdraw"`
	BGPSignaling          bool    `json:"bgp_signaling"`
}

// Binding directs a part of a prefix to a service.
type Binding struct {
	CIDR    string `json:"cidr"`
	Service string `json:"service"`
	State   string `json:"state"` // provisioning, active; "" when the API does not say
}

// Take reads the present state. It is whole or an error: half a snapshot would show differences that are none. progress is
// told how far the reading is, and may be nil.
func Take(ctx context.Context, account string, s *store.Store, progress func(store.Progress)) (Baseline, error) {
	read := s.ReadAll(ctx, progress, append([]store.Kind{store.Prefixes, store.BGPPrefixes, store.Bindings, store.TunnelHealth,
		store.PortStates}, others...)...)
	prefixes := read.Prefixes
	if err := incomplete("the prefixes", prefixes.Entry); err != nil {
		return Baseline{}, err
	}
	b := Baseline{Format: Format, Account: account, TakenAt: s.Now().UTC(), Prefixes: []Prefix{}}
	for _, p := range prefixes.Rows {
		for _, e := range []store.Entry{p.BGP.Entry, p.Bindings.Entry} {
			if err := incomplete("prefix "+p.CIDR, e); err != nil {
				return Baseline{}, err
			}
		}
		b.Prefixes = append(b.Prefixes, state(p))
	}
	sorting.Sort(b.Prefixes, func(x, y Prefix) int { return cmp.Compare(x.CIDR, y.CIDR) })
	var err error
	b.Objects, b.Left, err = objects(read)
	return b, err
}

// incomplete is why what was read is not the whole; nil when it is.
func incomplete(what string, e store.Entry) error {
	switch {
	case e.Err != nil:
		return fmt.Errorf("%s could not be read completely: %w", what, e.Err)
	case !e.Settled():
		return errors.New(e.Why()) // it names what, and says that it could not be read completely
	}
	return nil
}

func state(p store.Prefix) Prefix {
	out := Prefix{CIDR: p.CIDR, ID: p.ID, ASN: p.ASN, Approved: p.Approved, BGP: []BGPPrefix{}, Bindings: []Binding{}}
	for _, b := range p.BGP.Rows {
		s := BGPPrefix{CIDR: b.CIDR, ASN: b.ASN, ASNPrependCount: b.ASNPrependCount, AutoAdvertiseWithdraw: b.AutoAdvertiseWithdraw}
		if d := b.OnDemand; d != nil {
			s.Advertised, s.OnDemandEnabled, s.OnDemandLocked = d.Advertised, d.OnDemandEnabled, d.OnDemandLocked
		}
		s.BGPSignaling = b.BGPSignalOpts != nil && b.BGPSignalOpts.Enabled
		out.BGP = append(out.BGP, s)
	}
	for _, b := range p.Bindings.Rows {
		s := Binding{CIDR: b.CIDR, Service: cmp.Or(b.ServiceName, b.ServiceID)}
		if b.Provisioning != nil {
			s.State = b.Provisioning.State
		}
		out.Bindings = append(out.Bindings, s)
	}
	sorting.Sort(out.BGP, func(x, y BGPPrefix) int { return cmp.Compare(x.CIDR, y.CIDR) })
	sorting.Sort(out.Bindings, func(x, y Binding) int {
		return cmp.Or(cmp.Compare(x.CIDR, y.CIDR), cmp.Compare(x.Service, y.Service))
	})
	return out
}

// Save writes the file, for the user only and in one step. An existing file is replaced only with overwrite:
// it may be the last that shows how it was.
func (b Baseline) Save(path string, overwrite bool) error {
	// A link that leads nowhere is there, too: somebody meant something by it.
	if info, err := os.Lstat(path); err == nil {
		switch {
		case info.IsDir():
			return fmt.Errorf("%s is a folder: name a file", path)
		case !overwrite:
			return fmt.Errorf("%s is there already and may be the only record of an earlier state: choose another name or use --force", path)
		}
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	if err := statefile.Replace(path, append(text, '\n')); err != nil {
		return fmt.Errorf("the snapshot was not saved: %w", err)
	}
	return nil
}

// BaselinePath is where the state that was last saved is kept for the program itself, besides the file that the user named.
func BaselinePath(stateDir, account string) string {
	return filepath.Join(stateDir, "snapshot", url.QueryEscape(account)+".json")
}

// SaveExpected makes it the good day that findings are measured by.
func (b Baseline) SaveExpected(path string) error {
	if err := statefile.PrivateDir(filepath.Dir(path)); err != nil {
		return err
	}
	return b.Save(path, true)
}

// Load reads a file that Save wrote.
func Load(path string) (Baseline, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Baseline{}, fmt.Errorf("the snapshot cannot be read: %w", err)
	}
	if info.Size() > maxFile {
		return Baseline{}, fmt.Errorf("%s is no snapshot of flarewire: it is too large", path)
	}
	text, err := statefile.Read(path, maxFile)
	if err != nil {
		return Baseline{}, fmt.Errorf("the snapshot cannot be read: %w", err)
	}
	b, err := parse(text)
	if err != nil {
		return Baseline{}, fmt.Errorf("%s %w", path, err)
	}
	return b, nil
}

func parse(text []byte) (Baseline, error) {
	var b Baseline
	switch err := json.Unmarshal(statefile.WithoutBOM(text), &b); {
	case err != nil || b.Format == 0 || b.Prefixes == nil:
		return Baseline{}, errors.New("is no snapshot of flarewire, or it is damaged: save one with flarewire snapshot save")
	case b.Format != Format:
		return Baseline{}, fmt.Errorf("was saved by another version of flarewire (format %d, this one reads %d): use that version or save a "+
			"new one", b.Format, Format)
	}
	return b, nil
}
