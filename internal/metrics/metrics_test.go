package metrics_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/metrics"
	"flarewire/internal/store"
)

func written(t *testing.T, accounts ...metrics.Account) string {
	t.Helper()
	var b bytes.Buffer
	if err := metrics.Write(&b, metrics.Text, "test", accounts...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An account of any size has a bounded number of series, and says how many objects have none.
func TestTheNumberOfSeriesIsBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	s := &store.Snapshot{}
	for i := range metrics.MaxTunnels + 7 {
		inner := fmt.Sprintf("10.%d.%d.%d/31", i>>14, i>>7&127, i&127*2)
		s.Tunnels = append(s.Tunnels, store.Tunnel{Tunnel: api.Tunnel{ID: fmt.Sprint(i), Name: fmt.Sprint("t", i), Kind: api.GRE,
			InterfaceAddress: inner,
			BGP:              &api.BGP{}, BGPStatus: &api.BGPStatus{State: api.BGPDown}}, State: store.Down})
		s.Routes.Rows = append(s.Routes.Rows, api.Route{ID: fmt.Sprint("r", i), Prefix: fmt.Sprintf("172.%d.%d.0/24", 16+i>>8, i&255),
			Nexthop: strings.TrimSuffix(inner, "/31")})
	}
	text := written(t, metrics.Account{Profile: "p", ID: "a", Now: now, Snapshot: s})
	if n := strings.Count(text, "\n"); n > 15000 {
		t.Errorf("%d lines", n)
	}
	for _, resource := range []string{"tunnels", "destinations"} {
		if want := `account="a",resource="` + resource + `"} 7`; !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(text, "\nflarewire_tunnel_up{"); n != metrics.MaxTunnels {
		t.Errorf("%d tunnels", n)
	}
	if n := strings.Count(text, "\nflarewire_incident_info{"); n > metrics.MaxIncidents {
		t.Errorf("%d incidents", n)
	}
}

// Of two tunnels with one name each has its series: two equal ones would make the whole answer unreadable.
func TestTwoTunnelsWithOneName(t *testing.T) {
	twin := func(id string) store.Tunnel {
		return store.Tunnel{Tunnel: api.Tunnel{ID: id, Name: "twin", Kind: api.GRE}, State: store.NoBGP}
	}
	text := written(t, metrics.Account{Snapshot: &store.Snapshot{Tunnels: []store.Tunnel{twin("1"), twin("2")}}})
	if strings.Count(text, `flarewire_tunnel_info{`) != 2 || !strings.Contains(text, `tunnel="twin (2)"`) {
		t.Error(text)
	}
}

// What is said of a destination is what the diagnosis says: the health checks decide, and nothing is said while one is not known.
func TestDestinationsAreCountedAsTheDiagnosisDoes(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	one, half, none := 1.0, 0.5, 0.0
	tunnel := func(name, inner string) store.Tunnel {
		return store.Tunnel{Tunnel: api.Tunnel{ID: name, Name: name, Kind: api.GRE, InterfaceAddress: inner}, State: store.NoBGP}
	}
	s := &store.Snapshot{Tunnels: []store.Tunnel{tunnel("a", "10.0.0.0/31"), tunnel("b", "10.0.0.2/31"), tunnel("c", "10.0.0.4/31")}}
	s.Health.Fetched = now
	s.Health.By = map[string]store.MeasuredHealth{"a": {State: store.Healthy, Score: &one}, "b": {State: store.HealthDown, Score: &none}}
	s.Routes.Rows = []api.Route{
		{ID: "1", Prefix: "10.64.0.0/20", Nexthop: "10.0.0.1", Priority: 100}, {ID: "2", Prefix: "10.64.0.0/20", Nexthop: "10.0.0.3",
			Priority: 100},
		{ID: "3", Prefix: "10.65.0.0/20", Nexthop: "10.0.0.1", Priority: 100}, {ID: "4", Prefix: "10.65.0.0/20", Nexthop: "10.0.0.5",
			Priority: 100}}
	text := written(t, metrics.Account{ID: "a", Now: now, Snapshot: s})
	for _, want := range []string{`destination_ways{profile="",account="a",destination="10.64.0.0/20"} 2`,
		`destination_healthy_ways{profile="",account="a",destination="10.64.0.0/20"} 1`,
		`destination_ways{profile="",account="a",destination="10.65.0.0/20"} 2`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, `destination_healthy_ways{profile="",account="a",destination="10.65.0.0/20"}`) {
		t.Error("a way of which nothing is known is counted")
	}
	s.Health.By["c"] = store.MeasuredHealth{State: store.Degraded, Score: &half}
	if text = written(t, metrics.Account{ID: "a", Now: now, Snapshot: s}); !strings.Contains(text,
		`destination_healthy_ways{profile="",account="a",destination="10.65.0.0/20"} 1`) {
		t.Error("a degraded way counts as healthy, or not at all")
	}
}
