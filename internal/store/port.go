package store

import (
	"cmp"
	"context"
	"slices"

	"flarewire/api"
)

// PortState is the state of an interconnect's port as the API names it; "" is not known. It says nothing about BGP over the
// port: the API does not give that.
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

// Rank orders states for an operator: what is broken, what is not known, what is not yet, what is well.
func (s PortState) Rank() int {
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

// Port is a network interconnect (CNI): a cable or a partner's circuit, with the last that is known of its state. The API
// gives the states one by one and not in the list.
type Port struct {
	api.Interconnect
	State  PortState
	Reason string
	Asked  Entry // of the state

	known PortState // the last State that was not ""
}

// Partner reports whether a port is a partner's virtual circuit: those have a region and no slot.
func (p Port) Partner() bool { return p.SlotID == "" && p.Facility == nil && p.Region != "" }

func (s *Store) readPortState(ctx context.Context, name string, f *Fetchers) applier {
	if f.PortStatus == nil {
		return nil
	}
	got, err := f.PortStatus(ctx, name)
	return func(next *Snapshot, took span, again bool) []Event {
		i := slices.IndexFunc(next.Ports.Rows, func(p Port) bool { return p.Name == name })
		if i < 0 {
			return nil // it was deleted meanwhile
		}
		p := &next.Ports.Rows[i]
		was := *p
		p.Asked.take(err, took, again)
		if err != nil {
			return nil
		}
		p.State, p.Reason = PortState(got.State), got.Reason
		if p.State == "" {
			return nil
		}
		p.known = p.State
		if was.known == "" || was.known == p.State {
			return nil
		}
		// When it happened is not told: it was noticed when the state was asked for.
		return []Event{{At: took.to, Kind: PortChanged, Resource: Ports, ObjectID: name, Name: name, FromPort: was.known, ToPort: p.State,
			Unwatched: lookBetween(was.Asked, took).blind}}
	}
}
