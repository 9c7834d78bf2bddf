package diagnose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// announces reads a session that stands and announces nothing.
func (r routerSide) announces() []Finding {
	s := r.Facts.Session
	if !s.Established() || s.Sent == nil || *s.Sent > 0 {
		return nil
	}
	f := r.finding(NothingAnnounced, Impaired, srcSteering, ofRouter("prefixes sent", "0"))
	switch {
	case s.NoPolicyOut:
		f.Cause = PolicyRejectsAll
		f.Text = "The session is up, but the router announces nothing: it has no export policy, which RFC 8212 demands."
		f.Next = "On the router: set a prefix list or route-map for what goes out to " + cloudflareSide(r.Tunnel) + "."
	case s.NetworksRead && s.Networks == 0:
		f.Evidence = append([]Evidence{ofRouter("network statements", "none")}, f.Evidence...)
		f.Text = "The session is up, but the router announces nothing to Cloudflare: its BGP has no network statement and no redistribution."
		f.Next = "On the router: add a network statement for each network of this site; a prefix-list permit does not originate a route."
	default:
		f.Text = "The session is up, but the router announces nothing to Cloudflare: there is no network statement or redistribution for it, " +
			"no " +
			"route to what it names, or the export policy " + strings.TrimSpace(s.FilterOut+" permits nothing") + "."
		f.Next = "On the router: add a network statement for each network of this site, and let it through the export policy."
	}
	return []Finding{f}
}

// foreign reads what the router announces and the account knows nothing of: public networks that neither a prefix nor a static route of
// the account covers. Private ones are announced over a WAN all the time, and so is a default route.
func (r routerSide) foreign() []Finding {
	s := r.Facts.Session
	if !s.Established() || !s.AnnouncedRead || !r.facts.Prefixes.Settled() || !r.facts.Routes.Settled() {
		return nil
	}
	var own []netip.Prefix
	for _, p := range r.facts.Prefixes.Rows {
		if cidr, err := netip.ParsePrefix(p.CIDR); err == nil {
			own = append(own, cidr)
		}
	}
	prefixes := len(own)
	if prefixes == 0 {
		return nil // an account without prefixes says nothing of which networks are its own
	}
	for _, route := range r.facts.Routes.Rows {
		if cidr, err := netip.ParsePrefix(route.Prefix); err == nil && cidr.Bits() > 0 {
			own = append(own, cidr)
		}
	}
	var strange []string
	for _, a := range s.Announced {
		if public(a) && !slices.ContainsFunc(own, a.Overlaps) {
			strange = append(strange, a.String())
		}
	}
	if len(strange) == 0 {
		return nil
	}
	f := r.finding(ForeignAnnounced, Risk, srcSteering, ofRouter("announced, of "+strconv.Itoa(len(s.Announced)), some(strange)),
		Evidence{"Cloudflare: prefixes of the account", strconv.Itoa(prefixes)})
	f.Text = "The router announces " + some(strange) + " to Cloudflare, which no prefix and no static route of the account covers. " +
		"Prefixes that another account has delegated to this one are in no list."
	f.Likelihood = Possible
	f.Next = "On the router: let only the networks of this site through the export policy" + strings.TrimRight(" "+s.FilterOut, " ") +
		". Is a full table or a neighbor's network leaking?"
	return []Finding{f}
}

// shared are the addresses of carriers (RFC 6598), which are private as well.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func public(p netip.Prefix) bool {
	return p.Bits() > 0 && p.Addr().IsGlobalUnicast() && !p.Addr().IsPrivate() && !shared.Contains(p.Addr())
}
