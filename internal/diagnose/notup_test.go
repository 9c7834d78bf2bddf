package diagnose_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// Whatever the API says of a session and the probes find: a tunnel that is counted as not up has a finding above a note. Silence about it
// would be as false as a wrong cause.
func TestWhatIsNotUpHasAFindingAboveANote(t *testing.T) {
	asked := 0
	for _, state := range []api.BGPState{api.BGPUp, api.BGPDown, api.BGPEstablishing, "", "BGP_RESTING"} {
		for _, fsm := range []string{"", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", "Pondering"} {
			for _, health := range []store.Health{store.HealthUnknown, store.Healthy, store.HealthDown, store.Degraded} {
				for _, age := range []time.Duration{0, 3 * time.Hour} {
					whole := tunnel("a", fsm, state)
					whole.BGPStatus.UpdatedAt.Time = night.Add(-age)
					static, silent := whole, whole
					static.BGP, static.BGPStatus, silent.BGPStatus = nil, nil, nil
					for _, one := range []api.Tunnel{whole, static, silent} {
						asked++
						saysWhy(t, one, health)
					}
				}
			}
		}
	}
	if asked != 960 {
		t.Errorf("%d were asked", asked)
	}
}

// saysWhy fails when the tunnel is not up and nothing above a note says so. It returns what was found.
func saysWhy(t *testing.T, one api.Tunnel, health store.Health) []diagnose.Finding {
	t.Helper()
	row := store.Tunnel{Tunnel: one, State: store.StateOf(one), Health: store.MeasuredHealth{State: health}}
	found := diagnose.New(diagnose.Facts{Now: night, Tunnels: []store.Tunnel{row}}).Tunnel(one.ID)
	notUp := row.State != store.Up && row.State != store.NoBGP || health == store.HealthDown
	if notUp && (len(found) == 0 || found[0].Impact == diagnose.NoImpact || found[0].Likelihood == diagnose.Remark) {
		t.Errorf("%s, health %q, %+v: %s", row.State, health, one.BGPStatus, causes(found))
	}
	return found
}

// Of a session whose status cannot be decoded nothing is concluded, but that it is not known to be up.
func TestASessionThatCannotBeDecodedIsNotKnownToBeUp(t *testing.T) {
	for damage, want := range map[string]string{
		`"bgp":5`: "unknown-state:possible field-not-read:remark",
		`"bgp":{"customer_asn":65010},"bgp_status":[]`: "not-up:possible field-not-read:remark",
	} {
		if got := causes(saysWhy(t, received(t, damage), store.HealthUnknown)); got != want {
			t.Errorf("%s: %s, want %s", damage, got, want)
		}
	}
}

// received is a GRE tunnel as the client decodes it, with these fields besides id and name.
func received(t *testing.T, fields string) api.Tunnel {
	t.Helper()
	body := fmt.Sprintf(`{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":[{"id":"a","name":"a",%s}]}}`, fields)
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret("unused")}, Transport: oneAnswer(body)})
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.In("account").GRETunnels.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d, %v", len(list), err)
	}
	return list[0].Tunnel()
}

// oneAnswer gives the same answer to every request.
type oneAnswer string

func (a oneAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(string(a))),
		Header: http.Header{"Content-Type": {"application/json"}}}, nil
}
