package simaccount

import (
	"fmt"
	"slices"
	"time"
)

// Trouble is a fault in the network of the simulated account, as an operator meets it. It shows in the data
// only; faults of the API itself are Fault. The words are those of the diagnose.Cause that must come first (TestEveryTroubleIsNamedFirst).
type Trouble string

// The troubles that Inject knows.
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

// Troubles are all that Inject knows.
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

// What the believable account has well until a trouble is seeded, and the values that troubles put in its place.
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

// Inject makes a trouble happen to the believable account from now on and says in which object it shows. An
// account of generated tunnels has none of these objects: the error says so.
func (s *Server) Inject(t Trouble) (Affected, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, name, befall := s.effectOf(t)
	if befall == nil {
		return Affected{}, fmt.Errorf("simaccount knows no trouble %q; Troubles lists them", t)
	}
	r := s.objects[kind].find(name)
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

// effectOf names the object and what happens to it.
func (s *Server) effectOf(t Trouble) (Resource, string, func(*record)) {
	switch t {
	case StatusNotRefreshed, KeyNotSet, ChecksSwitchedOff, FlapsAtRekey, StaticWins:
		return IPsecTunnels, wellIPsec, s.troubleOfIPsec(t)
	case WrongMD5, SubnetsOverlap:
		return GRETunnels, wellGRE2, s.troubleOfSession(t)
	case RouteMissing:
		return GRETunnels, staticGRE, s.dropRoutes
	case RegionsUncovered:
		return Routes, s.routeID(plainRoute), func(r *record) {
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
		return Prefixes, wellPrefix, s.troubleOfPrefix(t)
	case BadInSomeColos, BadInIdleColos, FirewallStopsProbes, PathDown:
		return GRETunnels, wellGRE, s.troubleOfHealth(t)
	}
	return GRETunnels, wellGRE, s.troubleOfSession(t)
}

// restart replaces a tunnel's life from now on.
func (s *Server) restart(r *record, p timeline) {
	r.life, r.lifeFrom, r.stuck = p, s.now(), time.Time{}
}

// modified notes that somebody has changed the object.
func (s *Server) modified(r *record) { r.obj["modified_on"] = stamp(s.now()) }

func (s *Server) troubleOfSession(t Trouble) func(*record) {
	switch t {
	case WrongASN:
		return func(r *record) {
			r.obj["bgp"].(Object)["customer_asn"] = int64(64999)
			s.modified(r)
			s.restart(r, steady("OpenSent", "BGP_DOWN", 1))
		}
	case ReservedASN:
		return func(r *record) {
			r.obj["bgp"].(Object)["customer_asn"] = int64(65535)
			s.modified(r)
			s.restart(r, steady("OpenSent", "BGP_DOWN", 1))
		}
	case WrongMD5:
		return func(r *record) {
			r.obj["bgp"].(Object)["md5_key"] = troubleMD5
			s.modified(r)
			s.restart(r, steady("Active", "", 1))
		}
	case RouterDoesNotDial:
		return func(r *record) { s.restart(r, steady("Active", "", 1)) }
	case LargePacketsLost:
		return func(r *record) { s.restart(r, steady("OpenConfirm", "", 1)) }
	case HoldTimeTooShort:
		return func(r *record) { s.restart(r, holdExpires) }
	case FlapsAnyhow:
		return func(r *record) { s.restart(r, flapsWithoutRhythm) }
	case SubnetsOverlap:
		return func(r *record) {
			r.obj["interface_address"] = s.objects[GRETunnels].find(wellGRE).text("interface_address")
			s.modified(r)
			s.restart(r, steady("Active", "", 0))
		}
	case LegacyRouting:
		return func(*record) {
			for _, each := range s.connections(nil) {
				each.life, each.lifeFrom = steady("", "", 1), s.start
			}
		}
	}
	return nil
}

func (s *Server) troubleOfIPsec(t Trouble) func(*record) {
	switch t {
	case StatusNotRefreshed:
		return func(r *record) { r.stuck = s.now().Add(-staleFor) }
	case KeyNotSet:
		return func(r *record) {
			r.psk, r.obj["psk_metadata"] = "", Object{}
			s.restart(r, noKey)
		}
	case ChecksSwitchedOff:
		return func(r *record) {
			hc := deepCopy(r.obj["health_check"]).(Object)
			hc["enabled"] = false
			r.obj["health_check"] = hc
			s.modified(r)
		}
	case FlapsAtRekey:
		// It has done so for days: the analytics show it at once.
		return func(r *record) { r.life, r.lifeFrom = rekeys, s.now().Add(-3*day) }
	case StaticWins:
		return func(r *record) {
			if _, customer, ok := speakers(r.text("interface_address")); ok {
				now := stamp(s.now())
				s.insert(Routes, Object{"prefix": "10.70.0.0/16", "nexthop": customer.String(), "priority": int64(100),
					"created_on": now, "modified_on": now}, s.now())
			}
		}
	}
	return nil
}

func (s *Server) troubleOfHealth(t Trouble) func(*record) {
	return func(r *record) {
		switch t {
		case PathDown:
			s.restart(r, steady("Active", "", 0))
		case FirewallStopsProbes:
			r.probes = &probeTrouble{everywhere: true}
		case BadInSomeColos:
			r.probes = &probeTrouble{colos: []string{"sin01", "nrt02"}}
		case BadInIdleColos:
			r.probes = &probeTrouble{colos: []string{"sin01", "nrt02"}, idle: true}
		}
	}
}

func (s *Server) troubleOfPrefix(t Trouble) func(*record) {
	return func(prefix *record) {
		if t == BindingLost || t == BindingNotReady {
			for _, b := range s.objects[Bindings].children(prefix.id) {
				switch {
				case b.text("cidr") != prefix.text("cidr"):
				case t == BindingLost:
					s.objects[Bindings].remove(b)
				default:
					b.created = s.now()
				}
			}
			return
		}
		b := s.mainBGPPrefix(prefix)
		b.onDemand()["advertised"], b.onDemand()["advertised_modified_at"] = false, stamp(s.now())
		b.onDemand()["on_demand_locked"] = t == WithdrawnAndLocked
		b.obj["auto_advertise_withdraw"] = t == WithdrawnByItself
	}
}

// dropRoutes removes the static routes into a tunnel.
func (s *Server) dropRoutes(r *record) {
	_, customer, _ := speakers(r.text("interface_address"))
	for _, route := range slices.Clone(s.objects[Routes].list) {
		if route.text("nexthop") == customer.String() {
			s.objects[Routes].remove(route)
		}
	}
}

func (s *Server) routeID(prefix string) string {
	for _, r := range s.objects[Routes].list {
		if r.text("prefix") == prefix {
			return r.id
		}
	}
	return ""
}

// The lives of sessions that come and go.
var (
	// holdExpires: KEEPALIVEs get lost, the tunnel is well.
	holdExpires = timeline{period: 4 * time.Minute, moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 3 * time.Minute, fsm: "Idle", health: 1},
		{at: 210 * time.Second, fsm: "OpenSent", health: 1},
	}}
	// rekeys: the tunnel is gone for two minutes each hour.
	rekeys = timeline{period: time.Hour, moments: []moment{
		{at: 0, fsm: "Established", health: 1},
		{at: 57 * time.Minute, fsm: "Idle", health: 0},
		{at: 59 * time.Minute, fsm: "OpenSent", health: 1},
	}}
	flapsWithoutRhythm = timeline{moments: []moment{
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
func (s *Server) LoseLocation(location string, tunnels ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range tunnels {
		at := slices.IndexFunc(s.connections(nil), func(r *record) bool { return r.text("name") == name })
		if at < 0 {
			return fmt.Errorf("simaccount has no tunnel %q", name)
		}
		s.connections(nil)[at].probes = &probeTrouble{colos: []string{location}}
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
