package router

import (
	"slices"
	"strconv"
	"strings"
)

// Digest is what the router's kernel says of segments of this session that it dropped because of their MD5 digest (RFC 2385).
type Digest string

// The troubles with digests.
const (
	DigestWrong      Digest = "wrong"      // a digest, made with another key
	DigestMissing    Digest = "missing"    // the router has a key, and the segment has no digest
	DigestUnexpected Digest = "unexpected" // the router has no key, and the segment has a digest
)

// The lines that platforms write into their logs about a BGP session, as their makers' message references and public reports have them.
var (
	// IOS-XE: TCP-6-BADAUTH.
	logBadAuth = lazily(`TCP-6-BADAUTH: (No|Invalid) MD5 digest from ([0-9a-fA-F.:]+)\(`)
	// Junos: tcp_auth_ok.
	logAuthOK = lazily(`tcp_auth_ok: Packet from ([0-9a-fA-F.:]+):\d+ (missing|wrong|unexpectedly has) (?:MD5|AUTH) digest`)
	// Linux, so FRR, VyOS and EOS.
	logMD5Hash = lazily(`(?i)(unexpected MD5 hash found|MD5 hash (?:not found|failed|mismatch)) for \[?\(?\[?([0-9a-f.:]+)\]?[.,` +
		` ]`)
	// IOS-XE and EOS: "%BGP-3-NOTIFICATION: sent to neighbor X active 2/2 (…)".
	logNotice = lazily(`BGP-\d-NOTIFICATION: (sent to|received from) neighbor ([0-9a-fA-F.:]+)\b.*? (\d{1,3})/(\d{1,3})\b`)
	// Junos: "NOTIFICATION sent to X (External AS N): code 2 (…) subcode 2 (…)".
	logJunosNotice = lazily(`NOTIFICATION (sent to|received from) ([0-9a-fA-F.:]+)(?:\+\d+)? \([^)]*\): code (\d{1,3}) ` +
		`\([^)]*\)(?: subcode (\d{1,3}))?`)
	// IOS-XE and Junos: the maximum of prefixes.
	logMaximum      = lazily(`BGP-3-MAXPFXEXCEED: .*?received from ([0-9a-fA-F.:]+) .*?exceeds? limit (\d+)`)
	logJunosMaximum = lazily(`BGP_(?:CEASE_)?PREFIX_LIMIT_EXCEEDED: ([0-9a-fA-F.:]+) .*?prefix-limit\((\d+)\)`)
	// Junos: a negotiation of IKE that failed.
	logJunosIKE = lazily(`IKE negotiation failed with error: ([^.]+)\..*?Remote: ([0-9a-fA-F.:]+)/\d+`)
)

// logWords are in the lines above, so that others are not looked at.
var logWords = []string{"MD5", "digest", "NOTIFICATION", "MAXPFXEXCEED", "PREFIX_LIMIT_EXCEEDED", "IKE negotiation failed"}

// readLog reads the lines of a log that tell of this tunnel's session; the last one of a kind counts. It reports whether there was one of
// any session.
func (f *Facts) readLog(text string, t Target) bool {
	understood := false
	for line := range strings.Lines(text) {
		if slices.ContainsFunc(logWords, func(w string) bool { return strings.Contains(line, w) }) {
			understood = f.logLine(strings.TrimSpace(line), t) || understood
		}
	}
	return understood
}

func (f *Facts) logLine(line string, t Target) bool {
	if m := logBadAuth.FindStringSubmatch(line); m != nil {
		return f.digest(t, m[2], map[string]Digest{"No": DigestMissing, "Invalid": DigestWrong}[m[1]], line)
	}
	if m := logAuthOK.FindStringSubmatch(line); m != nil {
		return f.digest(t, m[1], map[string]Digest{"missing": DigestMissing, "wrong": DigestWrong, "unexpectedly has": DigestUnexpected}[m[2]],
			line)
	}
	if m := logMD5Hash.FindStringSubmatch(line); m != nil {
		what := DigestWrong
		switch lower := strings.ToLower(m[1]); {
		case strings.HasPrefix(lower, "unexpected"):
			what = DigestUnexpected
		case strings.HasSuffix(lower, "not found"):
			what = DigestMissing
		}
		return f.digest(t, m[2], what, line)
	}
	for _, form := range []*pattern{logNotice, logJunosNotice} {
		if m := form.FindStringSubmatch(line); m != nil {
			return f.logged(t, m[2], m[1] == "sent to", m[3], m[4])
		}
	}
	for _, form := range []*pattern{logMaximum, logJunosMaximum} {
		if m := form.FindStringSubmatch(line); m != nil {
			if f.ofPeer(t, m[1]) {
				f.session().overMaximum, f.session().Maximum = true, number(m[2])
			}
			return true
		}
	}
	if m := logJunosIKE.FindStringSubmatch(line); m != nil {
		if a := addr(m[2]); a == t.CloudflareEndpoint && a.IsValid() {
			f.IKE = &IKEEvent{Failure: junosFailure(m[1]), Line: line}
		}
		return true
	}
	return false
}

// ofPeer reports whether an address in a log is this tunnel's peer.
func (f *Facts) ofPeer(t Target, text string) bool {
	a := addr(text)
	return a.IsValid() && a == t.Peer
}

func (f *Facts) digest(t Target, from string, what Digest, line string) bool {
	if f.ofPeer(t, from) {
		s := f.session()
		s.Digest, s.DigestLine = what, line
		if s.MD5 == nil {
			s.MD5 = ptr(what != DigestUnexpected)
		}
	}
	return true
}

// logged takes a NOTIFICATION out of a log. What the router's own page of the neighbor says of its last one is as good, and may be newer
// than the lines that were printed.
func (f *Facts) logged(t Target, peer string, sent bool, code, subcode string) bool {
	c, err := strconv.Atoi(code)
	sub, _ := strconv.Atoi(subcode) // none is 0
	if err == nil && f.ofPeer(t, peer) && (f.session().Notification == nil || f.session().Notification.logged) {
		f.session().Notification = &Notification{Code: c, Subcode: sub, Sent: sent, Direction: true, logged: true}
	}
	return true
}

// settle draws the conclusions that need all that was printed: a log tells of the past, and a session that stands has got over it.
func (f *Facts) settle() {
	switch s := f.Session; {
	case s == nil, s.State == "":
	case s.Established():
		s.Digest, s.DigestLine = "", ""
	default:
		s.Exceeded = s.Exceeded || s.overMaximum && !s.Shutdown && !s.warningOnly
	}
}

// junosFailure is why a negotiation failed, in the words of Junos.
func junosFailure(words string) IKEFailure {
	lower := strings.ToLower(words)
	switch {
	case strings.Contains(lower, "authentication"):
		return Authentication
	case strings.Contains(lower, "proposal"):
		return Proposal
	case strings.Contains(lower, "ts unacceptable"), strings.Contains(lower, "traffic"):
		return Selectors
	case strings.Contains(lower, "timed out"), strings.Contains(lower, "timeout"):
		return NoAnswer
	case strings.Contains(lower, "identit"), strings.Contains(lower, "peer's ike-id"):
		return Identity
	}
	return NoFailure
}
