package change_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

const canary = "kanarienvogel-9f3a77c1"

// everythingShown is all that a plan and a result could put on a screen or into a log, and the journal.
func everythingShown(d *desk, p change.Plan, r change.Result) string {
	d.t.Helper()
	encoded, err := json.Marshal([]any{p, r})
	if err != nil {
		d.t.Fatal(err)
	}
	text := string(encoded) + d.journalText()
	for _, verb := range []string{"%s", "%v", "%+v", "%q"} {
		text += fmt.Sprintf(verb, []any{p, r, r.Err})
	}
	return text
}

func TestAGeneratedKeyIsInTheResultAndNowhereElse(t *testing.T) {
	d := sit(t)
	p := planned(t)(change.PrepareGeneratePSK(t.Context(), d.writer, d.ipsec("ams-br2-ipsec")))
	if p.Blocked() != "" || d.dryRuns() != 0 || len(p.Warnings) == 0 {
		t.Fatalf("blocked %q, %d dry runs, warnings %q", p.Blocked(), d.dryRuns(), p.Warnings)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	key := d.sim.PSK("ams-br2-ipsec")
	if r.Secret.Reveal() != key || key == "" {
		t.Error("the result does not hold the key")
	}
	if strings.Contains(everythingShown(d, p, r), key) {
		t.Error("the key is shown")
	}
}

func TestAGeneratedKeyWhoseAnswerIsLost(t *testing.T) {
	d := sit(t)
	p := planned(t)(change.PrepareGeneratePSK(t.Context(), d.writer, d.ipsec("ams-br2-ipsec")))
	d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultReset, Method: http.MethodPost, CarriedOut: true})
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if r.Err == nil || !strings.Contains(r.Text, "generate another one") || len(d.writes()) != 1 {
		t.Errorf("%s, sent %d times", r.Text, len(d.writes()))
	}
}

func TestANewTunnelWithAKeyAndAnMD5KeyShowsNeither(t *testing.T) {
	d := sit(t)
	tunnel := newTunnel(d)
	tunnel.PSK, tunnel.BGP.MD5Key = api.NewSecret(canary), canary
	p := planned(t)(prepareCreate(t.Context(), d.writer, change.IPsecTunnels, tunnel))
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if d.sim.PSK("osl-br1-ipsec") != canary || d.stored(simaccount.IPsecTunnels, r.ID, "bgp.md5_key") != canary {
		t.Error("the keys are not set")
	}
	r.Object = nil // the object as the server gives it, which shows the MD5 key
	if strings.Contains(everythingShown(d, p, r), canary) {
		t.Error("a key is shown")
	}
}

func TestAKeyIsNotSentWithAnotherChange(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	wanted := opened
	wanted.Description = "no key here"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if strings.Contains(string(d.writes()[0].Body), "psk") {
		t.Error("a key was sent")
	}
}

func TestTheBGPOfAGRETunnelIsChangedByReplacingIt(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.BGP = &api.BGP{CustomerASN: 4200000001, ExtraPrefixes: opened.BGP.ExtraPrefixes, MD5Key: canary}
	routes, _ := d.account.Routes.List(t.Context())
	p := planned(t)(change.PrepareReplaceGRE(t.Context(), d.writer, opened, wanted, routes))
	if p.Blocked() != "" || len(p.Requests) != 2 || p.Requests[0].Method() != http.MethodDelete || p.Requests[1].Method() != http.MethodPost {
		t.Fatalf("blocked %q, requests %+v", p.Blocked(), p.Requests)
	}
	if pathsOf(p.Differences) != "bgp.customer_asn bgp.md5_key" || !strings.Contains(p.Consequences[0], "2 static routes") ||
		len(d.writes()) != 0 {
		t.Fatalf("differences %v, consequences %q", pathsOf(p.Differences), p.Consequences)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if r.ID == opened.ID || len(r.RequestIDs) != 2 || r.Recovery != "" || len(d.writes()) != 2 {
		t.Errorf("result %+v", r)
	}
	for path, want := range map[string]any{"bgp.customer_asn": int64(4200000001), "bgp.md5_key": canary, "mtu": int64(opened.MTU),
		"interface_address": opened.InterfaceAddress, "description": opened.Description} {
		if got := d.stored(simaccount.GRETunnels, "fra-dc1-gre", path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if strings.Contains(d.journalText(), canary) {
		t.Error("the MD5 key is in the journal")
	}
}

func TestAReplacementThatStopsInTheMiddle(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.BGP = &api.BGP{CustomerASN: 65001}
	p := planned(t)(change.PrepareReplaceGRE(t.Context(), d.writer, opened, wanted, nil))
	d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400, Method: http.MethodPost,
		Body: `{"success":false,"errors":[{"code":1022,"message":"no"}]}`})
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	if r.Err == nil || strings.Contains(r.Text, "not done") || r.Finish == nil || r.Restore == nil {
		t.Fatalf("%s, recovery %q, error %v", r.Text, r.Recovery, r.Err)
	}
	d.sim.ClearFaults()
	entries := d.entries()
	if tries := len(d.writes()) - 1; tries < 3 || len(entries) != tries+1 {
		t.Fatalf("%d tries to create it, %d entries", tries, len(entries))
	}
	entries = []journal.Entry{entries[0], entries[len(entries)-1]}
	if entries[0].Verb != journal.Create || entries[1].Verb != journal.Delete || entries[0].Group != entries[1].Group {
		t.Fatalf("journal %+v", entries)
	}
	if !strings.Contains(string(entries[1].After), "65001") {
		t.Error("the deletion's entry does not hold the new tunnel")
	}
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, entries[1]))
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
	if got := d.gre("fra-dc1-gre"); got.BGP.CustomerASN != opened.BGP.CustomerASN || got.Description != opened.Description {
		t.Errorf("the old tunnel came back as %+v", got)
	}
}

func TestADescriptionOfAPrefixNeverTouchesItsAdvertisement(t *testing.T) {
	d := sit(t)
	opened, _ := d.prefix("198.18.10.0/24")
	wanted := opened
	wanted.Description = "only the text"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.Prefixes, opened, wanted))
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if body := string(d.writes()[0].Body); body != `{"description":"only the text"}` || len(r.SideEffects) != 0 {
		t.Errorf("sent %s, side effects %v", body, r.SideEffects)
	}
}

func TestAPrefixThatTheServerWithdrawsAlongWithADescription(t *testing.T) {
	d := sit(t)
	opened, bgp := d.prefix("198.18.10.0/24")
	d.after = func(req *http.Request) {
		if req.Method == http.MethodPatch {
			_ = d.sim.Mutate(simaccount.BGPPrefixes, bgp.ID, func(o simaccount.Object) { o["on_demand"].(simaccount.Object)["advertised"] = false })
		}
	}
	wanted := opened
	wanted.Description = "only the text"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.Prefixes, opened, wanted))
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if !strings.Contains(pathsOf(r.SideEffects), "advertised 198.18.10.0/24") || !strings.Contains(r.Text, "although that was not requested") {
		t.Errorf("side effects %v: %s", pathsOf(r.SideEffects), r.Text)
	}
}

func TestAPrefixIsWithdrawnAndAdvertisedAgain(t *testing.T) {
	d := sit(t)
	prefix, opened := d.prefix("198.18.10.0/24")
	p := planned(t)(change.PrepareAdvertisement(t.Context(), d.writer, prefix.ID, opened, false))
	if p.Blocked() != "" || len(p.Warnings) != 0 || !strings.Contains(strings.Join(p.Consequences, "\n"), "Safe order: announce") {
		t.Fatalf("blocked %q, warnings %q, consequences %q", p.Blocked(), p.Warnings, p.Consequences)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if body := string(d.writes()[0].Body); body != `{"on_demand":{"advertised":false}}` {
		t.Errorf("sent %s", body)
	}
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if undo.Verb != journal.Advertise || undo.Blocked() != "" || !strings.Contains(strings.Join(undo.Warnings, "\n"),
		"flarewire's own advice") {
		t.Fatalf("undo %q, blocked %q, warnings %q", undo.Title, undo.Blocked(), undo.Warnings)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
	if d.stored(simaccount.BGPPrefixes, opened.ID, "on_demand.advertised") != true {
		t.Error("it is not advertised")
	}
}

func TestThePrependCountIsSetAlone(t *testing.T) {
	d := sit(t)
	prefix, opened := d.prefix("198.18.10.0/24")
	p := planned(t)(change.PreparePrependCount(t.Context(), d.writer, prefix.ID, opened, 2))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	_, opened = d.prefix("198.18.10.0/24")
	p = planned(t)(change.PrepareAutoWithdraw(t.Context(), d.writer, prefix.ID, opened, true))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if a, b := string(d.writes()[0].Body), string(d.writes()[1].Body); a != `{"asn_prepend_count":2}` ||
		b != `{"auto_advertise_withdraw":true}` {
		t.Errorf("sent %s and %s", a, b)
	}
}

func TestAPrefixIsValidatedAgain(t *testing.T) {
	d := sit(t)
	prefix, _ := d.prefix("198.18.40.0/24")
	p := planned(t)(change.PrepareValidation(t.Context(), d.writer, prefix))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if _, err := change.PrepareUndo(t.Context(), d.writer, d.entries()[0]); err == nil {
		t.Error("a validation can be undone")
	}
}

func TestGuardsOfTheAdvertisement(t *testing.T) {
	now := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	yes := true
	fine := func() (api.Prefix, api.BGPPrefix, []api.Binding) {
		return api.Prefix{Approved: "V"}, api.BGPPrefix{CIDR: "198.18.10.0/24", OnDemand: &api.OnDemand{Advertised: &yes, OnDemandEnabled: true}},
			[]api.Binding{{CIDR: "198.18.10.0/24", Provisioning: &api.Provisioning{State: "active"}}}
	}
	for name, c := range map[string]struct {
		change      func(*api.Prefix, *api.BGPPrefix, []api.Binding)
		block, warn string
	}{
		"fine":          {func(*api.Prefix, *api.BGPPrefix, []api.Binding) {}, "", ""},
		"not approved":  {func(p *api.Prefix, _ *api.BGPPrefix, _ []api.Binding) { p.Approved = "P" }, "approved", ""},
		"not on demand": {func(_ *api.Prefix, b *api.BGPPrefix, _ []api.Binding) { b.OnDemand.OnDemandEnabled = false }, "On-demand", ""},
		"locked":        {func(_ *api.Prefix, b *api.BGPPrefix, _ []api.Binding) { b.OnDemand.OnDemandLocked = true }, "locked", ""},
		"BGP controlled": {func(_ *api.Prefix, b *api.BGPPrefix, _ []api.Binding) {
			b.BGPSignalOpts = &api.BGPSignalOpts{Enabled: true}
		}, "router", ""},
		"not bound": {func(_ *api.Prefix, _ *api.BGPPrefix, b []api.Binding) { b[0].Provisioning.State = "provisioning" }, "", "binding"},
		"changed lately": {func(_ *api.Prefix, b *api.BGPPrefix, _ []api.Binding) {
			b.OnDemand.AdvertisedModifiedAt = api.Time{Time: now.Add(-14 * time.Minute)}
		}, "", "14m0s ago"},
	} {
		p, b, bindings := fine()
		c.change(&p, &b, bindings)
		g := change.GuardAdvertisement(p, b, bindings, true, true, now)
		if (c.block == "") != (g.Block == "") || !strings.Contains(g.Block, c.block) {
			t.Errorf("%s: blocked %q", name, g.Block)
		}
		if warnings := strings.Join(g.Warnings, "\n"); (c.warn == "") != (warnings == "") || !strings.Contains(warnings, c.warn) {
			t.Errorf("%s: warnings %q", name, g.Warnings)
		}
	}
}

// prepareCreate plans a new object given as its type.
func prepareCreate[T any](ctx context.Context, w *change.Writer, r change.TypedResource[T], wanted T) (change.Plan, error) {
	return w.PrepareCreate(ctx, r.Resource, api.ObjectOf(wanted))
}

// prepareDelete plans the deletion of an object given as its type.
func prepareDelete[T any](ctx context.Context, w *change.Writer, r change.TypedResource[T], opened T,
	dependents ...string) (change.Plan, error) {
	return w.PrepareDelete(ctx, r.Resource, api.ObjectOf(opened), dependents...)
}

func TestOwnKeysOfSeveralTunnelsAreOneRequestAndAnEntryEach(t *testing.T) {
	d := sit(t)
	tunnels := []api.IPsecTunnel{d.ipsec("ams-br2-ipsec"), d.ipsec("nrt-br1-ipsec"), d.ipsec("jnb-br1-ipsec")}
	keys := map[string]api.Secret{tunnels[0].ID: api.NewSecret(canary + "-1"), tunnels[1].ID: api.NewSecret(canary + "-2"),
		tunnels[2].ID: api.NewSecret(" " + canary)} // one that the server refuses
	p := planned(t)(change.PrepareSetPSKs(t.Context(), d.writer, tunnels, keys))
	if p.Blocked() != "" || d.dryRuns() != 0 || len(p.Requests) != 1 || len(p.Differences) != 3 || len(d.writes()) != 0 {
		t.Fatalf("blocked %q, %d dry runs, %d requests, differences %v", p.Blocked(), d.dryRuns(), len(p.Requests), p.Differences)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	if len(d.writes()) != 1 || len(r.Each) != 3 || d.sim.PSK("ams-br2-ipsec") != canary+"-1" || d.sim.PSK("nrt-br1-ipsec") != canary+"-2" {
		t.Fatalf("%d requests, each %+v", len(d.writes()), r.Each)
	}
	want := map[string]journal.Outcome{"ams-br2-ipsec": journal.Done, "nrt-br1-ipsec": journal.Done, "jnb-br1-ipsec": journal.NotDone}
	entries := d.entries()
	for _, e := range entries {
		if e.Outcome != want[e.Name] || e.Verb != journal.SetPSK || e.Batch == "" || e.Batch != entries[0].Batch {
			t.Errorf("the journal has %s: %s (%s) in %q", e.Name, e.Outcome, e.Error, e.Batch)
		}
		delete(want, e.Name)
	}
	if len(want) > 0 {
		t.Errorf("without an entry: %v", want)
	}
	if strings.Contains(everythingShown(d, p, r), canary) {
		t.Error("a key is shown")
	}
	if _, err := change.PrepareUndo(t.Context(), d.writer, entries[0]); err == nil {
		t.Error("a key can be undone")
	}
}

func TestAnOwnKeyWhoseAnswerIsLost(t *testing.T) {
	for name, carriedOut := range map[string]bool{"done": true, "not done": false} {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			tunnel := d.ipsec("ams-br2-ipsec")
			p := planned(t)(change.PrepareSetPSKs(t.Context(), d.writer, []api.IPsecTunnel{tunnel},
				map[string]api.Secret{tunnel.ID: api.NewSecret(canary)}))
			d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultReset, Method: http.MethodPost, CarriedOut: carriedOut})
			r := d.writer.Apply(t.Context(), p)
			if carriedOut {
				wantOutcome(t, r, journal.Done)
			} else if wantOutcome(t, r, journal.Unknown); !strings.Contains(r.Recovery, "set it again") {
				t.Errorf("what to do: %q", r.Recovery)
			}
			if len(d.writes()) != 1 || strings.Contains(everythingShown(d, p, r), canary) {
				t.Errorf("sent %d times, or the key is shown", len(d.writes()))
			}
		})
	}
}

func TestAnOwnKeyOfATunnelThatSomebodyChangedMeanwhile(t *testing.T) {
	d := sit(t)
	tunnel := d.ipsec("ams-br2-ipsec")
	p := planned(t)(change.PrepareSetPSKs(t.Context(), d.writer, []api.IPsecTunnel{tunnel},
		map[string]api.Secret{tunnel.ID: api.NewSecret(canary)}))
	if err := d.sim.Mutate(simaccount.IPsecTunnels, tunnel.ID,
		func(o simaccount.Object) { o["description"] = "by somebody else" }); err != nil {
		t.Fatal(err)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.NotDone)
	if len(d.writes()) != 0 || d.entries()[0].Outcome != journal.NotDone {
		t.Errorf("%d requests, %v", len(d.writes()), r.Err)
	}
}
