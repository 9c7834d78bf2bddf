package simaccount

import (
	"fmt"
	"net/netip"
	"time"
)

// day is a unit of the invented history.
const day = 24 * time.Hour

// part is what a file of this package adds to every account.
type part struct {
	kinds      []Resource
	operations func() []operation
	furnish    func(*Server) // the believable objects of a kind that stands by itself; what rests on others is made by populate
}

// parts are the account.
var parts = []part{
	{[]Resource{GRETunnels, IPsecTunnels, Links}, tunnelOperations, nil},
	{[]Resource{Routes}, routeOperations, nil},
	{[]Resource{CNIs, Ports, Slots}, cniOperations, nil},
	{[]Resource{Prefixes, BGPPrefixes, Bindings, Delegations, Services, Leases}, addressingOperations, nil},
	{nil, iamOperations, nil},
	{nil, analyticsOperations, nil},
	{nil, recordOperations, nil},
	{[]Resource{EndpointChecks}, endpointOperations, (*Server).furnishEndpointChecks},
	{[]Resource{FilterProfiles}, filterOperations, (*Server).furnishFilters},
}

// Cloudflare's and the customer's addresses are from the documentation ranges of RFC 5737.
const (
	cloudflareA = "192.0.2.11"
	cloudflareB = "192.0.2.12"
	// fleetRange holds the Cloudflare endpoints of generated tunnels.
	fleetRange = "192.0.2.128/25"
)

// populate fills a new account: its believable self, or a fleet of n generated tunnels with the same rest.
func (s *Server) populate(n int) {
	s.addAccount(s.account, "Northwind Freight", "enterprise")
	s.addLease("Magic Transit anycast endpoint", cloudflareA+"/32")
	s.addLease("Magic Transit anycast endpoint", cloudflareB+"/32")
	s.furnishPrefixes()
	s.furnishLinks()
	for _, p := range parts {
		if p.furnish != nil {
			p.furnish(s)
		}
	}
	if n > 0 {
		s.addLease("Magic Transit anycast endpoints", fleetRange)
		s.furnishFleet(n)
		return
	}
	for i, t := range demoTunnels {
		s.addTunnel(i, t)
	}
	s.furnishRoutes()
}

func (s *Server) addLease(purpose, cidr string) {
	from := s.past(700, "lease", cidr)
	s.insert(Leases, Object{
		"owner_id": s.account, "purpose": purpose, "cidrs": []any{cidr},
		"active_from": stamp(from), "created_at": stamp(from), "modified_at": stamp(from),
	}, from)
}

// past is a moment some days ago with an arbitrary but fixed time of day.
func (s *Server) past(days int, words ...any) time.Time {
	offset := time.Duration(s.chance(append(words, "past")...) * float64(day)).Truncate(time.Microsecond)
	return s.start.Add(-time.Duration(days)*day - offset)
}

// seedTunnel is one row of the invented account.
type seedTunnel struct {
	name, description    string
	cloudflare, customer string
	asn, routerASN       int64 // 0: no BGP; the customer's router has the same number
	life                 timeline
	held                 time.Duration // how long the first state has held at the start
	age                  time.Duration // how long ago it was made; 0: months ago
	stale                time.Duration // the age of a bgp_status that is no longer refreshed
	noPSK                bool
	more                 Object // further fields; health_check is merged
}

// ipsec follows the naming of the invented company.
func (s *seedTunnel) ipsec() bool { return s.name[len(s.name)-5:] == "ipsec" }

var demoTunnels = []seedTunnel{
	{name: "fra-dc1-gre", description: "Frankfurt data center, router 1", cloudflare: cloudflareA, customer: "203.0.113.10",
		asn: 64601, life: steady("Established", "", 1), held: 19 * day,
		more: Object{"automatic_return_routing": true}},
	{name: "fra-dc2-gre", description: "Frankfurt data center, router 2", cloudflare: cloudflareB, customer: "203.0.113.11",
		asn: 64601, life: steady("Established", "", 1), held: 19 * day},
	{name: "ams-dc1-gre", description: "Amsterdam data center", cloudflare: cloudflareA, customer: "203.0.113.34",
		asn: 64602, life: steady("Established", "", 0.5), held: 6 * day},
	{name: "lhr-hq-gre", description: "London head office, being restarted", cloudflare: cloudflareA, customer: "203.0.113.66",
		asn: 64603, life: comesUp},
	{name: "iad-dc1-gre", description: "Ashburn data center", cloudflare: cloudflareA, customer: "198.51.100.18",
		asn: 64611, life: failed(12*day, "Active", 0), held: 12*day + 47*time.Minute},
	{name: "sjc-dc1-gre", description: "San Jose, static routes only", cloudflare: cloudflareB, customer: "198.51.100.50",
		life: steady("", "", 1), held: 80 * day},
	{name: "gru-br1-gre", description: "Sao Paulo branch, probes are filtered there", cloudflare: cloudflareA, customer: "198.51.100.77",
		asn: 64613, life: steady("Established", "", 1), held: 2 * day,
		more: Object{"health_check": Object{"enabled": false}}},
	{name: "ams-br2-ipsec", description: "Rotterdam harbour office", cloudflare: cloudflareA, customer: "203.0.113.98",
		asn: 64621, life: steady("Established", "", 1), held: 33 * day,
		more: Object{"health_check": Object{"type": "request", "direction": "bidirectional"}}},
	{name: "mad-br1-ipsec", description: "Madrid branch, over LTE", cloudflare: cloudflareA, customer: "203.0.113.130",
		asn: 64622, life: flaps,
		more: Object{"health_check": Object{"rate": "high"}}},
	{name: "waw-br1-ipsec", description: "Warsaw branch", cloudflare: cloudflareB, customer: "203.0.113.162",
		asn: 64632, routerASN: 64623, life: steady("OpenSent", "BGP_DOWN", 1), held: 3*time.Hour + 12*time.Minute,
		age: 3*time.Hour + 16*time.Minute},
	{name: "sin-dc1-ipsec", description: "Singapore warehouse", cloudflare: cloudflareA, customer: "198.51.100.130",
		asn: 64631, life: failed(5*day, "Connect", 1), held: 5*day + 8*time.Minute},
	{name: "syd-br1-ipsec", description: "Sydney branch", cloudflare: cloudflareB, customer: "198.51.100.162",
		asn: 64633, life: steady("Established", "", 1), held: 11 * day, stale: 3 * time.Hour,
		more: Object{"replay_protection": true}},
	{name: "nrt-br1-ipsec", description: "Tokyo branch, key not set yet", cloudflare: cloudflareA, customer: "198.51.100.194",
		life: steady("", "", 0), held: 5 * time.Hour, noPSK: true},
	{name: "jnb-br1-ipsec", description: "", cloudflare: cloudflareA, customer: "198.51.100.226",
		asn: 64634, life: steady("Established", "", 1), held: 41 * day,
		more: Object{"health_check": Object{"target": "198.51.100.227"}}},
}

// demoInterface is the subnet of the i-th tunnel; the first address is Cloudflare's.
func demoInterface(i int) string { return fmt.Sprintf("10.213.0.%d/31", 2*i) }

func (s *Server) addTunnel(i int, t seedTunnel) *record {
	created := s.past(90+7*i, t.name)
	if t.age > 0 {
		created = s.start.Add(-t.age)
	}
	return s.placeTunnel(t, demoInterface(i), created)
}

// placeTunnel stores a seed tunnel and starts its life.
func (s *Server) placeTunnel(t seedTunnel, address string, created time.Time) *record {
	kind, fields := GRETunnels, greTunnels.fields
	o := Object{"name": t.name, "interface_address": address}
	if t.description != "" {
		o["description"] = t.description
	}
	if t.ipsec() {
		kind, fields = IPsecTunnels, ipsecTunnels.fields
		o["cloudflare_endpoint"], o["customer_endpoint"] = t.cloudflare, t.customer
	} else {
		o["cloudflare_gre_endpoint"], o["customer_gre_endpoint"] = t.cloudflare, t.customer
	}
	if t.asn != 0 {
		o["bgp"] = Object{"customer_asn": t.asn, "extra_prefixes": []any{"0.0.0.0/0"}}
	}
	for name, v := range t.more {
		o[name] = deepCopy(v)
	}
	o = withDefaults(fields, o)
	o["created_on"], o["modified_on"] = stamp(created), stamp(created.Add(3*time.Minute))
	r := s.insert(kind, o, created)
	r.life, r.lifeFrom = t.life, s.start.Add(-t.held)
	if t.stale > 0 {
		r.stuck = s.start.Add(-t.stale)
	}
	if len(t.life.moments) == 1 { // reports of tunnels that do not change come at different times
		r.lifeFrom = r.lifeFrom.Add(-time.Duration(s.chance("phase", t.name) * float64(reportEvery)).Truncate(time.Millisecond))
	}
	r.routerASN = t.routerASN
	if t.asn != 0 && t.routerASN == 0 {
		r.routerASN = t.asn
	}
	if kind == IPsecTunnels {
		o["remote_identities"] = s.remoteIdentities(r.id)
		o["psk_metadata"] = Object{}
		if !t.noPSK {
			r.setPSK(s.newPSK(), created.Add(time.Minute))
		}
	}
	return r
}

// seedRoute names its next hop by the tunnel.
type seedRoute struct {
	prefix, tunnel, description string
	priority, weight            int64
	regions                     []any
}

var demoRoutes = []seedRoute{
	{prefix: "198.18.10.0/24", tunnel: "fra-dc1-gre", priority: 100, weight: 128, description: "Shop and tracking"},
	{prefix: "198.18.10.0/24", tunnel: "fra-dc2-gre", priority: 100, weight: 128, description: "Shop and tracking"},
	{prefix: "198.18.11.0/24", tunnel: "ams-dc1-gre", priority: 100, description: "Customs interface"},
	{prefix: "198.18.11.0/24", tunnel: "fra-dc1-gre", priority: 200, description: "Customs interface, second path"},
	{prefix: "198.18.20.0/24", tunnel: "iad-dc1-gre", priority: 100, regions: []any{"ENAM", "WNAM"}},
	{prefix: "198.18.20.0/24", tunnel: "lhr-hq-gre", priority: 100, regions: []any{"WEUR", "EEUR", "ME", "AFR", "APAC", "OC", "SAM"}},
	{prefix: "10.50.0.0/16", tunnel: "sjc-dc1-gre", priority: 100},
	{prefix: "10.61.8.0/22", tunnel: "ams-br2-ipsec", priority: 100},
	{prefix: "10.61.12.0/22", tunnel: "mad-br1-ipsec", priority: 150},
	{prefix: "10.61.16.0/22", tunnel: "nrt-br1-ipsec", priority: 100, description: "Tokyo, waits for the key"},
}

func (s *Server) furnishRoutes() {
	for i, route := range demoRoutes {
		s.addRoute(i, route)
	}
}

func (s *Server) addRoute(i int, route seedRoute) {
	hop, ok := s.customerSide(route.tunnel)
	if !ok {
		return
	}
	created := s.past(60+i, "route", i)
	o := Object{
		"prefix": route.prefix, "nexthop": hop.String(), "priority": route.priority,
		"created_on": stamp(created), "modified_on": stamp(created),
	}
	if route.description != "" {
		o["description"] = route.description
	}
	if route.weight > 0 {
		o["weight"] = route.weight
	}
	if route.regions != nil {
		o["scope"] = Object{"colo_regions": route.regions}
	}
	s.insert(Routes, o, created)
}

// customerSide is the next hop that leads into a tunnel.
func (s *Server) customerSide(name string) (netip.Addr, bool) {
	for _, r := range s.connections(nil) {
		if r.text("name") == name {
			_, customer, ok := speakers(r.text("interface_address"))
			return customer, ok
		}
	}
	return netip.Addr{}, false
}
