package store_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// portDesk is somebody who watches the interconnects of the simulated account.
type portDesk struct {
	*testing.T
	now time.Time
	sim *simaccount.Server
	w   *store.Store

	account *api.AccountClient
}

func newPortDesk(t *testing.T) *portDesk {
	d := &portDesk{T: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	sim, account := sitAt(t, clock)
	d.sim, d.account, d.w = sim, account, store.New(account, clock, 0)
	d.w.Use(store.FromAccount(account))
	return d
}

func (d *portDesk) look() *store.Snapshot {
	d.now = d.now.Add(2 * time.Minute)
	return d.w.ReadAll(d.Context(), nil, store.Ports, store.PortStates, store.Links)
}

func (d *portDesk) port(s *store.Snapshot, name string) store.Port {
	d.Helper()
	for _, p := range s.Ports.Rows {
		if p.Name == name {
			return p
		}
	}
	d.Fatalf("no port %s in %v", name, s.Ports.Rows)
	return store.Port{}
}

func TestAPortGoesDownAndComesBack(t *testing.T) {
	d := newPortDesk(t)
	s := d.look()
	if len(s.Ports.Rows) != 4 || len(s.Links.Rows) != 2 || len(s.Events) != 0 || d.port(s, "nwf-fra03-1").State != store.PortHealthy {
		t.Fatalf("%+v, %d links, %v", s.Ports.Rows, len(s.Links.Rows), s.Events)
	}
	for _, step := range []struct{ from, to store.PortState }{{store.PortHealthy, store.PortDown}, {store.PortDown, store.PortHealthy}} {
		if err := d.sim.SetInterconnectStatus("nwf-fra03-1", string(step.to), "light"); err != nil {
			t.Fatal(err)
		}
		before := len(s.Events)
		s = d.look()
		events := s.Events[before:]
		if len(events) != 1 || events[0].Kind != store.PortChanged || events[0].FromPort != step.from || events[0].ToPort != step.to ||
			events[0].Resource != store.Ports || !events[0].At.Equal(d.now) {
			t.Errorf("%s to %s: %+v", step.from, step.to, events)
		}
	}
}

// The service fails for one port: its last state stays, with its age and the error, and the others go on.
func TestAStateThatCannotBeAskedKeepsTheLastOne(t *testing.T) {
	d := newPortDesk(t)
	first := d.port(d.look(), "nwf-fra03-1")
	d.sim.Fault(simaccount.Fault{Path: "*nwf-fra03-1/status", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	s := d.look()
	if p := d.port(s, "nwf-fra03-1"); p.State != store.PortHealthy || !p.Asked.Fetched.Equal(first.Asked.Fetched) || p.Asked.Err == nil {
		t.Errorf("the last state is %+v", p)
	}
	if p := d.port(s, "nwf-ams04-1"); !p.Asked.Fetched.Equal(d.now) || p.Asked.Err != nil {
		t.Errorf("the other port is %+v", p)
	}
	if e := s.Entry(store.PortStates); e.Settled() || e.Why() != "the interconnect states could not be read" {
		t.Errorf("that a part is missing is not said: %+v, %q", e, e.Why())
	}
}

// Without the right to the ports the tunnel interfaces are read all the same, and nothing becomes "none".
func TestHalfOfTheInterconnects(t *testing.T) {
	d := newPortDesk(t)
	d.sim.Fault(simaccount.Fault{Path: "*cni/interconnects*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	s := d.look()
	if s.Ports.Knowledge() != store.Never || s.Ports.Err == nil || len(s.Links.Rows) != 2 || !s.Links.Settled() ||
		s.Entry(store.PortStates).Err == nil {
		t.Errorf("ports %v (%v), %d links", s.Ports.Rows, s.Ports.Err, len(s.Links.Rows))
	}
	d.sim.ClearFaults()
	d.sim.Fault(simaccount.Fault{Path: "*magic/cf_interconnects*", Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	if s = d.look(); len(s.Ports.Rows) != 4 || !s.Ports.Settled() || len(s.Links.Rows) != 2 || s.Links.Err == nil {
		t.Errorf("%d ports (%v), %d links (%v)", len(s.Ports.Rows), s.Ports.Err, len(s.Links.Rows), s.Links.Err)
	}
}

// An answer without a state is not a state: what is different after it happened all the same.
func TestAStateThatIsNotToldHidesNoChange(t *testing.T) {
	d := newPortDesk(t)
	d.look()
	d.sim.Fault(simaccount.Fault{Path: "*nwf-fra03-1/status", Kind: simaccount.FaultStatus, Status: http.StatusOK, Times: 1,
		Body: `{"success":true,"errors":[],"messages":[],"result":{}}`})
	s := d.look()
	if p := d.port(s, "nwf-fra03-1"); p.Asked.Err == nil && p.State != "" || len(s.Events) != 0 {
		t.Errorf("%+v, %v", p, s.Events)
	}
	if err := d.sim.SetInterconnectStatus("nwf-fra03-1", string(store.PortDown), ""); err != nil {
		t.Fatal(err)
	}
	if s = d.look(); len(s.Events) != 1 || s.Events[0].FromPort != store.PortHealthy || s.Events[0].ToPort != store.PortDown {
		t.Errorf("%+v", s.Events)
	}
}

// A large account: the states cost a bounded number of requests, and every port has its turn.
func TestStatesOfManyPortsAreAskedInTurns(t *testing.T) {
	const ports = 50
	d := newPortDesk(t)
	sender, err := api.NewSender(api.Options{Transport: d.sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	all := sender.Client().In(d.sim.Account()).Interconnects
	for n := 4; n < ports; n++ {
		r, err := all.BuildCreate(api.Interconnect{Type: "gcp_partner", Bandwidth: "1G",
			PairingKey: api.NewSecret(fmt.Sprintf("%08d-0000-0000-0000-000000000000/europe-west3/1", n))})
		if _, failed := sender.Send(t.Context(), r); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
	}
	d.w.ReadAlways(store.Ports, store.PortStates)
	d.w.Round(t.Context()) // the list
	asked := map[string]int{}
	for i, want := range []int{16, 6, 6, 6, 6, 6, 4, 0, 6, 6} { // all are known after 96 s, and asked again from two minutes on
		before := len(d.sim.Requests())
		d.w.Round(t.Context())
		d.now = d.now.Add(16 * time.Second)
		n := 0
		for _, r := range d.sim.Requests()[before:] {
			if strings.HasSuffix(r.Path, "/status") {
				asked[r.Path]++
				n++
			}
		}
		if n != want {
			t.Errorf("round %d: %d states asked, want %d", i, n, want)
		}
	}
	for path, n := range asked {
		if n > 2 {
			t.Errorf("%s was asked %d times while others waited", path, n)
		}
	}
	if len(asked) != ports {
		t.Errorf("%d of %d ports had a turn", len(asked), ports)
	}
}
