package rules_test

import (
	"fmt"
	"net/netip"
	"testing"

	. "flarewire/internal/rules"
)

// Each field rule must survive any text, and accept only what the standard parser can read.
func FuzzAddressFields(f *testing.F) {
	for _, s := range []string{"", "10.100.0.8/31", "10.0.0.", "::/127", "2001:db8::1/127", "1.2.3.4/3", "fe80::1%a", "::ffff:1.2.3.4/31",
		"/"} {
		f.Add(s)
	}
	parent := pfx("203.0.113.0/24")
	f.Fuzz(func(t *testing.T, s string) {
		_, addrErr := netip.ParseAddr(s)
		for name, got := range map[string]Finding{
			"CloudflareEndpoint": CloudflareEndpoint(s), "CustomerEndpoint": CustomerEndpoint(GRE, s), "NextHop": NextHop(s),
		} {
			if !got.Blocks() && addrErr != nil {
				t.Errorf("%s took %q", name, s)
			}
		}
		p, prefixErr := netip.ParsePrefix(s)
		for name, got := range map[string]Finding{
			"InterfaceAddress": InterfaceAddress(s), "InterconnectAddress": InterconnectAddress(Version15, true, s),
			"ExtraPrefix": ExtraPrefix(s), "RoutePrefix": RoutePrefix(s),
			"OnboardPrefix": OnboardPrefix(s), "BGPPrefix": BGPPrefix(s, parent), "Delegation": Delegation(s, parent),
			"BindingCIDR": BindingCIDR(s, parent, nil),
		} {
			if !got.Blocks() && prefixErr != nil {
				t.Errorf("%s took %q", name, s)
			}
		}
		InterfaceAddress6(s, netip.Prefix{})
		if !InterfaceAddress(s).Blocks() {
			if _, _, ok := Sides(p); !ok {
				t.Errorf("InterfaceAddress took %q, which has no sides", s)
			}
		}
	})
}

// The beginning of every address is unfinished, never wrong.
func FuzzUnfinishedAddress(f *testing.F) {
	f.Add([]byte{10, 0, 0, 8}, uint8(3))
	f.Add([]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, uint8(7))
	f.Fuzz(func(t *testing.T, raw []byte, cut uint8) {
		addr, ok := netip.AddrFromSlice(raw)
		if !ok || addr.Is4In6() {
			return
		}
		text := addr.String()
		text = text[:int(cut)%len(text)]
		if got := RoutePrefix(text); got.Severity != Partial {
			t.Errorf("%q on the way to %v: %s %s", text, addr, severity(got.Severity), got.Text)
		}
	})
}

// The customer's side seen from the customer is Cloudflare's side.
func FuzzSides(f *testing.F) {
	f.Add([]byte{10, 100, 0, 8}, 31)
	f.Add([]byte{10, 100, 0, 9}, 30)
	f.Add([]byte{255, 255, 255, 255}, 29)
	f.Fuzz(func(t *testing.T, raw []byte, bits int) {
		addr, _ := netip.AddrFromSlice(raw)
		p := netip.PrefixFrom(addr, bits)
		cloudflare, customer, ok := Sides(p)
		if !ok {
			return
		}
		if cloudflare != addr {
			t.Fatalf("%v: Cloudflare's side is %v", p, cloudflare)
		}
		if !customer.IsValid() && addr.BitLen()-bits == 3 {
			return // a /29: nobody says who has the other addresses
		}
		if !p.Contains(customer) || customer == cloudflare {
			t.Fatalf("%v: the customer's side is %v", p, customer)
		}
		back, forth, ok := Sides(netip.PrefixFrom(customer, bits))
		if !ok || back != customer || forth != cloudflare {
			t.Errorf("%v: the inverse gives %v %v %v", p, back, forth, ok)
		}
	})
}

// What ParseASN reads comes back from the number in both notations.
func FuzzParseASN(f *testing.F) {
	for _, s := range []string{"65010", "AS65010", "1.10", "0.65535", "4294967296", "1.", ".", "as", "-1", "+1.2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		finding := CustomerASN(s, CloudflareASN)
		asn, err := ParseASN(s)
		if err != nil {
			if !finding.Blocks() {
				t.Errorf("CustomerASN took %q, ParseASN did not", s)
			}
			return
		}
		for _, text := range []string{fmt.Sprint(asn), fmt.Sprintf("%d.%d", asn>>16, asn&0xffff), fmt.Sprintf("AS%d", asn)} {
			if again, err := ParseASN(text); err != nil || again != asn {
				t.Errorf("%q is %d, %q is %d (%v)", s, asn, text, again, err)
			}
		}
		if ASNClassOf(asn) == ASNReserved && !finding.Blocks() {
			t.Errorf("%q is reserved and was taken", s)
		}
	})
}

// The remaining text fields survive anything.
func FuzzTextFields(f *testing.F) {
	for _, s := range []string{"", "GRE_1", "two words", "\xff", "office.1.custom.ipsec.cloudflare.com", "1476", "den01", "WEUR", "\\\"?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []Finding{
			TunnelName(GRE, s), TunnelName(IPsec, s), MTU(GRE, s), TTL(GRE, s), CNIMTU(s), MD5Key(s), PSK(s), CustomFQDN(s, "1"),
			Priority(s), Weight(s), Region(s), Colo(s), Bandwidth(s), PairingKey(s), AccountID(s), UUID(s),
			CloudflareSideASN(s, true), PrefixASN(s),
		} {
			if got.Severity != None && (got.Text == "" || got.Source == "") {
				t.Errorf("%q: %+v says nothing", s, got)
			}
		}
	})
}
