package rules_test

import (
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

// What no router forwards is refused where it is typed.
func TestAddressesThatLeadNowhere(t *testing.T) {
	for what, got := range map[string]Finding{
		"Cloudflare at 240.0.0.1": CloudflareEndpoint("240.0.0.1"), "Cloudflare at broadcast": CloudflareEndpoint("255.255.255.255"),
		"router at 240.0.0.1": CustomerEndpoint(GRE, "240.0.0.1"), "router at broadcast": CustomerEndpoint(IPsec, "255.255.255.255"),
		"hop at 240.0.0.1": NextHop("240.0.0.1"), "probe at 240.0.0.1": HealthCheckTarget(Unidirectional, "240.0.0.1"),
		"route into loopback": RoutePrefix("127.0.0.0/8"), "route into a part of it": RoutePrefix("127.1.0.0/16"),
		"route into multicast": RoutePrefix("224.0.0.0/4"), "route into 240/4": RoutePrefix("240.0.0.0/4"),
		"route into ::1":            RoutePrefix("::1/128"),
		"route into IPv6 multicast": RoutePrefix("ff00::/8"), "link-local inside": InterfaceAddress6("fe80::/127", pfx("2001:db8::/64")),
	} {
		if got.Severity != Error {
			t.Errorf("%s: %s (%q), want an error", what, severity(got.Severity), got.Text)
		}
	}
	if f := HealthCheckTarget(Unidirectional, "10.0.0.1"); f.Severity != Warning {
		t.Errorf("a private target of a unidirectional probe: %s", severity(f.Severity))
	}
	for _, fine := range []string{"0.0.0.0/0", "::/0", "10.0.0.0/8", "198.18.0.0/15"} {
		if f := RoutePrefix(fine); f.Blocks() {
			t.Errorf("%s is refused: %s", fine, f.Text)
		}
	}
}

// What is proposed for a device is what its side answers: routers drop probes with their own source address.
func TestTheHealthCheckOfADevice(t *testing.T) {
	for device, want := range map[Device]string{"": TypeRequest, AWS: TypeRequest,
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
