package views_test

import (
	"testing"
	"time"

	"flarewire/internal/simedge"
)

// Who changed what: by the audit log, with the object's name and without persons; the page of a change names the person.
func TestChangesSayWhoItWasAndNameThePersonOnItsPageOnly(t *testing.T) {
	d := sit(t, "changes", func(d *desk) {
		kim := simedge.Actor{Type: "user", Context: "dash", Email: "kim@example.net", Address: "192.0.2.45"}
		d.Audit(9*time.Minute, kim, "update", simedge.GRETunnels, "fra-dc1-gre", simedge.Object{"description": "x"})
		d.Audit(3*time.Hour, simedge.Actor{Type: "user", Context: "api_token", TokenName: "network-ci"}, "create", simedge.IPsecTunnels,
			"waw-br1-ipsec", simedge.Object{"name": "waw-br1-ipsec"})
	})
	d.narrow()
	d.reads("2 changes, 2 not from here", "fra-dc1-gre", "update of descr", "waw-br1-ipsec")
	d.lacks("kim@example.net", "192.0.2.45")
	d.goTo("fra-dc1-gre")
	d.Press("enter")
	d.reads("Who", "kim@example.net", "names of the fields; values are not kept")
}

// Without the permission for the audit log the page names it, and does not say that nothing was changed.
func TestChangesWithoutTheAuditLogAreNotNone(t *testing.T) {
	d := sit(t, "changes", func(d *desk) {
		d.Fault(simedge.Fault{Kind: simedge.FaultStatus, Status: 403, Path: "*/logs/audit",
			Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	})
	d.narrow()
	d.reads("lacks the permission", "Account Settings Read", "no data")
	d.lacks("Nothing was changed")
}

// Whether anybody is told when a tunnel fails is said of the policies as they are, and never of those that could not be read.
func TestAlertsSayWhetherAnybodyIsTold(t *testing.T) {
	const health = "magic_tunnel_health_check_event"
	nobody := "Nobody is told when the health of a tunnel changes"
	for name, c := range map[string]struct {
		before func(*desk)
		want   string
	}{
		"none":     {func(*desk) {}, nobody},
		"off":      {func(d *desk) { d.AddPolicy("NOC", health, false) }, nobody},
		"on":       {func(d *desk) { d.AddPolicy("NOC", health, true) }, "1 policy; the health of tunnels is told"},
		"BGP only": {func(d *desk) { d.AddPolicy("NOC", "magic_bgp_session_event", true) }, nobody},
		"unread": {func(d *desk) {
			d.Fault(simedge.Fault{Kind: simedge.FaultStatus, Status: 500, Path: "*/alerting/*"})
		}, "Nothing could be fetched yet"},
		"unreadable": {func(d *desk) {
			d.AddPolicy("NOC", health, true)
			d.Fault(simedge.Fault{Kind: simedge.FaultWrongTypes, Path: "*/alerting/*"})
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
