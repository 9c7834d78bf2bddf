package simaccount

import (
	"fmt"
	"slices"
	"time"
)

// Trouble is a fault in the network of the simulated account, as an operator meets it. It shows in the data
// only; faults of the API itself are Fault.
type Trouble string

// The troubles that Seed knows.
const (
	WrongASN            Trouble = "asn-mismatch"
	ReservedASN         Trouble = "asn-reserved"
	WrongMD5            Trouble = "md5-mismatch"
	RouterDoesNotDial   Trouble = "not-dialling"
	HoldTimeTooShort    Trouble = "hold-time"
	LargePacketsLost    Trouble = "open-confirm-mtu"
	StatusNotRefreshed  Trouble = "stale-status"
	LegacyRouting       Trouble = "no-unified-routing"
	KeyNotSet           Trouble = "no-psk"
	SubnetsOverlap      Trouble = "overlapping-interface"
	ChecksSwitchedOff   Trouble = "health-check-off"
	FirewallStopsProbes Trouble = "reply-type-firewall"
	PathDown            Trouble = "tunnel-down"
	BadInSomeColos      Trouble = "some-locations"
	BadInIdleColos      Trouble = "idle-locations"
	FlapsAtRekey        Trouble = "flapping-at-rekey"
	FlapsAnyhow         Trouble = "flapping"
	RouteMissing        Trouble = "missing-route"
	StaticWins          Trouble = "static-beats-bgp"
	RegionsUncovered    Trouble = "region-gap"
	PrefixNotApproved   Trouble = "prefix-pending"
	ValidationRefused   Trouble = "validation-failed"
	Withdrawn           Trouble = "prefix-withdrawn"
	WithdrawnByItself   Trouble = "prefix-auto-withdrawn"
	WithdrawnAndLocked  Trouble = "prefix-locked"
	BindingLost         Trouble = "lost-binding"
	BindingNotReady     Trouble = "binding-provisioning"
)

// Troubles are all that Seed knows.
func Troubles() []Trouble {
	return []Trouble{
		WrongASN, ReservedASN, WrongMD5, RouterDoesNotDial, HoldTimeTooShort, LargePacketsLost, StatusNotRefreshed,
		LegacyRouting, KeyNotSet, SubnetsOverlap, ChecksSwitchedOff, FirewallStopsProbes, PathDown, BadInSomeColos,
		BadInIdleColos, FlapsAtRekey, FlapsAnyhow, RouteMissing, StaticWins, RegionsUncovered, PrefixNotApproved,
		ValidationRefused, Withdrawn, WithdrawnByItself, WithdrawnAndLocked, BindingLost, BindingNotReady,
	}
}

// Affected is the object in which a trouble shows.
type Affected struct {
	Resource Resource
	ID, Name string
}

// The tunnels and prefixes of the believable account that are well until a trouble is seeded.
const (
	wellGRE    = "fra-dc1-gre"
	wellGRE2   = "fra-dc2-gre"
	wellIPsec  = "jnb-br1-ipsec"
	staticGRE  = "sjc-dc1-gre"
	wellPrefix = "198.18.10.0/24"
	newPrefix  = "198.18.40.0/24"
	plainRoute = "10.50.0.0/16"
	staleFor   = 3 * time.Hour
	troubleMD5 = "not-the-routers-key"
	lostProbes = 0.0
)

// Seed makes a trouble happen to the believable account from now on and says in which object it shows. An
// account of generated tunnels has none of these objects: the error says so.
func (e *Server) Seed(t Trouble) (Affected, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	kind, name, befall := e.plan(t)
	if befall == nil {
		return Affected{}, fmt.Errorf("simaccount knows no trouble %q; Troubles lists them", t)
	}
	r := e.objects[kind].find(name)
	if r == nil {
		return Affected{}, fmt.Errorf("this account has no %s object %q; seed an account without generated tunnels", kind, name)
	}
	befall(r)
	r.changed()
	name = r.text("name")
	if name == "" {
		name = or(r.text("cidr"), r.text("prefix"))
	}
	return Affected{kind, r.id, name}, nil
}

// plan names the object and what happens to it.
func (e *Server) plan(t Trouble) (Resource, string, func(*record)) {
	switch t {
	case StatusNotRefreshed, KeyNotSet, ChecksSwitchedOff, FlapsAtRekey, StaticWins:
		return IPsecTunnels, wellIPsec, e.troubleOfIPsec(t)
	case WrongMD5, SubnetsOverlap:
		return GRETunnels, wellGRE2, e.troubleOfSession(t)
	case RouteMissing:
		return GRETunnels, staticGRE, e.dropRoutes
	case RegionsUncovered:
		return Routes, e.routeID(plainRoute), func(r *record) {
			r.obj["scope"] = Object{"colo_regions": []any{"WEUR", "ENAM"}}
		}
	case PrefixNotApproved, ValidationRefused:
		return Prefixes, newPrefix, func(r *record) {
			state := "pending"
			if t == ValidationRefused {
				state = "invalid"
			}
			r.obj["rpki_validation_state"] = state
		}
	case Withdrawn, WithdrawnByItself, WithdrawnAndLocked, BindingLost, BindingNotReady:
		return Prefixes, wellPrefix, e.troubleOfPrefix(t)
	case BadInSomeColos, BadInIdleColos, FirewallStopsProbes, PathDown:
		return GRETunnels, wellGRE, e.troubleOfHealth(t)
	}
	return GRETunnels, wellGRE, e.troubleOfSession(t)
}

// restart replaces a tunnel's life from now on.
func (e *Server) restart(r *record, p plan) { r.life, r.lifeFrom, r.stuck = p, e.now(), time.Time{} }

// modified notes that somebody has changed the object.
func (e *Server) modified(r *record) { r.obj["modified_on"] = stamp(e.now()) }

func (e *Server) troubleOfSession(t Trouble) func(*record) {
	switch t {
	case WrongASN:
		return func(r *record) {
			r.obj["bgp"].(Object)["customer_asn"] = int64(64999)
			e.modified(r)
			e.restart(r, steady("OpenSent", "BGP_DOWN", 1))
		}
	case ReservedASN:
		return func(r *record) {
			r.obj["bgp"].(Object)["customer_asn"] = int64(65535)
			e.modified(r)
			e.restart(r, steady("OpenSent", "BGP_DOWN", 1))
		}
	case WrongMD5:
		return func(r *record) {
			r.obj["bgp"].(Object)["md5_key"] = troubleMD5
			e.modified(r)
			e.restart(r, steady("Active", "", 1))
		}
	case RouterDoesNotDial:
		return func(r *record) { e.restart(r, steady("Active", "", 1)) }
	case LargePacketsLost:
		return func(r *record) { e.restart(r, steady("OpenConfirm", "", 1)) }
	case HoldTimeTooShort:
		return func(r *record) { e.restart(r, holdExpires) }
	case FlapsAnyhow:
		return func(r *record) { e.restart(r, flapsWithoutRhythm) }
	case SubnetsOverlap:
		return func(r *record) {
			r.obj["interface_address"] = e.objects[GRETunnels].find(wellGRE).text("interface_address")
			e.modified(r)
			e.restart(r, steady("Active", "", 0))
		}
	case LegacyRouting:
		return func(*record) {
			for _, each := range e.connections(nil) {
				each.life, each.lifeFrom = steady("", "", 1), e.start
			}
		}
	}
	return nil
}

func (e *Server) troubleOfIPsec(t Trouble) func(*record) {
	switch t {
	case StatusNotRefreshed:
		return func(r *record) { r.stuck = e.now().Add(-staleFor) }
	case KeyNotSet:
		return func(r *record) {
			r.psk, r.obj["psk_metadata"] = "", Object{}
			e.restart(r, noKey)
		}
	case ChecksSwitchedOff:
		return func(r *record) {
			hc := deepCopy(r.obj["health_check"]).(Object)
			hc["enabled"] = false
			r.obj["health_check"] = hc
			e.modified(r)
		}
	case FlapsAtRekey:
		// It has done so for days: the analytics show it at once.
		return func(r *record) { r.life, r.lifeFrom = rekeys, e.now().Add(-3*day) }
	case StaticWins:
		return func(r *record) {
			if _, customer, ok := speakers(r.text("interface_address")); ok {
				now := stamp(e.now())
				e.insert(Routes, Object{"prefix": "10.70.0.0/16", "nexthop": customer.String(), "priority": int64(100),
					"created_on": now, "modified_on": now}, e.now())
			}
		}
	}
	return nil
}

func (e *Server) troubleOfHealth(t Trouble) func(*record) {
	return func(r *record) {
		switch t {
		case PathDown:
			e.restart(r, steady("Active", "", 0))
		case FirewallStopsProbes:
			r.probes = &probeTrouble{everywhere: true}
		case BadInSomeColos:
			r.probes = &probeTrouble{colos: []string{"sin01", "nrt02"}}
		case BadInIdleColos:
			r.probes = &probeTrouble{colos: []string{"sin01", "nrt02"}, idle: true}
		}
	}
}

func (e *Server) troubleOfPrefix(t Trouble) func(*record) {
	return func(prefix *record) {
		if t == BindingLost || t == BindingNotReady {
			for _, b := range e.objects[Bindings].children(prefix.id) {
				switch {
				case b.text("cidr") != prefix.text("cidr"):
				case t == BindingLost:
					e.objects[Bindings].remove(b)
				default:
					b.created = e.now()
				}
			}
			return
		}
		b := e.mainBGPPrefix(prefix)
		b.onDemand()["advertised"], b.onDemand()["advertised_modified_at"] = false, stamp(e.now())
		b.onDemand()["on_demand_locked"] = t == WithdrawnAndLocked
		b.obj["auto_advertise_withdraw"] = t == WithdrawnByItself
	}
}

// dropRoutes removes the static routes into a tunnel.
func (e *Server) dropRoutes(r *record) {
	_, customer, _ := speakers(r.text("interface_address"))
	for _, route := range slices.Clone(e.objects[Routes].list) {
		if route.text("nexthop") == customer.String() {
			e.objects[Routes].remove(route)
		}
	}
}

func (e *Server) routeID(prefix string) string {
	for _, r := range e.objects[Routes].list {
		if r.text("prefix") == prefix {
			return r.id
		}
	}
	return ""
}

// The lives of sessions that come and go.
var (
	// holdExpires: KEEPALIVEs get lost, the tunnel is well.
	holdExpires = plan{period: 4 * time.Minute, moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 3 * time.Minute, fsm: "Idle", health: 1},
		{at: 210 * time.Second, fsm: "OpenSent", health: 1},
	}}
	// rekeys: the tunnel is gone for two minutes each hour.
	rekeys = plan{period: time.Hour, moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 57 * time.Minute, fsm: "Idle", health: 0},
		{at: 59 * time.Minute, fsm: "OpenSent", health: 1},
	}}
	flapsWithoutRhythm = plan{moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 40 * time.Second, fsm: "Idle", health: 0},
		{at: 80 * time.Second, fsm: "Established", health: 1},
		{at: 200 * time.Second, fsm: "Idle", health: 0.5},
		{at: 220 * time.Second, fsm: "Established", health: 1},
		{at: 250 * time.Second, fsm: "Idle", health: 0},
		{at: 400 * time.Second, fsm: "Established", health: 1},
		{at: 500 * time.Second, fsm: "Idle", health: 0.5},
		{at: 520 * time.Second, fsm: "Established", health: 1},
	}}
)

// probeTrouble is what the probes of a tunnel find while its traffic flows.
type probeTrouble struct {
	everywhere bool
	colos      []string // the only ones where probes fail
	idle       bool     // these carry no traffic
}

// LoseLocation makes the probes of these tunnels fail at one of the locations, in which their traffic flows.
func (e *Server) LoseLocation(location string, tunnels ...string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, name := range tunnels {
		at := slices.IndexFunc(e.connections(nil), func(r *record) bool { return r.text("name") == name })
		if at < 0 {
			return fmt.Errorf("simaccount has no tunnel %q", name)
		}
		e.connections(nil)[at].probes = &probeTrouble{colos: []string{location}}
	}
	return nil
}

// found is what the probes find: the health of the tunnel, unless only the probes have trouble.
func (s *sample) found() float64 {
	p := s.tunnel.probes
	switch {
	case p == nil:
		return s.health
	case p.everywhere, slices.Contains(p.colos, s.colo.name):
		return lostProbes
	case s.colo.name == "": // over all locations
		bad := float64(len(p.colos)) / float64(len(colos))
		return s.health * (1 - bad)
	}
	return s.health
}

// silent reports whether no traffic of the tunnel passes the location.
func (s *sample) silent() bool {
	p := s.tunnel.probes
	return p != nil && p.idle && slices.Contains(p.colos, s.colo.name)
}
