package cli

import (
	"context"
	"errors"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
)

// health is how Cloudflare's probes find the tunnels, by name: the analytics know no ids.
type health struct {
	byName map[string]store.Health
	err    error // why nothing is known
}

// of is the health of one tunnel. One whose health checks are off is not probed, and the analytics
// would call it down: nothing is known about it.
func (h health) of(t store.Tunnel) store.Health {
	if hc := t.HealthCheck; hc != nil && hc.Enabled != nil && !*hc.Enabled {
		return store.HealthUnknown
	}
	return h.byName[t.Name]
}

// healthWindow is how far back the average of the samples goes: Cloudflare itself judges five minutes
// (health check documentation), and a tunnel stays degraded or down for at least that long.
const healthWindow = 5 * time.Minute

// healthGrace is how long `status` waits for the analytics after everything else is there. Health is
// a courtesy of the status: it must never hold up what the two lists say.
const healthGrace = 500 * time.Millisecond

// errHealthLate stands in for an answer that was not waited for.
var errHealthLate = errors.New("the analytics did not answer in time")

// health asks the analytics for the average state of every tunnel over all of Cloudflare's locations.
// It is one request; only an account with narrower limits than the documented ones costs two more.
func (s *session) health(ctx context.Context) health {
	now := s.now()
	from := now.Add(-healthWindow)
	report, err := s.account.TunnelHealth(ctx, from, now, api.HealthOptions{Quick: true})
	if api.KindOf(err) == api.Invalid {
		report, err = s.account.TunnelHealth(ctx, from, now, api.HealthOptions{})
	}
	h := health{byName: map[string]store.Health{}, err: err}
	for _, sample := range report.Samples {
		h.byName[sample.TunnelName] = store.HealthOf(sample.State)
	}
	return h
}

// healthBeside asks for the health at the same time as work runs, and waits for it no longer than
// grace after work ended; not at all when work says that there is no use for it.
func (s *session) healthBeside(ctx context.Context, grace time.Duration, work func() (useful bool)) health {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := make(chan health, 1)
	go func() { answer <- s.health(ctx) }()
	if !work() {
		return health{err: errHealthLate}
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case h := <-answer:
		return h
	case <-late.C:
		return health{err: errHealthLate}
	}
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
