package simaccount_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

const (
	healthSet  = "magicTransitTunnelHealthChecksAdaptiveGroups"
	trafficSet = "magicTransitTunnelTrafficAdaptiveGroups"
)

// ask sends a query over the last span of time; body is what stands below accounts.
func (o *operator) ask(span time.Duration, body string) reply {
	o.t.Helper()
	now := o.clock.now()
	r := o.send("POST", "/graphql", object{
		"query": `query Q($tag: string, $from: string, $to: string) { viewer { accounts(filter: {accountTag: $tag}) { ` + body + ` } } }`,
		"variables": object{
			"tag": simaccount.DefaultAccount, "from": now.Add(-span).Format(time.RFC3339), "to": now.Format(time.RFC3339),
		},
	})
	if r.status != 200 {
		o.t.Fatalf("status %d: %s", r.status, r.raw)
	}
	return r
}

// healthByTunnel asks for what the overview shows.
func (o *operator) healthByTunnel(span time.Duration) map[string]float64 {
	o.t.Helper()
	r := o.ask(span, healthSet+`(limit: 10000, filter: {datetime_geq: $from, datetime_lt: $to}) { avg { tunnelState } dimensions { `+
		`tunnelName } }`)
	out := map[string]float64{}
	for _, v := range r.list("data", "viewer", "accounts", 0, healthSet) {
		m := v.(object)
		out[m["dimensions"].(object)["tunnelName"].(string)] = m["avg"].(object)["tunnelState"].(float64)
	}
	return out
}

func TestHealthAgreesWithTheTunnels(t *testing.T) {
	o := newOperator(t)
	want := map[string]float64{
		"fra-dc1-gre": 1, "fra-dc2-gre": 1, "ams-dc1-gre": 0.5, "lhr-hq-gre": 1, "iad-dc1-gre": 0, "sjc-dc1-gre": 1,
		"gru-br1-gre":   0, // health checks are off there: shown as down
		"ams-br2-ipsec": 1, "mad-br1-ipsec": 1, "waw-br1-ipsec": 1, "sin-dc1-ipsec": 1, "syd-br1-ipsec": 1,
		"nrt-br1-ipsec": 0, "jnb-br1-ipsec": 1, "fra-cni-v1": 1, "ams-cni-v2": 0.5,
	}
	if diff := cmp.Diff(want, o.healthByTunnel(10*time.Minute)); diff != "" {
		t.Error(diff)
	}
	if err := o.sim.SetHealth(simaccount.GRETunnels, "fra-dc1-gre", 0.5); err != nil {
		t.Fatal(err)
	}
	o.send("POST", gre, newGRE()).ok()
	if _, there := o.healthByTunnel(time.Minute)["ber-br1-gre"]; there {
		t.Error("a tunnel has health data before it was probed")
	}
	o.clock.advance(time.Hour)
	got := o.healthByTunnel(5 * time.Minute)
	if got["fra-dc1-gre"] != 0.5 || got["ber-br1-gre"] != 1 {
		t.Errorf("after an hour: %v", got)
	}
	if flapping := o.healthByTunnel(20 * time.Minute)["mad-br1-ipsec"]; flapping <= 0.5 || flapping >= 1 {
		t.Errorf("the flapping tunnel has %v on average", flapping)
	}
}

func TestHealthPerDataCentreAndInTime(t *testing.T) {
	o := newOperator(t)
	r := o.ask(10*time.Minute, healthSet+`(limit: 3, filter: {datetime_geq: $from, datetime_lt: $to, tunnelName: "fra-dc1-gre",
		edgeColoName_in: ["fra03", "sin01"]}, orderBy: [edgeColoName_DESC]) { count dimensions { colo: edgeColoName tunnelName } }`)
	rows := r.list("data", "viewer", "accounts", 0, healthSet)
	if len(rows) != 2 || rows[0].(object)["dimensions"].(object)["colo"] != "sin01" {
		t.Errorf("rows %v", rows)
	}
	r = o.ask(time.Hour, healthSet+`(limit: 100, filter: {datetime_geq: $from, datetime_lt: $to, tunnelName_in: ["iad-dc1-gre"]},
		orderBy: [datetimeFiveMinutes_ASC]) { avg { tunnelState } dimensions { datetimeFiveMinutes } }`)
	rows = r.list("data", "viewer", "accounts", 0, healthSet)
	if len(rows) != 12 {
		t.Fatalf("%d periods of five minutes in an hour", len(rows))
	}
	if first := rows[0].(object)["dimensions"].(object)["datetimeFiveMinutes"]; first != "2026-11-20T02:00:00Z" {
		t.Errorf("first period %v", first)
	}
}

func TestTraffic(t *testing.T) {
	o := newOperator(t)
	const query = trafficSet + `(limit: 10000, filter: {datetime_geq: $from, datetime_lt: $to, direction: "ingress"%s}) {
		avg { bitRateFiveMinutes } sum { bits packets } dimensions { tunnelName } }`
	rates := func(filter string) map[string]float64 {
		out := map[string]float64{}
		for _, v := range o.ask(30*time.Minute, fmt.Sprintf(query, filter)).list("data", "viewer", "accounts", 0, trafficSet) {
			m := v.(object)
			out[m["dimensions"].(object)["tunnelName"].(string)] = m["avg"].(object)["bitRateFiveMinutes"].(float64)
		}
		return out
	}
	all := rates("")
	if all["fra-dc1-gre"] <= 0 || all["iad-dc1-gre"] != 0 {
		t.Errorf("rates %v", all)
	}
	if got := rates(`, tunnelName_neq: "fra-dc1-gre"`); len(got) != len(all)-1 || got["fra-dc1-gre"] != 0 {
		t.Errorf("without Frankfurt: %v", got)
	}
	o.sim.BlankTrafficNames(true)
	if got := rates(""); len(got) != 1 || got[""] == 0 {
		t.Errorf("with blank names: %v", got)
	}
	r := o.ask(30*time.Minute, `magicTransitNetworkAnalyticsAdaptiveGroups(limit: 100, filter: {datetime_geq: $from, datetime_lt: $to,
		direction: "ingress", ingressTunnelName_notin: ["", "iad-dc1-gre"]}) { sum { bits } dimensions { ingressTunnelName onRamp } }`)
	first := r.at("data", "viewer", "accounts", 0, "magicTransitNetworkAnalyticsAdaptiveGroups", 0, "dimensions")
	if diff := cmp.Diff(object{"ingressTunnelName": "fra-dc1-gre", "onRamp": "GRE"}, first); diff != "" {
		t.Error(diff)
	}
}

// What passes a tunnel at Cloudflare's data centers is what passes the tunnel.
func TestTheTrafficOfTheDataCentersIsThatOfTheTunnel(t *testing.T) {
	o := newOperator(t)
	sum := func(dimension string) (bits float64) {
		r := o.ask(30*time.Minute, trafficSet+`(limit: 10000, filter: {datetime_geq: $from, datetime_lt: $to, tunnelName_in: ["fra-dc1-gre"]}) {
			sum { bits } dimensions { `+dimension+` } }`)
		for _, v := range r.list("data", "viewer", "accounts", 0, trafficSet) {
			bits += v.(object)["sum"].(object)["bits"].(float64)
		}
		return bits
	}
	whole, parts := sum("tunnelName"), sum("tunnelName edgeColoName")
	if whole <= 0 || math.Abs(parts/whole-1) > 0.001 {
		t.Errorf("%v bits pass the tunnel, and %v at the data centers", whole, parts)
	}
}

func TestLimitsCanBeAskedAndHold(t *testing.T) {
	o := newOperator(t)
	o.sim.HideAnalyticsField(healthSet, "dimensions_edgeColoName")
	r := o.ask(time.Hour, `settings { `+healthSet+` { enabled maxDuration maxPageSize notOlderThan maxNumberOfFields availableFields } }`)
	settings := r.at("data", "viewer", "accounts", 0, "settings", healthSet).(object)
	available := fmt.Sprint(settings["availableFields"])
	if settings["maxPageSize"] != float64(10000) || settings["maxDuration"] != float64(604800) ||
		!strings.Contains(available, "avg_tunnelState") || strings.Contains(available, "edgeColoName") {
		t.Errorf("settings %v", settings)
	}
	const window = `filter: {datetime_geq: $from, datetime_lt: $to}`
	tests := []struct {
		span       time.Duration
		body, word string
	}{
		{time.Hour, healthSet + `(limit: 1, ` + window + `) { dimensions { edgeColoName } }`, `unknown field "edgeColoName"`},
		{time.Hour, healthSet + `(` + window + `) { count }`, "limit is required"},
		{time.Hour, healthSet + `(limit: 10001, ` + window + `) { count }`, "not greater than 10000"},
		{time.Hour, healthSet + `(limit: 1) { count }`, "datetime_geq is required"},
		{time.Hour, healthSet + `(limit: 1, filter: {datetime_geq: $start}) { count }`, `undeclared variable "start"`},
		{time.Hour, healthSet + `(limit: 1, filter: {datetime_geq: $from, color: "red"}) { count }`, "color is not supported"},
		{time.Hour, healthSet + `(limit: 1, ` + window + `, orderBy: [tunnelName_ASC]) { count }`, "orderBy"},
		{8 * 24 * time.Hour, healthSet + `(limit: 1, ` + window + `) { count }`, "time range is too large"},
		{100 * 24 * time.Hour, healthSet + `(limit: 1, filter: {datetime_geq: $from, datetime_lt: $from}) { count }`, "older than"},
		{time.Hour, `noSuchDataset(limit: 1) { count }`, `unknown field "noSuchDataset"`},
		{time.Hour, healthSet + `(limit: 1, ` + window + `) { `, "error parsing query"},
	}
	for _, test := range tests {
		r := o.ask(test.span, test.body)
		text, _ := r.at("errors", 0, "message").(string)
		if r.at("data") != nil || !strings.Contains(text, test.word) || r.at("errors", 0, "extensions", "timestamp") == nil {
			t.Errorf("%s: want an error with %q, got %s", test.body, test.word, r.raw)
		}
	}
}

func TestAnalyticsNeedItsOwnPermission(t *testing.T) {
	o := newOperator(t)
	o.sim.Grant("narrow", simaccount.MagicTransitRead)
	o.header.Set("Authorization", "Bearer narrow")
	r := o.ask(time.Hour, `settings { `+healthSet+` { enabled } }`)
	if r.at("data") != nil || r.at("errors", 0, "extensions", "code") != "authz" {
		t.Errorf("answer %s", r.raw)
	}
}

func TestFragmentsAndVariablesAreUnderstood(t *testing.T) {
	o := newOperator(t)
	r := o.send("POST", "/graphql", object{
		"query": `query Q($tag: String!, $from: Time!, $n: Int = 2) { viewer { accounts(filter: {accountTag: $tag}) { ...health } } }
			fragment health on Account { h: ` + healthSet + `(limit: $n, filter: {datetime_geq: $from}) { ... on X { n: count } } }`,
		"variables": object{"tag": simaccount.DefaultAccount, "from": "2026-11-20T02:00:00Z", "n": 1},
	}).ok()
	if len(r.list("data", "viewer", "accounts", 0, "h")) != 1 {
		t.Errorf("answer %s", r.raw)
	}
	r = o.send("POST", "/graphql", object{
		"query": `query Q { viewer { accounts(filter: {accountTag: "00000000000000000000000000000000"}) { settings { ` + healthSet +
			` { enabled } } } } }`,
	}).ok()
	if len(r.list("data", "viewer", "accounts")) != 0 {
		t.Errorf("a wrong account gives %s", r.raw)
	}
	for _, body := range []any{
		object{"query": `query Q($tag: String!) { viewer { accounts(filter: {accountTag: $tag}) { settings { x } } } }`},
		object{"query": `mutation { x }`}, object{"query": `{ viewer { ...lost } }`},
		object{"query": `{ viewer { ...a } } fragment a on V { ...a }`},
		object{}, "no JSON",
	} {
		if r := o.send("POST", "/graphql", body); r.status != 200 || r.at("errors", 0, "message") == nil {
			t.Errorf("%v: status %d: %s", body, r.status, r.raw)
		}
	}
}

func TestTraceroute(t *testing.T) {
	const path = base + "/diagnostics/traceroute"
	o := newOperator(t)
	body := object{"targets": []string{"203.0.113.10", "host.example"}, "colos": []string{"fra", "xyz"}}
	r := o.send("POST", path, body).ok()
	good, bad := r.at("result", 0, "colos", 0).(object), r.at("result", 0, "colos", 1).(object)
	if good["error"] != "" || len(good["hops"].([]any)) != 4 || good["colo"].(object)["city"] != "Frankfurt" {
		t.Errorf("trace %v", good)
	}
	if bad["error"] != "Could not gather traceroute data: Code 1" {
		t.Errorf("an unknown data center: %v", bad)
	}
	if got := o.send("POST", path, object{"targets": []string{"203.0.113.10"}}).ok().list("result", 0, "colos"); len(got) != 8 {
		t.Errorf("%d data centers when none is named", len(got))
	}
	o.send("POST", path, object{}).refused(400, 1022, "targets is required")
	o.send("POST", path, object{"targets": make([]string, 11)}).refused(400, 1022, "targets must be at most 10")
	o.send("POST", path, with(body, "options", object{"wait_time": 6})).refused(400, 1022, "options.wait_time")
}

// A router through whose tunnel nothing gets does not answer a traceroute either: its steps stay without an answer up to the
// largest TTL.
func TestTracerouteToARouterThatIsSilent(t *testing.T) {
	o := newOperator(t)
	r := o.send("POST", base+"/diagnostics/traceroute", object{"targets": []string{"198.51.100.18"}, "colos": []string{"fra"},
		"options": object{"max_ttl": 9}}).ok()
	hops := r.list("result", 0, "colos", 0, "hops")
	if len(hops) != 9 {
		t.Fatalf("%d hops, want 9", len(hops))
	}
	last := hops[8].(object)
	if len(last["nodes"].([]any)) != 0 || last["packets_lost"] != last["packets_sent"] {
		t.Errorf("the last step: %v", last)
	}
	if first := hops[0].(object); len(first["nodes"].([]any)) != 1 {
		t.Errorf("the first step: %v", first)
	}
}

// The network analytics have the traffic from the Internet by destination, outcome and mitigation system, as the documents' example asks
// it; the time range is required.
func TestTrafficFromTheInternetIsPassedOrDropped(t *testing.T) {
	const flows = "magicTransitNetworkAnalyticsAdaptiveGroups"
	o := newOperator(t)
	o.sim.Attack("198.18.10.0/24", "dosd", 20*time.Minute, 4.2e9)
	o.sim.Pass("198.18.11.0/24", 10*time.Minute, 0)
	ask := func(filter, fields string) []any {
		return o.ask(time.Hour, flows+`(limit: 10000, filter: {datetime_geq: $from, datetime_lt: $to`+filter+`}, orderBy: [sum_bits_DESC]) { `+
			`sum { bits packets } dimensions { `+fields+` } }`).list("data", "viewer", "accounts", 0, flows)
	}
	rows := ask(`, outcome_like: "drop"`, "outcome mitigationSystem ipDestinationSubnet datetimeFiveMinutes")
	if len(rows) != 4 {
		t.Fatalf("%d steps of an attack of 20 minutes: %v", len(rows), rows)
	}
	first := rows[0].(object)
	if diff := cmp.Diff(object{"outcome": "drop", "mitigationSystem": "dosd", "ipDestinationSubnet": "198.18.10.0/24",
		"datetimeFiveMinutes": first["dimensions"].(object)["datetimeFiveMinutes"]}, first["dimensions"]); diff != "" {
		t.Error(diff)
	}
	if rate := first["sum"].(object)["bits"].(float64) / 300; rate < 4.1e9 || rate > 4.3e9 {
		t.Errorf("%g bit/s", rate)
	}
	if rows := ask(`, outcome: "drop", mitigationSystem_neq: "dosd"`, "ipDestinationSubnet"); len(rows) != 0 {
		t.Errorf("dropped by others: %v", rows)
	}
	steps := map[string]int{}
	for _, row := range ask(`, outcome: "pass"`, "ipDestinationSubnet datetimeFiveMinutes") {
		steps[row.(object)["dimensions"].(object)["ipDestinationSubnet"].(string)]++
	}
	if steps["198.18.10.0/24"] != 12 || steps["198.18.11.0/24"] != 10 || steps["198.18.20.0/24"] != 0 {
		t.Errorf("steps in which something passes: %v", steps)
	}
	o.sim.EndAttacks(10 * time.Minute)
	if rows := ask(`, outcome: "drop"`, "datetimeFiveMinutes"); len(rows) != 2 {
		t.Errorf("an attack that ended: %v", rows)
	}
	for body, word := range map[string]string{
		flows + `(limit: 1, filter: {outcome: "drop"}) { sum { bits } }`:                                         "datetime_geq is required",
		flows + `(limit: 1, filter: {datetime_geq: $from, datetime_lt: $to}) { sum { bytes } }`:                  `unknown field "bytes"`,
		flows + `(limit: 1, filter: {datetime_geq: $from, datetime_lt: $to}) { dimensions { destinationIP } }`:   `unknown field "destinationIP"`,
		flows + `(limit: 1, filter: {datetime_geq: $from}, orderBy: [sum_bits_DESC]) { dimensions { outcome } }`: "orderBy",
	} {
		r := o.ask(time.Hour, body)
		if text := string(r.raw); !strings.Contains(strings.ReplaceAll(text, `\"`, `"`), word) {
			t.Errorf("%s\nanswers %s", body, text)
		}
	}
}
