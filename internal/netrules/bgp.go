package netrules

import (
	"net/netip"
	"strings"
	"time"
)

// MD5Key checks a BGP MD5 key; empty means none. At most MaxMD5Key characters (Cloudflare docs: Configure BGP
// routes), printable ASCII without the quotation mark and the question mark (Cloudflare API). The API's list of
// characters is unclear about the backslash, its prose allows it: a Note. The text never repeats the key.
func MD5Key(key string) Finding {
	switch {
	case key == "":
		return Finding{}
	case strings.ContainsAny(key, `"?`):
		return refuse(srcAPIIPsec, `Leave out the characters " and ?; others on the keyboard are fine`)
	case hasControl(key):
		return refuse(srcAPIIPsec, "Leave out tabs and line breaks")
	case !printable(key):
		return refuse(srcAPIIPsec, "Use plain ASCII letters, digits and punctuation only")
	case len(key) > MaxMD5Key:
		return refuse(srcDocsBGPRoutes, "At most %d characters; this has %d", MaxMD5Key, len(key))
	case strings.TrimSpace(key) != key:
		return warn(srcUnconfirmed, "The key begins or ends with a space; many devices drop it")
	case strings.Contains(key, `\`):
		return note(srcAPIIPsec, `Cloudflare's documents are unclear about \ in a key`)
	}
	return Finding{}
}

// ExtraPrefix checks one network to advertise to the customer's device on top of the virtual network's routes,
// such as 0.0.0.0/0 (Cloudflare docs: Configure BGP routes). A CNI with BGP must send the list, even an empty one.
func ExtraPrefix(text string) Finding {
	p, f := cidrRule{example: "100.96.0.0/12", source: srcDocsBGPRoutes}.read(text)
	if !f.OK() {
		return f
	}
	return hostBits(p, srcDocsBGPRoutes)
}

// SuggestedExtraPrefixes lists the usual ones: everything, the Cloudflare One clients, and Cloudflare's source
// addresses (Cloudflare docs: Configure BGP routes).
func SuggestedExtraPrefixes() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(netip.IPv4Unspecified(), 0),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 96, 0, 0}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 12),
	}
}

// HoldTime checks the hold time of the customer's device: above zero, MinHoldTime or more recommended
// (Cloudflare docs: Configure BGP routes). RFC 4271 also forbids one and two seconds.
func HoldTime(d time.Duration) Finding {
	switch {
	case d <= 0:
		return refuse(srcDocsBGPRoutes, "The hold time must be above 0; %.0f seconds or more is right", MinHoldTime.Seconds())
	case d < 3*time.Second:
		return refuse(srcRFC4271, "The hold time is at least 3 seconds; %.0f or more is right", MinHoldTime.Seconds())
	case d < MinHoldTime:
		return warn(srcDocsBGPRoutes, "Cloudflare recommends %.0f seconds or more", MinHoldTime.Seconds())
	}
	return Finding{}
}

// ReceivedPrefixes checks how many prefixes the device advertises against MaxReceivedPrefixes (Cloudflare docs:
// Configure BGP routes).
func ReceivedPrefixes(count int) Finding {
	if count > MaxReceivedPrefixes {
		return refuse(srcDocsBGPRoutes, "A session takes at most %d prefixes; filter or aggregate them", MaxReceivedPrefixes)
	}
	return Finding{}
}

// BGPAvailable says whether BGP can be had on this kind of link: on tunnels for every account on Unified
// Routing, on interconnects in a closed beta (Cloudflare docs: Configure BGP routes; changelog of 2026-10-05). The
// API does not show the account's mode: pass true when it is not known.
func BGPAvailable(kind Kind, unifiedRouting bool) Finding {
	switch {
	case kind == Interconnect:
		return warn(srcDocsBGPRoutes, "BGP over interconnects is a closed beta; ask your account team")
	case !unifiedRouting:
		return refuse(srcDocsSteering, "BGP over tunnels needs Unified Routing on the account")
	}
	return Finding{}
}

// Community is a BGP community (RFC 1997) of the form 13335:Value.
type Community uint16

// CommunityPriority gives the route priority that a community of Cloudflare's asks for (Cloudflare docs: Traffic
// steering); ok is false for unknown ones.
func CommunityPriority(c Community) (priority int, ok bool) {
	switch c {
	case 60010:
		return 10, true
	case 60050:
		return 50, true
	case 60150:
		return 150, true
	case 60200:
		return 200, true
	case 60901:
		return 501_000, true
	case 60902:
		return 1_001_000, true
	}
	return 0, false
}

// BGPRoutePriority gives the priority of a BGP-learned route: DefaultPriority, or the lowest one its communities
// ask for, plus PrependPenalty for each prepended AS (Cloudflare docs: Traffic steering; its own worked sum does
// not add up, the stated rule is used).
func BGPRoutePriority(communities []Community, prepends int) int {
	lowest, found := DefaultPriority, false
	for _, c := range communities {
		if p, ok := CommunityPriority(c); ok && (!found || p < lowest) {
			lowest, found = p, true
		}
	}
	return lowest + prepends*PrependPenalty
}
