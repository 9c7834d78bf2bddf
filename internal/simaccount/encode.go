package simaccount

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/netip"
	"strconv"
	"time"
)

// writeTunnel appends the JSON of a tunnel or interconnect: the part that only writes change is encoded once,
// the session's state is added at its end.
func (s *Server) writeTunnel(b *bytes.Buffer, r *record, now time.Time, newTarget bool) {
	form := 0
	if newTarget {
		form = 1
	}
	if r.encoded[form] == nil {
		r.encoded[form] = encode(r.tunnelView(newTarget))
	}
	fixed := r.encoded[form]
	status := r.bgpStatus(now)
	if status == nil {
		b.Write(fixed)
		return
	}
	b.Write(fixed[:len(fixed)-1])
	b.WriteString(`,"bgp_status":`)
	b.Write(status)
	b.WriteByte('}')
}

// tunnelJSON is writeTunnel for one object.
func (s *Server) tunnelJSON(r *record, now time.Time, newTarget bool) json.RawMessage {
	var b bytes.Buffer
	s.writeTunnel(&b, r, now, newTarget)
	return b.Bytes()
}

// tunnelView is what a client may see of the stored object, with the target in the form it asked for.
func (r *record) tunnelView(newTarget bool) Object {
	view := maps.Clone(r.obj)
	hc, ok := view["health_check"].(Object)
	if !ok || !newTarget {
		return view
	}
	hc = maps.Clone(hc)
	saved, _ := hc["target"].(string)
	hc["target"] = Object{"saved": saved, "effective": r.effectiveTarget(saved)}
	view["health_check"] = hc
	return view
}

// effectiveTarget is the address that is probed: the saved one, else the customer endpoint,
// else (bidirectional, or no such endpoint) the customer side of the interface.
func (r *record) effectiveTarget(saved string) string {
	if saved != "" {
		return saved
	}
	hc, _ := r.obj["health_check"].(Object)
	if hc["direction"] == "unidirectional" {
		for _, name := range []string{"customer_gre_endpoint", "customer_endpoint"} {
			if endpoint := r.text(name); endpoint != "" {
				return endpoint
			}
		}
	}
	if _, peer, ok := speakers(r.text("interface_address")); ok {
		return peer.String()
	}
	return ""
}

// speakers splits an interface address into Cloudflare's side, which is the one written, and the customer's.
func speakers(interfaceAddress string) (cloudflare, customer netip.Addr, ok bool) {
	p, err := netip.ParsePrefix(interfaceAddress)
	if err != nil {
		return cloudflare, customer, false
	}
	cloudflare = p.Addr()
	first := p.Masked().Addr()
	if p.Bits() != cloudflare.BitLen()-1 {
		first = first.Next() // a /30 or /29 has a network address
	}
	if customer = first; customer == cloudflare {
		customer = first.Next()
	}
	return cloudflare, customer, true
}

// bgpStatus writes bgp_status, nil when the tunnel has no BGP or nothing was reported yet.
func (r *record) bgpStatus(now time.Time) []byte {
	if _, ok := r.obj["bgp"]; !ok || r.kind == Links {
		return nil // interconnects have no bgp_status in the API
	}
	m, since := r.now(now)
	if m.fsm == "" {
		return nil
	}
	cloudflare, customer, ok := speakers(r.text("interface_address"))
	b := make([]byte, 0, 256)
	b = append(b, `{"state":"`...)
	b = append(b, m.summary()...)
	b = append(b, `","tcp_established":`...)
	b = strconv.AppendBool(b, m.tcpUp())
	b = append(b, `,"updated_at":"`...)
	b = r.reported(now, since).UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","bgp_state":"`...)
	b = append(b, m.fsm...)
	b = append(b, '"')
	if ok {
		b = append(b, `,"cf_speaker_ip":"`...)
		b = cloudflare.AppendTo(b)
		b = append(b, `","cf_speaker_port":179,"customer_speaker_ip":"`...)
		b = customer.AppendTo(b)
		b = append(b, '"')
	}
	if ok && m.tcpUp() {
		b = append(b, `,"customer_speaker_port":`...)
		b = strconv.AppendInt(b, r.sourcePort(), 10)
	}
	return append(b, '}')
}

// sourcePort is the port that the customer's router dialled from.
func (r *record) sourcePort() int64 {
	n := int64(0)
	for _, c := range []byte(r.id) {
		n = n*31 + int64(c)
	}
	return 49152 + (n&0x7fffffff)%16000
}
