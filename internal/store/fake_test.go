package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// cloud is an account behind fetchers: it counts requests by what they ask for, and fails as it is told.
type cloud struct {
	now func() time.Time

	mu        sync.Mutex
	prefixes  int
	ports     int
	tunnels   int
	fail      func(what string) error
	wait      func(what string) // while a request is under way
	asked     []request
	inFlight  map[string]int
	collision string // what was asked while it was being asked
}

type request struct {
	what string
	at   time.Time
}

// ask is one request.
func (c *cloud) ask(what string) error {
	c.mu.Lock()
	if c.inFlight == nil {
		c.inFlight = map[string]int{}
	}
	if c.inFlight[what]++; c.inFlight[what] > 1 {
		c.collision = what
	}
	c.asked = append(c.asked, request{what, c.now()})
	fail, wait := c.fail, c.wait
	c.mu.Unlock()
	if wait != nil {
		wait(what)
	}
	c.mu.Lock()
	c.inFlight[what]--
	c.mu.Unlock()
	if fail != nil {
		return fail(what)
	}
	return nil
}

// failWith says how requests fail from now on, also while some are under way.
func (c *cloud) failWith(fail func(what string) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = fail
}

// count is how many requests asked for this; "" is any.
func (c *cloud) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, r := range c.asked {
		if what == "" || r.what == what {
			n++
		}
	}
	return n
}

// most is the highest number of requests in any time this long.
func (c *cloud) most(from time.Time, long time.Duration) int {
	most, first := 0, 0
	for i, r := range c.asked {
		for c.asked[first].at.Add(long).Compare(r.at) <= 0 || c.asked[first].at.Before(from) {
			if first++; first > i {
				break
			}
		}
		most = max(most, i-first+1)
	}
	return most
}

func (c *cloud) Tunnels(context.Context) api.TunnelLists {
	var l api.TunnelLists
	l.GREErr, l.IPsecErr = c.ask("gre_tunnels"), c.ask("ipsec_tunnels")
	for i := range c.tunnels {
		if name := fmt.Sprint("t", i); i%2 == 0 && l.GREErr == nil {
			l.GRE = append(l.GRE, gre(name, api.BGPUp))
		} else if i%2 == 1 && l.IPsecErr == nil {
			l.IPsec = append(l.IPsec, ipsec(name))
		}
	}
	return l
}

// ColoTraffic and TunnelHealth implement store.LocationAnalytics: of an account without traffic.
func (c *cloud) ColoTraffic(context.Context, time.Time, time.Time, api.ColoTrafficOptions) (api.TrafficReport, error) {
	return api.TrafficReport{}, c.ask("location traffic")
}

func (c *cloud) TunnelHealth(context.Context, time.Time, time.Time, api.HealthOptions) (api.HealthReport, error) {
	return api.HealthReport{}, c.ask("location health")
}

func (c *cloud) fetchers() store.Fetchers {
	return store.Fetchers{
		Health: func(context.Context, time.Time, time.Time) (api.HealthReport, error) {
			return api.HealthReport{}, c.ask("health")
		},
		Traffic: func(_ context.Context, _, _ time.Time, d api.Direction) (api.TrafficReport, error) {
			return api.TrafficReport{}, c.ask("traffic " + fmt.Sprint(d))
		},
		Locations: c,
		Routes:    func(context.Context) ([]api.Route, error) { return []api.Route{{ID: "r"}}, c.ask("routes") },
		Links: func(context.Context) ([]api.MagicInterconnect, error) {
			return []api.MagicInterconnect{{ID: "l", Name: "l"}}, c.ask("links")
		},
		Slots: func(context.Context) ([]api.Slot, error) { return []api.Slot{{ID: "s"}}, c.ask("slots") },
		Prefixes: func(context.Context) ([]api.Prefix, error) {
			list := make([]api.Prefix, c.prefixes)
			for i := range list {
				list[i] = api.Prefix{ID: fmt.Sprint("p", i), CIDR: fmt.Sprintf("198.18.%d.0/24", i)}
			}
			return list, c.ask("prefixes")
		},
		BGPPrefixes: func(_ context.Context, id string) ([]api.BGPPrefix, error) {
			return []api.BGPPrefix{{ID: "bgp-" + id}}, c.ask("bgp/" + id)
		},
		Bindings: func(_ context.Context, id string) ([]api.Binding, error) {
			return []api.Binding{{ID: "bind-" + id}}, c.ask("bind/" + id)
		},
		Delegations: func(_ context.Context, id string) ([]api.Delegation, error) { return nil, c.ask("dele/" + id) },
		Ports: func(context.Context) ([]api.Interconnect, error) {
			list := make([]api.Interconnect, c.ports)
			for i := range list {
				list[i] = api.Interconnect{Name: fmt.Sprint("port", i)}
			}
			return list, c.ask("ports")
		},
		PortStatus: func(_ context.Context, name string) (api.InterconnectStatus, error) {
			return api.InterconnectStatus{State: "Healthy"}, c.ask("state/" + name)
		},
	}
}

// open makes a store of the cloud, in which everything that the first page needs is kept.
func (c *cloud) open() *store.Store {
	s := store.New(c, c.now, 0)
	s.Use(c.fetchers())
	s.ReadAlways(store.Overview()...)
	return s
}

// drive has a store read for so long what is due, the way in which the screen does it, inside of a synctest bubble.
func drive(t *testing.T, s *store.Store, long time.Duration) {
	t.Helper()
	end := time.Now().Add(long)
	landed := make(chan struct{}, 1000)
	var wait sync.WaitGroup
	for time.Now().Before(end) {
		for _, j := range s.Due() {
			wait.Go(func() {
				s.Do(t.Context(), j)
				landed <- struct{}{}
			})
		}
		pause := time.Until(end)
		if at := s.NextDue(); !at.IsZero() {
			pause = min(pause, max(time.Until(at), 100*time.Millisecond))
		}
		select {
		case <-landed:
		case <-time.After(pause):
		}
	}
	wait.Wait()
}

var (
	errDown      = &api.Error{Kind: api.ServerTrouble, Status: 500}
	errForbidden = &api.Error{Kind: api.PermissionMissing, Status: 403}
	errNoList    = &api.Error{Kind: api.BadAnswer, Status: 200, Detail: "where the list should be is null"}
	errCut       = errors.New("the line is cut")
)
