package diagnose_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// network is an account with tunnels t0, t1, … whose inner subnets are 10.255.0.0/31, 10.255.0.2/31, …
type network struct {
	facts diagnose.Facts
}

// healths are the averages by which a tunnel is healthy, degraded or down; a missing one was not measured.
var healths = map[string]float64{"healthy": 1, "degraded": 0.6, "down": 0}

// networkOf has a tunnel for each word of health, which may also be "off" or "?".
func networkOf(words ...string) *network {
	n := &network{diagnose.Facts{Now: night, Health: map[string]store.MeasuredHealth{}}}
	read := store.Entry{Fetched: night}
	n.facts.GRE, n.facts.IPsec, n.facts.Measured = read, read, read
	n.facts.Measured.Kind = store.TunnelHealth
	n.facts.Links = store.ListOf[api.MagicInterconnect](store.Links, nil, night)
	n.facts.Routes = store.ListOf[api.Route](store.Routes, nil, night)
	n.facts.Prefixes = store.ListOf[store.Prefix](store.Prefixes, nil, night)
	for i, word := range words {
		on := word != "off"
		t := store.Tunnel{State: store.NoBGP, Tunnel: api.Tunnel{Kind: api.GRE, ID: fmt.Sprint("id", i), Name: fmt.Sprint("t", i),
			CustomerEndpoint: fmt.Sprintf("203.0.113.%d", i), InterfaceAddress: fmt.Sprintf("10.255.0.%d/31", 2*i),
			HealthCheck: &api.HealthCheck{Enabled: &on}}}
		n.facts.Tunnels = append(n.facts.Tunnels, t)
		if score, ok := healths[word]; ok {
			n.facts.Health[t.Name] = store.MeasuredHealth{State: store.HealthOf(&score), Score: &score}
		}
	}
	return n
}

// route adds a route, written as "prefix tunnel priority [w=weight] [REGION|colo …]".
func (n *network) route(text string) *network {
	var r api.Route
	words := strings.Fields(text)
	var tunnel int
	r.Prefix = words[0]
	if _, err := fmt.Sscanf(words[1], "t%d", &tunnel); err == nil {
		r.Nexthop = fmt.Sprintf("10.255.0.%d", 2*tunnel+1)
	} else {
		r.Nexthop = words[1]
	}
	if _, err := fmt.Sscan(words[2], &r.Priority); err != nil {
		panic(err)
	}
	for _, word := range words[3:] {
		if weight, ok := strings.CutPrefix(word, "w="); ok {
			if _, err := fmt.Sscan(weight, &r.Weight); err != nil {
				panic(err)
			}
			continue
		}
		if r.Scope == nil {
			r.Scope = &api.RouteScope{}
		}
		if strings.ToUpper(word) == word {
			r.Scope.ColoRegions = append(r.Scope.ColoRegions, word)
		} else {
			r.Scope.ColoNames = append(r.Scope.ColoNames, word)
		}
	}
	r.ID = fmt.Sprint("r", len(n.facts.Routes.Rows))
	n.facts.Routes.Rows = append(n.facts.Routes.Rows, r)
	return n
}

func (n *network) routes(texts ...string) *network {
	for _, text := range texts {
		n.route(text)
	}
	return n
}

// carriers names the paths that carry the traffic from a region, with their shares in percent.
func carriers(r diagnose.Reach) string {
	var out []string
	for _, u := range r.Uses {
		switch {
		case u.InUse && u.Share != nil:
			out = append(out, fmt.Sprintf("%s %.0f%%", u.Name(), *u.Share*100))
		case u.InUse:
			out = append(out, u.Name()+" ?%")
		case u.Maybe:
			out = append(out, u.Name()+"?")
		}
	}
	return strings.Join(out, " ")
}

// What is left of the paths to a network, in words and in severity.
func TestWhatIsLeftOfThePaths(t *testing.T) {
	const net = "10.64.0.0/20"
	for name, c := range map[string]struct {
		health string
		routes []string
		want   string
		impact diagnose.Impact
		sure   diagnose.Likelihood
		carry  string
	}{
		"two equal, both healthy": {"healthy healthy", []string{net + " t0 100", net + " t1 100"},
			"2 healthy paths", diagnose.NoImpact, diagnose.Certain, "t0 50% t1 50%"},
		"one of two equal down": {"healthy down", []string{net + " t0 100", net + " t1 100"},
			"1 of 2 paths healthy", diagnose.Impaired, diagnose.Certain, "t0 100%"},
		"the same with other numbers and a third": {"down healthy healthy", []string{net + " t0 7 w=1", net + " t1 7 w=1", net + " t2 7 w=3"},
			"2 of 3 paths healthy", diagnose.Impaired, diagnose.Certain, "t1 25% t2 75%"},
		"both down: Cloudflare goes on sending": {"down down", []string{net + " t0 100", net + " t1 100"},
			"no healthy path left", diagnose.Outage, diagnose.Certain, "t0 50% t1 50%"},
		"the only one down": {"down", []string{net + " t0 100"}, "no healthy path left", diagnose.Outage, diagnose.Certain, "t0 100%"},
		"the only one healthy": {"healthy", []string{net + " t0 100"},
			"1 healthy path, no redundancy", diagnose.NoImpact, diagnose.Certain, "t0 100%"},
		"primary degraded, backup near": {"degraded healthy", []string{net + " t0 100", net + " t1 200"},
			"1 of 2 paths healthy, 1 degraded", diagnose.Impaired, diagnose.Certain, "t1 100%"},
		"primary degraded, backup at + 499,999": {"degraded healthy", []string{net + " t0 100", net + " t1 500099"},
			"1 of 2 paths healthy, 1 degraded", diagnose.Impaired, diagnose.Certain, "t1 100%"},
		"primary degraded, backup at + 500,000 shares with it": {"degraded healthy", []string{net + " t0 100", net + " t1 500100"},
			"1 of 2 paths healthy, 1 degraded", diagnose.Impaired, diagnose.Certain, "t0 50% t1 50%"},
		"primary degraded, backup beyond": {"degraded healthy", []string{net + " t0 100", net + " t1 500101"},
			"1 of 2 paths healthy, 1 degraded", diagnose.Impaired, diagnose.Certain, "t0 100%"},
		"primary down, backup beyond a million": {"down healthy", []string{net + " t0 100", net + " t1 1000101"},
			"no healthy path left; t1 never takes over", diagnose.Outage, diagnose.Certain, "t0 100%"},
		"primary down, backup at just a million more": {"down healthy", []string{net + " t0 100", net + " t1 1000100"},
			"1 of 2 paths healthy, and part of the traffic goes into t0", diagnose.Impaired, diagnose.Certain, "t0 50% t1 50%"},
		"primary down, backup one below that": {"down healthy", []string{net + " t0 100", net + " t1 1000099"},
			"1 of 2 paths healthy", diagnose.Impaired, diagnose.Certain, "t1 100%"},
		"all degraded": {"degraded degraded", []string{net + " t0 100", net + " t1 100"},
			"2 paths, all degraded", diagnose.Impaired, diagnose.Certain, "t0 50% t1 50%"},
		"the only one degraded": {"degraded", []string{net + " t0 100"}, "1 path, degraded", diagnose.Impaired, diagnose.Certain, "t0 100%"},
		"one degraded, one down": {"degraded down", []string{net + " t0 100", net + " t1 100"},
			"no healthy path, 1 degraded", diagnose.Impaired, diagnose.Certain, "t0 100%"},
		"two routes into one tunnel are one way": {"down healthy", []string{net + " t0 100", net + " t0 300", net + " t1 200"},
			"1 of 2 paths healthy", diagnose.Impaired, diagnose.Certain, "t1 100%"},
		"health checks off": {"off", []string{net + " t0 100"},
			"cannot tell whether the path is healthy: its health checks are off", diagnose.NoImpact, diagnose.Possible, "t0 100%"},
		"not measured": {"?", []string{net + " t0 100"},
			"cannot tell whether the path is healthy: no health was measured for it", diagnose.NoImpact, diagnose.Possible, "t0 100%"},
		"one not measured, one down": {"? down", []string{net + " t0 100", net + " t1 100"},
			"none of 2 paths known to be healthy, cannot tell for 1: no health was measured for it", diagnose.Impaired, diagnose.Certain, "t0? t1?"},
		"one not measured, the backup healthy": {"? healthy", []string{net + " t0 100", net + " t1 200"},
			"1 of 2 paths healthy, cannot tell for 1: no health was measured for it", diagnose.NoImpact, diagnose.Possible, "t0? t1?"},
		"the backup not measured": {"healthy ?", []string{net + " t0 100", net + " t1 200"},
			"1 of 2 paths healthy, cannot tell for 1: no health was measured for it", diagnose.NoImpact, diagnose.Possible, "t0 100%"},
		"a next hop in no subnet": {"healthy", []string{net + " t0 100", net + " 10.99.0.1 200"},
			"1 of 2 paths healthy", diagnose.Impaired, diagnose.Certain, "t0 100%"},
		"only Cloudflare's side": {"healthy", []string{net + " 10.255.0.0 100"},
			"no healthy path left", diagnose.Outage, diagnose.Certain, "t0 100%"},
		"only some have a weight": {"healthy healthy", []string{net + " t0 100 w=5", net + " t1 100"},
			"2 healthy paths", diagnose.NoImpact, diagnose.Certain, "t0 ?% t1 ?%"},
	} {
		t.Run(name, func(t *testing.T) {
			d := diagnose.NewTable(networkOf(strings.Fields(c.health)...).routes(c.routes...).facts).Destination(netip.MustParsePrefix(net))
			if d.Text() != net+": "+c.want {
				t.Errorf("it says %q, want %q", d.Text(), c.want)
			}
			if d.Impact != c.impact || d.Likelihood != c.sure {
				t.Errorf("impact %s, %s; want %s, %s", d.Impact, d.Likelihood, c.impact, c.sure)
			}
			if got := carriers(d.Reach[0]); got != c.carry {
				t.Errorf("carried by %q, want %q", got, c.carry)
			}
		})
	}
}

// The longest prefix wins whatever its health, and each region has its own table.
func TestRegionsHaveTheirOwnTables(t *testing.T) {
	n := networkOf("down", "healthy", "healthy").routes("198.18.20.0/24 t0 100 ENAM WNAM", "198.18.20.0/24 t1 100 WEUR",
		"198.18.16.0/20 t2 100")
	table := diagnose.NewTable(n.facts)
	d := table.Destination(netip.MustParsePrefix("198.18.20.0/24"))
	if got := d.Text(); got != "198.18.20.0/24: no healthy path left in ENAM WNAM" || d.Impact != diagnose.Outage {
		t.Errorf("%s (%s)", got, d.Impact)
	}
	for _, r := range d.Reach {
		want := map[string]string{"ENAM": "t0 100%", "WEUR": "t1 100%", "AFR": "t2 100%"}[r.Places[0]]
		if got := carriers(r); got != want {
			t.Errorf("from %v by %q, want %q", r.Places, got, want)
		}
	}
	gap := diagnose.NewTable(networkOf("healthy").route("198.18.20.0/24 t0 100 ENAM den01").facts).Destination(
		netip.MustParsePrefix("198.18.20.0/24"))
	if got := gap.Text(); !strings.Contains(got, "no route leads there in 8 regions") || gap.Impact != diagnose.Impaired {
		t.Errorf("%s (%s)", got, gap.Impact)
	}
}

// The busiest location counts, not the mean over all.
func TestABusyLocationCounts(t *testing.T) {
	n := networkOf("healthy").route("10.1.0.0/16 t0 100")
	score := func(v float64) *float64 { return &v }
	n.facts.Insights = map[string]store.Insight{"t0": {ColoFlow: true, Colos: []store.Colo{
		{Name: "fra", Score: score(0), BitRate: score(9e8)}, {Name: "ams", Score: score(1), BitRate: score(1e8)},
		{Name: "gru", Score: score(1), BitRate: score(0)}, {Name: "nrt", Score: score(1), BitRate: score(0)}}}}
	d := diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix("10.1.0.0/16"))
	if d.Impact != diagnose.Outage || !strings.Contains(d.Paths()[0].Why, "fra") {
		t.Errorf("%s (%s), %q", d.Text(), d.Impact, d.Paths()[0].Why)
	}
	in := n.facts.Insights["t0"]
	in.Partial = true // what was cut off may be the busiest
	n.facts.Insights["t0"] = in
	if d := diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix("10.1.0.0/16")); d.Impact != diagnose.NoImpact {
		t.Errorf("a part of the locations was taken for all: %s", d.Text())
	}
}

// A session that just fell counts before the health, an average over ten minutes, shows it; one that fell long ago does not.
func TestASessionThatJustFell(t *testing.T) {
	n := networkOf("healthy", "healthy").routes("10.1.0.0/16 t0 100", "10.1.0.0/16 t1 100", "10.2.0.0/16 t0 100")
	down := &n.facts.Tunnels[0]
	down.BGP, down.State, down.Track.Changed = &api.BGP{CustomerASN: 65001}, store.Down, night.Add(-40*time.Second)
	table := diagnose.NewTable(n.facts)
	reduced, out := table.Destination(netip.MustParsePrefix("10.1.0.0/16")), table.Destination(netip.MustParsePrefix("10.2.0.0/16"))
	if reduced.Impact != diagnose.Impaired || reduced.Likelihood != diagnose.Likely || out.Impact != diagnose.Outage ||
		out.Likelihood != diagnose.Likely {
		t.Errorf("%s (%s %s); %s (%s %s)", reduced.Text(), reduced.Likelihood, reduced.Impact, out.Text(), out.Likelihood, out.Impact)
	}
	if through := table.Through("id0"); len(through) != 2 || through[0].Prefix.String() != "10.2.0.0/16" {
		t.Errorf("through t0: %v", through)
	}
	down.Track.Changed = night.Add(-time.Hour)
	if d := diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix("10.2.0.0/16")); d.Impact != diagnose.NoImpact {
		t.Errorf("static routes do not follow the session, and the probes get through: %s", d.Text())
	}
}

// Two regions have no path left, of one it is only likely: both are named, whichever comes first. Where they have lost different things
// the surer one is told.
func TestRegionsThatHaveLostTheSameAreNamedTogether(t *testing.T) {
	const net = "10.1.0.0/16"
	for _, c := range []struct {
		routes []string
		want   string
		sure   diagnose.Likelihood
	}{
		{[]string{net + " t0 100 ENAM", net + " t1 100 WEUR"}, net + ": no healthy path left in ENAM WEUR", diagnose.Likely},
		{[]string{net + " t1 100 ENAM", net + " t0 100 WEUR"}, net + ": no healthy path left in ENAM WEUR", diagnose.Likely},
		{[]string{net + " t0 100 ENAM", net + " t1 100 WEUR", net + " t2 2000000 WEUR"},
			net + ": no healthy path left; t2 never takes over in WEUR", diagnose.Certain},
		{[]string{net + " t0 100 WEUR", net + " t1 100 ENAM", net + " t2 2000000 ENAM"},
			net + ": no healthy path left; t2 never takes over in ENAM", diagnose.Certain},
	} {
		n := networkOf("healthy", "down", "healthy").routes(c.routes...)
		fell := &n.facts.Tunnels[0]
		fell.BGP, fell.State, fell.Track.Changed = &api.BGP{CustomerASN: 65001}, store.Down, night.Add(-40*time.Second)
		d := diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix(net))
		if d.Text() != c.want || d.Likelihood != c.sure || d.Impact != diagnose.Outage {
			t.Errorf("%v: %s (%s %s), want %s (%s)", c.routes, d.Text(), d.Likelihood, d.Impact, c.want, c.sure)
		}
	}
}

// What was not read makes what rests on it "cannot tell", and nothing else.
func TestWhatWasNotReadIsNotTold(t *testing.T) {
	failed := errors.New("timeout")
	for name, c := range map[string]struct {
		lose func(*diagnose.Facts)
		want map[string]string
	}{
		"nothing is missing": {func(*diagnose.Facts) {}, map[string]string{"10.1.0.0/16": "1 of 2 paths healthy",
			"10.9.0.0/16": "no route leads there"}},
		"analytics": {func(f *diagnose.Facts) { f.Health, f.Measured = nil, store.Entry{Err: failed} }, map[string]string{
			"10.1.0.0/16": "cannot tell whether the 2 paths are healthy: the health could not be read", "10.9.0.0/16": "no route leads there"}},
		"analytics of an hour ago": {func(f *diagnose.Facts) { f.Measured.Fetched = night.Add(-time.Hour) }, map[string]string{
			"10.1.0.0/16": "cannot tell whether the 2 paths are healthy: the health was last read 1 h ago",
			"10.9.0.0/16": "no route leads there"}},
		"routes": {func(f *diagnose.Facts) { f.Routes = store.List[api.Route]{Entry: store.Entry{Err: failed}} }, map[string]string{
			"10.1.0.0/16": "cannot tell whether it is routed: the routes could not be read",
			"10.9.0.0/16": "cannot tell whether it is routed: the routes could not be read"}},
		"the GRE tunnels": {func(f *diagnose.Facts) { f.Tunnels, f.GRE = nil, store.Entry{Err: failed} }, map[string]string{
			"10.1.0.0/16": "cannot tell whether the 2 paths are healthy: the GRE tunnels could not be read",
			"10.9.0.0/16": "cannot tell whether it is routed: the GRE tunnels could not be read"}},
		"the IPsec tunnels": {func(f *diagnose.Facts) { f.IPsec = store.Entry{} }, map[string]string{"10.1.0.0/16": "1 of 2 paths healthy",
			"10.9.0.0/16": "cannot tell whether it is routed: the IPsec tunnels were not read yet"}},
		"a session is up": {func(f *diagnose.Facts) { f.Tunnels[0].State = store.Up },
			map[string]string{"10.1.0.0/16": "1 of 2 paths healthy",
				"10.9.0.0/16": "cannot tell whether it is routed: BGP is up on 1 tunnel, and the API does not show learned routes"}},
	} {
		n := networkOf("healthy", "down").routes("10.1.0.0/16 t0 100", "10.1.0.0/16 t1 100")
		c.lose(&n.facts)
		table := diagnose.NewTable(n.facts)
		for prefix, want := range c.want {
			if got := table.Destination(netip.MustParsePrefix(prefix)).Left(); got != want {
				t.Errorf("without %s, %s: %q, want %q", name, prefix, got, want)
			}
		}
	}
}

// Backups that never take over and single points of failure are notes.
func TestNotesOnPaths(t *testing.T) {
	for name, c := range map[string]struct {
		health string
		routes []string
		want   string
	}{
		"a backup that never wins": {"healthy healthy", []string{"10.1.0.0/16 t0 100", "10.1.0.0/16 t1 1000100"},
			"never takes over, even with t0 down"},
		"one that does not help a slow one": {"healthy healthy", []string{"10.1.0.0/16 t0 5", "10.1.0.0/16 t1 500005"}, "from a degraded t0"},
		"near miss: one less":               {"healthy healthy", []string{"10.1.0.0/16 t0 100", "10.1.0.0/16 t1 500099"}, ""},
		"near miss: in another region": {"healthy healthy", []string{"10.1.0.0/16 t0 100 ENAM", "10.1.0.0/16 t1 1000100 WEUR"},
			"t0 is the only path from ENAM."},
		"one way":                            {"healthy", []string{"10.1.0.0/16 t0 100"}, "t0 is the only path."},
		"two routes into one tunnel are one": {"healthy", []string{"10.1.0.0/16 t0 100", "10.1.0.0/16 t0 200"}, "t0 is the only path."},
		"two ways":                           {"healthy healthy", []string{"10.1.0.0/16 t0 100", "10.1.0.0/16 t1 100"}, ""},
	} {
		n := networkOf(strings.Fields(c.health)...).routes(c.routes...)
		var notes []string
		for _, f := range diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix("10.1.0.0/16")).Notes() {
			if f.Likelihood != diagnose.Remark || f.Cause != diagnose.BackupNeverWins && f.Cause != diagnose.SinglePoint {
				t.Errorf("%s: %s %s is no note", name, f.Cause, f.Likelihood)
			}
			notes = append(notes, f.Text)
		}
		if got := strings.Join(notes, " "); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	same := networkOf("healthy", "healthy").routes("10.1.0.0/16 t0 100", "10.1.0.0/16 t1 100")
	same.facts.Tunnels[1].CustomerEndpoint = same.facts.Tunnels[0].CustomerEndpoint
	if notes := diagnose.NewTable(same.facts).Destination(netip.MustParsePrefix("10.1.0.0/16")).Notes(); len(notes) != 1 ||
		!strings.Contains(notes[0].Text, "your router 203.0.113.0") {
		t.Errorf("two tunnels to one router: %+v", notes)
	}
}

// The order of destinations is one, on every page: what nothing gets to from somewhere is worse than what has lost one of two paths, also
// while Cloudflare does not advertise it; what cannot be told stands before what is well.
func TestDestinationsTheWorstFirst(t *testing.T) {
	var order []string
	for _, d := range diagnose.New(diagnose.From(newDesk(t).look(), night)).Table().All() {
		order = append(order, d.Text())
	}
	want := []string{"10.61.16.0/22: no healthy path left",
		"198.18.20.0/24: no healthy path left in ENAM WNAM; Cloudflare does not advertise it", "198.18.11.0/24: 1 of 2 paths healthy",
		"198.18.30.0/24: cannot tell", "2001:db8:40::/48: cannot tell", "10.50.0.0/16: 1 healthy path", "10.61.8.0/22: 1 healthy path"}
	for i, text := range want {
		if i >= len(order) || !strings.HasPrefix(order[i], text) {
			t.Fatalf("%q, want %q", order, want)
		}
	}
}
