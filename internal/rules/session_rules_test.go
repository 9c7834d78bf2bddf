package rules_test

import (
	"strings"

	. "flarewire/internal/rules"
)

func asnRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"65010": None, "64512": None, "65534": None, "3320": None, "AS65010": None, "as65010": None, "1.10000": None, "131072": None,
		"2147483647": None, "2147483648": Warning, "4200000000": Warning, "64496": Warning, "65551": Warning, "1.10": Warning,
		"": Partial, "A": Partial, "AS": Partial, "1.": Partial,
		"0": Error, "13335": Error, "23456": Error, "65535": Error, "4294967295": Error, "64600": Error, "0.13335": Error,
		"4294967296": Error, "-1": Error, "+1": Error, "1.65536": Error, "65536.1": Error, "1.2.3": Error, "1.2.": Error, "my AS": Error,
		".1": Error,
	} {
		add("CustomerASN", v, CustomerASN(v, 64600), want)
	}
	add("CloudflareSideASN", "13335", CloudflareSideASN("13335", true), None)
	add("CloudflareSideASN", "private", CloudflareSideASN("64512", false), None)
	add("CloudflareSideASN", "private, BGP on tunnels", CloudflareSideASN("64512", true), Warning)
	add("CloudflareSideASN", "public", CloudflareSideASN("3320", false), Error)
	add("CloudflareSideASN", "4 bytes", CloudflareSideASN("4200000000", false), Error)
	add("CloudflareSideASN", "empty", CloudflareSideASN("", false), Partial)

	used := []ASNUse{{65010, "CF_WAN_TUN_FRA1"}}
	add("SameASN", "alone", SameASN(65011, used), None)
	add("SameASN", "shared", SameASN(65010, used), Warning)

	add("PrefixASN", "own", PrefixASN("3320"), None)
	add("PrefixASN", "Cloudflare", PrefixASN("13335"), None)
	add("PrefixASN", "legacy", PrefixASN("209242"), Note)
	add("PrefixASN", "private", PrefixASN("65010"), Warning)
	add("PrefixASN", "reserved", PrefixASN("0"), Error)
	add("PrefixASN", "typing", PrefixASN("AS"), Partial)
	return out
}

func bgpRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"": None, "abcXYZ019": None, "'!@#$%^&*()+[]{}<>/.,;:_-~`= |x": None, "with space": None, `back\slash`: Note,
		strings.Repeat("k", 80): None, strings.Repeat("k", 81): Error,
		`quo"te`: Error, "que?": Error, "t\tab": Error, "l\nf": Error, "v\vt": Error, "f\ff": Error, "c\rr": Error, "caf\u00e9": Error,
		"del\x7f":   Error,
		"trailing ": Warning,
	} {
		add("MD5Key", v, MD5Key(v), want)
	}
	for v, want := range map[string]Severity{
		"0.0.0.0/0": None, "100.96.0.0/12": None, "::/0": None, "2001:db8::/32": None, "10.0.0.1/8": Warning,
		"": Partial, "100.96.0.0": Partial, "100.96.0.0/": Partial, "2001:db8": Partial, "100.96.0.0/33": Error, "all": Error,
	} {
		add("ExtraPrefix", v, ExtraPrefix(v), want)
	}
	return out
}

func ipsecRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	add("PSK", "generated", PSK("Q7mZx2LkVt9RbNc4HsWd8FyJp3GaTe6U"), None)
	add("PSK", "empty", PSK(""), Note)
	add("PSK", "short", PSK("abcde"), Warning)
	add("PSK", "trailing space", PSK("Q7mZx2LkVt9RbNc4 "), Warning)
	add("PSK", "umlaut", PSK("Q7mZx2LkVt9RbNc4\u00e4"), Warning)
	add("PSK", "two lines", PSK("Q7mZx2LkVt9RbNc4\n"), Error)

	const account = "023e105f4ecef8ad9ca31a8372d0c353"
	fqdn := func(v string, want Severity) { add("CustomFQDN", v, CustomFQDN(v, account), want) }
	fqdn("", None)
	fqdn("office-1."+account+".custom.ipsec.cloudflare.com", None)
	fqdn("office-1.123456789.custom.ipsec.cloudflare.com", Warning)
	fqdn("office", Partial)
	fqdn("office-", Partial)
	fqdn("office.", Partial)
	fqdn("office."+account, Partial)
	fqdn("office."+account+".custom.ip", Partial)
	fqdn("office..", Error)
	fqdn("-office", Error)
	fqdn("my office", Error)
	fqdn("office."+account+".example.com", Error)
	fqdn("a.b."+account+".custom.ipsec.cloudflare.com", Error)
	fqdn(".custom.ipsec.cloudflare.com", Error)
	fqdn("ipsec@office."+account+".custom.ipsec.cloudflare.com", Error)
	add("CustomFQDN", "unknown account", CustomFQDN("a.b.custom.ipsec.cloudflare.com", ""), None)

	used := []FQDNUse{{"office.1.custom.ipsec.cloudflare.com", ip("203.0.113.1"), "CF_WAN_TUN_BER1"}}
	add("CustomFQDNUsed", "other endpoint", CustomFQDNUsed("office.1.custom.ipsec.cloudflare.com", ip("203.0.113.2"), used), None)
	add("CustomFQDNUsed", "same endpoint", CustomFQDNUsed("OFFICE.1.custom.ipsec.cloudflare.com", ip("203.0.113.1"), used), Error)
	add("CustomFQDNUsed", "none", CustomFQDNUsed("", ip("203.0.113.1"), []FQDNUse{{"", ip("203.0.113.1"), "x"}}), None)

	return out
}

func accountRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	names := []Named{{"fra-1", IPsec}, {"ams-1", GRE}}
	add("NameTaken", "free", NameTaken(GRE, "lon-1", names), None)
	add("NameTaken", "empty", NameTaken(GRE, "", []Named{{"", GRE}}), None)
	add("NameTaken", "same kind", NameTaken(GRE, "ams-1", names), Error)
	add("NameTaken", "other kind", NameTaken(GRE, "fra-1", names), Warning)
	add("NameTaken", "IPsec, as a GRE tunnel", NameTaken(IPsec, "ams-1", names), Error)
	add("NameTaken", "interconnect, as a GRE tunnel", NameTaken(Interconnect, "ams-1", names), Error)
	add("NameTaken", "both kinds", NameTaken(GRE, "x", []Named{{"x", IPsec}, {"x", GRE}}), Error)

	others := []EndpointPair{{IPsec, ip("203.0.113.1"), ip("198.51.100.1"), "CF_WAN_TUN_FRA1"}}
	pair := func(k OnRamp, customer string) EndpointPair {
		return EndpointPair{Type: k, Cloudflare: ip("203.0.113.1"), Customer: ip(customer)}
	}
	add("EndpointPairUsed", "free", EndpointPairUsed(pair(IPsec, "198.51.100.2"), true, others), None)
	add("EndpointPairUsed", "IPv4 identity", EndpointPairUsed(pair(IPsec, "198.51.100.1"), true, others), Error)
	add("EndpointPairUsed", "FQDN identity", EndpointPairUsed(pair(IPsec, "198.51.100.1"), false, others), Warning)
	add("EndpointPairUsed", "other kind", EndpointPairUsed(pair(GRE, "198.51.100.1"), true, others), None)
	add("EndpointPairUsed", "no customer endpoint", EndpointPairUsed(EndpointPair{Type: IPsec, Cloudflare: ip("203.0.113.1")}, true,
		[]EndpointPair{{Type: IPsec, Cloudflare: ip("203.0.113.1")}}), None)

	add("EndpointLeased", "leased", EndpointLeased(ip("203.0.113.1"), nets("203.0.113.1/32")), None)
	add("EndpointLeased", "leases unknown", EndpointLeased(ip("203.0.113.1"), nil), None)
	add("EndpointLeased", "foreign", EndpointLeased(ip("203.0.113.9"), nets("203.0.113.1/32")), Warning)
	own := nets("192.0.2.0/24")
	add("CustomerEndpointInsideOwnPrefix", "outside", CustomerEndpointInsideOwnPrefix(ip("198.51.100.1"), own), None)
	add("CustomerEndpointInsideOwnPrefix", "inside", CustomerEndpointInsideOwnPrefix(ip("192.0.2.7"), own), Error)

	subnets := []Subnet{
		{CIDR: pfx("10.100.0.8/31"), Owner: "CF_WAN_TUN_FRA1"},
		{CIDR: pfx("10.0.0.0/8"), Owner: "route", Route: true},
		{CIDR: pfx("172.16.0.1/32"), Owner: "route", Route: true},
		{CIDR: pfx("0.0.0.0/0"), Owner: "route", Route: true},
	}
	add("InterfaceOverlap", "free", InterfaceOverlap(pfx("192.168.0.0/31"), subnets), None)
	add("InterfaceOverlap", "in a routed network", InterfaceOverlap(pfx("10.100.0.10/31"), subnets), Note)
	add("InterfaceOverlap", "around a route", InterfaceOverlap(pfx("172.16.0.0/31"), subnets), Warning)
	add("InterfaceOverlap", "other side of a tunnel", InterfaceOverlap(pfx("10.100.0.9/31"), subnets), Error)
	add("InterfaceOverlap", "around a tunnel", InterfaceOverlap(pfx("10.100.0.9/30"), subnets), Error)
	return out
}

func filterRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"on-prem-imports": None, "Allowed On-Prem Imports": None, strings.Repeat("ü", 255): None,
		"": Partial, "  ": Partial, strings.Repeat("n", 256): Error, "t\tab": Error,
	} {
		add("FilterName", v, FilterName(v), want)
	}
	add("FilterDescription", "none", FilterDescription(""), None)
	add("FilterDescription", "long", FilterDescription(strings.Repeat("d", 1024)), None)
	add("FilterDescription", "too long", FilterDescription(strings.Repeat("d", 1025)), Error)
	for v, want := range map[string]Severity{
		"10.0.0.0/8": None, "10.0.0.0/8+": None, "10.0.0.0/32+": None, "10.0.0.0/8{24}": None, "10.0.0.0/8{8,32}": None, "0.0.0.0/0{0,32}": None,
		"2001:db8::/32{32,128}": None, "2001:db8::/128+": None, "10.0.0.1/8+": Warning, "10.0.0.1/8{8,24}": Warning,
		"": Partial, "10.0.0.0": Partial, "10.0.0.0/": Partial, "10.0.0.0/8{": Partial, "10.0.0.0/8{1": Partial, "10.0.0.0/8{16": Partial,
		"10.0.0.0/8{16,": Partial, "10.0.0.0/8{16,2": Partial,
		"10.0.0.0+": Error, "10.0.0.0{8,24}": Error, "10.0.0.0/8{}": Error, "10.0.0.0/8{7}": Error, "10.0.0.0/8{7,24}": Error,
		"10.0.0.0/8{24,16}": Error, "10.0.0.0/8{8,33}": Error, "2001:db8::/32{16,64}": Error, "10.0.0.0/8{8,24}x": Error,
		"10.0.0.0/8{8,}": Error, "10.0.0.0/8{,24}": Error, "10.0.0.0/8{a}": Error, "10.0.0.0/8{08}": Error, "10.0.0.0/33": Error,
		"10.0.0.0/8++": Error, "10.0.0.0/8+{9}": Error, "all": Error,
	} {
		add("FilterTarget", v, FilterTarget(v), want)
	}
	return out
}
