package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/internal/store"
)

// What is muted stands last and says why and until when; what got worse, began anew or is another finding is not meant.
func TestWhatIsMutedStandsLastUntilItGetsWorse(t *testing.T) {
	t.Parallel()
	bad := x(api.GRE, "10.1.0.0/31", health(0.6), noBGP) // reduced
	worse := made("z", api.GRE, "10.2.0.5/30", session("Active", api.BGPDown), health(0), upUntil(day, time.Hour))
	risk := made("y", api.IPsec, "172.20.7.8/31", checksOff)
	muting := func(tunnels ...store.Tunnel) []diagnose.Incident { return diagnose.New(an(tunnels...)).Incidents() }
	find := func(all []diagnose.Incident, name string) (diagnose.Incident, int) {
		for i, d := range all {
			if d.Members[0].Name == name {
				return d, i
			}
		}
		t.Fatalf("%s is not in the list", name)
		return diagnose.Incident{}, 0
	}
	outage, _ := find(muting(worse, bad, risk), "z")
	lost, _ := find(muting(worse, bad, risk), "x")
	all := func(now time.Time, m mute.Mute, tunnels ...store.Tunnel) []diagnose.Incident {
		facts := an(tunnels...)
		facts.Now, facts.Mutes = now, []mute.Mute{m}
		return diagnose.New(facts).Incidents()
	}
	until := night.Add(mute.Default)
	for name, c := range map[string]struct {
		now     time.Time
		mute    mute.Mute
		about   string
		tunnels []store.Tunnel
		muted   bool
	}{
		"an outage":        {night, outage.Mute("swap", night, until), "z", []store.Tunnel{worse, bad, risk}, true},
		"its end has come": {until, outage.Mute("swap", night, until), "z", []store.Tunnel{worse, bad, risk}, false},
		"another tunnel":   {night, outage.Mute("swap", night, until), "x", []store.Tunnel{worse, bad, risk}, false},
		"what is reduced":  {night, lost.Mute("swap", night, until), "x", []store.Tunnel{worse, bad, risk}, true},
		"reduced, then dead": {night, lost.Mute("swap", night, until), "x",
			[]store.Tunnel{x(api.GRE, "10.1.0.0/31", health(0), noBGP), risk}, false},
		"it fell once more": {night, outage.Mute("swap", night.Add(-2*time.Hour), until), "z",
			[]store.Tunnel{worse, bad, risk}, false},
	} {
		found := all(c.now, c.mute, c.tunnels...)
		d, at := find(found, c.about)
		if d.IsMuted() != c.muted {
			t.Errorf("%s: muted %v: %s", name, d.IsMuted(), d.Text)
		}
		if c.muted && (at != len(found)-1 || !strings.Contains(d.Text, "Muted until 2026-11-21 03:00 UTC (swap)")) {
			t.Errorf("%s: it stands at %d of %d: %s", name, at, len(found), d.Text)
		}
	}
}
