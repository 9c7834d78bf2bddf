package simaccount

import (
	"encoding/hex"
	"maps"
	"time"
)

// seedPrefix is one row of the invented address space. RFC 2544 and RFC 3849 ranges stand for the customer's own.
type seedPrefix struct {
	cidr, description string
	asn               int64
	pending           bool
	onDemand          Object // differs from: advertised for half a year, not locked
	signaling         bool   // controlled by BGP
	more              Object // further fields of the prefix
	bindings          []seedBinding
	days              int
}

type seedBinding struct {
	cidr, service string
	age           time.Duration
}

var demoPrefixes = []seedPrefix{
	{cidr: "198.18.10.0/24", description: "Shop and tracking", asn: 13335, days: 500, bindings: []seedBinding{
		{"198.18.10.0/24", serviceTransit, 499 * day}, {"198.18.10.128/28", serviceCDN, 120 * day},
	}},
	{cidr: "198.18.11.0/24", description: "Customs interface", asn: 13335, days: 480, bindings: []seedBinding{
		{"198.18.11.0/24", serviceTransit, 479 * day}, {"198.18.11.64/27", serviceSpectrum, 2 * time.Hour},
	}},
	{cidr: "198.18.20.0/24", description: "Ashburn services", asn: 13335, days: 300,
		onDemand: Object{"advertised": false}, bindings: []seedBinding{{"198.18.20.0/24", serviceTransit, 299 * day}}},
	{cidr: "198.18.30.0/24", description: "Lent to the rail subsidiary", asn: 13335, days: 200,
		onDemand: Object{"on_demand_locked": true}, bindings: []seedBinding{{"198.18.30.0/24", serviceTransit, 199 * day}}},
	{cidr: "198.18.40.0/24", description: "New range, in onboarding", asn: 64700, days: 3, pending: true,
		more: Object{"rpki_validation_state": "missing", "irr_validation_state": "valid"}},
	{cidr: "2001:db8:40::/48", description: "IPv6, announced over the route reflectors", asn: 13335, days: 250, signaling: true,
		bindings: []seedBinding{{"2001:db8:40::/48", serviceTransit, 249 * day}}},
}

// withdrawnFor is how long ago the withdrawn prefix fell off the Internet.
const withdrawnFor = 43 * time.Minute

// furnishPrefixes makes the services and the prefixes with what belongs to them.
func (e *Server) furnishPrefixes() {
	services := map[string]*record{}
	for _, name := range []string{serviceCDN, serviceTransit, serviceSpectrum} {
		h := e.hash("service", name)
		services[name] = e.insert(Services, Object{"id": hex.EncodeToString(h[:16]), "name": name}, e.start)
	}
	for _, s := range demoPrefixes {
		prefix := e.furnishPrefix(s)
		for _, b := range s.bindings {
			e.addBinding(prefix, b.cidr, services[b.service], e.start.Add(-b.age))
		}
		if s.cidr == "198.18.30.0/24" {
			other := e.hash("other account")
			e.addDelegation(prefix, Object{
				"cidr": "198.18.30.0/26", "delegated_account_id": hex.EncodeToString(other[:16]),
			}, e.past(100, "delegation"))
		}
	}
}

func (e *Server) furnishPrefix(s seedPrefix) *record {
	created := e.past(s.days, s.cidr)
	o := Object{"cidr": s.cidr, "asn": s.asn, "description": s.description, "delegate_loa_creation": true}
	maps.Copy(o, s.more)
	prefix := e.addPrefix(o, !s.pending, created)
	b := e.addBGPPrefix(prefix, s.cidr, created.Add(day))
	switch {
	case s.pending:
		b.onDemand()["advertised"], b.onDemand()["on_demand_enabled"] = nil, false
		return prefix
	case s.signaling:
		b.obj["bgp_signal_opts"] = Object{"enabled": true, "modified_at": stamp(created.Add(2 * day))}
	}
	b.onDemand()["advertised"], b.onDemand()["advertised_modified_at"] = true, stamp(e.past(s.days/2, "advertised", s.cidr))
	maps.Copy(b.onDemand(), s.onDemand)
	if b.onDemand()["advertised"] == false {
		b.onDemand()["advertised_modified_at"] = stamp(e.start.Add(-withdrawnFor))
	}
	return prefix
}
