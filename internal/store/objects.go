package store

import (
	"time"

	"flarewire/api"
)

// object is what two lists are compared by.
type object struct {
	resource   Kind
	id, name   string
	modified   time.Time
	advertised *bool
	changed    time.Time // when advertised changed, as the server says
}

func routeObjects(routes []api.Route) []object {
	out := make([]object, len(routes))
	for i, r := range routes {
		out[i] = object{resource: Routes, id: r.ID, name: r.Prefix + " via " + r.Nexthop, modified: r.ModifiedOn.Time}
	}
	return out
}

func prefixObjects(prefixes []Prefix) []object {
	out := make([]object, len(prefixes))
	for i, p := range prefixes {
		out[i] = object{resource: Prefixes, id: p.ID, name: p.CIDR, modified: p.ModifiedAt.Time}
	}
	return out
}

func bgpObjects(list []api.BGPPrefix) []object {
	out := make([]object, len(list))
	for i, b := range list {
		out[i] = object{resource: BGPPrefixes, id: b.ID, name: b.CIDR, modified: b.ModifiedAt.Time}
		if b.OnDemand != nil {
			out[i].advertised, out[i].changed = b.OnDemand.Advertised, b.OnDemand.AdvertisedModifiedAt.Time
		}
	}
	return out
}

func bindingObjects(list []api.Binding) []object {
	out := make([]object, len(list))
	for i, b := range list {
		out[i] = object{resource: Bindings, id: b.ID, name: b.CIDR + " to " + b.ServiceName}
	}
	return out
}

func portObjects(ports []Port) []object {
	out := make([]object, len(ports))
	for i, p := range ports {
		out[i] = object{resource: Ports, id: p.Name, name: p.Name}
	}
	return out
}

func linkObjects(links []api.MagicInterconnect) []object {
	out := make([]object, len(links))
	for i, l := range links {
		out[i] = object{resource: Links, id: l.ID, name: l.Name, modified: l.ModifiedOn.Time}
	}
	return out
}

// span is a time, as that between two good reads of a list.
type span struct{ from, to time.Time }

// when is the server's own time of a change where it lies in the span, else the span's end, because a
// server's clock may be off; and whether it is the server's.
func (s span) when(said time.Time) (time.Time, bool) {
	if said.After(s.from) && !said.After(s.to) {
		return said, true
	}
	return s.to, false
}

// look is a good read of a kind: the time since the one before, and whether that was clearly longer than a round.
type look struct {
	span
	blind bool
}

// lookBetween is the time between the last good read of an entry and one that has just ended.
func lookBetween(was Entry, took span) look {
	return look{span{was.Fetched, took.to}, was.Known() && took.to.Sub(was.Fetched) > blindAfter(was.Every)}
}

// differences compares two lists of objects.
func differences(before, after []object, between look) []Event {
	was := make(map[string]object, len(before))
	for _, o := range before {
		was[string(o.resource)+o.id] = o
	}
	var events []Event
	add := func(kind EventKind, o object, said time.Time) {
		at, known := between.when(said)
		events = append(events, Event{At: at, Kind: kind, Resource: o.resource, ObjectID: o.id, Name: o.name, Unwatched: between.blind && !known})
	}
	for _, o := range after {
		key := string(o.resource) + o.id
		old, known := was[key]
		delete(was, key)
		flipped := known && old.advertised != nil && o.advertised != nil && *old.advertised != *o.advertised
		switch {
		case !known:
			add(Appeared, o, time.Time{})
		case flipped && *o.advertised:
			add(PrefixAdvertised, o, o.changed)
		case flipped:
			add(PrefixWithdrawn, o, o.changed)
		case !o.modified.Equal(old.modified) && !o.modified.IsZero():
			add(Modified, o, o.modified)
		}
	}
	for _, o := range before {
		if _, gone := was[string(o.resource)+o.id]; gone {
			add(Gone, o, time.Time{})
		}
	}
	return events
}
