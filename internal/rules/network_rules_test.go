package rules_test

import (
	"net/netip"
	"strings"
	"time"

	. "flarewire/internal/rules"
)

func routeRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"10.20.0.0/16": None, "192.0.2.0/29": None, "0.0.0.0/0": None, "2001:db8::/48": None, "10.20.0.1/16": Warning,
		"": Partial, "10.20.": Partial, "10.20.0.0/": Partial, "2001:db8::/": Partial, "10.20.0.0/40": Error, "office": Error,
	} {
		add("RoutePrefix", v, RoutePrefix(v), want)
	}
	own := nets("192.0.2.0/24", "198.51.100.0/25", "198.51.100.128/25")
	add("RoutePrefixOwned", "WAN, private", RoutePrefixOwned(CloudflareWAN, pfx("10.20.0.0/16"), nil), None)
	add("RoutePrefixOwned", "WAN, public", RoutePrefixOwned(CloudflareWAN, pfx("8.8.8.0/24"), nil), Warning)
	add("RoutePrefixOwned", "Transit, part", RoutePrefixOwned(MagicTransit, pfx("192.0.2.8/29"), own), None)
	add("RoutePrefixOwned", "Transit, supernet", RoutePrefixOwned(MagicTransit, pfx("198.51.100.0/24"), own), None)
	add("RoutePrefixOwned", "Transit, too wide", RoutePrefixOwned(MagicTransit, pfx("198.51.100.0/23"), own), Warning)
	add("RoutePrefixOwned", "Transit, private", RoutePrefixOwned(MagicTransit, pfx("10.0.0.0/8"), own), Warning)
	add("RoutePrefixOwned", "Transit, IPv6", RoutePrefixOwned(MagicTransit, pfx("2001:db8::/32"),
		nets("2001:db8::/33", "2001:db8:8000::/33")), None)

	for v, want := range map[string]Severity{
		"10.100.0.9": None, "169.254.250.2": None, "2001:db8::1": None, "": Partial, "10.100.": Partial, "fra-1": Error, "0.0.0.0": Error,
		"127.0.0.1": Error,
	} {
		add("NextHop", v, NextHop(v), want)
	}
	links := []Subnet{{CIDR: pfx("10.100.0.8/31"), Owner: "CF_WAN_TUN_FRA1"}, {CIDR: pfx("10.100.1.3/29"), Owner: "icx-1"}}
	add("RouteFamilies", "IPv4 through IPv4", RouteFamilies(pfx("10.20.0.0/16"), ip("10.100.0.9")), None)
	add("RouteFamilies", "IPv6 through IPv6", RouteFamilies(pfx("2001:db8::/48"), ip("2001:db8:1::1")), None)
	add("RouteFamilies", "IPv6 through IPv4", RouteFamilies(pfx("2001:db8::/48"), ip("10.100.0.9")), Warning)
	add("RouteFamilies", "IPv4 through IPv6", RouteFamilies(pfx("10.20.0.0/16"), ip("2001:db8:1::1")), Warning)
	add("RouteFamilies", "no network yet", RouteFamilies(netip.Prefix{}, ip("10.100.0.9")), None)
	add("NextHopOnLink", "customer side", NextHopOnLink(ip("10.100.0.9"), links), None)
	add("NextHopOnLink", "Cloudflare side", NextHopOnLink(ip("10.100.0.8"), links), Warning)
	add("NextHopOnLink", "/29", NextHopOnLink(ip("10.100.1.4"), links), None)
	add("NextHopOnLink", "/29, Cloudflare side", NextHopOnLink(ip("10.100.1.3"), links), Warning)
	add("NextHopOnLink", "nowhere", NextHopOnLink(ip("10.9.9.9"), links), Warning)

	for v, want := range map[string]Severity{
		"100": None, "0": None, "499999": None, "500000": Warning, "1000001": Warning, "-5": Warning,
		"": Partial, "-": Partial, "low": Error, "1.5": Error, "+1": Error, "99999999999": Error,
	} {
		add("Priority", v, Priority(v), want)
	}
	for v, want := range map[string]Severity{"": None, "1": None, "256": None, "0": Warning, "257": Error, "-1": Error, "half": Error} {
		add("Weight", v, Weight(v), want)
	}
	route := Route{Prefix: pfx("10.20.0.0/16"), NextHop: ip("10.100.0.9"), Priority: 100, Weight: 50}
	twin := route
	twin.NextHop = ip("10.100.0.11")
	add("RouteTaken", "other next hop", RouteTaken(route, []Route{twin}), None)
	add("RouteTaken", "same", RouteTaken(route, []Route{twin, route}), Warning)
	add("RouteECMP", "a twin", RouteECMP(route, []Route{twin}), None)
	add("RouteECMP", "alone", RouteECMP(route, nil), Warning)
	add("RouteECMP", "no weight", RouteECMP(Route{Prefix: route.Prefix}, nil), None)

	scoped := route
	scoped.Regions = []string{"WEUR", "EEUR"}
	add("RouteCoverage", "unscoped", RouteCoverage(route.Prefix, []Route{route}), None)
	add("RouteCoverage", "scoped and a rest", RouteCoverage(route.Prefix, []Route{scoped, twin}), None)
	add("RouteCoverage", "scoped only", RouteCoverage(route.Prefix, []Route{scoped}), Warning)

	for v, want := range map[string]Severity{"WEUR": None, "ME": None, "": Partial, "WE": Partial, "LUNA": Warning, "weur": Error,
		"W1": Error} {
		add("Region", v, Region(v), want)
	}
	for v, want := range map[string]Severity{
		"den01": None, "fra13": None, "": Partial, "de": Partial, "den": Partial, "den0": Partial,
		"DEN01": Warning, "den001": Warning, "denv1": Warning, "d1": Error, "den-01": Error, "den0a": Error,
	} {
		add("Colo", v, Colo(v), want)
	}
	return out
}

func cniRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	add("CNIMTU", "1500", CNIMTU("1500"), None)
	add("CNIMTU", "1476", CNIMTU("1476"), None)
	add("CNIMTU", "empty", CNIMTU(""), Partial)
	add("CNIMTU", "15", CNIMTU("15"), Partial)
	add("CNIMTU", "0", CNIMTU("0"), Warning)
	add("CNIMTU", "9000", CNIMTU("9000"), Warning)
	add("CNIMTU", "-1", CNIMTU("-1"), Error)
	add("CNIAddresses", "/31", CNIAddresses(pfx("192.168.3.4/31"), pfx("192.168.3.5/31")), None)
	add("CNIAddresses", "/30", CNIAddresses(pfx("192.168.3.5/30"), pfx("192.168.3.6/30")), Warning)
	add("CNIAddresses", "same", CNIAddresses(pfx("192.168.3.4/31"), pfx("192.168.3.4/31")), Error)
	add("CNIAddresses", "apart", CNIAddresses(pfx("192.168.3.4/31"), pfx("192.168.3.6/31")), Error)
	add("Bandwidth", "10G", Bandwidth("10G"), None)
	add("Bandwidth", "10", Bandwidth("10"), Partial)
	add("Bandwidth", "40G", Bandwidth("40G"), Error)
	add("PairingKey", "three parts", PairingKey("7e51371e-72a3-40b5-b844-2e3efefaee59/us-west2/2"), None)
	add("PairingKey", "empty", PairingKey(""), Partial)
	add("PairingKey", "one part", PairingKey("7e51371e"), Warning)
	add("PairingKey", "two lines", PairingKey("a/b/c\n"), Error)
	return out
}

func prefixRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"203.0.113.0/24": None, "198.51.0.0/16": None, "2001:db8::/48": None, "2001:db8::/56": Warning, "203.0.113.1/24": Warning,
		"": Partial, "203.0.113.0": Partial, "203.0.113.0/": Partial, "203.0.113.0/25": Error, "0.0.0.0/0": Error, "10.0.0.0/16": Error,
		"x": Error,
	} {
		add("OnboardPrefix", v, OnboardPrefix(v), want)
	}
	add("SelfServeOnboarding", "other", SelfServeOnboarding(0), None)
	add("SelfServeOnboarding", "Magic Transit", SelfServeOnboarding(MagicTransit), Warning)
	add("PrefixDescription", "1000", PrefixDescription(strings.Repeat("\u00e4", 1000)), None)
	add("PrefixDescription", "1001", PrefixDescription(strings.Repeat("a", 1001)), Error)
	parent := pfx("203.0.112.0/23")
	for v, want := range map[string]Severity{
		"203.0.112.0/23": None, "203.0.113.0/24": Warning, "203.0.113.0/25": Warning, "203.0.114.0/24": Error, "203.0.112.0/22": Error,
		"": Partial, "203.0.112.0/": Partial, "203.0.112.0/2": Partial, "203.0.113.7/24": Warning, "2001:db8::/48": Error,
	} {
		add("BGPPrefix", v, BGPPrefix(v, parent), want)
	}
	add("Delegation", "whole", Delegation("203.0.112.0/23", parent), None)
	add("Delegation", "part", Delegation("203.0.112.128/25", parent), None)
	add("Delegation", "outside", Delegation("198.51.100.0/24", parent), Error)
	add("PrefixDelete", "pending", PrefixDelete("P"), None)
	add("PrefixDelete", "active", PrefixDelete("V"), Error)
	add("BGPPrefixDelete", "withdrawn", BGPPrefixDelete(false), None)
	add("BGPPrefixDelete", "advertised", BGPPrefixDelete(true), Error)

	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	change := func(value string, advertise bool, want Severity, edit func(*Announcement)) {
		a := Announcement{Approved: "V", OnDemandEnabled: true, BindingActive: true, ModifiedAt: now.Add(-time.Hour)}
		edit(&a)
		add("AdvertisementChange", value, AdvertisementChange(a, advertise, now), want)
	}
	change("advertise", true, None, func(*Announcement) {})
	change("withdraw without binding", false, None, func(a *Announcement) { a.BindingActive = false })
	change("never changed", true, None, func(a *Announcement) { a.ModifiedAt = time.Time{} })
	change("no binding", true, Warning, func(a *Announcement) { a.BindingActive = false })
	change("just changed", false, Warning, func(a *Announcement) { a.ModifiedAt = now.Add(-14 * time.Minute) })
	change("cooled down", false, None, func(a *Announcement) { a.ModifiedAt = now.Add(-AdvertiseCooldown) })
	change("pending", true, Error, func(a *Announcement) { a.Approved = "P" })
	change("not on demand", true, Error, func(a *Announcement) { a.OnDemandEnabled = false })
	change("approval unknown", true, None, func(a *Announcement) { a.Approved = "" })
	change("locked", false, Error, func(a *Announcement) { a.OnDemandLocked = true })
	change("BGP-controlled", false, Error, func(a *Announcement) { a.BGPControlled = true })
	return out
}

func bindingRows() []row {
	var out []row
	prefix := pfx("203.0.113.0/24")
	base := func(s Service) []Binding { return []Binding{{prefix, s}} }
	allowed := func(value string, existing []Binding, cidr string, s Service, want Severity) {
		out = append(out, row{"BindingAllowed", value, BindingAllowed(prefix, existing, Binding{pfx(cidr), s}), want})
	}
	allowed("first, Magic Transit", nil, "203.0.113.0/24", ServiceMagicTransit, Note)
	allowed("first, CDN", nil, "203.0.113.0/24", ServiceCDN, Note)
	allowed("first, a part", nil, "203.0.113.0/25", ServiceCDN, Error)
	allowed("outside", nil, "198.51.100.0/24", ServiceCDN, Error)
	allowed("Transit + CDN address", base(ServiceMagicTransit), "203.0.113.7/32", ServiceCDN, Note)
	allowed("Transit + CDN range", base(ServiceMagicTransit), "203.0.113.64/26", ServiceCDN, Note)
	allowed("Transit + Spectrum", base(ServiceMagicTransit), "203.0.113.7/32", ServiceSpectrum, Note)
	allowed("CDN + Spectrum", base(ServiceCDN), "203.0.113.7/32", ServiceSpectrum, Note)
	allowed("Spectrum + CDN", base(ServiceSpectrum), "203.0.113.7/32", ServiceCDN, Note)
	allowed("CDN + Transit", base(ServiceCDN), "203.0.113.7/32", ServiceMagicTransit, Error)
	allowed("a second default", base(ServiceCDN), "203.0.113.0/24", ServiceSpectrum, Error)
	allowed("CDN in CDN", base(ServiceCDN), "203.0.113.7/32", ServiceCDN, Warning)
	both := append(base(ServiceMagicTransit), Binding{pfx("203.0.113.7/32"), ServiceCDN})
	allowed("CDN and Spectrum on one address", both, "203.0.113.7/32", ServiceSpectrum, Error)
	allowed("default missing", []Binding{{pfx("203.0.113.7/32"), ServiceCDN}}, "203.0.113.8/32", ServiceSpectrum, Warning)

	typed := func(value string, existing []Binding, want Severity) {
		out = append(out, row{"BindingCIDR", value, BindingCIDR(value, prefix, existing), want})
	}
	typed("203.0.113.0/24", nil, None)
	typed("203.0.113.0/25", nil, Error)
	typed("203.0.113.0/25", base(ServiceCDN), None)
	typed("203.0.113.9/25", base(ServiceCDN), Warning)
	typed("203.0.113.", nil, Partial)
	typed("198.51.100.0/24", base(ServiceCDN), Error)
	typed("203.0.113.0/24", base(ServiceCDN), Error)

	out = append(out,
		row{"BindingDelete", "a part", BindingDelete(prefix, both, both[1]), Note},
		row{"BindingDelete", "the last", BindingDelete(prefix, base(ServiceCDN), both[0]), Note},
		row{"BindingDelete", "the default", BindingDelete(prefix, both, both[0]), Warning})
	return out
}
