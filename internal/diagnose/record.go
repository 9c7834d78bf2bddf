package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// The causes that Cloudflare's own log of a session tells.
const (
	CapabilityRefused Cause = "unsupported-capability"
	OpenRefused       Cause = "open-refused"
	HoldTimerExpired  Cause = "hold-timer-expired"
	MaximumPrefixes   Cause = "maximum-prefixes"
	Collision         Cause = "connection-collision"
	BGPError          Cause = "bgp-error"
	TCPRefused        Cause = "tcp-refused"
	TCPTimeout        Cause = "tcp-timeout"
	TCPFailed         Cause = "tcp-failed"
	SessionDisabled   Cause = "session-disabled"
	SessionReset      Cause = "session-reconfigured"
	FilterChanged     Cause = "filter-changed"
	RoutesChanged     Cause = "redistribution-changed"
	IKEAuth           Cause = "ike-authentication"
	IKEProposal       Cause = "ike-proposal"
	IKEIdentity       Cause = "ike-identity"
	IKESelectors      Cause = "ike-selectors"
	IKETimeout        Cause = "ike-no-answer"
)

const (
	srcRecord = "Cloudflare's log magic_bgp_logs (its fields are documented, their types and values are not: unconfirmed); "
	srcIKE    = "Cloudflare's log ipsec_logs; its messages are documented nowhere, flarewire reads their words (unconfirmed)"
	// unsure is said on the screen where words of the record decide that no document lists.
	unsure = "The log's wording is unconfirmed."
)

const (
	// aroundFall is how far apart the record's own times of one event may lie.
	aroundFall = 2 * time.Minute
	// stillNow is how old an event may be that says what goes on now.
	stillNow = 15 * time.Minute
)

// told is what the record says about the session of a tunnel.
type told struct {
	store.RecordAnswer
	fell    time.Time      // when the session left Established, exactly; zero: not in the record
	falls   []api.BGPEvent // all times at which it did
	notices []api.BGPEvent // NOTIFICATIONs of this break
	tcp     []api.BGPEvent // its failed TCP handshakes
	opens   []api.BGPEvent // the router's OPENs
	open    *api.BGPEvent  // the newest of them
	config  []api.BGPEvent // changes of the configuration shortly before, or since
}

func isState(state, want string) bool { return strings.EqualFold(strings.TrimSpace(state), want) }

// told reads the record of the tunnel's session; nil when it was not asked, or before the state that the API reports now.
func (c tunnelCase) told() *told {
	answer, asked := c.facts.Records[c.ID]
	if !asked || len(answer.BGP) == 0 {
		return nil
	}
	t := &told{RecordAnswer: answer}
	for _, e := range answer.BGP {
		if e.Kind != api.StateTransition {
			continue
		}
		switch {
		case isState(e.Data.FromState, "Established"):
			t.fell, t.falls = e.At, append(t.falls, e)
		case isState(e.Data.ToState, "Established"):
			t.fell = time.Time{}
		}
	}
	begin := answer.At.Add(-stillNow)
	if seen := c.sessionWorked().until; !t.fell.IsZero() {
		begin = t.fell
	} else if !seen.IsZero() {
		begin = seen
	}
	for _, e := range answer.BGP {
		switch {
		case isConfig(e.Kind) && !e.At.Before(begin.Add(-changeBefore)):
			t.config = append(t.config, e)
		case e.At.Before(begin.Add(-aroundFall)):
			continue
		}
		t.take(e)
	}
	return t
}

func isConfig(kind string) bool {
	return kind == api.SessionConfig || kind == api.FilterConfig || kind == api.RedistributeConfig
}

// take sorts an event of this break.
func (t *told) take(e api.BGPEvent) {
	switch {
	case e.Kind == api.NotificationMessage:
		t.notices = append(t.notices, e)
	case e.Kind == api.HandshakeFailed:
		t.tcp = append(t.tcp, e)
	case e.Kind == api.OpenMessage && e.Direction != api.FromCloudflare:
		t.opens, t.open = append(t.opens, e), &e
	}
}

// openOf is the OPEN that a NOTIFICATION refuses: the newest before it; the newest of all where none is older.
func (t *told) openOf(notice api.BGPEvent) *api.BGPEvent {
	for _, e := range slices.Backward(t.opens) {
		if !e.At.After(notice.At) {
			return &e
		}
	}
	return t.open
}

// Said is what the router said of itself in the OPEN that Cloudflare's log has of a session that is not up: its AS number. False where
// the record was not asked, or has none.
func (a *Account) Said(id string) (asn uint32, known bool) {
	i, there := a.byID[id]
	if !there {
		return 0, false
	}
	c := a.tunnelCase(i)
	t := c.told()
	if !c.broken() || !c.ofNow(t) || t.open == nil || t.open.Data.PeerASN == nil {
		return 0, false
	}
	return *t.open.Data.PeerASN, true
}

// ofNow reports whether the record is about the state that the API reports: a session that came up and fell since is another matter.
func (c tunnelCase) ofNow(t *told) bool {
	return t != nil && !c.Track.Changed.After(t.At.Add(time.Minute))
}

// exactly is when the session broke by the record, which is exact; seen where the record has nothing of it.
func (c tunnelCase) exactly(seen time.Time) time.Time {
	if t := c.told(); c.ofNow(t) && !t.fell.IsZero() && (seen.IsZero() || seen.Sub(t.fell).Abs() < stillNow) {
		return t.fell
	}
	return seen
}

// guesses are what may keep a session down as far as its state tells. Where the record says why, none of them is wanted any more.
var guesses = []Cause{ASNMismatch, MD5Mismatch, NotDialling, HoldTime, OpenConfirmMTU, SessionLost, SessionEnded, NoOpen}

// Provable reports whether a cause is a guess that Cloudflare's log of the session may prove, or put right.
func (c Cause) Provable() bool { return slices.Contains(guesses, c) }

// Broke is when a tunnel or its session was seen to break; zero when it was not seen, or is not broken.
func (a *Account) Broke(id string) time.Time {
	i, known := a.byID[id]
	if !known {
		return time.Time{}
	}
	return a.tunnelCase(i).brokeSeen()
}

// withRecord lets Cloudflare's log speak: what it proves comes first, what it disproves goes.
func (c tunnelCase) withRecord(findings []Finding) []Finding {
	proven := c.fromIKE()
	t := c.told()
	if c.broken() && c.ofNow(t) {
		proven = append(proven, c.fromSession(t)...)
	} else if len(proven) == 0 && c.Track.Flapping {
		proven = c.fromFalls(t)
	}
	if slices.ContainsFunc(proven, func(f Finding) bool { return f.Likelihood == Certain && f.Source != srcIKE }) {
		findings = slices.DeleteFunc(findings, func(f Finding) bool { return slices.Contains(guesses, f.Cause) })
	}
	findings = c.withoutDisproved(findings, t)
	findings = slices.DeleteFunc(findings, func(f Finding) bool {
		return slices.ContainsFunc(proven, func(p Finding) bool { return p.Cause == f.Cause })
	})
	return append(proven, findings...)
}

// fromSession is what the record says about a session that is not up.
func (c tunnelCase) fromSession(t *told) []Finding {
	if f, ok := c.disabled(t); ok {
		return []Finding{f}
	}
	if e, ok := t.refusedOPEN(); ok {
		return []Finding{c.notified(t, e)}
	}
	ended, known := t.ending()
	timer := known && number(ended.Data.Code) == 4
	switch {
	case known && !timer:
		if f, ok := c.reconfigured(t, ended); ok {
			return []Finding{f}
		}
		return []Finding{c.afterwards(c.notified(t, ended), t, ended)}
	case (len(t.tcp) > 0 || timer) && c.sick() && c.Health.State == store.HealthDown:
		return nil // the tunnel below carries nothing: that is the cause, and the record only shows it
	case len(t.tcp) > 0:
		f := c.handshakes(t)
		if timer {
			f.Text += " It began with NOTIFICATION " + Notification(ended.Data) + " at " + Clock(ended.At, c.now) + "."
			f.Evidence = append(f.Evidence, recordEvidence(ended))
		}
		return []Finding{f}
	case timer:
		return []Finding{c.notified(t, ended)}
	case len(t.notices) > 0:
		return []Finding{c.notified(t, t.notices[len(t.notices)-1])}
	}
	if f, ok := c.reconfigured(t, api.BGPEvent{}); ok {
		return []Finding{f}
	}
	return nil
}

// refusedOPEN is the newest NOTIFICATION when it refuses an OPEN: that keeps the session down now, however it fell.
func (t *told) refusedOPEN() (api.BGPEvent, bool) {
	for _, e := range slices.Backward(t.notices) {
		switch code := number(e.Data.Code); {
		case code == 2:
			return e, true
		case code == 6 && number(e.Data.Subcode) == 7:
			continue
		}
		return api.BGPEvent{}, false
	}
	return api.BGPEvent{}, false
}

// ending is the NOTIFICATION that ended the session: the one at its fall, else the newest. A collision ends one of two connections and no
// session.
func (t *told) ending() (api.BGPEvent, bool) {
	rest := slices.DeleteFunc(slices.Clone(t.notices), func(e api.BGPEvent) bool {
		return number(e.Data.Code) == 6 && number(e.Data.Subcode) == 7
	})
	if len(rest) == 0 {
		return api.BGPEvent{}, false
	}
	for _, e := range rest {
		if !t.fell.IsZero() && e.At.Sub(t.fell).Abs() <= aroundFall {
			return e, true
		}
	}
	return rest[len(rest)-1], true
}

// recordEvidence is an event of the record as evidence.
func recordEvidence(e api.BGPEvent) Evidence {
	return Evidence{string(api.BGPLogs) + " " + e.Kind + " " + e.At.UTC().Format(time.RFC3339), BGPEventText(e)}
}

// finding is one that the record proves.
func (t *told) finding(cause Cause, rfc string, events ...api.BGPEvent) Finding {
	f := Finding{Cause: cause, Likelihood: Certain, Impact: Outage, Source: srcRecord + rfc, Since: t.fell, recorded: true}
	for _, e := range events {
		f.Evidence = append(f.Evidence, recordEvidence(e))
	}
	return f
}

// handshakes reads TCP connections that do not come to be. Which words the record has for the reasons is documented nowhere.
func (c tunnelCase) handshakes(t *told) Finding {
	last := t.tcp[len(t.tcp)-1]
	words := strings.ToLower(last.Data.Reason + " " + last.Data.Message)
	has := func(list ...string) bool {
		return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(words, w) })
	}
	f := t.finding(TCPFailed, "RFC 4271 (section 8)", last)
	between := "between " + last.Data.Src + " and " + last.Data.Dst
	if last.Data.Src == "" || last.Data.Dst == "" {
		between = "to the router"
	}
	text := fmt.Sprintf("Cloudflare's log: TCP handshakes fail %s, %d of them, the last at %s: %s.", between, len(t.tcp),
		Clock(last.At, c.now),
		strings.TrimSpace(strings.Join([]string{last.Data.Reason, last.Data.Message}, " ")))
	f.Next = fmt.Sprintf("On the router, check that neighbor %s is configured, and that TCP 179 is permitted in both directions.",
		cloudflareSide(c.Tunnel))
	switch {
	case has("refus", "reset", "rst"):
		f.Cause = TCPRefused
		f.Text = text + " Packets arrive and are refused: BGP does not listen there, the neighbor is not configured, or a filter answers."
		f.Next = fmt.Sprintf("On the router, check that BGP is running, that neighbor %s is configured and not shut down, and that no ACL "+
			"rejects TCP 179.",
			cloudflareSide(c.Tunnel))
	case has("timeout", "timed out", "time out", "unreach", "no route"):
		f.Cause = TCPTimeout
		f.Text = text + " Nothing comes back: a filter drops TCP 179, the MD5 keys differ, or the return path is missing."
	default:
		f.Text = text
	}
	f.Text += " " + unsure
	return f
}

// disabled reads a session that was switched off in its configuration.
func (c tunnelCase) disabled(t *told) (Finding, bool) {
	for _, e := range slices.Backward(t.config) {
		if e.Kind != api.SessionConfig || e.Data.Disabled == nil {
			continue
		}
		if !*e.Data.Disabled {
			return Finding{}, false
		}
		f := t.finding(SessionDisabled, "Logpush datasets", e)
		f.Text = "The session was disabled in Cloudflare's configuration at " + Clock(e.At, c.now) + "."
		f.Next = "See the audit log for who changed it, and enable it again."
		return f, true
	}
	return Finding{}, false
}

// reconfigured reads a session that went down right after its configuration was changed. It is certain when Cloudflare ended the session
// itself (RFC 4486: 3, 4, 6); else a change and a fall of one moment are likely to belong together.
func (c tunnelCase) reconfigured(t *told, ended api.BGPEvent) (Finding, bool) {
	at := t.fell
	byCloudflare := ended.Direction == api.FromCloudflare && number(ended.Data.Code) == 6 &&
		slices.Contains([]int{3, 4, 6}, number(ended.Data.Subcode))
	if byCloudflare {
		at = ended.At
	}
	for _, e := range slices.Backward(t.config) {
		apart := at.Sub(e.At)
		if at.IsZero() || apart < -5*time.Second || apart > aroundFall || ended.Direction != "" && !byCloudflare {
			continue
		}
		f := t.finding(SessionReset, "RFC 4486", e)
		switch e.Kind {
		case api.FilterConfig:
			f.Cause = FilterChanged
		case api.RedistributeConfig:
			f.Cause = RoutesChanged
		}
		f.Text = "Cloudflare's log: " + BGPEventText(e) + " at " + Clock(e.At, c.now) + ", and the session went down " + later(apart) + "."
		f.Next = "See the audit log for who changed it and the previous value; undo it if it was not intended."
		if byCloudflare {
			f.Evidence = append(f.Evidence, recordEvidence(ended))
			f.Text += " Cloudflare ended it with NOTIFICATION " + Notification(ended.Data) + "."
		} else {
			f.Likelihood = Likely
		}
		return f, true
	}
	return Finding{}, false
}

func later(apart time.Duration) string {
	if apart < time.Second {
		return "at once"
	}
	return ago(apart) + " later"
}

// fromFalls reads a session that goes and comes: the same reason every time is the reason.
func (c tunnelCase) fromFalls(t *told) []Finding {
	const least = 3
	if t == nil || len(t.falls) < least {
		return nil
	}
	count := map[string]int{}
	var last api.BGPEvent
	for _, fall := range t.falls {
		for _, e := range t.BGP {
			if e.Kind == api.NotificationMessage && e.At.Sub(fall.At).Abs() <= aroundFall/4 {
				count[Notification(e.Data)+e.Direction]++
				last = e
				break
			}
		}
	}
	n := count[Notification(last.Data)+last.Direction]
	if n < least || n*5 < len(t.falls)*4 {
		return nil
	}
	f := c.notified(t, last)
	f.Impact = Impaired
	f.Text = fmt.Sprintf("The session fell %d times since %s, %d times for the same reason. ", len(t.falls), Clock(t.falls[0].At, c.now),
		n) + f.Text
	return []Finding{f}
}

// outagesKnown are the times at which the session was away: by the record, which is exact, where it has more of them than were seen.
func (c tunnelCase) outagesKnown() []outage {
	seen := outages(c.Track.Events)
	t := c.told()
	if t == nil || len(t.falls) < len(seen) || len(t.falls) < leastOutages {
		return seen
	}
	var list []outage
	for _, e := range t.BGP {
		if e.Kind != api.StateTransition {
			continue
		}
		switch {
		case isState(e.Data.FromState, "Established"):
			list = append(list, outage{from: e.At, said: true})
		case isState(e.Data.ToState, "Established") && len(list) > 0:
			list[len(list)-1].to = e.At
		}
	}
	return list
}

// withoutDisproved leaves out what the record says is not so, and says it at the finding that comes first then.
func (c tunnelCase) withoutDisproved(findings []Finding, t *told) []Finding {
	if !c.ofNow(t) || !c.broken() {
		return findings
	}
	var not []Evidence
	drop := func(causes ...Cause) {
		findings = slices.DeleteFunc(findings, func(f Finding) bool { return slices.Contains(causes, f.Cause) })
	}
	if t.open != nil {
		drop(NotDialling, MD5Mismatch, NoOpen)
		if asn := t.open.Data.PeerASN; asn != nil && c.BGP != nil && *asn == c.BGP.CustomerASN && !t.badAS() {
			drop(ASNMismatch)
			not = append(not, Evidence{"not an AS mismatch", recordEvidence(*t.open).Value})
		}
		if hold := t.open.Data.HoldTime; hold != nil && (*hold == 0 || *hold >= 3) {
			drop(HoldTime)
		}
	}
	if len(t.tcp) > 0 && t.open == nil {
		drop(ASNMismatch, HoldTime)
	}
	for i := range findings {
		if len(not) > 0 && findings[i].Impact > NoImpact {
			findings[i].Evidence = append(findings[i].Evidence, not...)
			break
		}
	}
	return findings
}

// badAS reports whether one side refused the other's AS number.
func (t *told) badAS() bool {
	return slices.ContainsFunc(t.notices, func(e api.BGPEvent) bool { return number(e.Data.Code) == 2 && number(e.Data.Subcode) == 2 })
}
