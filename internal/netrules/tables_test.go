package netrules_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "flarewire/internal/netrules"
)

func TestASNKind(t *testing.T) {
	for asn, want := range map[uint32]string{
		0: "reserved", 1: "public", 13335: "public", 23456: "reserved", 64495: "public", 64496: "documentation", 64511: "documentation",
		64512: "private", 65534: "private", 65535: "reserved", 65536: "documentation", 65551: "documentation", 65552: "public",
		4199999999: "public", 4200000000: "private", 4294967294: "private", 4294967295: "reserved",
	} {
		if got := ASNKind(asn).String(); got != want {
			t.Errorf("AS %d is %s, want %s", asn, got, want)
		}
	}
}

func TestParseASN(t *testing.T) {
	for text, want := range map[string]uint32{"65010": 65010, "AS65010": 65010, "as1": 1, "1.10": 65546, "0.65526": 65526, "65535.65535": 4294967295} {
		if got, err := ParseASN(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "AS", "1.", ".1", "1.65536", "4294967296", "-1", "65 010"} {
		if got, err := ParseASN(text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestBGPRoutePriority(t *testing.T) {
	for _, c := range []struct {
		name        string
		communities []Community
		prepends    int
		want        int
	}{
		{"nothing set", nil, 0, 100},
		{"two prepends", nil, 2, 120},
		{"150 and two prepends", []Community{60150}, 2, 170},
		{"the lowest wins", []Community{60200, 60010, 60902}, 0, 10},
		{"worse than the default", []Community{60901}, 0, 501000},
		{"an unknown one", []Community{1}, 0, 100},
		{"as good as down", []Community{60902}, 0, 1001000},
		{"preferred", []Community{60050}, 0, 50},
	} {
		if got := BGPRoutePriority(c.communities, c.prepends); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestRouteRegionGaps(t *testing.T) {
	a, b, c := pfx("10.1.0.0/16"), pfx("10.2.0.0/16"), pfx("10.3.0.0/16")
	got := RouteRegionGaps([]Route{
		{Prefix: c, Colos: []string{"den01"}},
		{Prefix: a, Regions: []string{"WEUR", "EEUR"}},
		{Prefix: pfx("10.1.7.7/16"), Regions: []string{"AFR", "APAC", "ENAM", "ME", "OC"}}, // the same network
		{Prefix: b, Regions: []string{"WEUR"}},
		{Prefix: b},
	})
	want := []RegionGap{{a, []string{"SAM", "WNAM"}}, {c, Regions()}}
	samePrefix := cmp.Comparer(func(x, y netip.Prefix) bool { return x == y })
	if diff := cmp.Diff(want, got, samePrefix); diff != "" {
		t.Error(diff)
	}
}

func TestRegionNames(t *testing.T) {
	for _, code := range Regions() {
		if RegionName(code) == code || !Region(code).OK() {
			t.Errorf("%s has no name or is refused", code)
		}
	}
	if RegionName("MOON") != "MOON" {
		t.Error("an unknown region is shown by its code")
	}
	if !slices.IsSorted(Regions()) {
		t.Error("the regions are sorted")
	}
}

func TestTheSafeIKESetIsPartOfBothPhases(t *testing.T) {
	safe := IKESafe()
	for _, phase := range []IKEParameters{IKEPhase1(), IKEPhase2()} {
		for _, e := range safe.Encryption {
			if !slices.Contains(phase.Encryption, e) {
				t.Errorf("%s is not in %v", e, phase.Encryption)
			}
		}
		if !slices.Contains(phase.Integrity, safe.Integrity[0]) {
			t.Errorf("%s is not in %v", safe.Integrity[0], phase.Integrity)
		}
		for _, g := range safe.DHGroups {
			if !slices.Contains(phase.DHGroups, g) {
				t.Errorf("group %d is not in %v", g, phase.DHGroups)
			}
		}
		if safe.MinLifetimeMinutes < phase.MinLifetimeMinutes || safe.MaxLifetimeMinutes > phase.MaxLifetimeMinutes {
			t.Errorf("the safe lifetime is outside %d to %d minutes", phase.MinLifetimeMinutes, phase.MaxLifetimeMinutes)
		}
	}
	if !slices.Contains(IKEPhase1().PRF, safe.PRF[0]) {
		t.Errorf("%s is not in %v", safe.PRF[0], IKEPhase1().PRF)
	}
}

func TestServiceOf(t *testing.T) {
	for name, want := range map[string]Service{
		"Magic Transit": ServiceMagicTransit, "CDN": ServiceCDN, "Spectrum": ServiceSpectrum, "Something new": ServiceOther,
	} {
		if got := ServiceOf(name); got != want {
			t.Errorf("%s is %v", name, got)
		}
		if want != ServiceOther && want.String() != name {
			t.Errorf("%s is written %s", name, want)
		}
	}
	if ServiceOther.String() == "" || GRE.String() == "" || Kind(0).String() == "" {
		t.Error("everything has a name to show")
	}
}
