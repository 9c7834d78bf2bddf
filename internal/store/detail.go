package store

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"flarewire/api"
)

// What lies below prefixes and ports costs a request each, so that its cost would grow with the account. A bounded number of
// them is read in a round: first what nobody has read yet and what a page shows, then what its list says has changed and what
// carries traffic into something that is down, then the longest unread.
const (
	// detailRound is how often some details are read, detailsInRound how many of them. 6 in 15 s are 24 a minute: 100 prefixes
	// and 20 ports, which have 220 details, are read once in less than ten minutes.
	detailRound    = 15 * time.Second
	detailsInRound = 6
	// detailsAtFirst is how many are read in the first round: a small account is known completely at once.
	detailsAtFirst = 20
	// detailsTogether bounds the requests for details in flight.
	detailsTogether = 4
	// pageDetails is how old the details of the object on the screen may be.
	pageDetails = 30 * time.Second
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

// Detail is a list below one object, or the state of one interconnect.
type Detail struct {
	Kind Kind
	Of   string // id of the prefix, or name of the interconnect
}

// summed is the entry of a kind over all objects of a list.
func summed(k Kind, list Entry, n int, of func(int) Entry) Entry {
	out := Entry{Kind: k, Every: k.Every(), Fetched: list.Fetched, Err: list.Err, Failures: list.Failures}
	if !list.Known() {
		return out
	}
	unread := 0
	for i := range n {
		e := of(i)
		if out.Err == nil && e.Err != nil {
			out.Err, out.Failures = e.Err, e.Failures
		}
		out.Undecoded = append(out.Undecoded, e.Undecoded...)
		switch {
		case !e.Known():
			unread++
		case e.Fetched.Before(out.Fetched):
			out.Fetched = e.Fetched
		}
	}
	switch {
	case unread > 0 && unread == n:
		out.Fetched = time.Time{}
	case unread > 0:
		out.Undecoded = append([]string{fmt.Sprintf("%d of %d not read yet", unread, n)}, out.Undecoded...)
	}
	return out
}

// Unread counts the objects of which a kind below them was not read yet, and all of them.
func (s *Snapshot) Unread(k Kind) (unread, all int) {
	if k == PortStates {
		for _, p := range s.Ports.Rows {
			if !p.Asked.Known() {
				unread++
			}
		}
		return unread, len(s.Ports.Rows)
	}
	for i := range s.Prefixes.Rows {
		if !s.Prefixes.Rows[i].entry(k).Known() {
			unread++
		}
	}
	return unread, len(s.Prefixes.Rows)
}

// backgroundDetails are the kinds of details that are read all the time.
var backgroundDetails = []Kind{BGPPrefixes, Bindings, PortStates}

// candidate is a detail that may be read now.
type candidate struct {
	Detail
	urgent bool // never read, its list says that it changed, or traffic depends on it while something is down
	at     time.Time
}

// detailsDue chooses the details for a round, at most n. all reads them whatever their age.
func (s *Snapshot) detailsDue(now time.Time, n int, kinds []Kind, all bool) []Detail {
	down := s.downNetworks()
	var found []candidate
	add := func(d Detail, e Entry, changed bool) {
		fresh := e.Known() && now.Sub(e.Fetched) < e.Every && !changed
		if !all && (fresh || e.Failures > 0 && e.Due.After(now)) {
			return
		}
		found = append(found, candidate{d, !e.Known() || changed, e.Fetched})
	}
	for i := range s.Prefixes.Rows {
		p := &s.Prefixes.Rows[i]
		affected := below(down, p.CIDR)
		for _, k := range kinds {
			if k == PortStates {
				continue
			}
			e := *p.entry(k)
			add(Detail{k, p.ID}, e, e.Known() && (p.ModifiedAt.After(e.Fetched) || affected && now.Sub(e.Fetched) >= detailRound*2))
		}
	}
	if slices.Contains(kinds, PortStates) {
		for _, p := range s.Ports.Rows {
			add(Detail{PortStates, p.Name}, p.Asked, false)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		if a.urgent != b.urgent {
			return map[bool]int{true: -1, false: 1}[a.urgent]
		}
		return cmp.Or(a.at.Compare(b.at))
	})
	out := make([]Detail, 0, min(n, len(found)))
	for _, c := range found[:min(n, len(found))] {
		out = append(out, c.Detail)
	}
	return out
}

// downNetworks are the networks with a static route into a tunnel that is known to be down.
func (s *Snapshot) downNetworks() []netip.Prefix {
	var subnets []netip.Prefix
	for i := range s.Tunnels {
		t := &s.Tunnels[i]
		if t.State != Down && t.Health.State != HealthDown {
			continue
		}
		if p, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
			subnets = append(subnets, p.Masked())
		}
	}
	if len(subnets) == 0 {
		return nil
	}
	var out []netip.Prefix
	for _, r := range s.Routes.Rows {
		hop, err := netip.ParseAddr(r.Nexthop)
		if err != nil || !slices.ContainsFunc(subnets, func(p netip.Prefix) bool { return p.Contains(hop) }) {
			continue
		}
		if p, err := netip.ParsePrefix(r.Prefix); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func below(networks []netip.Prefix, cidr string) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Overlaps(p) })
}

// readDetail asks for one detail and returns what to do with the answer.
func (s *Store) readDetail(ctx context.Context, d Detail) (apply func(*Snapshot, span, bool) []Event, err error) {
	f := s.fetchers
	switch d.Kind {
	case BGPPrefixes:
		return prefixPart(ctx, s, d, f.BGPPrefixes, func(p *Prefix) *List[api.BGPPrefix] { return &p.BGP }, bgpObjects)
	case Bindings:
		return prefixPart(ctx, s, d, f.Bindings, func(p *Prefix) *List[api.Binding] { return &p.Bindings }, bindingObjects)
	case Delegations:
		return prefixPart(ctx, s, d, f.Delegations, func(p *Prefix) *List[api.Delegation] { return &p.Delegations }, nil)
	}
	return s.readPortState(ctx, d.Of)
}

// prefixPart reads a list below a prefix.
func prefixPart[T any](ctx context.Context, s *Store, d Detail, fetch func(context.Context, string) ([]T, error),
	list func(*Prefix) *List[T], objects func([]T) []object) (func(*Snapshot, span, bool) []Event, error) {
	var before []T
	if p := s.Last().prefix(d.Of); p != nil {
		before = list(p).Rows
	}
	rows, undecoded, err := readList(ctx, func(ctx context.Context) ([]T, error) { return fetch(ctx, d.Of) }, len(before))
	return func(next *Snapshot, took span, again bool) []Event {
		p := next.prefix(d.Of)
		if p == nil {
			return nil // it was deleted meanwhile
		}
		l := list(p)
		was := *l
		l.Entry = l.after(err, took)
		l.schedule(took.to, err, again)
		if err != nil {
			return nil
		}
		l.Rows, l.Undecoded = rows, undecoded
		p.sight(l.Fetched)
		if objects == nil || !was.Known() {
			return nil // what is there at the first look did not just appear
		}
		return differences(objects(was.Rows), objects(rows), lookBetween(was.Entry, took))
	}, err
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
