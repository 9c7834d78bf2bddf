package diagnose

import (
	"slices"
	"strings"
	"time"
)

// sharedCause is what all members of an incident have by themselves, "" when they differ; with the first finding of it.
func sharedCause(all []Diagnosis) (Cause, Finding) {
	first := primaryFinding(all[0])
	for _, d := range all[1:] {
		if primaryFinding(d).Cause != first.Cause {
			return "", Finding{}
		}
	}
	return first.Cause, first
}

// tells are causes that say more than that nothing comes through: all members have them by themselves.
var tells = []Cause{SessionEnded, NoOpen, OpenConfirmMTU, ASNMismatch, MD5Mismatch, NewPSK, NoPSK, HoldTime, MTUBlackHole}

// measuredAfter is how long after a break a measurement that finds a tunnel well speaks for it: the health is an average.
const measuredAfter = 2 * time.Minute

// sessionsOnly reports whether only the sessions of these tunnels fell: the probes still pass, measured long enough after that.
func (a *Account) sessionsOnly(g group) bool {
	measured := a.facts.Measured.Fetched
	if measured.IsZero() {
		measured = a.facts.Now
	}
	return !g.since.IsZero() && measured.Sub(g.until) >= measuredAfter && !slices.ContainsFunc(g.members, func(i int) bool {
		c := a.tunnelCase(i)
		return !c.broken() || !c.steady()
	})
}

// withCause lets what all members have by themselves speak: it may be more than what they have in common.
func (a *Account) withCause(out Incident, g group) Incident {
	cause, f := sharedCause(out.Diagnoses)
	switch {
	case cause == ProbesFiltered || cause == ReplyType:
		out.Title = g.titleOf(a, "fail their health checks", "since")
		out.Text = join("Packets pass all of them, only the probes do not: ICMP is filtered or rate limited, or the replies take another path.",
			"Cloudflare steers traffic away from them.", g.counts())
		out.Next = "On the router: let ICMP echo through without a rate limit (CoPP), and look at what was changed there at that time."
		if cause == ReplyType {
			out.Next = f.Next
		}
	case cause == ComingUp:
		out.Title = strings.Replace(g.titleOf(a, "fell", "at"), ":", " and are coming up:", 1)
		if at := " at " + Clock(g.since, a.facts.Now); !g.since.IsZero() {
			out.Title = strings.Replace(g.titleOf(a, "fell", "at"), at, at+" and are coming up", 1)
		}
		out.Text = join("Their sessions are coming up again: a router or a line was down briefly.", g.counts())
		out.Next = "Wait: a session is up within a minute when both sides agree. Then look at why they fell: a restart, maintenance, a line."
	case out.Cause == SameChange && cause == NewPSK:
		out.Text, out.Next = join(out.Text, byThemselves(out.Members[0].Name, f.Text)), f.Next
	case out.Cause == SameChange:
	case slices.Contains(tells, cause):
		out.Text, out.Next = join(out.Text, byThemselves(out.Members[0].Name, f.Text)), join(a.asFor(out.Members[0], f.Next), out.Next)
		if a.sessionsOnly(g) {
			out.Text, out.Next = join(onlySessions, g.counts(), byThemselves(out.Members[0].Name, f.Text)), a.asFor(out.Members[0], f.Next)
		}
	case a.sessionsOnly(g):
		out.Text = join(onlySessions, g.counts())
		out.Next = "On the router, check that BGP is running, its log for these neighbors, and that TCP 179 is permitted; then look for a " +
			"rekey or a filter change at that time."
	}
	return out
}

const onlySessions = "Only the sessions fell, the probes still pass the tunnels: this points to BGP on the router, and not to its uplink."
