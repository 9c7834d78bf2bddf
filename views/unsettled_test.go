package views_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
	"flarewire/views/kit"
)

// writesDown gives the program a journal.
func (d *desk) writesDown() {
	d.past = journal.New(journal.Options{Path: filepath.Join(d.t.TempDir(), "flarewire", "journal.jsonl"), Now: d.time})
}

// outcome is that of the newest entry.
func (d *desk) outcome() journal.Outcome {
	d.t.Helper()
	for e, err := range d.past.Entries() {
		if err != nil {
			d.t.Fatal(err)
		}
		return e.Outcome
	}
	d.t.Fatal("nothing was written down")
	return ""
}

// A deletion is answered with 524 and carried out a minute later: the page says so, finds it out by itself, and the entry can be
// undone.
func TestADeletionThatIsCarriedOutAfterA524(t *testing.T) {
	d := sit(t, "tunnels", (*desk).writesDown)
	d.Script(func(r simaccount.Request) *simaccount.Fault {
		if !r.Changes() {
			return nil
		}
		return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 524, Later: 4 * time.Minute}
	})
	d.goTo("iad-dc1-gre")
	d.Press("D")
	d.sends()
	d.typesTheName("iad-dc1-gre")
	d.reads(": unknown", "Cloudflare may still be carrying it out", "looks again for 5 minutes, and at each start")
	d.lacks("not done")
	d.passes(time.Minute)
	d.Send(kit.RecheckMsg{}) // the timer
	d.reads("Looked again", "still not known")
	d.passes(4 * time.Minute)
	d.Send(kit.RecheckMsg{})
	d.reads(": done")
	if got := d.outcome(); got != journal.Done {
		t.Errorf("the journal says %q", got)
	}
}

// A program was killed while it sent a deletion. The next one says so in one line, and settles it.
func TestAChangeOfAKilledProgramIsSaidAndSettled(t *testing.T) {
	begin := func(d *desk) {
		d.writesDown()
		o, _ := d.Object(simaccount.GRETunnels, "iad-dc1-gre")
		if _, err := d.past.Begin(journal.Entry{Account: d.Account(), Verb: journal.Delete, Resource: "gre_tunnels", ObjectID: o["id"].(string),
			Name: "iad-dc1-gre", Before: []byte(`{"name":"iad-dc1-gre"}`)}); err != nil {
			d.t.Fatal(err)
		}
	}
	d := sit(t, "tunnels", begin)
	d.reads("1 change, at ", "has an unknown outcome")
	if got := d.outcome(); got != journal.Unknown {
		t.Errorf("too early, the journal says %q", got)
	}
	if err := d.Delete(simaccount.GRETunnels, "iad-dc1-gre"); err != nil {
		t.Fatal(err)
	}
	d.passes(time.Minute)
	d.Send(kit.RecheckMsg{})
	d.Until("the end of the change", func() bool { return d.outcome() == journal.Done })
}

// A deletion whose end nobody knew was carried out: looking again at its entry says so, and from then on it can be undone.
func TestAnUnknownDeletionIsLookedAtAgainAndUndone(t *testing.T) {
	d := sit(t, "tunnels", func(d *desk) {
		d.writesDown()
		o, _ := d.Object(simaccount.GRETunnels, "iad-dc1-gre")
		before, err := json.Marshal(o)
		if err != nil {
			d.t.Fatal(err)
		}
		id, err := d.past.Begin(journal.Entry{Account: d.Account(), Verb: journal.Delete, Resource: "gre_tunnels", ObjectID: o["id"].(string),
			Name: "iad-dc1-gre", Before: before})
		if err == nil {
			err = d.past.End(id, "", journal.Result{Outcome: journal.Unknown, Error: "the answer was lost"})
		}
		if err != nil {
			d.t.Fatal(err)
		}
	})
	d.reads("has an unknown outcome")
	if err := d.Delete(simaccount.GRETunnels, "iad-dc1-gre"); err != nil {
		t.Fatal(err)
	}
	d.passes(time.Minute)
	d.activity()
	d.goTo("iad-dc1-gre")
	d.reads("unknown")
	d.Press("u")
	d.Rest()
	d.lacks("Undo: delete", "POST /accounts/")
	d.Press("L")
	d.Until("the end of the change", func() bool { return d.outcome() == journal.Done })
	d.Until("the entry as it is now", func() bool { return !strings.Contains(d.Screen(), "unknown") })
	d.reads("done", "u undo")
	d.Press("u")
	d.reads("Undo: delete iad-dc1-gre", "POST /accounts/")
	d.passes(2 * time.Second) // how the deletion ended has been read
	d.sends()
	d.Until("the tunnel is back", func() bool { _, there := d.Object(simaccount.GRETunnels, "iad-dc1-gre"); return there })
	d.reads(": done")
}
