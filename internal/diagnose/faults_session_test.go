package diagnose_test

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// sessionFaults are those of a BGP session over a tunnel that is well.
func sessionFaults() []fault {
	down, idle := session("Active", api.BGPDown), session("Idle", api.BGPDown)
	openSent, confirm := session("OpenSent", api.BGPEstablishing), session("OpenConfirm", api.BGPEstablishing)
	changed := func(id, what string, past time.Duration) func(*diagnose.Facts) {
		return func(f *diagnose.Facts) { f.Changes = []diagnose.Change{{At: night.Add(-past), ID: id, What: what}} }
	}
	return []fault{
		{name: "the router does not dial, and never did", object: "x", cause: diagnose.NotDialling, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"does not initiate the session", "TCP 179"},
			is:      an(x(api.GRE, "10.1.0.0/31", down, created(time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", session("Connect", api.BGPDown))), near: an(x(api.GRE, "10.1.0.0/31", openSent))},
		{name: "another MD5 key, never up", object: "x", cause: diagnose.MD5Mismatch, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"alike"}, is: an(x(api.GRE, "10.1.0.0/31", down, md5, created(time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", idle, md5)), near: an(x(api.GRE, "10.1.0.0/31", down, md5, upUntil(day, 20*time.Second)))},
		{name: "the MD5 key was changed", object: "x", cause: diagnose.MD5Mismatch, severity: diagnose.Outage, likely: diagnose.Likely,
			says:    []string{"before it broke", "Compare the key"},
			is:      an(x(api.GRE, "10.1.0.0/31", down, md5, upUntil(90*day, 10*time.Minute), modified(11*time.Minute))),
			variant: an(x(api.IPsec, "10.2.0.5/30", idle, md5, upUntil(time.Hour, time.Minute), modified(3*time.Minute))),
			near:    an(x(api.GRE, "10.1.0.0/31", down, md5, upUntil(90*day, 10*time.Minute)))},
		{name: "worked for 90 days, down for 10 minutes", object: "x", cause: diagnose.SessionLost, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"The session was up for", "do not change by themselves", "the path or to the router"},
			is:      an(x(api.GRE, "10.1.0.0/31", down, upUntil(90*day, 10*time.Minute))),
			variant: an(x(api.IPsec, "10.2.0.5/30", idle, md5, upUntil(2*time.Hour, 20*time.Second))),
			near:    an(x(api.GRE, "10.1.0.0/31", down, created(time.Hour)))},
		{name: "modified a minute before it broke", object: "x", cause: diagnose.ChangedBefore, severity: diagnose.Outage,
			likely: diagnose.Likely,
			says:   []string{"before it broke", "who made it"},
			is:     an(x(api.GRE, "10.1.0.0/31", health(0), down, upUntil(9*day, 10*time.Minute), modified(11*time.Minute))),
			variant: with(an(x(api.IPsec, "10.2.0.5/30", openConfirm, upUntil(9*day, 5*time.Minute))),
				changed("id-x", "update of mtu", 8*time.Minute)),
			near: an(x(api.GRE, "10.1.0.0/31", health(0), down, upUntil(9*day, 10*time.Minute), modified(5*day)))},
		{name: "a new tunnel stays in OpenSent", object: "x", cause: diagnose.ASNMismatch, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"wrong AS number on one side", "remote AS 13335"}, is: an(x(api.GRE, "10.1.0.0/31", openSent, created(time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", session("open_sent", api.BGPDown), created(3*time.Hour), asn(4200000123))),
			near:    an(x(api.GRE, "10.1.0.0/31", openSent, upUntil(90*day, time.Hour)))},
		{name: "OpenSent, nobody knows whether it ever was up", object: "x", cause: diagnose.NoOpen, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"Cloudflare's OPEN was sent, but none was received", "A wrong AS number is possible"},
			is: an(x(api.GRE, "10.1.0.0/31", openSent)), variant: an(x(api.IPsec, "10.2.0.5/30", session("OpenSent", api.BGPDown))),
			near: an(x(api.GRE, "10.1.0.0/31", confirm))},
		{name: "OpenSent after it was up for long", object: "x", cause: diagnose.NoOpen, severity: diagnose.Outage, likely: diagnose.Likely,
			says:    []string{"none was received", "does not change by itself"},
			is:      an(x(api.GRE, "10.1.0.0/31", openSent, upUntil(90*day, time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", openSent, upUntil(day, time.Minute))), near: an(x(api.GRE, "10.1.0.0/31", idle, overTCP))},
		{name: "no KEEPALIVE in OpenConfirm", object: "x", cause: diagnose.OpenConfirmMTU, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"loss or to a filter", "19 bytes", "an unlikely cause"}, is: an(x(api.GRE, "10.1.0.0/31", confirm)),
			variant: an(x(api.IPsec, "10.2.0.5/30", session("open_confirm", api.BGPDown))), near: an(x(api.GRE, "10.1.0.0/31", openSent))},
		{name: "TCP up and Idle, never up before", object: "x", cause: diagnose.ASNMismatch, severity: diagnose.Outage, likely: diagnose.Possible,
			says: []string{"rejected", "hold time"}, is: an(x(api.GRE, "10.1.0.0/31", idle, overTCP, created(2*time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", idle, overTCP)),
			near:    an(x(api.GRE, "10.1.0.0/31", idle, overTCP, upUntil(120*day, time.Hour)))},
		{name: "TCP up and Idle, was up for months", object: "x", cause: diagnose.SessionEnded, severity: diagnose.Outage,
			likely: diagnose.Possible,
			says:   []string{"Cease", "maximum"}, is: an(x(api.GRE, "10.1.0.0/31", idle, overTCP, upUntil(120*day, time.Hour))),
			variant: an(x(api.IPsec, "10.2.0.5/30", idle, overTCP, upUntil(time.Hour, time.Minute))),
			near:    an(x(api.GRE, "10.1.0.0/31", idle, upUntil(120*day, time.Hour)))},
		{name: "an AS number that no session can have", object: "x", cause: diagnose.ASNReserved, severity: diagnose.Outage,
			likely: diagnose.Certain, says: []string{"can never work"}, is: an(x(api.GRE, "10.1.0.0/31", openSent, asn(65535))),
			variant: an(x(api.IPsec, "10.2.0.5/30", down, asn(13335))), near: an(x(api.GRE, "10.1.0.0/31", openSent, asn(65534)))},
		{name: "no status for any session", object: "x", cause: diagnose.NoUnifiedRouting, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"Unified Routing"}, alone: true, is: an(x(api.GRE, "10.1.0.0/31", noStatus), made("y", api.GRE, "10.1.0.2/31", noStatus)),
			variant: an(made("y", api.GRE, "10.1.0.2/31", noStatus), made("z", api.IPsec, "10.1.0.4/31", noStatus),
				x(api.IPsec, "10.2.0.5/30", noStatus)),
			near: an(x(api.GRE, "10.1.0.0/31", noStatus), made("y", api.GRE, "10.1.0.2/31"))},
		{name: "up by an old status while others are reported", object: "x", cause: diagnose.StaleStatus, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"status has not been updated", "Check the session on the router"}, alone: true,
			is:      an(append(others(5), x(api.GRE, "10.1.0.0/31", reported(3*time.Hour)))...),
			variant: an(append(others(4), x(api.IPsec, "10.2.0.5/30", reported(70*time.Minute)))...),
			near:    an(append(fallen(5), x(api.GRE, "10.1.0.0/31", reported(3*time.Hour)))...)},
		{name: "BGP up, no traffic, others are busy", object: "x", cause: diagnose.NothingAnnounced, severity: diagnose.Impaired,
			likely: diagnose.Possible, says: []string{"announce nothing, or only the default", "which prefixes does it announce"},
			is:      with(an(x(api.GRE, "10.1.0.0/31"), made("y", api.GRE, "10.1.0.2/31", asn(65011))), flow("x", 0, 0), flow("y", 1e6, 1e6)),
			variant: with(an(made("y", api.IPsec, "10.1.0.2/31", asn(65011)), x(api.IPsec, "10.2.0.5/30")), flow("x", 0, 0), flow("y", 3, 0)),
			near:    with(an(x(api.GRE, "10.1.0.0/31"), made("y", api.GRE, "10.1.0.2/31", asn(65011))), flow("x", 0, 0), flow("y", 0, 0))},
		{name: "one AS number at two sites", object: "x", cause: diagnose.SameASN, severity: diagnose.NoImpact, likely: diagnose.Possible,
			says:    []string{"allowas-in"},
			is:      an(x(api.GRE, "10.1.0.0/31"), made("y", api.GRE, "10.1.0.2/31", router("203.0.113.99"))),
			variant: an(made("y", api.GRE, "10.1.0.2/31", router("203.0.113.99"), asn(4200000009)), x(api.IPsec, "10.2.0.5/30", asn(4200000009))),
			near:    an(x(api.GRE, "10.1.0.0/31"), made("y", api.GRE, "10.1.0.2/31"))},
	}
}

var openConfirm = session("OpenConfirm", api.BGPEstablishing)

// fallen are tunnels whose sessions went down just now, all at once: their statuses are young for that.
func fallen(n int) []store.Tunnel {
	list := others(n)
	for i := range list {
		session("Active", api.BGPDown)(&list[i])
		upUntil(day, time.Minute)(&list[i])
	}
	return list
}
