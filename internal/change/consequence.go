package change

import (
	"fmt"
	"net/netip"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
)

// TunnelConsequences says what the deletion of a tunnel or interconnect leaves behind: the routes whose next hop lies in
// its interface subnets.
func TunnelConsequences(t api.Tunnel, routes []api.Route) []string {
	var out []string
	if n := RoutesThrough(routes, t.InterfaceAddress, t.InterfaceAddress6); len(n) > 0 {
		var names []string
		for _, r := range n {
			names = append(names, fmt.Sprintf("%s via %s (priority %d)", r.Prefix, r.Nexthop, r.Priority))
		}
		lose := "1 static route loses its next hop"
		if len(n) > 1 {
			lose = fmt.Sprintf("%d static routes lose their next hop", len(n))
		}
		out = append(out, lose+": "+strings.Join(names, ", "))
	}
	if t.BGP != nil {
		out = append(out, fmt.Sprintf("The BGP session with AS %d ends, and the routes it brings are withdrawn", t.BGP.CustomerASN))
	}
	return out
}

// RoutesThrough are the routes whose next hop lies in one of the subnets.
func RoutesThrough(routes []api.Route, subnets ...string) []api.Route {
	var out []api.Route
	for _, r := range routes {
		hop, err := netip.ParseAddr(r.Nexthop)
		if err != nil {
			continue
		}
		for _, s := range subnets {
			if p, err := netip.ParsePrefix(s); err == nil && p.Contains(hop) {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// PrefixConsequences says what the deletion of a prefix takes with it, and whether the API allows it.
func PrefixConsequences(p api.Prefix, advertised []api.BGPPrefix, bindings []api.Binding, delegations []api.Delegation) []string {
	var out []string
	if f := rules.PrefixDelete(p.Approved); !f.IsZero() {
		out = append(out, f.Text)
	}
	for _, b := range advertised {
		if b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised {
			out = append(out, b.CIDR+" is advertised: withdraw it first")
		} else {
			out = append(out, fmt.Sprintf("The BGP prefix %s goes with it", b.CIDR))
		}
	}
	for _, b := range bindings {
		out = append(out, fmt.Sprintf("The service binding of %s to %s goes with it", b.CIDR, b.ServiceName))
	}
	for _, d := range delegations {
		out = append(out, fmt.Sprintf("The delegation of %s to account %s goes with it", d.CIDR, d.DelegatedAccountID))
	}
	return out
}

// BGPPrefixConsequences says whether a BGP prefix can be deleted: only a withdrawn one can.
func BGPPrefixConsequences(b api.BGPPrefix) []string {
	advertised := b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised
	if f := rules.BGPPrefixDelete(advertised); !f.IsZero() {
		return []string{f.Text}
	}
	return nil
}

// BindingDeletion says what stands against the deletion of a service binding, and what it means.
func BindingDeletion(prefix netip.Prefix, all []api.Binding, removed api.Binding) Guards {
	one := ruled([]api.Binding{removed})
	if len(one) == 0 {
		return Guards{}
	}
	switch f := rules.BindingDelete(prefix, ruled(all), one[0]); {
	case f.Blocks():
		return Guards{Block: f.Text}
	case f.Severity == rules.Warning:
		return Guards{Warnings: []string{f.Text + "; Cloudflare will probably refuse it"}}
	default:
		return Guards{Consequences: []string{f.Text}}
	}
}

// NewBinding says whether a service binding can be made, and what it means (rules.BindingAllowed).
func NewBinding(prefix netip.Prefix, all []api.Binding, added api.Binding) Guards {
	one := ruled([]api.Binding{added})
	if len(one) == 0 {
		return Guards{Block: "The binding's network is not valid: write it like 203.0.113.0/24"}
	}
	switch f := rules.BindingAllowed(prefix, ruled(all), one[0]); {
	case f.Blocks():
		return Guards{Block: f.Text}
	case f.Severity == rules.Warning:
		return Guards{Warnings: []string{f.Text}}
	default:
		return Guards{Consequences: []string{f.Text}}
	}
}

// Add puts guards that the caller has worked out into a plan, before it is shown.
func (p Plan) Add(g Guards) Plan {
	g.addTo(&p)
	return p
}

// ruled are the bindings in the form of rules; a network that cannot be read is left out.
func ruled(list []api.Binding) []rules.Binding {
	var out []rules.Binding
	for _, b := range list {
		if p, err := netip.ParsePrefix(b.CIDR); err == nil {
			out = append(out, rules.Binding{CIDR: p, Service: rules.ServiceOf(b.ServiceName)})
		}
	}
	return out
}
