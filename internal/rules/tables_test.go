package rules_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "flarewire/internal/rules"
)

func TestASNKind(t *testing.T) {
	for asn, want := range map[uint32]ASNClass{
		0: ASNReserved, 1: ASNPublic, 13335: ASNPublic, 23456: ASNReserved, 64495: ASNPublic, 64496: ASNDocumentation, 64511: ASNDocumentation,
		64512: ASNPrivate, 65534: ASNPrivate, 65535: ASNReserved, 65536: ASNDocumentation, 65551: ASNDocumentation, 65552: ASNPublic,
		4199999999: ASNPublic, 4200000000: ASNPrivate, 4294967294: ASNPrivate, 4294967295: ASNReserved,
	} {
		if got := ASNClassOf(asn); got != want {
			t.Errorf("AS %d is of class %d, want %d", asn, got, want)
		}
	}
}

func TestParseASN(t *testing.T) {
	for text, want := range map[string]uint32{"65010": 65010, "AS65010": 65010, "as1": 1, "1.10": 65546, "0.65526": 65526,
		"65535.65535": 4294967295} {
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

func TestTheSafeIKESetIsPartOfPhaseTwo(t *testing.T) {
	safe := IKESafe()
	phase := IKEPhase2()
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
	if ServiceOther.String() == "" || GRE.String() == "" || OnRamp(0).String() == "" {
		t.Error("everything has a name to show")
	}
}
