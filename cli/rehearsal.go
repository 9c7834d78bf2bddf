package cli

import (
	"context"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// A picture needs a screen that is always the same and that shows what watching brings: --demo-at lets the
// simulated account live for a while before that time, has it polled all along, and stops the clock there.
const (
	rehearsalTime = 10 * time.Minute
	rehearsalStep = 5 * time.Second
)

// demo makes the session one with the simulated account in the program.
func (s *session) demo(f *flags, opts *api.Options) error {
	if f.demoAt != "" {
		at, err := time.Parse(time.RFC3339, f.demoAt)
		if err != nil {
			return usage("--demo-at wants a time like 2026-01-31T12:00:00Z")
		}
		clock := at.Add(-rehearsalTime)
		s.now = func() time.Time { return clock }
		opts.Now = s.now // the analytics are asked about the time before it, too
		// Nothing else looks at the clock before this is over.
		s.rehearse = func(ctx context.Context, w *store.Store) {
			for ; clock.Before(at) && ctx.Err() == nil; clock = clock.Add(rehearsalStep) {
				w.Poll(ctx)
			}
		}
		// Ten minutes' requests in a moment are no reason to wait here.
		opts.Budget = 1 << 20
	}
	sim := simaccount.New(simaccount.Options{Now: s.now})
	sim.FurnishRecord()
	opts.Transport = sim.RoundTripper()
	opts.Credentials = api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}
	s.source = demoSource
	return nil
}

// store makes what knows the session's account.
func (s *session) store(ctx context.Context, f *flags) *store.Store {
	w := store.New(s.account, s.now, f.refresh)
	fetchers := store.FromAccount(s.account)
	fetchers.Accounts = s.client.Accounts
	w.Use(fetchers)
	s.rehearse(ctx, w)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watcher = w
	return w
}

// recall is store for a command that looks once at everything. It knows what earlier runs of the screen have watched, and adds
// nothing to that.
func (s *session) recall(ctx context.Context, x IO, f *flags) *store.Store {
	w := s.store(ctx, f)
	if s.source != demoSource {
		w.ReadHistory(store.OpenHistory(s.history(x), s.now(), 0))
	}
	return w
}
