package views_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// fact is something that is said of an object, with every page that says it: they say it alike, and none says the opposite.
type fact struct {
	before func(*desk)
	start  string
	pages  []lookAt
}

// lookAt is a way to a page, what stands there and what does not.
type lookAt struct {
	row   string
	keys  []string
	reads []string
	lacks []string
}

func recordKept(d *desk) { d.FurnishRecord() }

var facts = map[string]fact{
	"the cause of a session that is down, once the record was read": {recordKept, "tunnels", []lookAt{
		{"waw-br1-ipsec", []string{"enter"}, []string{"your router announced AS 64623; AS 64632 is configured",
			"AS 64632 configured; your router announced AS 64623"},
			[]string{"as configured"}},
		{"waw-br1-ipsec", []string{"b"}, []string{"Bring up waw-br1-ipsec", "your router announced AS 64623; AS 64632 is configured"},
			[]string{"no OPEN was accepted", "none was received"}},
	}},
	"the cause on the page that follows it, by its own asking": {recordKept, "tunnels", []lookAt{
		{"waw-br1-ipsec", []string{"b"}, []string{"your router announced AS 64623; AS 64632 is configured"}, []string{"none was received"}},
	}},
	"an AS number that is configured": {nil, "tunnels", []lookAt{
		{"fra-dc1-gre", []string{"enter"}, []string{"(configured)"}, []string{"as configured"}},
	}},
	"a session that is up by an old status, among tunnels": {nil, "tunnels", []lookAt{
		{"syd-br1-ipsec", nil, []string{"Up, stale 3h"}, nil},
		{"syd-br1-ipsec", []string{"enter"}, []string{"State ● Up, stale 3h", "the session may have changed since"},
			[]string{"The session is up."}},
		{"syd-br1-ipsec", []string{"b"}, []string{"The session was up 3h ago, when its status was last updated"}, []string{"up already"}},
	}},
	"a session that is up by an old status, on the overview": {nil, "overview",
		[]lookAt{{"syd-br1-ipsec", nil, []string{"● Up, stale 3h"}, nil}}},
	"a session that is up by an old status, among sessions": {nil, "bgp", []lookAt{{"", nil, []string{"Up, stale 3h"}, nil}}},
	"routes of other regions share nothing": {nil, "routes", []lookAt{
		{"iad-dc1-gre", []string{"enter"}, []string{"Other routes for 198.18.20.0/24", "serves other regions: WEUR EEUR"},
			[]string{"ECMP"}},
	}},
	"routes of one region share": {nil, "routes", []lookAt{{"fra-dc2-gre", []string{"enter"}, []string{"shares the traffic (ECMP)"}, nil}}},
	"a prefix that is not advertised, on its route": {nil, "routes", []lookAt{
		{"iad-dc1-gre", []string{"enter"}, []string{"✗ Not advertised"}, []string{"✗ No ›"}},
	}},
	"ports and CNIs, on the overview": {nil, "overview", []lookAt{{"", nil, []string{"4 ports"},
		[]string{"4 interconnects"}}}},
	"ports and CNIs, among sessions":        {nil, "bgp", []lookAt{{"", nil, []string{"CNI at ams04"}, []string{"interconnect at"}}}},
	"an order that is not by what is shown": {nil, "overview", []lookAt{{"", nil, []string{"AFFECTED"}, []string{"AFFECTED▲"}}}},
	"the same in the list of setups":        {nil, "setup", []lookAt{{"", nil, []string{"CREATE"}, []string{"CREATE▲"}}}},
	"a withdrawal of before this run began": {nil, "overview", []lookAt{
		{"198.18.20.0/24", []string{"T"}, []string{"198.18.20.0/24 was withdrawn"}, []string{"198.18.11.0/24"}},
	}},
}

// What two pages say of one thing they say alike.
func TestPagesAgree(t *testing.T) {
	for name, f := range facts {
		t.Run(name, func(t *testing.T) {
			d := sit(t, f.start, f.before)
			if f.start == "tunnels" { // a page of one column is read as it stands
				d.narrow()
			}
			for _, at := range f.pages {
				if at.row != "" {
					d.goTo(at.row)
				}
				d.Press(at.keys...)
				d.reads(at.reads...)
				d.lacks(at.lacks...)
				if len(at.keys) > 0 {
					d.Press("esc")
					d.Rest()
				}
			}
		})
	}
}

// A prefix that is not approved: its page names the checks that are not passed, and the key that it says to press stands below it, at
// 80x24.
func TestWhatAPrefixLacksAndTheKeyForIt(t *testing.T) {
	d := sit(t, "prefixes", nil)
	d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.goTo("198.18.40.0/24")
	d.Press("enter")
	d.reads("Checks not passed: RPKI missing. Still pending: ownership, ASN ownership. Fix the failed ones, then press V to validate again",
		"V validate")
	d.lacks("failed checks")
}

// Advertising removes no path, whatever is down: what it draws into nothing is said.
func TestAnAdvertisementRemovesNoPath(t *testing.T) {
	d := sit(t, "prefixes", withdrawn)
	d.narrow()
	d.goTo("198.18.20.0/24")
	d.Press("enter", "A")
	d.reads("no healthy path left in ENAM WNAM. Once it is advertised, traffic for it that Cloudflare receives there is lost")
	d.lacks("This removes the last path")
}

// A tunnel that is deleted is no path of what is left.
func TestADeletedTunnelIsNoPathOfWhatIsLeft(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.narrow()
	d.goTo("fra-dc1-gre")
	d.Press("D")
	d.reads("Effect on routing", "before 2 healthy paths; fra-dc1-gre 50 %, fra-dc2-gre 50 %",
		"after 1 healthy path, no redundancy; fra-dc2-gre 100 %")
	d.lacks("(deleted)", "gre?")
}

// What is followed says since when its page was opened, and what is not there yet.
func TestWhatIsFollowedSaysWhatItLacks(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("waw-br1-ipsec")
	d.Press("b")
	d.Rest()
	d.Press("esc", ":")
	d.types("setup")
	d.Press("enter")
	d.reads("bring-up: opened " + d.Now.UTC().Format("15:04") + " UTC, BGP not up yet")
	d.lacks("pending since")
}

// A tunnel whose session is down and that no static route leads into carries nothing in the simulated account.
func TestATunnelThatNoRouteLeadsIntoCarriesNothing(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("waw-br1-ipsec")
	d.Press("enter")
	d.passes(time.Second)
	d.Rest()
	for line := range strings.Lines(d.Screen()) {
		if strings.Contains(line, "Mbit/s") && !strings.Contains(line, "scale") && !strings.Contains(line, " 0 bit/s") {
			t.Errorf("it carries: %s", line)
		}
	}
}

// A form that was sent on as it was has nothing to send; no conflict is in the way.
func TestAnEditWithoutAChangeHasNothingToSend(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("fra-dc2-gre")
	d.Press("e")
	d.See("ctrl+s review")
	d.Press("ctrl+s")
	d.reads("Nothing to send: no field was changed.")
	d.lacks("conflict", "No dry run")
}
