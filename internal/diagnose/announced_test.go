package diagnose_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// update is an UPDATE of the record.
func update(ago time.Duration, direction string, announced ...string) api.BGPEvent {
	e := event(ago, direction, api.UpdateMessage, api.BGPEventData{})
	for _, text := range announced {
		e.Data.Announced = append(e.Data.Announced, netip.MustParsePrefix(text))
	}
	return e
}

// What the router announced is known of the record only, and never as complete: the tunnel's page and where say since when it was seen.
func TestWhatWasAnnouncedIsSeenSinceAndNotComplete(t *testing.T) {
	f := recorded(down(api.GRE, "Idle", overTCP), update(time.Hour, api.ToCloudflare, "10.61.0.0/16", "10.61.8.0/22"),
		update(30*time.Minute, api.ToCloudflare, "10.61.8.0/22"), update(time.Hour, api.FromCloudflare, "10.99.0.0/16"), fell(fellAgo))
	prefixes, since := diagnose.Announced(f.Records["id-x"])
	if len(prefixes) != 2 || prefixes[0].String() != "10.61.0.0/16" || prefixes[1].String() != "10.61.8.0/22" ||
		!since.Equal(night.Add(-2*time.Hour)) {
		t.Errorf("%v since %s", prefixes, since)
	}
	table := diagnose.New(f).Table()
	said := table.Where(asked("10.61.9.1")).SaysAnnounced()
	if len(said) != 2 || said[0] != "10.61.8.0/22 was announced over x at 02:30:00 UTC (Cloudflare's log, seen since 01:00:00 UTC; not "+
		"complete, withdrawals are not reported); the session is not up now." || !strings.HasPrefix(said[1], "10.61.0.0/16 was announced") {
		t.Errorf("%q", said)
	}
	for _, elsewhere := range []string{"10.62.0.1", "10.99.0.1"} { // what Cloudflare announced to the router is no way to the router
		if said := table.Where(asked(elsewhere)).SaysAnnounced(); len(said) != 0 {
			t.Errorf("%s: %q", elsewhere, said)
		}
	}
	f.Tunnels[0].State = store.Up
	if said := diagnose.New(f).Table().Where(asked("10.61.0.0/16")).SaysAnnounced(); len(said) != 2 ||
		strings.Contains(said[0], "not up") {
		t.Errorf("the session is up again: %q", said)
	}
	known := strings.Join(table.Where(asked("10.61.9.1")).NotKnown, " ")
	if !strings.Contains(known, "BGP-learned routes: the API does not show them") {
		t.Errorf("it is taken for complete: %s", known)
	}
}
