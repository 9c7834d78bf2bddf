package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"flarewire/api"
)

// PortState is the state of an interconnect's port as the API names it; "" is not known. It says nothing
// about BGP over the port: the API does not tell that.
type PortState string

// The states that the API names (Cloudflare API: interconnect status).
const (
	PortHealthy   PortState = "Healthy"
	PortUnhealthy PortState = "Unhealthy"
	PortDown      PortState = "Down"
	PortPending   PortState = "Pending"
)

// Word is the state as the API names it; what is not known is not called anything else.
func (s PortState) Word() string { return cmp.Or(string(s), "Unknown") }

// Severity orders states for an operator: what is broken, what is not known, what is not yet, what is well.
func (s PortState) Severity() int {
	switch s {
	case PortDown:
		return 0
	case PortUnhealthy:
		return 1
	case PortPending:
		return 3
	case PortHealthy:
		return 4
	}
	return 2
}

// Port is a network interconnect (CNI): a cable or a partner's circuit, with the last that is known of its
// state. The API gives the states one by one and not in the list.
type Port struct {
	api.Interconnect
	State  PortState
	Reason string
	At     time.Time // when the state was told; zero: never
	Tried  time.Time // when it was last asked
	Err    error     // the last attempt failed; State is the one of before
}

// Partner tells whether a port is a partner's virtual circuit: those have a region and no slot.
func (p Port) Partner() bool { return p.SlotID == "" && p.Facility == nil && p.Region != "" }

// Links is what one look at the interconnects brought. Each list has its own error and is nil when it could
// not be read.
type Links struct {
	Ports   []Port
	Links   []api.MagicInterconnect // their tunnel side: what routes lead through and what is probed
	PortErr error
	LinkErr error
}

// The states cost one request per port. In each round those asked longest ago are asked, statesAgain of them at
// the most, so that many ports cost no more than a few; those never asked before may be more, once.
const (
	statesAgain    = 10
	statesAtFirst  = 30
	statesTogether = 4
)

// ReadLinks reads the ports with their states, and the tunnel sides: two requests, and one for each state. before
// are the ports as they were known: what is not asked now stays so.
func ReadLinks(ctx context.Context, a *api.AccountClient, before []Port, now func() time.Time) Links {
	var out Links
	var group errgroup.Group
	group.Go(func() error {
		out.Links, out.LinkErr = notNil(a.Interconnects.List(ctx))
		return nil
	})
	rows, err := a.PhysicalInterconnects.List(ctx)
	if out.PortErr = err; err == nil {
		out.Ports = withStates(ctx, a, rows, before, now)
	}
	_ = group.Wait() // the function gives none
	return out
}

// stateSource is where states are asked: an api.AccountClient.
type stateSource interface {
	InterconnectStatus(ctx context.Context, name string) (api.InterconnectStatus, error)
}

func withStates(ctx context.Context, from stateSource, rows []api.Interconnect, before []Port, now func() time.Time) []Port {
	known := make(map[string]Port, len(before))
	for _, p := range before {
		known[p.Name] = p
	}
	ports := make([]Port, len(rows))
	order := make([]int, len(rows))
	unasked := 0
	for i, r := range rows {
		ports[i] = known[r.Name]
		ports[i].Interconnect = r
		order[i] = i
		if ports[i].Tried.IsZero() {
			unasked++
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return ports[a].Tried.Compare(ports[b].Tried) })
	var group errgroup.Group
	group.SetLimit(statesTogether)
	for _, i := range order[:min(len(order), max(statesAgain, min(unasked, statesAtFirst)))] {
		group.Go(func() error {
			ports[i].ask(ctx, from, now)
			return nil // one port without an answer does not keep the others from theirs
		})
	}
	_ = group.Wait() // no function returns an error
	return ports
}

func (p *Port) ask(ctx context.Context, from stateSource, now func() time.Time) {
	got, err := from.InterconnectStatus(ctx, p.Name)
	p.Tried, p.Err = now(), err
	if err == nil {
		p.State, p.Reason, p.At = PortState(got.State), got.Reason, p.Tried
	}
}

func pollLinks(f Fetchers) poll {
	return func(ctx context.Context, w *Watcher) (func(*Snapshot, look) []Event, error) {
		got := f.Links(ctx, w.Last().Ports, w.now)
		trouble := errors.Join(got.PortErr, got.LinkErr)
		if got.PortErr != nil && got.LinkErr != nil {
			return nil, got.PortErr // they have the same cause nearly always
		}
		for _, p := range got.Ports {
			if trouble == nil {
				trouble = p.Err // one stands for all
			}
		}
		return func(s *Snapshot, between look) []Event {
			var events []Event
			s.PortErr = got.PortErr
			if got.Ports != nil {
				if s.Ports != nil {
					events = append(differences(portObjects(s.Ports), portObjects(got.Ports), between), portEvents(s.Ports, got.Ports, between.blind)...)
				}
				s.Ports = got.Ports
			}
			if got.Links != nil {
				if s.Links != nil {
					events = append(events, differences(linkObjects(s.Links), linkObjects(got.Links), between)...)
				}
				s.Links = got.Links
			}
			return events
		}, trouble
	}
}

func portObjects(ports []Port) []object {
	out := make([]object, len(ports))
	for i, p := range ports {
		out[i] = object{resource: PortResource, id: p.Name, name: p.Name}
	}
	return out
}

func linkObjects(links []api.MagicInterconnect) []object {
	out := make([]object, len(links))
	for i, l := range links {
		out[i] = object{resource: LinkResource, id: l.ID, name: l.Name, modified: l.ModifiedOn.Time}
	}
	return out
}

// portEvents are the changes of state. When one happened is not told: it was noticed when the state was asked.
func portEvents(before, after []Port, blind bool) []Event {
	was := make(map[string]PortState, len(before))
	for _, p := range before {
		was[p.Name] = p.State
	}
	var events []Event
	for _, p := range after {
		if old := was[p.Name]; old != "" && old != p.State {
			events = append(events, Event{At: p.At, Kind: PortChanged, Resource: PortResource, TunnelID: p.Name, Name: p.Name, FromPort: old, ToPort: p.State, Unwatched: blind})
		}
	}
	return events
}
