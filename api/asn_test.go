package api

import "testing"

// An AS number that is absent, or cannot be read, is never a zero.
func TestAnUnreadASNumberIsNoZero(t *testing.T) {
	for want, bgp := range map[string]*BGP{"-": nil, "?": {}, "4200000000": {CustomerASN: 4200000000}} {
		if got := bgp.ASNText(); got != want {
			t.Errorf("%+v: %q, want %q", bgp, got, want)
		}
	}
}
