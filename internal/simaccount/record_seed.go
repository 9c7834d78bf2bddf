package simaccount

import (
	"slices"
	"time"
)

// repeated is a row that is written again and again, since the account began.
type repeated struct {
	dataset string
	row     Object
	every   time.Duration
	first   time.Time
}

// repeatMost bounds how many rows of one that repeats an answer looks at.
const repeatMost = 400

// rows are those of a dataset, oldest first, with those that repeat until now.
func (w *accountRecord) rows(dataset string, now time.Time) []Object {
	out := slices.Clone(w.logs[dataset])
	for _, r := range w.repeats {
		if r.dataset != dataset {
			continue
		}
		last := now.Sub(r.first) / r.every
		for n := max(0, last-repeatMost); n <= last; n++ {
			row := deepCopy(r.row).(Object)
			row[logTime[dataset]] = r.first.Add(n * r.every).UTC().Format(time.RFC3339Nano)
			out = append(out, row)
		}
	}
	return out
}

// repeat has a row of the session of a tunnel written from a time on.
func (s *Server) repeat(tunnel string, every, ago time.Duration, direction, kind string, data Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auditRecords.repeats = append(s.auditRecords.repeats, repeated{BGPLogs, Object{"direction": direction, "eventkind": kind,
		"eventdata": data,
		"tunnelid":  s.tunnelID(tunnel), "tunnelname": tunnel}, every, s.now().Add(-ago)})
}

// FurnishRecord fills the record of the believable account: its datasets are enabled, its broken sessions have left their traces, and
// colleagues have changed this and that. Without it the account has none of it, as one that does not pay for the Log Explorer.
func (s *Server) FurnishRecord() {
	s.EnableLogs(BGPLogs, IPsecLogs, AuditLogs)
	const waw, iad, sin = "waw-br1-ipsec", "iad-dc1-gre", "sin-dc1-ipsec"
	capabilities := []any{"Multiprotocol IPv4 unicast", "Route Refresh", "4-octet AS"}
	s.repeat(waw, 2*time.Minute, 3*time.Hour+12*time.Minute, "from_cloudflare", "open_message",
		Object{"cloudflare_asn": int64(13335), "peer_asn": int64(64632), "bgp_id": "192.0.2.12", "hold_time": int64(90),
			"capabilities": capabilities})
	s.repeat(waw, 2*time.Minute, 3*time.Hour+12*time.Minute, "to_cloudflare", "open_message",
		Object{"peer_asn": int64(64623), "bgp_id": "203.0.113.162", "hold_time": int64(180), "capabilities": capabilities})
	s.repeat(waw, 2*time.Minute, 3*time.Hour+12*time.Minute-time.Second, "from_cloudflare", "notification_message",
		Object{"code": int64(2), "subcode": int64(2), "reason": "Bad Peer AS"})

	fell := 47 * time.Minute
	s.LogBGP(iad, fell, "", "bgp_state_transition", Object{"from_state": "Established", "to_state": "Idle", "event": "HoldTimer_Expires"})
	s.LogBGP(iad, fell, "from_cloudflare", "notification_message", Object{"code": int64(4), "subcode": int64(0),
		"reason": "Hold Timer Expired"})

	s.LogBGP(sin, 8*time.Minute+31*time.Second, "", "session_config_changed", Object{"disabled": false, "md5_key": "changed"})
	s.LogBGP(sin, 8*time.Minute, "", "bgp_state_transition", Object{"from_state": "Established", "to_state": "Idle",
		"event": "Automatic_Stop"})
	s.LogBGP(sin, 8*time.Minute, "from_cloudflare", "notification_message", Object{"code": int64(6), "subcode": int64(6), "reason": ""})
	s.repeat(sin, 30*time.Second, 8*time.Minute-20*time.Second, "", "tcp_handshake_failed",
		Object{"reason": "timeout", "message": "", "src": "10.213.0.21", "dst": "10.213.0.20"})

	ci := Actor{Type: "user", Context: "api_token", Email: "robin@northwind.example", Address: "192.0.2.44", TokenName: "network-ci"}
	kim := Actor{Type: "user", Context: "dash", Email: "kim@northwind.example", Address: "192.0.2.45"}
	s.Audit(8*time.Minute+33*time.Second, ci, "update", IPsecTunnels, sin, Object{"bgp": Object{"customer_asn": int64(64631)}})
	s.Audit(9*time.Minute, kim, "update", GRETunnels, "fra-dc1-gre", Object{"description": "Frankfurt data center, router 1"})
	s.Audit(3*time.Hour+16*time.Minute, ci, "create", IPsecTunnels, waw, Object{"name": waw, "bgp": Object{"customer_asn": int64(64632)}})
	s.Audit(26*time.Hour, kim, "update", Routes, s.routeOf("10.61.12.0/22"), Object{"priority": int64(150)})
	s.Audit(withdrawnFor, kim, "update", BGPPrefixes, "198.18.20.0/24", Object{"on_demand": Object{"advertised": false}})
	s.Attack("198.18.11.0/24", "dosd", 52*time.Minute, 4.2e9)
	s.AddPolicy("Tunnel health to the NOC", "magic_tunnel_health_check_event", true)
}

// routeOf is the id of the route with a prefix.
func (s *Server) routeOf(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.routeID(prefix)
}
