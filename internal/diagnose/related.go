package diagnose

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// What happened to other objects around a break: to the routes into a tunnel, the prefixes behind them, the interconnect that it runs
// over, another tunnel of the same router. The nearest before the break is part of the finding; what is not related is not.

// happened is a change of one object, or of its state, wherever it is known from.
type happened struct {
	at       time.Time
	resource store.Kind
	id, name string
	what     string // "was modified", or what this machine did
	source   string // the evidence that it is: journal, seen, modified_on
	place    ends
}

// ends are the addresses and networks by which objects are related, "" where there is none.
type ends struct {
	Prefix    string `json:"prefix"`
	Nexthop   string `json:"nexthop"`
	Inner     string `json:"interface_address"`
	Customer  string `json:"customer_endpoint"`
	CustomerG string `json:"customer_gre_endpoint"`
	CIDR      string `json:"cidr"`
	hop       netip.Addr
	networks  []netip.Prefix
}

// endsOf reads them from an object as the journal keeps it: the newer state where there is one.
func endsOf(e journal.Entry) ends {
	var out ends
	for _, body := range []json.RawMessage{e.Before, e.After} {
		_ = json.Unmarshal(body, &out) // what is missing stays ""
	}
	return out
}

// happenings are all changes that are known, oldest first; of one change the source that says most.
func (a *Account) happenings() []happened {
	a.happenOnce.Do(func() {
		f := a.facts
		for _, c := range f.Changes {
			a.happened = append(a.happened, happened{c.At, c.Resource, c.ID, c.Name, c.What, "journal", c.ends})
		}
		for _, e := range f.Events {
			if what := whatHappened(e); what != "" {
				a.happened = append(a.happened, happened{e.At, e.Resource, e.ObjectID, e.Name, what, "seen", ends{}})
			}
		}
		for _, r := range f.Routes.Rows {
			a.addModified(store.Routes, r.ID, r.Prefix+" via "+r.Nexthop, r.CreatedOn, r.ModifiedOn)
		}
		for _, l := range f.Links.Rows {
			a.addModified(store.Links, l.ID, l.Name, l.CreatedOn, l.ModifiedOn)
		}
		for _, t := range f.Tunnels {
			a.addModified(store.Tunnels(t.Kind), t.ID, t.Name, t.CreatedOn, t.ModifiedOn)
		}
		sorting.Sort(a.happened, func(x, y happened) int { return x.at.Compare(y.at) })
		for i := range a.happened {
			a.happened[i].place = a.placed(a.happened[i])
		}
	})
	return a.happened
}

// addModified takes what the API says of the last change of an object that was not made just then.
func (a *Account) addModified(resource store.Kind, id, name string, created, modified api.Time) {
	if !modified.IsZero() && modified.Sub(created.Time) >= settling {
		a.happened = append(a.happened, happened{modified.Time, resource, id, name, "was modified", "modified_on", ends{}})
	}
}

// whatHappened is a change in words; "" for what is no change of an object but how it fares.
func whatHappened(e store.Event) string {
	switch e.Kind {
	case store.Modified:
		return "was modified"
	case store.Gone:
		return "was deleted"
	case store.Appeared:
		return "was made"
	case store.PrefixAdvertised:
		return "was advertised"
	case store.PrefixWithdrawn:
		return "was withdrawn"
	case store.PortChanged:
		return "went from " + e.FromPort.Word() + " to " + e.ToPort.Word()
	}
	return ""
}

// placed finds the addresses of what happened: from the object where it is still there, from its name where it is not.
func (a *Account) placed(h happened) ends {
	out := h.place
	switch h.resource {
	case store.Routes:
		if i := slices.IndexFunc(a.facts.Routes.Rows, func(r api.Route) bool { return r.ID == h.id && h.id != "" }); i >= 0 && out.Nexthop == "" {
			out.Prefix, out.Nexthop = a.facts.Routes.Rows[i].Prefix, a.facts.Routes.Rows[i].Nexthop
		}
		if prefix, hop, named := strings.Cut(h.name, " via "); named && out.Nexthop == "" {
			out.Prefix, out.Nexthop = prefix, hop
		}
		out.Prefix = cmp.Or(out.Prefix, h.name)
	case store.Prefixes, store.BGPPrefixes, store.Bindings:
		name, _, _ := strings.Cut(h.name, " to ")
		out.CIDR = cmp.Or(out.CIDR, name)
	case "", store.GRETunnels, store.IPsecTunnels:
		if i, known := a.byID[h.id]; known {
			out.Customer, out.Inner = a.facts.Tunnels[i].CustomerEndpoint, a.facts.Tunnels[i].InterfaceAddress
		}
		out.Customer = cmp.Or(out.Customer, out.CustomerG)
	}
	out.hop, _ = netip.ParseAddr(out.Nexthop)
	for _, text := range []string{out.Prefix, out.CIDR} {
		if p, err := netip.ParsePrefix(text); err == nil {
			out.networks = append(out.networks, p.Masked())
		}
	}
	return out
}

// neighbours are what a tunnel is related to.
type neighbours struct {
	id, customer string
	inner        []netip.Prefix // of the tunnel, or of an interconnect
	behind       []netip.Prefix // networks of its routes
	links, ports []string       // what it runs over: ids and names
}

// around are the neighbours of a tunnel.
func (c tunnelCase) around() neighbours {
	n := neighbours{id: c.ID, customer: c.CustomerEndpoint}
	if inner, err := netip.ParsePrefix(c.InterfaceAddress); err == nil {
		n.inner = append(n.inner, inner.Masked())
	}
	for _, r := range c.routesInto(c.Tunnel) {
		if p, err := netip.ParsePrefix(r.Prefix); err == nil {
			n.behind = append(n.behind, p.Masked())
		}
	}
	for _, l := range c.runsOver(c.CustomerEndpoint) {
		n.links = append(n.links, l.ID)
		if p, ok := c.portUnder(l); ok {
			n.ports = append(n.ports, p.Name)
		}
	}
	return n
}

// aroundLink are the neighbours of an interconnect.
func (a *Account) aroundLink(l api.MagicInterconnect) neighbours {
	n := neighbours{id: l.ID}
	if inner, err := netip.ParsePrefix(l.InterfaceAddress); err == nil {
		n.inner = append(n.inner, inner.Masked())
	}
	if p, ok := a.portUnder(l); ok {
		n.ports = append(n.ports, p.Name)
	}
	return n
}

// runsOver are the interconnects over which the packets of a tunnel to this address go: it lies in their subnets, or a static route
// leads it there.
func (a *Account) runsOver(customer string) []api.MagicInterconnect {
	end, err := netip.ParseAddr(customer)
	if err != nil || len(a.facts.Links.Rows) == 0 {
		return nil
	}
	hops := []netip.Addr{end}
	longest := -1
	for _, r := range a.facts.Routes.Rows {
		p, err := netip.ParsePrefix(r.Prefix)
		hop, hopErr := netip.ParseAddr(r.Nexthop)
		if err != nil || hopErr != nil || !p.Contains(end) || p.Bits() < longest {
			continue
		}
		if p.Bits() > longest {
			longest, hops = p.Bits(), hops[:1]
		}
		hops = append(hops, hop)
	}
	var out []api.MagicInterconnect
	for _, l := range a.facts.Links.Rows {
		if inner, err := netip.ParsePrefix(l.InterfaceAddress); err == nil && slices.ContainsFunc(hops, inner.Contains) {
			out = append(out, l)
		}
	}
	return out
}

// related reports whether what happened is of another object that has to do with these neighbours.
func (n neighbours) related(h happened) bool {
	if h.id == n.id && n.id != "" {
		return h.what == "was made" && h.source == "seen" // its own changes are told by themselves
	}
	holds := func(addr netip.Addr) func(netip.Prefix) bool {
		return func(p netip.Prefix) bool { return addr.IsValid() && p.Contains(addr) }
	}
	overlaps := func(networks []netip.Prefix) bool {
		return slices.ContainsFunc(h.place.networks, func(p netip.Prefix) bool { return slices.ContainsFunc(networks, p.Overlaps) })
	}
	switch h.resource {
	case store.Routes:
		if !h.place.hop.IsValid() { // it is gone: where it led is not known, only to what
			return overlaps(n.behind)
		}
		return slices.ContainsFunc(n.inner, holds(h.place.hop))
	case store.Prefixes, store.BGPPrefixes, store.Bindings:
		return overlaps(n.behind)
	case store.Links:
		return slices.Contains(n.links, h.id)
	case store.Ports:
		return slices.Contains(n.ports, h.id)
	case "", store.GRETunnels, store.IPsecTunnels:
		other, err := netip.ParsePrefix(h.place.Inner)
		return n.customer != "" && n.customer == h.place.Customer || err == nil && slices.ContainsFunc(n.inner, other.Overlaps)
	}
	return false
}

// near are the changes that lie so shortly before a break that they may have to do with it, or by another clock just after it.
func (a *Account) near(broke time.Time) []happened {
	if broke.IsZero() {
		return nil
	}
	all := a.happenings()
	at := func(h happened, at time.Time) int { return h.at.Compare(at) }
	first, _ := slices.BinarySearchFunc(all, broke.Add(-changeBefore), at)
	end, _ := slices.BinarySearchFunc(all, broke.Add(changeAfter+1), at)
	return all[first:end]
}

// nearest is the newest of some changes that are related; of those of one moment the one that says most.
func nearest(all []happened, related func(happened) bool) (happened, bool) {
	var best happened
	for _, h := range all {
		one := best.id == h.id && h.at.Sub(best.at) < changeAfter // one change, known from two sources
		if related(h) && (!one || best.source != "journal") {
			best = h
		}
	}
	return best, !best.at.IsZero()
}

// told is what happened, as a sentence without its end.
func (h happened) told(now time.Time) string {
	noun := cmp.Or(h.resource.About().One, "tunnel")
	if h.source == "journal" {
		return "From this machine: " + h.what + " of " + noun + " " + h.name + " at " + Clock(h.at, now)
	}
	return upperFirst(noun) + " " + h.name + " " + h.what + " at " + Clock(h.at, now)
}

// said is the sentence about what happened before a break.
func (h happened) said(broke, now time.Time) string {
	text := h.told(now)
	if apart := broke.Sub(h.at); apart >= time.Second {
		return text + ", " + ago(apart) + " before it broke."
	}
	return text + ", when it broke."
}

func (h happened) evidence() Evidence {
	return Evidence{strings.TrimSpace(h.source + " of " + h.name), h.at.UTC().Format(time.RFC3339) + " " + h.what}
}

// withRelated adds what happened to the neighbours just before the break to the first finding.
func (c tunnelCase) withRelated(findings []Finding) []Finding {
	if len(findings) == 0 || !matters(findings[0]) || !c.trouble() {
		return findings
	}
	broke := c.broke()
	near := c.near(broke)
	if len(near) == 0 {
		return findings
	}
	if h, ok := nearest(near, c.around().related); ok {
		findings[0].Text = join(findings[0].Text, h.said(broke, c.now))
		findings[0].Evidence = append(slices.Clone(findings[0].Evidence), h.evidence())
	}
	return findings
}

// linkWithRelated does the same for an interconnect, whose own changes are told with those of its neighbours.
func (a *Account) linkWithRelated(l api.MagicInterconnect, findings []Finding) []Finding {
	if len(findings) == 0 || !matters(findings[0]) {
		return findings
	}
	n, broke := a.aroundLink(l), a.facts.Health[l.Name].Since
	if h, ok := nearest(a.near(broke), func(h happened) bool { return h.id == l.ID || n.related(h) }); ok {
		findings[0].Text = join(findings[0].Text, h.said(broke, a.facts.Now))
		findings[0].Evidence = append(findings[0].Evidence, h.evidence())
	}
	return findings
}

// relatedTogether is what happened just before to something that most of the members of an incident are related to.
func (a *Account) relatedTogether(members []int, broke time.Time) (string, []Evidence) {
	near := a.near(broke)
	if len(near) == 0 {
		return "", nil
	}
	all := make([]neighbours, len(members))
	for n, i := range members {
		all[n] = a.tunnelCase(i).around()
	}
	h, ok := nearest(near, func(h happened) bool {
		of := 0
		for _, n := range all {
			if n.related(h) || n.id == h.id && n.id != "" {
				of++
			}
		}
		return 2*of > len(all)
	})
	if !ok {
		return "", nil
	}
	return h.said(broke, a.facts.Now), []Evidence{h.evidence()}
}
