package diagnose_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/internal/store"
)

// seen is an event of another object so long before now.
func seen(past time.Duration, what store.EventKind, kind store.Kind, id, name string) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) {
		f.Events = append(f.Events, store.Event{At: night.Add(-past), Kind: what, Resource: kind, ObjectID: id, Name: name})
	}
}

// fromHere is a change from this machine, as the journal has it.
func fromHere(past time.Duration, e journal.Entry) func(*diagnose.Facts) {
	return func(f *diagnose.Facts) {
		e.Time, e.Account, e.Outcome = night.Add(-past), "a", journal.Done
		f.Changes = append(f.Changes, diagnose.Changes(func(yield func(journal.Entry, error) bool) { yield(e, nil) }, "a",
			night.Add(-diagnose.ChangesFor))...)
	}
}

// What happened to the objects around a tunnel just before it broke is part of what is said first: its route, the prefix behind it, the
// interconnect and the port that it runs over, another tunnel of its router. What is not related, and what lies after or long before,
// is not.
func TestWhatHappenedAroundABreakIsTold(t *testing.T) {
	t.Parallel()
	const broke = 10 * time.Minute
	base := func() diagnose.Facts {
		f := an(x(api.GRE, "10.1.0.0/31", session("Active", api.BGPDown), health(0), upUntil(9*day, broke)),
			made("twin", api.IPsec, "10.2.0.5/30"), made("far", api.GRE, "172.20.7.8/31", router("203.0.113.99")))
		f.Routes = routes(api.Route{ID: "into", Prefix: "198.18.10.0/24", Nexthop: "10.1.0.1", Priority: 100},
			api.Route{ID: "other", Prefix: "10.50.0.0/16", Nexthop: "172.20.7.9", Priority: 100},
			api.Route{ID: "way", Prefix: "198.51.100.0/24", Nexthop: "10.70.0.1", Priority: 100})
		f.Links = links(api.MagicInterconnect{ID: "cni", Name: "cni-fra", InterfaceAddress: "10.70.0.0/31", VirtualPortReservationID: "v"},
			api.MagicInterconnect{ID: "cni2", Name: "cni-ams", InterfaceAddress: "10.70.0.2/31", VirtualPortReservationID: "w"})
		f.Ports = ports(store.Port{Interconnect: api.Interconnect{Name: "port-fra", VirtualPortReservationID: "v"}, State: store.PortHealthy},
			store.Port{Interconnect: api.Interconnect{Name: "port-ams", VirtualPortReservationID: "w"}, State: store.PortHealthy})
		return f
	}
	minute := broke + 40*time.Second
	deleted := func(prefix, hop string) journal.Entry {
		return journal.Entry{Verb: journal.Delete, Resource: "routes", ObjectID: "gone", Name: prefix,
			Before: json.RawMessage(`{"prefix":"` + prefix + `","nexthop":"` + hop + `"}`)}
	}
	for name, c := range map[string]struct {
		change func(*diagnose.Facts)
		says   string // "": nothing is said
	}{
		"its route is modified": {seen(minute, store.Modified, store.Routes, "into", "198.18.10.0/24 via 10.1.0.1"),
			"198.18.10.0/24 via 10.1.0.1 was modified at 02:49:20 UTC, 40s before it broke."},
		"its route is gone": {seen(minute, store.Gone, store.Routes, "was", "10.9.0.0/16 via 10.1.0.1"),
			"10.9.0.0/16 via 10.1.0.1 was deleted"},
		"its route is deleted from here": {fromHere(minute, deleted("10.9.0.0/16", "10.1.0.1")),
			"From this machine: delete of static route 10.9.0.0/16 at 02:49:20 UTC"},
		"the API says that its route was": {func(f *diagnose.Facts) { f.Routes.Rows[0].ModifiedOn = api.Time{Time: night.Add(-minute)} },
			"was modified at 02:49:20"},
		"the prefix behind it": {seen(minute, store.PrefixWithdrawn, store.BGPPrefixes, "b", "198.18.10.0/25"),
			"198.18.10.0/25 was withdrawn"},
		"the binding of that": {seen(minute, store.Gone, store.Bindings, "b", "198.18.0.0/16 to Magic Transit"),
			"198.18.0.0/16 to Magic Transit was deleted"},
		"the interconnect under it":    {seen(minute, store.Modified, store.Links, "cni", "cni-fra"), "cni-fra was modified"},
		"the port under that":          {seen(minute, store.PortChanged, store.Ports, "port-fra", "port-fra"), "port-fra went from"},
		"another tunnel of its router": {seen(minute, store.Modified, "", "id-twin", "twin"), "twin was modified"},
		"just after, by two clocks": {seen(broke-30*time.Second, store.Modified, store.Routes, "into", "198.18.10.0/24 via 10.1.0.1"),
			"when it broke"},
		"a route elsewhere":            {seen(minute, store.Modified, store.Routes, "other", "10.50.0.0/16 via 172.20.7.9"), ""},
		"a route elsewhere, from here": {fromHere(minute, deleted("10.9.0.0/16", "172.20.7.9")), ""},
		"a tunnel of another router":   {seen(minute, store.Modified, "", "id-far", "far"), ""},
		"another prefix":               {seen(minute, store.PrefixWithdrawn, store.BGPPrefixes, "b", "203.0.113.0/24"), ""},
		"the other interconnect":       {seen(minute, store.Modified, store.Links, "cni2", "cni-ams"), ""},
		"the other port":               {seen(minute, store.PortChanged, store.Ports, "port-ams", "port-ams"), ""},
		"hours before":                 {seen(3*time.Hour, store.Modified, store.Routes, "into", "198.18.10.0/24 via 10.1.0.1"), ""},
		"minutes after":                {seen(2*time.Minute, store.Modified, store.Routes, "into", "198.18.10.0/24 via 10.1.0.1"), ""},
		"how another tunnel fares": {func(f *diagnose.Facts) {
			f.Events = append(f.Events, store.Event{At: night.Add(-minute), Kind: store.SessionChanged, ObjectID: "id-twin", Name: "twin",
				From: store.Up, To: store.Down})
		}, ""},
	} {
		f := base()
		before := of(f, "x")[0]
		c.change(&f)
		first := of(f, "x")[0]
		switch {
		case c.says == "" && first.Text != before.Text:
			t.Errorf("%s: it is told: %s", name, first.Text)
		case c.says != "" && (!strings.Contains(first.Text, c.says) || len(first.Evidence) <= len(before.Evidence)):
			t.Errorf("%s: not %q, or without evidence: %s", name, c.says, first.Text)
		case first.Cause != before.Cause:
			t.Errorf("%s: the cause becomes %s", name, first.Cause)
		}
	}
	// Of several the nearest before the break.
	f := with(base(), seen(broke+20*time.Minute, store.Modified, "", "id-twin", "twin"),
		seen(broke+time.Minute, store.Modified, store.Routes, "into", "198.18.10.0/24 via 10.1.0.1"))
	if text := of(f, "x")[0].Text; strings.Contains(text, "twin") || !strings.Contains(text, "198.18.10.0/24 via") {
		t.Errorf("not the nearest: %s", text)
	}
}

// The headline of several has what happened to what most of them are related to, and not a route of one.
func TestWhatHappenedAroundAnIncidentIsTold(t *testing.T) {
	t.Parallel()
	list := fleet(12)
	for i := range 4 {
		router("198.51.100.7")(&list[i])
		fall(&list[i], 5*time.Minute)
	}
	for name, c := range map[string]struct {
		change func(*diagnose.Facts)
		told   bool
	}{
		"one of them was modified":       {seen(6*time.Minute, store.Modified, "", list[0].ID, list[0].Name), true}, // the twin of all
		"a tunnel elsewhere":             {seen(6*time.Minute, store.Modified, "", list[9].ID, list[9].Name), false},
		"a route into one of them":       {seen(6*time.Minute, store.Gone, store.Routes, "r", "10.9.0.0/16 via 10.40.0.1"), false},
		"an hour before":                 {seen(time.Hour, store.Modified, "", list[0].ID, list[0].Name), false},
		"a prefix that none leads on to": {seen(6*time.Minute, store.PrefixWithdrawn, store.BGPPrefixes, "b", "198.18.10.0/24"), false},
	} {
		first := diagnose.New(with(an(list...), c.change)).Incidents()[0]
		if told := strings.Contains(first.Text, "1 min before it broke"); told != c.told || !first.Several() {
			t.Errorf("%s: told %v: %s", name, told, first.Text)
		}
	}
}

// What was taken away is named where it is missing: a binding, a route, the tunnel of a next hop; and the sessions that fell before a
// prefix that follows them was withdrawn.
func TestWhatWasTakenAwayIsNamed(t *testing.T) {
	t.Parallel()
	const p = "198.18.10.0/24"
	transit := func(of *store.Prefix) { of.Bindings.Rows[0].ServiceName = "Magic Transit" }
	auto := func(of *store.Prefix) { of.BGP.Rows[0].AutoAdvertiseWithdraw = true }
	fell := func(past time.Duration) diagnose.Facts {
		f := an(x(api.GRE, "10.1.0.0/31", session("Active", api.BGPDown), health(0), upUntil(9*day, past)))
		f.Prefixes = prefixes(pfx(p, withdrawnFor(4*time.Minute), auto))
		return f
	}
	tunnelGone := journal.Entry{Verb: journal.Delete, Resource: "gre_tunnels", ObjectID: "g", Name: "old-gre",
		Before: json.RawMessage(`{"interface_address":"10.88.0.0/31"}`)}
	lostHop := func(f *diagnose.Facts) {
		f.Routes = routes(api.Route{ID: "r", Prefix: "10.9.0.0/16", Nexthop: "10.88.0.1", Priority: 100})
	}
	for name, c := range map[string]struct {
		facts  diagnose.Facts
		object string
		says   string // "!" before what must not be said
	}{
		"the binding": {with(owned(pfx(p, unbound)), seen(time.Hour, store.Gone, store.Bindings, "b", p+" to CDN")), p,
			p + " to CDN was deleted at 02:00:00 UTC."},
		"another binding": {with(owned(pfx(p, unbound)), seen(time.Hour, store.Gone, store.Bindings, "b",
			"203.0.113.0/24 to CDN")), p, "!was deleted"},
		"the route": {with(owned(pfx(p, transit)), seen(time.Hour, store.Gone, store.Routes, "r", p+" via 10.1.0.1")), p,
			"via 10.1.0.1 was deleted"},
		"another route": {with(owned(pfx(p, transit)), seen(time.Hour, store.Gone, store.Routes, "r",
			"10.0.0.0/8 via 10.1.0.1")), p, "!was deleted"},
		"the tunnel of a hop":    {with(an(), lostHop, fromHere(2*day, tunnelGone)), "10.9.0.0/16", "delete of GRE tunnel old-gre"},
		"no tunnel of that hop":  {with(an(), lostHop, seen(time.Hour, store.Gone, "", "g", "old-gre")), "10.9.0.0/16", "!old-gre"},
		"the sessions before it": {fell(5 * time.Minute), p, "1 session fell just before: x."},
		"sessions long before":   {fell(5 * time.Hour), p, "!fell just before"},
		"sessions after it":      {fell(time.Minute), p, "!fell just before"},
	} {
		text := of(c.facts, c.object)[0].Text
		if not, is := strings.CutPrefix(c.says, "!"); is == strings.Contains(text, not) {
			t.Errorf("%s: %q: %s", name, c.says, text)
		}
	}
}
