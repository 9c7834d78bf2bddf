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
func (s *Server) furnishPrefixes() {
	services := map[string]*record{}
	for _, name := range []string{serviceCDN, serviceTransit, serviceSpectrum} {
		h := s.hash("service", name)
		services[name] = s.insert(Services, Object{"id": hex.EncodeToString(h[:16]), "name": name}, s.start)
	}
	for _, want := range demoPrefixes {
		prefix := s.furnishPrefix(want)
		for _, b := range want.bindings {
			s.addBinding(prefix, b.cidr, services[b.service], s.start.Add(-b.age))
		}
		if want.cidr == "198.18.30.0/24" {
			other := s.hash("other account")
			s.addDelegation(prefix, Object{
				"cidr": "198.18.30.0/26", "delegated_account_id": hex.EncodeToString(other[:16]),
			}, s.past(100, "delegation"))
		}
	}
}

func (s *Server) furnishPrefix(want seedPrefix) *record {
	created := s.past(want.days, want.cidr)
	o := Object{"cidr": want.cidr, "asn": want.asn, "description": want.description, "delegate_loa_creation": true}
	maps.Copy(o, want.more)
	prefix := s.addPrefix(o, !want.pending, created)
	b := s.addBGPPrefix(prefix, want.cidr, created.Add(day))
	switch {
	case want.pending:
		b.onDemand()["advertised"], b.onDemand()["on_demand_enabled"] = nil, false
		return prefix
	case want.signaling:
		b.obj["bgp_signal_opts"] = Object{"enabled": true, "modified_at": stamp(created.Add(2 * day))}
	}
	b.onDemand()["advertised"], b.onDemand()["advertised_modified_at"] = true, stamp(s.past(want.days/2, "advertised", want.cidr))
	maps.Copy(b.onDemand(), want.onDemand)
	if b.onDemand()["advertised"] == false {
		b.onDemand()["advertised_modified_at"] = stamp(s.start.Add(-withdrawnFor))
	}
	return prefix
}
