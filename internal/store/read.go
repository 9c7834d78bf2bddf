package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
)

// Fetchers read the kinds besides the tunnels; what has none cannot be read.
type Fetchers struct {
	Health         func(ctx context.Context, from, to time.Time) (api.HealthReport, error)
	Traffic        func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error)
	Locations      LocationAnalytics
	Routes         func(context.Context) ([]api.Route, error)
	Prefixes       func(context.Context) ([]api.Prefix, error)
	BGPPrefixes    func(ctx context.Context, prefixID string) ([]api.BGPPrefix, error)
	Bindings       func(ctx context.Context, prefixID string) ([]api.Binding, error)
	Delegations    func(ctx context.Context, prefixID string) ([]api.Delegation, error)
	Ports          func(context.Context) ([]api.Interconnect, error)
	PortStatus     func(ctx context.Context, name string) (api.InterconnectStatus, error)
	Links          func(context.Context) ([]api.MagicInterconnect, error)
	CNIs           func(context.Context) ([]api.CNI, error)
	Slots          func(context.Context) ([]api.Slot, error)
	CNISettings    func(context.Context) ([]api.CNISettings, error)
	Services       func(context.Context) ([]api.AddressingService, error)
	Leases         func(context.Context) ([]api.Lease, error)
	EndpointChecks func(context.Context) ([]api.EndpointCheck, error)
	FilterProfiles func(context.Context) ([]api.FilterProfile, error)
	BGPSettings    func(context.Context) ([]api.BGPSettings, error)
	Accounts       func(context.Context) ([]api.Account, error)

	// Cloudflare's own record, asked on demand; see AskRecord.
	Datasets func(context.Context) ([]api.Dataset, error)
	Logs     func(context.Context, api.Log) (api.LogRows, error)
	Audit    func(ctx context.Context, since, before time.Time) (entries []api.AuditEntry, more bool, err error)
	// What came in for the prefixes, asked on demand; see AskFlows.
	Flows func(ctx context.Context, from, to time.Time) (api.FlowReport, error)

	// ClockAhead is by how much the clock of the answers is ahead of the store's; nil: they are the same.
	ClockAhead func() time.Duration
}

// FromAccount returns the fetchers of an account. Accounts is for whoever has the client to set.
func FromAccount(a *api.AccountClient) Fetchers {
	return Fetchers{
		Health: func(ctx context.Context, from, to time.Time) (api.HealthReport, error) {
			report, err := a.TunnelHealth(ctx, from, to, api.HealthOptions{Quick: true})
			if api.KindOf(err) == api.Invalid { // an account with narrower limits than the documented ones
				return a.TunnelHealth(ctx, from, to, api.HealthOptions{})
			}
			return report, err
		},
		Traffic: func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error) {
			return a.TunnelTraffic(ctx, from, to, api.TrafficOptions{Direction: d})
		},
		Locations: a,
		Routes:    a.Routes.List,
		Prefixes:  a.Prefixes.List,
		BGPPrefixes: func(ctx context.Context, id string) ([]api.BGPPrefix, error) {
			return a.BGPPrefixes(id).List(ctx)
		},
		Bindings: func(ctx context.Context, id string) ([]api.Binding, error) { return a.Bindings(id).List(ctx) },
		Delegations: func(ctx context.Context, id string) ([]api.Delegation, error) {
			return a.Delegations(id).List(ctx)
		},
		Ports:      a.PhysicalInterconnects.List,
		PortStatus: a.InterconnectStatus,
		Links:      a.Interconnects.List,
		CNIs:       a.CNIs.List,
		Slots:      a.Slots.List,
		CNISettings: func(ctx context.Context) ([]api.CNISettings, error) {
			settings, err := a.CNISettings(ctx)
			return oneOrNone(settings, err)
		},
		BGPSettings: func(ctx context.Context) ([]api.BGPSettings, error) {
			settings, err := a.BGPSettings(ctx)
			return oneOrNone(settings, err)
		},
		Services:       a.Services.List,
		Leases:         a.Leases.List,
		EndpointChecks: a.EndpointChecks.List,
		FilterProfiles: a.FilterProfiles.List,
		ClockAhead:     a.ClockAhead,
		Datasets:       a.Datasets,
		Logs:           a.QueryLogs,
		Audit:          a.Audit,
		Flows:          a.Flows,
	}
}

// oneOrNone is the list of an object that an account has once; one that has set none may answer that it is not found.
func oneOrNone[T any](v T, err error) ([]T, error) {
	switch {
	case api.KindOf(err) == api.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []T{v}, nil
}

// applier puts an answer, or the failure to get one, into the next snapshot. again says that the kind was wanted anew while it
// was being read.
type applier func(next *Snapshot, took span, again bool) []Event

// list is how a kind of the account is read and where it stands in a snapshot.
type list struct {
	entry func(*Snapshot) *Entry
	read  func(context.Context, *Store, *Fetchers) applier // nil for the lists of tunnels, which are read together
	// hand and take give its rows as the server sent them, and have them read from there; nil where handed.go knows the kind.
	hand func(*Snapshot) []json.RawMessage
	take func(*Fetchers, []json.RawMessage)
}

// rows is a list that is kept as it comes. objects are what two reads are compared by, for the events; nil for none.
func rows[T any](at func(*Snapshot) *List[T], fetch func(*Fetchers) *fetcher[T], objects func([]T) []object) list {
	return list{
		entry: func(n *Snapshot) *Entry { return &at(n).Entry },
		read: func(ctx context.Context, s *Store, f *Fetchers) applier {
			return readRows(ctx, s, *fetch(f), at, objects)
		},
		hand: func(n *Snapshot) []json.RawMessage { return bytesOf(at(n).Rows) },
		take: func(f *Fetchers, rows []json.RawMessage) {
			*fetch(f) = func(context.Context) ([]T, error) { return restored[T](rows) }
		},
	}
}

// fetcher asks for a whole list.
type fetcher[T any] = func(context.Context) ([]T, error)

// lists are all kinds of the account. A new list is one here, one in Fetchers, one in FromAccount and one in Snapshot; a recorder hands
// it on by itself.
var lists map[Kind]list

func init() {
	type S = Snapshot
	type F = Fetchers
	lists = map[Kind]list{
		GRETunnels:   {entry: func(n *S) *Entry { return &n.GRE }},
		IPsecTunnels: {entry: func(n *S) *Entry { return &n.IPsec }},
		HealthChecks: {entry: func(n *S) *Entry { return &n.Health.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readHealth(ctx) }},
		TunnelTraffic: {entry: func(n *S) *Entry { return &n.Traffic.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readTraffic(ctx) }},
		LocationHealth: {entry: func(n *S) *Entry { return &n.Locations.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readLocations(ctx) }},
		Prefixes: {entry: func(n *S) *Entry { return &n.Prefixes.Entry },
			read: func(ctx context.Context, s *Store, f *F) applier { return s.readPrefixes(ctx, f) }},
		Ports: {entry: func(n *S) *Entry { return &n.Ports.Entry },
			read: func(ctx context.Context, s *Store, f *F) applier { return s.readPorts(ctx, f) }},

		Routes: rows(func(n *S) *List[api.Route] { return &n.Routes },
			func(f *F) *fetcher[api.Route] { return &f.Routes }, routeObjects),
		Links: rows(func(n *S) *List[api.MagicInterconnect] { return &n.Links },
			func(f *F) *fetcher[api.MagicInterconnect] { return &f.Links }, linkObjects),
		CNIs: rows(func(n *S) *List[api.CNI] { return &n.CNIs },
			func(f *F) *fetcher[api.CNI] { return &f.CNIs }, nil),
		Slots: rows(func(n *S) *List[api.Slot] { return &n.Slots },
			func(f *F) *fetcher[api.Slot] { return &f.Slots }, nil),
		CNISettings: rows(func(n *S) *List[api.CNISettings] { return &n.CNISettings },
			func(f *F) *fetcher[api.CNISettings] { return &f.CNISettings }, nil),
		Services: rows(func(n *S) *List[api.AddressingService] { return &n.Services },
			func(f *F) *fetcher[api.AddressingService] { return &f.Services }, nil),
		Leases: rows(func(n *S) *List[api.Lease] { return &n.Leases },
			func(f *F) *fetcher[api.Lease] { return &f.Leases }, nil),
		EndpointChecks: rows(func(n *S) *List[api.EndpointCheck] { return &n.EndpointChecks },
			func(f *F) *fetcher[api.EndpointCheck] { return &f.EndpointChecks }, nil),
		kind.FilterProfiles: rows(func(n *S) *List[api.FilterProfile] { return &n.FilterProfiles },
			func(f *F) *fetcher[api.FilterProfile] { return &f.FilterProfiles }, nil),
		kind.BGPSettings: rows(func(n *S) *List[api.BGPSettings] { return &n.BGPSettings },
			func(f *F) *fetcher[api.BGPSettings] { return &f.BGPSettings }, nil),
		Accounts: rows(func(n *S) *List[api.Account] { return &n.Accounts },
			func(f *F) *fetcher[api.Account] { return &f.Accounts }, nil),
	}
}

// readKind reads a list other than those of tunnels, a reading, or a detail. nil is a kind that cannot be read.
func (s *Store) readKind(ctx context.Context, d Target, f *Fetchers) applier {
	if l, ok := lists[d.Kind]; ok && l.read != nil {
		return l.read(ctx, s, f)
	}
	return s.readDetail(ctx, d, f)
}

// oddities are what of an answer is not known: fields of its objects, and whole elements.
type oddities struct{ fields, unusable []string }

// readList reads a list. One that has lost most of its rows is read once more before anybody is told: an answer that is empty
// by mistake would make a healthy account look like a disaster.
func readList[T any](ctx context.Context, fetch func(context.Context) ([]T, error), before []T) (rows []T, odd oddities, err error) {
	rows, err = fetch(ctx)
	if lost(len(before), len(rows), err) {
		rows, err = fetch(ctx)
	}
	rows, err = usable(rows, err, before)
	unusable, err := partOf(err)
	if err != nil {
		return nil, oddities{}, err
	}
	return rows, oddities{undecoded(rows), unusable}, nil
}

// usable returns the rows of an answer of which some elements could not be used: those that could, and of the rows before those
// that are missing now, because nobody knows whether they are among the others. Any other error leaves no rows.
func usable[T any](rows []T, err error, before []T) ([]T, error) {
	var partial *api.PartialError
	if !errors.As(err, &partial) {
		return rows, err
	}
	there := make(map[string]bool, len(rows))
	for i := range rows {
		there[idOf(&rows[i])] = true
	}
	for i := range before {
		if !there[idOf(&before[i])] {
			rows = append(rows, before[i])
		}
	}
	return rows, err
}

// lost reports whether a good answer lacks most of the rows of the one before.
func lost(before, after int, err error) bool { return err == nil && after*2 < before }

// undecoded names the objects of which a field could not be decoded: "fra-dc1: mtu".
func undecoded[T any](rows []T) []string {
	var odd []string
	for i := range rows {
		if fields := Undecoded(&rows[i]); len(fields) > 0 {
			odd = append(odd, nameOf(&rows[i])+": "+strings.Join(fields, ", "))
		}
	}
	return odd
}

// nameOf is what people call an object.
func nameOf(v any) string {
	return cmp.Or(textOf(v, "name", "cidr", "prefix", "conduit_name", "id"), "an object without a name")
}

// idOf is what an object is known by: its id, or the name of one that has none.
func idOf(v any) string { return textOf(v, "id", "name") }

// textOf is the first of these fields of an object that holds a text, from the object's own JSON.
func textOf(v any, keys ...string) string {
	h, ok := v.(interface{ JSON() json.RawMessage })
	if !ok {
		return ""
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(h.JSON(), &fields) // an object without any of them has none
	for _, key := range keys {
		var text string
		if json.Unmarshal(fields[key], &text) == nil && text != "" {
			return text
		}
	}
	return ""
}

// readRows reads a list that is kept as it comes.
func readRows[T any](ctx context.Context, s *Store, fetch func(context.Context) ([]T, error), list func(*Snapshot) *List[T],
	objects func([]T) []object) applier {
	if fetch == nil {
		return nil
	}
	rows, odd, err := readList(ctx, fetch, list(s.Last()).Rows)
	return func(next *Snapshot, took span, again bool) []Event {
		l := list(next)
		was := *l
		l.take(err, took, again)
		if err != nil {
			return nil
		}
		l.Rows, l.Undecoded, l.Unusable = rows, odd.fields, odd.unusable
		if objects == nil || !was.Known() {
			return nil // what is there at the first look did not just appear
		}
		return differences(objects(was.Rows), objects(rows), lookBetween(was.Entry, took))
	}
}

// readPrefixes reads the list of prefixes; what is known below them stays.
func (s *Store) readPrefixes(ctx context.Context, f *Fetchers) applier {
	if f.Prefixes == nil {
		return nil
	}
	last := s.Last().Prefixes.Rows
	before := make([]api.Prefix, len(last))
	for i := range last {
		before[i] = last[i].Prefix
	}
	rows, odd, err := readList(ctx, f.Prefixes, before)
	return func(next *Snapshot, took span, again bool) []Event {
		was := next.Prefixes
		l := &next.Prefixes
		l.take(err, took, again)
		if err != nil {
			return nil
		}
		known := make(map[string]Prefix, len(was.Rows))
		for _, p := range was.Rows {
			known[p.ID] = p
		}
		l.Undecoded, l.Unusable, l.Rows = odd.fields, odd.unusable, make([]Prefix, len(rows))
		for i, p := range rows {
			old, met := known[p.ID]
			if !met {
				old = newPrefix(p)
			}
			changed := met && !p.ModifiedAt.Equal(old.ModifiedAt.Time)
			old.Prefix = p
			l.Rows[i] = old
			if changed { // and perhaps what lies below it
				s.expireBelow(next, p.ID)
			}
		}
		if !was.Known() {
			return nil
		}
		return differences(prefixObjects(was.Rows), prefixObjects(l.Rows), lookBetween(was.Entry, took))
	}
}

// expireBelow makes everything due that lies below a prefix.
func (s *Store) expireBelow(next *Snapshot, id string) {
	for _, k := range []Kind{BGPPrefixes, Bindings, Delegations} {
		s.expire(next, Target{k, id})
	}
}

// readPorts reads the list of interconnects; what is known of their states stays.
func (s *Store) readPorts(ctx context.Context, f *Fetchers) applier {
	if f.Ports == nil {
		return nil
	}
	last := s.Last().Ports.Rows
	before := make([]api.Interconnect, len(last))
	for i := range last {
		before[i] = last[i].Interconnect
	}
	rows, odd, err := readList(ctx, f.Ports, before)
	return func(next *Snapshot, took span, again bool) []Event {
		was := next.Ports
		l := &next.Ports
		l.take(err, took, again)
		if err != nil {
			return nil
		}
		known := make(map[string]Port, len(was.Rows))
		for _, p := range was.Rows {
			known[p.Name] = p
		}
		l.Undecoded, l.Unusable, l.Rows = odd.fields, odd.unusable, make([]Port, len(rows))
		for i, p := range rows {
			old, met := known[p.Name]
			if !met {
				old.Asked = Entry{Kind: PortStates, Every: PortStates.Every()}
			}
			old.Interconnect = p
			l.Rows[i] = old
		}
		if !was.Known() {
			return nil
		}
		return differences(portObjects(was.Rows), portObjects(l.Rows), lookBetween(was.Entry, took))
	}
}
