package diagnose_test

import (
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// What the port of an interconnect says: its state as the API names it, and nothing where it does not.
func TestAPortReadByItself(t *testing.T) {
	t.Parallel()
	for state, want := range map[store.PortState]string{
		store.PortHealthy: "port-up:remark", store.PortPending: "port-pending:remark", store.PortDown: "port-down:certain",
		store.PortUnhealthy: "port-unhealthy:certain", "": "", "Sunny": "",
	} {
		got := diagnose.Port(store.Port{Interconnect: api.Interconnect{Name: "nwf-1"}, State: state, Reason: "No light"})
		if causes(got) != want {
			t.Errorf("%q: %q, want %q", state, causes(got), want)
		}
		if bad := state == store.PortDown || state == store.PortUnhealthy; bad && !strings.Contains(got[0].Text, "No light") {
			t.Errorf("%q does not say why: %s", state, got[0].Text)
		}
	}
}

// What the tunnel interface of an interconnect says: its health, and the port under it when that is bad as well.
func TestALinkReadByItself(t *testing.T) {
	t.Parallel()
	off, on := false, true
	for name, c := range map[string]struct {
		health  store.Health
		enabled *bool
		port    store.PortState
		want    string
		says    string
	}{
		"all is well":          {store.Healthy, &on, store.PortHealthy, "", ""},
		"not known":            {store.HealthUnknown, &on, store.PortHealthy, "", ""},
		"down":                 {store.HealthDown, &on, store.PortHealthy, "interconnect-down:likely", "through the CNI are failing"},
		"down with its port":   {store.HealthDown, &on, store.PortDown, "interconnect-down:likely", "Its port nwf-1 is reported as Down"},
		"degraded":             {store.Degraded, &on, store.PortHealthy, "interconnect-degraded:possible", "Some health check probes"},
		"checks off, shown so": {store.HealthDown, &off, store.PortHealthy, "health-check-off:certain", "off"},
	} {
		link := api.MagicInterconnect{ID: "l", Name: "fra-cni", VirtualPortReservationID: "v", HealthCheck: &api.HealthCheck{Enabled: c.enabled}}
		facts := diagnose.Facts{Now: night, Links: links(link), Health: map[string]store.MeasuredHealth{"fra-cni": {State: c.health}},
			Ports: ports(store.Port{Interconnect: api.Interconnect{Name: "nwf-1", VirtualPortReservationID: "v"}, State: c.port})}
		got := diagnose.New(facts).Link("l")
		if causes(got) != c.want {
			t.Errorf("%s: %q, want %q", name, causes(got), c.want)
		} else if c.says != "" && !strings.Contains(got[0].Text, c.says) {
			t.Errorf("%s does not say %q: %s", name, c.says, got[0].Text)
		}
	}
}
