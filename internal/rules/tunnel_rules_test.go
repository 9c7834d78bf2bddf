package rules_test

import (
	"net/netip"
	"strings"

	. "flarewire/internal/rules"
)

func tunnelRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	name := func(k OnRamp, v string, want Severity) {
		add("TunnelName", k.String()+" "+v, TunnelName(k, v), want)
	}
	for _, official := range []string{"GRE_1", "IPsec_1", "CF_WAN_TUN_01", "tunnel01", "a-b"} {
		name(GRE, official, None)
		name(IPsec, official, None)
	}
	name(GRE, "", Partial)
	name(GRE, "exactly15chars_", None)
	name(GRE, "sixteen_chars_16", Error)
	name(IPsec, "sixteen_chars_16", Warning)
	name(Interconnect, "sixteen_chars_16", None)
	name(Interconnect, "pni_ord", None)
	name(Interconnect, "", Partial)
	name(Interconnect, "two words", Warning)
	name(GRE, "two words", Error)
	name(IPsec, "two words", Error)
	name(GRE, "tab\t", Error)
	name(GRE, "a#b", Error)
	name(GRE, "caf\u00e9", Error)
	name(GRE, "x\u4e00", Error)
	name(GRE, "fra.1", Warning)

	add("Rename", "same", Rename("a", "a"), None)
	add("Rename", "other", Rename("a", "b"), Warning)

	for v, want := range map[string]Severity{
		"203.0.113.1": None, "162.159.64.41": None, "": Partial, "203.": Partial, "203.0.113": Partial, "203.0.113.": Partial,
		"203.0.113.256": Error, "tunnel": Error, "203..1": Error, "203.0.113.1.": Error, "1.2.3.4.5": Error, "203.0.113.1 ": Error,
		"2606:4700::1": Warning, "2606:": Partial, "10.0.0.1": Warning, "127.0.0.1": Error, "0.0.0.0": Error, "fe80::1%eth0": Error,
	} {
		add("CloudflareEndpoint", v, CloudflareEndpoint(v), want)
	}

	customer := func(k OnRamp, v string, want Severity) {
		add("CustomerEndpoint", k.String()+" "+v, CustomerEndpoint(k, v), want)
	}
	customer(GRE, "198.51.100.1", None)
	customer(IPsec, "198.51.100.1", None)
	customer(GRE, "", Partial)
	customer(IPsec, "", None)
	customer(GRE, "198.51", Partial)
	customer(GRE, "10.0.0.1", Error)
	customer(GRE, "192.168.1.1", Error)
	customer(GRE, "100.64.0.1", Error)
	customer(IPsec, "10.0.0.1", Warning)
	customer(GRE, "169.254.1.1", Error)
	customer(IPsec, "224.0.0.1", Error)
	customer(GRE, "2001:db8::1", Warning)
	customer(IPsec, "router.example", Error)
	return append(out, packetRows()...)
}

// packetRows are the settings of a tunnel beside its name and its ends.
func packetRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	mtu := func(k OnRamp, v string, want Severity) { add("MTU", k.String()+" "+v, MTU(k, v), want) }
	mtu(GRE, "", None)
	mtu(GRE, "1", Partial)
	mtu(GRE, "14", Partial)
	mtu(GRE, "147", Partial)
	mtu(GRE, "1476", None)
	mtu(GRE, "576", None)
	mtu(GRE, "57", Partial)
	mtu(GRE, "575", Error)
	mtu(GRE, "0", Error)
	mtu(GRE, "1477", Warning)
	mtu(GRE, "9000", Warning)
	mtu(GRE, "-1", Error)
	mtu(GRE, "1476.", Error)
	mtu(GRE, strings.Repeat("9", 30), Error)
	mtu(Interconnect, "1500", None)
	mtu(Interconnect, "1501", Warning)
	mtu(Interconnect, "500", Error)
	mtu(IPsec, "", None)
	mtu(IPsec, "1400", Error)

	ttl := func(k OnRamp, v string, want Severity) { add("TTL", k.String()+" "+v, TTL(k, v), want) }
	ttl(GRE, "", None)
	ttl(GRE, "64", None)
	ttl(GRE, "1", Warning)
	ttl(GRE, "2", None)
	ttl(GRE, "255", None)
	ttl(GRE, "0", Error)
	ttl(GRE, "256", Error)
	ttl(GRE, "many", Error)
	ttl(IPsec, "64", Error)

	add("DeviceSupports", "a router with GRE", DeviceSupports("junos", GRE), None)
	add("DeviceSupports", "Azure with IPsec", DeviceSupports(Azure, IPsec), None)
	add("DeviceSupports", "Azure with GRE", DeviceSupports(Azure, GRE), Error)
	add("DeviceSupports", "AWS with GRE", DeviceSupports(AWS, GRE), Error)
	add("AutomaticReturnRouting", "on, unified", AutomaticReturnRouting(true, true), None)
	add("AutomaticReturnRouting", "off, legacy", AutomaticReturnRouting(false, false), None)
	add("AutomaticReturnRouting", "on, legacy", AutomaticReturnRouting(true, false), Error)
	add("ReplayProtection", "off", ReplayProtection(false), None)
	add("ReplayProtection", "on", ReplayProtection(true), Warning)

	const id = "023e105f4ecef8ad9ca31a8372d0c353"
	add("AccountID", id, AccountID(id), None)
	add("AccountID", "half", AccountID(id[:16]), Partial)
	add("AccountID", "too long", AccountID(id+"0"), Error)
	add("AccountID", "not hex", AccountID("my-account"), Error)
	const uuid = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
	add("UUID", uuid, UUID(uuid), None)
	add("UUID", "half", UUID(uuid[:20]), Partial)
	add("UUID", "too long", UUID(uuid+"0"), Error)
	add("UUID", "no dashes", UUID(strings.ReplaceAll(uuid, "-", "")), Error)
	return out
}

func interfaceRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"10.100.0.8/31": None, "172.16.0.0/31": None, "192.168.255.254/31": None, "169.254.240.1/31": None, "169.254.255.254/31": None,
		"10.100.0.9/30": None, "10.100.0.10/30": None, "169.254.250.2/30": None,
		"169.254.250.1/30": Warning, // AWS takes the first host
		"":                 Partial, "1": Partial, "10.": Partial, "10.0.0.": Partial, "10.0.0.8": Partial, "10.0.0.8/": Partial,
		"10.0.0.8/3":  Partial,
		"10.0.0.8/32": Error, "10.0.0.8/29": Error, "10.0.0.8/2": Error, "10.0.0.8/031": Error, "10.0.0.8/31x": Error, "10.0.0.8/99": Error,
		"10.0.0./31": Error, "10.0.0.8//31": Error, "300.": Error, "ten": Error,
		"10.100.0.8/30": Error, "10.100.0.11/30": Error, // network and broadcast
		"169.254.0.0/31": Error, "169.254.239.254/31": Error, "172.32.0.0/31": Error, "8.8.8.8/31": Error, "172.64.240.252/31": Error,
		"2001:db8::1/127": Error, "::ffff:10.0.0.8/127": Error,
	} {
		add("InterfaceAddress", v, InterfaceAddress(v), want)
	}
	inter := func(version InterconnectVersion, gre bool, v string, want Severity) {
		add("InterconnectAddress", string(version)+" "+v, InterconnectAddress(version, gre, v, pfx("203.0.113.0/24")), want)
	}
	inter(Version2, false, "10.100.0.8/31", None)
	inter(Version2, false, "10.100.0.9/30", None)
	inter(Version2, false, "10.100.0.3/29", Error)
	inter(Version15, true, "10.100.0.3/29", Warning)
	inter(Version15, false, "10.100.0.9/30", Warning)
	inter(Version15, false, "10.100.0.8/31", None)
	inter(Version15, false, "203.0.113.8/31", Note) // of the account's own
	inter(Version15, false, "198.51.100.8/31", Error)
	inter(Version2, false, "203.0.113.8/31", Error)
	inter(Version15, true, "10.100.0.4/29", Error)
	inter(Version15, true, "10.100.0.3/28", Error)
	inter(Version15, false, "10.100.0.3/29", Error)
	inter(Version1, true, "10.100.0.3/29", Error)
	inter(Version15, true, "10.100.0.3/2", Partial)
	inter(Version1, true, "10.100.0.8/30", Error)
	inter(Version1, true, "169.254.10.0/31", Warning)
	inter(Version1, true, "169.254.240.0/31", None)
	inter(Version1, true, "203.0.113.0/31", Error)

	own := pfx("2606:54c1:7:0:a9fe:12d2::/96")
	six := func(v string, own netip.Prefix, want Severity) {
		add("InterfaceAddress6", v, InterfaceAddress6(v, own), want)
	}
	six("", own, None)
	six("2606:54c1:7:0:a9fe:12d2:1:200/127", own, None)
	six("2606:54c1:7:0:a9fe:12d2:1:200/127", netip.Prefix{}, None)
	six("2606:54c1:7:0:a9fe:12d2:1:201/127", own, Error)
	six("2606:54c1:7:0:a9fe:12d2::/127", own, Error)
	six("2606:54c1:7:0:a9fe:12d2:1:200/126", own, Error)
	six("2606:54c1:7:0:a9fe:12d2:1:200/12", own, Partial)
	six("2606:54c1:7:0:a9fe:12d2:1:", own, Partial)
	six("2606:54c1:7::1:::", own, Error)
	six("2001:db8::2/127", own, Warning)
	six("10.0.0.8/31", own, Error)

	return out
}

func healthRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }

	add("HealthCheckTarget", "default", HealthCheckTarget(Unidirectional, ""), None)
	add("HealthCheckTarget", "address", HealthCheckTarget(Unidirectional, "198.51.100.1"), None)
	add("HealthCheckTarget", "bidirectional", HealthCheckTarget(Bidirectional, "198.51.100.1"), Note)
	add("HealthCheckTarget", "typing", HealthCheckTarget(Unidirectional, "198.51."), Partial)
	add("HealthCheckTarget", "legacy", HealthCheckTarget(Bidirectional, "172.64.240.253"), Warning)
	add("HealthCheckTarget", "loopback", HealthCheckTarget(Unidirectional, "127.0.0.1"), Error)
	add("Endpoint", "address", Endpoint("203.0.113.1"), None)
	add("Endpoint", "IPv6", Endpoint("2001:db8::1"), None)
	add("Endpoint", "nothing", Endpoint(""), Partial)
	add("Endpoint", "typing", Endpoint("203.0."), Partial)
	add("Endpoint", "private", Endpoint("10.1.2.3"), Warning)
	add("Endpoint", "loopback", Endpoint("127.0.0.1"), Error)
	add("Endpoint", "a network", Endpoint("203.0.113.0/24"), Error)
	add("HealthCheckTarget", "a name", HealthCheckTarget(Unidirectional, "router"), Error)
	return out
}
