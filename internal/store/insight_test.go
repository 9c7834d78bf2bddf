package store_test

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// sitAt opens the simulated account through the real client.
func sitAt(t *testing.T, now func() time.Time) (*simaccount.Server, *api.AccountClient) {
	t.Helper()
	sim := simaccount.New(simaccount.Options{Now: now})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(), Now: now,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	return sim, client.In(sim.Account())
}

// Somebody opens the page of a tunnel: a day of health and traffic, and the locations that matter first.
func TestInsightIntoATunnel(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 2, 0, 0, time.UTC)
	sim, account := sitAt(t, func() time.Time { return now })
	if _, err := sim.Inject(simaccount.BadInIdleColos); err != nil {
		t.Fatal(err)
	}
	in := store.ReadInsight(t.Context(), account, "fra-dc1-gre", now)
	for what, err := range map[string]error{"health": in.HealthErr, "ingress": in.IngressErr, "egress": in.EgressErr, "colos": in.ColoErr,
		"flow": in.ColoFlowErr} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, series := range map[string][]store.Point{"health": in.Health, "ingress": in.Ingress, "egress": in.Egress} {
		if len(series) != 289 || series[100].Value == nil || series[288].At.After(now) ||
			!series[1].At.Equal(series[0].At.Add(store.InsightStep)) {
			t.Errorf("%s: %d points from %s", what, len(series), series[0].At)
		}
	}
	if len(in.Colos) != 8 || !in.ColoFlow {
		t.Fatalf("%+v", in.Colos)
	}
	for i, c := range in.Colos {
		if last := i >= 6; c.Idle() != last || (c.State() == store.HealthDown) != last {
			t.Errorf("%d: %s is %s, idle %t", i, c.Name, c.State(), c.Idle())
		}
	}
}

// What the account may not ask is not known; the rest is there.
func TestInsightWithoutTheTrafficOfLocations(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 2, 0, 0, time.UTC)
	sim, account := sitAt(t, func() time.Time { return now })
	sim.HideAnalyticsField("magicTransitTunnelTrafficAdaptiveGroups", "dimensions_edgeColoName")
	if _, err := sim.Inject(simaccount.BadInSomeColos); err != nil {
		t.Fatal(err)
	}
	in := store.ReadInsight(t.Context(), account, "fra-dc1-gre", now)
	if in.ColoFlow || len(in.Colos) != 8 || in.Colos[0].BitRate != nil || in.Colos[0].State() != store.HealthDown {
		t.Errorf("the worst come first and no traffic is claimed: %+v", in.Colos)
	}
	sim.BlankTrafficNames(true)
	if in := store.ReadInsight(t.Context(), account, "fra-dc1-gre", now); in.Ingress[100].Value == nil {
		t.Errorf("the traffic is not found where the dataset names no tunnel: %v", in.IngressErr)
	}
}

// A new account's token lacks the right to read analytics: each part says so, and nothing is shown as zero.
func TestInsightWithoutPermission(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 2, 0, 0, time.UTC)
	sim, account := sitAt(t, func() time.Time { return now })
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Path: "/graphql",
		Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	in := store.ReadInsight(t.Context(), account, "fra-dc1-gre", now)
	if api.KindOf(in.HealthErr) != api.PermissionMissing || in.ColoFlow || in.Health[10].Value != nil || len(in.Colos) != 0 {
		t.Errorf("%v %+v", in.HealthErr, in.Colos)
	}
}
