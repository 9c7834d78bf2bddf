package simaccount_test

import (
	"testing"

	"flarewire/internal/simaccount"
)

func TestEveryTroubleBefallsAnObjectOfTheAccount(t *testing.T) {
	for _, trouble := range simaccount.Troubles() {
		o := newOperator(t)
		before := len(o.sim.Requests())
		befallen, err := o.sim.Inject(trouble)
		if err != nil || befallen.ID == "" || befallen.Name == "" {
			t.Errorf("%s: %+v, %v", trouble, befallen, err)
		}
		if _, is := o.sim.Object(befallen.Resource, befallen.ID); !is {
			t.Errorf("%s shows in %+v, which is not there", trouble, befallen)
		}
		if len(o.sim.Requests()) != before {
			t.Errorf("%s shows in the log of requests", trouble)
		}
	}
}

func TestATroubleNeedsItsObjects(t *testing.T) {
	if _, err := simaccount.New(simaccount.Options{}).Inject("earthquake"); err == nil {
		t.Error("an unknown trouble happened")
	}
	if _, err := simaccount.New(simaccount.Options{Tunnels: 4}).Inject(simaccount.WrongASN); err == nil {
		t.Error("a trouble happened to a tunnel that is not there")
	}
}

// The router's firewall drops the probes: the analytics say down, and the traffic flows on.
func TestProbesCanFailWhileTrafficFlows(t *testing.T) {
	o := newOperator(t)
	befallen, err := o.sim.Inject(simaccount.FirewallStopsProbes)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(dataset, fields string) any {
		return o.send("POST", "/graphql", object{
			"query": `query($a: string, $n: string) { viewer { accounts(filter: {accountTag: $a}) { ` + dataset +
				`(limit: 10, filter: {datetime_geq: "2026-11-20T02:00:00Z", tunnelName: $n}) { avg { ` + fields +
				` } dimensions { tunnelName } } } } }`,
			"variables": object{"a": simaccount.DefaultAccount, "n": befallen.Name},
		}).ok().at("data", "viewer", "accounts", 0, dataset, 0, "avg", fields)
	}
	if health := ask("magicTransitTunnelHealthChecksAdaptiveGroups", "tunnelState"); health != 0.0 {
		t.Errorf("the probes find %v", health)
	}
	if rate, _ := ask("magicTransitTunnelTrafficAdaptiveGroups", "bitRateFiveMinutes").(float64); rate <= 0 {
		t.Errorf("the traffic is %v", rate)
	}
	if got := o.bgp(simaccount.GRETunnels, befallen.Name); got != "BGP_UP/Established" {
		t.Errorf("the session is %s", got)
	}
}
