package change_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// replacement plans a new AS number and key for a tunnel that has a key.
func replacement(t *testing.T, d *desk) (change.Plan, api.GRETunnel) {
	t.Helper()
	if err := d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre",
		func(o simaccount.Object) { o["bgp"].(simaccount.Object)["md5_key"] = canary }); err != nil {
		t.Fatal(err)
	}
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.BGP = &api.BGP{CustomerASN: 65001, ExtraPrefixes: opened.BGP.ExtraPrefixes, MD5Key: "another key"}
	return planned(t)(change.PrepareReplaceGRE(t.Context(), d.writer, opened, wanted, nil)), opened
}

func nameInUse() *simaccount.Fault {
	return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400,
		Body: `{"success":false,"errors":[{"code":1022,"message":"name is in use"}]}`}
}

func TestAReplacementIsFinishedWhateverCannotBeReadMeanwhile(t *testing.T) {
	d := sit(t)
	p, opened := replacement(t, d)
	if p.Keep.Reveal() != canary {
		t.Error("the key that goes is not offered for keeping")
	}
	var deleted time.Time
	d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
		switch {
		case r.Method == http.MethodDelete:
			deleted = r.Time
		case !deleted.IsZero() && r.Method == http.MethodGet && r.Time.Sub(deleted) < 20*time.Second:
			return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503}
		}
		return nil
	})
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if r.ID == opened.ID || d.stored(simaccount.GRETunnels, "fra-dc1-gre", "bgp.customer_asn") != int64(65001) {
		t.Errorf("result %+v", r)
	}
}

func TestNothingIsReadBetweenTheDeletionAndTheCreation(t *testing.T) {
	d := sit(t)
	p, _ := replacement(t, d)
	lists := 0
	d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Method == http.MethodDelete {
			lists = 0
		}
		if strings.HasSuffix(r.Path, "/gre_tunnels") && r.Method == http.MethodGet {
			lists++
		}
		if r.Method == http.MethodPost && lists > 0 {
			t.Errorf("the list was read %d times first", lists)
		}
		return nil
	})
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
}

// The deletion takes effect late at the place that checks names, or there is no connection for a while: both are refusals that may pass.
func TestACertainRefusalOfTheCreationIsTriedAgainAndNoted(t *testing.T) {
	for name, refuse := range map[string]func(*desk){
		"name in use": func(d *desk) {
			n := 0
			d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
				if r.Method != http.MethodPost || r.IsDryRun() {
					return nil
				}
				if n++; n > 2 {
					return nil
				}
				return nameInUse()
			})
		},
		"no connection": func(d *desk) {
			n := 0
			d.refuse = func(r *http.Request) error {
				if r.Method != http.MethodPost {
					return nil
				}
				if n++; n > 2 {
					return nil
				}
				return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			p, _ := replacement(t, d)
			refuse(d)
			wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
			var outcomes []string
			for _, e := range d.entries() {
				outcomes = append(outcomes, string(e.Verb)+" "+string(e.Outcome))
			}
			if got := strings.Join(outcomes, ", "); got != "create done, create not done, create not done, delete done" {
				t.Errorf("the journal says %s", got)
			}
		})
	}
}

// A creation whose outcome is not known is looked for, and never sent again.
func TestAnUnknownCreationOfAReplacementIsLookedFor(t *testing.T) {
	for _, carriedOut := range []bool{true, false} {
		t.Run(fmt.Sprint(carriedOut), func(t *testing.T) {
			d := sit(t)
			p, _ := replacement(t, d)
			d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
				if r.Method != http.MethodPost || r.IsDryRun() {
					return nil
				}
				f := &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 524}
				if carriedOut {
					f.Later = time.Minute
				}
				return f
			})
			r := d.writer.Apply(t.Context(), p)
			wantOutcome(t, r, journal.Unknown)
			d.sim.Script(nil)
			_ = d.sleep(t.Context(), 6*time.Minute)
			open, err := d.writer.Unsettled()
			if err != nil || len(open) != 1 || len(d.writes()) != 2 || strings.Contains(r.Text, "not done") {
				t.Fatalf("%d open, %v, sent %d, %s", len(open), err, len(d.writes()), r.Text)
			}
			found := r.Found(p, open[0], d.writer.Recheck(t.Context(), open[0]))
			if carriedOut {
				wantOutcome(t, found, journal.Done)
				return
			}
			wantOutcome(t, found, journal.Partly)
			again := planned(t)(found.Finish(t.Context(), d.writer))
			wantOutcome(t, d.writer.Apply(t.Context(), again), journal.Done)
			if d.stored(simaccount.GRETunnels, "fra-dc1-gre", "bgp.md5_key") != "another key" {
				t.Error("the new tunnel has not the key that was wanted")
			}
		})
	}
}

// Whatever is cut off, at every request of a replacement: what is said is true, and there is a way back.
func TestAReplacementThatIsCutOffAtEveryRequest(t *testing.T) {
	ends := map[string]simaccount.Fault{
		"lost before": {Kind: simaccount.FaultReset},
		"lost after":  {Kind: simaccount.FaultReset, CarriedOut: true},
		"500":         {Kind: simaccount.FaultStatus, Status: 500},
		"524, later":  {Kind: simaccount.FaultStatus, Status: 524, Later: 50 * time.Second},
		"null":        {Kind: simaccount.FaultNull, CarriedOut: true},
		"another id":  {Kind: simaccount.FaultOtherID},
		"400":         *nameInUse(),
	}
	for name, f := range ends {
		for n := 0; n < 12; n++ {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				d := sit(t)
				p, opened := replacement(t, d)
				seen := 0
				d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
					if seen++; seen <= n { // and everything after it
						return nil
					}
					return &f
				})
				r := d.writer.Apply(t.Context(), p)
				d.sim.Script(nil)
				told(t, d, r, opened)
			})
		}
	}
}

// told checks what is said of a replacement, that nothing was made twice, and that the old tunnel can be had back.
func told(t *testing.T, d *desk, r change.Result, opened api.GRETunnel) {
	t.Helper()
	tunnels := func() (old, renewed int) {
		for _, o := range d.sim.Objects(simaccount.GRETunnels) {
			switch {
			case o["id"] == opened.ID:
				old++
			case o["name"] == opened.Name:
				renewed++
			}
		}
		return old, renewed
	}
	old, renewed := tunnels()
	switch {
	case r.Outcome == journal.Done && renewed != 1, r.Outcome == journal.NotDone && old != 1, renewed > 1,
		old == 0 && strings.Contains(r.Text, "not done"):
		t.Fatalf("%d old, %d new: %s (%q)", old, renewed, r.Text, r.Outcome)
	}
	_ = d.sleep(t.Context(), 6*time.Minute)
	open, err := d.writer.Unsettled()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range open {
		if looked := d.writer.Recheck(t.Context(), e); looked.Outcome == journal.Unknown {
			t.Fatalf("still open: %s", looked.Text)
		}
	}
	if old, renewed = tunnels(); old+renewed > 0 || len(d.entries()) == 0 {
		return
	}
	entries := d.entries()
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, entries[len(entries)-1]))
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
}

// The page that says that only the deletion was done has both tunnels in memory, with their keys.
func TestTheOldTunnelComesBackWithItsKey(t *testing.T) {
	d := sit(t)
	p, opened := replacement(t, d)
	d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Method == http.MethodPost {
			return nameInUse()
		}
		return nil
	})
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	d.sim.Script(nil)
	back := planned(t)(r.Restore(t.Context(), d.writer))
	wantOutcome(t, d.writer.Apply(t.Context(), back), journal.Done)
	got := d.gre(opened.Name)
	if got.BGP.MD5Key != canary || got.BGP.CustomerASN != opened.BGP.CustomerASN || got.InterfaceAddress != opened.InterfaceAddress {
		t.Errorf("it came back as %+v", got)
	}
	if strings.Contains(d.journalText(), canary) {
		t.Error("the key is in the journal")
	}
}
