package simaccount

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// flow is traffic from the Internet for one subnet, as the network analytics have it: /24 of IPv4, /64 of IPv6.
type flow struct {
	subnet  netip.Prefix
	outcome string // pass or drop
	system  string // the mitigation system; "" for what is not mitigated
	rate    float64
	from    time.Time // zero: always
	to      time.Time // zero: still
}

// flowScript is what is to happen to the traffic from the Internet.
type flowScript struct {
	attacks []flow
	shares  []flow // rate is the share of the usual traffic that passes
}

// Attack has traffic at a rate, in bit/s, for a network dropped by a mitigation system ("dosd", "flowtrackd", "magic-firewall"), from so
// long ago on. What usually comes for it passes as before.
func (s *Server) Attack(network, system string, ago time.Duration, rate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flowScript.attacks = append(s.flowScript.attacks, flow{subnet: subnetOf(network), outcome: "drop", system: system, rate: rate,
		from: s.now().Add(-ago)})
}

// EndAttacks ends all attacks, so long ago.
func (s *Server) EndAttacks(ago time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.flowScript.attacks {
		s.flowScript.attacks[i].to = s.now().Add(-ago)
	}
}

// Pass has only a share of the usual traffic for a network come through, from so long ago on; 0 for none.
func (s *Server) Pass(network string, ago time.Duration, share float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flowScript.shares = append(s.flowScript.shares, flow{subnet: subnetOf(network), rate: share, from: s.now().Add(-ago)})
}

// subnetOf is the subnet under which the network analytics have the first addresses of a network.
func subnetOf(network string) netip.Prefix {
	p, err := netip.ParsePrefix(network)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 64
	if p.Addr().Is4() {
		bits = 24
	}
	subnet, err := p.Addr().Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return subnet
}

// flows are all traffic from the Internet: the usual one for every advertised BGP prefix, and attacks.
func (s *Server) flows() []flow {
	var out []flow
	for _, b := range s.objects[BGPPrefixes].list {
		cidr, _ := b.obj["cidr"].(string)
		if subnet := subnetOf(cidr); subnet.IsValid() && b.onDemand()["advertised"] == true {
			out = append(out, flow{subnet: subnet, outcome: "pass", rate: 4e7 * math.Pow(10, s.chance("arrives", cidr))})
		}
	}
	return append(out, s.flowScript.attacks...)
}

// flowSamples calls visit for the traffic from the Internet at these moments.
func (s *Server) flowSamples(x *sample, moments []time.Time, visit func()) {
	all := s.flows()
	for i := range all {
		f := all[i]
		for _, x.at = range moments {
			if x.at.Before(f.from) || !f.to.IsZero() && !x.at.Before(f.to) {
				continue
			}
			now := f
			for _, share := range s.flowScript.shares {
				if f.outcome == "pass" && share.subnet == f.subnet && !x.at.Before(share.from) {
					now.rate = f.rate * share.rate
				}
			}
			if now.rate > 0 {
				x.flow, x.direction = &now, "ingress"
				visit()
			}
		}
	}
	x.flow = nil
}

// dim returns a dimension of traffic from the Internet; what leaves by a tunnel is not told with it.
func (f *flow) dim(name string) string {
	switch name {
	case "outcome":
		return f.outcome
	case "mitigationSystem":
		return f.system
	case "ipDestinationSubnet":
		return f.subnet.String()
	case "ipDestinationAddress":
		return f.subnet.Addr().Next().String()
	case "direction":
		return "ingress"
	case "onRamp":
		return "Public Internet"
	}
	return ""
}

// isFlowDimension reports whether a dimension is one that traffic in tunnels has, too.
func isFlowDimension(name string) bool {
	return slices.Contains([]string{"outcome", "mitigationSystem", "ipDestinationSubnet", "ipDestinationAddress"}, name)
}

// elsewhere is a dimension of the traffic in tunnels, which leaves to the Internet: no network of the account is its destination.
func elsewhere(name string) string {
	switch name {
	case "outcome":
		return "pass"
	case "ipDestinationSubnet":
		return "192.0.2.0/24"
	case "ipDestinationAddress":
		return "192.0.2.1"
	}
	return ""
}
