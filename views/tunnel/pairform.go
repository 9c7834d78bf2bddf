package tunnel

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// pairDraft is what the draft of a pair is kept under, and pairWhat what a pair is for.
const (
	pairDraft = "pair"
	pairWhat  = "two tunnels to one router; the router is not redundant."
)

// pairing makes the form of a pair, or of the twin of a tunnel.
type pairing struct {
	m     *Module
	first *api.Tunnel // the tunnel that is there; nil when both are new
}

// newPair begins a pair from nothing.
func (m *Module) newPair() tea.Cmd {
	return m.env.Begin(pairDraft, "a new pair of tunnels", func(draft form.Values) tea.Cmd {
		return tui.Push(pairing{m: m}.form(draft))
	})
}

// twinAction makes a second tunnel of the same router.
func (m *Module) twinAction(t api.Tunnel) tui.Action {
	return tui.Action{Name: "make-twin", Keys: []string{"N"}, Short: "second tunnel", Why: m.env.NoWrites,
		Long: "Create a second tunnel like this one, for redundancy",
		Run:  func() tea.Cmd { return tui.Push(pairing{m: m, first: &t}.form(nil)) }}
}

func (p pairing) form(draft form.Values) tui.View {
	title := "New pair of tunnels"
	if p.first != nil {
		title = "Second tunnel for " + tui.Clean(p.first.Name)
	}
	o := form.Options{Title: title, Verb: "review", Guided: true, Values: p.values(), Sections: p.sections(), Needs: formNeeds(),
		Submit: p.submit, Beside: p.beside}
	o = p.m.env.Awaited(o)
	if p.first == nil {
		return form.New(p.m.env.Guided(o, pairDraft, draft))
	}
	return form.New(o)
}

// values are what the form begins with: of the tunnel that is there, else what the account's others have.
func (p pairing) values() form.Values {
	if p.first == nil {
		v := p.m.commonValues(api.Tunnel{})
		v["kind"], v["device"] = string(api.GRE), otherDevice
		v["mtu"], v["ttl"], v["replay_protection"] = defaultMTU, defaultTTL, "no"
		return v
	}
	t := *p.first
	v := p.m.commonValues(t)
	v["kind"], v["device"] = string(t.Kind), otherDevice
	v["mtu"], v["ttl"], v["replay_protection"] = defaultMTU, defaultTTL, "no"
	for key, was := range map[string]int{"mtu": t.MTU, "ttl": t.TTL} {
		if was > 0 {
			v[key] = strconv.Itoa(was)
		}
	}
	return v
}

// otherDevice is a router of no particular kind.
const otherDevice = "router"

// devices are what the tunnels can end at: the platforms with a configuration, and the clouds.
func devices() []form.Option {
	out := []form.Option{{Value: otherDevice, Label: "Any router"}}
	for _, o := range platformOptions(routerconfig.Router{}.Platforms()) {
		if o.Value != string(routerconfig.Terraform) {
			out = append(out, o)
		}
	}
	return append(out, form.Option{Value: string(rules.Azure), Label: "Azure VPN gateway"},
		form.Option{Value: string(rules.Google), Label: "Google Cloud VPN"}, form.Option{Value: string(rules.AWS), Label: "AWS VPN"})
}

func (p pairing) sections() []form.Section {
	var out []form.Section
	if p.first == nil {
		out = append(out, p.router())
	}
	return append(out, p.twin(), p.routing(), p.health(), p.settings())
}

// checks are the checks of single tunnels, for the kind that is chosen.
func (p pairing) checks(v form.Values) fields {
	return fields{m: p.m, kind: ruleKind(api.TunnelKind(v["kind"]))}
}

func (p pairing) router() form.Section {
	return form.Section{Title: "Router", Intro: "Your router, and the first of the two tunnels. Suggested values can be kept.",
		Fields: []form.Field{
			{Key: "name", Label: "Name", Help: "Name of the first tunnel; the second gets the next number: fra-1, fra-2",
				Check: func(v string, all form.Values) form.Finding { return p.checks(all).checkName(v, all) }},
			{Key: "customer_endpoint", Label: "Your endpoint", Help: "The public address of your router",
				Check: func(v string, all form.Values) form.Finding {
					if v == "" {
						return form.Finding{Level: form.Incomplete, Text: "Enter the public address of your router"}
					}
					return p.checks(all).checkCustomer(v, all)
				}},
			{Key: "kind", Label: "Type", Control: form.Choice, Choices: []form.Option{{Value: string(api.GRE), Label: "GRE"},
				{Value: string(api.IPsec), Label: "IPsec"}}, Help: "GRE: plain packets. IPsec: encrypted, with a key for each tunnel"},
			p.device(),
			{Key: "cloudflare_endpoint", Label: "Cloudflare endpoint", Help: "The anycast address of the first tunnel", Control: form.Pick,
				Free:       true,
				ChoicesNow: func(v form.Values) []form.Option { return p.checks(v).endpointChoices() },
				Propose:    func(v form.Values) string { return firstOf(p.checks(v).endpoints()) },
				Check:      func(v string, all form.Values) form.Finding { return p.checks(all).checkCloudflare(v, all) },
				Explain:    func(v form.Values) string { return p.checks(v).endpointLive(v) }},
		}}
}

func (p pairing) device() form.Field {
	return form.Field{Key: "device", Label: "Device", Control: form.Pick, Choices: devices(),
		Help: "The device that your tunnels end on; suggestions depend on it",
		Check: func(v string, all form.Values) form.Finding {
			return field.Finding(rules.DeviceSupports(rules.CustomerDevice(v), ruleKind(api.TunnelKind(all["kind"]))))
		}}
}

// sameEndpoint reports whether both tunnels go to one address of Cloudflare's: then your router needs two.
func sameEndpoint(v form.Values) bool {
	return strings.TrimSpace(v["twin_cloudflare_endpoint"]) == strings.TrimSpace(v["cloudflare_endpoint"])
}

func (p pairing) twin() form.Section {
	s := form.Section{Title: "Second tunnel",
		Intro: "The second tunnel goes to Cloudflare's other address, so that either can fail without an outage.",
		Fields: []form.Field{
			{Key: "twin_name", Label: "Second name", Help: "Name of the second tunnel", Check: p.checkTwinName, Propose: p.twinName},
			{Key: "twin_cloudflare_endpoint", Label: "Cloudflare endpoint", Help: "For the second tunnel; normally not the first tunnel's",
				Control: form.Pick, Free: true, ChoicesNow: func(v form.Values) []form.Option { return p.checks(v).endpointChoices() },
				Propose: p.otherEndpoint, Check: p.checkTwinEndpoint,
				Explain: func(v form.Values) string {
					return p.checks(v).endpointLive(form.Values{"cloudflare_endpoint": v["twin_cloudflare_endpoint"]})
				}},
			{Key: "twin_customer_endpoint", Label: "Your other endpoint", When: sameEndpoint, Check: p.checkTwinCustomer,
				Help: "A second address of your router: two tunnels cannot share both endpoints"},
			{Key: "interface_address", Label: "First subnet", Help: "Cloudflare's side of a /31 in the first tunnel",
				Suggest: func(v form.Values) []string { return p.checks(v).freeSubnets() }, Propose: p.subnet("twin_interface_address"),
				Check: p.checkSubnet("twin_interface_address"), Explain: sidesLive, Normalize: rules.PrefixText},
			{Key: "twin_interface_address", Label: "Second subnet", Help: "The same for the second tunnel",
				Suggest: func(v form.Values) []string { return p.checks(v).freeSubnets() }, Propose: p.subnet("interface_address"),
				Check: p.checkSubnet("interface_address"), Normalize: rules.PrefixText,
				Explain: func(v form.Values) string {
					return sidesLive(form.Values{"interface_address": v["twin_interface_address"]})
				}},
		}}
	if p.first != nil {
		s.Intro = "A second tunnel between the same router and Cloudflare's other address, so that either can fail without an outage."
		s.Fields = slices.Delete(s.Fields, 3, 4)
		s.Fields = append(s.Fields, p.device())
	}
	return s
}

// twinName counts a name on until it is free: fra-a gives fra-b, fra-1 gives fra-2, fra gives fra-2.
func (p pairing) twinName(v form.Values) string {
	name := strings.TrimSpace(v["name"])
	if name == "" {
		return ""
	}
	kind := ruleKind(api.TunnelKind(v["kind"]))
	return rules.TwinName(kind, name, p.m.names(""))
}

func (p pairing) checkTwinName(v string, all form.Values) form.Finding {
	if v != "" && strings.TrimSpace(v) == strings.TrimSpace(all["name"]) {
		return form.Finding{Level: form.Error, Text: "This is the name of the first tunnel"}
	}
	return p.checks(all).checkName(v, all)
}

// otherEndpoint is an address of Cloudflare's that the first tunnel does not go to; the same one when there is no other, empty while that
// is not known.
func (p pairing) otherEndpoint(v form.Values) string {
	first := strings.TrimSpace(v["cloudflare_endpoint"])
	for _, end := range p.checks(v).endpoints() {
		if end != first && !p.pairTaken(v, end, v["customer_endpoint"]) {
			return end
		}
	}
	if p.m.awaitsTunnels() {
		return "" // there may be another one
	}
	return first
}

// pairTaken reports whether a tunnel of the kind has these two outer addresses.
func (p pairing) pairTaken(v form.Values, cloudflare, customer string) bool {
	kind := ruleKind(api.TunnelKind(v["kind"]))
	a, errA := netip.ParseAddr(strings.TrimSpace(cloudflare))
	b, errB := netip.ParseAddr(strings.TrimSpace(customer))
	return errA == nil && errB == nil && slices.ContainsFunc(p.m.pairs(""), func(e rules.EndpointPair) bool {
		return e.Type == kind && e.Cloudflare == a && e.Customer == b
	})
}

func (p pairing) checkTwinEndpoint(v string, all form.Values) form.Finding {
	finding := p.checks(all).checkCloudflare(v, all)
	switch {
	case finding.Blocks():
		return finding
	case sameEndpoint(all):
		return field.WorstOf(finding, form.Finding{Level: form.Warning,
			Text: "The first tunnel goes there too: your router needs a second address, and Cloudflare's address is shared"})
	case p.pairTaken(all, v, all["customer_endpoint"]):
		return form.Finding{Level: form.Error, Text: "A tunnel of this kind joins these two addresses already: choose another one"}
	}
	return finding
}

func (p pairing) checkTwinCustomer(v string, all form.Values) form.Finding {
	switch {
	case strings.TrimSpace(v) == "":
		return form.Finding{Level: form.Incomplete,
			Text: "Enter a second public address: with one of Cloudflare's, two tunnels need two of yours"}
	case strings.TrimSpace(v) == strings.TrimSpace(all["customer_endpoint"]):
		return form.Finding{Level: form.Error, Text: "The first tunnel has this address: with one of Cloudflare's, two tunnels need two of yours"}
	}
	return p.checks(all).checkCustomer(v, form.Values{"cloudflare_endpoint": all["twin_cloudflare_endpoint"]})
}

// subnet proposes a free /31 that the other tunnel does not have.
func (p pairing) subnet(other string) func(form.Values) string {
	return func(v form.Values) string {
		for _, free := range p.checks(v).freeSubnets() {
			if free != strings.TrimSpace(v[other]) {
				return free
			}
		}
		return ""
	}
}

func (p pairing) checkSubnet(other string) func(string, form.Values) form.Finding {
	return func(v string, all form.Values) form.Finding {
		finding := p.checks(all).checkInterface(v, all)
		mine, err := netip.ParsePrefix(strings.TrimSpace(v))
		its, errIts := netip.ParsePrefix(strings.TrimSpace(all[other]))
		if !finding.Blocks() && err == nil && errIts == nil && mine.Overlaps(its) {
			return form.Finding{Level: form.Error, Text: "The other tunnel of the pair has this subnet"}
		}
		return finding
	}
}

// routing is how networks are told: by BGP over both tunnels, or by static routes into both.
func (p pairing) routing() form.Section {
	s := p.m.env.BGPSection(kit.Session{Kept: true, Others: func(v form.Values) []rules.ASNUse {
		return p.m.asns("", strings.TrimSpace(v["customer_endpoint"]), strings.TrimSpace(v["twin_customer_endpoint"]))
	}})
	s.Intro = "BGP over both tunnels, or static routes of equal priority into both. One of them is needed to carry traffic."
	if p.first != nil {
		s.Intro = "BGP over the new tunnel, too, or static routes into it like those into " + p.first.Name + "."
	}
	s.Title = "Routing"
	if p.first == nil {
		s = p.m.proposeSession(s)
	}
	s.Fields = append(s.Fields, form.Field{Key: "routes", Label: "Your networks", When: func(v form.Values) bool { return v["bgp"] == "no" },
		Help: "Networks behind your router, routed into both tunnels; separated by spaces", Check: p.checkRoutes,
		Propose: p.routes})
	return s
}

// routes are the networks that are routed into the tunnel that is there.
func (p pairing) routes(form.Values) string {
	if p.first == nil {
		return ""
	}
	if hop := customerSide(p.first.InterfaceAddress); hop != "" {
		return strings.Join(p.m.routedThrough(hop), " ")
	}
	return ""
}

// routesOfFirst are the routes of these networks into the tunnel that is there, as another tunnel may have them.
func (p pairing) routesOfFirst(networks []string) []api.Route {
	var out []api.Route
	hop := customerSide(p.first.InterfaceAddress)
	for _, r := range p.m.env.Feed.Last().Routes.Rows {
		if r.Nexthop == hop && slices.Contains(networks, r.Prefix) {
			out = append(out, api.Route{Prefix: r.Prefix, Priority: r.Priority, Weight: r.Weight, Scope: r.Scope})
		}
	}
	return out
}

func (p pairing) checkRoutes(v string, all form.Values) form.Finding {
	switch {
	case len(field.Words(v)) > 0:
	case p.first != nil && p.m.env.Feed.Awaits(store.TargetsOf(store.Routes)...):
		return awaited("the routes of " + p.first.Name)
	default:
		return form.Finding{Level: form.Warning, Text: "Without BGP and without a route the pair carries no traffic"}
	}
	finding := field.CheckList(rules.RoutePrefix)(v, all)
	if why := p.m.env.Feed.Last().Routes.Why(); p.first != nil && why != "" {
		return field.WorstOf(finding, form.Finding{Level: form.Warning,
			Text: fmt.Sprintf("Routes get priority %d: which one those of %s have cannot be told, %s", defaultPriority, p.first.Name, why)})
	}
	return finding
}

// health proposes what the product and the device take; a twin has what its tunnel has.
func (p pairing) health() form.Section {
	s := field.HealthSection(rules.GRE)
	s.Folded, s.Intro = false, "Cloudflare probes both tunnels from all its data centers, and routes around one that does not answer."
	s.Fields = slices.DeleteFunc(s.Fields, func(f form.Field) bool { return f.Key == "hc_target" }) // each tunnel has its own: the default
	if p.first != nil {
		return s
	}
	return p.m.proposeHealth(s)
}

func (p pairing) settings() form.Section {
	gre := func(v form.Values) bool { return v["kind"] == string(api.GRE) }
	return form.Section{Title: "Settings", Intro: "What the packets look like. The defaults are right for nearly everybody.",
		Fields: []form.Field{
			{Key: "mtu", Label: "MTU", Help: "Bytes; 1476 is 1500 less the 24 of GRE", When: gre,
				Check: func(v string, _ form.Values) form.Finding { return field.Finding(rules.MTU(rules.GRE, v)) }},
			{Key: "ttl", Label: "TTL", Help: "TTL of the outer packets, 1 to 255", When: gre,
				Check: func(v string, _ form.Values) form.Finding { return field.Finding(rules.TTL(rules.GRE, v)) }},
			{Key: "replay_protection", Label: "Anti-replay", Control: form.Choice, Choices: form.YesNo,
				When: func(v form.Values) bool { return !gre(v) }, Help: "Off is recommended with anycast; on for devices that cannot turn it off",
				Check: func(v string, _ form.Values) form.Finding { return field.Finding(rules.ReplayProtection(v == "yes")) }},
			{Key: "description", Label: "Description", Help: p.whose()},
		}}
}

// whose says what gets the description.
func (p pairing) whose() string {
	if p.first != nil {
		return "Of the new tunnel; free text for your colleagues"
	}
	return "Of both tunnels; free text for your colleagues"
}

// customerSide is your router's address in a subnet; empty when it cannot be told.
func customerSide(subnet string) string {
	p, err := netip.ParsePrefix(strings.TrimSpace(subnet))
	if err != nil {
		return ""
	}
	if _, customer, ok := rules.Sides(p); ok && customer.IsValid() {
		return customer.String()
	}
	return ""
}

// routedThrough are the networks with a route to a next hop.
func (m *Module) routedThrough(hop string) []string {
	var out []string
	for _, r := range m.env.Feed.Last().Routes.Rows {
		if r.Nexthop == hop && !slices.Contains(out, r.Prefix) {
			out = append(out, r.Prefix)
		}
	}
	return out
}

// twinOf are the values of the form of a single tunnel, for the second of the pair.
func twinOf(v form.Values) form.Values {
	out := form.Values{}
	for key, value := range v {
		if _, of := strings.CutPrefix(key, "twin_"); !of {
			out[key] = value
		}
	}
	out["name"], out["cloudflare_endpoint"], out["interface_address"] = v["twin_name"], v["twin_cloudflare_endpoint"],
		v["twin_interface_address"]
	out["interface_address6"], out["hc_target"] = "", ""
	if sameEndpoint(v) {
		out["customer_endpoint"] = v["twin_customer_endpoint"]
	}
	return out
}
