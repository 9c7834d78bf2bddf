package tui_test

import (
	"testing"

	"flarewire/tui"
)

func TestOneOfAThingIsNotSeveral(t *testing.T) {
	for plural, one := range map[string]string{"tunnels": "1 tunnel", "prefixes": "1 prefix", "alert policies": "1 alert policy",
		"leased addresses": "1 leased address", "services": "1 service", "BGP prefixes": "1 BGP prefix", "changes": "1 change", "CNI": "1 CNI",
		"leases": "1 lease"} {
		if got := tui.Count(1, plural); got != one {
			t.Errorf("%q, want %q", got, one)
		}
		for _, n := range []int{0, 2, 14} {
			if got, want := tui.Noun(n, plural), plural; got != want {
				t.Errorf("%d %q, want %q", n, got, want)
			}
		}
	}
}
