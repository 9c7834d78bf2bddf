package diagnose_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// What a change does to the paths, before it is made, and whether it takes the last one from an advertised network.
func TestWhatAChangeDoesToThePaths(t *testing.T) {
	const net = "198.51.100.0/24"
	for name, c := range map[string]struct {
		routes []string
		edit   diagnose.Edit
		after  string
		last   bool
	}{
		"the only route goes": {[]string{net + " t0 100"}, diagnose.Edit{Kind: store.Routes, ID: "r0"}, "no route leads there", true},
		"one of two goes": {[]string{net + " t0 100", net + " t1 100"}, diagnose.Edit{Kind: store.Routes, ID: "r0"},
			"1 healthy path, no redundancy", false},
		"the tunnel of one of two goes": {[]string{net + " t0 100", net + " t1 100"}, diagnose.Edit{Kind: store.GRETunnels, ID: "id0"},
			"1 healthy path, no redundancy", false},
		"the tunnel goes": {[]string{net + " t0 100"}, diagnose.Edit{Kind: store.GRETunnels, ID: "id0"}, "no healthy path left",
			true},
		"nothing that it rests on": {[]string{net + " t0 100"}, diagnose.Edit{Kind: store.GRETunnels, ID: "id1"}, "", false},
		"a priority that only shares": {[]string{net + " t0 100", net + " t1 200"}, route("r1", net, "10.255.0.3", 100), "2 healthy paths",
			false},
		"into one region only": {[]string{net + " t0 100"}, diagnose.Edit{Kind: store.Routes, ID: "r0",
			Object: json.RawMessage(`{"prefix":"` + net + `","nexthop":"10.255.0.1","priority":100,"scope":{"colo_regions":["ENAM"]}}`)},
			"no route leads there in 8 regions: AFR APAC EEUR ME OC SAM WEUR WNAM", true},
		"health checks off": {[]string{net + " t0 100"}, diagnose.Edit{Kind: store.GRETunnels, ID: "id0",
			Object: json.RawMessage(`{"name":"t0","interface_address":"10.255.0.0/31","health_check":{"enabled":false}}`)},
			"cannot tell whether the path is healthy: its health checks are off", false},
		"another type of health check": {[]string{net + " t0 100"}, check(`"enabled":true,"type":"request"`),
			"cannot tell whether the path is healthy: its health check is replaced and starts measuring again", false},
		"another direction of it": {[]string{net + " t0 100", net + " t1 100"}, check(`"enabled":true,"direction":"bidirectional"`),
			"1 of 2 paths healthy, cannot tell for 1: its health check is replaced and starts measuring again", false},
		"another target of it": {[]string{net + " t0 100"}, check(`"enabled":true,"target":{"saved":"203.0.113.9"}`),
			"cannot tell whether the path is healthy: its health check is replaced and starts measuring again", false},
		"another rate of it changes nothing": {[]string{net + " t0 100"}, check(`"enabled":true,"rate":"high"`), "", false},
	} {
		n := networkOf("healthy", "healthy").routes(c.routes...).own(net, "Magic Transit", "+"+net)
		before, after := diagnose.NewTable(n.facts), diagnose.NewTable(n.facts.After(c.edit))
		all := diagnose.Differences(before, after)
		got, last := "", false
		if len(all) > 0 {
			got, last = all[0].After.Left(), all[0].LastPath()
		}
		if got != c.after || last != c.last {
			t.Errorf("%s: %q, last way %v; want %q, %v", name, got, last, c.after, c.last)
		}
		if again := diagnose.NewTable(n.facts).Destination(asked(net)); again.Summary() != before.Destination(asked(net)).Summary() {
			t.Errorf("%s: the facts themselves changed", name)
		}
	}
}

// check is the edit of the health check of the first tunnel.
func check(fields string) diagnose.Edit {
	return diagnose.Edit{Kind: store.GRETunnels, ID: "id0",
		Object: json.RawMessage(`{"name":"t0","interface_address":"10.255.0.0/31","health_check":{` + fields + `}}`)}
}

func route(id, prefix, hop string, priority int) diagnose.Edit {
	return diagnose.Edit{Kind: store.Routes, ID: id,
		Object: json.RawMessage(fmt.Sprintf(`{"prefix":%q,"nexthop":%q,"priority":%d}`, prefix, hop, priority))}
}
