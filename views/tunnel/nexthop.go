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
		t.Health.State = m.env.Probed(t.Name)
		c := kit.NextHop{Name: t.Name}
		c.State, c.Role = Carrying(m.env, t)
		session, _ := Condition(m.env, t)
		c.Words = c.State + " " + session // a filter finds both
		switch {
		case t.State == store.Down:
			c.Down = "which is down"
		case probed(t) == store.HealthDown:
			c.Down = "which health checks report down"
		}
		return c, true
	}
	return kit.NextHop{}, false
}

func inside(addr netip.Addr, subnet string) bool {
	p, err := netip.ParsePrefix(subnet)
	return err == nil && p.Contains(addr)
}
