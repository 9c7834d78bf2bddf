package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"flarewire/api"
)

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
