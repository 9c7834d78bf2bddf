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

// port is a port at a site that was seen to change so long ago, or is as it always was.
type portScene struct {
	site  string
	state store.PortState
	past  time.Duration // 0: no change was seen
}

func portFacts(scenes ...portScene) diagnose.Facts {
	f := an(fleet(6)...)
	var rows []store.Port
	for i, s := range scenes {
		name := fmt.Sprintf("port-%d", i)
		rows = append(rows, store.Port{Interconnect: api.Interconnect{Name: name, SlotID: "s", Site: s.site,
			Facility: &api.Facility{Name: s.site}, VirtualPortReservationID: name}, State: s.state})
		if s.past > 0 {
			f.Events = append(f.Events, store.Event{At: night.Add(-s.past), Kind: store.PortChanged, Resource: store.Ports, ObjectID: name,
				Name: name, FromPort: store.PortHealthy, ToPort: s.state})
		}
	}
	f.Ports = ports(rows...)
	return f
}

// Ports of one location that failed at one moment are one incident with both counts, and what runs over them is in it; the nearest
// cases are not.
func TestPortsOfOneLocationAreOneIncident(t *testing.T) {
	down := func(site string, past time.Duration) portScene { return portScene{site, store.PortDown, past} }
	well := func(site string) portScene { return portScene{site, store.PortHealthy, 0} }
	for name, c := range map[string]struct {
		ports []portScene
		says  string // "": they stay apart
	}{
		"both of a location": {[]portScene{down("FRA1", time.Minute), down("FRA1", time.Minute+20*time.Second), well("AMS4"), well("AMS4")},
			"2 of 4 ports down since 02:58:40 UTC: all at FRA1"},
		"the moment is not known": {[]portScene{down("FRA1", 0), down("FRA1", 0), well("AMS4")}, "2 of 3 ports down: all at FRA1"},
		"one there works":         {[]portScene{down("FRA1", time.Minute), down("FRA1", time.Minute), well("FRA1"), well("AMS4")}, ""},
		"two locations":           {[]portScene{down("FRA1", time.Minute), down("AMS4", time.Minute), well("LHR2")}, ""},
		"an hour apart":           {[]portScene{down("FRA1", time.Minute), down("FRA1", time.Hour), well("AMS4")}, ""},
		"only one":                {[]portScene{down("FRA1", time.Minute), well("AMS4")}, ""},
	} {
		facts := portFacts(c.ports...)
		facts.Links = links(api.MagicInterconnect{ID: "l0", Name: "over-port-0", VirtualPortReservationID: "port-0"})
		facts.Health = map[string]store.MeasuredHealth{"over-port-0": {State: store.HealthDown}}
		several := slices.DeleteFunc(diagnose.New(facts).Incidents(),
			func(i diagnose.Incident) bool { return i.CountText() != "2 ports" })
		if (len(several) == 1) != (c.says != "") || len(several) > 1 {
			t.Errorf("%s: %v", name, titles(several))
			continue
		}
		for _, i := range several {
			if i.Title != c.says || i.Cause != diagnose.SameLocation || i.CountText() != "2 ports" || i.Severity != diagnose.Outage {
				t.Errorf("%s: %q %s %s %s", name, i.Title, i.Cause, i.CountText(), i.Severity)
			}
			counts := i.Common[0].Counts()
			if !strings.HasPrefix(counts, "2 of 2 failed, ") || !strings.HasSuffix(counts, " working are elsewhere") {
				t.Errorf("%s: %s", name, counts)
			}
			if !slices.ContainsFunc(i.Members, func(m diagnose.Subject) bool { return m.Name == "over-port-0" }) {
				t.Errorf("%s: what runs over it stands apart: %v", name, i.Members)
			}
		}
	}
}

// While the list of ports is not whole, nothing is said about all of a location.
func TestAnUnreadListIsNoLocation(t *testing.T) {
	facts := portFacts(portScene{"FRA1", store.PortDown, time.Minute}, portScene{"FRA1", store.PortDown, time.Minute})
	facts.Ports.Err = fmt.Errorf("no answer")
	for _, i := range diagnose.New(facts).Incidents() {
		if i.Several() {
			t.Errorf("%q", i.Title)
		}
	}
}

// Prefixes that were withdrawn at one moment are one change; many of other moments are one row, so that none of them pushes a tunnel
// that is down off the screen.
func TestPrefixesThatFailedTogetherAreOneIncident(t *testing.T) {
	facts := func(past ...time.Duration) diagnose.Facts {
		f := an(fleet(6)...)
		var rows []store.Prefix
		for i, p := range past {
			cidr := fmt.Sprintf("198.18.%d.0/24", i)
			if p == 0 {
				rows = append(rows, pfx(cidr))
				continue
			}
			rows = append(rows, pfx(cidr, withdrawnFor(p)))
		}
		f.Prefixes = prefixes(rows...)
		return f
	}
	for name, c := range map[string]struct {
		past []time.Duration
		says []string // the headlines of the incidents of several
	}{
		"three in a minute, two not": {[]time.Duration{600 * time.Second, 610 * time.Second, 620 * time.Second, 0, 0},
			[]string{"3 of 5 prefixes: prefix withdrawn, all at 02:49:40 UTC"}},
		"two, an hour apart": {[]time.Duration{10 * time.Minute, 70 * time.Minute, 0}, nil},
		"one":                {[]time.Duration{10 * time.Minute, 0}, nil},
		"six of six moments": {[]time.Duration{10 * time.Minute, 20 * time.Minute, 30 * time.Minute, 40 * time.Minute,
			50 * time.Minute, 55 * time.Minute},
			[]string{"6 of 6 prefixes: prefix withdrawn"}},
		"two changes": {[]time.Duration{10 * time.Minute, 10 * time.Minute, 40 * time.Minute, 40 * time.Minute},
			[]string{"2 of 4 prefixes: prefix withdrawn, all at 02:50:00 UTC", "2 of 4 prefixes: prefix withdrawn, all at 02:20:00 UTC"}},
	} {
		var got []string
		for _, i := range diagnose.New(facts(c.past...)).Incidents() {
			if i.Several() {
				got = append(got, i.Title)
			}
		}
		if !slices.Equal(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// Thirty prefixes that were withdrawn one after the other, and four tunnels are down: each tunnel is among the first five rows.
func TestWithdrawnPrefixesHideNoTunnel(t *testing.T) {
	list := fleet(12)
	for i := range 4 {
		session("Active", api.BGPDown)(&list[3*i])
		health(0)(&list[3*i])
	}
	f := an(list...)
	for i := range 30 {
		f.Prefixes.Rows = append(f.Prefixes.Rows, pfx(fmt.Sprintf("198.18.%d.0/24", i), withdrawnFor(time.Duration(2*i+1)*2*time.Minute)))
	}
	f.Prefixes = prefixes(f.Prefixes.Rows...)
	all := diagnose.New(f).Incidents()
	for n, i := range all {
		if i.Tunnels() > 0 && n >= 5 {
			t.Errorf("%s is row %d: %v", i.Members[0].Name, n+1, titles(all))
		}
	}
}

// One change is named when those that failed were changed just before, and the working were not.
func TestOneChangeIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		changed, falls func(i int) bool
		named          bool
	}{
		"those that were changed fall":               {func(i int) bool { return i < 5 }, func(i int) bool { return i < 5 }, true},
		"half of those that were changed work":       {func(i int) bool { return i < 10 }, func(i int) bool { return i < 5 }, false},
		"others were changed":                        {func(i int) bool { return i >= 5 }, func(i int) bool { return i < 5 }, false},
		"one that works, with its key: counted once": {func(i int) bool { return i < 11 }, func(i int) bool { return i < 10 }, true},
	} {
		list := fleet(20)
		for i := range list {
			if c.changed(i) {
				modified(5 * time.Minute)(&list[i])
				keyed(5*time.Minute - time.Second)(&list[i])
			}
			if c.falls(i) {
				fall(&list[i], 4*time.Minute)
			}
		}
		named := false
		for _, i := range diagnose.New(an(list...)).Incidents() {
			for _, common := range i.Common {
				if common.Property == diagnose.SameChange {
					named = true
					want := map[bool]string{false: "5 of 5 failed, 15 of 15 working were not changed then",
						true: "10 of 10 failed, 9 of 10 working were not changed then"}[strings.Contains(name, "key")]
					if common.Counts() != want {
						t.Errorf("%s: %s", name, common.Counts())
					}
				}
			}
		}
		if named != c.named {
			t.Errorf("%s: a change is named: %v", name, named)
		}
	}
}
