package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
)

const (
	// staleAfter is the age from which a status may be left over from an earlier time.
	staleAfter = time.Hour
	// freshAge is within which the status of other tunnels must have been reported to show that Cloudflare
	// reports also what does not change.
	freshAge = 15 * time.Minute
	// settling is how long a new tunnel or a session that comes up is given before it counts as trouble.
	settling = 2 * time.Minute
)

// sessionEvidence are the fields that say how the session stands.
func sessionEvidence(s *api.BGPStatus) []Evidence {
	list := []Evidence{{"bgp_status.state", string(s.State)}, {"tcp_established", strconv.FormatBool(s.TCPEstablished)}}
	if s.FSM != "" {
		list = append(list, Evidence{"bgp_state", s.FSM})
	}
	return list
}

// session reads where a session that is not up stands.
func (c tunnelCase) session() []Finding {
	s := c.BGPStatus
	if s == nil || !c.broken() {
		return nil
	}
	if !s.TCPEstablished {
		return c.noTCP()
	}
	switch step, _ := ParseFSMState(s.FSM); step.Name {
	case "OpenConfirm":
		return []Finding{c.noKeepalive()}
	case "Idle":
		return c.refused()
	}
	return c.noOpen()
}

// noKeepalive: OPEN was agreed on. A KEEPALIVE has 19 bytes (RFC 4271, section 4.4), so that no MTU stops it.
func (c tunnelCase) noKeepalive() Finding {
	w := c.sessionWorked()
	return Finding{Cause: OpenConfirmMTU, Likelihood: Likely, Impact: Outage, Source: rfc4271("sections 4.4, 8.2.2"), Since: w.until,
		Evidence: append(sessionEvidence(c.BGPStatus), w.evidence("session was up until")...),
		Text: join("OPEN was accepted on both sides, but no KEEPALIVE gets through: this points to loss or to a filter. A KEEPALIVE has 19 "+
			"bytes, "+
			"so the MTU is an unlikely cause.", w.said("The session was up", c.now)),
		Next: "On the router: look at a filter or rate limit for TCP 179 and for packet loss on the path (ping through the tunnel), then at " +
			"the load " +
			"of its " +
			"control plane."}
}

// refused: TCP is there and BGP is not trying. RFC 4271, section 6.2: a rejected OPEN ends in Idle; section 6.7: so does a Cease.
func (c tunnelCase) refused() []Finding {
	w := c.sessionWorked()
	evidence := append(sessionEvidence(c.BGPStatus), w.evidence("session was up until")...)
	log := "The router's log has the NOTIFICATION with its code."
	cease := Finding{Cause: SessionEnded, Likelihood: Possible, Impact: Outage, Since: w.until, Evidence: evidence,
		Source: rfc4271("section 6.7; RFC 4486"),
		Text: join("TCP is up and BGP is Idle: the session may have been ended by a Cease (shut down on the router, or more prefixes than its "+
			"maximum).", w.said("The session was up", c.now)),
		Next: "On the router: is the neighbor shut down, was maximum-prefix exceeded (Cloudflare's own limit is 5,000)? " + log}
	rejected := Finding{Cause: HoldTime, Likelihood: Possible, Impact: Outage, Since: w.until, Source: rfc4271("section 6.2"),
		Evidence: evidence,
		Text:     "An OPEN may be rejected: one side does not accept the hold time or a capability.",
		Next:     "On the router: the hold time must be above zero, 45 s or more. " + log}
	if w.up && !c.edited(w) {
		cease.Text += " An AS number does not change by itself."
		return []Finding{cease, rejected}
	}
	asn := c.wrongASN(Possible)
	asn.Text = "TCP is up and BGP is Idle: an OPEN may have been rejected, most likely for a wrong AS number, or for its hold time."
	asn.Next += " The hold time must be above zero. " + log
	return []Finding{asn, rejected, cease}
}

// noOpen returns what a session in OpenSent means (RFC 4271, section 8.2.2): Cloudflare's OPEN is sent and the router's is awaited.
func (c tunnelCase) noOpen() []Finding {
	w := c.sessionWorked()
	silent := Finding{Cause: NoOpen, Likelihood: Likely, Impact: Outage, Since: w.until, Source: rfc4271("section 8.2.2"),
		Evidence: append(sessionEvidence(c.BGPStatus), w.evidence("session was up until")...),
		Text: "TCP is up and Cloudflare's OPEN was sent, but none was received: this points to a router whose BGP does not answer, or to " +
			"packet loss.",
		Next: fmt.Sprintf("On the router, check that neighbor %s with AS %s is configured and not shut down, that its own AS is %s, and its log.",
			cloudflareSide(c.Tunnel), c.neighborASN(), c.asn())}
	switch {
	case c.neverUp(), c.edited(w):
		silent.Likelihood = Possible
		return []Finding{c.wrongASN(Likely), silent}
	case w.up:
		silent.Text = join(silent.Text, w.said("The session was up", c.now), "An AS number does not change by itself.")
		return []Finding{silent}
	}
	if _, other := c.siblingASN(); other {
		return []Finding{c.wrongASN(Likely), silent}
	}
	silent.Text += " A wrong AS number is possible."
	return []Finding{silent, c.wrongASN(Possible)}
}

// edited reports whether the tunnel was modified so shortly before its session broke, or since, that what is set may not be what it
// was. Where the break was not seen it is one of just now that counts.
func (c tunnelCase) edited(w worked) bool {
	from := c.at.Add(-changeBefore)
	if w.up {
		from = w.until.Add(-changeBefore)
	}
	if c.ModifiedOn.After(from) && !c.coincides(c.ModifiedOn.Time) {
		return true
	}
	for _, e := range c.Track.Events {
		if e.Kind == store.Modified && e.At.After(from) && !c.coincides(e.At) {
			return true
		}
	}
	for _, change := range c.facts.Changes {
		if change.ID != "" && change.ID == c.ID && change.At.After(from) {
			return true
		}
	}
	return false
}

// wrongASN reads a session whose TCP connection is there, while OPEN is not agreed.
func (c tunnelCase) wrongASN(l Likelihood) Finding {
	evidence := sessionEvidence(c.BGPStatus)
	if c.BGP != nil {
		evidence = append(evidence, Evidence{"bgp.customer_asn", asnText(c.BGP.CustomerASN)})
	}
	if other, ok := c.siblingASN(); ok {
		evidence = append(evidence, other)
	}
	text := "TCP is up, but no OPEN was accepted: this points to a wrong AS number on one side."
	if l < Likely {
		text = "Perhaps no OPEN was accepted: a wrong AS number on one side is possible."
	}
	return Finding{Cause: ASNMismatch, Likelihood: l, Impact: Outage, Source: rfc4271("section 6.2"), Evidence: evidence, Text: text,
		Since: c.sessionWorked().until,
		Next: fmt.Sprintf("On the router, compare: local AS %s (as configured at Cloudflare), remote AS %s. Correct the side that is wrong.",
			c.asn(), c.neighborASN())}
}

// join makes one text of sentences, without those that are empty.
func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// siblingASN finds a session to the same router that is up with another AS number.
func (c tunnelCase) siblingASN() (Evidence, bool) {
	for _, t := range c.facts.Tunnels {
		if t.ID != c.ID && t.CustomerEndpoint != "" && t.CustomerEndpoint == c.CustomerEndpoint && t.State == store.Up &&
			t.BGP != nil && c.BGP != nil && t.BGP.CustomerASN != c.BGP.CustomerASN {
			return Evidence{"bgp.customer_asn of " + t.Name + ", up to the same router", asnText(t.BGP.CustomerASN)}, true
		}
	}
	return Evidence{}, false
}

// noTCP reads a session without a TCP connection. A router with another MD5 key looks exactly like one that
// does not dial, because the packets are dropped before TCP sees them.
func (c tunnelCase) noTCP() []Finding {
	s := c.BGPStatus
	likelihood := Likely
	if c.lowerCause() || c.beginning() {
		likelihood = Possible // no session without a tunnel below it, and none at once
	}
	dial := Finding{Cause: NotDialling, Likelihood: likelihood, Impact: Outage, Source: srcNoTCP, Evidence: sessionEvidence(s),
		Text: "Cloudflare's BGP speaker has no TCP connection: your router does not initiate the session, or its packets do not " +
			"get through. Cloudflare is passive; your router must initiate.",
		Next: fmt.Sprintf("On the router, check that it initiates the session, that the neighbor address is %s, and that TCP %d is "+
			"permitted in both directions.", cloudflareSide(c.Tunnel), rules.BGPPort)}
	if c.lowerCause() {
		dial.Next = "BGP cannot come up until the tunnel passes traffic: fix that first."
	}
	var findings []Finding
	if coming, ok := c.comingUp(); ok {
		findings = append(findings, coming)
	}
	if w := c.sessionWorked(); w.up && !c.edited(w) {
		return append(findings, c.lost(w, likelihood))
	}
	if c.BGP == nil {
		return append(findings, dial)
	}
	if c.BGP.MD5Key == "" { // the other way round it looks the same, too
		dial.Evidence = append(dial.Evidence, Evidence{"bgp.md5_key", "absent"})
		if !c.lowerCause() {
			dial.Next += " No MD5 key is set at Cloudflare, so the router must not have one."
		}
		return append(findings, dial)
	}
	md5 := Finding{Cause: MD5Mismatch, Likelihood: dial.Likelihood, Impact: Outage, Source: srcMD5,
		Evidence: append(sessionEvidence(s), Evidence{"bgp.md5_key", "set"}),
		Text: "No TCP connection, and an MD5 key is set: this points to different keys or to a router that does not initiate the session. The " +
			"API shows " +
			"both alike.",
		Next: "Compare the key on the router with the one here, including leading and trailing spaces. Telnet to port 179 cannot work as a " +
			"test while a " +
			"key is set."}
	return append(findings, md5, dial)
}

// lost reads a session that was up and has no TCP connection any more: what is set on both sides does not change by itself.
func (c tunnelCase) lost(w worked, l Likelihood) Finding {
	if c.Track.Flapping {
		l = Possible // it comes back, as it did before
	}
	return Finding{Cause: SessionLost, Likelihood: l, Impact: Outage, Source: srcNoTCP, Since: w.until,
		Evidence: append(sessionEvidence(c.BGPStatus), w.evidence("session was up until")...),
		Text: strings.TrimSuffix(w.said("The session was up", c.now), ".") +
			", and there has been no TCP connection since. Keys and AS numbers do not change by " +
			"themselves: this points to the path or to the router.",
		Next: fmt.Sprintf("On the router, check that it initiates the session to %s (Cloudflare is passive), that TCP %d is permitted in "+
			"both directions, and its log for what ended the session.",
			cloudflareSide(c.Tunnel), rules.BGPPort)}
}

// beginning reports whether the session is on its way and was not seen so for long.
func (c tunnelCase) beginning() bool {
	since := c.Track.Changed
	if since.IsZero() {
		since = c.Track.KnownSince
	}
	return c.State == store.Establishing && (since.IsZero() || c.at.Sub(since) <= settling)
}

// comingUp reports whether the session was seen to begin only a moment ago.
func (c tunnelCase) comingUp() (Finding, bool) {
	if !c.beginning() || c.Track.Changed.IsZero() {
		return Finding{}, false
	}
	return Finding{Cause: ComingUp, Likelihood: Likely, Impact: Impaired, Source: srcOwn, Text: "The session is coming up.",
		Evidence: append(sessionEvidence(c.BGPStatus), Evidence{"changed", ago(c.now.Sub(c.Track.Changed))}),
		Next:     "Wait: a session is up within a minute when both sides agree."}, true
}

// reservedASN: an AS number that no session can have.
func (c tunnelCase) reservedASN() []Finding {
	if c.BGP == nil || c.State == store.Up {
		return nil
	}
	asn := asnText(c.BGP.CustomerASN)
	if rules.ASNClassOf(c.BGP.CustomerASN) != rules.ASNReserved && c.BGP.CustomerASN != rules.CloudflareASN && asn != c.cloudflareASN() {
		return nil
	}
	return []Finding{{Cause: ASNReserved, Likelihood: Certain, Impact: Outage, Evidence: []Evidence{{"bgp.customer_asn", asn}},
		Source: "RFC 7607, RFC 6793, RFC 7300; Cloudflare docs: Configure BGP routes",
		Text:   "The AS number of the customer's side can never work: it is reserved, or Cloudflare's own.",
		Next:   "Set the router's real AS number. On a GRE tunnel that needs a new tunnel: an update cannot change BGP there."}}
}

// noStatus reads BGP that is configured while the API reports nothing about it.
func (c tunnelCase) noStatus() []Finding {
	if c.BGP == nil || c.BGPStatus != nil {
		return nil
	}
	evidence := []Evidence{{"bgp", "set"}, {"bgp_status", "absent"}}
	wait := Finding{Cause: NoStatus, Likelihood: Possible, Impact: Outage, Evidence: evidence, Source: srcOwn,
		Text: "BGP is configured, but the API reports no status for it yet.",
		Next: "Wait a minute and refresh; if this persists, ask Cloudflare support."}
	young := !c.CreatedOn.IsZero() && c.at.Sub(c.CreatedOn.Time) < settling
	if c.statuses > 0 || young {
		return []Finding{wait}
	}
	mode := Finding{Cause: NoUnifiedRouting, Likelihood: Likely, Impact: Outage, Source: srcSteering,
		Evidence: append(evidence, Evidence{"tunnels with bgp_status", fmt.Sprintf("0 of %d with BGP", c.configured)}),
		Text: "BGP is configured, but the API reports no status for any tunnel: this points to an account that is not on Unified Routing, " +
			"where BGP over tunnels does not run. The API does not report the routing mode.",
		Next: "Ask the Cloudflare account team whether the account is on Unified Routing."}
	// Sessions of tunnels that were not read may have a status.
	if c.configured > 1 && cannotTell(c.facts.GRE, c.facts.IPsec) == "" {
		return []Finding{mode}
	}
	mode.Likelihood = Possible // one tunnel says nothing about an account
	return []Finding{wait, mode}
}

// stale reads the age of the status. Whether Cloudflare reports again what does not change is not
// documented: only that the status of most others is young shows that it does.
func (c tunnelCase) stale() []Finding {
	s := c.BGPStatus
	if s == nil || s.UpdatedAt.IsZero() || c.at.Sub(c.Reported()) < staleAfter {
		return nil
	}
	others := c.statuses - 1
	reported := others >= 3 && c.fresh*2 > others
	f := Finding{Cause: StaleStatus, Likelihood: Possible, Impact: Impaired, Source: srcOwn,
		Text:     "The BGP status has not been updated for a long time: the session may have changed since.",
		Evidence: []Evidence{{"bgp_status.updated_at", s.UpdatedAt.UTC().Format(time.RFC3339)}, {"age", ago(c.now.Sub(c.Reported()))}},
		Next:     "Check the session on the router before acting on this."}
	switch {
	case reported && !c.counted(): // those that were not read may be as old
		f.Text = join(f.Text, "Cannot tell whether most others are reported more often: "+cannotTell(c.facts.GRE, c.facts.IPsec)+".")
		f.Evidence = append(f.Evidence, Evidence{"other sessions reported within " + ago(freshAge),
			fmt.Sprintf("%d of %d known", c.fresh, others)})
	case reported:
		f.Likelihood = Likely
		f.Evidence = append(f.Evidence, Evidence{"other sessions reported within " + ago(freshAge), fmt.Sprintf("%d of %d", c.fresh, others)})
	case c.State == store.Up:
		return nil // a session that stays up may never be reported again
	}
	return []Finding{f}
}

// isFresh reports whether a status shows that Cloudflare reports again what does not change: it is young, and not because the session
// has just changed.
func isFresh(t store.Tunnel, at time.Time) bool {
	reported := t.Reported()
	if reported.IsZero() || at.Sub(reported) >= freshAge || store.Ahead(reported, at) || t.State != store.Up {
		return false
	}
	return t.Track.Changed.IsZero() || reported.Sub(t.Track.Changed).Abs() > time.Minute
}

// calm says how the session stands when nothing is wrong with it or nothing can be said. A session that is up by a status that is known to
// be old is not said to be up.
func (c tunnelCase) calm() []Finding {
	switch c.State {
	case store.NoBGP:
		return []Finding{{Cause: NoBGP, Likelihood: Remark, Source: srcSteering, Evidence: []Evidence{{"bgp", "absent"}},
			Text: "No BGP is configured on this tunnel; its traffic follows static routes."}}
	case store.Up:
		f := Finding{Cause: SessionUp, Likelihood: Remark, Source: srcSteering, Evidence: sessionEvidence(c.BGPStatus),
			Text: "The session is up.",
			Next: "If traffic takes the wrong path, compare the routes: a static route wins over a BGP route with the same prefix and priority."}
		switch old := c.stale(); {
		case len(old) > 0 && old[0].Likelihood == Likely:
			return nil
		case len(old) > 0:
			f.Text = "The session was up when its status was last updated; cannot tell whether it still is."
		}
		return []Finding{f}
	}
	// Nobody counts it as up, so it is more than a remark.
	f := Finding{Cause: UnknownState, Likelihood: Possible, Impact: Risk, Source: srcOwn,
		Text: "The API reports a state that flarewire does not know: it is unknown whether the session is up.",
		Next: "Ask the router for its side of the session."}
	if c.BGPStatus != nil {
		f.Evidence = sessionEvidence(c.BGPStatus)
	}
	return []Finding{f}
}

func (c tunnelCase) asn() string {
	if c.BGP == nil {
		return "the one configured for the tunnel"
	}
	return asnText(c.BGP.CustomerASN)
}

// cloudflareASN is the AS number of Cloudflare's side of this account's sessions: the account's own setting where there is one.
func (a *Account) cloudflareASN() string {
	return asnText(cmp.Or(a.facts.CloudflareASN, rules.CloudflareASN))
}

// neighborASN is the same for the operator of a router, with what is not known of it.
func (a *Account) neighborASN() string {
	if a.facts.CloudflareASN == 0 {
		return a.cloudflareASN() + " (unless the CNI settings have another)"
	}
	return a.cloudflareASN()
}

func asnText(asn uint32) string { return strconv.FormatUint(uint64(asn), 10) }

// ago is a duration in two units at most.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		if minutes := int(d.Minutes()) % 60; minutes > 0 {
			return fmt.Sprintf("%d h %02d min", int(d.Hours()), minutes)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
