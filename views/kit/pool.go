package kit

import (
	"net/netip"

	"flarewire/internal/netrules"
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
	var used []netip.Prefix
	near := poolDefault
	for _, s := range e.Subnets(except) {
		if s.CIDR.Bits() == 0 {
			continue // a default route says nothing about addresses in use
		}
		used = append(used, s.CIDR.Masked())
		if !s.Route && s.CIDR.Addr().Is4() && near == poolDefault {
			near = s.CIDR
		}
	}
	if pool, ok := e.Drafts.Pool(); ok {
		near = pool
	}
	var out []string
	for _, bits := range poolBits {
		pool := netip.PrefixFrom(near.Addr(), bits).Masked()
		for len(out) < most {
			free, ok := netrules.NextFree31(pool, used)
			if !ok {
				break
			}
			used = append(used, free)
			out = append(out, free.String())
		}
	}
	return out
}
