package diagnose_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	side "flarewire/internal/router"
	"flarewire/internal/store"
)

// fra is the tunnel of the recorded outputs of routers: its session is down since ten minutes.
func fra(kind api.TunnelKind, changes ...is) store.Tunnel {
	t := made("fra-dc1", kind, "10.100.0.8/31", append([]is{session("Active", api.BGPDown), upUntil(90*day, fellAgo)}, changes...)...)
	t.CustomerEndpoint, t.CloudflareEndpoint, t.BGP.MD5Key = "203.0.113.7", "198.51.100.10", "simple-key"
	return t
}

func up(t *store.Tunnel) {
	session("Established", api.BGPUp)(t)
	t.Track = store.Track{}
}

// said adds what the tunnel's router printed, a moment ago.
func said(f diagnose.Facts, how side.Format, texts ...string) diagnose.Facts {
	t := f.Tunnels[0]
	reading := side.Reading{At: f.Now, Target: diagnose.RouterTarget(t)}
	for _, text := range texts {
		facts, ok := side.Parse(how, text, reading.Target, "show ip route "+t.CloudflareEndpoint+" json")
		reading.Facts = facts
		reading.Runs = append(reading.Runs, side.Run{Name: "x", How: how, Text: text, Unread: !ok})
	}
	f.Routers = map[string]side.Reading{t.ID: reading}
	return f
}

// recordedOf is an output of the test data of package router.
func recordedOf(t *testing.T, how side.Format, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "router", "testdata", string(how), name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What real FRR and strongSwan printed with a fault: it is the first finding, certain, with both ends as its evidence; and without the
// router's
// word it is neither.
func TestTheRouterMakesACauseCertain(t *testing.T) {
	for name, test := range map[string]struct {
		kind  api.TunnelKind
		how   side.Format
		is    []is
		cause diagnose.Cause
		says  string
	}{
		"wrong-AS":               {api.GRE, side.FRR, nil, diagnose.ASNMismatch, "The router uses AS 64999"},
		"wrong-AS-of-Cloudflare": {api.GRE, side.FRR, nil, diagnose.ASNMismatch, "expects AS 13336"},
		"shutdown":               {api.GRE, side.FRR, nil, diagnose.NeighborShutdown, "is shut down on the router"},
		"maximum-prefix":         {api.GRE, side.FRR, nil, diagnose.MaximumPrefixes, "than its maximum of 1"},
		"import-policy":          {api.GRE, side.FRR, []is{up}, diagnose.PolicyRejectsAll, "import policy NONE takes none"},
		"no-import-policy":       {api.GRE, side.FRR, []is{up}, diagnose.PolicyRejectsAll, "RFC 8212"},
		"no-MD5-key":             {api.GRE, side.FRR, nil, diagnose.MD5Mismatch, "absent on the router and set at Cloudflare"},
		"another-MD5-key":        {api.GRE, side.FRR, nil, diagnose.MD5Mismatch, "is another one than Cloudflare's"},
		"no-network-statement":   {api.GRE, side.FRR, []is{up}, diagnose.NothingAnnounced, "no network statement"},
		"no-neighbor":            {api.GRE, side.FRR, nil, diagnose.NeighborMissing, "has no BGP neighbor 10.100.0.8"},
		"route-to-the-endpoint-through-the-tunnel": {api.GRE, side.FRR, []is{health(0)}, diagnose.EndpointInTunnel,
			"leads into the tunnel itself"},
		"no-route-to-the-endpoint": {api.GRE, side.FRR, []is{health(0)}, diagnose.EndpointNoRoute, "no route to Cloudflare's endpoint"},
		"interface-down":           {api.GRE, side.FRR, []is{health(0)}, diagnose.InterfaceDown, "is switched off on the router"},
		"wrong-PSK": {api.IPsec, side.StrongSwan, []is{health(0), named}, diagnose.IKEAuth,
			"the pre-shared key of the router is not"},
		"wrong-identity": {api.IPsec, side.StrongSwan, []is{health(0), named}, diagnose.IKEIdentity, "calls itself x"},
		"wrong-proposal": {api.IPsec, side.StrongSwan, []is{health(0)}, diagnose.IKEProposal, "nothing in common"},
	} {
		t.Run(name, func(t *testing.T) {
			facts := an(fra(test.kind, test.is...))
			for _, f := range diagnose.New(facts).Tunnel("id-fra-dc1") {
				if f.Cause == test.cause && f.Likelihood == diagnose.Certain {
					t.Errorf("certain without the router: %+v", f)
				}
			}
			found := diagnose.New(said(facts, test.how, recordedOf(t, test.how, name))).Tunnel("id-fra-dc1")
			first := found[0]
			if first.Cause != test.cause || first.Likelihood != diagnose.Certain || first.Impact < diagnose.Impaired ||
				!strings.Contains(first.Text, test.says) {
				t.Fatalf("%s, %s, %s: %s", first.Cause, first.Likelihood, first.Impact, first.Text)
			}
			if because := first.Because(); !strings.Contains(because, "router: ") || !strings.Contains(because, "Cloudflare: ") || first.Next == "" {
				t.Errorf("not the evidence of both ends: %s", because)
			}
			for _, f := range found[1:] {
				if f.Likelihood > diagnose.Remark && slices.Contains([]diagnose.Cause{diagnose.SessionLost, diagnose.NotDialling,
					diagnose.TunnelDown}, f.Cause) {
					t.Errorf("a guess still stands there: %s", f.Cause)
				}
			}
		})
	}
}

// The same for the other platforms, whose outputs are made after their makers' references: each fault is the first finding. Certain is what
// the router shows itself; where it only shows that something is not there, the cause is likely.
func TestEveryPlatformNamesTheFaultFirst(t *testing.T) {
	all := []side.Format{side.Junos, side.EOS, side.IOSXE}
	for name, test := range map[string]struct {
		kind   api.TunnelKind
		on     []side.Format
		is     []is
		cause  diagnose.Cause
		likely bool
		says   string
	}{
		"wrong-AS":               {api.GRE, all, nil, diagnose.ASNMismatch, false, "The router uses AS 64999"},
		"wrong-AS-of-Cloudflare": {api.GRE, all, nil, diagnose.ASNMismatch, false, "expects AS 13336"},
		"shutdown":               {api.GRE, all, nil, diagnose.NeighborShutdown, false, "is shut down on the router"},
		"maximum-prefix":         {api.GRE, all, nil, diagnose.MaximumPrefixes, false, "than its maximum of 4"},
		"import-policy":          {api.GRE, all, []is{up}, diagnose.PolicyRejectsAll, false, "import policy NONE takes none"},
		"no-network-statement":   {api.GRE, all, []is{up}, diagnose.NothingAnnounced, false, "announces nothing to Cloudflare"},
		"no-MD5-key":             {api.GRE, all, nil, diagnose.MD5Mismatch, false, "absent on the router and set at Cloudflare"},
		"another-MD5-key":        {api.GRE, all, nil, diagnose.MD5Mismatch, false, "made with another key"},
		"no-neighbor":            {api.GRE, all, nil, diagnose.NeighborMissing, false, "has no BGP neighbor 10.100.0.8"},
		"interface-down":         {api.GRE, all, []is{health(0)}, diagnose.InterfaceDown, false, "he tunnel interface "},
		"route-to-the-endpoint-through-the-tunnel": {api.GRE, all, []is{health(0)}, diagnose.EndpointInTunnel, false,
			"leads into the tunnel itself"},
		"no-route-to-the-endpoint": {api.GRE, all, []is{health(0)}, diagnose.EndpointNoRoute, false, "no route to Cloudflare's endpoint"},
		"hold-timer":               {api.GRE, all, nil, diagnose.HoldTimerExpired, true, "Hold Timer Expired"},
		"no-SA": {api.IPsec, []side.Format{side.Junos, side.IOSXE}, []is{health(0)}, diagnose.NoIKESA, true,
			"IKE SA with Cloudflare"},
		"wrong-PSK": {api.IPsec, []side.Format{side.Junos}, []is{health(0), named}, diagnose.IKEAuth, false,
			"the pre-shared key of the router is not"},
		"wrong-proposal": {api.IPsec, []side.Format{side.Junos}, []is{health(0)}, diagnose.IKEProposal, false, "nothing in common"},
	} {
		for _, how := range test.on {
			t.Run(name+" on "+string(how), func(t *testing.T) {
				found := diagnose.New(said(an(fra(test.kind, test.is...)), how, recordedOf(t, how, name))).Tunnel("id-fra-dc1")
				first, want := found[0], diagnose.Certain
				if test.likely {
					want = diagnose.Likely
				}
				if first.Cause != test.cause || first.Likelihood != want || first.Impact < diagnose.Impaired ||
					!strings.Contains(first.Text, test.says) {
					t.Fatalf("%s, %s, %s: %s", first.Cause, first.Likelihood, first.Impact, first.Text)
				}
				if because := first.Because(); !strings.Contains(because, "router: ") || !strings.Contains(because, "Cloudflare: ") ||
					first.Next == "" {
					t.Errorf("not the evidence of both ends: %s", because)
				}
			})
		}
	}
}

func named(t *store.Tunnel) {
	t.RemoteIdentities = &api.RemoteIdentities{FQDNID: "c4a7362d577a6c3019a474fd6f485821.33145236.ipsec.cloudflare.com"}
}

// A router that is well disproves what was guessed, and says that Cloudflare's status is out of date.
func TestARouterThatIsWellDisprovesGuesses(t *testing.T) {
	text := recordedOf(t, side.FRR, "well")
	facts := said(an(fra(api.GRE)), side.FRR, strings.ReplaceAll(text, `"bgpTimerUpMsec":1000`, `"bgpTimerUpMsec":300000`))
	facts.Tunnels[0].BGPStatus.UpdatedAt = api.Time{Time: night.Add(-time.Hour)}
	found := diagnose.New(facts).Tunnel("id-fra-dc1")
	if f := found[0]; f.Cause != diagnose.StaleStatus || f.Likelihood != diagnose.Certain || !strings.Contains(f.Text, "out of date") {
		t.Errorf("%s, %s: %s", f.Cause, f.Likelihood, f.Text)
	}
	facts.Tunnels[0].BGPStatus.UpdatedAt = api.Time{Time: night}
	found = diagnose.New(facts).Tunnel("id-fra-dc1")
	if f := found[0]; f.Cause != diagnose.SidesDiffer || f.Likelihood != diagnose.Likely {
		t.Errorf("%s, %s: %s", f.Cause, f.Likelihood, f.Text)
	}
	well := diagnose.New(said(an(fra(api.GRE, up)), side.FRR, text)).Tunnel("id-fra-dc1")
	for _, f := range well {
		if f.Likelihood > diagnose.Remark && f.Impact > diagnose.NoImpact {
			t.Errorf("something is wrong with what is well: %s: %s", f.Cause, f.Text)
		}
	}
}

// The router announces 192.0.2.0/24. Of an account whose prefixes and routes do not cover it that is said; while one of the lists was not
// read, or the account has no prefix at all, nothing is.
func TestForeignPrefixesThatTheRouterAnnounces(t *testing.T) {
	for name, test := range map[string]struct {
		prefixes, routes []string
		unread, found    bool
	}{
		"another prefix":            {[]string{"203.0.114.0/24"}, nil, false, true},
		"its own prefix":            {[]string{"192.0.2.0/24"}, nil, false, false},
		"a part of its own":         {[]string{"192.0.2.0/23"}, nil, false, false},
		"a more specific prefix":    {[]string{"192.0.2.128/25"}, nil, false, false},
		"a static route":            {[]string{"203.0.114.0/24"}, []string{"192.0.2.0/24"}, false, false},
		"no prefix in the account":  {nil, nil, false, false},
		"prefixes that were unread": {[]string{"203.0.114.0/24"}, nil, true, false},
		"a default route covers no": {[]string{"203.0.114.0/24"}, []string{"0.0.0.0/0"}, false, true},
	} {
		facts := an(fra(api.GRE, up))
		facts.Prefixes.Fetched, facts.Routes.Fetched = night, night
		for _, cidr := range test.prefixes {
			facts.Prefixes.Rows = append(facts.Prefixes.Rows, store.Prefix{Prefix: api.Prefix{CIDR: cidr}})
		}
		for _, cidr := range test.routes {
			facts.Routes.Rows = append(facts.Routes.Rows, api.Route{ID: cidr, Prefix: cidr, Nexthop: "10.100.0.9", Priority: 100})
		}
		if test.unread {
			facts.Prefixes.Fetched = time.Time{}
		}
		f, found := byCause(diagnose.New(said(facts, side.FRR, recordedOf(t, side.FRR, "well"))).Tunnel("id-fra-dc1"))[diagnose.ForeignAnnounced]
		if found != test.found || found && (f.Likelihood != diagnose.Possible || !strings.Contains(f.Text, "192.0.2.0/24") ||
			!strings.Contains(f.Because(), "router: announced") || !strings.Contains(f.Because(), "Cloudflare: prefixes")) {
			t.Errorf("%s: found %v: %+v", name, found, f)
		}
	}
}

// Cloudflare's status still says up while the router's session is down: it is said with the cause.
func TestTheContradictionWithCloudflaresStatusIsSaid(t *testing.T) {
	facts := said(an(fra(api.GRE, up)), side.FRR, recordedOf(t, side.FRR, "shutdown"))
	facts.Tunnels[0].BGPStatus.UpdatedAt = api.Time{Time: night.Add(-3 * time.Hour)}
	found := diagnose.New(facts).Tunnel("id-fra-dc1")
	if f := found[0]; f.Cause != diagnose.NeighborShutdown || f.Impact != diagnose.Outage ||
		!strings.Contains(f.Text, "Cloudflare's status still says up") {
		t.Errorf("%s: %s", f.Cause, f.Text)
	}
}

// What a router said a while ago, or before the session changed, is not told as if it were now.
func TestAnOldAnswerOfARouterDoesNotCount(t *testing.T) {
	for name, change := range map[string]func(*diagnose.Facts){
		"long ago": func(f *diagnose.Facts) {
			r := f.Routers["id-fra-dc1"]
			r.At = f.Now.Add(-time.Hour)
			f.Routers["id-fra-dc1"] = r
		},
		"before it changed": func(f *diagnose.Facts) {
			f.Tunnels[0].Track.Changed = f.Now.Add(-time.Minute)
			r := f.Routers["id-fra-dc1"]
			r.At = f.Now.Add(-2 * time.Minute)
			f.Routers["id-fra-dc1"] = r
		},
		"nothing understood": func(f *diagnose.Facts) {
			*f = said(*f, side.FRR, "bash: vtysh: command not found")
		},
	} {
		facts := said(an(fra(api.GRE)), side.FRR, recordedOf(t, side.FRR, "shutdown"))
		change(&facts)
		for _, f := range diagnose.New(facts).Tunnel("id-fra-dc1") {
			if f.Cause == diagnose.NeighborShutdown {
				t.Errorf("%s: %s", name, f.Text)
			}
		}
	}
}

// reading is a router that said exactly this.
func reading(f diagnose.Facts, r side.Facts) diagnose.Facts {
	t := f.Tunnels[0]
	f.Routers = map[string]side.Reading{t.ID: {At: f.Now, Target: diagnose.RouterTarget(t), Facts: r,
		Runs: []side.Run{{How: side.StrongSwan, Text: "x"}}}}
	return f
}

func sa(age time.Duration, in, out uint64) side.SA {
	return side.SA{State: "ESTABLISHED", Age: age, Children: []side.Child{{State: "INSTALLED", Age: age, InPackets: &in, OutPackets: &out}}}
}

func byCause(found []diagnose.Finding) map[diagnose.Cause]diagnose.Finding {
	out := map[diagnose.Cause]diagnose.Finding{}
	for _, f := range found {
		out[f.Cause] = f
	}
	return out
}

func TestTheSAsOfARouter(t *testing.T) {
	ask := func(tunnel store.Tunnel, sas ...side.SA) map[diagnose.Cause]diagnose.Finding {
		facts := reading(an(tunnel), side.Facts{SAsRead: true, SAs: sas})
		return byCause(diagnose.New(facts).Tunnel("id-fra-dc1"))
	}
	sick := fra(api.IPsec, health(0))
	if f := ask(sick)[diagnose.NoIKESA]; f.Likelihood != diagnose.Likely {
		t.Errorf("no SA: %+v", f)
	}
	if _, found := ask(sick, sa(time.Hour, 10, 10))[diagnose.NoIKESA]; found {
		t.Error("there is an SA")
	}
	if f := ask(fra(api.IPsec, up, keyed(time.Hour)), sa(3*time.Hour, 10, 10))[diagnose.KeyOlder]; f.Likelihood != diagnose.Certain ||
		f.Impact != diagnose.Risk {
		t.Errorf("an older SA: %+v", f)
	}
	if _, found := ask(fra(api.IPsec, up, keyed(3*time.Hour)), sa(time.Hour, 10, 10))[diagnose.KeyOlder]; found {
		t.Error("the SA is younger than the key")
	}
	if f := ask(sick, sa(time.Hour, 0, 100))[diagnose.OneWay]; f.Likelihood != diagnose.Likely ||
		!strings.Contains(f.Text, "receives nothing") {
		t.Errorf("one way: %+v", f)
	}
	for _, both := range []side.SA{sa(time.Hour, 100, 100), sa(time.Hour, 0, 0), sa(time.Hour, 0, 2)} {
		if _, found := ask(sick, both)[diagnose.OneWay]; found {
			t.Errorf("%+v is not one way", both.Children)
		}
	}
	// Cloudflare sends, and nothing arrives: both ends prove it.
	facts := reading(an(sick), side.Facts{SAsRead: true, SAs: []side.SA{sa(time.Hour, 0, 100)}})
	egress, none := 5e6, 0.0
	facts.Traffic = map[string]store.Traffic{"fra-dc1": {Egress: &egress, Ingress: &none}}
	if f := byCause(diagnose.New(facts).Tunnel("id-fra-dc1"))[diagnose.OneWay]; f.Likelihood != diagnose.Certain {
		t.Errorf("one way by both ends: %+v", f)
	}
}

// Both ends stand beside each other, with what agrees and what does not.
func TestBothEndsOfATunnel(t *testing.T) {
	rows := func(name string, changes ...is) map[string]diagnose.EndRow {
		out := map[string]diagnose.EndRow{}
		for _, r := range diagnose.New(said(an(fra(api.GRE, changes...)), side.FRR, recordedOf(t, side.FRR, name))).BothEnds("id-fra-dc1") {
			out[r.Label] = r
		}
		return out
	}
	well := rows("well", up)
	for label, want := range map[string]diagnose.Agreement{"Session": diagnose.Agrees, "Router's AS": diagnose.Agrees,
		"Cloudflare's AS":  diagnose.Agrees,
		"Router's address": diagnose.Agrees, "To Cloudflare": diagnose.Apart} {
		if r, there := well[label]; !there || r.Agreement != want {
			t.Errorf("%s: %+v", label, r)
		}
	}
	if r := well["To Cloudflare"]; !strings.Contains(r.Router, "192.0.2.0/24") {
		t.Errorf("%+v", r)
	}
	broken := rows("wrong-AS")
	if r := broken["Router's AS"]; r.Agreement != diagnose.Disagree || r.Router != "64999" || r.Cloudflare != "65010" {
		t.Errorf("%+v", r)
	}
	if r := broken["Last reset"]; !strings.Contains(r.Router, "Cease, Other Configuration Change") {
		t.Errorf("%+v", r)
	}
	if r := rows("another-MD5-key")["MD5 key"]; r.Router != "another one" || r.Agreement != diagnose.Disagree {
		t.Errorf("%+v", r)
	}
	if r := rows("route-to-the-endpoint-through-the-tunnel")["Route to endpoint"]; r.Agreement != diagnose.Disagree {
		t.Errorf("%+v", r)
	}
	if got := diagnose.New(an(fra(api.GRE))).BothEnds("id-fra-dc1"); got != nil {
		t.Errorf("a router that was not asked: %+v", got)
	}
}

// An account whose sessions have another AS number of Cloudflare's has no wrong one there.
func TestCloudflaresOwnASNumberIsTheAccounts(t *testing.T) {
	facts := said(an(fra(api.GRE)), side.FRR, recordedOf(t, side.FRR, "wrong-AS-of-Cloudflare"))
	facts.CloudflareASN = 13336
	if _, found := byCause(diagnose.New(facts).Tunnel("id-fra-dc1"))[diagnose.ASNMismatch]; found {
		t.Error("the account's own AS number of Cloudflare is called wrong")
	}
}
