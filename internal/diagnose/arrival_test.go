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

// traffic is a rate in bit/s from one step to another, counted in steps of five minutes since two hours ago; 24 is the present.
type traffic struct {
	subnet, outcome, system string
	from, to                int
	rate                    float64
}

const (
	shop = "198.18.10.0/24"
	none = ""
)

// arrived is an answer of the network analytics of just now.
func arrived(list ...traffic) store.Flows {
	in := store.Flows{At: night, Asked: night, FlowReport: api.FlowReport{From: night.Add(-store.FlowsSpan), To: night.Add(2 * time.Minute)}}
	for _, tr := range list {
		for step := tr.from; step < tr.to; step++ {
			bits, packets := tr.rate*300, tr.rate*300/8000
			in.Flows = append(in.Flows, api.Flow{Subnet: netip.MustParsePrefix(tr.subnet), Outcome: tr.outcome, System: tr.system,
				At: in.From.Add(time.Duration(step) * api.FlowStep), Bits: &bits, Packets: &packets})
		}
	}
	return in
}

// advertisedPrefix is a prefix with everything in order.
func advertisedPrefix(cidr string) store.Prefix {
	yes := true
	return store.Prefix{Prefix: api.Prefix{ID: "p", CIDR: cidr, Approved: "V", IRRValidationState: "valid", RPKIValidationState: "valid"},
		BGP:      bgp(api.BGPPrefix{ID: "b", CIDR: cidr, OnDemand: &api.OnDemand{Advertised: &yes, OnDemandEnabled: true}}),
		Bindings: bindings(api.Binding{CIDR: cidr, ServiceName: "CDN", Provisioning: &api.Provisioning{State: "active"}})}
}

func pass(from, to int, rate float64) traffic { return traffic{shop, api.Passed, none, from, to, rate} }

func drop(system string, from, to int, rate float64) traffic {
	return traffic{shop, api.Dropped, system, from, to, rate}
}

// Attack or fault: all tunnels are up, and customers do not reach the prefix. Each answer stands beside the nearest one that is another.
func TestAttackOrFault(t *testing.T) {
	t.Parallel()
	const mega, giga = 1e6, 1e9
	usual := pass(0, 24, 300*mega)
	elsewhere := traffic{"198.18.99.0/24", api.Passed, none, 0, 24, 50 * mega}
	incomplete := func(change func(*store.Flows)) func(*store.Flows) { return change }
	for name, c := range map[string]struct {
		traffic []traffic
		change  func(*store.Flows)
		want    string
		says    []string
	}{
		"an attack is dropped, customers pass": {[]traffic{usual, drop("dosd", 13, 24, 4.2*giga)}, nil, "traffic-dropped:remark",
			[]string{"4.2 Gbit/s to 198.18.10.0/24 dropped by DDoS protection (dosd) since 02:05 UTC", "300.0 Mbit/s pass, as before"}},
		"an attack is dropped, and customers with it": {[]traffic{pass(0, 13, 300*mega), drop("flowtrackd", 13, 24, 4.2*giga)}, nil,
			"traffic-dropped:likely", []string{"Advanced TCP Protection (flowtrackd) since 02:05 UTC", "none of 300.0 Mbit/s before it now passes",
				"unconfirmed"}},
		"an own rule drops most": {[]traffic{pass(0, 13, 300*mega), pass(13, 24, 60*mega), drop("magic-firewall", 13, 24, 240*mega)}, nil,
			"traffic-dropped:likely", []string{"240.0 Mbit/s to 198.18.10.0/24 dropped by your Network Firewall rules",
				"60.0 Mbit/s pass, before it was 300.0 Mbit/s"}},
		"two systems": {[]traffic{usual, drop("dosd", 13, 24, 3*giga), drop("magic-firewall", 20, 24, 1*giga)}, nil, "traffic-dropped:remark",
			[]string{"4.0 Gbit/s to 198.18.10.0/24 dropped: 3.0 Gbit/s by DDoS protection (dosd) since 02:05 UTC, 1.0 Gbit/s by your"}},
		"since before anybody can tell": {[]traffic{usual, drop("dosd", 0, 24, 2*giga)}, nil, "traffic-dropped:remark",
			[]string{"since before 01:00 UTC"}},
		"dropped for two hours, and nothing passes": {[]traffic{drop("dosd", 0, 24, 2*giga)}, nil, "traffic-dropped:possible",
			[]string{"nothing passes, and what passed before is not known"}},
		"an attack that is over": {[]traffic{usual, drop("dosd", 5, 15, 4*giga)}, nil, "traffic-passes:remark",
			[]string{"No attack: 300.0 Mbit/s for 198.18.10.0/24 pass", "nothing is dropped"}},
		"what every network drops all day": {[]traffic{usual, drop("dosd", 0, 24, 0.2*mega)}, nil, "traffic-passes:remark",
			[]string{"next to nothing is dropped (200.0 kbit/s)"}},
		"nothing dropped, nothing arrives any more": {[]traffic{pass(0, 13, 300*mega), elsewhere}, nil, "traffic-stopped:likely",
			[]string{"Nothing dropped, nothing arrives for 198.18.10.0/24 since 02:05 UTC; before it was 300.0 Mbit/s", "it reaches Cloudflare"}},
		"nothing of the account arrives any more": {[]traffic{pass(0, 13, 300*mega)}, nil, "traffic-stopped:possible",
			[]string{"the analytics may be late"}},
		"so little that samples miss it": {[]traffic{pass(0, 13, 0.2*mega), elsewhere}, nil, "nothing-arrives:remark",
			[]string{"so little before that the samples"}},
		"nothing dropped, nothing arrives": {[]traffic{elsewhere}, nil, "nothing-arrives:remark",
			[]string{"Nothing dropped, nothing arrives: no packet for 198.18.10.0/24 was among the samples (1 in 10000) since 01:00 UTC"}},
		"nothing in an answer that was cut":  {[]traffic{elsewhere}, incomplete(func(f *store.Flows) { f.Partial = true }), "", nil},
		"nothing in one that cannot be read": {[]traffic{elsewhere}, incomplete(func(f *store.Flows) { f.Odd = 1 }), "", nil},
		"an outcome that no document has":    {[]traffic{{shop, "challenged", none, 0, 24, mega}, elsewhere}, nil, "", nil},
		"an answer of an hour ago":           {[]traffic{usual}, func(f *store.Flows) { f.At = f.At.Add(-time.Hour) }, "", nil},
		"no rates": {[]traffic{usual, drop("dosd", 13, 24, giga)}, func(f *store.Flows) {
			for i := range f.Flows {
				f.Flows[i].Bits, f.Flows[i].Packets = nil, nil
			}
		}, "traffic-dropped:remark", []string{"Traffic to 198.18.10.0/24 dropped by DDoS protection (dosd) since 02:05 UTC; other traffic " +
			"passes"}},
		"packets only": {[]traffic{usual, drop("dosd", 13, 24, 8e9)}, func(f *store.Flows) {
			for i := range f.Flows {
				f.Flows[i].Bits = nil
			}
		}, "traffic-dropped:remark", []string{"1000000 packets/s to 198.18.10.0/24 dropped"}},
		"a system that no document has": {[]traffic{usual, drop("newd", 13, 24, giga)}, nil, "traffic-dropped:remark",
			[]string{`"newd" (not in Cloudflare's documents)`}},
		"no system named": {[]traffic{usual, drop(none, 13, 24, giga)}, nil, "traffic-dropped:remark",
			[]string{"a system that the analytics do not name"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := arrived(c.traffic...)
			if c.change != nil {
				c.change(&in)
			}
			account := diagnose.New(diagnose.Facts{Now: night, Prefixes: prefixes(advertisedPrefix(shop)), Flows: in})
			found := account.Prefix("p")
			if got := causes(found); got != c.want {
				t.Fatalf("%q, want %q: %+v", got, c.want, found)
			}
			for _, text := range c.says {
				if !strings.Contains(found[0].Text, text) {
					t.Errorf("does not say %q:\n%s", text, found[0].Text)
				}
			}
			if len(found) > 0 && (len(found[0].Evidence) < 2 || !strings.Contains(found[0].Source, "unconfirmed")) {
				t.Errorf("%+v", found[0])
			}
			onOverview := len(account.All()) > 0
			if matters := strings.HasSuffix(c.want, ":likely") || strings.HasSuffix(c.want, ":possible"); onOverview != matters {
				t.Errorf("on the overview: %v", onOverview)
			}
		})
	}
}

// A larger prefix names the part that is hit; a withdrawn one, and one that is smaller than what the analytics tell apart, say nothing.
func TestWhoIsHit(t *testing.T) {
	t.Parallel()
	in := arrived(pass(0, 24, 3e8), drop("dosd", 13, 24, 4.2e9), traffic{"198.18.11.0/24", api.Passed, none, 0, 24, 1e8},
		traffic{"2001:db8:40:7::/64", api.Dropped, "dosd", 13, 24, 1e9})
	read := func(p store.Prefix) []diagnose.Finding {
		return diagnose.New(diagnose.Facts{Now: night, Prefixes: prefixes(p), Flows: in}).Prefix("p")
	}
	if found := read(advertisedPrefix("198.18.8.0/21")); causes(found) != "traffic-dropped:remark" ||
		!strings.Contains(found[0].Text, "to 198.18.10.0/24 dropped") || !strings.Contains(found[0].Text, "400.0 Mbit/s pass") {
		t.Errorf("%+v", found)
	}
	if found := read(advertisedPrefix("2001:db8:40::/48")); !strings.Contains(found[0].Text, "to 2001:db8:40:7::/64 dropped") {
		t.Errorf("%+v", found)
	}
	if found := read(advertisedPrefix("198.18.10.0/26")); len(found) != 0 {
		t.Errorf("of a part of a /24: %+v", found)
	}
	withdrawn := advertisedPrefix("198.18.12.0/24")
	no := false
	withdrawn.BGP.Rows[0].OnDemand.Advertised = &no
	if got := causes(read(withdrawn)); got != "prefix-withdrawn:certain" {
		t.Errorf("withdrawn: %s", got)
	}
}

// What was dropped stands on the timeline with its begin and its end, beside what was seen of the prefix.
func TestMitigationsStandOnTheTimeline(t *testing.T) {
	t.Parallel()
	f := diagnose.Facts{Now: night, Prefixes: prefixes(advertisedPrefix(shop)),
		Flows:  arrived(pass(0, 24, 3e8), drop("dosd", 5, 15, 4.2e9), drop("magic-firewall", 20, 24, 1e9)),
		Events: []store.Event{{At: night.Add(-time.Hour), Kind: store.PrefixWithdrawn, Resource: store.BGPPrefixes, ObjectID: "b", Name: shop}}}
	text := diagnose.TimelineText(diagnose.New(f).Timeline(diagnose.EventWords, diagnose.Subject{Kind: store.Prefixes, ID: "p",
		Name: shop}), false)
	at := -1
	for _, line := range []string{"2026-11-20 01:25:00  198.18.10.0/24  analytics: DDoS protection (dosd) drops 4.2 Gbit/s",
		"02:00:00  198.18.10.0/24  seen: withdrawn", "02:15:00  198.18.10.0/24  analytics: DDoS protection (dosd) stopped dropping",
		"02:40:00  198.18.10.0/24  analytics: your Network Firewall rules (magic-firewall) drops 1.0 Gbit/s"} {
		next := strings.Index(text, line)
		if next <= at {
			t.Errorf("%q is missing or in the wrong place:\n%s", line, text)
		}
		at = next
	}
	if strings.Count(text, "\n") != 5 {
		t.Error(text)
	}
}
