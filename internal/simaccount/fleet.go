package simaccount

import (
	"fmt"
	"net/netip"
	"time"
)

var fleetSites = []string{
	"fra", "ams", "lhr", "mad", "waw", "iad", "sjc", "ord", "dfw", "gru", "sin", "nrt", "syd", "bom", "jnb", "dxb",
}

// fleetRoutes is how many generated tunnels get a static route.
const fleetRoutes = 100

// furnishFleet makes n tunnels, GRE and IPsec in turn: nine of ten up, the others in every state there is.
func (s *Server) furnishFleet(n int) {
	for i := range n {
		t := s.fleetTunnel(i)
		s.placeTunnel(t, fleetInterface(i), s.past(10+i%700, t.name))
		if i < fleetRoutes {
			s.addRoute(i, seedRoute{prefix: fmt.Sprintf("10.%d.%d.0/24", 200+i/250, i%250), tunnel: t.name, priority: 100})
		}
	}
}

// fleetInterface is the i-th /31 of 10.64.0.0/10, enough for two million tunnels.
func fleetInterface(i int) string {
	n := uint32(10<<24|64<<16) + uint32(2*i)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), 31).String()
}

// fleetTunnel spreads endpoints so that no pair repeats: 500 customer addresses times 126 of Cloudflare.
func (s *Server) fleetTunnel(i int) seedTunnel {
	site := fleetSites[i%len(fleetSites)]
	kind := [...]string{"gre", "ipsec"}[i%2]
	customer := i / 2 % 500
	block := [...]string{"203.0.113", "198.51.100"}[customer/250]
	t := seedTunnel{
		name: fmt.Sprintf("%s%d-%s", site, i+1, kind), description: "Generated tunnel",
		cloudflare: fmt.Sprintf("192.0.2.%d", 129+i/1000%126),
		customer:   fmt.Sprintf("%s.%d", block, 1+customer%250),
		asn:        int64(64512 + i%1000),
		life:       steady("Established", "", 1),
		held:       time.Duration(s.chance("fleet age", i) * float64(40*day)).Truncate(time.Second),
	}
	switch share := s.chance("fleet state", i); {
	case share < 0.03:
		t.asn, t.life = 0, steady("", "", 1)
	case share < 0.05:
		t.life = steady("Active", "", 0)
	case share < 0.06:
		t.life, t.routerASN = steady("OpenSent", "BGP_DOWN", 1), t.asn+1
	case share < 0.075:
		t.life = steady("Connect", "", 1)
	case share < 0.085:
		t.life, t.held = comesUp, 0
	case share < 0.09:
		t.life, t.held = flaps, time.Duration(s.chance("fleet phase", i)*float64(flaps.period)).Truncate(time.Second)
	case share < 0.1:
		t.life = steady("Established", "", 0.5)
	}
	return t
}
