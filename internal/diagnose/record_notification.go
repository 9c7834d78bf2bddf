package diagnose

import (
	"fmt"

	"flarewire/api"
)

// notified is what a NOTIFICATION means. It is certain: one side has said why it does not go on.
func (c tunnelCase) notified(t *told, e api.BGPEvent) Finding {
	text := upperFirst(sender(e)) + " sent NOTIFICATION " + Notification(e.Data) + " at " + Clock(e.At, c.now)
	code, subcode := number(e.Data.Code), number(e.Data.Subcode)
	byCloudflare := e.Direction == api.FromCloudflare
	f := t.finding(BGPError, "RFC 4271 (section 6)", e)
	f.Text, f.Next = text+".", "Look in the router's log for the same NOTIFICATION; its code says which message was refused."
	switch code {
	case 2:
		c.openRefused(&f, t, e, text)
	case 4:
		f.Cause, f.Source = HoldTimerExpired, srcRecord+"RFC 4271 (section 6.5)"
		late := "your router's KEEPALIVEs did not arrive in time"
		if e.Direction == api.ToCloudflare {
			late = "Cloudflare's KEEPALIVEs did not reach your router in time"
		}
		f.Text = text + ": " + late + "."
		f.Next = "Look for loss on the path at that moment, for large packets that get lost, and for load on the router's control plane."
	case 6:
		c.ceased(&f, subcode, byCloudflare, text)
	}
	return f
}

// openRefused is a NOTIFICATION that refuses an OPEN.
func (c tunnelCase) openRefused(f *Finding, t *told, e api.BGPEvent, text string) {
	f.Cause, f.Source = OpenRefused, srcRecord+"RFC 4271 (section 6.2)"
	f.Next = "Compare both sides of the session; the NOTIFICATION names what does not fit."
	open := t.openOf(e)
	if open != nil {
		f.Evidence = append([]Evidence{recordEvidence(*open)}, f.Evidence...)
	}
	byCloudflare := e.Direction != api.ToCloudflare
	switch number(e.Data.Subcode) {
	case 2:
		f.Cause = ASNMismatch
		c.badPeerAS(f, open, byCloudflare, text)
	case 6:
		f.Cause = HoldTime
		f.Text = text + ": the hold time that was offered is not accepted."
		f.Next = "On the router: a hold time of 45 s or more, or its default; Cloudflare offers 90 s."
	case 7:
		f.Cause, f.Source = CapabilityRefused, srcRecord+"RFC 5492 (section 5)"
		if byCloudflare {
			f.Text = text + ": your router asks for a capability that Cloudflare does not have, or lacks one that it needs."
		} else {
			f.Text = text + ": your router refuses a capability of Cloudflare's."
		}
		f.Next = "On the router: leave only IPv4 unicast, 4-byte AS numbers and route refresh on for this neighbor; the OPENs of both list " +
			"theirs."
	default:
		f.Text = text + "."
	}
}

// badPeerAS says which AS number each side had and expected.
func (c tunnelCase) badPeerAS(f *Finding, open *api.BGPEvent, byCloudflare bool, text string) {
	f.Evidence = append(f.Evidence, Evidence{"bgp.customer_asn", c.asn()})
	if !byCloudflare {
		f.Text = text + ": your router expects another AS number from Cloudflare than " + c.cloudflareASN() + "."
		f.Next = "On the router: set the neighbor's AS (remote-as, peer-as) to " + c.cloudflareASN() + "."
		return
	}
	f.Text = text + ": your router announced an AS number other than " + c.asn() + ", the configured one."
	f.Next = "Correct one of the two: the router's own AS to " + c.asn() + ", or the tunnel's to the router's."
	if open != nil && open.Data.PeerASN != nil && asnText(*open.Data.PeerASN) != c.asn() {
		said := asnText(*open.Data.PeerASN)
		f.Text = text + ": your router announced AS " + said + "; AS " + c.asn() + " is configured."
		f.Next = "Correct one of the two: the router's own AS to " + c.asn() + ", or the tunnel's to " + said + "."
	}
}

// ceased is a Cease (RFC 4486).
func (c tunnelCase) ceased(f *Finding, subcode int, byCloudflare bool, text string) {
	f.Cause, f.Source = SessionEnded, srcRecord+"RFC 4486, RFC 9003"
	f.Text, f.routers = text+": the session was ended on purpose.", !byCloudflare
	f.Next = "Ask who did it on the router, or look in its log: on Cloudflare's side nothing is broken."
	if byCloudflare {
		f.Next = "See the audit log for changes on Cloudflare's side; if there are none, send this log entry to Cloudflare support."
	}
	switch {
	case subcode == 1 && byCloudflare:
		f.Cause = MaximumPrefixes
		f.Text = text + ": your router announces more prefixes than Cloudflare takes."
		f.Next = "On the router: announce fewer prefixes (Cloudflare takes 5,000), by a prefix list or by aggregation; then clear the session."
	case subcode == 1:
		f.Cause = MaximumPrefixes
		f.Text = text + ": Cloudflare announces more prefixes than the router's maximum allows."
		f.Next = "On the router: raise maximum-prefix for this neighbor or filter what comes in; then clear the session."
	case subcode == 2 && !byCloudflare:
		f.Text = text + ": the neighbor is shut down on the router."
		f.Next = "On the router: re-enable the neighbor " + cloudflareSide(c.Tunnel) + " once whoever shut it down agrees."
	case subcode == 7:
		f.Cause, f.Source, f.routers = Collision, srcRecord+"RFC 4271 (section 6.8), RFC 4486", true
		f.Text = text + ": both sides opened a connection at the same time, and one of the two had to close. " +
			"This keeps the session down only if it repeats."
		f.Next = "On the router: one neighbor statement for " + cloudflareSide(c.Tunnel) + " only, each router with its own BGP identifier."
	}
}

// afterwards adds what goes on since the session was ended.
func (c tunnelCase) afterwards(f Finding, t *told, ended api.BGPEvent) Finding {
	if n := len(t.tcp); n > 0 && t.tcp[n-1].At.After(ended.At) {
		f.Text += fmt.Sprintf(" Since then %d TCP handshakes failed, the last at %s.", n, Clock(t.tcp[n-1].At, c.now))
		f.Evidence = append(f.Evidence, recordEvidence(t.tcp[n-1]))
	}
	return f
}
