package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"flarewire/api"
)

// Prefix is a BYOIP prefix with what lies below it. What was not read yet is not "none": see List.
type Prefix struct {
	api.Prefix
	BGP         List[api.BGPPrefix]
	Bindings    List[api.Binding]
	Delegations List[api.Delegation]

	bindingStates map[string]sighting // by id of the binding
}

// sighting is a state with the time since which it was seen.
type sighting struct {
	state string
	since time.Time
}

// BindingSince returns since when a binding was seen in its present provisioning state; the API names no time. It is zero for
// one that was never seen.
func (p Prefix) BindingSince(id string) time.Time { return p.bindingStates[id].since }

// entry returns the entry of a kind below the prefix.
func (p *Prefix) entry(k Kind) *Entry {
	switch k {
	case BGPPrefixes:
		return &p.BGP.Entry
	case Bindings:
		return &p.Bindings.Entry
	}
	return &p.Delegations.Entry
}

// newPrefix is a prefix below which nothing is known.
func newPrefix(p api.Prefix) Prefix {
	entry := func(k Kind) Entry { return Entry{Kind: k, Every: k.Every()} }
	return Prefix{Prefix: p, BGP: List[api.BGPPrefix]{Entry: entry(BGPPrefixes)}, Bindings: List[api.Binding]{Entry: entry(Bindings)},
		Delegations: List[api.Delegation]{Entry: entry(Delegations)}}
}

// summed is the entry of a kind over all objects of its list.
func (s *Snapshot) summed(k Kind) Entry {
	list := s.entry(k.Listed())
	out := Entry{Kind: k, Every: k.Every(), Fetched: list.Fetched, Err: list.Err, Failures: list.Failures}
	unread, all := 0, 0
	for _, e := range s.details(k) {
		all++
		if out.Err == nil && e.Err != nil {
			out.Err, out.Failures = e.Err, e.Failures
		}
		out.Undecoded, out.Unusable = append(out.Undecoded, e.Undecoded...), append(out.Unusable, e.Unusable...)
		switch {
		case !e.Known():
			unread++
		case e.Fetched.Before(out.Fetched):
			out.Fetched = e.Fetched
		}
	}
	switch {
	case unread > 0 && unread == all:
		out.Fetched = time.Time{}
	case unread > 0:
		out.Undecoded = append([]string{fmt.Sprintf("%d of %d not read yet", unread, all)}, out.Undecoded...)
	}
	return out
}

// Unread counts the objects of which a kind below them was not read yet, and all of them.
func (s *Snapshot) Unread(k Kind) (unread, all int) {
	for _, e := range s.details(k) {
		all++
		if !e.Known() {
			unread++
		}
	}
	return unread, all
}

// readDetail asks for one detail and returns what to do with the answer; nil when it cannot be read.
func (s *Store) readDetail(ctx context.Context, d Target, f *Fetchers) applier {
	switch d.Kind {
	case BGPPrefixes:
		return readBelow(ctx, s, d, f.BGPPrefixes, func(p *Prefix) *List[api.BGPPrefix] { return &p.BGP }, bgpObjects)
	case Bindings:
		return readBelow(ctx, s, d, f.Bindings, func(p *Prefix) *List[api.Binding] { return &p.Bindings }, bindingObjects)
	case Delegations:
		return readBelow(ctx, s, d, f.Delegations, func(p *Prefix) *List[api.Delegation] { return &p.Delegations }, nil)
	}
	return s.readPortState(ctx, d.Object, f)
}

// readBelow reads a list below a prefix.
func readBelow[T any](ctx context.Context, s *Store, d Target, fetch func(context.Context, string) ([]T, error),
	list func(*Prefix) *List[T], objects func([]T) []object) applier {
	if fetch == nil {
		return nil
	}
	var before []T
	if p := s.Last().prefix(d.Object); p != nil {
		before = list(p).Rows
	}
	rows, odd, err := readList(ctx, func(ctx context.Context) ([]T, error) { return fetch(ctx, d.Object) }, before)
	return func(next *Snapshot, took span, again bool) []Event {
		p := next.prefix(d.Object)
		if p == nil {
			return nil // it was deleted meanwhile
		}
		l := list(p)
		was := *l
		l.take(err, took, again)
		if err != nil {
			return nil
		}
		l.Rows, l.Undecoded, l.Unusable = rows, odd.fields, odd.unusable
		if d.Kind == Bindings {
			p.sight(l.Fetched)
		}
		if objects == nil || !was.Known() {
			return nil // what is there at the first look did not just appear
		}
		return differences(objects(was.Rows), objects(rows), lookBetween(was.Entry, took))
	}
}

// sight notes since when bindings are seen in their provisioning states.
func (p *Prefix) sight(at time.Time) {
	states := make(map[string]sighting, len(p.Bindings.Rows))
	for _, b := range p.Bindings.Rows {
		state := ""
		if b.Provisioning != nil {
			state = b.Provisioning.State
		}
		states[b.ID] = sighting{state, at}
		if old, seen := p.bindingStates[b.ID]; seen && old.state == state {
			states[b.ID] = old
		}
	}
	p.bindingStates = states
}

// prefix finds a prefix in a snapshot that is being made; its rows must have been copied.
func (s *Snapshot) prefix(id string) *Prefix {
	i := slices.IndexFunc(s.Prefixes.Rows, func(p Prefix) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Prefixes.Rows[i]
}

// Prefix returns a prefix with what lies below it.
func (s *Snapshot) Prefix(id string) (Prefix, bool) {
	if p := s.prefix(id); p != nil {
		return *p, true
	}
	return Prefix{}, false
}
