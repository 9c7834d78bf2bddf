package rules_test

import (
	"net/netip"
	"testing"

	. "flarewire/internal/rules"
)

// Who types a good value must not see an error on the way to it.
func TestTypingAGoodValueNeverShowsAnError(t *testing.T) {
	parent := pfx("203.0.112.0/23")
	fields := []struct {
		name  string
		check func(string) Finding
		good  []string
	}{
		{"TunnelName", func(s string) Finding { return TunnelName(GRE, s) }, []string{"GRE_1", "CF_WAN_TUN_01"}},
		{"CloudflareEndpoint", CloudflareEndpoint, []string{"162.159.64.41"}},
		{"CustomerEndpoint", func(s string) Finding { return CustomerEndpoint(GRE, s) }, []string{"198.51.100.200"}},
		{"InterfaceAddress", InterfaceAddress, []string{"10.100.0.8/31", "172.16.255.254/31", "192.168.0.9/30", "169.254.240.10/30"}},
		{"InterconnectAddress", func(s string) Finding { return InterconnectAddress(Version15, true, s) }, []string{"10.100.0.3/29"}},
		{"InterfaceAddress6", func(s string) Finding { return InterfaceAddress6(s, netip.Prefix{}) },
			[]string{"2606:54c1:7:0:a9fe:12d2:1:200/127", "2001:db8::200/127", "fd00::/127", "::2/127"}},
		{"MTU", func(s string) Finding { return MTU(GRE, s) }, []string{"1476", "576", "1400", "1024", "900"}},
		{"CNIMTU", CNIMTU, []string{"1500", "1476"}},
		{"TTL", func(s string) Finding { return TTL(GRE, s) }, []string{"64", "255"}},
		{"CustomerASN", func(s string) Finding { return CustomerASN(s, CloudflareASN) }, []string{"65010", "4199999999", "AS64512", "1.1000"}},
		{"MD5Key", MD5Key, []string{"correct-horse/battery"}},
		{"PSK", PSK, []string{"Q7mZx2LkVt9RbNc4HsWd8FyJp3GaTe6U"}},
		{"CustomFQDN", func(s string) Finding { return CustomFQDN(s, "") }, []string{"office-1.123456.custom.ipsec.cloudflare.com"}},
		{"RoutePrefix", RoutePrefix, []string{"10.20.0.0/16", "2001:db8::/48", "::/0"}},
		{"NextHop", NextHop, []string{"10.100.0.9", "2001:db8:1:2:3:4:5:6"}},
		{"Priority", Priority, []string{"100", "-5"}},
		{"Weight", Weight, []string{"256"}},
		{"Region", Region, []string{"WEUR", "APAC"}},
		{"Colo", Colo, []string{"den01"}},
		{"Bandwidth", Bandwidth, []string{"500M", "50G"}},
		{"OnboardPrefix", OnboardPrefix, []string{"203.0.113.0/24", "2001:db8::/48"}},
		{"BGPPrefix", func(s string) Finding { return BGPPrefix(s, parent) }, []string{"203.0.112.0/23"}},
		{"BindingCIDR", func(s string) Finding { return BindingCIDR(s, parent, nil) }, []string{"203.0.112.0/23"}},
		{"AccountID", AccountID, []string{"023e105f4ecef8ad9ca31a8372d0c353"}},
		{"UUID", UUID, []string{"182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"}},
		{"FilterName", FilterName, []string{"on-prem imports"}},
		{"FilterTarget", FilterTarget, []string{"10.0.0.0/8", "10.0.0.0/8+", "10.0.0.0/8{24}", "10.0.0.0/8{8,32}", "2001:db8::/32{32,48}"}},
		{"Endpoint", Endpoint, []string{"203.0.113.1", "2001:db8::1"}},
		{"HealthCheckTarget", func(s string) Finding { return HealthCheckTarget(Bidirectional, s) }, []string{"198.51.100.1"}},
	}
	for _, field := range fields {
		for _, good := range field.good {
			if f := field.check(good); f.Blocks() {
				t.Errorf("%s %q is good, got %s: %s", field.name, good, severity(f.Severity), f.Text)
			}
			for n := range len(good) {
				if f := field.check(good[:n]); f.Severity == Error {
					t.Errorf("%s: typing %q showed an error at %q: %s", field.name, good, good[:n], f.Text)
				}
			}
		}
	}
}
