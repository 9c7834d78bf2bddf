package change_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// act is one kind of write: how to plan it, and whether the server has done it.
type act struct {
	name string
	plan func(*testing.T, *desk) (change.Plan, func() bool)
}

func acts() []act {
	return []act{
		{"update", func(t *testing.T, d *desk) (change.Plan, func() bool) {
			opened := d.gre("fra-dc1-gre")
			wanted := opened
			wanted.Description = "under fire"
			return planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted)), func() bool {
				return d.stored(simaccount.GRETunnels, "fra-dc1-gre", "description") == "under fire"
			}
		}},
		{"create", func(t *testing.T, d *desk) (change.Plan, func() bool) {
			return planned(t)(prepareCreate(t.Context(), d.writer, change.IPsecTunnels, newTunnel(d))), func() bool {
				_, ok := d.sim.Object(simaccount.IPsecTunnels, "osl-br1-ipsec")
				return ok
			}
		}},
		{"delete", func(t *testing.T, d *desk) (change.Plan, func() bool) {
			return planned(t)(prepareDelete(t.Context(), d.writer, change.GRETunnels, d.gre("fra-dc1-gre"))), func() bool {
				_, ok := d.sim.Object(simaccount.GRETunnels, "fra-dc1-gre")
				return !ok
			}
		}},
		{"generate PSK", func(t *testing.T, d *desk) (change.Plan, func() bool) {
			before := d.sim.PSK("ams-br2-ipsec")
			return planned(t)(change.PrepareGeneratePSK(t.Context(), d.writer, d.ipsec("ams-br2-ipsec"))), func() bool {
				return d.sim.PSK("ams-br2-ipsec") != before
			}
		}},
	}
}

// newTunnel is a tunnel that the account does not have, with an address in another spelling than the server's.
func newTunnel(d *desk) api.IPsecTunnel {
	like := d.ipsec("ams-br2-ipsec")
	on := true
	return api.IPsecTunnel{Name: "osl-br1-ipsec", CloudflareEndpoint: like.CloudflareEndpoint, CustomerEndpoint: "203.0.113.201",
		InterfaceAddress: "10.214.9.0/31", HealthCheck: &api.HealthCheck{Enabled: &on, Rate: "low", Type: "request", Direction: "bidirectional"},
		BGP: &api.BGP{CustomerASN: 64777, ExtraPrefixes: []string{"10.2.0.0/16", "10.1.0.0/16"}}}
}

func TestEveryWriteUnderEveryFaultIsSentOnceAndReportedTruly(t *testing.T) {
	faults := map[string]simaccount.Fault{
		"none":           {},
		"reset":          {Kind: simaccount.FaultReset},
		"reset, done":    {Kind: simaccount.FaultReset, CarriedOut: true},
		"truncated":      {Kind: simaccount.FaultTruncated},
		"garbage":        {Kind: simaccount.FaultGarbage},
		"garbage, done":  {Kind: simaccount.FaultGarbage, CarriedOut: true},
		"empty":          {Kind: simaccount.FaultEmpty},
		"empty, done":    {Kind: simaccount.FaultEmpty, CarriedOut: true},
		"HTML":           {Kind: simaccount.FaultHTML},
		"HTML, done":     {Kind: simaccount.FaultHTML, CarriedOut: true},
		"500":            {Kind: simaccount.FaultStatus, Status: 500},
		"500, done":      {Kind: simaccount.FaultStatus, Status: 500, CarriedOut: true},
		"504, done":      {Kind: simaccount.FaultStatus, Status: 504, CarriedOut: true},
		"408":            {Kind: simaccount.FaultStatus, Status: 408},
		"400":            {Kind: simaccount.FaultStatus, Status: 400, Body: `{"success":false,"errors":[{"code":1022,"message":"no"}]}`},
		"429":            {Kind: simaccount.FaultRateLimit},
		"wrong types":    {Kind: simaccount.FaultWrongTypes},
		"unknown fields": {Kind: simaccount.FaultUnknownFields},
		"success, not done": {Kind: simaccount.FaultStatus, Status: 200,
			Body: `{"success":true,"errors":[],"messages":[],"result":{"modified":false,"deleted":false,"id":""}}`},
	}
	for _, act := range acts() {
		for name, fault := range faults {
			t.Run(act.name+"/"+name, func(t *testing.T) {
				d := sit(t)
				p, happened := act.plan(t, d)
				if p.Blocked() != "" {
					t.Fatal(p.Blocked())
				}
				if name != "none" {
					d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
						if !r.Changes() {
							return nil
						}
						return &fault
					})
				}
				r := d.writer.Apply(t.Context(), p)
				if n := len(d.writes()); n != 1 {
					t.Errorf("sent %d times", n)
				}
				switch r.Outcome {
				case journal.Done, journal.Deleting:
					if !happened() {
						t.Errorf("reported %q, but nothing happened: %s", r.Outcome, r.Text)
					}
				case journal.NotDone:
					if happened() || r.Err == nil {
						t.Errorf("reported %q (%v), but it happened: %v", r.Outcome, r.Err, happened())
					}
				case journal.Unknown: // no answer, or one of something that gave up waiting
					if happened() || !api.StillAtWork(r.Err) || !strings.Contains(r.Recovery, "may still") {
						t.Errorf("reported %q (%v), it happened: %v; %s", r.Outcome, r.Err, happened(), r.Recovery)
					}
				default:
					t.Errorf("outcome %q: %s", r.Outcome, r.Text)
				}
				if strings.Contains(r.Text, "may have been made") && r.Outcome == journal.NotDone {
					t.Errorf("it contradicts itself: %s", r.Text)
				}
				if e := d.entries()[0]; e.Outcome != r.Outcome {
					t.Errorf("the journal says %q, the result %q", e.Outcome, r.Outcome)
				}
			})
		}
	}
}

func TestAnAccountThatCannotBeReadAfterTheWrite(t *testing.T) {
	for _, act := range acts() {
		t.Run(act.name, func(t *testing.T) {
			d := sit(t)
			p, _ := act.plan(t, d)
			sent := false
			d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
				if sent = sent || r.Changes(); sent && r.Method == http.MethodGet {
					return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503}
				}
				return nil
			})
			r := d.writer.Apply(t.Context(), p)
			wantOutcome(t, r, journal.Unknown)
			if r.Err == nil || len(d.writes()) != 1 {
				t.Errorf("error %v, sent %d times", r.Err, len(d.writes()))
			}
			if act.name == "generate PSK" && r.Secret.IsZero() {
				t.Error("the key that Cloudflare showed is lost")
			}
		})
	}
}

func TestADeletedTunnelThatCanStillBeRead(t *testing.T) {
	d := sit(t)
	p := planned(t)(prepareDelete(t.Context(), d.writer, change.GRETunnels, d.gre("fra-dc1-gre")))
	d.frozen = true
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Deleting)
	if e := d.entries()[0]; e.Outcome != journal.Deleting {
		t.Errorf("journal %+v", e)
	}
}

func TestADeletionIsNeverTriedBefore(t *testing.T) {
	d := sit(t)
	tunnel := d.gre("fra-dc1-gre")
	routes, err := d.account.Routes.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := planned(t)(prepareDelete(t.Context(), d.writer, change.GRETunnels, tunnel,
		change.TunnelConsequences(tunnel.Tunnel(), routes)...))
	if len(d.writes())+d.dryRuns() != 0 {
		t.Fatal("something was sent")
	}
	if len(p.Consequences) != 2 || p.Consequences[0] != "2 static routes lose their next hop: 198.18.10.0/24 via 10.213.0.1 "+
		"(priority 100), 198.18.11.0/24 via 10.213.0.1 (priority 200)" {
		t.Errorf("consequences %q", p.Consequences)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if n := d.dryRuns(); n != 0 {
		t.Errorf("%d dry runs of a deletion", n)
	}
}

// lost is a script by which no answer to a change comes.
func lost(carriedOut bool) func(simaccount.Request) *simaccount.Fault {
	return func(r simaccount.Request) *simaccount.Fault {
		if !r.Changes() {
			return nil
		}
		return &simaccount.Fault{Kind: simaccount.FaultReset, CarriedOut: carriedOut}
	}
}

func TestARouteThatLooksLikeAnotherIsNotTakenForIt(t *testing.T) {
	d := sit(t)
	wanted := api.Route{Prefix: "198.18.10.0/24", Nexthop: "10.213.0.5", Priority: 300}
	p := planned(t)(prepareCreate(t.Context(), d.writer, change.Routes, wanted))
	if p.Blocked() != "" {
		t.Fatal(p.Blocked())
	}
	d.sim.Script(lost(false))
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Unknown)

	p = planned(t)(prepareCreate(t.Context(), d.writer, change.Routes, wanted))
	d.sim.Script(lost(true))
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if got, err := d.account.Routes.Get(t.Context(), r.ID); err != nil || got.Priority != 300 {
		t.Errorf("found %+v, %v", got, err)
	}
}

// A gateway that stops waiting says nothing about the service behind it, and neither does a connection that ends: what was not seen
// yet may come (psk_generate was seen to answer 524 and to set the key 15 s later).
func TestWhatMayStillHappenIsNotReportedAsFailed(t *testing.T) {
	ends := map[string]simaccount.Fault{
		"no answer": {Kind: simaccount.FaultReset},
		"408":       {Kind: simaccount.FaultStatus, Status: 408},
		"502":       {Kind: simaccount.FaultHTML},
		"503":       {Kind: simaccount.FaultStatus, Status: 503},
		"504":       {Kind: simaccount.FaultStatus, Status: 504},
		"522":       {Kind: simaccount.FaultStatus, Status: 522},
		"524":       {Kind: simaccount.FaultStatus, Status: 524},
		"524, a code": {Kind: simaccount.FaultStatus, Status: 524,
			Body: `{"success":false,"errors":[{"code":1022,"message":"timeout"}]}`},
	}
	for _, act := range acts() {
		for name, f := range ends {
			t.Run(act.name+"/"+name, func(t *testing.T) {
				d := sit(t)
				p, happened := act.plan(t, d)
				f.Later = 45 * time.Second
				d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
					if !r.Changes() {
						return nil
					}
					return &f
				})
				r := d.writer.Apply(t.Context(), p)
				wantOutcome(t, r, journal.Unknown)
				if strings.Contains(r.Text, "not done") || !strings.Contains(r.Recovery, "for 5 minutes, and at each start") {
					t.Errorf("%s %s", r.Text, r.Recovery)
				}
				if act.name == "generate PSK" && !strings.Contains(r.Recovery, "a new key that nobody knows") {
					t.Errorf("what it means for the key is not said: %s", r.Recovery)
				}
				if len(d.writes()) != 1 || d.entries()[0].Outcome != journal.Unknown {
					t.Errorf("sent %d times, journal %q", len(d.writes()), d.entries()[0].Outcome)
				}
				if _ = d.sleep(t.Context(), time.Minute); !happened() {
					t.Error("the server did not carry it out later")
				}
			})
		}
	}
}

// A server that overlooks validate_only carries a dry run out. Nothing is lost by that: no deletion is sent as one, nothing that creates
// is sent by a look at an undo, and when it was agreed to, the journal has it first.
func TestAServerThatOverlooksValidateOnly(t *testing.T) {
	d := sit(t)
	opened := d.gre("fra-dc1-gre")
	written := -1
	d.alterRequest = func(req *http.Request) {
		if req.URL.Query().Has("validate_only") {
			written = len(d.entries())
			req.URL.RawQuery = ""
		}
	}
	p := planned(t)(prepareDelete(t.Context(), d.writer, change.GRETunnels, opened))
	if _, there := d.sim.Object(simaccount.GRETunnels, opened.ID); !there {
		t.Fatal("a look has deleted it")
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	entry := d.entries()[0]

	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, entry))
	if _, there := d.sim.Object(simaccount.GRETunnels, "fra-dc1-gre"); there || undo.Blocked() != "" {
		t.Fatalf("a look at the undo has created it, or blocked: %q", undo.Blocked())
	}
	if r := d.writer.Apply(t.Context(), undo); r.Outcome == journal.Done || written != 2 {
		t.Errorf("outcome %q, %d entries in the journal when it was sent", r.Outcome, written)
	}
}
