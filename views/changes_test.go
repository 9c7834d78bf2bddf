package views_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// Who changed what: by the audit log, with the object's name and without persons; the page of a change names the person.
func TestChangesSayWhoItWasAndNameThePersonOnItsPageOnly(t *testing.T) {
	d := sit(t, "changes", func(d *desk) {
		kim := simaccount.Actor{Type: "user", Context: "dash", Email: "kim@example.net", Address: "192.0.2.45"}
		d.Audit(9*time.Minute, kim, "update", simaccount.GRETunnels, "fra-dc1-gre", simaccount.Object{"description": "x"})
		d.Audit(3*time.Hour, simaccount.Actor{Type: "user", Context: "api_token", TokenName: "network-ci"}, "create", simaccount.IPsecTunnels,
			"waw-br1-ipsec", simaccount.Object{"name": "waw-br1-ipsec"})
	})
	d.narrow()
	d.reads("2 changes, 2 made elsewhere", "fra-dc1-gre", "changed: descr", "waw-br1-ipsec")
	d.lacks("kim@example.net", "192.0.2.45")
	d.goTo("fra-dc1-gre")
	d.Press("enter")
	d.reads("Who", "kim@example.net", "names of the fields; values are not kept")
}

// Without the permission for the audit log the page names it, and does not say that nothing was changed.
func TestChangesWithoutTheAuditLogAreNotNone(t *testing.T) {
	d := sit(t, "changes", func(d *desk) {
		d.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Path: "*/logs/audit",
			Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	})
	d.narrow()
	d.reads("lacks the permission", "Account Settings Read", "no data")
	d.lacks("Nothing was changed")
}

// Whether anybody is told when a tunnel fails is said of the policies as they are, and never of those that could not be read.
func TestAlertsSayWhetherAnybodyIsTold(t *testing.T) {
	const health = "magic_tunnel_health_check_event"
	nobody := "Nobody is notified when the health of a tunnel changes"
	for name, c := range map[string]struct {
		before func(*desk)
		want   string
	}{
		"none":     {func(*desk) {}, nobody},
		"off":      {func(d *desk) { d.AddPolicy("NOC", health, false) }, nobody},
		"on":       {func(d *desk) { d.AddPolicy("NOC", health, true) }, "1 policy: tunnel health changes are alerted"},
		"BGP only": {func(d *desk) { d.AddPolicy("NOC", "magic_bgp_session_event", true) }, nobody},
		"unread": {func(d *desk) {
			d.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 500, Path: "*/alerting/*"})
		}, "Nothing could be fetched yet"},
		"unreadable": {func(d *desk) {
			d.AddPolicy("NOC", health, true)
			d.Fault(simaccount.Fault{Kind: simaccount.FaultWrongTypes, Path: "*/alerting/*"})
		}, "ask Cloudflare's support"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "alerts", c.before)
			d.narrow()
			d.reads(c.want)
			if c.want != nobody {
				d.lacks(nobody)
			}
		})
	}
}

// dashed writes an id as some of Cloudflare's services do: with dashes, in capitals.
func dashed(id string) string {
	id = strings.ToUpper(id)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// What was changed from here stands once, whatever form the audit log writes the id in: within two minutes it is one change. What lies
// further apart, or is of another object, is somebody else's.
func TestChangesJoinTheAuditLogWithTheJournal(t *testing.T) {
	ci := simaccount.Actor{Type: "user", Context: "api_token", TokenName: "network-ci"}
	for name, c := range map[string]struct {
		ago    time.Duration
		other  bool // of another tunnel
		form   func(string) string
		counts string
	}{
		"the same id":              {time.Minute, false, func(id string) string { return id }, "1 change, all from here"},
		"with dashes, in capitals": {time.Minute, false, dashed, "1 change, all from here"},
		"just within two minutes":  {119 * time.Second, false, dashed, "1 change, all from here"},
		"two minutes apart":        {121 * time.Second, false, dashed, "2 changes, 1 made elsewhere"},
		"of another tunnel":        {time.Minute, true, dashed, "2 changes, 1 made elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "changes", func(d *desk) {
				d.past = journal.New(journal.Options{Path: filepath.Join(t.TempDir(), "journal"), Now: d.time})
				id := d.idOf(simaccount.GRETunnels, "fra-dc1-gre")
				entry, err := d.past.Begin(journal.Entry{Account: d.Account(), Verb: journal.Update, Resource: "gre_tunnels", ObjectID: id,
					Name: "fra-dc1-gre"})
				if err == nil {
					err = d.past.End(entry, id, journal.Result{Outcome: journal.Done})
				}
				if err != nil {
					t.Fatal(err)
				}
				if c.other {
					id = d.idOf(simaccount.GRETunnels, "iad-dc1-gre")
				}
				d.Audit(c.ago, ci, "update", simaccount.GRETunnels, c.form(id), simaccount.Object{"mtu": int64(1400)})
			})
			d.narrow()
			d.reads(c.counts, "fra-dc1-gre", "this machine")
			if c.ago > 2*time.Minute || c.other {
				d.reads("token \"")
			} else {
				d.lacks("token \"")
			}
		})
	}
}

// More changes than are read at once: the page says that there may be more, and before when.
func TestChangesSayThatThereMayBeMore(t *testing.T) {
	d := sit(t, "changes", func(d *desk) {
		for i := range 501 {
			d.Audit(time.Duration(i)*time.Minute, simaccount.Actor{Type: "user", Context: "dash"}, "update", simaccount.GRETunnels, "fra-dc1-gre",
				simaccount.Object{"mtu": int64(1400)})
		}
	})
	d.reads("500 changes, 500 made elsewhere", "There may be more before")
}

// The timeline of an incident: what was seen, what Cloudflare's log says and who changed what on one axis, in UTC, without a
// person. It asks the record once.
func TestTheTimelineOfAnIncident(t *testing.T) {
	kim := simaccount.Actor{Type: "user", Context: "dash", Email: "kim@example.net", Address: "192.0.2.45"}
	d := sit(t, "overview", func(d *desk) {
		d.EnableLogs(simaccount.BGPLogs, simaccount.IPsecLogs)
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"))
	d.Audit(2*time.Minute, kim, "update", simaccount.GRETunnels, "fra-dc1-gre", simaccount.Object{"mtu": int64(1200)})
	d.LogBGP("fra-dc1-gre", time.Minute, "", "bgp_state_transition", simaccount.Object{"from_state": "Established", "to_state": "Idle"})
	d.LogBGP("fra-dc1-gre", time.Minute, "to_cloudflare", "notification_message", simaccount.Object{"code": int64(6), "subcode": int64(2)})
	d.passes(30 * time.Second)
	d.Press("r")
	d.reads("fra-dc1-gre Up → Down")
	d.Until("the fallen tunnel among what is wrong", func() bool {
		above, _, _ := strings.Cut(d.Screen(), "RECENT EVENTS")
		return strings.Contains(above, "fra-dc1-gre") || strings.Contains(above, "2 tunnels")
	})
	d.Press("g")
	for range 20 { // it may be one incident with a tunnel that fell at that moment
		if current := d.current(); strings.Contains(current, "fra-dc1-gre") || strings.Contains(current, "2 tunnels") {
			break
		}
		d.Press("j")
	}
	asked := d.recordRequests()
	d.Press("T")
	d.reads("Timeline", "SOURCE", "session Established to Idle", "NOTIFICATION 6/2", "changed by a user in the dashboard (mtu)", "seen")
	d.lacks("kim@example.net", "192.0.2.45")
	if n := d.recordRequests() - asked; n == 0 || n > 3 {
		t.Errorf("%d requests for the timeline", n)
	}
	d.Press("esc")
	d.Press("T")
	d.reads("NOTIFICATION 6/2")
	if n := d.recordRequests() - asked; n > 3 {
		t.Errorf("%d requests after it was opened again", n)
	}
}

// current is the row under the cursor.
func (d *desk) current() string {
	for _, line := range strings.Split(d.Screen(), "\n") {
		if strings.HasPrefix(line, "▌") {
			return line
		}
	}
	return ""
}

// recordRequests are the requests to Cloudflare's log.
func (d *desk) recordRequests() int {
	n := 0
	for _, r := range d.Requests() {
		if strings.Contains(r.Path, "/logs/") {
			n++
		}
	}
	return n
}

// flowRequests are the questions about what comes in.
func (d *desk) flowRequests() int {
	n := 0
	for _, r := range d.Requests() {
		if strings.Contains(string(r.Body), "mitigationSystem") {
			n++
		}
	}
	return n
}

// All tunnels are up and customers complain: the page of the prefix says whether an attack is dropped and since when. The overview has it
// only when less passes than before, and nobody asks as long as no such page is opened.
func TestAPrefixSaysWhetherItIsAnAttackOrAFault(t *testing.T) {
	const shop = "198.18.10.0/24"
	for name, c := range map[string]struct {
		before   func(*desk)
		says     []string
		overview string // "": nothing of it
	}{
		"an attack that is dropped": {func(d *desk) { d.Attack(shop, "dosd", 40*time.Minute, 4.2e9) },
			[]string{"4.2 Gbit/s to 198.18.10.0/24 dropped by DDoS protection (dosd) since", "pass, as before"}, ""},
		"an attack, and customers are cut off": {func(d *desk) {
			d.Attack(shop, "flowtrackd", 40*time.Minute, 4.2e9)
			d.Pass(shop, 40*time.Minute, 0)
		}, []string{"dropped by Advanced TCP Protection (flowtrackd) since", "customers are cut off", "unconfirmed"}, "Traffic dropped"},
		"nothing arrives": {func(d *desk) { d.Pass(shop, 40*time.Minute, 0) },
			[]string{"Nothing dropped, nothing arrives for 198.18.10.0/24 since", "looking glass"}, "Traffic stopped"},
		"neither": {func(*desk) {}, []string{"No attack:", "and nothing is dropped", "look past Cloudflare's edge"}, ""},
		"no rates": {func(d *desk) {
			d.Attack(shop, "dosd", 40*time.Minute, 4.2e9)
			for _, field := range []string{"sum_bits", "sum_packets"} {
				d.HideAnalyticsField("magicTransitNetworkAnalyticsAdaptiveGroups", field)
			}
		}, []string{"Traffic to 198.18.10.0/24 dropped by DDoS protection (dosd)", "some; the API gives no rate"}, ""},
		"no outcome": {func(d *desk) {
			d.HideAnalyticsField("magicTransitNetworkAnalyticsAdaptiveGroups", "dimensions_outcome")
		},
			[]string{"What comes in could not be read"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "prefixes", c.before)
			d.narrow()
			d.goTo(shop)
			if n := d.flowRequests(); n != 0 {
				t.Errorf("%d questions before a page was opened", n)
			}
			d.Press("enter")
			d.reads(append(c.says, "Attack or fault?")...)
			if n := d.flowRequests(); n > 1 {
				t.Errorf("%d questions for one page", n)
			}
			d.Press(":")
			d.Press(strings.Split("overview", "")...)
			d.Press("enter")
			d.reads("PROBLEM")
			if c.overview == "" {
				d.lacks("Traffic dropped", "Traffic stopped", "Traffic passes", "Nothing arrives")
				return
			}
			d.reads(c.overview)
			d.goTo(shop)
			d.Press("T")
			d.reads("Timeline", shop)
		})
	}
}
