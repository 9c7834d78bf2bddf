package router

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The lines of IOS-XE that are read, as Cisco's command references print them; it was not tried on a device.
var (
	xeNeighbor   = lazily(`^BGP neighbor is ([0-9a-fA-F.:]+),.*?remote AS ([\d.]+)(?:,\s+local AS ([\d.]+))?`)
	xeState      = lazily(`BGP state = ([A-Za-z]+)(?:, (?:up|down) for (\S+))?`)
	xeHold       = lazily(`hold time is (\d+), keepalive interval is (\d+) seconds`)
	xeConfigured = lazily(`[Cc]onfigured hold time is (\d+)`)
	xeCurrent    = lazily(`Prefixes Current:\s+(\d+)\s+(\d+)`)
	xeDenied     = lazily(`^\s+Total:\s+(\d+)\s+(\d+)\s*$`)
	xeFilter     = lazily(`(?:Route map for|) ?([Ii]ncoming|[Oo]utgoing) (?:advertisements|update (?:prefix|network|AS path) ` +
		`filter list) is \*?(\S+)`)
	xeMaximum   = lazily(`Maximum prefixes allowed (\d+)`)
	xeReset     = lazily(`Last reset (\S+), due to (.+)`)
	xeLocal     = lazily(`^Local host: ([0-9a-fA-F.:]+),`)
	xeLocalAS   = lazily(`local AS number ([\d.]+)`)
	xeInterface = lazily(`^(\S+) is (administratively down|up|down), line protocol is (up|down)`)
	xeAddress   = lazily(`Internet address is (\S+)`)
	xeTransport = lazily(`Tunnel transport MTU (\d+) bytes`)
	xeMTU       = lazily(`^\s+MTU (\d+) bytes`)
	xeEnds      = lazily(`Tunnel source ([0-9.]+).*destination ([0-9.]+)`)
	xePackets   = lazily(`(\d+) packets (input|output), (\d+) bytes`)
	xePeer      = lazily(`^Peer: ([0-9a-fA-F.:]+) port `)
	xeUptime    = lazily(`^Uptime: (\S+)`)
	xeStatus    = lazily(`^Session status: (\S+)`)
	xeFlow      = lazily(`(Inbound|Outbound):\s+#pkts (?:dec|enc)'ed (\d+)`)
	xeEntry     = lazily(`^Routing entry for ([^\s,]+)`)
	xeKnown     = lazily(`Known via "([^"]+)"`)
	xeHop       = lazily(`^\s+\*?\s*([0-9.]+)(?:, from \S+, .*?)?(?:, via (\S+))?$`)
	xeDirect    = lazily(`^\s+\* directly connected, via (\S+)`)
)

// xeReader goes through the lines; what it is in decides what a line is about.
type xeReader struct {
	t          Target
	f          *Facts
	s          *Session // of this tunnel; nil while another neighbor is described
	i          *Interface
	found      []Interface
	sa         SA
	shownRoute *Route
	policy     bool
	seen       bool

	noRoute bool // to something that was asked for
}

// readIOSXE reads "show bgp ipv4 unicast neighbors", "show interfaces Tunnel1", "show crypto session detail", "show ip route X", lines of
// "show running-config" and of "show logging".
func readIOSXE(text string, args []string, t Target, f *Facts) bool {
	r := &xeReader{t: t, f: f}
	for _, line := range strings.Split(text, "\n") {
		if r.begin(line) {
			r.seen = true
			continue
		}
		if r.s != nil {
			r.neighbor(line)
		}
		if r.i != nil {
			r.tunnel(line)
		}
		r.session(line)
		r.route(line)
	}
	r.end()
	f.take(t, r.found...)
	understood := f.readLog(text, t)
	understood = bgpConfig(text, t, f) || understood
	if r.noRoute {
		understood = f.noEndpoint(args, t) || understood
	}
	return r.seen || understood
}

// begin looks for a line with which something begins.
func (r *xeReader) begin(line string) bool {
	if m := xeNeighbor.FindStringSubmatch(line); m != nil {
		r.end()
		if addr(m[1]) == r.t.Peer && r.t.Peer.IsValid() {
			r.s = r.f.session()
			r.s.RemoteAS = asn(m[2])
			if m[3] != "" {
				r.s.LocalAS = asn(m[3])
			}
		}
		return true
	}
	if m := xeInterface.FindStringSubmatch(line); m != nil {
		r.end()
		r.i = &Interface{Name: m[1], Admin: ptr(m[2] != "administratively down"), Up: ptr(m[2] == "up" && m[3] == "up")}
		return true
	}
	if m := xeEntry.FindStringSubmatch(line); m != nil {
		r.end()
		if p, err := netip.ParsePrefix(m[1]); err == nil {
			r.shownRoute = &Route{Prefix: p}
		}
		return true
	}
	switch {
	case strings.HasPrefix(line, "% Network not in table"), strings.HasPrefix(line, "% Subnet not in table"):
		r.end()
		r.noRoute = true
		return true
	case strings.HasPrefix(line, "% No such neighbor"):
		r.f.session().Missing = true
		return true
	case strings.HasPrefix(line, "Crypto session current status"):
		r.end()
		r.f.SAsRead = true
		return true
	}
	if m := xeLocalAS.FindStringSubmatch(line); m != nil {
		r.f.session().LocalAS = asn(m[1])
		return true
	}
	return false
}

func (r *xeReader) end() {
	if r.i != nil {
		r.found = append(r.found, *r.i)
	}
	if r.shownRoute != nil {
		r.f.takeRoute(r.t, *r.shownRoute)
	}
	r.keepSA()
	r.s, r.i, r.shownRoute, r.policy = nil, nil, nil, false
}

func (r *xeReader) neighbor(line string) {
	s := r.s
	if m := xeState.FindStringSubmatch(line); m != nil {
		s.State = m[1]
		if s.Established() {
			s.Since = clockTime(m[2])
		}
	}
	if m := xeConfigured.FindStringSubmatch(line); m != nil {
		s.ConfiguredHold = number(m[1])
	} else if m := xeHold.FindStringSubmatch(line); m != nil {
		s.Hold, s.Keepalive = number(m[1]), number(m[2])
	}
	if m := xeCurrent.FindStringSubmatch(line); m != nil {
		s.Sent, s.Accepted = number(m[1]), number(m[2])
	}
	r.policy = r.policy || strings.Contains(line, "Local Policy Denied Prefixes")
	if m := xeDenied.FindStringSubmatch(line); m != nil && r.policy && s.Accepted != nil {
		if denied := number(m[2]); denied != nil {
			s.Received = ptr(*s.Accepted + *denied)
		}
	}
	if m := xeFilter.FindStringSubmatch(line); m != nil {
		if strings.EqualFold(m[1], "incoming") {
			s.FilterIn = m[2]
		} else {
			s.FilterOut = m[2]
		}
	}
	if m := xeMaximum.FindStringSubmatch(line); m != nil {
		s.Maximum, s.warningOnly = number(m[1]), strings.Contains(line, "warning-only")
	}
	s.Shutdown = s.Shutdown || strings.Contains(line, "Administratively shut down")
	// There are option flags only while there is a TCP connection.
	if strings.Contains(line, "Option Flags:") {
		s.MD5 = ptr(strings.Contains(line, "md5"))
	}
	s.Exceeded = s.Exceeded || strings.Contains(line, "Peer had exceeded the max. no. of prefixes")
	if m := xeReset.FindStringSubmatch(line); m != nil {
		s.ResetAgo, s.Reset = clockTime(m[1]), strings.TrimSpace(m[2])
		s.xeNotification()
	}
	if m := xeLocal.FindStringSubmatch(line); m != nil {
		s.Local = addr(m[1])
	}
}

// xeNotification reads the words of a last reset that was a NOTIFICATION. IOS-XE writes no code there.
func (s *Session) xeNotification() {
	lower := strings.ToLower(s.Reset)
	if strings.Contains(lower, "peer over prefix limit") {
		s.overMaximum = true
	}
	if !strings.Contains(lower, "notification") {
		return
	}
	n := &Notification{Sent: strings.Contains(lower, "notification sent"), Direction: true}
	for _, known := range []struct {
		words         string
		code, subcode int
	}{{"hold time expired", 4, 0}, {"maximum", 6, 1}, {"admin", 6, 2}, {"peer in wrong as", 2, 2}, {"bad peer as", 2, 2},
		{"unacceptable hold", 2, 6}, {"wrong as", 2, 2}} {
		if strings.Contains(lower, known.words) {
			n.Code, n.Subcode = known.code, known.subcode
			s.Notification = n
			s.Exceeded = s.Exceeded || known.code == 6 && known.subcode == 1 && n.Sent
			return
		}
	}
}

func (r *xeReader) tunnel(line string) {
	i := r.i
	if m := xeAddress.FindStringSubmatch(line); m != nil {
		if p, err := netip.ParsePrefix(m[1]); err == nil {
			i.Addresses = append(i.Addresses, p)
		}
	}
	if m := xeTransport.FindStringSubmatch(line); m != nil {
		if n := number(m[1]); n != nil {
			i.MTU = *n
		}
	} else if m := xeMTU.FindStringSubmatch(line); m != nil && i.MTU == 0 && !strings.HasPrefix(i.Name, "Tunnel") {
		if n := number(m[1]); n != nil {
			i.MTU = *n
		}
	}
	if m := xeEnds.FindStringSubmatch(line); m != nil {
		i.Source, i.Target = addr(m[1]), addr(m[2])
	}
	if m := xePackets.FindStringSubmatch(line); m != nil {
		packets, errP := strconv.ParseUint(m[1], 10, 63)
		bytes, errB := strconv.ParseUint(m[3], 10, 63)
		switch {
		case errP != nil || errB != nil:
		case m[2] == "input":
			i.InPackets, i.In = &packets, &bytes
		default:
			i.OutPackets, i.Out = &packets, &bytes
		}
	}
}

// session reads show crypto session detail: an interface, its state, its peer.
func (r *xeReader) session(line string) {
	if strings.HasPrefix(line, "Interface: ") {
		r.keepSA()
		r.sa = SA{Name: strings.TrimPrefix(line, "Interface: "), Age: -1}
		r.seen, r.f.SAsRead = true, true
		return
	}
	if r.sa.Name == "" {
		return
	}
	if m := xeUptime.FindStringSubmatch(line); m != nil {
		r.sa.Age = clockTime(m[1])
	}
	if m := xeStatus.FindStringSubmatch(line); m != nil {
		r.sa.State = m[1]
	}
	if m := xePeer.FindStringSubmatch(line); m != nil {
		r.sa.Remote = addr(m[1])
	}
	if m := xeFlow.FindStringSubmatch(line); m != nil {
		if len(r.sa.Children) == 0 {
			r.sa.Children = []Child{{Age: -1, State: r.sa.State}}
		}
		child := &r.sa.Children[0]
		if n, err := strconv.ParseUint(m[2], 10, 63); err == nil {
			if m[1] == "Inbound" {
				child.InPackets = &n
			} else {
				child.OutPackets = &n
			}
		}
	}
}

func (r *xeReader) keepSA() {
	if r.sa.Name != "" && r.sa.Remote == r.t.CloudflareEndpoint && r.t.CloudflareEndpoint.IsValid() {
		r.f.SAs = append(r.f.SAs, r.sa)
	}
	r.sa = SA{}
}

func (r *xeReader) route(line string) {
	if r.shownRoute == nil {
		return
	}
	if m := xeKnown.FindStringSubmatch(line); m != nil {
		r.shownRoute.Protocol = m[1]
	}
	on := ""
	if m := xeDirect.FindStringSubmatch(line); m != nil {
		on = m[1]
	} else if m := xeHop.FindStringSubmatch(line); m != nil {
		if via := addr(m[1]); via.IsValid() {
			r.shownRoute.Via = append(r.shownRoute.Via, via)
		}
		on = m[2]
	}
	if on != "" && !slices.Contains(r.shownRoute.Interfaces, on) {
		r.shownRoute.Interfaces = append(r.shownRoute.Interfaces, on)
	}
}

func number(text string) *int {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil
	}
	return ptr(int(n))
}

var (
	clockForm = lazily(`^(\d{1,4}):(\d{2}):(\d{2})$`)
	unitForm  = lazily(`(\d{1,5})([ywdhm])`)
)

// clockTime reads a time as Cisco writes it, 01:02:03, 1d02h or 3w4d; -1 when it is none.
func clockTime(text string) time.Duration {
	text = strings.Trim(text, ",")
	if m := clockForm.FindStringSubmatch(text); m != nil {
		h, _ := strconv.Atoi(m[1])
		minutes, _ := strconv.Atoi(m[2])
		s, _ := strconv.Atoi(m[3])
		return time.Duration(h)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(s)*time.Second
	}
	units := map[string]time.Duration{"y": 365 * 24 * time.Hour, "w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour,
		"m": time.Minute}
	total := time.Duration(-1)
	for _, m := range unitForm.FindAllStringSubmatch(text, 6) {
		n, _ := strconv.Atoi(m[1])
		if m[2] == "y" && n > 100 {
			return -1
		}
		total = max(total, 0) + time.Duration(n)*units[m[2]]
	}
	return total
}
