package diagnose

import (
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// asExpected lowers what is as it was on the saved good day: it stays in the list, after what has changed since. findings are about
// one tunnel or interconnect.
func (a *Account) asExpected(kind store.Kind, name string, state store.State, health store.Health, changed time.Time,
	findings []Finding) []Finding {
	good := a.facts.Good
	if good == nil || len(findings) == 0 || changed.After(good.TakenAt) {
		return findings
	}
	session, probes, err := good.Expected(kind, name)
	if err != nil {
		return findings
	}
	sameSession := session == string(state) || session == "" && kind == store.Links || state == store.Up
	sameHealth := probes == string(health) || health == store.Healthy || health == store.HealthUnknown
	wasBad := session == string(store.Down) || probes == string(store.HealthDown)
	if !wasBad || !sameSession || !sameHealth {
		return findings
	}
	return a.expected(findings)
}

// expected makes findings less than trouble that were the same on the good day.
func (a *Account) expected(findings []Finding) []Finding {
	good := a.facts.Good
	for i := range findings {
		if f := &findings[i]; f.Impact > Risk {
			f.Impact = Risk
			f.Text = "As in the good state saved on " + good.TakenAt.UTC().Format("2006-01-02") + ": " + f.Text
			f.Evidence = append(f.Evidence, Evidence{"expected", "since the snapshot of " + good.TakenAt.UTC().Format(time.RFC3339)})
		}
	}
	return findings
}

// port reads a port; one that was as bad on the good day is expected to be so.
func (a *Account) port(p store.Port) []Finding {
	findings := Port(p)
	if good := a.facts.Good; good != nil && p.State != store.PortHealthy && good.Port(p.Name) == p.State {
		return a.expected(findings)
	}
	return findings
}

// onGoodDay are the findings about routes that the good day had, too, by cause, subject and what they rest on. They are found by the same
// rules, from the routes and inner subnets of that day.
func (a *Account) onGoodDay() map[string]bool {
	good := a.facts.Good
	if good == nil {
		return nil
	}
	routes, held := good.Routes()
	inner, all := good.Inner()
	if !held || !all {
		return nil
	}
	f := Facts{Now: good.TakenAt, Routes: store.ListOf(store.Routes, routes, good.TakenAt),
		Links: store.ListOf[api.MagicInterconnect](store.Links, nil, good.TakenAt)}
	f.GRE, f.IPsec = f.Links.Entry, f.Links.Entry
	for name, address := range inner {
		f.Tunnels = append(f.Tunnels, store.Tunnel{Tunnel: api.Tunnel{ID: name, Name: name, InterfaceAddress: address}})
	}
	out := map[string]bool{}
	for _, d := range New(f).Routes() {
		for _, finding := range d.Findings {
			out[routeKey(d.Subject, finding)] = true
		}
	}
	return out
}

// routeKey is what a finding about a route is about: its kind, the network, and the next hop or the regions without a route.
func routeKey(s Subject, f Finding) string {
	rests := ""
	for _, e := range f.Evidence {
		if e.Field == "nexthop" || e.Field == "regions without a route" {
			rests += " " + e.Value
		}
	}
	return string(f.Cause) + " " + s.Name + rests
}

// expectedAdvertised is whether the good day had a BGP prefix advertised; nil: it does not say.
func (f Facts) expectedAdvertised(cidr string) *bool {
	if f.Good == nil {
		return nil
	}
	return f.Good.Advertised(cidr)
}
