package kind

import "time"

// The kinds. BGPPrefixes, Bindings and Delegations are lists below one prefix each, PortStates is the state of one
// interconnect: the API has no list of them over the account.
const (
	GRETunnels     Kind = "gre_tunnels"
	IPsecTunnels   Kind = "ipsec_tunnels"
	TunnelHealth   Kind = "health"
	TunnelTraffic  Kind = "traffic"
	LocationHealth Kind = "locations"         // of Cloudflare's, and how they see the tunnels
	Ports          Kind = "cni_interconnects" // network interconnects: what a cable or a partner's circuit is plugged into
	PortStates     Kind = "cni_interconnects.status"
	CNIs           Kind = "cnis"
	Links          Kind = "cf_interconnects" // the tunnel interfaces of CNIs
	Slots          Kind = "cni_slots"
	CNISettings    Kind = "cni_settings"
	Prefixes       Kind = "prefixes"
	BGPPrefixes    Kind = "bgp_prefixes"
	Bindings       Kind = "bindings"
	Delegations    Kind = "delegations"
	Leases         Kind = "leases"
	Services       Kind = "services"
	Routes         Kind = "routes"
	EndpointChecks Kind = "endpoint_healthchecks"
	FilterProfiles Kind = "bgp_filter_profiles"
	BGPSettings    Kind = "bgp_settings"
	Accounts       Kind = "accounts"
	// API is Cloudflare's API itself, which has no object and is never read: events about whether it answers.
	API Kind = "api"
)

// TunnelPeriod is how often the lists of tunnels are read when nobody says otherwise (--refresh).
const TunnelPeriod = 15 * time.Second

const (
	keyGone   = "the former key is not known to anybody but the device: set a new one instead"
	onlyCheck = "a validation changes nothing that could be undone"
	notYours  = "Cloudflare's, not the account's: "
)

// undoable gives an act for each of the verbs, each of which can be undone.
func undoable(verbs ...string) []Act {
	out := make([]Act, len(verbs))
	for i, v := range verbs {
		out[i] = Act{Verb: v}
	}
	return out
}

// table has every kind. Health changes within a minute; traffic comes in steps of five; routes and prefixes change when
// somebody changes them; slots, services and leases change with building work and contracts.
var table = []About{
	{Kind: GRETunnels, One: "GRE tunnel", Many: "GRE tunnels", Title: "GRE tunnels", Words: []string{"gre", "gre-tunnels"},
		Help: "GRE tunnels", Every: TunnelPeriod, Always: true, Label: []string{"name"}, Acts: undoable(Create, Update, Delete)},
	{Kind: IPsecTunnels, One: "IPsec tunnel", Many: "IPsec tunnels", Title: "IPsec tunnels", Words: []string{"ipsec", "ipsec-tunnels"},
		Help: "IPsec tunnels", Every: TunnelPeriod, Always: true, Label: []string{"name"}, WriteOnly: []string{"psk"},
		NotRestored: []string{"the IKE identities, which hold the tunnel's id"},
		Acts:        append(undoable(Create, Update, Delete), Act{"generate PSK", keyGone}, Act{"set PSK", keyGone})},
	{Kind: TunnelHealth, Many: "health", Every: time.Minute, Always: true},
	{Kind: TunnelTraffic, Many: "traffic", Every: 5 * time.Minute, Always: true},
	{Kind: LocationHealth, Many: "health by location", Every: 5 * time.Minute, Always: true},

	{Kind: Ports, One: "CNI interconnect", Many: "interconnects", Short: "interconnect", Title: "Interconnects",
		Words:   []string{"interconnects", "interconnect", "cni-interconnects", "ports"},
		Help:    "network interconnects (CNI): ports, the CNIs over them, their tunnel interfaces and the settings",
		FoundBy: "name, which is their id",
		Every:   2 * time.Minute, Always: true, Key: "name", Label: []string{"name"},
		Acts: []Act{{Create, "creating an interconnect orders a cross-connect: cancel it with the data center, then delete it"},
			{Delete, "the port is given back and another may have it by now: order a new interconnect"}},
		NotPossible: map[string]string{Update: "The API cannot change an interconnect: it can only be ordered and deleted"}},
	{Kind: PortStates, Many: "interconnect states", Parent: Ports, Every: 2 * time.Minute, Always: true},
	{Kind: CNIs, One: "CNI", Many: "CNIs", Title: "CNIs", Words: []string{"cnis", "cni"},
		Help: "CNIs: addresses and BGP session over an interconnect", FoundBy: "conduit", Every: 2 * time.Minute,
		Label: []string{"magic.conduit_name"}, Acts: undoable(Create, Update, Delete),
		NotRestored: []string{"what was set on the interconnect tunnel interface"}},
	{Kind: Links, One: "interconnect tunnel interface", Many: "interconnect tunnel interfaces", Short: "CF link",
		Title: "Interconnects, tunnel interface",
		Words: []string{"cf-interconnects", "cf-interconnect", "magic-interconnects", "tunnel-side"},
		Help:  "interconnects, tunnel interface: what routes lead through", Every: 2 * time.Minute, Always: true, Label: []string{"name"},
		Acts: undoable(Update),
		NotPossible: map[string]string{Create: "The tunnel interface comes with its CNI: create that one",
			Delete: "The tunnel interface goes with its CNI: delete that one, a line above"}},

	{Kind: Prefixes, One: "prefix", Many: "prefixes", Title: "Prefixes", Words: []string{"prefixes", "prefix", "byoip"},
		Help: "BYOIP prefixes: advertisement, service bindings, delegations", FoundBy: "CIDR", Every: 2 * time.Minute, Always: true,
		Label: []string{"cidr"}, Acts: append(undoable(Create, Update, Delete), Act{"validate prefix", onlyCheck}),
		NotRestored: []string{"BGP prefixes", "service bindings", "delegations", "the state of the validation"}},
	{Kind: BGPPrefixes, One: "BGP prefix", Many: "BGP prefixes", Title: "BGP prefixes", Words: []string{"bgp-prefixes", "bgp-prefix"},
		Help: "what is advertised of the prefixes", FoundBy: "CIDR", Parent: Prefixes, Every: 2 * time.Minute, Always: true,
		Label: []string{"cidr"},
		Acts: undoable(Create, Delete, "advertise", "withdraw", "set prepend count",
			"set automatic withdrawal"),
		NotPossible: map[string]string{Update: "Only its advertisement, its prepends and its automatic withdrawal change"}},
	{Kind: Bindings, One: "service binding", Many: "service bindings", Short: "binding", Title: "Service bindings",
		Words: []string{"bindings", "binding", "service-bindings"}, Help: "service bindings of the prefixes", FoundBy: "CIDR",
		Parent: Prefixes, Every: 2 * time.Minute, Always: true, Label: []string{"cidr"}, Acts: undoable(Create, Delete),
		NotPossible: map[string]string{Update: "The API cannot change a binding: delete it and make a new one"}},
	{Kind: Delegations, One: "delegation", Many: "delegations", Title: "Delegations", NoList: "it is on the page of its prefix",
		Parent: Prefixes, Every: 2 * time.Minute, Label: []string{"cidr"}, Acts: undoable(Create, Delete),
		NotPossible: map[string]string{Update: "The API cannot change a delegation: delete it and make a new one"}},

	{Kind: Routes, One: "static route", Many: "routes", Short: "route", Title: "Static routes",
		Words: []string{"routes", "route", "static-routes"}, Help: "static routes", FoundBy: "prefix", Every: time.Minute, Always: true,
		Label: []string{"prefix"}, Acts: undoable(Create, Update, Delete)},
	{Kind: EndpointChecks, One: "endpoint health check", Many: "endpoint health checks", Title: "Endpoint health checks",
		Words: []string{"endpoint-checks", "endpoint-check", "endpoint-healthchecks"}, Help: "your hosts that Cloudflare probes",
		FoundBy: "name or address", Every: time.Minute, Label: []string{"name", "endpoint"}, Acts: undoable(Create, Update, Delete)},
	{Kind: FilterProfiles, One: "BGP filter profile", Many: "BGP filter profiles", Short: "BGP filter", Title: "BGP filter profiles",
		Words: []string{"bgp-filters", "bgp-filter", "bgp-filter-profiles", "filter-profiles"},
		Help:  "which routes BGP sessions accept and advertise",
		Every: 10 * time.Minute, Label: []string{"name"}, Acts: undoable(Create, Update, Delete)},

	{Kind: BGPSettings, Many: "BGP settings", Every: 10 * time.Minute},

	{Kind: Slots, One: "slot", Many: "slots", Title: "Slots", Words: []string{"slots", "cni-slots"},
		Help: "slots: where a port can be ordered", NoList: notYours + "a catalog to order from", Every: 10 * time.Minute,
		NotPossible: map[string]string{Create: "Slots are Cloudflare's: n orders a port in one, nothing else can be done",
			Update: "Slots are Cloudflare's: n orders a port in one, nothing else can be done",
			Delete: "Slots are Cloudflare's: n orders a port in one, nothing else can be done"}},
	{Kind: CNISettings, One: "CNI settings", Many: "CNI settings", Title: "CNI settings", Words: []string{"cni-settings"},
		Help: "CNI settings: Cloudflare's AS number", NoList: "one object, no list", Every: 2 * time.Minute, Acts: undoable(Update),
		NotPossible: map[string]string{Create: "The account has one set of settings: change it",
			Delete: "The API cannot remove the settings: only change them"}},
	{Kind: Services, One: "service", Many: "services", Title: "Services", Words: []string{"services"},
		Help: "what prefixes can be bound to", NoList: notYours + "names for service bindings", Every: 10 * time.Minute, Label: []string{"name"},
		NotPossible: map[string]string{Create: "services are Cloudflare's: a prefix is bound to one under :prefixes",
			Update: "services are Cloudflare's and cannot be changed", Delete: "services are Cloudflare's and cannot be deleted"}},
	{Kind: Leases, One: "lease", Many: "leases", Title: "Leased addresses", Words: []string{"leases"},
		Help: "Cloudflare's addresses for your tunnels", NoList: notYours + "shown where a tunnel needs one", Every: 10 * time.Minute,
		Label: []string{"cidrs"},
		NotPossible: map[string]string{Create: "leases come with the contract", Update: "leases come with the contract",
			Delete: "leases come with the contract"}},
	{Kind: Accounts, One: "account", Many: "accounts", Title: "Accounts", Words: []string{"accounts"},
		Help: "the accounts that your credentials can see", NoList: "an account is chosen by --account or in the program",
		Every: 10 * time.Minute,
		NotPossible: map[string]string{Create: "accounts are made in Cloudflare's dashboard",
			Update: "accounts are changed in Cloudflare's dashboard",
			Delete: "accounts are deleted in Cloudflare's dashboard"}},
	{Kind: API, Short: "API"},
}
