package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Object is any other object than a prefix, with what of it matters. Ids, times and what changes by itself are not among the fields.
type Object struct {
	Name   string            `json:"name"` // by which it is found again: a route's is its prefix and next hop
	Fields map[string]string `json:"fields"`
}

// The fields that are states: losing them is a loss.
const (
	fieldSession = "BGP session"
	fieldHealth  = "health"
	fieldPort    = "port state"
)

// others are the kinds besides the prefixes.
var others = []store.Kind{store.GRETunnels, store.IPsecTunnels, store.Routes, store.Links, store.CNIs, store.Ports}

// objects takes the other kinds down. A kind that the credential may not read is left out and named; anything else that is missing
// is an error.
func objects(s *store.Snapshot) (held map[store.Kind][]Object, left []string, err error) {
	held = map[store.Kind][]Object{}
	for _, kind := range others {
		e := s.Entry(kind)
		if api.KindOf(e.Err) == api.PermissionMissing {
			left = append(left, string(kind))
			continue
		}
		if err := incomplete("the "+kind.Plural(), e); err != nil {
			return nil, nil, err
		}
		if kind == store.Ports { // a port without its state would be a good day on which nothing is known of it
			for _, p := range s.Ports.Rows {
				if err := incomplete("port "+p.Name, p.Asked); err != nil {
					return nil, nil, err
				}
			}
		}
		held[kind] = unique(objectsOf(s, kind))
	}
	return held, left, nil
}

func objectsOf(s *store.Snapshot, kind store.Kind) []Object {
	list := []Object{}
	switch kind {
	case store.Routes:
		for _, r := range s.Routes.Rows {
			list = append(list, route(r))
		}
	case store.Links:
		for _, l := range s.Links.Rows {
			list = append(list, link(l, s.Health.By[l.Name].State))
		}
	case store.CNIs:
		for _, c := range s.CNIs.Rows {
			list = append(list, Object{c.Magic.ConduitName + " on " + c.Interconnect, map[string]string{"cust_ip": string(c.CustIP),
				"p2p_ip": string(c.P2PIP), "mtu": strconv.Itoa(c.Magic.MTU), "bgp": bgpText(c.BGP), "bgp_mode": c.BGPMode}})
		}
	case store.Ports:
		for _, p := range s.Ports.Rows {
			list = append(list, Object{p.Name, map[string]string{"type": p.Type, "site": p.Site, "speed": p.Speed, "region": p.Region,
				fieldPort: steadyPort(p.State)}})
		}
	default:
		for _, t := range s.Tunnels {
			if store.Tunnels(t.Kind) == kind {
				list = append(list, tunnel(t))
			}
		}
	}
	return list
}

func tunnel(t store.Tunnel) Object {
	fields := map[string]string{"cloudflare_endpoint": t.CloudflareEndpoint, "customer_endpoint": t.CustomerEndpoint,
		"interface_address": t.InterfaceAddress, "interface_address6": t.InterfaceAddress6, "mtu": strconv.Itoa(t.MTU),
		"ttl": strconv.Itoa(t.TTL),
		"bgp": bgpText(t.BGP), "replay_protection": optional(t.ReplayProtection), "automatic_return_routing": optional(t.AutomaticReturnRouting),
		fieldSession: steady(t.State), fieldHealth: steadyHealth(t.Health.State)}
	checks(fields, t.HealthCheck)
	return Object{t.Name, fields}
}

func link(l api.MagicInterconnect, health store.Health) Object {
	fields := map[string]string{"interface_address": l.InterfaceAddress, "interface_address6": l.InterfaceAddress6,
		"mtu": strconv.Itoa(l.MTU), "version": l.Version, "colo_name": l.ColoName, "bgp": bgpText(l.BGP), fieldHealth: steadyHealth(health)}
	checks(fields, l.HealthCheck)
	return Object{l.Name, fields}
}

func route(r api.Route) Object {
	fields := map[string]string{"priority": strconv.Itoa(r.Priority), "weight": strconv.Itoa(r.Weight), "scope": ""}
	if r.Scope != nil {
		fields["scope"] = strings.Join(slices.Sorted(slices.Values(slices.Concat(r.Scope.ColoRegions, r.Scope.ColoNames))), " ")
	}
	return Object{r.Prefix + " via " + r.Nexthop, fields}
}

func checks(fields map[string]string, h *api.HealthCheck) {
	if h == nil {
		return
	}
	fields["health_check.enabled"] = strconv.FormatBool(h.Enabled == nil || *h.Enabled)
	fields["health_check.type"], fields["health_check.rate"] = h.Type, h.Rate
	fields["health_check.direction"], fields["health_check.target"] = h.Direction, h.Target.Saved
}

// bgpText is the configuration of a session in one text, without its key.
func bgpText(b *api.BGP) string {
	if b == nil {
		return "none"
	}
	text := "AS " + b.ASNText()
	if len(b.ExtraPrefixes) > 0 {
		text += ", announces " + strings.Join(slices.Sorted(slices.Values(b.ExtraPrefixes)), " ")
	}
	if b.MD5Key != "" {
		text += ", MD5 key set"
	}
	return text
}

// steady is the state of a session, "" for one that does not last or is not known: it never differs.
func steady(s store.State) string {
	if s == store.Up || s == store.Down || s == store.NoBGP {
		return string(s)
	}
	return ""
}

func steadyHealth(h store.Health) string {
	if h == store.Healthy || h == store.HealthDown {
		return string(h)
	}
	return ""
}

// steadyPort is the state of a port, "" for one that is not known, and for a part-time one.
func steadyPort(p store.PortState) string {
	if p == store.PortHealthy || p == store.PortUnhealthy || p == store.PortDown {
		return string(p)
	}
	return ""
}

// unique gives objects with one name a number each, in the order of their fields, and sorts them.
func unique(list []Object) []Object {
	sorting.Sort(list, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(fmt.Sprint(a.Fields), fmt.Sprint(b.Fields)))
	})
	seen := map[string]int{}
	for i := range list {
		name := list[i].Name
		if seen[name]++; seen[name] > 1 {
			list[i].Name = name + " (" + strconv.Itoa(seen[name]) + ")"
		}
	}
	return list
}

// objects compares the kinds that both states hold.
func (d *differences) objects(was, is Baseline) {
	for _, kind := range others {
		a, had := was.Objects[kind]
		b, has := is.Objects[kind]
		if !had || !has {
			continue
		}
		d.resource, d.prefix = string(kind), ""
		pair(a, b, func(o Object) string { return o.Name }, func(name string, x, y *Object) {
			d.name = name
			if x == nil || y == nil {
				d.presence(strings.TrimSuffix(kind.Plural(), "s"), x != nil)
				return
			}
			d.fields(*x, *y)
		})
	}
}

func (d *differences) fields(a, b Object) {
	names := map[string]bool{}
	for name := range a.Fields {
		names[name] = true
	}
	for name := range b.Fields {
		names[name] = true
	}
	for _, name := range sortedKeys(names) {
		was, is := a.Fields[name], b.Fields[name]
		state := name == fieldSession || name == fieldHealth || name == fieldPort
		if state && (was == "" || is == "") {
			continue // not known then or now, or on its way
		}
		d.add(name, cmp.Or(was, "not set"), cmp.Or(is, "not set"), state && (was == string(store.Up) || was == string(store.Healthy) ||
			was == string(store.PortHealthy)))
	}
}

func sortedKeys(set map[string]bool) []string {
	var keys []string
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// errNoKind says that a file holds nothing of a kind.
var errNoKind = errors.New("the snapshot holds nothing of this kind")

// Expected is how an object stood: the states of a tunnel or an interconnect, "" where they were not known. The error says that the
// snapshot does not hold it.
func (b Baseline) Expected(kind store.Kind, name string) (session, health string, err error) {
	for _, o := range b.Objects[kind] {
		if o.Name == name {
			return o.Fields[fieldSession], o.Fields[fieldHealth], nil
		}
	}
	return "", "", errNoKind
}

// Port is the state of a port, "" when the snapshot does not say.
func (b Baseline) Port(name string) store.PortState {
	for _, o := range b.Objects[store.Ports] {
		if o.Name == name {
			return store.PortState(o.Fields[fieldPort])
		}
	}
	return ""
}

// Routes are the static routes of the snapshot as the API would list them, without ids; false when it holds none of them.
func (b Baseline) Routes() ([]api.Route, bool) {
	objects, held := b.Objects[store.Routes]
	out := make([]api.Route, 0, len(objects))
	for _, o := range objects {
		prefix, rest, _ := strings.Cut(o.Name, " via ")
		hop, _, _ := strings.Cut(rest, " ") // equal ones have a number behind it
		r := api.Route{Prefix: prefix, Nexthop: hop}
		r.Priority, _ = strconv.Atoi(o.Fields["priority"])
		if scope := strings.Fields(o.Fields["scope"]); len(scope) > 0 {
			r.Scope = &api.RouteScope{}
			for _, place := range scope {
				if slices.Contains(rules.Regions(), place) {
					r.Scope.ColoRegions = append(r.Scope.ColoRegions, place)
				} else {
					r.Scope.ColoNames = append(r.Scope.ColoNames, place)
				}
			}
		}
		out = append(out, r)
	}
	return out, held
}

// Inner are the inner subnets that next hops could lie in, by the object's kind and name; false when a kind of them was not taken down.
func (b Baseline) Inner() (addresses map[string]string, held bool) {
	addresses, held = map[string]string{}, true
	for _, kind := range []store.Kind{store.GRETunnels, store.IPsecTunnels, store.Links} {
		objects, there := b.Objects[kind]
		held = held && there
		for _, o := range objects {
			for _, field := range []string{"interface_address", "interface_address6"} {
				if text := o.Fields[field]; text != "" {
					addresses[string(kind)+"/"+o.Name+"/"+field] = text
				}
			}
		}
	}
	return addresses, held
}

// Advertised is whether a BGP prefix was advertised; nil when the snapshot does not say.
func (b Baseline) Advertised(cidr string) *bool {
	for _, p := range b.Prefixes {
		for _, each := range p.BGP {
			if each.CIDR == cidr {
				return each.Advertised
			}
		}
	}
	return nil
}
