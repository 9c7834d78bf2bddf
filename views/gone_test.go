package views_test

import (
	"path/filepath"
	"testing"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// A tunnel is deleted from another window of this machine while its page is open: the page says when it was last seen, since when it is
// gone, and who did it.
func TestThePageOfADeletedTunnelSaysHowItEnded(t *testing.T) {
	past := journal.New(journal.Options{Path: filepath.Join(t.TempDir(), "journal"),
		Now: func() time.Time { return time.Date(2026, 3, 1, 12, 2, 0, 0, time.UTC) }})
	d := sit(t, "tunnels", func(d *desk) { d.past = past })
	d.env.Feed.SetChangeSource(func(since time.Time) []diagnose.Change { return diagnose.Changes(past.Entries(), d.Account(), since) })
	d.narrow()
	d.goTo("syd-br1-ipsec")
	id := d.idOf(simaccount.IPsecTunnels, "syd-br1-ipsec")
	d.Press("enter")
	d.reads("syd-br1-ipsec", "BGP session")
	entry, err := past.Begin(journal.Entry{Account: d.Account(), Verb: journal.Delete, Resource: "ipsec_tunnels", ObjectID: id,
		Name: "syd-br1-ipsec"})
	if err == nil {
		err = past.End(entry, "", journal.Result{Outcome: journal.Done})
	}
	if err == nil {
		err = d.Delete(simaccount.IPsecTunnels, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.passes(3 * time.Minute)
	d.Do(d.env.Feed.Refresh())
	d.Rest()
	d.reads("no longer on the account", "Last seen", "Gone since", "Deleted", "from this machine")
}
