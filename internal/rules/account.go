package rules

import "net/netip"

// Named is an object of the account that has a name.
type Named struct {
	Name string
	Type OnRamp
}

// NameTaken checks a name against the others of the account; the caller leaves the edited object out. Names of
// IPsec tunnels and interconnects must differ from those of all others (Cloudflare API: create IPsec tunnel, update
// interconnect). For GRE the API says among GRE tunnels and the docs among all: another kind is a Warning there
// (Cloudflare API: create GRE tunnel; Cloudflare docs: Configure tunnel endpoints).
func NameTaken(kind OnRamp, name string, existing []Named) Finding {
	var worst Finding
	for _, e := range existing {
		switch {
		case e.Name != name || name == "":
		case kind == GRE && e.Type != GRE:
			worst = Worst(worst, warn(srcDocsTunnels, "An %s has this name; a different one is safer", e.Type))
		default:
			worst = Worst(worst, refuse(kind.source(), "This name is taken (%s); choose a different one", e.Type))
		}
	}
	return worst
}

// EndpointPair is the outer pair of addresses of a tunnel.
type EndpointPair struct {
	Type       OnRamp
	Cloudflare netip.Addr
	Customer   netip.Addr // the zero Addr when not set
	Owner      string
}

// EndpointPairUsed checks the outer addresses against the other tunnels; the caller leaves the edited one out.
// Two IPsec tunnels with the same pair are refused when the device identifies itself with its IPv4 address
// (ipv4ID), because Cloudflare could not tell them apart (Cloudflare docs: GRE and IPsec tunnels). With another
// identity, and for GRE, whose documents say nothing, it is a Warning.
func EndpointPairUsed(pair EndpointPair, ipv4ID bool, others []EndpointPair) Finding {
	if !pair.Cloudflare.IsValid() || !pair.Customer.IsValid() {
		return Finding{}
	}
	for _, o := range others {
		if o.Type != pair.Type || o.Cloudflare != pair.Cloudflare || o.Customer != pair.Customer {
			continue
		}
		if pair.Type == IPsec && ipv4ID {
			return refuse(srcDocsTunnelRef, "%s has the same endpoints; change one, or use the FQDN identity", o.Owner)
		}
		return warn(srcDocsTunnelRef, "%s has the same two endpoints; traffic could mix", o.Owner)
	}
	return Finding{}
}

// EndpointLeased warns when Cloudflare's endpoint is not in the addresses leased to the account (Cloudflare API:
// address leases; that they are the complete list is unconfirmed). No leases known: no finding.
func EndpointLeased(endpoint netip.Addr, leases []netip.Prefix) Finding {
	if len(leases) == 0 || holds(leases, endpoint) {
		return Finding{}
	}
	return warn("Cloudflare API: address leases", "This is not among the account's Cloudflare addresses")
}

// CustomerEndpointInsideOwnPrefix refuses an endpoint inside the prefixes Cloudflare advertises for the account:
// the tunnel's own packets would go into the tunnel (Cloudflare docs: Configure tunnel endpoints).
func CustomerEndpointInsideOwnPrefix(endpoint netip.Addr, own []netip.Prefix) Finding {
	for _, p := range own {
		if p.Contains(endpoint) {
			return refuse(srcDocsTunnels, "Use an address outside your own prefix %s", p)
		}
	}
	return Finding{}
}

// Subnet is an inner subnet of a tunnel or interconnect, or the destination of a route.
type Subnet struct {
	CIDR  netip.Prefix // with the address as configured
	Owner string       // the tunnel's or interconnect's name; for routes what to call it
	Route bool         // a routed network instead of an interface
}

// InterfaceOverlap checks an inner subnet against those of the other tunnels and interconnects and the routed
// networks; the caller leaves the edited object out (Cloudflare docs: Azure VPN Gateway). Overlap with another
// interface is an Error. A route to part of the subnet is a Warning, a larger routed network around it a Note:
// the subnet is the more specific one there. A default route says nothing.
func InterfaceOverlap(cidr netip.Prefix, others []Subnet) Finding {
	var worst Finding
	for _, o := range others {
		if !o.CIDR.IsValid() || !o.CIDR.Overlaps(cidr) {
			continue
		}
		worst = Worst(worst, overlap(cidr, o))
	}
	return worst
}

func overlap(cidr netip.Prefix, other Subnet) Finding {
	network := other.CIDR.Masked()
	switch {
	case !other.Route:
		return refuse(srcDocsAzure, "%s uses %s; take another subnet", other.Owner, network)
	case network.Bits() == 0:
		return Finding{}
	case network.Bits() < cidr.Bits():
		return note(srcDocsAzure, "This lies inside the routed network %s", network)
	}
	return warn(srcDocsAzure, "There is a route to %s, inside this subnet", network)
}
