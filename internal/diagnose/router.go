package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/router"
	"flarewire/internal/rules"
	"flarewire/internal/store"
)

const (
	// readingHolds is how long what a router said counts: after that it may be otherwise.
	readingHolds = 15 * time.Minute
	srcRouter    = "the router's own answer; "
	// leastPackets is from how many packets on one direction alone says something.
	leastPackets = 5
)

// RouterTarget is what the commands for a tunnel's router need of it.
func RouterTarget(t store.Tunnel) router.Target {
	out := router.Target{ID: t.ID, Name: t.Name}
	if subnet, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
		if cloudflare, customer, ok := rules.Sides(subnet); ok {
			out.Peer, out.Inner = cloudflare, customer
		}
	}
	if a, err := netip.ParseAddr(t.CloudflareEndpoint); err == nil {
		out.CloudflareEndpoint = a.Unmap()
	}
	if a, err := netip.ParseAddr(t.CustomerEndpoint); err == nil {
		out.CustomerEndpoint = a.Unmap()
	}
	if t.BGP != nil {
		out.ASN = t.BGP.CustomerASN
	}
	return out
}

// routerSide is what the tunnel's router said, beside Cloudflare's side.
type routerSide struct {
	tunnelCase
	router.Reading
}

// ofRouter is what the router said; ok is false when it was not asked, when that is long ago, or when the tunnel has changed since.
func (c tunnelCase) ofRouter() (side routerSide, ok bool) {
	r, asked := c.facts.Routers[c.ID]
	if !asked || !r.Answered() || c.now.Sub(r.At) > readingHolds || c.Track.Changed.After(r.At) {
		return routerSide{}, false
	}
	return routerSide{c, r}, true
}

// below are the causes that a router's own answer takes the place of where it proves another one.
var below = append(slices.Clone(guesses), NoPSK, NewPSK, TunnelDown, NothingAnnounced, StaleStatus)

// withRouter lets the router speak: what both ends prove comes first, what it disproves goes. Lower layers come before higher ones.
func (c tunnelCase) withRouter(findings []Finding) []Finding {
	r, ok := c.ofRouter()
	if !ok {
		return findings
	}
	var proven []Finding
	for _, rule := range []func() []Finding{r.endpoint, r.interfaceDown, r.ike, r.neighbor, r.numbers, r.md5, r.prefixes, r.hold, r.notified,
		r.otherKey, r.policy, r.announces, r.foreign, r.oneWay, r.older, r.contradiction} {
		proven = append(proven, rule()...)
	}
	certain := func(f Finding) bool { return f.Likelihood == Certain && f.Impact >= Impaired }
	if slices.ContainsFunc(proven, certain) {
		findings = slices.DeleteFunc(findings, func(f Finding) bool { return slices.Contains(below, f.Cause) && f.Likelihood < Certain })
	}
	findings = r.disprove(findings)
	findings = slices.DeleteFunc(findings, func(f Finding) bool {
		return slices.ContainsFunc(proven, func(p Finding) bool { return p.Cause == f.Cause && p.Likelihood >= f.Likelihood })
	})
	return append(proven, findings...)
}

// finding is one that the router's answer proves. Cloudflare's side is always part of the evidence.
func (r routerSide) finding(cause Cause, impact Impact, source string, evidence ...Evidence) Finding {
	return Finding{Cause: cause, Likelihood: Certain, Impact: impact, Source: srcRouter + source,
		Evidence: slices.Concat(evidence, r.cloudflares())}
}

// cloudflares is how Cloudflare sees the tunnel at the same time.
func (r routerSide) cloudflares() []Evidence {
	var out []Evidence
	if s := r.BGPStatus; s != nil {
		out = append(out, Evidence{"Cloudflare: bgp_status.state", string(s.State) + r.statusAge()})
	}
	if r.Health.State != "" && r.Health.State != store.HealthUnknown {
		for _, e := range r.healthEvidence() {
			out = append(out, Evidence{"Cloudflare: " + e.Field, e.Value})
		}
	}
	if len(out) == 0 {
		out = append(out, Evidence{"Cloudflare: tunnel", cmp.Or(r.InterfaceAddress, r.Name)})
	}
	return out
}

func (r routerSide) statusAge() string {
	if at := r.Reported(); !at.IsZero() {
		return ", " + ago(max(0, r.now.Sub(at))) + " old"
	}
	return ""
}

// contradicts is the sentence for what Cloudflare's status says otherwise.
func (r routerSide) contradicts() string {
	s := r.Facts.Session
	if r.State != store.Up || s == nil || s.State == "" && !s.Missing || s.Established() {
		return ""
	}
	return "Cloudflare's status still says up" + strings.TrimSuffix(r.statusAge(), " old") + ": it is outdated."
}

func ofRouter(field, value string) Evidence { return Evidence{"router: " + field, value} }

// pathBroken reports whether a lower layer of the router explains why no TCP connection comes to be.
func (r routerSide) pathBroken() bool {
	return len(r.interfaceDown())+len(r.endpoint())+len(r.ike()) > 0
}

func (r routerSide) interfaceDown() []Finding {
	i := r.Facts.Interface
	if i == nil || i.Up == nil || *i.Up {
		return nil
	}
	evidence := ofRouter("interface "+i.Name, "down")
	text := "The tunnel interface " + i.Name + " of the router is down."
	next := "On the router, find out why " + i.Name + " is down: check its source address, its destination address and any keepalive."
	if i.Admin != nil && !*i.Admin {
		evidence.Value = "administratively down"
		text = "The tunnel interface " + i.Name + " is switched off on the router."
		next = "On the router: switch " + i.Name + " on (no shutdown, ip link set up) once whoever switched it off agrees."
	}
	f := r.finding(InterfaceDown, Outage, srcTunnels, evidence)
	f.Text, f.Next = join(text, r.contradicts()), next
	return []Finding{f}
}

// endpoint reads the router's route to the tunnel's other end.
func (r routerSide) endpoint() []Finding {
	w := r.Facts.Endpoint
	if w == nil {
		return nil
	}
	end := r.Target.CloudflareEndpoint.String()
	evidence := ofRouter("route to "+end, w.Text())
	outer := Evidence{"Cloudflare: cloudflare_endpoint", end}
	if w.None {
		f := r.finding(EndpointNoRoute, Outage, srcTunnels, evidence, outer)
		f.Text = join("The router has no route to Cloudflare's endpoint "+end+": tunnel packets cannot leave it.", r.contradicts())
		f.Next = "On the router: set a route to " + end + " through the provider; is the uplink up, and is there a default route?"
		return []Finding{f}
	}
	if !r.intoTunnel(w) {
		return nil
	}
	f := r.finding(EndpointInTunnel, Outage, srcTunnels, evidence, outer)
	f.Text = join("The router's route to Cloudflare's endpoint "+end+
		" leads into the tunnel itself: its packets can never leave, and the tunnel "+
		"goes down or flaps.", r.contradicts())
	if len(w.Via)+len(w.Interfaces) > 2 {
		f.Text += " Only one of several next hops does so."
	}
	f.Next = "On the router: set a host route to " + end + " through the provider, and refuse routes that cover it from this neighbor."
	return []Finding{f}
}

// intoTunnel reports whether a route leads into the tunnel that it is to carry.
func (r routerSide) intoTunnel(w *router.Route) bool {
	if slices.ContainsFunc(w.Via, func(a netip.Addr) bool { return a == r.Target.Peer || a == r.Target.Inner }) {
		return true
	}
	own := ""
	if i := r.Facts.Interface; i != nil {
		own = i.Name
	} else if p := r.Facts.Peer; p != nil && len(p.Interfaces) == 1 && len(p.Via) == 0 {
		own = p.Interfaces[0]
	}
	return own != "" && slices.Contains(w.Interfaces, own)
}

func (r routerSide) neighbor() []Finding {
	s := r.Facts.Session
	if s == nil || r.BGP == nil {
		return nil
	}
	peer := cloudflareSide(r.Tunnel)
	configured := Evidence{"Cloudflare: bgp.customer_asn", r.asn()}
	switch {
	case s.Missing:
		f := r.finding(NeighborMissing, Outage, srcBGP, ofRouter("neighbor "+peer, "not configured"), configured)
		f.Text = join("The router has no BGP neighbor "+peer+", but BGP is configured on the tunnel. "+
			"Cloudflare is passive; the router must initiate.", r.contradicts())
		f.Next = "On the router: configure the neighbor " + peer + " with AS " + r.cloudflareASN() + " (c writes its configuration)."
		return []Finding{f}
	case s.Shutdown && !s.Established():
		f := r.finding(NeighborShutdown, Outage, "RFC 4486", append([]Evidence{ofRouter("neighbor "+peer, "administratively shut down")},
			r.lastReset()...)...)
		f.Text = join("The neighbor "+peer+" is shut down on the router.", r.contradicts())
		f.Next = "On the router: re-enable the neighbor " + peer + " once whoever shut it down agrees."
		return []Finding{f}
	}
	return nil
}

// lastReset is why the router's session was reset last.
func (r routerSide) lastReset() []Evidence {
	s := r.Facts.Session
	var out []Evidence
	if n := s.Notification; n != nil {
		out = append(out, ofRouter("last NOTIFICATION", r.notificationText()))
	} else if s.Reset != "" {
		out = append(out, ofRouter("last reset", s.Reset))
	}
	return out
}

// notificationText is the router's last NOTIFICATION in words.
func (r routerSide) notificationText() string {
	n := r.Facts.Session.Notification
	text := Notification(api.BGPEventData{Code: &n.Code, Subcode: &n.Subcode, Reason: n.Text})
	switch {
	case n.Direction && n.Sent:
		return "sent " + text
	case n.Direction:
		return "received " + text
	}
	return text
}

// numbers compares the AS numbers of both ends. An established session has agreed on them.
func (r routerSide) numbers() []Finding {
	s := r.Facts.Session
	if s == nil || s.Established() || s.Missing || r.BGP == nil {
		return nil
	}
	var out []Finding
	evidence := append([]Evidence{ofRouter("local AS", asnText(s.LocalAS)), {"Cloudflare: bgp.customer_asn", r.asn()},
		ofRouter("remote AS", asnText(s.RemoteAS))}, r.lastReset()...)
	switch {
	case s.LocalAS != 0 && s.LocalAS != r.BGP.CustomerASN:
		f := r.finding(ASNMismatch, Outage, rfc4271("section 6.2"), evidence...)
		f.Text = join(fmt.Sprintf("The router uses AS %s toward this neighbor; the tunnel is configured with AS %s.",
			asnText(s.LocalAS), r.asn()), r.contradicts())
		f.Next = "Correct one of the two: the router's AS (also local-as) to " + r.asn() + ", or the tunnel's to " + asnText(s.LocalAS) + "."
		out = append(out, f)
	case s.RemoteAS != 0 && asnText(s.RemoteAS) != r.cloudflareASN():
		f := r.finding(ASNMismatch, Outage, rfc4271("section 6.2"), evidence...)
		f.Text = join("The router expects AS "+asnText(s.RemoteAS)+" from its neighbor, Cloudflare's is "+r.cloudflareASN()+".", r.contradicts())
		f.Next = "On the router: set the neighbor's AS (remote-as, peer-as) to " + r.cloudflareASN() + "."
		out = append(out, f)
	}
	return out
}

// md5 compares whether a key is set, and where the router's configuration was read, which.
func (r routerSide) md5() []Finding {
	s := r.Facts.Session
	if s == nil || s.Established() || s.Missing || s.MD5 == nil || r.BGP == nil {
		return nil
	}
	here := "absent"
	if r.BGP.MD5Key != "" {
		here = "set"
	}
	there := "absent"
	if *s.MD5 {
		there = "set"
	}
	evidence := []Evidence{ofRouter("MD5 key", there), {"Cloudflare: bgp.md5_key", here}, ofRouter("state", s.State)}
	if s.DigestLine != "" {
		evidence = append(evidence, ofRouter("log", s.DigestLine))
	}
	differs, known := s.KeyDiffers(r.BGP.MD5Key)
	f := r.finding(MD5Mismatch, Outage, srcMD5, evidence...)
	switch {
	case here != there:
		f.Text = join("The MD5 key is "+there+" on the router and "+here+" at Cloudflare: every TCP packet is dropped.", r.contradicts())
		f.Next = "Set the same key on both sides, or none on both."
	case known && differs && here == "set":
		f.Evidence[0].Value = "another one than Cloudflare's"
		f.Text = join("The MD5 key in the router's configuration is another one than Cloudflare's: every TCP packet is dropped.", r.contradicts())
		f.Next = "Set the same key on both sides; check for leading and trailing spaces."
	case here == "set" && s.Digest == router.DigestWrong:
		f.Text = join("The router drops Cloudflare's TCP packets: their MD5 digest was made with another key than the router's.", r.contradicts())
		f.Next = "Set the same key on both sides; check for leading and trailing spaces."
	case here == "set" && s.Digest == router.DigestMissing:
		f.Text = join("The router drops Cloudflare's TCP packets: they have no MD5 digest, though a key is set at Cloudflare.", r.contradicts())
		f.Next = "Set the key at Cloudflare once more, the same as on the router; is the change still propagating?"
	default:
		return nil
	}
	return []Finding{f}
}

// otherKey guesses that the keys differ: both sides have one, nobody showed them, and the router gets no TCP connection. What the router
// says of its last reset stands before it.
func (r routerSide) otherKey() []Finding {
	s := r.Facts.Session
	if s == nil || s.Missing || s.Shutdown || s.MD5 == nil || !*s.MD5 || r.BGP == nil || r.BGP.MD5Key == "" || s.Digest != "" ||
		s.State != "Connect" && s.State != "Active" || r.pathBroken() {
		return nil
	}
	if _, known := s.KeyDiffers(r.BGP.MD5Key); known {
		return nil
	}
	f := r.finding(MD5Mismatch, Outage, srcMD5, ofRouter("MD5 key", "set"), Evidence{"Cloudflare: bgp.md5_key", "set"},
		ofRouter("state", s.State))
	f.Likelihood = Likely
	f.Text = "An MD5 key is set on both sides, and the router gets no TCP connection: this points to different keys."
	f.Next = "Compare the keys, including leading and trailing spaces. A command that prints the neighbor's configuration lets flarewire " +
		"compare " +
		"them, and one that prints the log shows what was dropped."
	return []Finding{f}
}

// prefixes reads a maximum that was exceeded.
func (r routerSide) prefixes() []Finding {
	s := r.Facts.Session
	if s == nil || s.Established() || !s.Exceeded && !notice(s, 6, 1) {
		return nil
	}
	if n := s.Notification; n != nil && n.Direction && !n.Sent && !s.Exceeded {
		return nil // Cloudflare's maximum: see notified
	}
	most := "not shown"
	if s.Maximum != nil {
		most = strconv.Itoa(*s.Maximum)
	}
	f := r.finding(MaximumPrefixes, Outage, "RFC 4486", append([]Evidence{ofRouter("maximum-prefix", most)}, r.lastReset()...)...)
	f.Text = join("The router has ended the session: Cloudflare announces more prefixes than its maximum of "+most+".", r.contradicts())
	f.Next = "On the router: raise maximum-prefix for " + cloudflareSide(r.Tunnel) + " or filter what comes in, then clear the neighbor."
	return []Finding{f}
}

func notice(s *router.Session, code, subcode int) bool {
	n := s.Notification
	return n != nil && n.Code == code && n.Subcode == subcode
}

// hold reads hold times that Cloudflare refuses.
func (r routerSide) hold() []Finding {
	s := r.Facts.Session
	if s == nil || s.Established() || s.Shutdown || s.Missing {
		return nil
	}
	refused := notice(s, 2, 6)
	zero := s.ConfiguredHold != nil && *s.ConfiguredHold < 3
	if !refused && !zero {
		return nil
	}
	evidence := r.lastReset()
	if s.ConfiguredHold != nil {
		evidence = append([]Evidence{ofRouter("hold time", strconv.Itoa(*s.ConfiguredHold)+" s")}, evidence...)
	}
	f := r.finding(HoldTime, Outage, rfc4271("sections 4.2, 6.2"), evidence...)
	if !refused {
		f.Likelihood = Likely
	}
	f.Text = join("The hold time of the router is not accepted.", r.contradicts())
	f.Next = "On the router: a hold time of 90 s and a keepalive of 30 s for this neighbor."
	return []Finding{f}
}

// notified reads the other NOTIFICATIONs of a session that does not stand.
func (r routerSide) notified() []Finding {
	s := r.Facts.Session
	if s == nil || s.Established() || s.Shutdown || s.Exceeded || s.Notification == nil || s.Missing {
		return nil
	}
	n, text := s.Notification, r.notificationText()
	ours := "The router " + text + "."
	f := r.finding(BGPError, Outage, rfc4271("section 6"), ofRouter("last NOTIFICATION", text), ofRouter("state", s.State))
	f.Text, f.Next, f.Likelihood = ours, "Look in the router's log at what came before it.", Likely
	switch {
	case n.Code == 2 && n.Subcode == 2, n.Code == 2 && n.Subcode == 6, n.Code == 6 && n.Subcode == 1 && n.Sent:
		return nil // numbers, hold and prefixes say it
	case n.Code == 6 && n.Subcode == 1:
		f.Cause, f.Likelihood = MaximumPrefixes, Certain
		f.Text = ours + " It announces more prefixes than Cloudflare takes."
		f.Next = "On the router: announce fewer prefixes (Cloudflare takes 5,000), then clear the session."
	case n.Code == 4:
		f.Cause = HoldTimerExpired
		f.Text = ours + " KEEPALIVEs did not arrive in time."
		f.Next = "Look for loss on the path, for large packets that get lost, and for load on the router's control plane."
	case n.Code == 6:
		f.Cause, f.Likelihood = SessionEnded, Possible // a reset of long ago may be the last one
	}
	return []Finding{f}
}

// policy reads a session that stands and takes nothing.
func (r routerSide) policy() []Finding {
	s := r.Facts.Session
	if !s.Established() || s.Accepted == nil || *s.Accepted > 0 {
		return nil
	}
	came := s.Received != nil && *s.Received > 0 || s.Received == nil && s.Updates != nil && *s.Updates > 1
	f := r.finding(PolicyRejectsAll, Impaired, "RFC 8212; "+srcBGP, ofRouter("prefixes accepted", "0"))
	if s.Updates != nil {
		f.Evidence = append([]Evidence{ofRouter("UPDATEs received", strconv.Itoa(*s.Updates))}, f.Evidence...)
	}
	switch {
	case s.NoPolicyIn:
		f.Evidence = append([]Evidence{ofRouter("import policy", "none set, so everything is discarded")}, f.Evidence...)
		f.Text = "The session is up, but the router discards everything that Cloudflare announces: it has no import policy, which RFC 8212 " +
			"demands."
		f.Next = "On the router: set a prefix list or route-map for what comes in from " + cloudflareSide(r.Tunnel) + "."
	case s.FilterIn != "" && came:
		f.Evidence = append([]Evidence{ofRouter("import policy", s.FilterIn)}, f.Evidence...)
		f.Text = "The session is up and Cloudflare has announced prefixes, but the router's import policy " + s.FilterIn + " takes none of them."
		f.Next = "On the router: permit the wanted networks in " + s.FilterIn + "."
	default:
		return nil
	}
	if n := len(r.facts.Routes.Rows); r.facts.Routes.Settled() && n > 0 {
		f.Evidence = append(f.Evidence, Evidence{"Cloudflare: static routes of the account", strconv.Itoa(n)})
	}
	return []Finding{f}
}
