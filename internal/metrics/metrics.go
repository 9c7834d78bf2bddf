// Package metrics says what is known of accounts as metrics of Prometheus. A value that is not known is absent and never 0; whether
// and since when a source is known is always there.
package metrics

import (
	"io"
	"math"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/router"
	"flarewire/internal/store"
)

// How many objects of an account have series. flarewire_objects_omitted says what is beyond; at most some 10 series come of a
// tunnel and 5 more of its router when it is asked, 2 of a destination, 1 of an advertised prefix and of an incident, so that an account
// has at most 15,000, and 20,000 with its routers.
const (
	MaxTunnels      = 1000
	MaxPrefixes     = 1000
	MaxDestinations = 1000
	MaxIncidents    = 100
)

// Account is an account at one moment.
type Account struct {
	Profile, ID, Name string
	Now               time.Time
	Snapshot          *store.Snapshot // nil: the account could not be opened
	Budget            *api.Budget     // of the credential; nil: not known
	Requests          []Requests      // since the program began; nil in a program that looks once
	Undelivered       uint64          // events that were given up
	Recorder          bool            // the program goes on
	// Routers are what the routers of tunnels said, by the tunnel's id; nil while none is asked.
	Routers map[string]router.Reading
}

// Requests is how many requests had an outcome.
type Requests struct {
	Outcome string // 2xx … 5xx, or error
	Number  uint64
}

// set is all families of an answer.
type set struct {
	order  []*family
	byName map[string]*family
}

func (s *set) family(name, help string) {
	f := &family{name: "flarewire_" + name, help: help, seen: map[string]bool{}}
	s.order, s.byName[name] = append(s.order, f), f
}

// Write writes the metrics of accounts.
func Write(w io.Writer, format Format, version string, accounts ...Account) error {
	s := &set{byName: map[string]*family{}}
	for _, h := range help {
		s.family(h[0], h[1])
	}
	s.byName["build_info"].add(1, "version", version)
	for _, a := range accounts {
		one := of{s, a, []string{"profile", a.Profile, "account", a.ID}, nil}
		if a.Snapshot != nil {
			facts := diagnose.From(a.Snapshot, a.Now)
			facts.Routers = a.Routers
			one.read = diagnose.New(facts)
		}
		one.all()
	}
	return writeAll(w, format, s.order)
}

// help are all metrics in their order, with what they mean.
var help = [][2]string{
	{"build_info", "The program's version; always 1."},
	{"account_info", "The account's name; always 1."},
	{"account_readable", "1 when the account could be opened, 0 when credentials or configuration hinder it."},
	{"known", "1 when the last attempt to read the source brought all of it, else 0. Always there."},
	{"source_age_seconds", "Age of the last good answer of the source; +Inf when there was none. Always there."},
	{"tunnel_info", "A tunnel with its addresses; always 1."},
	{"tunnel_up", "1 unless the BGP session is configured and not up, or the health checks find the tunnel down. Absent when not known."},
	{"bgp_session_state", "1 for the state that the BGP session is in, 0 for the others. Absent when not known and without BGP."},
	{"bgp_session_since_timestamp_seconds", "When the session was seen to change its state last. Absent when no change was seen."},
	{"bgp_session_reported_timestamp_seconds", "When Cloudflare last reported the state of the session."},
	{"tunnel_health_ratio", "Average of the health checks of ten minutes, 0 down to 1 healthy. Absent when not known or switched off."},
	{"tunnel_traffic_bytes_per_second", "Traffic of the last whole five minutes; ingress is from the customer into Cloudflare."},
	{"router_known", "1 when the tunnel's router said something lately that could be read, else 0. Only of routers that are asked."},
	{"router_answer_age_seconds", "Age of what the tunnel's router said. Absent when that does not count any more."},
	{"router_session_up", "1 when the tunnel's router calls the BGP session established, else 0. Absent when not known."},
	{"router_prefixes", "Prefixes that the tunnel's router has sent to Cloudflare and accepted from it. Absent when not known."},
	{"prefix_advertised", "1 when the prefix is advertised, 0 when it is withdrawn. Absent when not known."},
	{"destination_ways", "Paths to the destination of a static route, in the worst of the regions, without backups that never take over."},
	{"destination_healthy_ways", "Of these, how many are healthy by the health checks. Absent when the state of one is not known."},
	{"incidents", "What has trouble now, by cause and severity: risk, impaired or outage."},
	{"incident_info", "One thing that has trouble, with what it is and what to do next; always 1. The worst are here."},
	{"objects_omitted", "How many objects have no series, because an account may have only so many."},
	{"api_budget_requests", "Requests of the last five minutes of all flarewire programs with this credential, by Cloudflare's counter."},
	{"api_budget_limit_requests", "How many requests there may be in five minutes."},
	{"api_requests_total", "Requests that this program has sent, by outcome."},
	{"events_undelivered_total", "Events that were given up because the event command did not take them."},
}

// of is one account's part of an answer.
type of struct {
	*set
	Account
	labels []string
	read   *diagnose.Account // nil without a snapshot
}

// add adds a series of the account.
func (o of) add(name string, value float64, labels ...string) {
	o.byName[name].add(value, append(append([]string{}, o.labels...), labels...)...)
}

func (o of) all() {
	o.add("account_readable", truth(o.Snapshot != nil))
	o.sources()
	if o.Snapshot == nil {
		return
	}
	o.add("account_info", 1, "name", o.Name)
	o.tunnels()
	o.prefixes()
	o.destinations()
	o.incidents()
	if o.Budget != nil {
		o.budget("rest", o.Budget.REST)
		o.budget("graphql", o.Budget.GraphQL)
	}
	for _, r := range o.Requests {
		o.add("api_requests_total", float64(r.Number), "outcome", r.Outcome)
	}
	if o.Recorder {
		o.add("events_undelivered_total", float64(o.Undelivered))
	}
}

func (o of) budget(name string, c api.Allowance) {
	o.add("api_budget_requests", float64(c.Used), "counter", name)
	o.add("api_budget_limit_requests", float64(c.Share), "counter", name)
}

// sources are always there, for every source and also for an account of which nothing is known.
func (o of) sources() {
	for _, k := range store.Overview() {
		known, age := 0.0, math.Inf(1)
		if o.Snapshot != nil {
			known = truth(o.Snapshot.Missing(k) == nil)
			if at := o.Snapshot.Entry(k).Fetched; !at.IsZero() {
				age = max(o.Now.Sub(at).Seconds(), 0)
			}
		}
		o.add("known", known, "source", string(k))
		o.add("source_age_seconds", age, "source", string(k))
	}
}

// bounded cuts rows and says what is beyond.
func bounded[T any](o of, resource string, rows []T, most int) []T {
	o.add("objects_omitted", float64(max(len(rows)-most, 0)), "resource", resource)
	return rows[:min(len(rows), most)]
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (o of) tunnels() {
	names := map[string]bool{}
	for _, t := range bounded(o, "tunnels", o.Snapshot.Tunnels, MaxTunnels) {
		name := t.Name
		if names[name] {
			name += " (" + t.ID + ")"
		}
		names[name] = true
		o.tunnel(t, []string{"tunnel", name, "kind", string(t.Kind)})
		o.router(t, []string{"tunnel", name, "kind", string(t.Kind)})
	}
}

func (o of) tunnel(t store.Tunnel, labels []string) {
	add := func(name string, value float64, more ...string) {
		o.add(name, value, append(append([]string{}, labels...), more...)...)
	}
	add("tunnel_info", 1, "id", t.ID, "customer_endpoint", t.CustomerEndpoint, "cloudflare_endpoint", t.CloudflareEndpoint)
	if up := Up(t); up != nil {
		add("tunnel_up", truth(*up))
	}
	switch t.State {
	case store.Up, store.Establishing, store.Down:
		for _, state := range []store.State{store.Up, store.Establishing, store.Down} {
			add("bgp_session_state", truth(t.State == state), "state", string(state))
		}
		if at := t.Track.Changed; !at.IsZero() {
			add("bgp_session_since_timestamp_seconds", seconds(at))
		}
	}
	if t.BGPStatus != nil && !t.BGPStatus.UpdatedAt.IsZero() {
		add("bgp_session_reported_timestamp_seconds", seconds(t.BGPStatus.UpdatedAt.Time))
	}
	if score := t.Health.Score; probed(t) && score != nil {
		add("tunnel_health_ratio", *score)
	}
	traffic := o.Snapshot.Traffic.By[t.Name]
	if traffic.Ingress != nil {
		add("tunnel_traffic_bytes_per_second", *traffic.Ingress/8, "direction", "ingress")
	}
	if traffic.Egress != nil {
		add("tunnel_traffic_bytes_per_second", *traffic.Egress/8, "direction", "egress")
	}
}

// router is what the tunnel's router says, when it is asked.
func (o of) router(t store.Tunnel, labels []string) {
	if _, asked := o.Routers[t.ID]; !asked {
		return
	}
	add := func(name string, value float64, more ...string) {
		o.add(name, value, append(append([]string{}, labels...), more...)...)
	}
	r, known := o.read.RouterNow(t.ID)
	add("router_known", truth(known))
	if !known {
		return
	}
	add("router_answer_age_seconds", max(o.Now.Sub(r.At).Seconds(), 0))
	s := r.Facts.Session
	if s == nil {
		return
	}
	if s.State != "" || s.Missing {
		add("router_session_up", truth(s.Established()))
	}
	if s.Sent != nil {
		add("router_prefixes", float64(*s.Sent), "direction", "sent")
	}
	if s.Accepted != nil {
		add("router_prefixes", float64(*s.Accepted), "direction", "accepted")
	}
}

func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }

// probed reports whether the health of a tunnel says something: one whose health checks are off is not probed.
func probed(t store.Tunnel) bool {
	return t.HealthCheck == nil || t.HealthCheck.Enabled == nil || *t.HealthCheck.Enabled
}

// Up reports whether a tunnel carries traffic as far as the data says; nil when it does not say.
func Up(t store.Tunnel) *bool {
	yes, no := true, false
	health := t.Health.State
	if !probed(t) {
		health = store.HealthUnknown
	}
	switch {
	case t.State == store.Down, t.State == store.Establishing, health == store.HealthDown:
		return &no
	case t.State == store.Up, t.State == store.NoBGP && health != store.HealthUnknown:
		return &yes
	}
	return nil
}

func (o of) prefixes() {
	type advertised struct {
		cidr string
		yes  bool
	}
	var all []advertised
	for _, p := range o.Snapshot.Prefixes.Rows {
		for _, b := range p.BGP.Rows {
			if b.OnDemand != nil && b.OnDemand.Advertised != nil {
				all = append(all, advertised{b.CIDR, *b.OnDemand.Advertised})
			}
		}
	}
	for _, a := range bounded(o, "prefixes", all, MaxPrefixes) {
		o.add("prefix_advertised", truth(a.yes), "prefix", a.cidr)
	}
}

// oneLine is a text without its line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
