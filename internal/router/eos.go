package router

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/internal/sorting"
)

// readEOS reads "show ip bgp neighbors X | json", "show ip bgp summary | json", "show interfaces Tunnel1 | json", "show ip route X | json",
// lines of "show running-config" and of "show logging". The names are those of Arista's public tests for eAPI; it was not tried on a
// device.
func readEOS(text string, args []string, t Target, f *Facts) bool {
	docs, rest := documents(text)
	understood := f.readLog(rest, t)
	understood = bgpConfig(rest, t, f) || understood
	noRoute := false
	for _, d := range docs {
		for _, vrf := range d.at("vrfs").fields() {
			understood = eosVRF(vrf, t, f) || understood
			noRoute = noRoute || vrf.has("routes") && len(vrf.at("routes").fields()) == 0
		}
		var all []Interface
		for name, one := range d.at("interfaces").fields() {
			all = append(all, eosInterface(name, one))
		}
		sorting.Sort(all, func(a, b Interface) int { return strings.Compare(a.Name, b.Name) })
		understood = f.take(t, all...) || understood
	}
	if noRoute {
		understood = f.noEndpoint(args, t) || understood
	}
	return understood
}

func eosVRF(vrf tree, t Target, f *Facts) bool {
	understood := false
	if none := vrf.first("peerList", "peers"); none.is() && len(none.list()) == 0 || vrf.has("peers") && len(vrf.at("peers").fields()) == 0 {
		f.session().Missing = f.session().State == ""
		understood = true
	}
	for _, p := range vrf.at("peerList").list() {
		understood = true
		if a := p.at("peerAddress").addr(); a.IsValid() && a == t.Peer {
			f.eosPeer(p)
		}
	}
	for name, p := range vrf.at("peers").fields() {
		understood = true
		if a := addr(name); a.IsValid() && a == t.Peer {
			f.eosSummary(p, vrf)
		}
	}
	for cidr, r := range vrf.at("routes").fields() {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			continue
		}
		understood = true
		w := Route{Prefix: prefix, Protocol: r.at("routeType").text()}
		for _, via := range r.at("vias").list() {
			if hop := via.at("nexthopAddr").addr(); hop.IsValid() {
				w.Via = append(w.Via, hop)
			}
			if on := via.at("interface").text(); on != "" && !slices.Contains(w.Interfaces, on) {
				w.Interfaces = append(w.Interfaces, on)
			}
		}
		f.takeRoute(t, w)
	}
	return understood
}

func (f *Facts) eosPeer(p tree) {
	s := f.session()
	s.State, s.Missing = p.at("state").text(), false
	s.RemoteAS, s.LocalAS = p.at("asn").asn(), p.first("localAsn", "localAs").asn()
	s.Hold, s.Keepalive = p.at("holdTime").count(), p.at("keepaliveTime").count()
	s.ConfiguredHold = p.first("configuredHoldTime", "confHoldTime").count()
	if s.Established() {
		s.Since = p.at("establishedTime").time(time.Second)
	}
	if key := p.at("md5AuthEnabled"); key.is() {
		s.MD5 = ptr(key.yes())
	}
	s.FilterIn, s.FilterOut = p.at("routeMapInbound").text(), p.at("routeMapOutbound").text()
	s.Sent, s.Received = p.at("prefixesSent").count(), p.at("prefixesReceived").count()
	s.Maximum = p.at("maxTotalRoutes").count()
	s.Local = p.at("updateSource").addr()
	s.eosIdle(p.at("idleReason").text())
}

func (f *Facts) eosSummary(p, vrf tree) {
	s := f.session()
	if s.State == "" {
		s.State, s.Missing = p.at("peerState").text(), false
	}
	if s.RemoteAS == 0 {
		s.RemoteAS = p.first("asn", "peerAsn").asn()
	}
	if s.LocalAS == 0 {
		s.LocalAS = vrf.at("asn").asn()
	}
	if s.Received == nil {
		s.Received = p.at("prefixReceived").count()
	}
	if s.Accepted == nil {
		s.Accepted = p.at("prefixAccepted").count()
	}
	s.eosIdle(p.at("peerStateIdleReason").text())
}

// eosIdle reads why a neighbor is Idle.
func (s *Session) eosIdle(reason string) {
	lower := strings.ToLower(reason)
	switch {
	case reason == "":
	case strings.Contains(lower, "admin"), strings.Contains(lower, "shut"):
		s.Shutdown = true
	case strings.Contains(lower, "max"):
		s.Exceeded = true
	default:
		s.Reset = reason
	}
}

func eosInterface(name string, one tree) Interface {
	i := Interface{Name: name}
	status := one.at("interfaceStatus").text()
	if status != "" {
		i.Admin = ptr(status != "disabled")
	}
	if line := one.at("lineProtocolStatus").text(); line != "" {
		i.Up = ptr(line == "up")
	}
	if mtu := one.at("mtu").count(); mtu != nil {
		i.MTU = *mtu
	}
	counters := one.at("interfaceCounters")
	i.In, i.Out = counters.at("inOctets").bytes(), counters.at("outOctets").bytes()
	i.InPackets, i.OutPackets = counters.at("inUcastPkts").bytes(), counters.at("outUcastPkts").bytes()
	for _, a := range one.at("interfaceAddress").list() {
		ip := a.at("primaryIp")
		if p, err := netip.ParsePrefix(fmt.Sprintf("%s/%s", ip.at("address").text(), ip.at("maskLen").text())); err == nil {
			i.Addresses = append(i.Addresses, p)
		}
	}
	return i
}
