package tunnel

import (
	"net/netip"

	"flarewire/internal/store"
	"flarewire/views/kit"
)

// NextHop implements kit.NextHopOwner.
func (m *Module) NextHop(hop netip.Addr) (kit.NextHop, bool) {
	for _, t := range m.env.Feed.Last().Tunnels {
		if !inside(hop, t.InterfaceAddress) && !inside(hop, t.InterfaceAddress6) {
			continue
		}
		t.Health.State = m.env.ProbedHealth(t.Name)
		next := kit.NextHop{Name: t.Name}
		next.State, next.Role = Carrying(m.env, t)
		session, _ := Condition(m.env, t)
		next.Words = next.State + " " + session // a filter finds both
		switch {
		case t.State == store.Down:
			next.DownClause = "which is down"
		case probedHealth(t) == store.HealthDown:
			next.DownClause = "which health checks report down"
		}
		return next, true
	}
	return kit.NextHop{}, false
}

func inside(addr netip.Addr, subnet string) bool {
	p, err := netip.ParsePrefix(subnet)
	return err == nil && p.Contains(addr)
}
