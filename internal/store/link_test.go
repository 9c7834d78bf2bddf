package store_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simedge"
	"flarewire/internal/store"
)

// portDesk is somebody who watches the interconnects of the simulated account.
type portDesk struct {
	*testing.T
	now  time.Time
	edge *simedge.Edge
	w    *store.Watcher

	account *api.AccountClient
}

func newPortDesk(t *testing.T) *portDesk {
	d := &portDesk{T: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	edge, account := sitAt(t, clock)
	d.edge, d.account, d.w = edge, account, store.New(account, clock, 0)
	d.w.Use(store.FromAccount(account))
	return d
}

func (d *portDesk) look() store.Snapshot {
	d.now = d.now.Add(2 * time.Minute)
	return d.w.PollSource(d.Context(), store.Links)
}

func (d *portDesk) port(s store.Snapshot, name string) store.Port {
	d.Helper()
	for _, p := range s.Ports {
		if p.Name == name {
			return p
		}
	}
	d.Fatalf("no port %s in %v", name, s.Ports)
	return store.Port{}
}

func TestAPortGoesDownAndComesBack(t *testing.T) {
	d := newPortDesk(t)
	s := d.look()
	if len(s.Ports) != 4 || len(s.Links) != 2 || len(s.Events) != 0 || d.port(s, "nwf-fra03-1").State != store.PortHealthy {
		t.Fatalf("%+v, %d links, %v", s.Ports, len(s.Links), s.Events)
	}
	for _, step := range []struct{ from, to store.PortState }{{store.PortHealthy, store.PortDown}, {store.PortDown, store.PortHealthy}} {
		if err := d.edge.SetInterconnectStatus("nwf-fra03-1", string(step.to), "light"); err != nil {
			t.Fatal(err)
		}
		before := len(s.Events)
		s = d.look()
		events := s.Events[before:]
		if len(events) != 1 || events[0].Kind != store.PortChanged || events[0].FromPort != step.from || events[0].ToPort != step.to ||
			events[0].Resource != store.Ports || !events[0].At.Equal(d.port(s, "nwf-fra03-1").At) {
			t.Errorf("%s to %s: %+v", step.from, step.to, events)
		}
	}
}

// The service fails for one port: its last state stays, with its age and the error, and the others go on.
func TestAStateThatCannotBeAskedKeepsTheLastOne(t *testing.T) {
	d := newPortDesk(t)
	first := d.port(d.look(), "nwf-fra03-1")
	d.edge.Fault(simedge.Fault{Path: "*nwf-fra03-1/status", Kind: simedge.FaultStatus, Status: http.StatusForbidden})
	s := d.look()
	if p := d.port(s, "nwf-fra03-1"); p.State != store.PortHealthy || !p.At.Equal(first.At) || p.Err == nil {
		t.Errorf("the last state is %+v", p)
	}
	if p := d.port(s, "nwf-ams04-1"); !p.At.Equal(d.now) || p.Err != nil {
		t.Errorf("the other port is %+v", p)
	}
	if f := s.Feed(store.Links); f.Err == nil || f.Failures != 0 {
		t.Errorf("that a part is missing is not said: %+v", f)
	}
}

// Without the right to the ports the tunnel sides are read all the same, and nothing becomes "none".
func TestHalfOfTheInterconnects(t *testing.T) {
	d := newPortDesk(t)
	d.edge.Fault(simedge.Fault{Path: "*cni/interconnects*", Kind: simedge.FaultStatus, Status: http.StatusForbidden})
	s := d.look()
	if s.Ports != nil || s.PortErr == nil || len(s.Links) != 2 || s.Feed(store.Links).Err == nil {
		t.Errorf("ports %v (%v), %d links", s.Ports, s.PortErr, len(s.Links))
	}
	d.edge.ClearFaults()
	d.edge.Fault(simedge.Fault{Path: "*magic/cf_interconnects*", Kind: simedge.FaultStatus, Status: http.StatusForbidden})
	if s = d.look(); len(s.Ports) != 4 || s.PortErr != nil || len(s.Links) != 2 {
		t.Errorf("%d ports (%v), %d links", len(s.Ports), s.PortErr, len(s.Links))
	}
}

// A large account: the states cost a bounded number of requests, and every port has its turn.
func TestStatesOfManyPortsAreAskedInTurns(t *testing.T) {
	const ports, again, first = 50, 10, 30
	d := newPortDesk(t)
	sender, err := api.NewSender(api.Options{Transport: d.edge.RoundTripper(), Credentials: api.Credentials{Token: api.NewSecret(simedge.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	all := sender.Client().In(d.edge.Account()).PhysicalInterconnects
	for n := len(d.look().Ports); n < ports; n++ {
		r, err := all.BuildCreate(api.Interconnect{Type: "gcp_partner", Bandwidth: "1G",
			PairingKey: api.NewSecret(fmt.Sprintf("%08d-0000-0000-0000-000000000000/europe-west3/1", n))})
		if _, failed := sender.Send(t.Context(), r); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
	}
	asked := map[string]int{}
	for round, most := range []int{first, 50 - 4 - first, again, again, again, again, again} {
		before := len(d.edge.Requests())
		d.look()
		n := 0
		for _, r := range d.edge.Requests()[before:] {
			if strings.HasSuffix(r.Path, "/status") {
				asked[r.Path]++
				n++
			}
		}
		if n != most {
			t.Errorf("round %d: %d states asked, want %d", round, n, most)
		}
	}
	if len(asked) != ports {
		t.Errorf("%d of %d ports had a turn", len(asked), ports)
	}
}
