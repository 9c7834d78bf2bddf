package cli

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
)

// health is how Cloudflare's health checks find the tunnels of a snapshot, and why that is not known.
type health struct{ err error }

// of is the health of one tunnel.
func (h health) of(t store.Tunnel) store.Health {
	if h.err != nil {
		return store.HealthUnknown
	}
	return t.ProbedHealth()
}

// on is the tunnels with what is known of their health.
func (h health) on(tunnels []store.Tunnel) []store.Tunnel {
	out := slices.Clone(tunnels)
	for i := range out {
		out[i].Health.State = h.of(out[i])
	}
	return out
}

// healthGrace is how long `status` waits for the analytics after everything else is there. Health is
// a courtesy of the status: it must never hold up what the two lists say.
const healthGrace = 500 * time.Millisecond

// errHealthLate stands in for an answer that was not waited for.
var errHealthLate = errors.New("the analytics did not answer in time")

// look reads the tunnels and their health at the same time, and does work beside it. It waits for the health no longer than
// grace after everything else is there, and not at all when no list of tunnels could be read.
func look(ctx context.Context, s *store.Store, grace time.Duration, work func()) (*store.Snapshot, health) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.Read(ctx, store.Target{Kind: store.TunnelHealth})
	}()
	var beside sync.WaitGroup
	beside.Go(work)
	last := s.Poll(ctx)
	beside.Wait()
	if last.GRE.Err != nil && last.IPsec.Err != nil {
		return last, health{errHealthLate}
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-answered:
		last = s.Last()
		return last, health{last.Health.Err}
	case <-late.C:
		return last, health{errHealthLate}
	}
}

// withUnhealthySince puts beside the tunnels since when they are bad, as the list on the screen says it. It costs one question, which is
// asked once, and is waited for no longer than the health.
func (r *statusRun) withUnhealthySince(ctx context.Context, last *store.Snapshot) *store.Snapshot {
	names := last.UnhealthyWithoutStart()
	if r.sinceAsked || len(names) == 0 {
		return last
	}
	r.sinceAsked = true
	ctx, cancel := context.WithTimeout(ctx, healthGrace)
	defer cancel()
	r.store.NoteUnhealthySince(store.ReadUnhealthySince(ctx, r.s.account, names, r.store.Now()))
	return r.store.Last()
}

// why says in one sentence why the health is not known; empty when it is.
func (h health) why() string {
	var e *api.Error
	switch {
	case h.err == nil:
		return ""
	case errors.As(h.err, &e) && e.Kind == api.PermissionMissing && e.Permission != "":
		return "the health of the tunnels is not known: the token may not read the analytics (" + e.Permission + ")"
	}
	return "the health of the tunnels is not known: " + tui.Clean(h.err.Error())
}

// healthColumn shows the health beside the state of the session.
func healthColumn(h health) table.Column[store.Tunnel] {
	return table.Column[store.Tunnel]{
		Key: "health", Title: "HEALTH", Width: 8,
		Text: func(t store.Tunnel, _ time.Time) string {
			if got := h.of(t); got != store.HealthUnknown {
				return string(got)
			}
			return "-"
		},
		Role: func(t store.Tunnel) tui.Role {
			switch h.of(t) {
			case store.Healthy:
				return tui.Good
			case store.Degraded:
				return tui.Pending
			case store.HealthDown:
				return tui.Bad
			}
			return tui.Muted
		},
	}
}
