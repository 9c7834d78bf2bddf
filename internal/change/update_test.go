package change_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

func TestADescriptionIsChanged(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "Frankfurt <1> & more"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if p.Blocked() != "" || !p.DryRun.Asked || p.DryRun.Err != nil {
		t.Fatalf("blocked %q, dry run %+v", p.Blocked(), p.DryRun)
	}
	if pathsOf(p.Differences) != "description" || string(p.Differences[0].After) != `"Frankfurt <1> & more"` {
		t.Fatalf("differences %+v", p.Differences)
	}
	if len(d.writes()) != 0 || d.dryRuns() != 1 {
		t.Fatalf("preparing sent %d changes and %d dry runs", len(d.writes()), d.dryRuns())
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if got := d.stored(simaccount.GRETunnels, "fra-dc1-gre", "description"); got != wanted.Description {
		t.Errorf("the server has %q", got)
	}
	if len(r.RequestIDs) != 1 || len(r.SideEffects) != 0 {
		t.Errorf("request ids %v, side effects %v", r.RequestIDs, r.SideEffects)
	}
	requestIsAsShown(t, d, p)
	e := d.entries()[0]
	if e.Outcome != journal.Done || e.Verb != journal.Update || e.Name != "fra-dc1-gre" || e.Profile != "night shift" ||
		e.RequestIDs[0] != r.RequestIDs[0] || !strings.Contains(string(e.Before), "router 1") || !strings.Contains(string(e.After), "<1>") {
		t.Errorf("journal %+v", e)
	}
}

// requestIsAsShown: nothing is sent that was not shown, the whole writable object, no null, nothing read-only.
func requestIsAsShown(t *testing.T, d *desk, p change.Plan) {
	t.Helper()
	if len(d.writes()) != 1 {
		t.Fatalf("%d changes were sent", len(d.writes()))
	}
	sent := d.writes()[0]
	if shown := p.Requests[0]; shown.Method() != sent.Method || shown.Path() != sent.Path || !bytes.Equal(shown.Body(), sent.Body) {
		t.Errorf("shown %s %s\nsent %s %s %s", shown, shown.Body(), sent.Method, sent.Path, sent.Body)
	}
	for _, not := range []string{"null", `"id"`, "created_on", "modified_on", "bgp_status", "psk"} {
		if bytes.Contains(sent.Body, []byte(not)) {
			t.Errorf("the request holds %s", not)
		}
	}
	for _, must := range []string{"name", "cloudflare_gre_endpoint", "customer_gre_endpoint", "interface_address", "ttl", "mtu",
		"health_check"} {
		if !bytes.Contains(sent.Body, []byte(`"`+must+`"`)) {
			t.Errorf("the request lacks %s", must)
		}
	}
}

func TestSomebodyElseChangedTheTunnelWhileTheFormWasOpen(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	_ = d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) {
		o["mtu"], o["description"] = int64(1400), "theirs"
	})
	wanted := opened
	wanted.Description, wanted.TTL = "mine", 32
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if len(p.Conflicts) != 2 || p.Conflicts[0].Path != "description" || !p.Conflicts[0].Clash || p.Conflicts[1].Path != "mtu" ||
		p.Conflicts[1].Clash {
		t.Fatalf("conflicts %+v", p.Conflicts)
	}
	if string(p.Conflicts[0].Now) != `"theirs"` || string(p.Conflicts[0].Wanted) != `"mine"` {
		t.Errorf("conflict %+v", p.Conflicts[0])
	}
	if r := d.writer.Apply(t.Context(), p); r.Outcome != journal.NotDone || len(d.sim.Requests()) == 0 || len(d.writes()) != 0 ||
		d.dryRuns() != 0 {
		t.Fatal("a conflict was sent")
	}
	p = p.AcceptConflicts(t.Context())
	if !p.DryRun.Asked {
		t.Error("the server was not asked after the conflict was accepted")
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	for path, want := range map[string]any{"mtu": int64(1400), "description": "mine", "ttl": int64(32)} {
		if got := d.stored(simaccount.GRETunnels, "fra-dc1-gre", path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

func TestSomebodyElseChangedTheTunnelWhileTheReviewWasRead(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "mine"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	_ = d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["mtu"] = int64(1400) })
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.NotDone)
	var stale *change.StaleError
	if !errors.As(r.Err, &stale) || pathsOf(stale.Changed) != "mtu" || len(d.writes()) != 0 {
		t.Fatalf("error %v, %d changes sent", r.Err, len(d.writes()))
	}
}

func TestAStateThatMovesIsNoConflict(t *testing.T) {
	d := sit(t)
	opened := d.gre("lhr-hq-gre")
	_ = d.sim.SetBGP(simaccount.GRETunnels, "lhr-hq-gre", "OpenConfirm")
	wanted := opened
	wanted.Description = "mine"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if len(p.Conflicts) != 0 {
		t.Fatalf("conflicts %+v", p.Conflicts)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
}

func TestBGPOfAGRETunnelByUpdate(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	bgp := *opened.BGP
	bgp.CustomerASN = 4200000001
	wanted.BGP = &bgp
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if !strings.Contains(p.Blocked(), "replace the tunnel") {
		t.Fatalf("blocked: %q", p.Blocked())
	}
	wanted.Description = "with a new number"
	p = planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if p.Blocked() != "" || pathsOf(p.Unsent) != "bgp.customer_asn" || len(p.Warnings) != 1 ||
		!strings.Contains(p.Warnings[0], "bgp.customer_asn") {
		t.Fatalf("blocked %q, unsent %v, warnings %q", p.Blocked(), p.Unsent, p.Warnings)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	if pathsOf(r.NotApplied) != "bgp.customer_asn" || string(r.NotApplied[0].After) != "4200000001" {
		t.Errorf("not applied %+v", r.NotApplied)
	}
	if e := d.entries()[0]; e.Outcome != journal.Partly || e.NotApplied[0] != "bgp.customer_asn" {
		t.Errorf("journal %+v", e)
	}
}

func TestAWriteThatTheServerAcceptsAndIgnores(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	d.after = func(req *http.Request) {
		if req.Method == http.MethodPut && req.URL.RawQuery == "" {
			_ = d.sim.Mutate(simaccount.IPsecTunnels, opened.ID, func(o simaccount.Object) {
				o["description"] = "changed by itself"
				o["bgp"].(simaccount.Object)["customer_asn"] = int64(64621)
			})
		}
	}
	wanted := opened
	bgp := *opened.BGP
	bgp.CustomerASN, bgp.ExtraPrefixes = 64999, []string{"10.9.0.0/16", "10.8.0.0/16"}
	wanted.BGP = &bgp
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted))
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	if pathsOf(r.NotApplied) != "bgp.customer_asn" || pathsOf(r.SideEffects) != "description" {
		t.Errorf("not applied %v, side effects %v", pathsOf(r.NotApplied), pathsOf(r.SideEffects))
	}
	if !strings.Contains(r.Text, "did not take effect: bgp.customer_asn") || !strings.Contains(r.Text,
		"although that was not requested: description") {
		t.Errorf("text %q", r.Text)
	}
}

func TestTheServersObjectionIsLedToTheField(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	wanted := opened
	bgp := *opened.BGP
	bgp.CustomerASN = 13335
	wanted.BGP = &bgp
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted))
	if p.DryRun.Field != "bgp.customer_asn" || p.DryRun.Err == nil || !strings.Contains(p.Blocked(), "check by Cloudflare") {
		t.Fatalf("dry run %+v, blocked %q", p.DryRun, p.Blocked())
	}
	d.writer.Apply(t.Context(), p)
	if len(d.writes()) != 0 {
		t.Error("it was sent all the same")
	}
}

func TestWhatIsClearedIsSentEmptyAndReadBack(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	wanted := opened
	bgp := *opened.BGP
	bgp.ExtraPrefixes = nil
	wanted.Description, wanted.BGP = "", &bgp
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if got := d.stored(simaccount.IPsecTunnels, opened.ID, "description"); got != "" {
		t.Errorf("description %q", got)
	}
}

func TestNothingToChangeIsNotSent(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	off := false
	if opened.AutomaticReturnRouting == nil {
		wanted.AutomaticReturnRouting = &off // absent means false
	}
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if p.Blocked() != "there is nothing to change" || d.dryRuns() != 0 || strings.Contains(p.DryRun.Why, "conflict") {
		t.Fatalf("blocked %q", p.Blocked())
	}
}

func TestAPlanIsSentOnce(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "once"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.NotDone)
	if len(d.writes()) != 1 {
		t.Fatalf("%d changes were sent", len(d.writes()))
	}
}

func TestReadOnlyShowsThePlanAndSendsNothing(t *testing.T) {
	d := sit(t, func(o *change.Options) { o.ReadOnly = "started with --read-only" })
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "not now"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	if len(p.Differences) != 1 || !strings.Contains(p.Blocked(), "--read-only") {
		t.Fatalf("blocked %q", p.Blocked())
	}
	d.writer.Apply(t.Context(), p)
	if len(d.writes())+d.dryRuns() != 0 {
		t.Error("something was sent")
	}
}

func TestGivingUpWhileItIsSent(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "given up"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	ctx, cancel := context.WithCancel(t.Context())
	d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultReset, Method: http.MethodPut, Times: 1, CarriedOut: true})
	d.after = func(req *http.Request) {
		if req.Method == http.MethodPut {
			cancel()
		}
	}
	wantOutcome(t, d.writer.Apply(ctx, p), journal.Done)
	if e := d.entries()[0]; e.Outcome != journal.Done {
		t.Errorf("journal %+v", e)
	}
}
