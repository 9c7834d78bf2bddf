package interconnect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"flarewire/api"
	"flarewire/tui"
)

// port is an interconnect with its state, which the API gives one by one and not in the list.
type port struct {
	api.Interconnect
	health
}

// health is the last that is known of a port's state.
type health struct {
	state, reason string
	at            time.Time // when it was told; zero: never
	tried         time.Time // when it was last asked
	err           error     // the last attempt failed; the state is the one of before
}

// states are the known states by the ports' names. Only one fetch runs at a time.
type states map[string]health

// The states cost one request per port: at most maxStates are asked in a round, those asked longest ago
// first, and a few at a time.
const (
	maxStates      = 30
	statesTogether = 4
)

func (m *Module) fetchPorts(ctx context.Context) ([]port, error) {
	rows, err := m.env.Account.PhysicalInterconnects.List(ctx)
	if err != nil {
		return nil, err
	}
	m.states.ask(ctx, rows, m.env.Account, m.env.Now)
	out := make([]port, len(rows))
	for i, r := range rows {
		out[i] = port{r, m.states[r.Name]}
	}
	return out, nil
}

// asker is where states are asked: an api.AccountClient.
type asker interface {
	InterconnectStatus(ctx context.Context, name string) (api.InterconnectStatus, error)
}

func (s states) ask(ctx context.Context, rows []api.Interconnect, from asker, now func() time.Time) {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	slices.SortStableFunc(names, func(a, b string) int { return s[a].tried.Compare(s[b].tried) })
	names = names[:min(len(names), maxStates)]
	fresh := make([]health, len(names))
	var group errgroup.Group
	group.SetLimit(statesTogether)
	for i, name := range names {
		fresh[i] = s[name]
		group.Go(func() error {
			got, err := from.InterconnectStatus(ctx, name)
			if fresh[i].err = err; err == nil {
				fresh[i] = health{state: got.State, reason: got.Reason, at: now()}
			}
			fresh[i].tried = now()
			return nil // one port without an answer does not keep the others from theirs
		})
	}
	_ = group.Wait() // no function returns an error
	for i, name := range names {
		s[name] = fresh[i]
	}
}

// The states that the API names (Cloudflare API: interconnect status).
const (
	healthy   = "Healthy"
	unhealthy = "Unhealthy"
	down      = "Down"
	pending   = "Pending"
)

// stateWord is the state as the API names it; what is not known is not called anything else.
func (h health) stateWord() string { return cmp.Or(h.state, "Unknown") }

// severity orders by how much it matters: what is broken, what is not known, what is not yet, what is well.
func (h health) severity() int {
	switch h.state {
	case down:
		return 0
	case unhealthy:
		return 1
	case pending:
		return 3
	case healthy:
		return 4
	}
	return 2
}

func (h health) role() tui.Role {
	switch h.state {
	case down, unhealthy:
		return tui.Bad
	case healthy:
		return tui.Good
	}
	return tui.Pending
}

func (h health) glyph(g tui.Glyphs) string {
	switch h.state {
	case down, unhealthy:
		return g.Down
	case healthy:
		return g.Up
	case pending:
		return g.Pending
	}
	return g.Unknown
}

func (h health) text(g tui.Glyphs) string { return h.glyph(g) + " " + tui.Clean(h.stateWord()) }

// meaning says in words what a state tells and what to check, cable or partner (Cloudflare docs: Network
// Interconnect, monitoring and operations).
func (p port) meaning() string {
	switch {
	case p.state == healthy:
		return "The port has a link. That says nothing about BGP over it: the API does not tell the state of that session."
	case p.state == pending && p.partner():
		return "The partner's circuit is not up yet. Check the VLAN attachment in Google Cloud."
	case p.state == pending:
		return "The port has not been up yet. Get the letter of authorization (L), and have the data center connect the cable."
	case (p.state == down || p.state == unhealthy) && p.partner():
		return "Check the VLAN attachment in Google Cloud, and whether maintenance was announced."
	case p.state == down || p.state == unhealthy:
		return "Check the light on both ends (less than -20 dBm counts as unhealthy), swap RX and TX, and have the data center test " +
			"the cross-connect. Announced maintenance takes about 6 hours."
	}
	return ""
}
