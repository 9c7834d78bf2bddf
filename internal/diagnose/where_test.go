package diagnose_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// asked is an address or a network, as a person types it.
func asked(text string) netip.Prefix {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen())
	}
	return netip.MustParsePrefix(text)
}

// own adds a prefix of the account; bgp are its BGP prefixes, "+" before those that are advertised, service is what it is bound to.
func (n *network) own(cidr, service string, bgp ...string) *network {
	p := store.Prefix{Prefix: api.Prefix{ID: "p-" + cidr, CIDR: cidr, Approved: "V"}}
	p.BGP = store.ListOf[api.BGPPrefix](store.BGPPrefixes, nil, night)
	for _, text := range bgp {
		on := strings.HasPrefix(text, "+")
		p.BGP.Rows = append(p.BGP.Rows, api.BGPPrefix{CIDR: strings.TrimPrefix(text, "+"), OnDemand: &api.OnDemand{Advertised: &on}})
	}
	p.Bindings = store.ListOf[api.Binding](store.Bindings, nil, night)
	if service != "" {
		p.Bindings.Rows = []api.Binding{{CIDR: cidr, ServiceName: service, Provisioning: &api.Provisioning{State: "active"}}}
	}
	n.facts.Prefixes.Rows = append(n.facts.Prefixes.Rows, p)
	return n
}

// Where an address leads: a route, the Internet, nowhere.
func TestWhereAnAddressLeads(t *testing.T) {
	n := networkOf("healthy", "down").routes("10.64.0.0/20 t0 100", "10.64.0.0/20 t1 100", "10.64.0.0/16 t1 100", "10.64.3.0/24 t1 100",
		"203.0.113.128/25 t0 100").own("203.0.113.0/24", "Magic Transit", "+203.0.113.0/24", "203.0.113.128/25")
	table := diagnose.NewTable(n.facts)
	for text, want := range map[string]struct {
		outcome diagnose.Outcome
		says    string
	}{
		"10.64.1.1":       {diagnose.Routed, "10.64.1.1/32: 1 of 2 paths healthy"},
		"10.64.3.7":       {diagnose.Routed, "10.64.3.7/32: no healthy path left"}, // the longer prefix wins though its only path is down
		"10.64.200.1":     {diagnose.Routed, "no healthy path left"},
		"10.65.0.1":       {diagnose.Dropped, "Cloudflare drops traffic to private and shared addresses"},
		"172.31.255.255":  {diagnose.Dropped, "drops"},
		"172.32.0.0":      {diagnose.ToInternet, "out to the Internet"},
		"100.64.0.1":      {diagnose.Dropped, "drops"},
		"100.128.0.1":     {diagnose.ToInternet, "out to the Internet"},
		"192.168.7.0/24":  {diagnose.Dropped, "drops"},
		"1.1.1.1":         {diagnose.ToInternet, "out to the Internet"},
		"2606:4700::1111": {diagnose.ToInternet, "out to the Internet"},
		"fd00::1":         {diagnose.Untold, "no document says"},
		"169.254.1.1":     {diagnose.Untold, "no document says"},
		"0.0.0.0/0":       {diagnose.Untold, "to private and shared ones it is dropped"},
		"203.0.113.200":   {diagnose.Routed, "1 healthy path, no redundancy"},
		"203.0.113.1":     {diagnose.Untold, "No route takes it to your network"},
	} {
		w := table.Where(asked(text))
		if w.Outcome != want.outcome || !strings.Contains(w.Text()+" "+w.Fate, want.says) {
			t.Errorf("%s: %s, %q %q; want %s, %q", text, w.Outcome, w.Text(), w.Fate, want.outcome, want.says)
		}
		if len(w.NotKnown) == 0 || !strings.Contains(w.NotKnown[0], "BGP-learned routes: the API does not show them") {
			t.Errorf("%s: what is not known: %q", text, w.NotKnown)
		}
	}
	a := table.Where(asked("203.0.113.200")).OwnPrefix
	if a == nil || a.Advertised != diagnose.Yes || a.By != "203.0.113.0/24" || !a.Transits {
		t.Errorf("a withdrawn part of an advertised prefix is advertised by that: %+v", a)
	}
	if w := table.Where(asked("10.64.3.7")); fmt.Sprint(w.Wider) != "[10.64.0.0/20 10.64.0.0/16]" {
		t.Errorf("routes that lose: %v", w.Wider)
	}
	if w := table.Where(asked("10.64.0.0/16")); len(w.Inside) != 2 || w.Inside[0].Prefix != netip.MustParsePrefix("10.64.3.0/24") {
		t.Errorf("inside: %v", w.Inside)
	}
	if is := table.Where(asked("10.255.0.3")).Is; fmt.Sprint(is) != "[your side of t1]" {
		t.Errorf("an inner address is %v", is)
	}
	if is := table.Where(asked("203.0.113.1")).Is; fmt.Sprint(is) != "[the customer endpoint of t1]" {
		t.Errorf("an endpoint is %v", is)
	}
}

// An account prefix: withdrawn, unbound, unread.
func TestWhetherTheAccountsPrefixIsAdvertised(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*store.Prefix)
		want   string
	}{
		"advertised and bound": {func(*store.Prefix) {}, "advertised by Cloudflare, bound to Magic Transit"},
		"withdrawn": {func(p *store.Prefix) { *p.BGP.Rows[0].OnDemand.Advertised = false },
			"not advertised by Cloudflare, bound to Magic Transit"},
		"not said": {func(p *store.Prefix) { p.BGP.Rows[0].OnDemand.Advertised = nil },
			"cannot tell whether it is advertised, bound to Magic Transit"},
		"never bound": {func(p *store.Prefix) { p.Bindings.Rows = nil }, "advertised by Cloudflare, bound to no service"},
		"binding under way": {func(p *store.Prefix) { p.Bindings.Rows[0].Provisioning.State = "provisioning" },
			"advertised by Cloudflare, binding to Magic Transit not active yet"},
		"BGP prefixes unread": {func(p *store.Prefix) { p.BGP = store.List[api.BGPPrefix]{Entry: store.Entry{Err: errors.New("x")}} },
			"cannot tell whether it is advertised, bound to Magic Transit"},
		"bindings unread": {func(p *store.Prefix) { p.Bindings = store.List[api.Binding]{} },
			"advertised by Cloudflare, cannot tell what it is bound to"},
	} {
		n := networkOf("down").route("198.51.100.0/24 t0 100").own("198.51.100.0/24", "Magic Transit", "+198.51.100.0/24")
		c.change(&n.facts.Prefixes.Rows[0])
		d := diagnose.NewTable(n.facts).Destination(netip.MustParsePrefix("198.51.100.0/24"))
		if got := d.OwnPrefix.Answers(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		want := diagnose.Outage
		if name == "withdrawn" {
			want = diagnose.Risk // nothing from the Internet comes this way
		}
		if d.Impact != want {
			t.Errorf("%s: %s, want %s", name, d.Impact, want)
		}
	}
}

// Each list that is missing is named, and what does not rest on it stays as it is.
func TestWhereNamesWhatWasNotRead(t *testing.T) {
	whole := networkOf("healthy", "healthy").routes("10.1.0.0/16 t0 100", "10.1.0.0/16 t1 100").own("198.51.100.0/24", "Magic Transit",
		"+198.51.100.0/24")
	for list, c := range map[string]struct {
		lose func(*diagnose.Facts)
		// what of the answer about 10.1.2.3 changes, and what of that about 10.9.9.9
		routed, unrouted bool
	}{
		"the routes":                         {func(f *diagnose.Facts) { f.Routes = store.List[api.Route]{} }, true, true},
		"the gre tunnels":                    {func(f *diagnose.Facts) { f.GRE.Err = errors.New("x") }, false, true},
		"the ipsec tunnels":                  {func(f *diagnose.Facts) { f.IPsec.Err = errors.New("x") }, false, true},
		"the interconnect tunnel interfaces": {func(f *diagnose.Facts) { f.Links = store.List[api.MagicInterconnect]{} }, false, true},
		"the prefixes":                       {func(f *diagnose.Facts) { f.Prefixes = store.List[store.Prefix]{} }, false, false},
		"the health":                         {func(f *diagnose.Facts) { f.Health, f.Measured = nil, store.Entry{} }, true, false},
	} {
		facts := whole.facts
		c.lose(&facts)
		before, after := diagnose.NewTable(whole.facts), diagnose.NewTable(facts)
		for text, changes := range map[string]bool{"10.1.2.3": c.routed, "10.9.9.9": c.unrouted} {
			was, is := before.Where(asked(text)), after.Where(asked(text))
			if differs := was.Text()+was.Fate != is.Text()+is.Fate; differs != changes {
				t.Errorf("without %s the answer about %s is %q %q, was %q %q", list, text, is.Text(), is.Fate, was.Text(), was.Fate)
			}
			if changes && !strings.Contains(strings.ToLower(is.Text()+is.Fate), "cannot tell") {
				t.Errorf("without %s %s says %q %q", list, text, is.Text(), is.Fate)
			}
			if !strings.Contains(strings.ToLower(strings.Join(is.NotKnown, " ")), list) {
				t.Errorf("without %s %s does not say so: %q", list, text, is.NotKnown)
			}
		}
	}
}

// naive is an independent model: it compares addresses bit by bit as text, and goes through all routes for every question.
func naive(routes []api.Route, penalty map[string]int, addr netip.Addr, region string) map[string]bool {
	bits := func(a netip.Addr) string {
		var s strings.Builder
		for _, b := range a.AsSlice() {
			fmt.Fprintf(&s, "%08b", b)
		}
		return s.String()
	}
	longest, least := -1, 0
	var best map[string]bool
	for _, r := range routes {
		base, length, _ := strings.Cut(r.Prefix, "/")
		var n int
		if _, err := fmt.Sscan(length, &n); err != nil {
			panic(err)
		}
		network := netip.MustParseAddr(base)
		if network.Is4() != addr.Is4() || bits(network)[:n] != bits(addr)[:n] {
			continue
		}
		if r.Scope != nil && !slices.Contains(r.Scope.ColoRegions, region) {
			continue
		}
		number := r.Priority + penalty[r.Nexthop]
		if n < longest || n == longest && number > least {
			continue
		}
		if n > longest || number < least {
			best = map[string]bool{}
		}
		longest, least = n, number
		best[r.Nexthop] = true
	}
	return best
}

// many is an account with this many routes and tunnels, all of them invented from a seed.
func many(seed uint64, routes, tunnels int) *network {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test account
	words := []string{"healthy", "healthy", "healthy", "degraded", "down"}
	n := networkOf()
	for i := range tunnels {
		word := words[random.IntN(len(words))]
		score := healths[word]
		name := fmt.Sprint("t", i)
		n.facts.Tunnels = append(n.facts.Tunnels, store.Tunnel{State: store.NoBGP,
			Tunnel: api.Tunnel{Kind: api.GRE, ID: fmt.Sprint("id", i), Name: name,
				CustomerEndpoint: fmt.Sprintf("203.0.113.%d", i%250), InterfaceAddress: fmt.Sprintf("10.%d.%d.%d/31", 128+i>>15, i>>7&255, i<<1&255)}})
		n.facts.Health[name] = store.MeasuredHealth{State: store.HealthOf(&score), Score: &score}
	}
	for i := range routes {
		at := random.IntN(tunnels)
		hop := netip.MustParsePrefix(n.facts.Tunnels[at].InterfaceAddress).Addr().Next()
		length := 9 + random.IntN(20)
		if random.IntN(40) == 0 {
			length = 0
		}
		// Few different addresses, so that networks lie in each other and several routes have the same.
		base := netip.AddrFrom4([4]byte{10, byte(random.IntN(4)), byte(random.IntN(3) * 64), byte(random.IntN(2) * 128)})
		r := api.Route{ID: fmt.Sprint("r", i), Prefix: netip.PrefixFrom(base, length).Masked().String(), Nexthop: hop.String(),
			Priority: []int{50, 100, 100, 200, 500_100, 1_000_100}[random.IntN(6)]}
		if random.IntN(5) == 0 {
			r.Scope = &api.RouteScope{ColoRegions: []string{[]string{"ENAM", "WEUR", "APAC"}[random.IntN(3)]}}
		}
		n.facts.Routes.Rows = append(n.facts.Routes.Rows, r)
	}
	return n
}

// penalties are those of the tunnels' health by next hop.
func (n *network) penalties() map[string]int {
	out := map[string]int{}
	for _, t := range n.facts.Tunnels {
		hop := netip.MustParsePrefix(t.InterfaceAddress).Addr().Next().String()
		switch n.facts.Health[t.Name].State {
		case store.Degraded:
			out[hop] = 500_000
		case store.HealthDown:
			out[hop] = 1_000_000
		}
	}
	return out
}

// inUse are the next hops that carry traffic from a region.
func inUse(p diagnose.Lookup, region string) map[string]bool {
	for _, r := range p.Reach {
		if len(r.Places) > 0 && !slices.Contains(r.Places, region) {
			continue
		}
		var out map[string]bool
		for _, u := range r.Uses {
			if u.InUse {
				if out == nil {
					out = map[string]bool{}
				}
				out[u.Route.Nexthop] = true
			}
		}
		return out
	}
	return nil
}

// FuzzLongestPrefix holds the answers against the independent model.
func FuzzLongestPrefix(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, uint32(10<<24+seed*0x10101))
	}
	f.Fuzz(func(t *testing.T, seed uint64, address uint32) {
		n := many(seed, 40, 12)
		table, penalties := diagnose.NewTable(n.facts), n.penalties()
		addr := netip.AddrFrom4([4]byte{10, byte(address >> 16 & 3), byte(address >> 8), byte(address)})
		place := table.Where(netip.PrefixFrom(addr, 32))
		for _, region := range []string{"ENAM", "WEUR", "APAC", "OC"} {
			want, got := naive(n.facts.Routes.Rows, penalties, addr, region), inUse(place, region)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("seed %d: %s from %s goes to %v, the model says %v", seed, addr, region, got, want)
			}
		}
	})
}

// big is the account of the bound.
var big = many(7, 1000, 10_000)

// Where is asked on a key press, and by commands: 5 ms of own work with 1,000 routes and 10,000 tunnels, facts to answer (BenchmarkWhere,
// docs/performance.md). The bound here is generous and relative: what a busy machine does to it, it does to as long a plain pass over the
// same tunnels, too, which takes 8 ms on that machine.
func TestWhereIsQuickOnALargeAccount(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	pass := func() {
		for i := range big.facts.Tunnels {
			for range 32 {
				_ = netip.MustParsePrefix(big.facts.Tunnels[i].InterfaceAddress)
			}
		}
	}
	where := func() {
		if w := diagnose.NewTable(big.facts).Where(asked("10.1.64.7")); w.Outcome != diagnose.Routed {
			t.Fatalf("%s", w.Text())
		}
	}
	took, bound := time.Hour, time.Hour
	measure := func(f func(), least *time.Duration) {
		began := time.Now()
		f()
		*least = min(*least, time.Since(began))
	}
	for range 20 { // in turns: the machine is as busy for both
		measure(where, &took)
		measure(pass, &bound)
	}
	if took > bound {
		t.Errorf("where took %s; parsing all addresses 32 times takes %s", took, bound)
	}
}

func BenchmarkWhere(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		diagnose.NewTable(big.facts).Where(asked("10.1.64.7"))
	}
}

// BenchmarkAllDestinations is every destination of the account at once, as incidents need it.
func BenchmarkAllDestinations(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		diagnose.NewTable(big.facts).All()
	}
}
