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

// tunnelCase is one tunnel among the facts.
type tunnelCase struct {
	*Account
	store.Tunnel
	now time.Time // for ages that people are told
	at  time.Time // of the data: what rules measure by, so that none gets more certain while no answer comes
}

// read asks every rule. Their order decides among findings of equal likelihood: the lower layers first,
// because a session cannot be better than the tunnel below it; that checks are off, which ends no session, after them.
func (c tunnelCase) read() []Finding {
	var findings []Finding
	for _, rule := range []func() []Finding{
		c.noPSK, c.newKey, c.overlapping, c.reservedASN, c.badAtSome, c.replyType, c.filtered, c.flaps,
		c.noStatus, c.session, c.down, c.antiReplay, c.nullCipher, c.badAtAll, c.missingRoute, c.checksOff, c.silent, c.staticWins,
	} {
		findings = append(findings, rule()...)
	}
	findings = c.withStale(findings)
	if !slices.ContainsFunc(findings, matters) { // a note, for when nothing else is wrong
		findings = append(findings, c.sameASN()...)
	}
	if !c.broken() && (c.BGPStatus != nil || c.BGP == nil) {
		findings = append(findings, c.calm()...)
	}
	findings = withoutGeneral(c.withRouter(c.withRecord(c.withoutUnread(findings))))
	return c.withRelated(c.withNotUp(c.withChange(c.stillRouted(order(findings)))))
}

// stillRouted lowers what a session that is not up means, where the tunnel is healthy and static routes lead into it: their traffic still
// passes, and what the session announced does not.
func (c tunnelCase) stillRouted(findings []Finding) []Finding {
	if !c.broken() || !c.healthChecked() || c.Health.State != store.Healthy || !c.facts.Routes.Known() {
		return findings
	}
	routes := c.routesInto(c.Tunnel)
	if len(routes) == 0 {
		return findings
	}
	for i := range findings {
		if f := &findings[i]; f.Impact == Outage {
			if fellLately(c.Tunnel, c.now) {
				f.Text = join(f.Text, "Whether static routes through the tunnel still carry traffic is not known yet: its health is an average "+
					"over ten minutes, most of them before this.")
				continue
			}
			f.Impact = Impaired
			f.Text = join(f.Text, "The tunnel is healthy: static routes through it do not depend on BGP.")
			f.Evidence = append(f.Evidence, Evidence{"static routes with a next hop in " + c.InterfaceAddress, strconv.Itoa(len(routes))})
		}
	}
	return findings
}

// specific are the causes of a tunnel that carries nothing which explain that every location finds it so.
var specific = []Cause{NoPSK, NewPSK, Overlap, ReplyType, ProbesFiltered, IKEAuth, IKEProposal, IKEIdentity, IKESelectors}

// withoutGeneral leaves out that every location finds a tunnel bad, where a likely cause of its own says why: looking at the router's
// provider or at its load would lead away from it.
func withoutGeneral(findings []Finding) []Finding {
	if !slices.ContainsFunc(findings, func(f Finding) bool { return f.Likelihood >= Likely && slices.Contains(specific, f.Cause) }) {
		return findings
	}
	return slices.DeleteFunc(findings, func(f Finding) bool { return f.Cause == AllColos })
}

// withStale adds what the age of the status says. What is fresh, such as the probes, stands before it; what rests on that status is
// no younger.
func (c tunnelCase) withStale(findings []Finding) []Finding {
	stale := c.stale()
	if len(stale) == 0 {
		return findings
	}
	if slices.ContainsFunc(findings, func(f Finding) bool { return matters(f) && !restsOnStatus(f) }) {
		stale[0].Likelihood = Possible
		return append(findings, stale...)
	}
	return append(stale, findings...)
}

func restsOnStatus(f Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return strings.HasPrefix(e.Field, "bgp_status.") })
}

// withoutUnread leaves out what rests on fields that could not be decoded, and says so instead: what was not understood is
// neither absent nor zero.
func (c tunnelCase) withoutUnread(findings []Finding) []Finding {
	unread := store.Undecoded(&c.Tunnel.Tunnel)
	if len(unread) == 0 {
		return findings
	}
	rests := func(e Evidence) bool {
		return slices.ContainsFunc(unread, func(field string) bool {
			return e.Field == field || strings.HasPrefix(e.Field, field+".") || strings.HasPrefix(field, e.Field+".")
		})
	}
	findings = slices.DeleteFunc(findings, func(f Finding) bool { return slices.ContainsFunc(f.Evidence, rests) })
	f := Finding{Cause: FieldUnread, Likelihood: Remark, Impact: NoImpact, Source: srcOwn,
		Text: "Cloudflare's answer has " + strings.Join(unread, ", ") +
			" in a form that flarewire does not understand: nothing is concluded from it.",
		Next: "Copy the object as the API sent it, and compare."}
	for _, field := range unread {
		f.Evidence = append(f.Evidence, Evidence{field, "not understood"})
	}
	return append(findings, f)
}

// broken reports whether a session is configured and known not to be up.
func (c tunnelCase) broken() bool { return c.State == store.Down || c.State == store.Establishing }

// healthChecked reports whether health checks run; only then the health says something.
func (c tunnelCase) healthChecked() bool {
	return c.HealthCheck == nil || c.HealthCheck.Enabled == nil || *c.HealthCheck.Enabled
}

// sick reports whether the probes find trouble.
func (c tunnelCase) sick() bool {
	return c.healthChecked() && (c.Health.State == store.HealthDown || c.Health.State == store.Degraded)
}

// trouble reports whether anything at all is wrong.
func (c tunnelCase) trouble() bool { return c.broken() || c.sick() }

// carries is the evidence that packets pass the tunnel in both directions, whatever the probes say.
func (c tunnelCase) carries() []Evidence {
	var evidence []Evidence
	if c.State == store.Up && len(c.stale()) == 0 {
		evidence = append(evidence, Evidence{"bgp_status.state", string(c.BGPStatus.State)})
	}
	// Traffic from before the health fell proves nothing.
	fell := c.at.Add(-store.HealthWindow)
	if c.Health.Since.After(fell) {
		fell = c.Health.Since
	}
	traffic := c.facts.Traffic[c.Name]
	if traffic.Ingress != nil && *traffic.Ingress > 0 && !traffic.At.Before(fell) {
		evidence = append(evidence, Evidence{"traffic from the router", bits(*traffic.Ingress)})
	}
	return evidence
}

// lowerCause reports whether the tunnel itself, below the session, shows why nothing gets through.
func (c tunnelCase) lowerCause() bool {
	return c.keyless() || len(c.overlaps[c.ID]) > 0 || (c.healthChecked() && c.Health.State == store.HealthDown)
}

func (c tunnelCase) healthEvidence() []Evidence {
	value := string(c.Health.State)
	if c.Health.Score != nil {
		value += " (average health " + percent(*c.Health.Score) + lately + ")"
	}
	return []Evidence{{"health", value}}
}

// lately is the time that an average of the health is of.
var lately = fmt.Sprintf(" over %d min", int(store.HealthWindow.Minutes()))

// percent is a health for people: 1 is 100 %.
func percent(health float64) string { return strconv.FormatFloat(100*health, 'f', 0, 64) + " %" }

func (c tunnelCase) keyless() bool {
	return c.Kind == api.IPsec && c.PSK != nil && c.PSK.LastGeneratedOn.IsZero()
}

func (c tunnelCase) noPSK() []Finding {
	if !c.keyless() || c.State == store.Up || (c.healthChecked() && c.Health.State == store.Healthy) {
		return nil // it works, so there is a key
	}
	return []Finding{{Cause: NoPSK, Likelihood: Likely, Impact: Outage, Source: srcIPsec,
		Evidence: []Evidence{{"psk_metadata.last_generated_on", "absent"}},
		Text:     "The API shows no pre-shared key for this tunnel. Without one, IKE authentication fails and the tunnel cannot come up.",
		Next:     "Generate a key, or set your own, and configure it on the router."}}
}

func (c tunnelCase) overlapping() []Finding {
	others := c.overlaps[c.ID]
	if len(others) == 0 {
		return nil
	}
	f := Finding{Cause: Overlap, Likelihood: Possible, Impact: Risk, Source: srcOverlap,
		Evidence: []Evidence{{"interface_address", c.InterfaceAddress}, {"overlaps with", some(others)}},
		Text:     "The interface subnet overlaps with another tunnel's: replies and next hops may take the wrong one.",
		Next:     "Give one of them a free /31."}
	if c.trouble() {
		f.Likelihood, f.Impact = Likely, Outage
	}
	return []Finding{f}
}

func (c tunnelCase) checksOff() []Finding {
	if c.healthChecked() {
		return nil
	}
	f := Finding{Cause: HealthCheckOff, Likelihood: Certain, Impact: Risk, Source: srcTunnels,
		Evidence: []Evidence{{"health_check.enabled", "false"}},
		Text: "Health checks are off: Cloudflare reports the tunnel as down regardless of its state, keeps forwarding into it, and cannot " +
			"alert.",
		Next: "Turn health checks on. Cloudflare's documentation requires them for tunnels with BGP, too."}
	if c.Health.State != "" {
		f.Evidence = append(f.Evidence, c.healthEvidence()...)
	}
	if c.broken() {
		f.Likelihood = Possible // it does not end a session
	}
	return []Finding{f}
}

// replyType: "traffic flows but the tunnel is down" has one usual cause.
func (c tunnelCase) replyType() []Finding {
	carried := c.carries()
	if !c.sick() || len(carried) == 0 || c.HealthCheck == nil || strings.EqualFold(c.HealthCheck.Type, "request") {
		return nil
	}
	kind := c.HealthCheck.Type
	if kind == "" {
		kind = "absent (reply is the default)"
	}
	f := Finding{Cause: ReplyType, Likelihood: Likely, Impact: Impaired, Source: srcHealth,
		Evidence: append(append(c.healthEvidence(), Evidence{"health_check.type", kind}), carried...),
		Text:     "Packets pass the tunnel, but the probes do not: this points to a stateful firewall that drops ICMP replies without a request.",
		Next:     "Change the health check's type to request."}
	f.Since = c.Health.Since
	f.Next += " Linux and VyOS drop such replies themselves unless accept_local is 1 on the tunnel."
	if c.Health.State == store.Degraded || c.someGood() {
		f.Likelihood = Possible // such a firewall stops all probes as a rule
		f.Text = "Traffic passes, but some health checks are lost: a stateful firewall may drop unsolicited ICMP replies."
	}
	return []Finding{f}
}

// filtered: packets pass the tunnel, the probes do not, and the type of the health check is not the reason.
func (c tunnelCase) filtered() []Finding {
	carried := c.carries()
	request := c.HealthCheck == nil || strings.EqualFold(c.HealthCheck.Type, "request")
	if !c.sick() || len(carried) == 0 || !request || c.someGood() {
		return nil
	}
	evidence := c.healthEvidence()
	target, back := customerSide(c.Tunnel), "send the answer into this tunnel"
	if h := c.HealthCheck; h != nil && h.Direction == rules.Unidirectional {
		target, back = c.CustomerEndpoint, "see that the answer leaves by the Internet, not through the tunnel: the check is unidirectional"
	}
	if h := c.HealthCheck; h != nil {
		evidence = append(evidence, Evidence{"health_check.type", h.Type})
		if set := cmp.Or(h.Target.Saved, h.Target.Effective); set != "" {
			target = set
			evidence = append(evidence, Evidence{"health_check.target", target})
		}
	}
	probes, likelihood := "the probes get no answer", Likely
	if c.Health.State == store.Degraded {
		probes = "some health check probes get no answer"
		if c.Track.Flapping { // what ends the session stops probes, too
			likelihood = Possible
		}
	}
	return []Finding{{Cause: ProbesFiltered, Likelihood: likelihood, Impact: Impaired, Source: srcHealth, Since: c.Health.Since,
		Evidence: append(evidence, carried...),
		Text: "Packets pass the tunnel, but " + probes + ": ICMP to their target is filtered or rate limited on the router, the " +
			"answer " +
			"takes another path, or the target is wrong. Cloudflare steers traffic away from this tunnel.",
		Next: "On the router: let ICMP echo to " + cmp.Or(target, "the target") +
			" through without a rate limit (CoPP), and " + back + "; compare health_check.target."}}
}

// silent: the session is up and nothing passes, while others are busy.
func (c tunnelCase) silent() []Finding {
	t, known := c.facts.Traffic[c.Name]
	if c.State != store.Up || !known || t.Ingress == nil || t.Egress == nil || *t.Ingress > 0 || *t.Egress > 0 || c.sick() {
		return nil
	}
	if c.busy == 0 {
		return nil // nothing passes anywhere: that is no matter of this tunnel
	}
	return []Finding{{Cause: NothingAnnounced, Likelihood: Possible, Impact: Impaired, Source: srcSteering,
		Evidence: append(sessionEvidence(c.BGPStatus), Evidence{"traffic in both directions", "0 bit/s"},
			Evidence{"other tunnels with traffic", strconv.Itoa(c.busy)}),
		Text: "The session is up and nothing passes in either direction, while other tunnels are busy: the router may announce nothing, or " +
			"only the " +
			"default " +
			"route; or the tunnel is a backup.",
		Next: "On the router: which prefixes does it announce to this neighbor? A prefix-list permit does not originate a route; it needs a " +
			"network statement or redistribution. The API does not show learned routes."}}
}

// alsoWithASN is the field of the evidence that names the other sites.
const alsoWithASN = "also up with it, to another address"

// sameASN: sites with one AS number drop each other's routes. Tunnels to one router are no two sites.
func (c tunnelCase) sameASN() []Finding {
	if c.State != store.Up || c.BGP == nil || c.CustomerEndpoint == "" {
		return nil
	}
	var others []string
	for _, i := range c.sites[c.BGP.CustomerASN] {
		if t := c.facts.Tunnels[i]; t.CustomerEndpoint != c.CustomerEndpoint {
			others = append(others, t.Name)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return []Finding{{Cause: SameASN, Likelihood: Possible, Impact: NoImpact, Source: "RFC 4271 (section 9.1.2); " + srcBGP,
		Evidence: []Evidence{{"bgp.customer_asn", asnText(c.BGP.CustomerASN)}, {alsoWithASN, some(others)}},
		Text: "Another tunnel has the same AS number. If it leads to another site, neither site learns the other's networks: routers drop " +
			"routes with their own AS number in the path.",
		Next: "If the sites must learn each other's networks, set allowas-in or give each its own AS number. " +
			"Two uplinks of one router need neither."}}
}

func (c tunnelCase) antiReplay() []Finding {
	if c.Kind != api.IPsec || !c.sick() || c.Health.State != store.Degraded || c.someGood() {
		return nil
	}
	return []Finding{{Cause: AntiReplay, Likelihood: Possible, Impact: Impaired, Source: srcHealth,
		Evidence: append(c.healthEvidence(), Evidence{"replay_protection", optional(c.ReplayProtection)}),
		Text:     "The router's anti-replay check may drop packets, because they come from many of Cloudflare's servers.",
		Next: "Turn anti-replay off on the router, or replay_protection on here where the router cannot. Its log would say: replay check " +
			"failed."}}
}

// nullCipher is no trouble of the traffic: it is that nobody may be keeping it secret.
func (c tunnelCase) nullCipher() []Finding {
	if c.AllowNullCipher == nil || !*c.AllowNullCipher {
		return nil
	}
	return []Finding{{Cause: NullCipher, Likelihood: Remark, Impact: NoImpact, Source: srcIPsec,
		Evidence: []Evidence{{"allow_null_cipher", "true"}},
		Text:     "The null cipher is allowed: the router may negotiate no encryption, and then the traffic can be read in transit.",
		Next:     "Check on the router which cipher is negotiated. The setting is read-only in the API: ask Cloudflare."}}
}

// down says what a tunnel without any better explanation shows.
func (c tunnelCase) down() []Finding {
	if !c.sick() || c.keyless() || len(c.carries()) > 0 || c.someGood() {
		return nil
	}
	next := "Check the router's outer address, IP protocol 47 in both directions, and the path from Cloudflare with a traceroute."
	if c.Kind == api.IPsec {
		next = "Check UDP 500 and 4500 and ESP in both directions, that the router initiates IKEv2, its proposals and IKE identity, and the " +
			"path with a " +
			"traceroute."
	}
	f := Finding{Cause: TunnelDown, Likelihood: Likely, Impact: Outage, Source: srcHealth, Evidence: c.healthEvidence(), Next: next,
		Text: "Health checks through the tunnel are failing: this points to the path to the router, or to the router itself."}
	w, what, until := c.probesWorked(), "The checks had passed", "passed until"
	if !w.up {
		w, what, until = c.sessionWorked(), "The session was up", "session was up until"
	}
	f.Since = cmp.Or(w.until, c.Health.Since)
	f.Text, f.Evidence = join(f.Text, w.said(what, c.now)), append(f.Evidence, w.evidence(until)...)
	if c.Health.State == store.Degraded {
		f.Likelihood, f.Impact = Possible, Impaired
		f.Text = join("Some health check probes are lost in the tunnel.", w.said("It had been healthy", c.now))
		f.Next += " Degraded is a share of probes, not packet loss."
	}
	return []Finding{f}
}

// missingRoute: a tunnel without BGP gets only what static routes lead into it.
func (c tunnelCase) missingRoute() []Finding {
	if !c.facts.Routes.Settled() || c.State != store.NoBGP || len(c.routesInto(c.Tunnel)) > 0 {
		return nil
	}
	return []Finding{{Cause: MissingRoute, Likelihood: Certain, Impact: Impaired, Source: srcSteering,
		Evidence: []Evidence{{"bgp", "absent"}, {"static routes with a next hop in " + c.InterfaceAddress, "0"}},
		Text:     "No static route points to this tunnel and it has no BGP: Cloudflare sends nothing into it.",
		Next:     "Unless the tunnel is kept unused on purpose, create a route with the next hop " + customerSide(c.Tunnel) + "."}}
}

// staticWins: static routes beside an established session decide over what the session brings.
func (c tunnelCase) staticWins() []Finding {
	if c.State != store.Up {
		return nil
	}
	var evidence []Evidence
	for _, r := range c.routesInto(c.Tunnel) {
		if r.Priority <= rules.DefaultPriority {
			evidence = append(evidence, Evidence{"route " + r.Prefix, fmt.Sprintf("via %s, priority %d", r.Nexthop, r.Priority)})
		}
	}
	if len(evidence) == 0 {
		return nil
	}
	f := Finding{Cause: StaticBeatsBGP, Likelihood: Possible, Impact: NoImpact, Source: srcSteering,
		Evidence: append([]Evidence{{"bgp_status.state", string(c.BGPStatus.State)}}, evidence...),
		Text: fmt.Sprintf("Static routes point to this tunnel in addition to BGP. With the same prefix and priority (BGP's is %d) the "+
			"static route wins, so withdrawing the route on the router changes nothing. The API does not show learned routes.",
			rules.DefaultPriority),
		Next: "If you want BGP to decide, delete the static route or give it a larger priority number."}
	return []Finding{f}
}

func optional(b *bool) string {
	if b == nil {
		return "absent"
	}
	return strconv.FormatBool(*b)
}

// some lists the first names, and how many more there are.
func some(names []string) string {
	const shown = 3
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// bits is a rate for people.
func bits(rate float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if rate >= unit.size {
			return strconv.FormatFloat(rate/unit.size, 'f', 1, 64) + " " + unit.name
		}
	}
	return strconv.FormatFloat(rate, 'f', 0, 64) + " bit/s"
}
