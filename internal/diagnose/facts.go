package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/mute"
	"flarewire/internal/router"
	"flarewire/internal/rules"
	"flarewire/internal/snapshot"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Facts are what is known of an account, and what is not: nothing is concluded from what is missing in a list that was not
// read completely.
type Facts struct {
	Now      time.Time
	Tunnels  []store.Tunnel
	GRE      store.Entry              // what is known of the list of GRE tunnels
	IPsec    store.Entry              // and of that of IPsec tunnels
	Traffic  map[string]store.Traffic // by name
	Routes   store.List[api.Route]
	Prefixes store.List[store.Prefix]
	Insights map[string]store.Insight // of tunnels whose analytics were read, by name
	// Locations are how Cloudflare's data centers see all tunnels.
	Locations store.Locations
	Ports     store.List[store.Port]            // of network interconnects
	Links     store.List[api.MagicInterconnect] // their tunnel interfaces
	Health    map[string]store.MeasuredHealth
	Measured  store.Entry                   // what is known of the health as a whole
	Changes   []Change                      // that were made from this machine lately
	Events    []store.Event                 // what was seen to happen, oldest first
	Mutes     []mute.Mute                   // that have not ended
	Records   map[string]store.RecordAnswer // what Cloudflare's logs say, by the id of the object; only what was asked
	Flows     store.Flows                   // what came in for the prefixes, when somebody has asked
	// CloudflareASN is Cloudflare's AS number on this account; 0 is the usual one, as long as nobody has read another.
	CloudflareASN uint32
	// Routers are what the routers themselves say, by the id of the tunnel; only what was asked.
	Routers map[string]router.Reading
	Good    *snapshot.Baseline // how the account stood on the day that was saved as good; nil: none was

	remeasured map[string]bool // the tunnels whose health check becomes another one; see After
	deleted    []store.Tunnel  // that are deleted; see After
}

// From takes the facts from the store. Insights are added by whoever has read them.
func From(s *store.Snapshot, now time.Time) Facts {
	return Facts{Now: now, Tunnels: s.Tunnels, GRE: s.GRE, IPsec: s.IPsec, Traffic: s.Traffic.By, Routes: s.Routes, Prefixes: s.Prefixes,
		Locations: s.Locations, Ports: s.Ports, Links: s.Links, Health: s.Health.By, Measured: s.Health.Entry, Events: s.Events,
		Records: s.Records, Flows: s.Flows, CloudflareASN: knownASN(s)}
}

// knownASN is Cloudflare's AS number on this account; 0 while nobody has read which it is.
func knownASN(s *store.Snapshot) uint32 {
	if !s.CNISettings.Known() {
		return 0
	}
	return s.CloudflareASN()
}

// cannotTell is why nothing can be concluded from what is not in these lists, as the end of a sentence; "" when it can.
func cannotTell(lists ...store.Entry) string {
	for _, e := range lists {
		if why := e.Why(); why != "" {
			return why
		}
	}
	return ""
}

// nextHops are the lists of everything that a next hop can belong to.
func (f Facts) nextHops() []store.Entry { return []store.Entry{f.GRE, f.IPsec, f.Links.Entry} }

// of is the time that the data of a tunnel is of.
func (f Facts) of(t store.Tunnel) time.Time {
	if looked := t.Track.Looked; !looked.IsZero() && looked.Before(f.Now) {
		return looked
	}
	return f.Now
}

// Subject is what a diagnosis is about.
type Subject struct {
	Kind store.Kind `json:"resource"` // as the API calls the collection
	ID   string     `json:"id,omitempty"`
	Name string     `json:"name"`
}

// Diagnosis is everything found about one subject, the likeliest first. It is never empty.
type Diagnosis struct {
	Subject  Subject   `json:"subject"`
	Findings []Finding `json:"findings"`
}

// Account is the facts, prepared for questions. It changes nothing and may be used from several goroutines.
type Account struct {
	facts        Facts
	byID         map[string]int
	overlaps     map[string][]string // names of the tunnels that a tunnel's subnet overlaps with, by id
	owner        map[netip.Addr]int  // tunnel of each address of its inner subnet
	configured   int                 // tunnels with BGP
	statuses     int                 // tunnels with a bgp_status
	fresh        int                 // of these, reported within freshAge
	anyUp        bool
	whole        bool // both lists of tunnels are known
	once         sync.Once
	table        *Table // made by once
	muteOnce     sync.Once
	mutesOf      map[string][]mute.Mute // made by muteOnce
	troubleOnce  sync.Once
	troubled     map[string]bool // made by troubleOnce
	outdatedOnce sync.Once
	outdated     map[string]bool // tunnels whose status is old, by id; made by outdatedOnce
	happenOnce   sync.Once
	happened     []happened       // made by happenOnce
	sites        map[uint32][]int // tunnels whose sessions are up, by AS number: a few with different routers
	busy         int              // tunnels whose sessions are up and bring traffic
}

// New prepares the facts.
func New(f Facts) *Account {
	f.GRE.Kind, f.IPsec.Kind, f.Links.Kind, f.Routes.Kind = store.GRETunnels, store.IPsecTunnels, store.Links, store.Routes
	a := &Account{facts: f, byID: make(map[string]int, len(f.Tunnels)), owner: map[netip.Addr]int{}, sites: map[uint32][]int{}}
	for i, t := range f.Tunnels {
		a.byID[t.ID] = i
		if subnet, err := netip.ParsePrefix(t.InterfaceAddress); err == nil && subnet.Addr().BitLen()-subnet.Bits() <= 3 {
			for addr := subnet.Masked().Addr(); subnet.Masked().Contains(addr); addr = addr.Next() {
				if _, taken := a.owner[addr]; !taken {
					a.owner[addr] = i
				}
			}
		}
		if t.State == store.Up {
			a.takeUp(i, t)
		}
		if t.BGP != nil {
			a.configured++
		}
		if t.BGPStatus == nil {
			continue
		}
		a.statuses++
		a.anyUp = a.anyUp || t.State == store.Up
		if isFresh(t, f.of(t)) {
			a.fresh++
		}
	}
	a.overlaps, a.whole = overlaps(f.Tunnels), cannotTell(f.GRE, f.IPsec) == ""
	return a
}

// takeUp notes a tunnel whose session is up.
func (a *Account) takeUp(i int, t store.Tunnel) {
	if flow := a.facts.Traffic[t.Name]; flow.Ingress != nil && *flow.Ingress > 0 {
		a.busy++
	}
	if t.BGP == nil || t.CustomerEndpoint == "" {
		return
	}
	const few = 8
	known := a.sites[t.BGP.CustomerASN]
	same := func(j int) bool { return a.facts.Tunnels[j].CustomerEndpoint == t.CustomerEndpoint }
	if len(known) < few && !slices.ContainsFunc(known, same) {
		a.sites[t.BGP.CustomerASN] = append(known, i)
	}
}

// overlaps finds inner subnets that overlap: sorted by address, each is compared with those before it that
// reach so far.
func overlaps(tunnels []store.Tunnel) map[string][]string {
	type subnet struct {
		cidr netip.Prefix
		of   int
	}
	var all []subnet
	for i, t := range tunnels {
		if cidr, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
			all = append(all, subnet{cidr.Masked(), i})
		}
	}
	sorting.Sort(all, func(a, b subnet) int {
		return cmp.Or(a.cidr.Addr().Compare(b.cidr.Addr()), cmp.Compare(a.cidr.Bits(), b.cidr.Bits()), cmp.Compare(a.of, b.of))
	})
	found := map[string][]string{}
	var open []subnet
	for _, s := range all {
		open = slices.DeleteFunc(open, func(o subnet) bool { return !o.cidr.Overlaps(s.cidr) })
		for _, o := range open {
			a, b := tunnels[o.of], tunnels[s.of]
			found[a.ID] = append(found[a.ID], b.Name)
			found[b.ID] = append(found[b.ID], a.Name)
		}
		open = append(open, s)
	}
	return found
}

// Tunnel reads one tunnel with everything around it, the likely cause first; nil for an unknown id.
func (a *Account) Tunnel(id string) []Finding {
	i, known := a.byID[id]
	if !known {
		return nil
	}
	t := a.facts.Tunnels[i]
	return a.asExpected(store.Tunnels(t.Kind), t.Name, t.State, t.Health.State, t.Track.Changed, a.tunnelCase(i).read())
}

// StatusOutdated reports whether a session is up only by a status of long ago, while those of most other sessions are young: it may be in
// another state by now.
//
// The lists ask it for every row, and more than once: all are found the first time.
func (a *Account) StatusOutdated(id string) bool {
	a.outdatedOnce.Do(func() {
		a.outdated = map[string]bool{}
		for i := range a.facts.Tunnels {
			if t := &a.facts.Tunnels[i]; t.State == store.Up && len(a.tunnelCase(i).stale()) > 0 {
				a.outdated[t.ID] = true
			}
		}
	})
	return a.outdated[id]
}

func (a *Account) tunnelCase(i int) tunnelCase {
	return tunnelCase{Account: a, Tunnel: a.facts.Tunnels[i], now: a.facts.Now, at: a.facts.of(a.facts.Tunnels[i])}
}

// Prefix reads one BYOIP prefix, the likely cause first. Without findings nothing is wrong with what is
// known of it.
func (a *Account) Prefix(id string) []Finding {
	for _, p := range a.facts.Prefixes.Rows {
		if p.ID == id {
			return prefixCase{Account: a, Prefix: p}.read()
		}
	}
	return nil
}

// All reads the whole account: everything that has trouble, the worst first and what is muted last. What is merely
// worth a remark is left out.
func (a *Account) All() []Diagnosis {
	all := slices.DeleteFunc(a.every(), func(d Diagnosis) bool { return !slices.ContainsFunc(d.Findings, matters) })
	sorting.Sort(all, func(x, y Diagnosis) int {
		a, b := x.Findings[0], y.Findings[0]
		return cmp.Or(boolCompare(x.IsMuted(), y.IsMuted()), cmp.Compare(b.Impact, a.Impact), cmp.Compare(b.Likelihood, a.Likelihood),
			strings.Compare(x.Subject.Name, y.Subject.Name))
	})
	return all
}

// boolCompare puts false before true.
func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Named reads the objects with a name or an id, whether they have trouble or not; those without any finding have none.
func (a *Account) Named(name string) []Diagnosis {
	asked := func(s Subject) bool { return s.Name == name || s.ID == name }
	found := slices.DeleteFunc(a.every(), func(d Diagnosis) bool { return !asked(d.Subject) })
	for _, r := range a.facts.Routes.Rows { // Routes has those only of which there is something to say
		subject := Subject{store.Routes, r.ID, r.Prefix}
		if asked(subject) && !slices.ContainsFunc(found, func(d Diagnosis) bool { return d.Subject.Kind == store.Routes }) {
			found = append(found, Diagnosis{subject, []Finding{routeLeads(r)}})
		}
	}
	for _, d := range a.Notes() {
		if !asked(d.Subject) {
			continue
		}
		if i := slices.IndexFunc(found, func(f Diagnosis) bool { return f.Subject.Kind == store.Routes && f.Subject.Name == name }); i >= 0 {
			found[i].Findings = append(found[i].Findings, d.Findings...)
		} else {
			found = append(found, d)
		}
	}
	return found
}

// every reads everything there is.
func (a *Account) every() []Diagnosis {
	var all []Diagnosis
	for _, t := range a.facts.Tunnels {
		all = append(all, Diagnosis{tunnelSubject(t), a.Tunnel(t.ID)})
	}
	for _, p := range a.facts.Prefixes.Rows {
		all = append(all, Diagnosis{Subject{store.Prefixes, p.ID, p.CIDR}, a.Prefix(p.ID)})
	}
	for _, p := range a.facts.Ports.Rows {
		all = append(all, Diagnosis{Subject{store.Ports, p.Name, p.Name}, a.port(p)})
	}
	for _, l := range a.facts.Links.Rows {
		all = append(all, Diagnosis{Subject{store.Links, l.ID, l.Name}, a.Link(l.ID)})
	}
	all = append(all, a.Routes()...)
	for i := range all {
		all[i] = a.muted(all[i])
	}
	return all
}

// matters reports whether a finding belongs to what has trouble. A prefix that is withdrawn as it has been for long is a state: it stands
// there too, at the end.
func matters(f Finding) bool {
	return (f.Impact > NoImpact || f.Cause == PrefixWithdrawn) && f.Likelihood > Remark
}

func tunnelSubject(t store.Tunnel) Subject {
	return Subject{store.Tunnels(t.Kind), t.ID, t.Name}
}

// routesInto are the static routes whose next hop lies in the tunnel's inner subnet.
func (a *Account) routesInto(t store.Tunnel) []api.Route {
	subnet, err := netip.ParsePrefix(t.InterfaceAddress)
	if err != nil {
		return nil
	}
	var into []api.Route
	for _, r := range a.facts.Routes.Rows {
		if hop, err := netip.ParseAddr(r.Nexthop); err == nil && subnet.Contains(hop) {
			into = append(into, r)
		}
	}
	return into
}

// customerSide is the router's inner address, "" when it cannot be told.
func customerSide(t store.Tunnel) string {
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if _, customer, ok := rules.Sides(subnet); ok && customer.IsValid() {
		return customer.String()
	}
	return ""
}

// cloudflareSide is the address that the router must dial.
func cloudflareSide(t store.Tunnel) string {
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if cloudflare, _, ok := rules.Sides(subnet); ok {
		return cloudflare.String()
	}
	return "Cloudflare's side of the tunnel"
}
