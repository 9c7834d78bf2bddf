package change_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// changeText changes the description of a tunnel.
func changeText(t *testing.T, d *desk, name, text string) change.Result {
	t.Helper()
	opened := d.gre(name)
	wanted := opened
	wanted.Description = text
	return d.writer.Apply(t.Context(), planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted)))
}

func TestAChangeIsUndone(t *testing.T) {
	d := sit(t)
	_ = d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["bgp"].(simaccount.Object)["md5_key"] = canary })
	wantOutcome(t, changeText(t, d, "fra-dc1-gre", "wrong"), journal.Done)
	p := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if p.Blocked() != "" || pathsOf(p.Differences) != "description" {
		t.Fatalf("blocked %q, differences %v", p.Blocked(), pathsOf(p.Differences))
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if got := d.stored(simaccount.GRETunnels, "fra-dc1-gre", "description"); got != "Frankfurt data center, router 1" {
		t.Errorf("description %q", got)
	}
	if got := d.stored(simaccount.GRETunnels, "fra-dc1-gre", "bgp.md5_key"); got != canary || strings.Contains(d.journalText(), canary) {
		t.Error("the MD5 key was touched or written down")
	}
}

func TestAnUndoDoesNotOverwriteWhatCameAfter(t *testing.T) {
	d := sit(t)
	wantOutcome(t, changeText(t, d, "fra-dc1-gre", "wrong"), journal.Done)
	_ = d.sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["description"] = "theirs" })
	p := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if len(p.Conflicts) != 1 || !p.Conflicts[0].Clash || p.Blocked() == "" {
		t.Fatalf("conflicts %+v, blocked %q", p.Conflicts, p.Blocked())
	}
}

func TestANewTunnelIsUndoneByDeletingIt(t *testing.T) {
	d := sit(t)
	tunnel := newTunnel(d)
	tunnel.PSK, tunnel.BGP.MD5Key = api.NewSecret(canary), canary
	wantOutcome(t, d.writer.Apply(t.Context(), planned(t)(prepareCreate(t.Context(), d.writer, change.IPsecTunnels, tunnel))), journal.Done)
	p := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if p.Verb != journal.Delete || p.Blocked() != "" || p.Name != "osl-br1-ipsec" {
		t.Fatalf("%s, blocked %q, conflicts %+v", p.Title, p.Blocked(), p.Conflicts)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
}

func TestADeletedTunnelIsCreatedAgain(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	wantOutcome(t, d.writer.Apply(t.Context(), planned(t)(prepareDelete(t.Context(), d.writer, change.IPsecTunnels, opened))), journal.Done)
	p := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if p.Blocked() != "" || !strings.Contains(strings.Join(p.Warnings, "\n"), "psk") {
		t.Fatalf("blocked %q, warnings %q", p.Blocked(), p.Warnings)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	if got := d.ipsec("ams-br2-ipsec"); got.BGP.CustomerASN != opened.BGP.CustomerASN || got.HealthCheck.Type != "request" {
		t.Errorf("it came back as %+v", got)
	}
}

func TestAnotherAccountsChangeIsNotUndoneHere(t *testing.T) {
	d := sit(t)
	wantOutcome(t, changeText(t, d, "fra-dc1-gre", "x"), journal.Done)
	e := d.entries()[0]
	e.Account = "another"
	if _, err := change.PrepareUndo(t.Context(), d.writer, e); err == nil || !strings.Contains(err.Error(), "another") {
		t.Errorf("error %v", err)
	}
}

func TestWithoutAJournalNothingIsSent(t *testing.T) {
	d := sit(t)
	// a directory where the file should be
	if err := errors.Join(os.MkdirAll(filepath.Dir(d.path), 0o700), os.Mkdir(d.path, 0o700)); err != nil {
		t.Fatal(err)
	}
	r := changeText(t, d, "fra-dc1-gre", "untraced")
	wantOutcome(t, r, journal.NotDone)
	var trouble *change.JournalError
	if !errors.As(r.Err, &trouble) || len(d.writes()) != 0 {
		t.Fatalf("error %v, sent %d times", r.Err, len(d.writes()))
	}
}

func TestAJournalThatFailsAfterTheWriteIsReported(t *testing.T) {
	d := sit(t)
	d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultUnknownFields, Method: "PUT"})
	opened := d.gre("fra-dc1-gre")
	wanted := opened
	wanted.Description = "half traced"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted))
	d.after = breakJournal(t, d)
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	if r.JournalErr == nil {
		t.Error("nobody hears that the journal is not complete")
	}
}

func TestABindingIsMadeAndRemoved(t *testing.T) {
	d := sit(t)
	prefix, _ := d.prefix("198.18.20.0/24")
	services, err := d.account.Services.List(t.Context())
	cdn := named(t, services, err, "CDN", func(s api.AddressingService) string { return s.Name })
	bindings := change.Bindings(prefix.ID)
	wanted := api.Binding{CIDR: "198.18.20.16/28", ServiceID: cdn.ID, ServiceName: cdn.Name}
	existing, err := d.account.Bindings(prefix.ID).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole := netip.MustParsePrefix(prefix.CIDR)
	p := planned(t)(prepareCreate(t.Context(), d.writer, bindings, wanted)).Add(change.NewBinding(whole, existing, wanted))
	if p.Blocked() != "" || !strings.Contains(strings.Join(p.Consequences, "\n"), "4 to 6 hours") || p.DryRun.Asked {
		t.Fatalf("blocked %q, consequences %q, dry run %+v", p.Blocked(), p.Consequences, p.DryRun)
	}
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Done)
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	if undo.Blocked() != "" {
		t.Fatalf("blocked %q, %+v", undo.Blocked(), undo.Conflicts)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
	if _, there := d.sim.Object(simaccount.Bindings, r.ID); there {
		t.Error("the binding is still there")
	}
}

func TestWhatHangsOnAPrefixAndItsBindings(t *testing.T) {
	yes := true
	got := change.PrefixConsequences(api.Prefix{Approved: "V"}, []api.BGPPrefix{{CIDR: "198.18.0.0/24",
		OnDemand: &api.OnDemand{Advertised: &yes}}},
		[]api.Binding{{CIDR: "198.18.0.0/24", ServiceName: "CDN"}}, []api.Delegation{{CIDR: "198.18.0.0/26", DelegatedAccountID: "other"}})
	for i, part := range []string{"not approved", "withdraw it first", "binding of 198.18.0.0/24 to CDN", "account other"} {
		if i >= len(got) || !strings.Contains(got[i], part) {
			t.Errorf("%d: %q lacks %q", i, got, part)
		}
	}
	prefix := netip.MustParsePrefix("198.18.0.0/24")
	transit := api.Binding{CIDR: "198.18.0.0/24", ServiceName: "Magic Transit"}
	if g := change.NewBinding(prefix, nil, api.Binding{CIDR: "198.18.0.0/28", ServiceName: "CDN"}); !strings.Contains(g.Block,
		"whole prefix") {
		t.Errorf("first binding: %+v", g)
	}
	if g := change.NewBinding(prefix, []api.Binding{transit}, api.Binding{CIDR: "198.18.0.0/28",
		ServiceName: "Magic Transit"}); g.Block == "" {
		t.Errorf("Magic Transit as a part: %+v", g)
	}
	if g := change.BindingDeletion(prefix, []api.Binding{transit}, transit); g.Block != "" || len(g.Consequences) != 1 ||
		!strings.Contains(g.Consequences[0], "4 to 6 hours") {
		t.Errorf("deletion: %+v", g)
	}
	if g := change.BindingDeletion(prefix, []api.Binding{transit, {CIDR: "198.18.0.0/28", ServiceName: "CDN"}}, transit); len(g.Warnings)+
		len(g.Block) == 0 {
		t.Errorf("the base binding while others need it: %+v", g)
	}
	if got := change.BGPPrefixConsequences(api.BGPPrefix{OnDemand: &api.OnDemand{Advertised: &yes}}); len(got) != 1 {
		t.Errorf("BGP prefix: %q", got)
	}
}

func TestADelegationIsMadeAndRemovedThoughItCanOnlyBeListed(t *testing.T) {
	d := sit(t)
	prefix, _ := d.prefix("198.18.20.0/24")
	delegations := change.Delegations(prefix.ID)
	wanted := api.Delegation{CIDR: "198.18.20.0/26", DelegatedAccountID: strings.Repeat("ab", 16)}
	wantOutcome(t, d.writer.Apply(t.Context(), planned(t)(prepareCreate(t.Context(), d.writer, delegations, wanted))), journal.Done)
	undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
	wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
}

func TestACNIIsChangedWithEveryFieldThatItsUpdateNeeds(t *testing.T) {
	d := sit(t)
	if len(d.sim.Objects(simaccount.CNIs)) == 0 {
		t.Skip("this simulated account has no CNIs yet")
	}
	list, err := d.account.CNIs.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted := list[0]
	wanted.Magic.Description = "second floor"
	p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.CNIs, list[0], wanted))
	if pathsOf(p.Differences) != "magic.description" || p.DryRun.Asked {
		t.Fatalf("differences %v, dry run %+v", pathsOf(p.Differences), p.DryRun)
	}
	wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
	for _, key := range []string{"id", "account", "cust_ip", "p2p_ip", "interconnect", "magic"} {
		if !strings.Contains(string(d.writes()[0].Body), `"`+key+`"`) {
			t.Errorf("the request lacks %s", key)
		}
	}
}

// What can be made can be undone: a kind of object that is added is not forgotten here.
func TestEveryKindOfObjectHasAnUndo(t *testing.T) {
	d := sit(t)
	for _, op := range api.Operations() {
		kind, made := strings.CutSuffix(op.Name, ".create")
		if !made {
			continue
		}
		id := strings.Repeat("a", 32)
		_, err := change.PrepareUndo(t.Context(), d.writer, journal.Entry{Account: d.account.ID, Verb: journal.Create, Resource: kind,
			ObjectID: id, Parent: id,
			After: []byte(`{"id":"` + id + `"}`), Result: journal.Result{Outcome: journal.Done}})
		if err != nil && strings.Contains(err.Error(), "no undo") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A change is undone once: a second undo is refused when it is prepared, and when both were prepared before either was sent.
func TestNothingIsUndoneTwice(t *testing.T) {
	d := sit(t)
	wantOutcome(t, changeText(t, d, "fra-dc1-gre", "wrong"), journal.Done)
	entry := d.entries()[0]
	first := planned(t)(change.PrepareUndo(t.Context(), d.writer, entry))
	second := planned(t)(change.PrepareUndo(t.Context(), d.writer, entry))
	wantOutcome(t, d.writer.Apply(t.Context(), first), journal.Done)
	sent := len(d.writes())
	r := d.writer.Apply(t.Context(), second)
	if r.Outcome != journal.NotDone || !strings.Contains(r.Text, "undone already") || len(d.writes()) != sent {
		t.Errorf("%s; %d sent", r.Text, len(d.writes())-sent)
	}
	undone := d.entries()[len(d.entries())-1]
	if _, err := change.PrepareUndo(t.Context(), d.writer, undone); err == nil || !strings.Contains(err.Error(), "undone already") {
		t.Errorf("it can be prepared: %v", err)
	}
}

// While nobody knows whether an undo was done, no other one is sent.
func TestAnUndoInDoubtStandsInTheWayOfAnother(t *testing.T) {
	d := sit(t)
	wantOutcome(t, changeText(t, d, "fra-dc1-gre", "wrong"), journal.Done)
	entry := d.entries()[0]
	first := planned(t)(change.PrepareUndo(t.Context(), d.writer, entry))
	second := planned(t)(change.PrepareUndo(t.Context(), d.writer, entry))
	d.sim.Fault(simaccount.Fault{Method: "PUT", Kind: simaccount.FaultStatus, Status: 524, Times: 1})
	wantOutcome(t, d.writer.Apply(t.Context(), first), journal.Unknown)
	sent := len(d.writes())
	if r := d.writer.Apply(t.Context(), second); r.Outcome != journal.NotDone || !strings.Contains(r.Text, "outcome is unknown") ||
		len(d.writes()) != sent {
		t.Errorf("%s; %d sent", r.Text, len(d.writes())-sent)
	}
}
