package snapshot

import (
	"cmp"
	"slices"
	"strconv"

	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Difference is one thing that is not as it was.
type Difference struct {
	Prefix string `json:"prefix"` // the CIDR of the BYOIP prefix; empty for an object of another kind
	// Resource and Name say which object it is, of any kind.
	Resource string `json:"resource"`
	Name     string `json:"name"`
	What     string `json:"what"` // what differs, for example "advertised of 198.51.100.0/24"
	Was      string `json:"was"`
	Is       string `json:"is"`
	Lost     bool   `json:"lost"` // it takes reachability away, or may
}

// none stands for what is not there.
const none = "not there"

// Compare lists the differences from one state to a later one: what was lost first, then by prefix. Ids and
// times do not count: a prefix that was made anew as it was is the same.
func Compare(was, is Baseline) []Difference {
	d := &differences{list: []Difference{}}
	pair(was.Prefixes, is.Prefixes, func(p Prefix) string { return p.CIDR }, func(cidr string, a, b *Prefix) {
		d.resource, d.prefix, d.name = string(store.Prefixes), cidr, cidr
		if a == nil || b == nil {
			d.presence("prefix", a != nil)
			return
		}
		d.prefixes(*a, *b)
	})
	d.objects(was, is)
	sorting.Sort(d.list, func(a, b Difference) int {
		return cmp.Or(boolCompare(b.Lost, a.Lost), boolCompare(a.Prefix == "", b.Prefix == ""), cmp.Compare(a.Name, b.Name))
	})
	return d.list
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// differences collects those of one prefix after the other.
type differences struct {
	resource, prefix, name string
	list                   []Difference
}

func (d *differences) add(what, was, is string, lost bool) {
	if was != is {
		d.list = append(d.list, Difference{Prefix: d.prefix, Resource: d.resource, Name: d.name, What: what, Was: was, Is: is, Lost: lost})
	}
}

// presence notes what came or went.
func (d *differences) presence(what string, was bool) {
	if was {
		d.add(what, "there", none, true)
	} else {
		d.add(what, none, "there", false)
	}
}

func (d *differences) prefixes(a, b Prefix) {
	d.add("approved", a.Approved, b.Approved, a.Approved == "V")
	d.add("asn", number(a.ASN), number(b.ASN), false)
	pair(a.BGP, b.BGP, func(p BGPPrefix) string { return p.CIDR }, func(cidr string, x, y *BGPPrefix) {
		if x == nil || y == nil {
			d.presence("BGP prefix "+cidr, x != nil)
			return
		}
		d.bgp(cidr, *x, *y)
	})
	key := func(b Binding) string { return b.CIDR + " to " + b.Service }
	pair(a.Bindings, b.Bindings, key, func(name string, x, y *Binding) {
		if x == nil || y == nil {
			d.presence("binding "+name, x != nil)
			return
		}
		d.add("state of the binding "+name, x.State, y.State, x.State == "active")
	})
}

func (d *differences) bgp(cidr string, a, b BGPPrefix) {
	was := a.Advertised != nil && *a.Advertised
	d.add("advertised of "+cidr, optional(a.Advertised), optional(b.Advertised), was)
	d.add("on_demand_enabled of "+cidr, strconv.FormatBool(a.OnDemandEnabled), strconv.FormatBool(b.OnDemandEnabled), false)
	d.add("on_demand_locked of "+cidr, strconv.FormatBool(a.OnDemandLocked), strconv.FormatBool(b.OnDemandLocked), false)
	d.add("asn of "+cidr, number(a.ASN), number(b.ASN), false)
	d.add("asn_prepend_count of "+cidr, strconv.Itoa(a.ASNPrependCount), strconv.Itoa(b.ASNPrependCount), false)
	d.add("auto_advertise_withdraw of "+cidr, strconv.FormatBool(a.AutoAdvertiseWithdraw), strconv.FormatBool(b.AutoAdvertiseWithdraw), false)
	d.add("BGP control of "+cidr, strconv.FormatBool(a.BGPSignaling), strconv.FormatBool(b.BGPSignaling), false)
}

// pair walks two lists by key, in the order of the keys.
func pair[T any](was, is []T, key func(T) string, visit func(key string, was, is *T)) {
	type both struct{ was, is *T }
	found := map[string]both{}
	for i := range was {
		found[key(was[i])] = both{was: &was[i]}
	}
	for i := range is {
		b := found[key(is[i])]
		b.is = &is[i]
		found[key(is[i])] = b
	}
	keys := make([]string, 0, len(found))
	for k := range found {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		visit(k, found[k].was, found[k].is)
	}
}

func number(n *uint32) string {
	if n == nil {
		return "not set"
	}
	return strconv.FormatUint(uint64(*n), 10)
}

func optional(b *bool) string {
	if b == nil {
		return "not set"
	}
	return strconv.FormatBool(*b)
}
