package tunnel

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// besideForm is what stands beside the form of one tunnel: its two ends, and the names and inner subnets in use.
func (f fields) besideForm(shown *form.Form) []resource.Section {
	return []resource.Section{f.m.twoEnds("Two ends", shown.Values(), shown.Lacks), f.m.inUse(f.id)}
}

// endWidth is how wide the column of Cloudflare's end is.
const endWidth = 22

// twoEnds are both ends of a tunnel beside each other, by what is typed so far.
func (m *Module) twoEnds(title string, v form.Values, lacks func(key string) bool) resource.Section {
	typed := func(key string) string {
		if text := strings.TrimSpace(v[key]); text != "" && !lacks(key) {
			return text
		}
		return "-"
	}
	cloudflare, customer := "-", "-"
	if subnet, err := netip.ParsePrefix(typed("interface_address")); err == nil {
		if a, b, ok := rules.Sides(subnet); ok {
			cloudflare, customer = a.String(), b.String()
		}
	}
	row := func(label, cloudflare, customer string, role tui.Role) resource.Field {
		return resource.Field{Label: label, Value: tui.Fit(cloudflare, endWidth) + customer, Role: role}
	}
	s := resource.Section{Title: title, Fields: []resource.Field{
		row("", "Cloudflare", "Your router", tui.Muted),
		row("Outer address", typed("cloudflare_endpoint"), typed("customer_endpoint"), tui.Plain),
		row("Inner address", cloudflare, customer, tui.Plain)}}
	if v["bgp"] == "yes" {
		asn := typed("customer_asn")
		if asn != "-" {
			asn = "AS " + asn
		}
		s.Fields = append(s.Fields, row("BGP", "AS "+strconv.FormatUint(uint64(m.env.Feed.Last().CloudflareASN()), 10), asn, tui.Plain))
	}
	return s
}

// inUse are the names of the account's other tunnels and links with their inner subnets, in the order of the subnets; or why they are not
// known.
func (m *Module) inUse(except string) resource.Section {
	s := resource.Section{Title: "Names and subnets in use"}
	if why := m.env.SubnetsUnknown(); why != "" {
		s.Fields = []resource.Field{{Value: why, Role: tui.Muted, Prose: true}}
		return s
	}
	var used []rules.Subnet
	for _, subnet := range m.env.Subnets(except) {
		if !subnet.Route {
			used = append(used, subnet)
		}
	}
	sorting.Sort(used, func(a, b rules.Subnet) int { return a.CIDR.Addr().Compare(b.CIDR.Addr()) })
	for _, subnet := range used {
		s.Fields = append(s.Fields, resource.Field{Label: tui.Clean(subnet.Owner), Value: subnet.CIDR.Masked().String(), Role: tui.Muted})
	}
	return s
}

// beside is what stands beside the form of a pair: the two ends of both tunnels, what is in use, and all that it says so far.
func (p pairing) beside(f *form.Form) []resource.Section {
	v := f.Values()
	first, twin := "First tunnel", "Second tunnel"
	if p.first != nil {
		first = tui.Clean(p.first.Name)
	}
	lacksOfTwin := func(key string) bool { // what it has of its own, else what both have
		if _, own := v["twin_"+key]; own {
			return f.Lacks("twin_" + key)
		}
		return f.Lacks(key)
	}
	ends := []resource.Section{p.m.twoEnds(first, v, f.Lacks), p.m.twoEnds(twin, twinOf(v), lacksOfTwin)}
	return slices.Concat(ends, f.SoFar(), []resource.Section{p.m.inUse("")})
}
