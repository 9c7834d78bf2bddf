package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
)

// What is as it was on the saved good day is expected: it stays in the list, and what has changed stands before it.
func TestWhatIsAsOnTheGoodDayIsExpected(t *testing.T) {
	t.Parallel()
	taken := night.Add(-5 * day)
	good := func(session, health string) *snapshot.Baseline {
		return &snapshot.Baseline{TakenAt: taken, Objects: map[store.Kind][]snapshot.Object{store.GRETunnels: {
			{Name: "x", Fields: map[string]string{"BGP session": session, "health": health}}}}}
	}
	down := x(api.GRE, "10.1.0.0/31", session("Active", api.BGPDown), health(0))
	fell := x(api.GRE, "10.1.0.0/31", session("Active", api.BGPDown), health(0), upUntil(day, time.Hour))
	for name, c := range map[string]struct {
		tunnel   store.Tunnel
		good     *snapshot.Baseline
		severity diagnose.Impact
	}{
		"no good day":                     {down, nil, diagnose.Outage},
		"down then, down now":             {down, good("down", "down"), diagnose.Risk},
		"up then, down now":               {down, good("up", "healthy"), diagnose.Outage},
		"down then, up between, down now": {fell, good("down", "down"), diagnose.Outage},
		"its session only was down then":  {down, good("down", "healthy"), diagnose.Outage},
		"nothing was known of it then":    {down, good("", ""), diagnose.Outage},
		"the file does not hold it":       {down, &snapshot.Baseline{TakenAt: taken}, diagnose.Outage},
	} {
		facts := an(c.tunnel)
		facts.Good = c.good
		first := of(facts, "x")[0]
		if first.Impact != c.severity || first.Likelihood == diagnose.Remark {
			t.Errorf("%s: %s", name, first.Impact)
		}
		if said := strings.Contains(first.Text, "As in the good state"); said != (c.severity == diagnose.Risk) {
			t.Errorf("%s: it says %s", name, first.Text)
		}
	}
}

// A prefix that was advertised on the good day is missed however long ago it was withdrawn; one that was withdrawn then is not.
func TestAWithdrawnPrefixIsMeasuredByTheGoodDay(t *testing.T) {
	t.Parallel()
	const p = "198.18.10.0/24"
	yes, no := true, false
	for name, c := range map[string]struct {
		was      *bool
		past     time.Duration
		severity diagnose.Impact
	}{
		"advertised then, withdrawn for weeks": {&yes, 30 * day, diagnose.Outage}, "withdrawn then": {&no, 30 * day, diagnose.NoImpact},
		"withdrawn then, and touched since": {&no, time.Hour, diagnose.NoImpact}, "not known, for weeks": {nil, 30 * day, diagnose.NoImpact},
	} {
		facts := owned(pfx(p, withdrawnFor(c.past)))
		facts.Good = &snapshot.Baseline{TakenAt: night.Add(-60 * day), Prefixes: []snapshot.Prefix{{CIDR: p,
			BGP: []snapshot.BGPPrefix{{CIDR: p, Advertised: c.was}}}}}
		if first := of(facts, p)[0]; first.Cause != diagnose.PrefixWithdrawn || first.Impact != c.severity {
			t.Errorf("%s: %s %s", name, first.Cause, first.Impact)
		}
	}
}
