package diagnose_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

var night = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// tunnel is a GRE tunnel with a session in this state.
func tunnel(name, fsm string, state api.BGPState) api.Tunnel {
	step, _ := diagnose.ParseFSMState(fsm)
	return api.Tunnel{Kind: api.GRE, ID: "id-" + name, Name: name, InterfaceAddress: "10.0.0.0/31", BGP: &api.BGP{CustomerASN: 65010},
		BGPStatus: &api.BGPStatus{State: state, FSM: fsm, TCPEstablished: step.Number >= 4, UpdatedAt: api.Time{Time: night}}}
}

func causes(findings []diagnose.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, fmt.Sprintf("%s:%s", f.Cause, f.Likelihood))
	}
	return strings.Join(list, " ")
}

// What one tunnel alone says, step by step.
func TestASessionReadByItself(t *testing.T) {
	withKey := tunnel("md5", "Active", api.BGPDown)
	withKey.BGP.MD5Key = "k"
	unconfigured := api.Tunnel{ID: "x"}
	silent := tunnel("silent", "", "")
	silent.BGPStatus = nil
	old := tunnel("old", "Idle", api.BGPDown)
	old.BGPStatus.UpdatedAt.Time = night.Add(-2 * time.Hour)
	oldButUp := tunnel("old", "Established", api.BGPUp)
	oldButUp.BGPStatus.UpdatedAt.Time = night.Add(-2 * time.Hour)
	odd := tunnel("odd", "Pondering", api.BGPDown)
	odd.BGPStatus.TCPEstablished = true
	for name, c := range map[string]struct {
		tunnel api.Tunnel
		want   string
	}{
		"up":                              {tunnel("up", "Established", api.BGPUp), "session-up:remark"},
		"no BGP":                          {unconfigured, "no-bgp:remark"},
		"no TCP":                          {tunnel("a", "Active", api.BGPDown), "not-dialling:likely"},
		"no TCP with a key":               {withKey, "md5-mismatch:likely not-dialling:likely"},
		"on its way":                      {tunnel("c", "Connect", api.BGPEstablishing), "not-dialling:possible"},
		"OPEN sent":                       {tunnel("o", "OpenSent", api.BGPEstablishing), "no-open:likely asn-mismatch:possible"},
		"OPEN confirmed":                  {tunnel("k", "open_confirm", api.BGPEstablishing), "open-confirm-mtu:likely"},
		"a step nobody has heard of":      {odd, "no-open:likely asn-mismatch:possible"},
		"a state nobody has heard of":     {tunnel("z", "Active", "BGP_RESTING"), "unknown-state:possible"},
		"configured, nothing reported":    {silent, "no-status:possible no-unified-routing:possible"},
		"down with an old status":         {old, "not-dialling:likely stale-status:possible"},
		"up with an old status, no peers": {oldButUp, "session-up:remark"},
	} {
		if got := causes(alone(c.tunnel, night)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The router with another key and the one that does not dial look alike, and the text says so.
func TestMD5IsNotClaimed(t *testing.T) {
	withKey := tunnel("md5", "Active", api.BGPDown)
	withKey.BGP.MD5Key = "hunter2canary"
	for _, f := range alone(withKey, night) {
		if strings.Contains(fmt.Sprint(f), "canary") {
			t.Errorf("the key is in the finding: %+v", f)
		}
	}
	if first := alone(withKey, night)[0]; !strings.Contains(first.Text, "alike") {
		t.Errorf("it claims more than the data shows: %s", first.Text)
	}
}

// Where nothing was read, nothing is said about it.
func TestWhatIsNotKnownIsNotNone(t *testing.T) {
	static := store.Tunnel{Tunnel: api.Tunnel{ID: "s", Name: "s", InterfaceAddress: "10.0.0.0/31"}, State: store.NoBGP}
	yes := true
	prefix := store.Prefix{Prefix: api.Prefix{ID: "p", CIDR: "198.18.0.0/24", Approved: "V"},
		BGP: bgp(api.BGPPrefix{CIDR: "198.18.0.0/24", OnDemand: &api.OnDemand{Advertised: &yes, OnDemandEnabled: true}})}
	a := diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{static}, Prefixes: prefixes(prefix)})
	if got := causes(a.Tunnel("s")); got != "no-bgp:remark" {
		t.Errorf("routes were not read, yet: %s", got)
	}
	if got := causes(a.Prefix("p")); got != "" {
		t.Errorf("bindings and routes were not read, yet: %s", got)
	}
	prefix.Bindings = bindings()
	a = diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{static}, Routes: routes(), Prefixes: prefixes(prefix)})
	if got := causes(a.Tunnel("s")); got != "missing-route:certain no-bgp:remark" {
		t.Errorf("there are no routes: %s", got)
	}
	if got := causes(a.Prefix("p")); got != "lost-binding:certain" {
		t.Errorf("there are no bindings: %s", got)
	}
	if a.Tunnel("unknown") != nil || a.Prefix("unknown") != nil {
		t.Error("something is said about what does not exist")
	}
}

// An advertised prefix with a binding needs a way into a tunnel. With a session up nobody can tell.
func TestAnAdvertisedPrefixNeedsARoute(t *testing.T) {
	yes := true
	prefix := store.Prefix{Prefix: api.Prefix{ID: "p", CIDR: "198.18.0.0/24", Approved: "V"},
		BGP:      bgp(api.BGPPrefix{CIDR: "198.18.0.0/24", OnDemand: &api.OnDemand{Advertised: &yes}}),
		Bindings: bindings(api.Binding{CIDR: "198.18.0.0/24", ServiceName: "Magic Transit"})}
	facts := tunnelsRead(diagnose.Facts{Now: night, Routes: routes(api.Route{ID: "r", Prefix: "10.0.0.0/8", Nexthop: "10.0.0.1"}),
		Prefixes: prefixes(prefix)})
	if got := causes(diagnose.New(facts).Prefix("p")); got != "missing-route:likely" {
		t.Errorf("no route: %s", got)
	}
	facts.Tunnels = []store.Tunnel{{Tunnel: tunnel("up", "Established", api.BGPUp), State: store.Up}}
	if got := causes(diagnose.New(facts).Prefix("p")); got != "" {
		t.Errorf("BGP may bring the route: %s", got)
	}
	facts.Tunnels, facts.Routes.Rows[0].Prefix = nil, "198.18.0.0/23"
	if got := causes(diagnose.New(facts).Prefix("p")); got != "" {
		t.Errorf("a wider route leads it on: %s", got)
	}
}

func TestANextHopInNoSubnetIsFoundOnlyWhenEverythingThatHasNextHopsIsKnown(t *testing.T) {
	route := routes(api.Route{ID: "r", Prefix: "10.9.0.0/16", Nexthop: "10.8.0.1"})
	all := tunnelsRead(diagnose.Facts{Now: night, Routes: route, Links: links(api.MagicInterconnect{InterfaceAddress: "10.7.0.0/31"})})
	first := func(f diagnose.Facts) diagnose.Finding {
		t.Helper()
		got := diagnose.New(f).Routes()
		if len(got) != 1 {
			t.Fatalf("%v", got)
		}
		return got[0].Findings[0]
	}
	if got := first(all); got.Cause != diagnose.NextHopUnknown {
		t.Errorf("a route that is left over: %v", got)
	}
	refused := errors.New("403")
	for name, c := range map[string]struct {
		change func(*diagnose.Facts)
		says   string
	}{
		"GRE never read": {func(f *diagnose.Facts) { f.GRE.Fetched = time.Time{} }, "the GRE tunnels were not read yet"},
		"IPsec refused": {func(f *diagnose.Facts) { f.IPsec.Fetched, f.IPsec.Err = time.Time{}, refused },
			"the IPsec tunnels could not be read"},
		"IPsec fails now": {func(f *diagnose.Facts) { f.IPsec.Err = refused }, "the IPsec tunnels could not be read"},
		"links in part": {func(f *diagnose.Facts) { f.Links.Undecoded = []string{"fra: interface_address"} },
			"could not be read completely"},
		"links never answered": {func(f *diagnose.Facts) { f.Links.Fetched = time.Time{} }, "were not read yet"},
	} {
		facts := all
		c.change(&facts)
		if got := first(facts); got.Cause != diagnose.NextHopUnread || got.Impact != diagnose.NoImpact || !strings.Contains(got.Text, c.says) {
			t.Errorf("%s: %+v", name, got)
		}
		if got := diagnose.New(facts).All(); len(got) != 0 {
			t.Errorf("%s: it counts as trouble: %v", name, got)
		}
	}
	all.Links.Rows = append(all.Links.Rows, api.MagicInterconnect{InterfaceAddress: "10.8.0.0/31"})
	if got := diagnose.New(all).Routes(); len(got) != 0 {
		t.Errorf("an interconnect has the next hop, yet %v", got)
	}
}

// A session that comes up is not trouble yet; one that stays on its way is.
func TestASessionOnItsWayIsGivenTime(t *testing.T) {
	d := newDesk(t)
	d.look()
	if err := d.sim.Restart(simaccount.GRETunnels, "fra-dc1-gre"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(20 * time.Second)
	s := d.look()
	i := slices.IndexFunc(s.Tunnels, func(w store.Tunnel) bool { return w.Name == "fra-dc1-gre" })
	of := simaccount.Affected{Resource: simaccount.GRETunnels, ID: s.Tunnels[i].ID, Name: "fra-dc1-gre"}
	if got := d.findings(s, of, false); got[0].Cause != diagnose.ComingUp {
		t.Errorf("a session that has just begun: %s", causes(got))
	}
}

// The overview: the whole account, the worst first, and nothing that is well.
func TestTheWholeAccountIsReadWorstFirst(t *testing.T) {
	d := newDesk(t)
	d.seed(simaccount.BindingLost)
	all := diagnose.New(diagnose.From(d.look(), d.now)).All()
	impact := diagnose.Outage
	found := map[string]diagnose.Cause{}
	for _, each := range all {
		first := each.Findings[0]
		if first.Impact > impact {
			t.Errorf("%s is worse than what stands before it", each.Subject.Name)
		}
		impact = first.Impact
		found[each.Subject.Name] = first.Cause
	}
	for name, want := range map[string]diagnose.Cause{
		"198.18.10.0/24": diagnose.LostBinding, "198.18.20.0/24": diagnose.PrefixWithdrawn, "waw-br1-ipsec": diagnose.ASNMismatch,
		"nrt-br1-ipsec": diagnose.NoPSK, "gru-br1-gre": diagnose.HealthCheckOff, "syd-br1-ipsec": diagnose.StaleStatus,
	} {
		if found[name] != want {
			t.Errorf("%s: %s, want %s", name, found[name], want)
		}
	}
	for _, well := range []string{"fra-dc2-gre", "jnb-br1-ipsec", "sjc-dc1-gre", "198.18.11.0/24"} {
		if cause, is := found[well]; is {
			t.Errorf("%s is well, but %s is said", well, cause)
		}
	}
}

// BenchmarkAccount: the overview asks after every poll.
func BenchmarkAccount(b *testing.B) {
	facts := diagnose.Facts{Now: night, Routes: routes()}
	for i := range 5000 {
		each := tunnel(fmt.Sprintf("t%d", i), []string{"Established", "Active", "OpenSent"}[i%3],
			[]api.BGPState{api.BGPUp, api.BGPDown, api.BGPDown}[i%3])
		each.InterfaceAddress = fmt.Sprintf("10.%d.%d.%d/31", i/32768, i/128%256, i%128*2)
		facts.Tunnels = append(facts.Tunnels, store.Tunnel{Tunnel: each, State: store.StateOf(each)})
	}
	for b.Loop() {
		diagnose.New(facts).All()
	}
}

// Cloudflare does not answer any more: nothing that was found before gets more certain, or less, by waiting.
func TestADiagnosisDoesNotChangeWhileNoDataComes(t *testing.T) {
	d := newDesk(t)
	d.look()
	if err := d.sim.Restart(simaccount.GRETunnels, "fra-dc1-gre"); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Minute)
	before := summary(diagnose.New(diagnose.From(d.look(), d.now)).All())
	d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 501})
	for range 90 {
		d.now = d.now.Add(time.Minute)
		d.watcher.Poll(t.Context())
	}
	stale := d.watcher.Last()
	if stale.Err() == nil {
		t.Fatal("the outage is not seen")
	}
	if after := summary(diagnose.New(diagnose.From(stale, d.now)).All()); after != before {
		t.Errorf("before the outage:\n%s\nat its end:\n%s", before, after)
	}
}

// summary is the order of what was found, with its certainty.
func summary(all []diagnose.Diagnosis) string {
	var out strings.Builder
	for _, each := range all {
		out.WriteString(each.Subject.Name + " " + causes(each.Findings) + "\n")
	}
	return out.String()
}

// alone reads what the API says about one tunnel when nothing else is known, most likely cause first.
func alone(t api.Tunnel, now time.Time) []diagnose.Finding {
	return diagnose.New(diagnose.Facts{Now: now, Tunnels: []store.Tunnel{{Tunnel: t, State: store.StateOf(t)}}}).Tunnel(t.ID)
}
