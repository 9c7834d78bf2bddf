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
		s.Routes.Rows = append(s.Routes.Rows, api.Route{Prefix: fmt.Sprintf("d%d", i), Nexthop: strings.TrimSuffix(inner, "/31")})
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
