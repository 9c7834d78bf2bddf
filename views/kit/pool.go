package kit

import (
	"net/netip"

	"flarewire/internal/rules"
)

// poolDefault is where inner subnets are proposed when the account has none yet.
var poolDefault = netip.MustParsePrefix("10.255.0.0/16")

// poolBits is how large a neighbourhood is: first the network of 256 addresses around the last one used, then
// the one of 65,536.
var poolBits = []int{24, 16}

func poolAround(used string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(used)
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(p.Addr(), poolBits[0]).Masked(), true
}

// FreeSubnets proposes the next free /31s for the inner side of a link, in the neighbourhood of the one that was
// made last with this profile, else of those in use. The object with the id except is left out.
func (e *Env) FreeSubnets(except string, most int) []string {
	if e.SubnetsUnknown() != "" {
		return nil // what is free cannot be told
	}
	near := poolDefault
	subnets := e.Subnets(except)
	for _, s := range subnets {
		if !s.Route && inRange(s.CIDR.Addr()).IsValid() {
			near = s.CIDR
			break
		}
	}
	if pool, ok := e.Drafts.Pool(); ok && inRange(pool.Addr()).IsValid() {
		near = pool
	}
	var out []string
	for _, bits := range poolBits {
		pool := netip.PrefixFrom(near.Addr(), max(bits, inRange(near.Addr()).Bits())).Masked()
		used := usedIn(pool, subnets, out)
		for len(out) < most {
			free, ok := rules.NextFree31(pool, used)
			if !ok {
				break
			}
			used = append(used, free)
			out = append(out, free.String())
		}
	}
	return out
}

// inRange is the range for inner subnets that an address lies in; the zero Prefix when it lies in none.
func inRange(a netip.Addr) netip.Prefix {
	for _, r := range rules.InterfaceRanges() {
		if r.Contains(a) {
			return r
		}
	}
	return netip.Prefix{}
}

// usedIn are the networks that nothing of a pool may overlap. A route around the whole pool takes none of it: a subnet
// is the more specific one there, and a default route is no address in use.
func usedIn(pool netip.Prefix, subnets []rules.Subnet, proposed []string) []netip.Prefix {
	var used []netip.Prefix
	for _, s := range subnets {
		if !s.Route || s.CIDR.Bits() > pool.Bits() {
			used = append(used, s.CIDR.Masked())
		}
	}
	for _, p := range proposed {
		used = append(used, netip.MustParsePrefix(p))
	}
	return used
}
