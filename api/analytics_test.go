package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// analytics answers the question for the limits and then each query in turn.
func analytics(t *testing.T, limits string, answers ...string) (*api.AccountClient, *recorder) {
	t.Helper()
	client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {},
		func(o *api.Options) { o.Now = func() time.Time { return noon } })
	server.handler = func(w http.ResponseWriter, r *http.Request) {
		n := len(server.requests())
		if n == 1 {
			says(200, `{"data":{"viewer":{"accounts":[{"settings":`+limits+`}]}},"errors":null}`)(w, r)
			return
		}
		says(200, answers[min(n-2, len(answers)-1)])(w, r)
	}
	return client.In(account), server
}

func rows(dataset, list string) string {
	return `{"data":{"viewer":{"accounts":[{"` + dataset + `":` + list + `}]}},"errors":null}`
}

const (
	healthSet  = "magicTransitTunnelHealthChecksAdaptiveGroups"
	trafficSet = "magicTransitTunnelTrafficAdaptiveGroups"
	networkSet = "magicTransitNetworkAnalyticsAdaptiveGroups"
)

func question(t *testing.T, s sent) (query string, variables map[string]string) {
	t.Helper()
	var q struct {
		Query     string
		Variables map[string]string
	}
	if err := json.Unmarshal([]byte(s.Body), &q); err != nil {
		t.Fatal(err)
	}
	return q.Query, q.Variables
}

// TestTunnelHealth: the limits are asked once, kept, and never exceeded.
func TestTunnelHealth(t *testing.T) {
	a, server := analytics(t, `{"`+healthSet+`":{"enabled":true,"maxDuration":86400,"maxPageSize":5000,"notOlderThan":3600,`+
		`"availableFields":["count","avg_tunnelState","dimensions_tunnelName","dimensions_edgeColoName"]}}`,
		rows(healthSet, `[{"count":9,"avg":{"tunnelState":0.5},"dimensions":{"tunnelName":"fra-gre","edgeColoName":"FRA"}},`+
			`{"avg":{"tunnelState":null},"dimensions":{"tunnelName":"x"}}]`))
	report, err := a.TunnelHealth(t.Context(), noon.Add(-48*time.Hour), noon, api.HealthOptions{PerColo: true, Colos: []string{"FRA",
		`A"MS`}, Step: api.FiveMinutes})
	if err != nil {
		t.Fatal(err)
	}
	if !report.From.Equal(noon.Add(-time.Hour)) || len(report.Samples) != 2 || *report.Samples[0].State != 0.5 ||
		report.Samples[0].Colo != "FRA" ||
		report.Samples[0].Count != 9 || report.Samples[1].State != nil || report.Partial {
		t.Errorf("%+v", report)
	}
	if diff := cmp.Diff([]string{"dimensions.datetimeFiveMinutes"}, report.Dropped); diff != "" {
		t.Error(diff)
	}
	query, variables := question(t, server.last(t))
	want := `query GetTunnels($accountTag: string, $datetimeStart: string, $datetimeEnd: string) { viewer { accounts(filter: {accountTag: ` +
		`$accountTag}) { ` + healthSet +
		`(limit: 5000, filter: {datetime_geq: $datetimeStart, datetime_lt: $datetimeEnd, edgeColoName_in: ["FRA", "A\"MS"]}) { count avg { ` +
		`tunnelState } dimensions { tunnelName edgeColoName } } } } }`
	if diff := cmp.Diff(want, query); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"accountTag": account, "datetimeStart": "2026-06-01T11:00:00.000Z",
		"datetimeEnd": "2026-06-01T12:00:00.000Z"}, variables); diff != "" {
		t.Error(diff)
	}
	if _, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{}); err != nil || len(server.requests()) != 3 {
		t.Errorf("the limits are asked again: %d requests, %v", len(server.requests()), err)
	}
	for _, s := range server.requests() {
		if strings.Contains(s.Body, " active") {
			t.Error("the dimension active empties the answer")
		}
	}
}

// TestQuickHealth is one request, and keeps to limits that are known.
func TestQuickHealth(t *testing.T) {
	client, server := serve(t, says(200, rows(healthSet, `[{"avg":{"tunnelState":0.75},"dimensions":{"tunnelName":"fra-gre"}}]`)))
	report, err := client.In(account).TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{Quick: true})
	if err != nil || len(report.Samples) != 1 || *report.Samples[0].State != 0.75 || len(server.requests()) != 1 {
		t.Errorf("%+v, %v, %d requests", report, err, len(server.requests()))
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, ") { avg { tunnelState } dimensions { tunnelName } }") {
		t.Errorf("it asks for more than every account may: %s", query)
	}

	a, server := analytics(t, `{"`+healthSet+`":{"maxPageSize":50}}`, rows(healthSet, `[]`))
	for _, quick := range []bool{false, true} {
		if _, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{Quick: quick}); err != nil {
			t.Fatal(err)
		}
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, "limit: 50,") || len(server.requests()) != 3 {
		t.Errorf("%d requests, the last is %s", len(server.requests()), query)
	}
}

// TestLimitsThatAreNotGiven: the documented ones apply.
func TestLimitsThatAreNotGiven(t *testing.T) {
	a, server := analytics(t, `null`, rows(healthSet, "[]"))
	report, err := a.TunnelHealth(t.Context(), noon.AddDate(0, -1, 0), noon, api.HealthOptions{})
	if err != nil || !report.From.Equal(noon.AddDate(0, 0, -7)) || len(report.Dropped) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, "limit: 10000") {
		t.Error(query)
	}
}

// TestDatasetsThatAreNotAllowed say so and are not asked.
func TestDatasetsThatAreNotAllowed(t *testing.T) {
	for _, limits := range []string{`{"` + healthSet + `":{"enabled":false}}`,
		`{"` + healthSet + `":{"enabled":true,"availableFields":["count"]}}`} {
		a, server := analytics(t, limits, "")
		_, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{})
		wantKind(t, err, api.Unsupported)
		if len(server.requests()) != 1 {
			t.Error("asked all the same")
		}
	}
}

// TestTunnelTraffic in both directions and steps.
func TestTunnelTraffic(t *testing.T) {
	a, server := analytics(t, `{}`, rows(trafficSet,
		`[{"avg":{"bitRateHour":12500.5},"dimensions":{"tunnelName":"fra-gre","datetimeHour":"2026-06-01T11:00:00Z"}}]`))
	report, err := a.TunnelTraffic(t.Context(), noon.Add(-time.Hour), noon, api.TrafficOptions{Direction: api.Egress, Step: api.Hour})
	if err != nil || len(report.Samples) != 1 || *report.Samples[0].BitRate != 12500.5 || report.Samples[0].Time.Hour() != 11 ||
		report.Fallback {
		t.Errorf("%+v, %v", report, err)
	}
	query, variables := question(t, server.last(t))
	if !strings.Contains(query, "$direction: string)") || !strings.Contains(query,
		"avg { bitRateHour } dimensions { tunnelName datetimeHour }") || variables["direction"] != "egress" {
		t.Error(query, variables)
	}
}

// TestTrafficWithoutNames: some accounts get no names in the tunnel dataset; then the network analytics are asked.
func TestTrafficWithoutNames(t *testing.T) {
	a, server := analytics(t, `{}`,
		rows(trafficSet, `[{"avg":{"bitRateFiveMinutes":1},"dimensions":{"tunnelName":"","datetimeFiveMinutes":"2026-06-01T11:00:00Z"}}]`),
		rows(networkSet, `[{"sum":{"bits":600},"dimensions":{"ingressTunnelName":"fra-gre","datetimeFiveMinutes":"2026-06-01T11:00:00Z"}}]`))
	report, err := a.TunnelTraffic(t.Context(), noon.Add(-time.Hour), noon, api.TrafficOptions{})
	if err != nil || !report.Fallback || len(report.Samples) != 1 || report.Samples[0].TunnelName != "fra-gre" ||
		*report.Samples[0].BitRate != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, `ingressTunnelName_notin: ["", "device_id"]`) ||
		!strings.Contains(query, "sum { bits }") {
		t.Error(query)
	}
}

// TestGraphQLErrors come with status 200, and sometimes with another.
func TestGraphQLErrors(t *testing.T) {
	for answer, want := range map[string]api.ErrorKind{
		`{"data":null,"errors":[{"message":"not authorized for that account","path":null,` +
			`"extensions":{"timestamp":"x"}}]}`: api.PermissionMissing,
		`{"data":null,"errors":[{"message":"no","path":["viewer"],"extensions":{"code":"authz"}}]}`:               api.PermissionMissing,
		`{"data":null,"errors":[{"message":"Authentication failed"}]}`:                                            api.Unauthenticated,
		`{"data":{"viewer":{}},"errors":[{"message":"rate limiter budget depleted, try again after 5 minutes"}]}`: api.RateLimited,
		`{"data":null,"errors":[{"message":"unknown field \"tunnelStatus\""}]}`:                                   api.Invalid,
		`{"data":null,"errors":[{"message":"Internal server error"}]}`:                                            api.ServerTrouble,
		`{"data":null,"errors":[{}]}`:                       api.Invalid,
		`{"data":null,"errors":{}}`:                         api.BadAnswer,
		`{"data":null,"errors":null}`:                       api.BadAnswer,
		`{"data":{"viewer":{"accounts":[]}},"errors":null}`: api.NotFound,
		rows(healthSet, `{"a":1}`):                          api.BadAnswer,
		`[]`:                                                api.BadAnswer,
		`<html>`:                                            api.BadAnswer,
	} {
		a, _ := analytics(t, `{}`, answer)
		_, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{})
		wantKind(t, err, want)
		if want == api.PermissionMissing && !strings.Contains(api.Advice(err), "Account Analytics Read") {
			t.Error(api.Advice(err))
		}
	}
	client, server := serve(t, says(403, `{"data":null,"errors":[{"message":"not authorized for that account"}]}`))
	wantKind(t, health(t.Context(), client.In(account)), api.PermissionMissing)
	server.handler = says(200, `{"data":null,"errors":[{"message":"unknown field settings"}]}`)
	wantKind(t, health(t.Context(), client.In(account)), api.Invalid)
	if n := len(server.requests()); n != 3 {
		t.Errorf("%d requests: limits that cannot be asked must not end the query", n)
	}
}

// TestTraceroute reads both names of the times.
func TestTraceroute(t *testing.T) {
	client, server := serve(t, says(200, result(
		`[{"target":"192.0.2.1","colos":[{"colo":{"city":"Denver","name":"den01"},"error":"","hops":[{"packets_ttl":1,"packets_sent":3,
		"packets_lost":0,
		"nodes":[{"asn":"AS13335","ip":"192.0.2.9","min_rtt_ms":0,"mean_rtt_ms":1.5,"max_rtt_ms":2,"packet_count":3},{"mean_latency_ms":7,
		"std_dev_latency_ms":0.5}]}],
		"target_summary":{"asn":""},"traceroute_time_ms":900},{"colo":{"name":"fra01"},"error":"Could not gather traceroute data: Code 1",
		"hops":null}]}]`)))
	a := client.In(account)
	traces, err := a.Traceroute(t.Context(), api.TracerouteRequest{Targets: []string{"192.0.2.1"}, Colos: []string{"den"},
		Options: &api.TracerouteOptions{PacketType: "icmp"}})
	if err != nil || len(traces) != 1 || len(traces[0].Colos) != 2 || len(traces[0].Colos[0].Hops) != 1 {
		t.Fatal(traces, err)
	}
	want := []api.HopNode{{ASN: "AS13335", IP: "192.0.2.9", PacketCount: 3, MeanRTT: 1.5, MaxRTT: 2}, {MeanRTT: 7, StdDevRTT: 0.5}}
	if diff := cmp.Diff(want, traces[0].Colos[0].Hops[0].Nodes); diff != "" {
		t.Error(diff)
	}
	if sent := server.last(t).Body; sent != `{"targets":["192.0.2.1"],"colos":["den"],"options":{"packet_type":"icmp"}}` {
		t.Error(sent)
	}
	for _, targets := range [][]string{nil, make([]string, 11)} {
		_, err := a.Traceroute(t.Context(), api.TracerouteRequest{Targets: targets})
		wantKind(t, err, api.Invalid)
	}
}

// TestAnalyticsOfNamedTunnels: the page of one tunnel asks for that tunnel only, by location where the account may.
func TestAnalyticsOfNamedTunnels(t *testing.T) {
	may := `"enabled":true,"maxDuration":86400,"maxPageSize":5000,"notOlderThan":864000`
	a, server := analytics(t, `{"`+healthSet+`":{`+may+`},"`+trafficSet+`":{`+may+`},"`+networkSet+`":{`+may+
		`,"availableFields":["sum_bits","dimensions_ingressTunnelName","dimensions_datetimeFiveMinutes"]}}`,
		rows(healthSet, `[]`),
		rows(trafficSet, `[{"avg":{"bitRateFiveMinutes":7},"dimensions":{"tunnelName":"fra","edgeColoName":"FRA"}}]`),
		rows(trafficSet, `[]`), rows(networkSet, `[]`))
	only := []string{"fra", `a"b`}
	if _, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{Tunnels: only}); err != nil {
		t.Fatal(err)
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, `tunnelName_in: ["fra", "a\"b"]`) {
		t.Errorf("health asks %s", query)
	}
	report, err := a.TunnelTraffic(t.Context(), noon.Add(-time.Hour), noon, api.TrafficOptions{Tunnels: only, PerColo: true})
	if err != nil || len(report.Samples) != 1 || report.Samples[0].Colo != "FRA" || report.Fallback {
		t.Errorf("%+v, %v", report, err)
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, "edgeColoName") || !strings.Contains(query, "tunnelName_in") {
		t.Errorf("traffic asks %s", query)
	}
	report, err = a.TunnelTraffic(t.Context(), noon.Add(-time.Hour), noon, api.TrafficOptions{Tunnels: only, PerColo: true})
	if err != nil || !report.Fallback {
		t.Errorf("a dataset without names finds no name, and the other is not asked: %+v, %v", report, err)
	}
	if query, _ := question(t, server.last(t)); !strings.Contains(query, `ingressTunnelName_in: ["fra"`) ||
		strings.Contains(query, "notin") || strings.Contains(query, "edgeColoName") {
		t.Errorf("the fallback asks %s", query)
	}
}
