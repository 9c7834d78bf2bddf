package rules_test

import (
	"slices"
	"strings"
	"testing"

	. "flarewire/internal/rules"
)

// A network with its netmask is understood; what is no netmask stays as it was typed.
func TestNetworksWithANetmask(t *testing.T) {
	for typed, want := range map[string]string{
		"10.20.0.0 255.255.0.0": "10.20.0.0/16", "10.20.0.0/255.255.0.0": "10.20.0.0/16", " 10.20.0.0  255.255.255.254 ": "10.20.0.0/31",
		"10.20.0.5 255.255.255.255": "10.20.0.5/32", "0.0.0.0 0.0.0.0": "0.0.0.0/0", "10.20.0.7 255.255.255.0": "10.20.0.7/24",
		"10.20.0.0 0.0.255.255": "10.20.0.0 0.0.255.255", "10.20.0.0 255.0.255.0": "10.20.0.0 255.0.255.0", "10.20.0.0/16": "10.20.0.0/16",
		"10.20.0.0": "10.20.0.0", "2001:db8:: 255.255.0.0": "2001:db8:: 255.255.0.0", "": "", "x 255.0.0.0": "x 255.0.0.0",
	} {
		if got := PrefixText(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"10.20.1.5/16": "10.20.0.0/16", "10.20.1.5 255.255.0.0": "10.20.0.0/16",
		"10.20.0.0": "10.20.0.0"} {
		if got := NetworkText(typed); got != want {
			t.Errorf("the network of %q is read as %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"10.213.0.1/31": "10.213.0.1", "10.213.0.1": "10.213.0.1",
		"10.213.0.1 255.255.255.254": "10.213.0.1",
		"fra":                        "fra"} {
		if got := AddressText(typed); got != want {
			t.Errorf("the address of %q is read as %q, want %q", typed, got, want)
		}
	}
}

// No beginning of a network with its netmask looks like an error while it is typed.
func TestTypingANetmask(t *testing.T) {
	for _, whole := range []string{"10.20.0.0 255.255.0.0", "10.20.0.0/255.255.255.254", "10.20.0.0 255.255.254.0"} {
		for n := range len(whole) + 1 {
			if f := RoutePrefix(whole[:n]); f.Severity == Error {
				t.Errorf("%q is refused on its way: %s", whole[:n], f.Text)
			}
		}
	}
}

// What no router forwards is refused where it is typed: as an endpoint of either side, next hop, target of probes and of traceroutes,
// and as
// the destination of a route, also with its netmask.
func TestAddressesThatLeadNowhere(t *testing.T) {
	want := func(what string, got Finding, severities ...Severity) {
		t.Helper()
		if !slices.Contains(severities, got.Severity) {
			t.Errorf("%s: %s (%q)", what, severity(got.Severity), got.Text)
		}
	}
	for _, a := range []string{"0.0.0.0", "0.1.2.3", "127.0.0.2", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.254",
		"255.255.255.255", "::", "::1", "ff02::1"} {
		for what, rule := range map[string]func(string) Finding{"Cloudflare's endpoint": CloudflareEndpoint, "next hop": NextHop,
			"endpoint check": Endpoint, "traceroute": TraceTarget,
			"the router's endpoint of GRE":     func(s string) Finding { return CustomerEndpoint(GRE, s) },
			"the router's endpoint of IPsec":   func(s string) Finding { return CustomerEndpoint(IPsec, s) },
			"target of a bidirectional probe":  func(s string) Finding { return HealthCheckTarget(Bidirectional, s) },
			"target of a unidirectional probe": func(s string) Finding { return HealthCheckTarget(Unidirectional, s) },
			"destination of a route to it alone": func(s string) Finding {
				return RoutePrefix(s + map[bool]string{true: "/128", false: "/32"}[strings.Contains(s, ":")])
			},
		} {
			want(what+" "+a, rule(a), Error)
		}
	}
	for _, p := range []string{"127.0.0.0/8", "127.1.0.0/16", "127.0.0.1/32", "224.0.0.0/4", "224.1.0.0/16", "239.0.0.0/8", "240.0.0.0/4",
		"240.1.1.0/24", "255.255.255.255/32", "224.0.0.0/3", "0.0.0.0/8", "169.254.0.0/16", "::1/128", "ff00::/8", "ff02::/16", "fe80::/10",
		"fe80::/64"} {
		want("route into "+p, RoutePrefix(p), Error)
	}
	for _, p := range []string{"0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "192.0.0.0/2", "126.0.0.0/7", "10.0.0.0/8", "198.18.0.0/15",
		"8000::/1"} {
		want("route to "+p, RoutePrefix(p), None)
	}
	for _, p := range []string{"127.0.0.0 255.0.0.0", "224.0.0.0/240.0.0.0"} { // read when the field is left, and refused then
		want("route into "+p, RoutePrefix(NetworkText(p)), Error)
	}
	for _, private := range []string{"10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1", "fd00::1", "fe80::1"} {
		want("unidirectional probe of "+private, HealthCheckTarget(Unidirectional, private), Warning)
	}
	for _, inside := range []string{"fe80::/127", "fe80::2/127", "ff00::/127", "::/127"} {
		want("inside "+inside, InterfaceAddress6(inside, pfx("2001:db8::/64")), Error)
	}
	for _, kept := range []string{"10.213.0.1/31", "10.213.0.1 255.255.255.254"} { // meant well: it says what is meant, and is read so
		want("next hop "+kept, NextHop(kept), Partial)
		want("next hop "+kept+", read", NextHop(AddressText(kept)), None)
	}
}

// What is proposed for a device is what its side answers: routers drop probes with their own source address.
func TestTheHealthCheckOfADevice(t *testing.T) {
	for device, want := range map[CustomerDevice]string{"": TypeRequest, AWS: TypeRequest,
		Azure: TypeReply, Google: TypeReply, "anything": TypeRequest} {
		for _, product := range []Product{MagicTransit, CloudflareWAN} {
			got := DeviceHealthCheck(device, product)
			usual := DefaultHealthCheck(product)
			usual.Type = want
			if got != usual {
				t.Errorf("%q, %v: %+v, want %+v", device, product, got, usual)
			}
		}
	}
}

// What comes along when an address is copied from a page is not seen, and does not count.
func TestCharactersThatNobodySeesDoNotCount(t *testing.T) {
	for _, unseen := range []string{"\u200b", "\ufeff", "\u2060", "\u00a0", "\u200d "} {
		if got := NetworkText(unseen + "10.20.1.5/16" + unseen); got != "10.20.0.0/16" {
			t.Errorf("%q: the network is %q", unseen, got)
		}
		if got := AddressText("203.0.113.1" + unseen); got != "203.0.113.1" {
			t.Errorf("%q: the address is %q", unseen, got)
		}
	}
}
