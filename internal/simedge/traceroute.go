package simedge

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

// traceroute answers at once, where the real one takes its time; an unknown data centre gets an error of its own.
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
			traces = append(traces, c.e.trace(name.(string), target.(string), options))
		}
		results = append(results, Object{"target": target, "colos": traces})
	}
	return results, nil
}

// trace invents a path: Cloudflare, a carrier, the target. The same question has the same answer.
func (e *Edge) trace(coloName, target string, options Object) Object {
	at := slices.IndexFunc(colos, func(c colo) bool { return c.name == coloName || c.name[:3] == coloName })
	if at < 0 {
		return Object{
			"colo": Object{"name": coloName, "city": ""}, "error": "Could not gather traceroute data: Code 1",
			"hops": []any{}, "target_summary": Object{}, "traceroute_time_ms": 0,
		}
	}
	packets := options["packets_per_ttl"].(int64)
	path := []Object{
		{"asn": "AS13335", "ip": fmt.Sprintf("192.0.2.%d", 240+at), "name": colos[at].name + ".edge.example"},
		{"asn": "AS64496", "ip": fmt.Sprintf("198.51.100.%d", 240+at), "name": "core1.carrier.example"},
		{"asn": "AS64496", "ip": fmt.Sprintf("198.51.100.%d", 248+at%6), "name": "peer.carrier.example"},
		{"asn": "", "ip": target, "name": target},
	}
	if _, err := netip.ParseAddr(target); err != nil {
		path[3]["ip"] = "203.0.113.250"
	}
	path = path[:min(len(path), int(options["max_ttl"].(int64)))]
	hops, rtt := []any{}, 0.4
	last := Object{}
	for i, node := range path {
		rtt += 1 + 18*e.chance("rtt", coloName, target, i)
		spread := rtt * 0.08
		for name, v := range map[string]float64{
			"min_rtt_ms": rtt - spread, "mean_rtt_ms": rtt, "max_rtt_ms": rtt + spread, "std_dev_rtt_ms": spread / 2,
		} {
			node[name] = math.Round(v*1000) / 1000
		}
		node["packet_count"], node["labels"] = packets, []any{}
		hops = append(hops, Object{
			"nodes": []any{node}, "packets_lost": 0, "packets_sent": packets, "packets_ttl": i + 1,
		})
		last = node
	}
	return Object{
		"colo": Object{"name": colos[at].name, "city": colos[at].city}, "error": "", "hops": hops,
		"target_summary": last, "traceroute_time_ms": int(rtt*float64(packets)) + 900,
	}
}
