package diagnose_test

import (
	"fmt"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// The scenes of the faults: facts of an account in which something is wrong with the object "x".

// is changes a tunnel.
type is func(*store.Tunnel)

// an makes the facts of an account with these tunnels.
func an(tunnels ...store.Tunnel) diagnose.Facts {
	f := tunnelsRead(diagnose.Facts{Now: night, Tunnels: tunnels, Traffic: map[string]store.Traffic{}})
	f.Routes, f.Links = routes(), links()
	for i, t := range tunnels { // a static route leads into each that has no BGP
		if t.BGP == nil {
			f.Routes.Rows = append(f.Routes.Rows, api.Route{ID: fmt.Sprint("r", i), Prefix: fmt.Sprintf("10.%d.0.0/16", 100+i),
				Nexthop: hopInto(t), Priority: 100})
		}
	}
	return f
}

// x is the tunnel with the fault: made a year ago, healthy, its session up since then, until it is changed.
func x(kind api.TunnelKind, subnet string, changes ...is) store.Tunnel {
	return made("x", kind, subnet, changes...)
}

func made(name string, kind api.TunnelKind, subnet string, changes ...is) store.Tunnel {
	year := api.Time{Time: night.AddDate(-1, 0, 0)}
	t := store.Tunnel{Tunnel: api.Tunnel{Kind: kind, ID: "id-" + name, Name: name, InterfaceAddress: subnet, CreatedOn: year, ModifiedOn: year,
		CustomerEndpoint: "198.51.100.7", CloudflareEndpoint: "162.159.64.1",
		BGP: &api.BGP{CustomerASN: 65010}, HealthCheck: &api.HealthCheck{Type: "request"}}}
	if kind == api.IPsec {
		t.PSK = &api.PSKMetadata{LastGeneratedOn: year}
	}
	session("Established", api.BGPUp)(&t)
	health(1)(&t)
	for _, change := range changes {
		change(&t)
	}
	return t
}

// hopInto is the customer's side of a /31 or /30 whose first host is Cloudflare's.
func hopInto(t store.Tunnel) string {
	for _, end := range []struct{ subnet, hop string }{{"10.1.0.0/31", "10.1.0.1"}, {"10.2.0.5/30", "10.2.0.6"},
		{"172.20.7.8/31", "172.20.7.9"}} {
		if end.subnet == t.InterfaceAddress {
			return end.hop
		}
	}
	return "192.0.2.1"
}

func session(fsm string, state api.BGPState) is {
	return func(t *store.Tunnel) {
		step, _ := diagnose.ParseFSMState(fsm)
		t.BGPStatus = &api.BGPStatus{State: state, FSM: fsm, TCPEstablished: step.Number >= 4, UpdatedAt: api.Time{Time: night}}
		t.State = store.StateOf(t.Tunnel)
	}
}

// overTCP: there is a TCP connection whatever the step is.
func overTCP(t *store.Tunnel) { t.BGPStatus.TCPEstablished = true }

func health(score float64) is {
	return func(t *store.Tunnel) { t.Health = store.MeasuredHealth{State: store.HealthOf(&score), Score: &score} }
}

// upUntil: the session was seen up for so long, until so long ago.
func upUntil(long, past time.Duration) is {
	return func(t *store.Tunnel) {
		at := night.Add(-past)
		t.Track = store.Track{KnownSince: at.Add(-long), Looked: night, Changed: at, Events: []store.Event{
			{At: at, Kind: store.SessionChanged, Name: t.Name, ObjectID: t.ID, From: store.Up, To: store.Down, Said: true}}}
	}
}

// wellUntil: the probes were seen to be answered for so long, until so long ago.
func wellUntil(long, past time.Duration) is {
	return func(t *store.Tunnel) {
		at := night.Add(-past)
		t.Health.Since, t.Track.KnownSince, t.Track.Looked = at, at.Add(-long), night
		t.Track.Events = append(t.Track.Events, store.Event{At: at, Kind: store.HealthChanged, Name: t.Name, ObjectID: t.ID,
			FromHealth: store.Healthy, ToHealth: t.Health.State})
	}
}

func modified(past time.Duration) is {
	return func(t *store.Tunnel) { t.ModifiedOn = api.Time{Time: night.Add(-past)} }
}

func created(past time.Duration) is {
	return func(t *store.Tunnel) {
		t.CreatedOn = api.Time{Time: night.Add(-past)}
		t.ModifiedOn = t.CreatedOn
	}
}

func keyed(past time.Duration) is {
	return func(t *store.Tunnel) { t.PSK = &api.PSKMetadata{LastGeneratedOn: api.Time{Time: night.Add(-past)}} }
}

func keyless(t *store.Tunnel)   { t.PSK = &api.PSKMetadata{} }
func md5(t *store.Tunnel)       { t.BGP.MD5Key = "k" }
func noBGP(t *store.Tunnel)     { t.BGP, t.BGPStatus, t.State = nil, nil, store.NoBGP }
func noStatus(t *store.Tunnel)  { t.BGPStatus, t.State = nil, store.Unknown }
func reply(t *store.Tunnel)     { t.HealthCheck.Type = "reply" }
func checksOff(t *store.Tunnel) { off := false; t.HealthCheck.Enabled = &off }

func asn(n uint32) is     { return func(t *store.Tunnel) { t.BGP.CustomerASN = n } }
func router(ip string) is { return func(t *store.Tunnel) { t.CustomerEndpoint = ip } }
func extra(n int) is {
	return func(t *store.Tunnel) {
		for i := range n {
			t.BGP.ExtraPrefixes = append(t.BGP.ExtraPrefixes, fmt.Sprintf("10.%d.0.0/16", i))
		}
	}
}

// reported: the status is of so long ago.
func reported(past time.Duration) is {
	return func(t *store.Tunnel) { t.BGPStatus.UpdatedAt = api.Time{Time: night.Add(-past)} }
}

// flaps: the session goes down so often, that far apart.
func flaps(events []store.Event) is {
	return func(t *store.Tunnel) {
		t.Track.Events, t.Track.Flapping, t.Track.WeekDowns, t.Track.Looked = events, true, len(events)/2, night
	}
}

// others are tunnels that are well, reported just now.
func others(n int) []store.Tunnel {
	var list []store.Tunnel
	for i := range n {
		list = append(list, made(fmt.Sprintf("well-%d-%d", n, i), api.GRE, fmt.Sprintf("10.30.%d.%d/31", n, 2*i), asn(65100+uint32(i)),
			router("192.0.2.200")))
	}
	return list
}

// with adds to the facts.
func with(f diagnose.Facts, changes ...func(*diagnose.Facts)) diagnose.Facts {
	for _, change := range changes {
		change(&f)
	}
	return f
}

func flow(name string, in, out float64) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) { f.Traffic[name] = store.Traffic{At: night, Ingress: &in, Egress: &out} }
}

func routed(list ...api.Route) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) { f.Routes = routes(list...) }
}

// colo is one location as the tunnel x sees it, with the bit/s of its traffic; below zero: not known.
type colo struct {
	name         string
	score, flows float64
}

func seenFrom(list ...colo) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) {
		in := store.Insight{Name: "x"}
		for _, c := range list {
			one := store.Colo{Name: c.name, Score: number(c.score)}
			if c.flows >= 0 {
				in.ColoFlow, one.BitRate = true, number(c.flows)
			}
			in.Colos = append(in.Colos, one)
		}
		f.Insights = map[string]store.Insight{"x": in}
	}
}

// owned are the facts of an account with one prefix, and with what is in its lists.
func owned(p store.Prefix, more ...func(*diagnose.Facts)) diagnose.Facts {
	f := an()
	f.Prefixes = prefixes(p)
	return with(f, more...)
}

// pfx is an approved prefix, advertised and bound, until it is changed.
func pfx(cidr string, changes ...func(*store.Prefix)) store.Prefix {
	yes := true
	p := store.Prefix{Prefix: api.Prefix{ID: "p-" + cidr, CIDR: cidr, Approved: "V", RPKIValidationState: "valid",
		IRRValidationState: "valid"},
		BGP:      bgp(api.BGPPrefix{ID: "b-" + cidr, CIDR: cidr, OnDemand: &api.OnDemand{Advertised: &yes, OnDemandEnabled: true}}),
		Bindings: bindings(api.Binding{CIDR: cidr, ServiceName: "CDN", Provisioning: &api.Provisioning{State: "active"}})}
	for _, change := range changes {
		change(&p)
	}
	return p
}

// withdrawnFor: the BGP prefix of the whole was withdrawn so long ago; below zero: the API knows of no change.
func withdrawnFor(past time.Duration) func(*store.Prefix) {
	return func(p *store.Prefix) {
		no := false
		p.BGP.Rows[0].OnDemand.Advertised = &no
		if past >= 0 {
			p.BGP.Rows[0].OnDemand.AdvertisedModifiedAt = api.Time{Time: night.Add(-past)}
		}
	}
}

func unbound(p *store.Prefix) { p.Bindings = bindings() }

// shuffled puts the rows into another order, and a tunnel among others that are well unless the fault is about the whole account.
func shuffled(f diagnose.Facts, alone bool) diagnose.Facts {
	f.Tunnels = slices.Clone(f.Tunnels)
	if crowd := others(7); !alone {
		f.Tunnels = slices.Concat(crowd[:4], f.Tunnels, crowd[4:])
	}
	slices.Reverse(f.Tunnels)
	f.Routes.Rows, f.Prefixes.Rows = slices.Clone(f.Routes.Rows), slices.Clone(f.Prefixes.Rows)
	slices.Reverse(f.Routes.Rows)
	slices.Reverse(f.Prefixes.Rows)
	return f
}
