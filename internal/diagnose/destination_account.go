package diagnose

import (
	"net/netip"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
)

// Answer is yes, no, partly or unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Partly  Answer = "partly"
	Unknown Answer = "unknown"
)

// AccountPrefix is a prefix that the account brought to Cloudflare, as it concerns one network.
type AccountPrefix struct {
	ID       string
	CIDR     netip.Prefix
	Approved bool
	// Advertised says whether Cloudflare advertises the network; By is the BGP prefix that decides it, Unadvertised why it is not
	// known.
	Advertised   Answer
	By           string
	Unadvertised string
	// Service is what the network is bound to, empty when Bound is not Yes; Unbound is why it is not known.
	Bound    Answer
	Service  string
	Active   bool // the binding is in force
	Unbound  string
	Transits bool // it goes to Magic Transit, whose traffic follows the routes
}

// owned is a prefix of the account, parsed.
type owned struct {
	row  *store.Prefix
	cidr netip.Prefix
}

// Owner is the account's prefix that holds p, the longest; nil when none is known.
func (t *Table) Owner(p netip.Prefix) *AccountPrefix {
	p = p.Masked()
	var best *owned
	for i := range t.owned {
		o := &t.owned[i]
		if o.cidr.Bits() <= p.Bits() && o.cidr.Contains(p.Addr()) && (best == nil || o.cidr.Bits() > best.cidr.Bits()) {
			best = o
		}
	}
	if best == nil {
		return nil
	}
	a := best.about(p)
	return &a
}

// holds are the account's prefixes within p, each as a whole.
func (t *Table) holds(p netip.Prefix) []AccountPrefix {
	var out []AccountPrefix
	for _, o := range t.owned {
		if o.cidr.Bits() > p.Bits() && p.Contains(o.cidr.Addr()) {
			out = append(out, o.about(o.cidr))
		}
	}
	return out
}

// about is the prefix as it concerns a network in it.
func (o owned) about(p netip.Prefix) AccountPrefix {
	a := AccountPrefix{ID: o.row.ID, CIDR: o.cidr, Approved: o.row.Approved != "P"}
	a.advertisement(*o.row, p)
	a.binding(*o.row, p)
	return a
}

// advertisement reads the BGP prefixes: a network is advertised when any that holds it is.
func (a *AccountPrefix) advertisement(row store.Prefix, p netip.Prefix) {
	row.BGP.Kind = store.BGPPrefixes
	var covers, parts bool
	var longest int
	for _, b := range row.BGP.Rows {
		cidr, err := netip.ParsePrefix(b.CIDR)
		if err != nil || !cidr.Overlaps(p) {
			continue
		}
		on := b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised
		switch holds := cidr.Bits() <= p.Bits(); {
		case on && holds && (!covers || cidr.Bits() > longest):
			covers, longest, a.By = true, cidr.Bits(), b.CIDR
		case on && !holds:
			parts = true
		case b.OnDemand == nil || b.OnDemand.Advertised == nil:
			a.Unadvertised = "the API does not say it of " + b.CIDR
		}
	}
	switch {
	case covers:
		a.Advertised, a.Unadvertised = Yes, ""
	case parts:
		a.Advertised, a.Unadvertised = Partly, ""
	case !row.BGP.Settled():
		a.Advertised, a.Unadvertised = Unknown, row.BGP.Why()
	case a.Unadvertised != "":
		a.Advertised = Unknown
	default:
		a.Advertised = No
	}
}

// binding reads the service bindings: the most specific one counts.
func (a *AccountPrefix) binding(row store.Prefix, p netip.Prefix) {
	row.Bindings.Kind = store.Bindings
	var best *api.Binding
	longest := -1
	for i, b := range row.Bindings.Rows {
		if cidr, err := netip.ParsePrefix(b.CIDR); err == nil && cidr.Overlaps(p) && cidr.Bits() <= p.Bits() && cidr.Bits() > longest {
			best, longest = &row.Bindings.Rows[i], cidr.Bits()
		}
	}
	switch {
	case !row.Bindings.Settled(): // a more specific one may be missing
		a.Bound, a.Unbound = Unknown, row.Bindings.Why()
	case best == nil:
		a.Bound = No
	default:
		a.Bound, a.Service = Yes, best.ServiceName
		a.Active = best.Provisioning == nil || strings.EqualFold(best.Provisioning.State, "active")
		a.Transits = rules.ServiceOf(best.ServiceName) == rules.ServiceMagicTransit
	}
}

// boundTo reports whether the whole prefix goes to a service.
func boundTo(p store.Prefix, service rules.Service) bool {
	for _, b := range p.Bindings.Rows {
		if samePrefix(b.CIDR, p.CIDR) && rules.ServiceOf(b.ServiceName) == service {
			return true
		}
	}
	return false
}
