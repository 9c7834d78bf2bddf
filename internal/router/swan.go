package router

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// The lines of swanctl --list-sas and --list-conns, and of charon's log, that are read. Seen with strongSwan 5.9.8.
var (
	swanSA       = lazily(`^(\S+): #\d+, ([A-Z]+), IKEv[12], `)
	swanSide     = lazily(`^  (local|remote)\s+'([^']*)' @ ([0-9a-fA-F.:]+)\[\d+\]`)
	swanAge      = lazily(`(?:established|installed) (\d+)s ago`)
	swanSuite    = lazily(`^  ([A-Z][A-Z0-9_-]*(?:/[A-Z0-9_-]+)+)\s*$`)
	swanChild    = lazily(`^  (\S+): #\d+, reqid \d+, ([A-Z]+), [^,]*, (?:ESP|AH):(\S+)`)
	swanCount    = lazily(`^    (in|out) .*?(\d+) bytes,\s*(\d+) packets`)
	swanConn     = lazily(`^(\S+): IKEv[12](?:/2)?, `)
	swanConnSide = lazily(`^  (local|remote):\s+(\S+)`)
	swanLocal    = lazily(`^  (local|remote) .*authentication:`)
	swanID       = lazily(`^    id: (\S+)`)
	swanPacket   = lazily(`(?:sending|received) packet: from ([0-9a-fA-F.:]+)\[\d+\] to ([0-9a-fA-F.:]+)\[\d+\]`)
	swanBegins   = lazily(`initiating (?:Main Mode )?IKE_SA \S+ to ([0-9a-fA-F.:]+)`)
	swanUp       = lazily(`IKE_SA \S+ established between [0-9a-fA-F.:]+\[.*\]\.\.\.([0-9a-fA-F.:]+)\[`)
)

// swanFailures are what the log's words mean.
var swanFailures = []struct {
	words   string
	failure IKEFailure
}{
	{"received AUTHENTICATION_FAILED", Authentication}, {"MAC mismatched", Authentication},
	{"received NO_PROPOSAL_CHOSEN", Proposal}, {"no matching proposal found", Proposal}, {"no acceptable proposal found", Proposal},
	{"no matching peer config found", Identity}, {"no IKE config found", Identity}, {"constraint check failed", Identity},
	{"received TS_UNACCEPTABLE", Selectors}, {"no acceptable traffic selectors found", Selectors},
	{"giving up after", NoAnswer}, {"peer not responding", NoAnswer},
}

// swanReader goes through the lines.
type swanReader struct {
	t    Target
	f    *Facts
	sa   *SA
	all  []SA
	conn connection
	with netip.Addr // who the log speaks of
	seen bool
}

// connection is one of swanctl --list-conns.
type connection struct {
	remote string
	side   string
	ids    []string
}

// readSwan reads swanctl --list-sas, --list-conns and lines of charon's log. A list of SAs that is empty prints nothing at all:
// together with
// another of these it is known to be empty, alone it is not.
func readSwan(text string, t Target, f *Facts) bool {
	r := &swanReader{t: t, f: f}
	for _, line := range strings.Split(text, "\n") {
		switch {
		case r.list(line), r.connections(line):
			r.seen = true
		case r.log(line):
			r.seen = true
		}
	}
	r.endSA()
	r.endConnection()
	if r.seen || strings.TrimSpace(text) == "" {
		f.SAsRead = true
	}
	for _, sa := range r.all {
		if sa.Remote == t.CloudflareEndpoint && t.CloudflareEndpoint.IsValid() &&
			(!t.CustomerEndpoint.IsValid() || sa.Local == t.CustomerEndpoint || sa.Name == t.Name || len(r.all) == 1) {
			f.SAs = append(f.SAs, sa)
		}
	}
	return r.seen
}

func (r *swanReader) list(line string) bool {
	if m := swanSA.FindStringSubmatch(line); m != nil {
		r.endSA()
		r.endConnection()
		r.sa = &SA{Name: m[1], State: m[2], Age: -1}
		return true
	}
	if r.sa == nil {
		return false
	}
	if m := swanSide.FindStringSubmatch(line); m != nil {
		if m[1] == "local" {
			r.sa.LocalID, r.sa.Local = m[2], addr(m[3])
		} else {
			r.sa.RemoteID, r.sa.Remote = m[2], addr(m[3])
		}
		return true
	}
	if m := swanSuite.FindStringSubmatch(line); m != nil {
		r.sa.Proposal = m[1]
		return true
	}
	if m := swanChild.FindStringSubmatch(line); m != nil {
		r.sa.Children = append(r.sa.Children, Child{Name: m[1], State: m[2], Proposal: m[3], Age: -1})
		return true
	}
	return r.details(line)
}

func (r *swanReader) details(line string) bool {
	child := len(r.sa.Children) > 0
	if m := swanAge.FindStringSubmatch(line); m != nil && strings.HasPrefix(line, "  ") {
		if child {
			r.sa.Children[len(r.sa.Children)-1].Age = seconds(m[1])
		} else {
			r.sa.Age = seconds(m[1])
		}
		return true
	}
	m := swanCount.FindStringSubmatch(line)
	if m == nil || !child {
		return false
	}
	last := &r.sa.Children[len(r.sa.Children)-1]
	bytes, errB := strconv.ParseUint(m[2], 10, 64)
	packets, errP := strconv.ParseUint(m[3], 10, 64)
	if errB != nil || errP != nil {
		return false
	}
	if m[1] == "in" {
		last.In, last.InPackets = &bytes, &packets
	} else {
		last.Out, last.OutPackets = &bytes, &packets
	}
	return true
}

func seconds(text string) time.Duration {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return -1
	}
	return time.Duration(n) * time.Second
}

func (r *swanReader) endSA() {
	if r.sa != nil {
		r.all = append(r.all, *r.sa)
		r.sa = nil
	}
}

func (r *swanReader) connections(line string) bool {
	if swanConn.MatchString(line) {
		r.endSA()
		r.endConnection()
		r.conn = connection{side: "-"}
		return true
	}
	if r.conn.side == "" {
		return false
	}
	if m := swanConnSide.FindStringSubmatch(line); m != nil {
		if m[1] == "remote" {
			r.conn.remote = m[2]
		}
		return true
	}
	if m := swanLocal.FindStringSubmatch(line); m != nil {
		r.conn.side = m[1]
		return true
	}
	if m := swanID.FindStringSubmatch(line); m != nil {
		if r.conn.side == "local" {
			r.conn.ids = append(r.conn.ids, m[1])
		}
		return true
	}
	return false
}

func (r *swanReader) endConnection() {
	if r.conn.side != "" && addr(r.conn.remote) == r.t.CloudflareEndpoint && r.t.CloudflareEndpoint.IsValid() {
		r.f.LocalIDs = append(r.f.LocalIDs, r.conn.ids...)
	}
	r.conn = connection{}
}

// log reads a line of charon's log. Its lines name no tunnel: who they are about is whom the last packet came from or went to.
func (r *swanReader) log(line string) bool {
	if m := swanPacket.FindStringSubmatch(line); m != nil {
		r.with = addr(m[1])
		if r.with == r.t.CustomerEndpoint || r.with != r.t.CloudflareEndpoint && addr(m[2]) == r.t.CloudflareEndpoint {
			r.with = addr(m[2])
		}
		return true
	}
	if m := swanBegins.FindStringSubmatch(line); m != nil {
		r.with = addr(m[1])
		return true
	}
	if m := swanUp.FindStringSubmatch(line); m != nil {
		if addr(m[1]) == r.t.CloudflareEndpoint && r.t.CloudflareEndpoint.IsValid() {
			r.f.IKE = &IKEEvent{Line: strings.TrimSpace(line)}
		}
		return true
	}
	for _, known := range swanFailures {
		if !strings.Contains(line, known.words) {
			continue
		}
		if r.with.IsValid() && r.with == r.t.CloudflareEndpoint {
			r.f.IKE = &IKEEvent{Failure: known.failure, Line: strings.TrimSpace(line)}
		}
		return true
	}
	return false
}
