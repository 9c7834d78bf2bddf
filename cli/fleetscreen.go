package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/views/fleet"
	"flarewire/views/kit"
)

// How often the accounts of the fleet are read, and what one opening may take.
const (
	fleetRefresh = time.Minute
	fleetOpening = 30 * time.Second
)

// fleetWatch reads the accounts of all profiles for the full-screen interface: each with a session, a client and a store of its own, which
// can change nothing. It lives as long as the screen, over the switches of the profile.
type fleetWatch struct {
	x       IO
	f       *flags
	opening sync.Mutex // one after the other: sources may ask
	room    chan struct{}

	mu      sync.Mutex
	members []*fleetMember
}

// fleetMember is one profile's account.
type fleetMember struct {
	profile keystore.Profile
	s       *session
	store   *store.Store
	account fleet.Account
	busy    bool
	due     time.Time
}

var _ fleet.Fleet = (*fleetWatch)(nil)

// theFleet is the one of this screen; the demo has none of the machine's accounts.
func (f *flags) theFleet(x IO) *fleetWatch {
	if f.fleet == nil {
		x.Err, x.Prompt = io.Discard, io.Discard // the screen is drawn meanwhile
		f.fleet = &fleetWatch{x: x, f: f, room: make(chan struct{}, accountsTogether)}
	}
	if !f.demo {
		f.fleet.follow(f.vault.Config)
	}
	return f.fleet
}

// follow takes the profiles as they are now: one that was changed begins anew.
func (w *fleetWatch) follow(config *keystore.Config) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.members
	w.members = nil
	for _, name := range config.Names() {
		p, err := config.Profile(name)
		if err != nil {
			continue
		}
		m := &fleetMember{profile: p}
		for _, old := range before {
			if old.profile.Name == p.Name && old.profile.Account == p.Account && old.profile.Store == p.Store {
				m = old
			}
		}
		m.account.Profile, m.account.Production = p.Name, p.Production
		if m.account.Name == "" {
			m.account.Name, m.account.ID = p.AccountName, p.Account
		}
		w.members = append(w.members, m)
	}
}

// use gives up what was known of the account that the screen shows now: it reads it by itself.
func (w *fleetWatch) use(s *session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.members {
		if m.profile.Name == s.profile && s.name != "" {
			m.account.Name = s.name
		}
	}
}

// Accounts implements fleet.Fleet.
func (w *fleetWatch) Accounts() []fleet.Account {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]fleet.Account, len(w.members))
	for i, m := range w.members {
		out[i] = m.account
	}
	return out
}

// Due implements fleet.Fleet.
func (w *fleetWatch) Due() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.x.Now()
	var out []string
	for _, m := range w.members {
		if !m.busy && !m.due.After(now) {
			out = append(out, m.profile.Name)
			m.due = now.Add(fleetRefresh) // that of the account on the screen is not read
		}
	}
	return out
}

// Next implements fleet.Fleet.
func (w *fleetWatch) Next() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	var first time.Time
	for _, m := range w.members {
		if !m.busy && (first.IsZero() || m.due.Before(first)) {
			first = m.due
		}
	}
	return first
}

// Refresh implements fleet.Fleet.
func (w *fleetWatch) Refresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.members {
		m.due = time.Time{}
		if m.store != nil {
			m.store.Refresh()
		}
	}
}

// Read implements fleet.Fleet.
func (w *fleetWatch) Read(ctx context.Context, profile string) {
	m := w.begin(profile)
	if m == nil {
		return
	}
	w.room <- struct{}{}
	defer func() { <-w.room }()
	err := w.open(ctx, m)
	var a fleet.Account
	if err == nil {
		last := m.store.Round(ctx)
		a = fleet.Account{Snapshot: last, Budget: m.s.client.Budget(), Incidents: m.s.diagnosis(ctx, w.x, last, nil).Incidents()}
		err = last.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m.busy = false
	m.due = w.x.Now().Add(fleetRefresh)
	if a.Snapshot != nil {
		if at := m.store.NextDue(); !at.IsZero() {
			m.due = at
		}
		m.account.Snapshot, m.account.Budget, m.account.Incidents = a.Snapshot, a.Budget, a.Incidents
		m.account.ID, m.account.Name = m.s.account.ID, m.s.name
	}
	m.account.Err = ""
	if err != nil && ctx.Err() == nil {
		m.account.Err = fleetTrouble(err)
	}
}

func (w *fleetWatch) begin(profile string) *fleetMember {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.members {
		if m.profile.Name == profile && !m.busy {
			m.busy = true
			return m
		}
	}
	return nil
}

// open makes the session of a profile, without asking anybody anything.
func (w *fleetWatch) open(ctx context.Context, m *fleetMember) error {
	if m.store != nil {
		return nil
	}
	w.opening.Lock()
	defer w.opening.Unlock()
	opening, cancel := context.WithTimeout(ctx, fleetOpening)
	defer cancel()
	one := *w.f
	one.profile, one.named, one.account, one.readOnly = m.profile.Name, nil, "", true
	resolved, err := w.f.vault.Resolve(opening, keystore.Request{Profile: m.profile.Name})
	w.x.Redactor.Add(resolved.Credential.Secret())
	if err != nil {
		return err
	}
	s, account, err := one.begin(w.x, &resolved)
	if err != nil {
		return err
	}
	if s, err = s.settled(opening, account); err != nil {
		return err
	}
	one.refresh = max(one.refresh, fleetRefresh, stretched(len(w.members)))
	watcher := s.recall(ctx, w.x, &one)
	watcher.ReadAlways(store.Overview()...)
	if beside := s.beside(w.x); beside != nil {
		first, done := context.WithTimeout(ctx, firstLook)
		watcher.UseRecorder(first, beside)
		done()
	}
	m.s, m.store = s, watcher
	return nil
}

// fleetTrouble says why an account cannot be read.
func fleetTrouble(err error) string {
	switch {
	case errors.Is(err, keystore.ErrPassphraseNeeded):
		return "its passphrase is needed: enter asks for it"
	case errors.Is(err, keystore.ErrNeedsTerminal):
		return "its token command wants to ask something: enter lets it"
	case api.Advice(err) != "":
		return kit.ErrorText(err)
	}
	return strings.Join(strings.Fields(fmt.Sprint(err)), " ")
}
