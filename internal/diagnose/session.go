package diagnose

import (
	"fmt"
	"time"

	"flarewire/api"
)

// Finding is one reading of the data: what it points to, the fields that say so, and what to do next.
type Finding struct {
	Text     string // what it means
	Evidence string // the fields and values that it rests on
	Next     string // what to check or do
}

// staleAfter is the age from which a status that is not "up" may be left over from an earlier time.
// A session that stays up need not be reported again, so age says nothing about it.
const staleAfter = time.Hour

// Session reads what the API says about a tunnel's BGP session, most likely cause first. The
// reading of state, tcp_established and bgp_state together is ours; Cloudflare documents only that
// the customer's router must open the session and which port it uses.
func Session(t api.Tunnel, now time.Time) []Finding {
	switch {
	case t.BGP == nil && t.BGPStatus == nil:
		return []Finding{{Text: "No BGP is configured on this tunnel; static routes steer its traffic.", Evidence: "bgp is absent"}}
	case t.BGPStatus == nil:
		return []Finding{{Text: "BGP is configured, but the API reports no status for it.",
			Evidence: "bgp is set, bgp_status is absent",
			Next:     "Wait a minute and refresh; if it stays so, ask Cloudflare support whether BGP on tunnels is enabled for the account."}}
	case t.BGPStatus.State == api.BGPUp:
		return []Finding{{Text: "The session is up.", Evidence: evidence(t.BGPStatus),
			Next: "If traffic is wrong all the same, compare routes: a static route wins over a BGP route of equal priority."}}
	}
	findings := append(stale(t.BGPStatus, now), stuck(t)...)
	if len(findings) == 0 {
		findings = append(findings, Finding{Text: "The API reports a state that flarewire does not know.", Evidence: evidence(t.BGPStatus)})
	}
	return append(findings, around(t)...)
}

func evidence(s *api.BGPStatus) string {
	text := fmt.Sprintf("state %s, tcp_established %t", s.State, s.TCPEstablished)
	if s.FSM != "" {
		text += ", bgp_state " + s.FSM
	}
	return text
}

// stuck reads where a session that is not up stands.
func stuck(t api.Tunnel) []Finding {
	s := t.BGPStatus
	if !s.TCPEstablished {
		next := "On the router: is it the side that opens the session (Cloudflare never does), is the neighbor address Cloudflare's side of the tunnel, is TCP 179 let through both ways?"
		if t.BGP != nil && t.BGP.MD5Key != "" {
			next += " An MD5 key is set: a different one on the router looks exactly like this, and telnet to port 179 cannot work as a test."
		}
		return []Finding{{Text: "No TCP connection reaches Cloudflare's BGP speaker.", Evidence: evidence(s), Next: next}}
	}
	step, _ := ParseStep(s.FSM)
	switch step.Name {
	case "OpenSent":
		return []Finding{{Text: "TCP is up but the OPEN messages do not agree.", Evidence: evidence(s),
			Next: fmt.Sprintf("On the router: its own AS must be %s and the neighbor's %s; the hold time must be above zero (45 s or more).", asn(t), CloudflareASN)}}
	case "OpenConfirm":
		return []Finding{{Text: "OPEN was accepted, but no KEEPALIVE gets through.", Evidence: evidence(s),
			Next: "Look for loss and for too large packets on the tunnel: MTU 1476 on GRE, 1400 to 1450 on IPsec."}}
	}
	return []Finding{{Text: "TCP is up but the session is not.", Evidence: evidence(s),
		Next: fmt.Sprintf("On the router: compare its AS (%s here), the hold time (above zero) and its log for a NOTIFICATION.", asn(t))}}
}

// CloudflareASN is the AS number of Cloudflare's side on tunnels. For BGP over IPsec and GRE it must
// stay the default (Cloudflare docs, configure routes).
const CloudflareASN = "13335"

func asn(t api.Tunnel) string {
	if t.BGP == nil {
		return "the one configured for the tunnel"
	}
	return fmt.Sprint(t.BGP.CustomerASN)
}

func stale(s *api.BGPStatus, now time.Time) []Finding {
	if s.UpdatedAt.IsZero() || now.Sub(s.UpdatedAt.Time) < staleAfter {
		return nil
	}
	return []Finding{{Text: "The status is old: the session may be in another state by now.",
		Evidence: "updated_at " + s.UpdatedAt.UTC().Format(time.RFC3339),
		Next:     "Ask the router for its side of the session before acting on this."}}
}

// around are the causes that lie outside the session itself.
func around(t api.Tunnel) []Finding {
	var out []Finding
	if t.Kind == api.IPsec && t.PSK != nil && t.PSK.LastGeneratedOn.IsZero() {
		out = append(out, Finding{Text: "No pre-shared key is known to have been generated, so the IPsec tunnel itself may not be up.",
			Evidence: "psk_metadata.last_generated_on is absent", Next: "Generate a key, or make sure that an own one was set, and put it on the router."})
	}
	if h := t.HealthCheck; h != nil && h.Enabled != nil && !*h.Enabled {
		out = append(out, Finding{Text: "Health checks are off: Cloudflare cannot tell whether the tunnel carries traffic.",
			Evidence: "health_check.enabled false", Next: "Turn health checks on; they are required alongside BGP."})
	}
	return out
}
