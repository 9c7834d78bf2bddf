package simaccount

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
)

var tracerouteFields = []field{
	{name: "targets", kind: texts, required: true, bounds: &bounds{1, 10}},
	{name: "colos", kind: texts},
	{name: "options", kind: nested, def: Object{}, fields: []field{
		{name: "max_ttl", kind: integer, def: int64(15), bounds: &bounds{0, 64}},
		{name: "packet_type", kind: text, def: "icmp", oneOf: []string{"icmp", "tcp", "udp", "gre", "gre+icmp"}},
		{name: "packets_per_ttl", kind: integer, def: int64(3), bounds: &bounds{0, 10}},
		{name: "port", kind: integer, def: int64(0), bounds: &bounds{0, 65535}},
		{name: "wait_time", kind: integer, def: int64(1), bounds: &bounds{1, 5}},
	}},
}

var diagnostics = &magicResource{title: "Traceroute"}

// traceroute answers at once, where the real one takes its time; an unknown data center gets an error of its own.
func traceroute(c *call) (any, error) {
	body, err := c.object("Traceroute")
	if err != nil {
		return nil, diagnostics.wrap("running", err)
	}
	o, err := decoder{typeName: "Traceroute", create: true}.object(tracerouteFields, body, "")
	if err != nil {
		return nil, diagnostics.wrap("running", err)
	}
	o = withDefaults(tracerouteFields, o)
	wanted, _ := o["colos"].([]any)
	if len(wanted) == 0 {
		for _, at := range colos {
			wanted = append(wanted, at.name)
		}
	}
	options := o["options"].(Object)
	results := []any{}
	for _, target := range o["targets"].([]any) {
		traces := []any{}
		for _, name := range wanted {
			traces = append(traces, c.server.trace(name.(string), target.(string), options))
		}
		results = append(results, Object{"target": target, "colos": traces})
	}
	return results, nil
}

// trace invents a path: Cloudflare, a carrier, the target. The same question has the same answer. A router that does not
// forward the tunnel's probes does not answer here either: then there are steps without an answer to the end.
func (s *Server) trace(coloName, target string, options Object) Object {
	at := slices.IndexFunc(colos, func(c colo) bool { return c.name == coloName || c.name[:3] == coloName })
	if at < 0 {
		return Object{
			"colo": Object{"name": coloName, "city": ""}, "error": "Could not gather traceroute data: Code 1",
			"hops": []any{}, "target_summary": Object{}, "traceroute_time_ms": 0,
		}
	}
	packets, most := options["packets_per_ttl"].(int64), int(options["max_ttl"].(int64))
	path := tracePath(at, target)
	if s.routerSilent(target) {
		path = append(path[:len(path)-1], make([]Object, max(0, most-len(path)+1))...)
	}
	path = path[:min(len(path), most)]
	hops, rtt, summary := []any{}, 0.4, Object{}
	for i, node := range path {
		rtt += 1 + 18*s.chance("rtt", coloName, target, i)
		lost, nodes := packets, []any{}
		if node != nil {
			// Routers on the way leave some of such packets without an answer; the target does not.
			lost = 0
			if i == 2 && packets > 1 && s.chance("lost", coloName, target) < 0.5 {
				lost = 1
			}
			timed(node, rtt, packets-lost)
			nodes = append(nodes, node)
		}
		if i == 3 && node != nil {
			summary = node
		}
		hops = append(hops, Object{"nodes": nodes, "packets_lost": lost, "packets_sent": packets, "packets_ttl": i + 1})
	}
	return Object{
		"colo": Object{"name": colos[at].name, "city": colos[at].city}, "error": "", "hops": hops,
		"target_summary": summary, "traceroute_time_ms": int(rtt*float64(packets)) + 900,
	}
}

// tracePath are the nodes from a data center to a target.
func tracePath(at int, target string) []Object {
	ip := target
	if _, err := netip.ParseAddr(target); err != nil {
		ip = "203.0.113.250"
	}
	return []Object{
		{"asn": "AS13335", "ip": fmt.Sprintf("192.0.2.%d", 240+at), "name": colos[at].name + ".edge.example"},
		{"asn": "AS64496", "ip": fmt.Sprintf("198.51.100.%d", 240+at), "name": "core1.carrier.example"},
		{"asn": "AS64496", "ip": fmt.Sprintf("198.51.100.%d", 248+at%6), "name": "peer.carrier.example"},
		{"asn": "", "ip": ip, "name": target},
	}
}

// timed gives a node its times and its answers.
func timed(node Object, rtt float64, answers int64) {
	spread := rtt * 0.08
	for name, v := range map[string]float64{
		"min_rtt_ms": rtt - spread, "mean_rtt_ms": rtt, "max_rtt_ms": rtt + spread, "std_dev_rtt_ms": spread / 2,
	} {
		node[name] = math.Round(v*1000) / 1000
	}
	node["packet_count"], node["labels"] = answers, []any{}
}

// routerSilent reports whether a tunnel ends at the address and that nothing gets through it now.
func (s *Server) routerSilent(address string) bool {
	for _, r := range s.connections(nil) {
		if _, customer := endpoints(r.kind, r.obj); customer == address {
			m, _ := r.now(s.now())
			return m.health <= 0 // of several tunnels to one router the first stands for all
		}
	}
	return false
}
