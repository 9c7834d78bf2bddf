package route

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/field"
)

// defaultPriority is what Cloudflare's dashboard proposes.
const defaultPriority = 100

// form makes the form for a new route, or for changing r.
func (m *Module) form(title string, r api.Route, submit func(api.Route) tea.Cmd) form.Options {
	return form.Options{
		Title: title, Verb: "review", Values: values(r),
		Sections: []form.Section{
			{Title: "Route", Intro: "Which network, and through which tunnel or CNI.", Fields: m.mainFields(r.ID)},
			{Title: "ECMP weight and scope", Intro: "Only when several routes share a network, or a route applies to some places only.",
				Folded: r.Weight == 0 && r.Scope == nil, Fields: m.scopeFields(r.ID)},
		},
		Submit: func(v form.Values) tea.Cmd { return submit(apply(r, v)) },
		Beside: m.beside,
	}
}

// beside is what stands beside the form: the paths that there are to the network, and the next hops in use.
func (m *Module) beside(f *form.Form) []resource.Section {
	var out []resource.Section
	if !f.Lacks("prefix") {
		out = append(out, m.env.Paths(rules.NetworkText(f.Value("prefix")))...)
	}
	hops := resource.Section{Title: "Next hops"}
	for _, o := range m.hops() {
		hops.Fields = append(hops.Fields, resource.Field{Label: o.Value, Value: cmp.Or(through(m.env, o.Value), "-"), Role: tui.Muted})
	}
	return append(out, hops)
}

func (m *Module) mainFields(id string) []form.Field {
	return []form.Field{
		{Key: "prefix", Label: "Prefix", Help: "The network to route: 10.61.0.0/16, or with its netmask", Normalize: rules.NetworkText,
			Check: func(v string, all form.Values) form.Finding {
				return field.WorstOf(field.Worst(rules.RoutePrefix(v), m.owned(ruleOf(all).Prefix)),
					m.env.Taken(rules.RouteTaken(ruleOf(all), m.others(id)), store.Routes))
			}},
		{Key: "nexthop", Label: "Next hop", Help: "Your address on a tunnel or CNI; type its name to find it",
			Control: form.Pick, Free: true, ChoicesNow: func(form.Values) []form.Option { return m.hops() }, Normalize: rules.AddressText,
			Explain: m.hopLive,
			Check:   m.checkHop},
		{Key: "priority", Label: "Priority", Help: "The lowest wins; Cloudflare adds 500,000 if degraded, 1,000,000 if down",
			Check: field.Check(rules.Priority)},
		{Key: "description", Label: "Description", Help: "Free text for your colleagues"},
	}
}

func (m *Module) scopeFields(id string) []form.Field {
	return []form.Field{
		{Key: "weight", Label: "Weight", Help: "Share among routes with the same prefix and priority, 1 to 256, or empty",
			Check: func(v string, all form.Values) form.Finding {
				return field.WorstOf(field.Finding(rules.Weight(v)), m.env.Taken(rules.RouteECMP(ruleOf(all), m.others(id)), store.Routes))
			}},
		{Key: "colo_regions", Label: "Regions", Help: "Only in these regions; empty for everywhere", Empty: "no limit",
			Control: form.Many, Free: true,
			Choices: regions(),
			Check: func(v string, all form.Values) form.Finding {
				return field.CheckList(rules.Region)(strings.ToUpper(v), all)
			}},
		{Key: "colo_names", Label: "Colos", Help: "Only in these data centers: den01 fra03; empty for everywhere", Empty: "no limit",
			Check: func(v string, all form.Values) form.Finding {
				return field.WorstOf(field.CheckList(rules.Colo)(v, all), m.checkCoverage(all, id))
			}},
	}
}

// owned says whether a network is one that the account can route without Cloudflare's help.
func (m *Module) owned(prefix netip.Prefix) rules.Finding {
	if !prefix.IsValid() || prefix.Bits() == 0 || !prefix.Addr().Is4() || !m.env.Feed.Last().Prefixes.Complete() {
		return rules.Finding{}
	}
	return rules.RoutePrefixOwned(rules.CloudflareWAN, prefix, m.env.OwnPrefixes())
}

func (m *Module) checkHop(v string, all form.Values) form.Finding {
	finding := rules.NextHop(v)
	if finding.Blocks() {
		return field.Finding(finding)
	}
	hop, err := netip.ParseAddr(rules.AddressText(v))
	if err != nil {
		return field.Finding(finding)
	}
	return field.WorstOf(field.Worst(finding, rules.RouteFamilies(ruleOf(all).Prefix, hop)), m.nextHop(hop))
}

// checkCoverage says which regions a prefix would be left without.
func (m *Module) checkCoverage(all form.Values, id string) form.Finding {
	rule := ruleOf(all)
	if !rule.Prefix.IsValid() {
		return form.Finding{}
	}
	if !m.routes().Complete() {
		return form.Finding{} // a route that was not read may cover the regions
	}
	return field.Finding(rules.RouteCoverage(rule.Prefix, append(m.others(id), rule)))
}

// nextHop says whether a next hop lies on a tunnel or an interconnect. While one of their lists is not known, it cannot be told.
func (m *Module) nextHop(hop netip.Addr) form.Finding {
	found := rules.NextHopOnLink(hop, m.env.Subnets(""))
	if why := m.env.SubnetsUnknown(); why != "" && !found.IsZero() {
		return field.CannotTell(why)
	}
	return field.Finding(found)
}

func (m *Module) hopLive(v form.Values) string {
	if name := through(m.env, rules.AddressText(v["nexthop"])); name != "" {
		return "through " + name
	}
	return ""
}

// regions are Cloudflare's regions with their names.
func regions() []form.Option {
	var out []form.Option
	for _, code := range rules.Regions() {
		out = append(out, form.Option{Value: code, Label: code + "  " + rules.RegionName(code)})
	}
	return out
}

// hops are the customer's sides of all tunnels and interconnects, with the name of what they lead through.
func (m *Module) hops() []form.Option {
	var hops []netip.Addr
	for _, s := range m.env.Subnets("") {
		if s.Route {
			continue
		}
		if _, customer, ok := rules.Sides(s.CIDR); ok && customer.IsValid() {
			hops = append(hops, customer)
		}
	}
	sorting.Sort(hops, netip.Addr.Compare)
	var out []form.Option
	for _, hop := range slices.Compact(hops) {
		option := form.Option{Value: hop.String(), Label: hop.String()}
		if name := through(m.env, option.Value); name != "" {
			option.Label += "  " + name
		}
		out = append(out, option)
	}
	return out
}

// others are all routes but the one with this id, as the rules want them.
func (m *Module) others(id string) []rules.Route {
	var out []rules.Route
	for _, r := range m.routes().Rows {
		if r.ID != id || id == "" {
			out = append(out, ruleOf(values(r)))
		}
	}
	return out
}

func values(r api.Route) form.Values {
	v := form.Values{"prefix": r.Prefix, "nexthop": r.Nexthop, "description": r.Description, "priority": strconv.Itoa(r.Priority)}
	if r.ID == "" && r.Priority == 0 {
		v["priority"] = strconv.Itoa(defaultPriority)
	}
	if r.Weight != 0 {
		v["weight"] = strconv.Itoa(r.Weight)
	}
	if r.Scope != nil {
		v["colo_regions"] = strings.Join(r.Scope.ColoRegions, " ")
		v["colo_names"] = strings.Join(r.Scope.ColoNames, " ")
	}
	return v
}

// apply puts what was typed into a route. It is called with values that passed their checks.
func apply(r api.Route, v form.Values) api.Route {
	r.Prefix, r.Nexthop, r.Description = rules.NetworkText(v["prefix"]), rules.AddressText(v["nexthop"]), v["description"]
	r.Priority, _ = strconv.Atoi(strings.TrimSpace(v["priority"]))
	r.Weight, _ = strconv.Atoi(strings.TrimSpace(v["weight"]))
	regions, colos := field.Words(strings.ToUpper(v["colo_regions"])), field.Words(v["colo_names"])
	if r.Scope != nil || len(regions)+len(colos) > 0 {
		r.Scope = &api.RouteScope{ColoRegions: regions, ColoNames: colos}
	}
	return r
}

func ruleOf(v form.Values) rules.Route {
	prefix, _ := netip.ParsePrefix(strings.TrimSpace(v["prefix"]))
	hop, _ := netip.ParseAddr(rules.AddressText(v["nexthop"]))
	priority, _ := strconv.Atoi(strings.TrimSpace(v["priority"]))
	weight, _ := strconv.Atoi(strings.TrimSpace(v["weight"]))
	return rules.Route{Prefix: prefix, NextHop: hop, Priority: priority, Weight: weight,
		Regions: field.Words(strings.ToUpper(v["colo_regions"])), Colos: field.Words(v["colo_names"])}
}

// fieldOf gives the form's key for a path of the API.
func fieldOf(path string) string { return strings.TrimPrefix(path, "scope.") }
