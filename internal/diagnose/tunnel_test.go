package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// below is a tunnel whose session says nothing of interest, for what lies below it.
func below(kind api.TunnelKind, health store.Health, score float64) store.Tunnel {
	t := tunnel("t", "Idle", api.BGPDown)
	t.Kind, t.HealthCheck = kind, &api.HealthCheck{Type: "reply"}
	w := store.Tunnel{Tunnel: t, State: store.Down}
	w.Health.State, w.Health.Score = health, &score
	return w
}

func number(v float64) *float64 { return &v }

// locations is what the analytics say of a good location and a bad one with that much traffic; nil is not known.
func locations(traffic *float64, good bool) map[string]store.Insight {
	in := store.Insight{Name: "t", ColoFlow: traffic != nil, Colos: []store.Colo{{Name: "fra03", Score: number(0.1), BitRate: traffic}}}
	if good {
		in.Colos = append(in.Colos, store.Colo{Name: "ams01", Score: number(1), BitRate: number(1e6)})
	}
	return map[string]store.Insight{"t": in}
}

// downs are sessions that go down so often, that far apart, for a minute at the most; every second interval is longer by uneven.
func downs(n int, every, uneven time.Duration) []store.Event {
	var events []store.Event
	at := night.Add(-time.Duration(n) * (every + uneven))
	for i := range n {
		events = append(events, store.Event{At: at, Kind: store.SessionChanged, From: store.Up, To: store.Down, Said: true},
			store.Event{At: at.Add(min(time.Minute, every/5)), Kind: store.SessionChanged, From: store.Down, To: store.Up})
		if at = at.Add(every); i%2 == 0 {
			at = at.Add(uneven)
		}
	}
	return events
}

// looked are events whose times are those of the looks that noticed them.
func looked(events []store.Event) []store.Event {
	for i := range events {
		events[i].Said = false
	}
	return events
}

// What lies below a session: each cause in the data that shows it, and not in the nearest data that does not.
func TestWhatLiesBelowASession(t *testing.T) {
	t.Parallel()
	flapping := func(kind api.TunnelKind, events []store.Event) store.Tunnel {
		w := below(kind, store.Healthy, 1)
		w.Track.Events, w.Track.Flapping, w.Track.WeekDowns = events, true, len(events)/2
		return w
	}
	asn := func(number uint32) store.Tunnel {
		w := below(api.GRE, store.Healthy, 1)
		w.BGP.CustomerASN = number
		return w
	}
	request := below(api.GRE, store.HealthDown, 0)
	request.HealthCheck.Type = "request"
	busy := map[string]store.Traffic{"t": {Ingress: number(1e6), At: night}}
	sick, degraded := below(api.GRE, store.HealthDown, 0), below(api.IPsec, store.Degraded, 0.6)
	unkeyed := below(api.IPsec, store.HealthDown, 0)
	unkeyed.PSK = &api.PSKMetadata{}
	other := below(api.GRE, store.Healthy, 1)
	other.ID, other.Name, other.InterfaceAddress = "id-o", "o", "10.0.0.0/30"
	for name, c := range map[string]struct {
		facts diagnose.Facts
		cause diagnose.Cause
		said  bool
	}{
		"AS 0":                   {diagnose.Facts{Tunnels: []store.Tunnel{asn(0)}}, diagnose.ASNReserved, true},
		"Cloudflare's own AS":    {diagnose.Facts{Tunnels: []store.Tunnel{asn(13335)}}, diagnose.ASNReserved, true},
		"a private AS":           {diagnose.Facts{Tunnels: []store.Tunnel{asn(64601)}}, diagnose.ASNReserved, false},
		"two subnets overlap":    {diagnose.Facts{Tunnels: []store.Tunnel{sick, other}}, diagnose.Overlap, true},
		"alone":                  {diagnose.Facts{Tunnels: []store.Tunnel{sick}}, diagnose.Overlap, false},
		"traffic, but no probes": {diagnose.Facts{Tunnels: []store.Tunnel{sick}, Traffic: busy}, diagnose.ReplyType, true},
		"the same with requests": {diagnose.Facts{Tunnels: []store.Tunnel{request}, Traffic: busy}, diagnose.ReplyType, false},
		"no traffic either":      {diagnose.Facts{Tunnels: []store.Tunnel{sick}}, diagnose.ReplyType, false},
		"null cipher allowed":    {diagnose.Facts{Tunnels: []store.Tunnel{ciphered(true)}}, diagnose.NullCipher, true},
		"null cipher refused":    {diagnose.Facts{Tunnels: []store.Tunnel{ciphered(false)}}, diagnose.NullCipher, false},
		"IPsec, degraded":        {diagnose.Facts{Tunnels: []store.Tunnel{degraded}}, diagnose.AntiReplay, true},
		"GRE, degraded": {diagnose.Facts{Tunnels: []store.Tunnel{below(api.GRE, store.Degraded, 0.6)}}, diagnose.AntiReplay,
			false},
		"no probe gets through": {diagnose.Facts{Tunnels: []store.Tunnel{sick}}, diagnose.TunnelDown, true},
		"packets get through":   {diagnose.Facts{Tunnels: []store.Tunnel{sick}, Traffic: busy}, diagnose.TunnelDown, false},
		"one location of two": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(number(1e6), true)},
			diagnose.SomeColos, true},
		"one of two, traffic unknown": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(nil, true)},
			diagnose.SomeColos, true},
		"one of two, and it is idle": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(number(0), true)},
			diagnose.IdleColos, true},
		"idle is no trouble of some": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(number(0), true)},
			diagnose.SomeColos, false},
		"every location": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(number(1e6), false)},
			diagnose.AllColos, true},
		"not every location": {diagnose.Facts{Tunnels: []store.Tunnel{degraded}, Insights: locations(number(1e6), true)},
			diagnose.AllColos, false},
		"every location, and no key is why": {diagnose.Facts{Tunnels: []store.Tunnel{unkeyed}, Insights: locations(number(1e6), false)},
			diagnose.AllColos, false},
		"every location, and there is a key": {diagnose.Facts{Tunnels: []store.Tunnel{sick}, Insights: locations(number(1e6), false)},
			diagnose.AllColos, true},
		"IPsec goes every hour": {diagnose.Facts{Tunnels: []store.Tunnel{flapping(api.IPsec, downs(5, time.Hour, 0))}},
			diagnose.RekeyFlap, true},
		"GRE goes every hour": {diagnose.Facts{Tunnels: []store.Tunnel{flapping(api.GRE, downs(5, time.Hour, 0))}},
			diagnose.RekeyFlap, false},
		"it goes without a rhythm": {diagnose.Facts{Tunnels: []store.Tunnel{flapping(api.IPsec, downs(5, time.Hour, time.Hour))}},
			diagnose.Flapping, true},
		"a rhythm explains it": {diagnose.Facts{Tunnels: []store.Tunnel{flapping(api.IPsec, downs(5, time.Hour, 0))}},
			diagnose.Flapping, false},
		"every three minutes, tunnel up": {diagnose.Facts{Tunnels: []store.Tunnel{flapping(api.GRE, downs(5, 3*time.Minute, 0))}},
			diagnose.HoldTime, true},
	} {
		c.facts.Now = night
		found := diagnose.New(c.facts).Tunnel("id-t")
		said := slices.ContainsFunc(found, func(f diagnose.Finding) bool { return f.Cause == c.cause })
		if said != c.said {
			t.Errorf("%s: %s was said: %v; all of it is %s", name, c.cause, said, causes(found))
		}
		for _, f := range found {
			if len(f.Evidence) == 0 || f.Text == "" || f.Source == "" {
				t.Errorf("%s: %s has no evidence, text or source: %+v", name, f.Cause, f)
			}
		}
	}
}

// A session that goes down by the clock is not lost on the way, also when the polls see it a round late; chance has no rhythm.
func TestARhythmIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []store.Event
		causes string
		text   string
	}{
		"to the second":     {downs(8, 50*time.Second, 0), "flapping:likely hold-time:possible", "about every 50 s"},
		"seen at the polls": {downs(9, 45*time.Second, 15*time.Second), "flapping:likely hold-time:possible", "about every 53 s"},
		"by looks only":     {looked(downs(8, 50*time.Second, 0)), "flapping:likely", "without a clear pattern"},
		"no timer of BGP":   {downs(8, 9*time.Minute, 0), "flapping:likely", "about every 9 min"},
		"by chance":         {downs(8, 40*time.Second, time.Minute), "flapping:likely", "without a clear pattern"},
		"too few to say":    {downs(4, 50*time.Second, 0), "flapping:likely", "without a clear pattern"},
	} {
		w := below(api.GRE, store.Healthy, 0.9)
		w.Track.Events, w.Track.Flapping = c.events, true
		found := slices.DeleteFunc(diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{w}}).Tunnel("id-t"),
			func(f diagnose.Finding) bool { return f.Cause != diagnose.Flapping && f.Cause != diagnose.HoldTime })
		if got := causes(found); got != c.causes || !strings.Contains(found[0].Text, c.text) {
			t.Errorf("%s: %s: %s", name, got, found[0].Text)
		}
	}
}

// ciphered is an IPsec tunnel that is up and says whether it may run without encryption.
func ciphered(null bool) store.Tunnel {
	return store.Tunnel{Tunnel: api.Tunnel{Kind: api.IPsec, ID: "id-t", Name: "t", AllowNullCipher: &null}, State: store.NoBGP}
}

// Where no probe of any data center gets through, "poor health" would be too little; and anti-replay is a matter of IPsec.
func TestWhatEveryDataCenterReports(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		kind           api.TunnelKind
		score          float64
		says, next, no string
	}{
		"GRE, no probe gets through":   {api.GRE, 0, "report it as down", "its uplink are up", "anti-replay"},
		"IPsec, some probes are lost":  {api.IPsec, 0.6, "report poor health", "anti-replay", "as down"},
		"GRE, some probes are lost":    {api.GRE, 0.6, "report poor health", "firewall and MTU.", "anti-replay"},
		"IPsec, no probe gets through": {api.IPsec, 0, "report it as down", "its uplink are up", "poor"},
	} {
		tunnel := below(c.kind, store.HealthOf(&c.score), c.score)
		found := diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{tunnel}, Insights: map[string]store.Insight{
			"t": {At: night,
				Colos: []store.Colo{{Name: "fra03", Score: number(c.score)}, {Name: "ams04", Score: number(c.score)}}}}}).Tunnel("id-t")
		at := slices.IndexFunc(found, func(f diagnose.Finding) bool { return f.Cause == diagnose.AllColos })
		if at < 0 {
			t.Errorf("%s: not found among %s", name, causes(found))
			continue
		}
		if f := found[at]; !strings.Contains(f.Text, c.says) || !strings.Contains(f.Next, c.next) || strings.Contains(f.Text+f.Next, c.no) {
			t.Errorf("%s: %s %s", name, f.Text, f.Next)
		}
	}
}

// A session that is not up costs a healthy tunnel what it announced; what static routes lead into it still passes. Where that cannot be
// told it stays an outage.
func TestASessionDownOnARoutedTunnelIsReduced(t *testing.T) {
	well, bad := 1.0, 0.2
	routed := store.ListOf(store.Routes, []api.Route{{ID: "r", Prefix: "198.18.0.0/24", Nexthop: "10.1.0.1"}}, night)
	none := store.ListOf[api.Route](store.Routes, nil, night)
	unread := store.List[api.Route]{}
	for name, c := range map[string]struct {
		score  float64
		routes store.List[api.Route]
		want   diagnose.Impact
	}{
		"healthy, with a route":         {well, routed, diagnose.Impaired},
		"healthy, without a route":      {well, none, diagnose.Outage},
		"healthy, routes were not read": {well, unread, diagnose.Outage},
		"down, with a route":            {bad, routed, diagnose.Outage},
	} {
		tunnel := below(api.GRE, store.HealthOf(&c.score), c.score)
		tunnel.InterfaceAddress, tunnel.State = "10.1.0.0/31", store.Down
		tunnel.BGP, tunnel.BGPStatus = &api.BGP{CustomerASN: 64601}, &api.BGPStatus{State: api.BGPDown, FSM: "Active"}
		found := diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{tunnel}, Routes: c.routes}).Tunnel("id-t")
		at := slices.IndexFunc(found, func(f diagnose.Finding) bool { return f.Cause == diagnose.NotDialling })
		if at < 0 {
			t.Errorf("%s: not found among %s", name, causes(found))
			continue
		}
		if f := found[at]; f.Impact != c.want || strings.Contains(f.Text, "do not depend on BGP") != (c.want == diagnose.Impaired) {
			t.Errorf("%s: %s: %s", name, f.Impact, f.Text)
		}
	}
}
