package cli

import (
	"cmp"
	"context"

	"flarewire/internal/kind"
	"flarewire/internal/names"
	"flarewire/internal/simaccount"
)

// knows remembers for TAB what the objects of a kind are called, when the session ends.
func (s *session) knows(word string, rows objects) {
	list := make([]string, rows.count())
	for i := range list {
		list[i] = rows.name(i)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.called == nil {
		s.called = names.Names{}
	}
	s.called[word] = list
}

// keepNames writes what the session has learned of the account's names. The demo leaves no trace.
func (s *session) keepNames(x IO) {
	if s.source == demoSource || s.account == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := names.Names{}
	if s.watcher != nil {
		all = names.FromSnapshot(s.watcher.Last())
	}
	for word, list := range s.called {
		all[word] = list
	}
	_ = names.Keep(names.Path(x.stateDir(), s.account.ID), all) // it is worth no trouble
}

// knownNames are the names of the account that the command line means, from the last known state: nothing is asked of Cloudflare.
func (f *flags) knownNames(x IO, kinds []kind.Kind) names.Names {
	if f.demo {
		return f.demoNames(x, kinds)
	}
	account := cmp.Or(f.account, x.keys().AccountID)
	if vault, err := f.resolver(x); err == nil && account == "" && (x.keys().Token.IsZero() || f.profileName(x) != "") {
		if p, err := vault.Config.Profile(cmp.Or(f.profileName(x), vault.Config.Default())); err == nil {
			account = p.Account
		}
	}
	if account == "" {
		return names.Load(names.Newest(x.stateDir()))
	}
	return names.Load(names.Path(x.stateDir(), account))
}

// knownAccounts are the ids of the accounts whose names are known.
func (f *flags) knownAccounts(x IO) []string {
	if f.demo {
		return []string{simaccount.DefaultAccount}
	}
	return names.Accounts(x.stateDir())
}

// demoNames are those of the simulated account, which is in this process.
func (f *flags) demoNames(x IO, kinds []kind.Kind) names.Names {
	ctx := context.Background()
	s, account, err := f.begin(x, nil)
	if err != nil {
		return nil
	}
	defer s.close()
	s.account = s.client.In(account)
	out := names.Names{}
	for _, k := range kinds {
		r, err := resourceNamed(k.About().Words[0])
		if err != nil {
			continue
		}
		rows, _ := r.of(ctx, s, "json", "")
		for i := range rows.count() {
			out[r.name()] = append(out[r.name()], rows.name(i))
		}
	}
	return out
}
