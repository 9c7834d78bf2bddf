package api_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
)

const allFlowFields = `["sum_bits","sum_packets","dimensions_outcome","dimensions_mitigationSystem","dimensions_ipDestinationSubnet",` +
	`"dimensions_datetimeFiveMinutes"]`

// What comes in is one question about the whole account: no name and no address of anybody stands in it, the largest come first, and a
// subnet is read with or without its length.
func TestWhatComesInIsAskedOnce(t *testing.T) {
	a, server := analytics(t, `{"`+networkSet+`":{"enabled":true,"maxPageSize":4,"availableFields":`+allFlowFields+`}}`,
		rows(networkSet, `[{"sum":{"bits":3e9,"packets":1000},"dimensions":{"outcome":"Drop","mitigationSystem":"dosd",
			"ipDestinationSubnet":"198.18.10.0/24","datetimeFiveMinutes":"2026-06-01T11:00:00Z"}},
			{"sum":{"bits":null},"dimensions":{"outcome":"pass","mitigationSystem":"","ipDestinationSubnet":"2001:db8:1:2::",
			"datetimeFiveMinutes":"2026-06-01T11:05:00Z"}},
			{"dimensions":{"outcome":"pass","ipDestinationSubnet":"198.18.11.7","datetimeFiveMinutes":"2026-06-01T11:05:00Z"}},
			{"dimensions":{"outcome":"pass","ipDestinationSubnet":"elsewhere","datetimeFiveMinutes":"2026-06-01T11:05:00Z"}}]`))
	report, err := a.Flows(t.Context(), noon.Add(-2*time.Hour), noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Flows) != 3 || report.Odd != 1 || !report.Partial || len(report.Dropped) != 0 || !report.HasSystems() {
		t.Fatalf("%+v", report)
	}
	first := report.Flows[0]
	if first.Outcome != api.Dropped || first.System != api.DDoSManaged || *first.Bits != 3e9 || *first.Packets != 1000 ||
		first.Subnet != netip.MustParsePrefix("198.18.10.0/24") {
		t.Errorf("%+v", first)
	}
	if v6, v4 := report.Flows[1], report.Flows[2]; v6.Subnet.String() != "2001:db8:1:2::/64" || v6.Bits != nil ||
		v4.Subnet.String() != "198.18.11.0/24" {
		t.Errorf("%+v %+v", v6, v4)
	}
	query, variables := question(t, server.last(t))
	if !strings.Contains(query, "orderBy: [sum_bits_DESC]") || strings.Contains(query, "198.18") || len(server.requests()) != 2 ||
		variables["datetimeStart"] != "2026-06-01T10:00:00.000Z" {
		t.Errorf("%d requests, the last is %s with %v", len(server.requests()), query, variables)
	}
}

// What the settings do not list is left out; without what the answer rests on nothing is asked.
func TestFieldsThatTheAccountHasNotAreLeftOut(t *testing.T) {
	without := func(fields ...string) string {
		list := allFlowFields
		for _, f := range fields {
			list = strings.Replace(list, `"`+f+`",`, "", 1)
		}
		return `{"` + networkSet + `":{"enabled":true,"availableFields":` + list + `}}`
	}
	for name, test := range map[string]struct {
		limits  string
		dropped []string
		asks    bool
	}{
		"sums":      {without("sum_bits", "sum_packets"), []string{"sum.bits", "sum.packets"}, true},
		"systems":   {without("dimensions_mitigationSystem"), []string{"dimensions.mitigationSystem"}, true},
		"outcome":   {without("dimensions_outcome"), nil, false},
		"subnets":   {without("dimensions_ipDestinationSubnet"), nil, false},
		"not there": {`{"` + networkSet + `":{"enabled":false}}`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, server := analytics(t, test.limits, rows(networkSet, "[]"))
			report, err := a.Flows(t.Context(), noon.Add(-2*time.Hour), noon)
			if asked := len(server.requests()) == 2; asked != test.asks || asked != (err == nil) {
				t.Fatalf("%d requests, %v", len(server.requests()), err)
			}
			if err != nil {
				wantKind(t, err, api.Unsupported)
				return
			}
			query, _ := question(t, server.last(t))
			if diff := cmp.Diff(test.dropped, report.Dropped); diff != "" {
				t.Error(diff)
			}
			for _, field := range test.dropped {
				if _, leaf, _ := strings.Cut(field, "."); strings.Contains(query, leaf+" ") || strings.Contains(query, "orderBy: ["+leaf) {
					t.Errorf("%s is asked: %s", field, query)
				}
			}
		})
	}
}

// Where the settings say nothing and the API knows a name not, it is asked once more with the documented names, and never a third time.
func TestNamesThatAreUnconfirmedAreProbed(t *testing.T) {
	const unknown = `{"data":null,"errors":[{"message":"unknown field \"bits\""}]}`
	a, server := analytics(t, `null`, unknown, rows(networkSet, `[{"dimensions":{"outcome":"drop","mitigationSystem":"flowtrackd",
		"ipDestinationSubnet":"198.18.10.0/24","datetimeFiveMinutes":"2026-06-01T11:00:00Z"}}]`))
	report, err := a.Flows(t.Context(), noon.Add(-2*time.Hour), noon)
	if err != nil || len(report.Flows) != 1 || report.Flows[0].Bits != nil || len(server.requests()) != 3 {
		t.Fatalf("%+v, %v, %d requests", report, err, len(server.requests()))
	}
	if diff := cmp.Diff([]string{"sum.bits", "sum.packets"}, report.Dropped); diff != "" {
		t.Error(diff)
	}
	if query, _ := question(t, server.last(t)); strings.Contains(query, "bits") || strings.Contains(query, "orderBy") {
		t.Errorf("asked with unconfirmed names again: %s", query)
	}
	a, server = analytics(t, `null`, unknown)
	if _, err := a.Flows(t.Context(), noon.Add(-2*time.Hour), noon); err == nil || len(server.requests()) != 3 {
		t.Errorf("%v after %d requests", err, len(server.requests()))
	}
}
