package rules_test

import (
	"net/netip"
	"slices"
	"testing"

	. "flarewire/internal/rules"
)

func TestSidesTellsWhoseAddressIsWhose(t *testing.T) {
	for _, c := range []struct {
		interfaceAddress, cloudflare, customer string
	}{
		{"10.100.0.8/31", "10.100.0.8", "10.100.0.9"},
		{"10.100.0.9/31", "10.100.0.9", "10.100.0.8"},
		{"10.100.0.9/30", "10.100.0.9", "10.100.0.10"},
		{"10.100.0.10/30", "10.100.0.10", "10.100.0.9"},
		{"2001:db8::200/127", "2001:db8::200", "2001:db8::201"},
	} {
		cloudflare, customer, ok := Sides(pfx(c.interfaceAddress))
		if !ok || cloudflare != ip(c.cloudflare) || customer != ip(c.customer) {
			t.Errorf("%s: got %v %v %v, want Cloudflare %s and customer %s", c.interfaceAddress, cloudflare, customer, ok, c.cloudflare, c.customer)
		}
	}
	// The documents do not say who has which of the other addresses of a /29.
	cloudflare, customer, ok := Sides(pfx("10.100.0.3/29"))
	if !ok || cloudflare != ip("10.100.0.3") || customer.IsValid() {
		t.Errorf("/29: got %v %v %v, want the .3 host and no customer address", cloudflare, customer, ok)
	}
	for _, bad := range []string{"10.100.0.8/30", "10.100.0.11/30", "10.100.0.4/29", "10.100.0.8/32", "10.0.0.0/8", "2001:db8::1/126",
		"2001:db8::3/125"} {
		if _, _, ok := Sides(pfx(bad)); ok {
			t.Errorf("%s has no two sides", bad)
		}
	}
	if _, _, ok := Sides(netip.Prefix{}); ok {
		t.Error("the zero prefix has no two sides")
	}
}

func TestNextFree31(t *testing.T) {
	for _, c := range []struct {
		name, pool string
		used       []string
		want       string // empty when none is free
	}{
		{"an empty pool", "10.100.0.0/24", nil, "10.100.0.0/31"},
		{"after the first", "10.100.0.0/24", []string{"10.100.0.0/31"}, "10.100.0.2/31"},
		{"the customer's address is configured", "10.100.0.0/24", []string{"10.100.0.1/31"}, "10.100.0.2/31"},
		{"a gap", "10.100.0.0/24", []string{"10.100.0.4/31", "10.100.0.0/31"}, "10.100.0.2/31"},
		{"behind a /30", "10.100.0.0/24", []string{"10.100.0.1/30"}, "10.100.0.4/31"},
		{"behind a single address", "10.100.0.0/24", []string{"10.100.0.0/32"}, "10.100.0.2/31"},
		{"networks in one another", "10.100.0.0/24", []string{"10.100.0.0/28", "10.100.0.2/31"}, "10.100.0.16/31"},
		{"others elsewhere", "10.100.0.0/24", []string{"192.168.0.0/31", "2001:db8::/127"}, "10.100.0.0/31"},
		{"a pool written with host bits", "10.100.0.77/24", []string{"10.100.0.0/31"}, "10.100.0.2/31"},
		{"a full pool", "10.100.0.0/30", []string{"10.100.0.0/31", "10.100.0.2/31"}, ""},
		{"all covered", "10.100.0.0/24", []string{"10.0.0.0/8"}, ""},
		{"the end of the address space", "255.255.255.252/30", []string{"255.255.255.252/31"}, "255.255.255.254/31"},
		{"full to the end", "255.255.255.252/30", []string{"255.255.255.252/30"}, ""},
		{"a single address", "10.100.0.0/32", nil, ""},
		{"IPv6", "2001:db8::/64", nil, ""},
	} {
		got, ok := NextFree31(pfx(c.pool), nets(c.used...))
		if ok != (c.want != "") || ok && got != pfx(c.want) {
			t.Errorf("%s: got %v %v, want %q", c.name, got, ok, c.want)
		}
	}
}

func TestNextFree31FillsAPoolToTheLast(t *testing.T) {
	pool, used := pfx("10.100.0.0/24"), []netip.Prefix{pfx("10.100.0.9/30")}
	for {
		free, ok := NextFree31(pool, used)
		if !ok {
			break
		}
		if slices.ContainsFunc(used, free.Overlaps) {
			t.Fatalf("%v is in use", free)
		}
		if f := InterfaceAddress(free.String()); !f.IsZero() {
			t.Fatalf("%v is proposed and then refused: %s", free, f.Text)
		}
		used = append(used, free)
	}
	if len(used) != 1+126 {
		t.Errorf("found %d subnets, want 126", len(used)-1)
	}
}

func BenchmarkNextFree31(b *testing.B) {
	pool := pfx("10.0.0.0/8")
	var used []netip.Prefix
	for addr := pool.Addr(); len(used) < 5000; addr = addr.Next().Next() {
		used = append(used, netip.PrefixFrom(addr, 31))
	}
	for b.Loop() {
		if _, ok := NextFree31(pool, used); !ok {
			b.Fatal("the pool is not full")
		}
	}
}

func TestInterfaceRanges(t *testing.T) {
	for _, r := range InterfaceRanges() {
		if first := netip.PrefixFrom(r.Addr(), 31).String(); !InterfaceAddress(first).IsZero() {
			t.Errorf("%s is in %v and refused", first, r)
		}
	}
	if LegacyHealthRange() != pfx("172.64.240.252/30") {
		t.Errorf("the old health check range is %v", LegacyHealthRange())
	}
}
