package rules

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"flarewire/internal/sorting"
)

// InterfaceRanges lists where the inner subnet of a tunnel may lie (Cloudflare docs: Configure tunnel
// endpoints). The API text names only the three RFC 1918 ranges; the link-local part is the wider set.
func InterfaceRanges() []netip.Prefix {
	return append(rfc1918(), linkLocalAllowed())
}

func rfc1918() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, 0}), 8),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 16, 0, 0}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, 0, 0}), 16),
	}
}

// linkLocalAllowed is the only link-local block that Cloudflare takes (Cloudflare docs: Configure tunnel endpoints).
func linkLocalAllowed() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 240, 0}), 20)
}

// LegacyHealthRange is the old target range of bidirectional health checks, which some vendor guides still
// use; it is not an interface range (Cloudflare docs: Tunnel health checks).
func LegacyHealthRange() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 64, 240, 252}), 30)
}

// sharedSpace is the carrier-grade NAT range of RFC 6598.
func sharedSpace() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
}

// unrouted are the networks in which no host can be reached from another one: this host and this network, loopback, multicast and what is
// reserved, of which 255.255.255.255 is the last (RFC 6890, RFC 1112).
func unrouted() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{}), 8), netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{224}), 3), // 224.0.0.0/4 and 240.0.0.0/4
		netip.PrefixFrom(netip.IPv6Unspecified(), 127), netip.PrefixFrom(netip.AddrFrom16([16]byte{0xff}), 8)}
}

// leadsNowhere reports whether no packet can be sent to an address over a network.
func leadsNowhere(a netip.Addr) bool { return holds(unrouted(), a) }

// Sides tells whose address is whose in a tunnel's or interconnect's inner subnet: the address that is
// configured is Cloudflare's, the other usable host is the customer's (Cloudflare docs: Tunnel health checks;
// one troubleshooting page labels them the other way round and is contradicted by every other document).
//
// /31, /127 and /30 have both sides; the network and broadcast address of a /30 are not usable. A /29 exists
// only for interconnects of version 1.5 and only with the .3 host; which of the others the customer uses is
// not documented, so customer is the zero Addr there. ok is false for everything else.
func Sides(interfaceAddress netip.Prefix) (cloudflare, customer netip.Addr, ok bool) {
	if !interfaceAddress.IsValid() || interfaceAddress.Addr().Is4In6() {
		return netip.Addr{}, netip.Addr{}, false
	}
	addr, base := interfaceAddress.Addr(), interfaceAddress.Masked().Addr()
	switch addr.BitLen() - interfaceAddress.Bits() {
	case 1:
		return pair(addr, base, base.Next())
	case 2:
		if addr.Is6() {
			return netip.Addr{}, netip.Addr{}, false
		}
		return pair(addr, base.Next(), base.Next().Next())
	case 3:
		if addr.Is4() && addr == base.Next().Next().Next() {
			return addr, netip.Addr{}, true
		}
	}
	return netip.Addr{}, netip.Addr{}, false
}

// pair returns addr and the other one of the two hosts.
func pair(addr, first, second netip.Addr) (cloudflare, customer netip.Addr, ok bool) {
	switch addr {
	case first:
		return addr, second, true
	case second:
		return addr, first, true
	}
	return netip.Addr{}, netip.Addr{}, false
}

// NextFree31 finds the lowest /31 of the IPv4 pool that overlaps none of the used networks. It costs one sort
// of the used ones, whatever the size of the pool. ok is false when the pool is full or not an IPv4 network.
func NextFree31(pool netip.Prefix, used []netip.Prefix) (free netip.Prefix, ok bool) {
	if !pool.IsValid() || !pool.Addr().Is4() || pool.Bits() > 31 {
		return netip.Prefix{}, false
	}
	candidate, last := span(pool)
	for _, taken := range takenSpans(pool, used) {
		if taken.first > candidate+1 {
			break
		}
		// The next /31 starts on an even address.
		candidate = max(candidate, (taken.last+2)&^1)
	}
	if candidate+1 > last {
		return netip.Prefix{}, false
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(candidate))
	return netip.PrefixFrom(netip.AddrFrom4(b), 31), true
}

// addrSpan is a range of IPv4 addresses as numbers, both ends included; 64 bits so that the end of the
// address space does not wrap.
type addrSpan struct{ first, last uint64 }

// takenSpans returns the used networks that touch the pool, by first address.
func takenSpans(pool netip.Prefix, used []netip.Prefix) []addrSpan {
	spans := make([]addrSpan, 0, len(used))
	for _, u := range used {
		if u.IsValid() && u.Overlaps(pool) {
			first, last := span(u)
			spans = append(spans, addrSpan{first, last})
		}
	}
	sorting.Sort(spans, func(a, b addrSpan) int { return cmp.Compare(a.first, b.first) })
	return spans
}

// span returns the first and last address of an IPv4 network.
func span(p netip.Prefix) (first, last uint64) {
	b := p.Masked().Addr().As4()
	first = uint64(binary.BigEndian.Uint32(b[:]))
	return first, first + 1<<(32-p.Bits()) - 1
}

// inside reports whether the inner network lies in the outer one or equals it.
func inside(inner, outer netip.Prefix) bool {
	return inner.Bits() >= outer.Bits() && outer.Overlaps(inner)
}

func insideAny(inner netip.Prefix, outers []netip.Prefix) bool {
	return slices.ContainsFunc(outers, func(o netip.Prefix) bool { return inside(inner, o) })
}

func holds(networks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
}
