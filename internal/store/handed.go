package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"flarewire/api"
)

// Recorder is the recorder of the account as a screen sees it: `flarewire record`, another program. What it has fresh is not asked of
// Cloudflare again.
type Recorder interface {
	// Hand gives what the recorder knows of a list, a reading or a detail: with its rows when it has asked later than rowsAfter, and with
	// the events since eventsSince. It is false when there is no recorder, or it does not know.
	Hand(ctx context.Context, t Target, rowsAfter, eventsSince time.Time) (Handed, bool)
}

// Handed is what a recorder has read, with what happened until then.
type Handed struct {
	From     time.Time         `json:"from"`           // when it asked
	To       time.Time         `json:"to"`             // when the answer had come
	Due      time.Time         `json:"due"`            // when it asks next; zero: at once
	Complete bool              `json:"whole"`          // the last attempt brought all of it
	Newer    bool              `json:"newer"`          // it was asked after the time that was named: the rows are here
	Rows     []json.RawMessage `json:"rows,omitempty"` // as the server sent them; of tunnels those of GRE
	IPsec    []json.RawMessage `json:"ipsec,omitempty"`

	Health     map[string]MeasuredHealth `json:"health,omitempty"`
	Traffic    map[string]Traffic        `json:"traffic,omitempty"`
	Locations  *handedLocations          `json:"locations,omitempty"`
	Events     []Event                   `json:"events,omitempty"` // of everything, oldest first
	ClockAhead time.Duration             `json:"clock_ahead,omitempty"`

	// SharedHistory: the recorder writes the history that this screen reads, so that nothing of this has to be written again.
	SharedHistory bool `json:"-"`
}

// eventsBefore is from how much before the time that was named events are handed over: what was noticed late bears an earlier time.
const eventsBefore = 10 * time.Minute

// handSlack is how much later than it is due a recorder's answer may come before a screen asks Cloudflare itself.
const handSlack = 10 * time.Second

// Hand says what this recorder knows of a list, a reading or a detail, for a screen; see Recorder. Only what is in the history already
// is handed over, so that no crash loses an event that a screen has seen.
func (s *Store) Hand(t Target, rowsAfter, eventsSince time.Time) (Handed, bool) {
	last, t := s.InHistory(), t.single()
	e := last.about(t)
	if e == nil || !e.Known() {
		return Handed{}, false
	}
	h := Handed{From: e.Fetched, To: e.answered, Due: e.Due, Complete: e.Err == nil && len(e.Unusable) == 0, ClockAhead: last.ClockAhead}
	if t.Kind == GRETunnels {
		if !last.IPsec.Known() {
			return Handed{}, false
		}
		h.Complete = h.Complete && last.IPsec.Err == nil && len(last.IPsec.Unusable) == 0
	}
	if h.Newer = h.From.After(rowsAfter); !h.Newer || !h.Complete {
		return h, true
	}
	for _, e := range last.Events {
		if e.Kind != FirstSeen && e.At.After(eventsSince.Add(-eventsBefore)) {
			h.Events = append(h.Events, e)
		}
	}
	return h, h.fill(last, t)
}

// InHistory is the newest snapshot of which all events are in the history.
func (s *Store) InHistory() *Snapshot {
	last := s.state.Load()
	if s.unnoted.Load() == 0 {
		for before := s.inHistory.Load(); before == nil || before.Version < last.Version; before = s.inHistory.Load() {
			if s.inHistory.CompareAndSwap(before, last) {
				break
			}
		}
	}
	if kept := s.inHistory.Load(); kept != nil {
		return kept
	}
	return &Snapshot{Started: last.Started}
}

// handedLocations are Locations without the error, which is only words when it comes from a recorder.
type handedLocations struct {
	Rows    []Location         `json:"rows,omitempty"`
	By      map[string]Insight `json:"by,omitempty"`
	Weighed bool               `json:"weighed,omitempty"`
	Unknown string             `json:"unknown,omitempty"`
	Missing string             `json:"part,omitempty"`
}

func (l Locations) handed() *handedLocations {
	out := &handedLocations{Rows: l.Rows, By: l.By, Weighed: l.Weighed, Missing: l.Missing}
	if l.Unknown != nil {
		out.Unknown = l.Unknown.Error()
	}
	return out
}

// take puts what the recorder has read in the place of what was known.
func (h *handedLocations) take(l *Locations) {
	*l = Locations{Entry: l.Entry, Rows: h.Rows, By: h.By, Weighed: h.Weighed, Missing: h.Missing}
	if h.Unknown != "" {
		l.Unknown = errors.New(h.Unknown)
	}
}

// fill puts the rows in. It reports false for a kind that is not handed over: the screen reads it itself.
func (h *Handed) fill(last *Snapshot, t Target) bool {
	switch t.Kind {
	case GRETunnels:
		for i := range last.Tunnels {
			tunnel := &last.Tunnels[i]
			if tunnel.Kind == api.IPsec {
				h.IPsec = append(h.IPsec, tunnel.JSON())
			} else {
				h.Rows = append(h.Rows, tunnel.JSON())
			}
		}
	case TunnelHealth:
		h.Health = last.Health.By
	case TunnelTraffic:
		h.Traffic = last.Traffic.By
	case LocationHealth:
		h.Locations = last.Locations.handed()
	case Prefixes:
		h.Rows = bytesOf(last.Prefixes.Rows)
	case Ports:
		h.Rows = bytesOf(last.Ports.Rows)
	case PortStates:
		if i := slices.IndexFunc(last.Ports.Rows, func(p Port) bool { return p.Name == t.Object }); i >= 0 {
			state, _ := json.Marshal(map[string]string{"state": string(last.Ports.Rows[i].State), "reason": last.Ports.Rows[i].Reason})
			h.Rows = []json.RawMessage{state}
		}
	case BGPPrefixes, Bindings, Delegations:
		p, _ := last.Prefix(t.Object)
		h.Rows = map[Kind][]json.RawMessage{BGPPrefixes: bytesOf(p.BGP.Rows), Bindings: bytesOf(p.Bindings.Rows),
			Delegations: bytesOf(p.Delegations.Rows)}[t.Kind]
	default:
		l, ok := lists[t.Kind]
		if !ok || l.hand == nil {
			return false
		}
		h.Rows = l.hand(last)
	}
	return true
}

// bytesOf are the objects as the server sent them.
func bytesOf[T any](rows []T) []json.RawMessage {
	out := make([]json.RawMessage, len(rows))
	for i := range rows {
		if h, ok := any(rows[i]).(interface{ JSON() json.RawMessage }); ok {
			out[i] = h.JSON()
		}
	}
	return out
}

// source returns fetchers that give what was handed over.
func (h Handed) source() *Fetchers {
	out := &Fetchers{
		Prefixes:    func(context.Context) ([]api.Prefix, error) { return restored[api.Prefix](h.Rows) },
		BGPPrefixes: func(context.Context, string) ([]api.BGPPrefix, error) { return restored[api.BGPPrefix](h.Rows) },
		Bindings:    func(context.Context, string) ([]api.Binding, error) { return restored[api.Binding](h.Rows) },
		Delegations: func(context.Context, string) ([]api.Delegation, error) { return restored[api.Delegation](h.Rows) },
		Ports:       func(context.Context) ([]api.Interconnect, error) { return restored[api.Interconnect](h.Rows) },
		PortStatus: func(context.Context, string) (api.InterconnectStatus, error) {
			states, err := restored[api.InterconnectStatus](h.Rows)
			if err != nil || len(states) == 0 {
				return api.InterconnectStatus{}, err
			}
			return states[0], nil
		},
	}
	for _, l := range lists {
		if l.take != nil {
			l.take(out, h.Rows)
		}
	}
	return out
}

func restored[T any](rows []json.RawMessage) ([]T, error) {
	out := make([]T, len(rows))
	for i, row := range rows {
		if err := api.Restore(row, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
