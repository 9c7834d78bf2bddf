package rules

import (
	"net/netip"
	"time"
	"unicode/utf8"
)

// OnboardPrefix checks a prefix to bring to Cloudflare: a public network of MinPrefixV4 or MinPrefixV6 or larger
// (Cloudflare docs: advertise prefixes; the IPv6 limit is unconfirmed and hence a Warning).
func OnboardPrefix(text string) Finding {
	p, f := cidrRule{example: "203.0.113.0/24", source: srcDocsAdvertise, wrong: "An IPv4 prefix is /24 or larger, such as 203.0.113.0/24",
		allowed: func(p netip.Prefix) bool { return p.Bits() > 0 && (p.Addr().Is6() || p.Bits() <= MinPrefixV4) },
	}.read(text)
	if !f.IsZero() {
		return f
	}
	addr := p.Addr()
	switch {
	case addr.IsPrivate(), addr.IsLoopback(), addr.IsMulticast(), addr.IsLinkLocalUnicast(), sharedSpace().Contains(addr):
		return refuse(srcRFC1918, "Use a public prefix; this one is not routed on the Internet")
	case addr.Is6() && p.Bits() > MinPrefixV6:
		return warn(srcUnconfirmed, "The Internet usually takes IPv6 prefixes of /48 or larger only")
	}
	return hostBits(p, srcAPIPrefix)
}

// SelfServeOnboarding warns that prefixes for Magic Transit are not onboarded by the customer: the account team
// does that (Cloudflare docs: BYOIP, get started).
func SelfServeOnboarding(product Product) Finding {
	if product == MagicTransit {
		return warn(srcDocsBYOIP, "Prefixes for Magic Transit go through your account team")
	}
	return Finding{}
}

// PrefixDescription checks the description of a BYOIP prefix: at most MaxPrefixDescription characters (Cloudflare
// API: add prefix). Descriptions of tunnels, routes and CNIs have no rule.
func PrefixDescription(text string) Finding {
	if n := utf8.RuneCountInString(text); n > MaxPrefixDescription {
		return refuse(srcAPIPrefix, "At most %d characters; this has %d", MaxPrefixDescription, n)
	}
	return Finding{}
}

// BGPPrefix checks a network to announce out of an onboarded prefix. It must lie inside it. The API can make more
// specific ones, another page says that prefixes are announced as onboarded only: a Warning (Cloudflare API: BGP
// prefixes; Cloudflare docs: advertise prefixes).
func BGPPrefix(text string, parent netip.Prefix) Finding {
	p, f := part(text, parent, srcAPIBGPPrefix)
	if !f.IsZero() {
		return f
	}
	limit := MinPrefixV4
	if p.Addr().Is6() {
		limit = MinPrefixV6
	}
	switch {
	case p.Bits() > limit:
		return warn(srcDocsAdvertise, "Most networks ignore prefixes smaller than /%d", limit)
	case p != parent.Masked():
		return warn(srcDocsAdvertise, "Some contracts announce %s as a whole only", parent.Masked())
	}
	return Finding{}
}

// Delegation checks a network that another account may use: inside the prefix (Cloudflare API: prefix
// delegations). The dashboard only delegates whole prefixes; the API also parts.
func Delegation(text string, parent netip.Prefix) Finding {
	_, f := part(text, parent, "Cloudflare API: prefix delegations")
	return f
}

// part reads a network that must lie inside the parent.
func part(text string, parent netip.Prefix, source string) (netip.Prefix, Finding) {
	outside := "Choose a network inside " + parent.Masked().String()
	p, f := cidrRule{example: parent.Masked().String(), source: source, wrong: outside,
		allowed: func(p netip.Prefix) bool { return p.Bits() >= parent.Bits() },
	}.read(text)
	switch {
	case !f.IsZero():
		return p, f
	case !inside(p, parent):
		return p, refuse(source, "%s", outside)
	}
	return p, hostBits(p, source)
}

// PrefixDelete says whether a BYOIP prefix can be deleted: only an unapproved one can (Cloudflare API: prefixes).
// approved is the field's value, "V" when it is active.
func PrefixDelete(approved string) Finding {
	if approved == prefixActive {
		return refuse(srcAPIPrefix, "Only prefixes that are not approved yet can be deleted")
	}
	return Finding{}
}

// BGPPrefixDelete says whether a BGP prefix can be deleted: it must be withdrawn (Cloudflare API: BGP prefixes).
func BGPPrefixDelete(advertised bool) Finding {
	if advertised {
		return refuse(srcAPIBGPPrefix, "Withdraw it first; only a withdrawn BGP prefix can be deleted")
	}
	return Finding{}
}

// prefixActive is the value of "approved" of a validated prefix.
const prefixActive = "V"

// Announcement is what decides whether a BGP prefix can be advertised or withdrawn now.
type Announcement struct {
	Approved        string // of the BYOIP prefix: "P" pending, "V" active, empty when not known
	OnDemandEnabled bool
	OnDemandLocked  bool
	BGPControlled   bool      // bgp_signal_opts.enabled
	ModifiedAt      time.Time // the last change of the announcement; zero when not known
	// BindingActive says that the default service binding covers the prefix and is active.
	BindingActive bool
}

// AdvertisementChange says whether an announcement can be changed now, to advertised or to withdrawn (Cloudflare
// API: BGP prefixes; Cloudflare docs: Magic Transit, advertise prefixes). What the guards forbid is an Error; a
// missing service binding and a change within AdvertiseCooldown are Warnings.
func AdvertisementChange(a Announcement, advertise bool, now time.Time) Finding {
	switch {
	case a.Approved != "" && a.Approved != prefixActive:
		return refuse(srcAPIBGPPrefix, "Cloudflare has not approved the prefix yet; wait for validation")
	case a.BGPControlled:
		return refuse(srcDocsAdvertise, "Your BGP session controls this prefix; change it on your router")
	case !a.OnDemandEnabled:
		return refuse(srcAPIBGPPrefix, "On-demand advertisement is off for this prefix; ask the account team")
	case a.OnDemandLocked:
		return refuse(srcAPIBGPPrefix, "The prefix is locked; your account team can unlock it")
	case advertise && !a.BindingActive:
		return warn(srcDocsBYOIP, "No active service binding covers it; wait %.0f hours after creating one", BindingBeforeAdvertise.Hours())
	case !a.ModifiedAt.IsZero() && now.Sub(a.ModifiedAt) < AdvertiseCooldown:
		return warn(srcDocsBestBYOIP, "Changed less than %.0f minutes ago; let it settle first", AdvertiseCooldown.Minutes())
	}
	return Finding{}
}
