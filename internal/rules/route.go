package rules

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/internal/sorting"
)

// RoutePrefix checks the destination of a static route (Cloudflare API: create static route).
func RoutePrefix(text string) Finding {
	p, f := cidrRule{example: "10.20.0.0/16", source: srcAPIRoute}.read(text)
	if !f.IsZero() {
		return f
	}
	if insideAny(p.Masked(), unrouted()) || p.Bits() >= 10 && p.Masked().Addr().IsLinkLocalUnicast() {
		return refuse(srcSpecial, "%s is never routed between networks", p.Masked())
	}
	return hostBits(p, srcAPIRoute)
}

// RoutePrefixOwned warns about a destination outside what the product routes by default. Magic Transit: inside
// the account's BYOIP or leased prefixes, or a supernet of contiguous ones (Cloudflare docs: Traffic steering).
// Cloudflare WAN: private ranges; others after the account team enabled them (Cloudflare docs: Allowed IP ranges,
// an older text).
func RoutePrefixOwned(product Product, prefix netip.Prefix, own []netip.Prefix) Finding {
	private := insideAny(prefix, rfc1918())
	owned := insideAny(prefix, own) || coveredBy(prefix, own)
	switch {
	case owned, private && product != MagicTransit:
		return Finding{}
	case product == MagicTransit:
		return warn(srcDocsSteering, "This is outside the account's own prefixes")
	}
	return warn(srcDocsRanges, "Ranges outside RFC 1918 need the account team's help first")
}

// coveredBy reports whether the parts together fill the whole prefix.
func coveredBy(prefix netip.Prefix, parts []netip.Prefix) bool {
	if insideAny(prefix, parts) {
		return true
	}
	overlaps := slices.ContainsFunc(parts, func(p netip.Prefix) bool { return p.IsValid() && p.Overlaps(prefix) })
	if !overlaps || prefix.Bits() == prefix.Addr().BitLen() {
		return false
	}
	low, high := halves(prefix)
	return coveredBy(low, parts) && coveredBy(high, parts)
}

// halves splits a network into its two networks of one bit more.
func halves(p netip.Prefix) (low, high netip.Prefix) {
	base, bits := p.Masked().Addr(), p.Bits()
	raw := base.AsSlice()
	raw[bits/8] |= 0x80 >> (bits % 8)
	upper, _ := netip.AddrFromSlice(raw)
	return netip.PrefixFrom(base, bits+1), netip.PrefixFrom(upper, bits+1)
}

// NextHop checks the next hop of a static route: an address. Link-local ones are valid (Cloudflare API: create
// static route).
func NextHop(text string) Finding {
	if meant := AddressText(text); meant != strings.TrimSpace(text) { // "10.213.0.1/31", as an interface is written
		return partial(srcAPIRoute, "The next hop is the address alone: %s", meant)
	}
	addr, f := address(text, anyIP, srcAPIRoute)
	if f.IsZero() && leadsNowhere(addr) {
		return refuse(srcAPIRoute, "Use your side's address of a tunnel, such as 10.100.0.9")
	}
	return f
}

// NextHopOnLink checks a next hop against the account's tunnels and interconnects: it is the customer's side of
// one of them (Cloudflare API: create static route, by its examples). Other addresses are a Warning: the
// interconnects of an account may not all be visible to this token.
func NextHopOnLink(nextHop netip.Addr, links []Subnet) Finding {
	for _, l := range links {
		cloudflare, customer, ok := Sides(l.CIDR)
		switch {
		case ok && nextHop == cloudflare && customer.IsValid():
			return warn(srcAPIRoute, "This is Cloudflare's side of %s; yours is %s", l.Owner, customer)
		case ok && nextHop == cloudflare:
			return warn(srcAPIRoute, "This is Cloudflare's side of %s; use yours", l.Owner)
		case l.CIDR.Contains(nextHop):
			return Finding{}
		}
	}
	return warn(srcAPIRoute, "No tunnel or CNI has this address on your side")
}

// RouteFamilies warns about a network and a next hop of different IP versions: an IPv6 network through the IPv4 address of a tunnel. No
// document says whether Cloudflare takes it (unconfirmed).
func RouteFamilies(prefix netip.Prefix, nextHop netip.Addr) Finding {
	if !prefix.IsValid() || !nextHop.IsValid() || prefix.Addr().Is4() == nextHop.Is4() {
		return Finding{}
	}
	network, hop := "IPv6", "IPv4"
	if prefix.Addr().Is4() {
		network, hop = hop, network
	}
	return warn(srcUnconfirmed, "An %s network with an %s next hop: not documented, may be refused", network, hop)
}

// Priority checks the priority of a static route: a whole number, lower wins (Cloudflare API: create static
// route). No range is documented (unconfirmed): outside 0 to MaxSafePriority is a Warning, because a healthy
// route there may lose against a degraded one (Cloudflare docs: Tunnel health checks).
func Priority(text string) Finding {
	if text == "" || text == "-" {
		return partial(srcAPIRoute, "Enter a priority; lower wins, %d is usual", DefaultPriority)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil, text[0] == '+', n > math.MaxInt32, n < math.MinInt32:
		return refuse(srcAPIRoute, "The priority is a whole number; lower wins, %d is usual", DefaultPriority)
	case n < 0:
		return warn(srcUnconfirmed, "A negative priority may be refused; %d is usual", DefaultPriority)
	case n > MaxSafePriority:
		return warn(srcDocsHealth, "Above %d a degraded tunnel's route can win against this one", MaxSafePriority)
	}
	return Finding{}
}

// Weight checks the ECMP weight of a static route; empty means none. At most MaxWeight (Cloudflare docs: Traffic
// steering); no minimum is documented, so 0 is a Warning.
func Weight(text string) Finding {
	if text == "" {
		return Finding{}
	}
	n, ok := wholeNumber(text)
	switch {
	case !ok, n > MaxWeight:
		return refuse(srcDocsSteering, "The weight is a number from 1 to %d; more means more traffic", MaxWeight)
	case n == 0:
		return warn(srcDocsSteering, "A weight of 0 may be refused; use 1 to %d or leave it empty", MaxWeight)
	}
	return Finding{}
}

// Route is a static route as the rules need it.
type Route struct {
	Prefix   netip.Prefix
	NextHop  netip.Addr
	Priority int
	Weight   int      // 0 when not set
	Regions  []string // scope.colo_regions
	Colos    []string // scope.colo_names
}

// scoped reports whether the route is used in some of Cloudflare's data centers only.
func (r Route) scoped() bool { return len(r.Regions)+len(r.Colos) > 0 }

// RouteTaken warns about a route that exists already: prefix, next hop and priority identify it in practice (that
// the server refuses a second one is unconfirmed). The caller leaves the edited route out.
func RouteTaken(route Route, others []Route) Finding {
	for _, o := range others {
		if o.Prefix.Masked() == route.Prefix.Masked() && o.NextHop == route.NextHop && o.Priority == route.Priority {
			return warn(srcUnconfirmed, "There is already a route with this prefix, next hop and priority")
		}
	}
	return Finding{}
}

// RouteECMP says when a weight or a scope has no effect: both count only between routes with equal prefix and
// priority (Cloudflare docs: Traffic steering; Cloudflare API: create static route). The caller leaves the edited
// route out.
func RouteECMP(route Route, others []Route) Finding {
	if route.Weight == 0 && !route.scoped() {
		return Finding{}
	}
	for _, o := range others {
		if o.Prefix.Masked() == route.Prefix.Masked() && o.Priority == route.Priority {
			return Finding{}
		}
	}
	return warn(srcAPIRoute, "Weight and scope only count beside a route with the same prefix and priority")
}

// RegionGap names the regions in which no route leads to a prefix.
type RegionGap struct {
	Prefix  netip.Prefix
	Missing []string // region codes, sorted
}

// RouteRegionGaps finds prefixes that have scoped routes only and leave regions out: traffic that enters
// Cloudflare there is dropped (Cloudflare docs: Traffic steering). Which region a single data center belongs to is
// not known here, so routes scoped to data centers cover none. The result is sorted by prefix.
func RouteRegionGaps(routes []Route) []RegionGap {
	covered := map[netip.Prefix]map[string]bool{}
	everywhere := map[netip.Prefix]bool{}
	for _, r := range routes {
		p := r.Prefix.Masked()
		if !r.scoped() {
			everywhere[p] = true
			continue
		}
		if covered[p] == nil {
			covered[p] = map[string]bool{}
		}
		for _, region := range r.Regions {
			covered[p][region] = true
		}
	}
	var gaps []RegionGap
	for p, have := range covered {
		missing := slices.DeleteFunc(Regions(), func(r string) bool { return have[r] })
		if !everywhere[p] && len(missing) > 0 {
			gaps = append(gaps, RegionGap{p, missing})
		}
	}
	sorting.Sort(gaps, func(a, b RegionGap) int { return a.Prefix.Compare(b.Prefix) })
	return gaps
}

// RouteCoverage warns when a prefix would be left without a route in some region by these routes, the new or
// edited one included (Cloudflare docs: Traffic steering).
func RouteCoverage(prefix netip.Prefix, routes []Route) Finding {
	for _, gap := range RouteRegionGaps(routes) {
		if gap.Prefix == prefix.Masked() {
			return warn(srcDocsSteering, "Dropped in regions without a route: %s", strings.Join(gap.Missing, " "))
		}
	}
	return Finding{}
}
