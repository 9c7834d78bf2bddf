package store

import (
	"time"

	"flarewire/api"
)

// Prefix is a BYOIP prefix with what belongs to it.
type Prefix struct {
	api.Prefix
	BGP      []api.BGPPrefix // nil: not known
	Bindings []api.Binding   // nil: not known
	BGPErr   error           // why BGP could not be read the last time
	BindErr  error           // why Bindings could not be read the last time
}

// Resource names a kind of object as the API's collections are called.
type Resource string

// The resources besides tunnels that events are about.
const (
	RouteResource     Resource = "routes"
	PrefixResource    Resource = "prefixes"
	BGPPrefixResource Resource = "bgp_prefixes"
	BindingResource   Resource = "bindings"
	PortResource      Resource = "cni_interconnects"
	LinkResource      Resource = "cf_interconnects"
	// APIResource is Cloudflare's API itself, which has no object: events about whether it answers.
	APIResource Resource = "api"
)

// object is what two lists are compared by.
type object struct {
	resource   Resource
	id, name   string
	modified   time.Time
	advertised *bool
	changed    time.Time // when advertised changed, as the server says
}

func routeObjects(routes []api.Route) []object {
	out := make([]object, len(routes))
	for i, r := range routes {
		out[i] = object{resource: RouteResource, id: r.ID, name: r.Prefix + " via " + r.Nexthop, modified: r.ModifiedOn.Time}
	}
	return out
}

// prefixObjects are the prefixes, and what belongs to them where the other list knows it too: neither a
// list that could not be read before nor the parts of a new prefix just appeared.
func prefixObjects(prefixes, other []Prefix) []object {
	known := make(map[string]Prefix, len(other))
	for _, p := range other {
		known[p.ID] = p
	}
	var out []object
	for _, p := range prefixes {
		out = append(out, object{resource: PrefixResource, id: p.ID, name: p.CIDR, modified: p.ModifiedAt.Time})
		if known[p.ID].BGP != nil {
			out = append(out, bgpObjects(p.BGP)...)
		}
		if known[p.ID].Bindings == nil {
			continue
		}
		for _, b := range p.Bindings {
			out = append(out, object{resource: BindingResource, id: b.ID, name: b.CIDR + " to " + b.ServiceName})
		}
	}
	return out
}

func bgpObjects(list []api.BGPPrefix) []object {
	out := make([]object, len(list))
	for i, b := range list {
		out[i] = object{resource: BGPPrefixResource, id: b.ID, name: b.CIDR, modified: b.ModifiedAt.Time}
		if b.OnDemand != nil {
			out[i].advertised, out[i].changed = b.OnDemand.Advertised, b.OnDemand.AdvertisedModifiedAt.Time
		}
	}
	return out
}

// span is a time, as that between two good polls of a list.
type span struct{ from, to time.Time }

// when is the server's own time of a change where it lies in the span, else the span's end, because a
// server's clock may be off; and whether it is the server's.
func (s span) when(said time.Time) (time.Time, bool) {
	if said.After(s.from) && !said.After(s.to) {
		return said, true
	}
	return s.to, false
}

// look is a good poll of a source: the time since the one before, and whether that was clearly longer than a round.
type look struct {
	span
	blind bool
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
		events = append(events, Event{At: at, Kind: kind, Resource: o.resource, TunnelID: o.id, Name: o.name, Unwatched: between.blind && !known})
	}
	for _, o := range after {
		key := string(o.resource) + o.id
		old, known := was[key]
		delete(was, key)
		flipped := known && old.advertised != nil && o.advertised != nil && *old.advertised != *o.advertised
		switch {
		case !known:
			add(TunnelAppeared, o, time.Time{})
		case flipped && *o.advertised:
			add(PrefixAdvertised, o, o.changed)
		case flipped:
			add(PrefixWithdrawn, o, o.changed)
		case !o.modified.Equal(old.modified) && !o.modified.IsZero():
			add(TunnelModified, o, o.modified)
		}
	}
	for _, o := range before {
		if _, gone := was[string(o.resource)+o.id]; gone {
			add(TunnelGone, o, time.Time{})
		}
	}
	return events
}
