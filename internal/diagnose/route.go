package diagnose

import (
	"net/netip"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
)

// Routes reads the static routes: regions that no route covers, and next hops that lead nowhere.
func (a *Account) Routes() []Diagnosis {
	out := a.routes()
	if then := a.onGoodDay(); len(then) > 0 {
		for _, d := range out {
			for i := range d.Findings {
				if then[routeKey(d.Subject, d.Findings[i])] {
					a.expected(d.Findings[i : i+1])
				}
			}
		}
	}
	return out
}

func (a *Account) routes() []Diagnosis {
	parsed := make([]rules.Route, 0, len(a.facts.Routes.Rows))
	var out []Diagnosis
	for _, r := range a.facts.Routes.Rows {
		prefix, err := netip.ParsePrefix(r.Prefix)
		if err != nil {
			continue
		}
		route := rules.Route{Prefix: prefix, Priority: r.Priority, Weight: r.Weight}
		if r.Scope != nil {
			route.Regions, route.Colos = r.Scope.ColoRegions, r.Scope.ColoNames
		}
		parsed = append(parsed, route)
		if f, ok := a.nextHop(r); ok {
			out = append(out, Diagnosis{Subject{store.Routes, r.ID, r.Prefix}, []Finding{f}})
		}
	}
	if !a.facts.Routes.Complete() {
		return out // one that was not read may cover the region
	}
	for _, gap := range rules.RouteRegionGaps(parsed) {
		out = append(out, Diagnosis{Subject{store.Routes, "", gap.Prefix.String()}, []Finding{regionGap(gap, a.facts.Routes.Rows)}})
	}
	return out
}

func regionGap(gap rules.RegionGap, routes []api.Route) Finding {
	f := Finding{Cause: RegionGap, Likelihood: Certain, Impact: Impaired, Source: srcSteering,
		Text: "Every route to this prefix is limited to regions, and some regions have none: traffic that enters Cloudflare there is dropped.",
		Next: "Add a route without a scope, perhaps with a larger priority number, or routes for the missing regions."}
	colos := 0
	for _, r := range routes {
		if p, err := netip.ParsePrefix(r.Prefix); err != nil || p.Masked() != gap.Prefix || r.Scope == nil {
			continue
		}
		colos += len(r.Scope.ColoNames)
		f.Evidence = append(f.Evidence, Evidence{"scope of the route via " + r.Nexthop,
			strings.Join(append(r.Scope.ColoRegions, r.Scope.ColoNames...), " ")})
	}
	f.Evidence = append(f.Evidence, Evidence{"regions without a route", strings.Join(gap.Missing, " ")})
	if colos > 0 {
		f.Likelihood = Likely
		f.Text += " Colo-scoped routes are not counted as covering a region."
	}
	return f
}

// nextHop finds a next hop that belongs to no tunnel and no interconnect. While one of their lists is not known, it says that
// this cannot be told.
func (a *Account) nextHop(r api.Route) (Finding, bool) {
	hop, err := netip.ParseAddr(r.Nexthop)
	if err != nil {
		return Finding{}, false
	}
	if i, known := a.owner[hop]; known {
		return wrongSide(r, hop, a.facts.Tunnels[i].Name, a.facts.Tunnels[i].InterfaceAddress)
	}
	for _, l := range a.facts.Links.Rows {
		if subnet, err := netip.ParsePrefix(l.InterfaceAddress); err == nil && subnet.Contains(hop) {
			return wrongSide(r, hop, l.Name, l.InterfaceAddress)
		}
	}
	if why := cannotTell(a.facts.nextHops()...); why != "" {
		return Finding{Cause: NextHopUnread, Likelihood: Remark, Impact: NoImpact, Source: srcRoute, Evidence: []Evidence{{"nexthop", r.Nexthop}},
			Text: "Cannot tell whether the next hop belongs to a tunnel or a CNI: " + why + "."}, true
	}
	f := Finding{Cause: NextHopUnknown, Likelihood: Likely, Impact: Impaired, Source: srcRoute,
		Evidence: []Evidence{{"nexthop", r.Nexthop}, {"priority", strconv.Itoa(r.Priority)}},
		Text:     "The next hop is in the subnet of no tunnel or CNI: this points to a route that is left over.",
		Next:     "Point the route at the customer's side of a tunnel, or delete it."}
	return a.withGone(f, func(h happened) bool { return h.holdsHop(hop) }, store.GRETunnels, store.IPsecTunnels, store.Links), true
}

// wrongSide finds a next hop that is Cloudflare's own address of a tunnel or an interconnect, or no host of its subnet.
func wrongSide(r api.Route, hop netip.Addr, name, interfaceAddress string) (Finding, bool) {
	subnet, err := netip.ParsePrefix(interfaceAddress)
	cloudflare, customer, known := rules.Sides(subnet)
	base := subnet.Masked().Addr()
	ends := hop.BitLen()-subnet.Bits() > 1 && (hop == base || !subnet.Contains(hop.Next()))
	if err != nil || !known || hop == customer || hop != cloudflare && !ends {
		return Finding{}, false
	}
	f := Finding{Cause: NextHopWrongSide, Likelihood: Certain, Impact: Impaired, Source: srcRoute,
		Evidence: []Evidence{{"nexthop", r.Nexthop}, {"interface_address of " + name, interfaceAddress}},
		Text:     "The next hop is Cloudflare's own side of " + name + ": the route leads to no router.",
		Next:     "Point the route at your side."}
	if hop != cloudflare {
		f.Text = "The next hop is no host of the subnet of " + name + " but its first or last address: the route leads to no router."
	}
	if customer.IsValid() {
		f.Text = strings.TrimSuffix(f.Text, ".") + "; your side is " + customer.String() + "."
		f.Next = "Point the route at " + customer.String() + "."
	}
	return f, true
}

// routeLeads is said of a route with which nothing is wrong.
func routeLeads(r api.Route) Finding {
	return Finding{Cause: NextHopKnown, Likelihood: Remark, Impact: NoImpact, Source: srcRoute, Evidence: []Evidence{{"nexthop", r.Nexthop}},
		Text: "The route leads to a tunnel or a CNI of this account.",
		Next: "Nothing to do for the route; diagnose its next hop."}
}
