package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// befallen is a fleet of which some tunnels are changed.
func befallen(n int, which func(i int, x *store.Tunnel) bool, changes ...is) []store.Tunnel {
	list := fleet(n)
	for i := range list {
		if which(i, &list[i]) {
			for _, change := range changes {
				change(&list[i])
			}
		}
	}
	return list
}

func firstOf(n int) func(int, *store.Tunnel) bool {
	return func(i int, _ *store.Tunnel) bool { return i < n }
}

func ipsecOnly(_ int, x *store.Tunnel) bool { return x.Kind == api.IPsec }

func direction(word string) is { return func(t *store.Tunnel) { t.HealthCheck.Direction = word } }

// hops are routes with the next hops, each to a network of its own.
func hops(list ...string) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) {
		for i, hop := range list {
			f.Routes.Rows = append(f.Routes.Rows, api.Route{ID: fmt.Sprint("h", i), Prefix: fmt.Sprintf("10.200.%d.0/24", i), Nexthop: hop,
				Priority: 100})
		}
	}
}

// nightly are bad nights of many objects: what stands first, of how many objects, what is said and to do; and nearly the same night, of
// which that is not said.
func nightly() map[string]badNight {
	at := router("198.51.100.7")
	active, connect, idle := session("Active", api.BGPDown), session("Connect", api.BGPEstablishing), session("Idle", api.BGPDown)
	fell := func(past time.Duration) is { return func(x *store.Tunnel) { fall(x, past) } }
	fresh := func(past time.Duration) is { return func(x *store.Tunnel) { x.Track.Changed = night.Add(-past) } }
	since := wellUntil(day, 5*time.Minute)
	many := flaps(looked(downs(6, 40*time.Second, time.Minute)))
	rekeys := flaps(looked(downs(6, 8*time.Hour, 0)))
	second := func(_ int, x *store.Tunnel) bool { return x.Name == "t-0002" || x.Name == "t-0005" }
	unread := func(f *diagnose.Facts) {
		f.IPsec = store.Entry{}
		f.Tunnels = slices.DeleteFunc(f.Tunnels, func(x store.Tunnel) bool { return x.Kind == api.IPsec })
	}
	follows := func(past time.Duration) func(*diagnose.Facts) {
		return func(f *diagnose.Facts) {
			f.Prefixes = prefixes(pfx("198.18.10.0/24", withdrawnFor(past), func(of *store.Prefix) { of.BGP.Rows[0].AutoAdvertiseWithdraw = true }))
		}
	}
	overPort := func(port string) diagnose.Facts {
		f := portFacts(portScene{"FRA1", store.PortDown, 3 * time.Minute}, portScene{"AMS1", store.PortHealthy, 0})
		f.Links = links(api.MagicInterconnect{ID: "l0", Name: "a", InterfaceAddress: "10.77.0.0/31", VirtualPortReservationID: port},
			api.MagicInterconnect{ID: "l1", Name: "b", InterfaceAddress: "10.77.0.2/31", VirtualPortReservationID: port})
		f.Health = map[string]store.MeasuredHealth{"a": {State: store.HealthDown}, "b": {State: store.HealthDown}}
		return with(f, hops("10.77.0.1"))
	}
	return map[string]badNight{
		"a router loses probes of both kinds of tunnels": {an(befallen(24, firstOf(20), at, health(0.6), since)...), 20,
			[]string{"20 of 24 tunnels: probes filtered, all at router 198.51.100.7 since 02:55:00 UTC", "a saturated line",
				"Look at load and errors"},
			an(befallen(24, firstOf(1), at, health(0.6), since)...)},
		"sessions of one router flap": {an(befallen(12, firstOf(6), at, many)...), 6,
			[]string{"6 of 12 tunnels: flapping, all at router 198.51.100.7", "router's log"}, an(befallen(12, firstOf(3), many)...)},
		"two tunnels of a router rekey together": {an(befallen(12, second, at, rekeys)...), 2,
			[]string{"2 of 12 tunnels: flapping at rekey, all at router", "stagger"}, an(befallen(12, second, rekeys)...)},
		"health checks are off everywhere": {an(befallen(12, firstOf(12), checksOff)...), 12,
			[]string{"12 of 12 tunnels: health check off", "Turn health checks on"}, an(befallen(12, firstOf(3), at, checksOff)...)},
		"only the sessions of a router fell": {an(befallen(12, firstOf(5), at, idle, overTCP, upUntil(day, 5*time.Minute))...), 5,
			[]string{"5 of 12 tunnels down since", "the probes still pass", "BGP on the router", "maximum-prefix"},
			an(befallen(12, firstOf(5), at, fell(5*time.Minute))...)},
		"the BGP process of a router died": {an(befallen(12, firstOf(3), at, active, upUntil(day, 5*time.Minute))...), 3,
			[]string{"Only the sessions fell", "check that BGP is running"}, an(befallen(12, firstOf(3), at, active,
				upUntil(day, 20*time.Second))...)},
		"a router drops probes, its sessions are up": {an(befallen(12, firstOf(5), at, health(0), since)...), 5,
			[]string{"5 of 12 tunnels fail their health checks since", "CoPP", "Packets pass all of them"},
			an(befallen(12, firstOf(5), at, fell(5*time.Minute))...)},
		"a firewall drops the replies of all": {an(befallen(12, firstOf(5), at, health(0), since, reply)...), 5,
			[]string{"fail their health checks", "type to request"}, an(befallen(12, firstOf(5), at, health(0), since)...)},
		"a router was reloaded": {an(befallen(12, firstOf(4), at, connect, upUntil(day, time.Minute), fresh(20*time.Second))...), 4,
			[]string{"4 of 12 tunnels fell at 02:59:00 UTC and are coming up: all at router 198.51.100.7", "Wait"},
			an(befallen(12, firstOf(4), at, connect, upUntil(day, time.Hour), fresh(time.Hour))...)},
		"new keys for some, the routers have the old ones": {an(befallen(12, second, fell(5*time.Minute), keyed(10*time.Minute))...), 2,
			[]string{"2 of 12 tunnels down since 02:55:00 UTC: all changed at 02:50 UTC", "old key", "Put the new key on the router"},
			an(befallen(12, second, fell(5*time.Minute), keyed(30*day))...)},
		"a new key for all of IPsec": {an(befallen(12, ipsecOnly, fell(5*time.Minute), keyed(10*time.Minute))...), 4,
			[]string{"all changed at 02:50 UTC; all IPsec", "Put the new key"}, an(befallen(12, ipsecOnly, fell(5*time.Minute))...)},
		"new IPsec tunnels without keys": {an(befallen(12, ipsecOnly, created(time.Hour), keyless, active, health(0))...), 4,
			[]string{"all IPsec", "Generate a key"}, an(befallen(12, ipsecOnly, created(time.Hour), active, health(0))...)},
		"both kinds at one router": {an(befallen(12, firstOf(3), at, fell(5*time.Minute))...), 3,
			[]string{"3 of 12 tunnels down since 02:55:00 UTC: all at router 198.51.100.7"}, an(befallen(12, firstOf(3), fell(5*time.Minute))...)},
		"health checks off, and the sessions of a router fall": {
			an(befallen(12, firstOf(4), at, checksOff, active, health(0), upUntil(day, 3*time.Minute))...), 4,
			[]string{"4 of 12 tunnels down since", "all at router"}, an(befallen(12, firstOf(4), at, checksOff, health(0))...)},
		"one kind is not read, all of the other are down": {with(an(befallen(12, firstOf(12), at, fell(5*time.Minute))...), unread), 8,
			[]string{"8 tunnels down since", "Cannot tell how the others fare: the IPsec tunnels were not read yet"},
			an(befallen(12, firstOf(12), at, fell(5*time.Minute))...)},
		"the routes of a tunnel that is gone": {with(an(fleet(3)...), hops("10.99.0.1", "10.99.0.1", "10.99.0.1")), 3,
			[]string{"3 routes: next hop unknown (10.99.0.1)"}, with(an(fleet(3)...), hops("10.99.0.1", "10.98.0.1"))},
		"routes to many hops that are nowhere": {with(an(fleet(3)...), hops("10.90.0.1", "10.91.0.1", "10.92.0.1", "10.93.0.1")), 4,
			[]string{"4 routes: next hop unknown"}, with(an(fleet(3)...), hops("10.90.0.1", "10.91.0.1"))},
		"a port, and the interconnects over it": {overPort("port-0"), 3,
			[]string{"Port down: port-0 since 02:57:00 UTC; 2 CNIs over it are affected", "cross-connect"}, overPort("port-1")},
		"a prefix follows the sessions that fell": {with(an(befallen(6, firstOf(4), at, fell(5*time.Minute))...), follows(4*time.Minute)), 5,
			[]string{"4 of 6 tunnels down", "198.18.10.0/24: withdrawn, because no BGP route matches"},
			with(an(befallen(6, firstOf(4), at, fell(5*time.Minute))...), follows(3*time.Hour))},
		"statuses of many are old": {an(befallen(12, firstOf(4), reported(30*time.Hour))...), 4,
			[]string{"4 of 12 tunnels: status not updated", "Check the session on the router"},
			an(befallen(12, firstOf(3), reported(30*time.Hour))...)},
	}
}

type badNight struct {
	is      diagnose.Facts
	members int
	says    []string // parts of headline, text, what is affected and what is next
	near    diagnose.Facts
}

// A bad night is one row, with what is wrong in the headline; whatever the order of the rows. The nearest other night is not called so.
func TestABadNightIsOneIncident(t *testing.T) {
	t.Parallel()
	all := func(i diagnose.Incident) string {
		return fmt.Sprint(i.Title, " | ", i.Text, " | ", i.Affected, " | ", i.Next)
	}
	for name, c := range nightly() {
		for _, facts := range []diagnose.Facts{c.is, shuffled(c.is, true)} {
			first := diagnose.New(facts).Incidents()[0]
			if len(first.Members) != c.members {
				t.Errorf("%s: %d members, want %d: %s", name, len(first.Members), c.members, all(first))
			}
			for _, part := range c.says {
				if !strings.Contains(all(first), part) {
					t.Errorf("%s: it does not say %q: %s", name, part, all(first))
				}
			}
			if first.Text == "" || first.Next == "" || first.Title == "" {
				t.Errorf("%s: not whole: %+v", name, first)
			}
		}
		for _, i := range diagnose.New(c.near).Incidents() {
			same := func(part string) bool { return strings.Contains(all(i), part) }
			if i.Several() && !slices.ContainsFunc(c.says, func(part string) bool { return !same(part) }) {
				t.Errorf("%s: the near miss says it, too: %s", name, all(i))
			}
		}
	}
}

// Whatever is joined, each object is in one incident, an incident of several has a name of its own, and nothing is lost.
func TestEveryObjectIsInOneIncident(t *testing.T) {
	t.Parallel()
	for name, c := range nightly() {
		for _, facts := range []diagnose.Facts{c.is, c.near} {
			a := diagnose.New(facts)
			times, ids := map[diagnose.Subject]int{}, map[string]int{}
			for _, i := range a.Incidents() {
				ids[i.ID]++
				for _, m := range i.Members {
					times[m]++
				}
			}
			for _, d := range a.All() {
				if times[d.Subject] != 1 {
					t.Errorf("%s: %s is in %d incidents", name, d.Subject.Name, times[d.Subject])
				}
			}
			for id, n := range ids {
				if n > 1 {
					t.Errorf("%s: %d incidents are called %s", name, n, id)
				}
			}
		}
	}
}

// A unidirectional check is answered by the Internet, not through the tunnel.
func TestAUnidirectionalCheckIsAnsweredOutsideTheTunnel(t *testing.T) {
	t.Parallel()
	for word, says := range map[string]string{"unidirectional": "leaves by the Internet",
		"bidirectional": "send the answer into this tunnel", "": "into this tunnel"} {
		first := of(an(x(api.GRE, "10.1.0.0/31", health(0), direction(word))), "x")[0]
		target := map[bool]string{true: "198.51.100.7", false: "10.1.0.1"}[word == "unidirectional"]
		if !strings.Contains(first.Next, says) || !strings.Contains(first.Next, "echo to "+target+" ") {
			t.Errorf("%s: %s", word, first.Next)
		}
	}
}
