package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"flarewire/api"
	"flarewire/internal/router"
	"flarewire/internal/store"
)

// ikeTexts are what the router's log says of a negotiation that failed.
var ikeTexts = map[router.IKEFailure]struct {
	cause      Cause
	text, next string
}{
	router.Authentication: {IKEAuth, "IKE authentication fails: the pre-shared key of the router is not Cloudflare's, or its IKE identity " +
		"is not.",
		"Put the same pre-shared key on the router; a new one is made with K. Compare its IKE identity with the one on this page."},
	router.Proposal: {IKEProposal, "The router's IKE proposal and Cloudflare's have nothing in common.",
		"On the router: AES-GCM-16 256, PRF SHA2-256 and DH group 20 for IKE, AES-GCM-16 256 with group 20 for ESP."},
	router.Identity: {IKEIdentity, "IKE does not know the identity of the other side.",
		"On the router: set its IKE identity to the FQDN id on this page, and Cloudflare's to its endpoint address."},
	router.Selectors: {IKESelectors, "The traffic selectors of both sides do not agree.",
		"On the router: 0.0.0.0/0 on both sides, route-based."},
	router.NoAnswer: {IKETimeout, "The router sends IKE and gets no answer from Cloudflare.",
		"Look for a filter of UDP 500 and 4500 on the path, and whether the router's source address is the customer endpoint."},
}

// ike reads the router's SAs and what its log says of them.
func (r routerSide) ike() []Finding {
	if r.Kind != api.IPsec || slices.ContainsFunc(r.Facts.SAs, router.SA.Established) {
		return nil
	}
	e := r.Facts.IKE
	if e == nil || e.Failure == router.NoFailure {
		return r.noSA()
	}
	known := ikeTexts[e.Failure]
	f := r.finding(known.cause, Outage, srcIPsec, ofRouter("log", e.Line))
	f.Text, f.Next = known.text, known.next
	if r.Facts.SAsRead {
		f.Evidence = append([]Evidence{ofRouter("IKE SA with "+r.CloudflareEndpoint, "none")}, f.Evidence...)
	}
	if e.Failure == router.Authentication {
		r.authentication(&f)
	}
	f.Text = join(f.Text, r.contradicts())
	return []Finding{f}
}

// authentication tells a wrong key from a wrong identity where the router's identity is known.
func (r routerSide) authentication(f *Finding) {
	if r.PSK != nil && !r.PSK.LastGeneratedOn.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{"Cloudflare: psk_metadata.last_generated_on", r.PSK.LastGeneratedOn.UTC().Format(time.RFC3339)})
	}
	expected := ""
	if ids := r.RemoteIdentities; ids != nil {
		expected = ids.FQDNID
	}
	if own := r.CustomRemoteIdentities; own != nil && own.FQDNID != "" {
		expected = own.FQDNID
	}
	if len(r.Facts.LocalIDs) == 0 || expected == "" {
		return
	}
	id := r.Facts.LocalIDs[0]
	accepted := []string{expected}
	if ids := r.RemoteIdentities; ids != nil {
		accepted = append(accepted, ids.UserID, ids.HexID)
	}
	evidence := []Evidence{ofRouter("IKE identity", id), {"Cloudflare: remote_identities.fqdn_id", expected}}
	f.Evidence = slices.Concat(evidence, f.Evidence)
	if slices.ContainsFunc(r.Facts.LocalIDs, func(own string) bool { return slices.Contains(accepted, own) }) {
		f.Text = "IKE authentication fails, and the IKE identities agree: the pre-shared key of the router is not Cloudflare's."
		f.Next = "Configure the same pre-shared key on the router. If nobody kept it, generate a new one: the API never shows a key again."
		return
	}
	f.Cause = IKEIdentity
	f.Text = "IKE authentication fails: the router calls itself " + id + ", Cloudflare expects " + expected + "."
	f.Next = "On the router: set its IKE identity to " + expected + "."
}

// noSA: the router has no SA, and why is not in what it said.
func (r routerSide) noSA() []Finding {
	if !r.Facts.SAsRead || !r.trouble() {
		return nil
	}
	f := r.finding(NoIKESA, Outage, srcIPsec, ofRouter("IKE SA with "+r.CloudflareEndpoint, "none"))
	f.Likelihood = Likely
	f.Text = "The router has no IKE SA with Cloudflare's endpoint: the tunnel does not exist on its side."
	f.Next = "On the router, check that it initiates IKE, and its log. A command that prints the log lets flarewire read the reason."
	for _, sa := range r.Facts.SAs {
		f.Evidence[0].Value = sa.State
		f.Text = "The router's IKE SA with Cloudflare's endpoint is " + sa.State + " and does not come up."
	}
	return []Finding{f}
}

// older: the SAs were negotiated before Cloudflare got its key.
func (r routerSide) older() []Finding {
	if r.Kind != api.IPsec || r.PSK == nil || r.PSK.LastGeneratedOn.IsZero() {
		return nil
	}
	for _, sa := range r.Facts.SAs {
		made := r.At.Add(-sa.Age)
		if !sa.Established() || sa.Age < 0 || !made.Before(r.PSK.LastGeneratedOn.Add(-time.Minute)) {
			continue
		}
		f := r.finding(KeyOlder, Risk, srcIPsec, ofRouter("IKE SA established", made.UTC().Format(time.RFC3339)),
			Evidence{"Cloudflare: psk_metadata.last_generated_on", r.PSK.LastGeneratedOn.UTC().Format(time.RFC3339)})
		f.Text = "The router's IKE SA was established before Cloudflare's present key was generated: the next authentication needs the new " +
			"key, and " +
			"nothing shows yet that the router has it."
		f.Next = "Configure the current key on the router, then renegotiate IKE at a quiet time. If nobody kept the key, generate a new one."
		return []Finding{f}
	}
	return nil
}

// oneWay: packets go one way only, by the router's counters.
func (r routerSide) oneWay() []Finding {
	in, out, where := r.counters()
	if in == nil || out == nil || (*in == 0) == (*out == 0) || max(*in, *out) < leastPackets {
		return nil
	}
	traffic, known := r.facts.Traffic[r.Name]
	evidence := []Evidence{ofRouter(where+" in", strconv.FormatUint(*in, 10)+" packets"),
		ofRouter(where+" out", strconv.FormatUint(*out, 10)+" packets")}
	f := r.finding(OneWay, Outage, srcHealth, evidence...)
	f.Likelihood = Likely
	if *in == 0 {
		f.Text = "The router sends into the tunnel and receives nothing from it."
		f.Next = "Check the path from Cloudflare to the router: a firewall in front of it, GRE (protocol 47) or ESP permitted outbound only, " +
			"or a source address other than the customer endpoint."
		if known && traffic.Egress != nil && *traffic.Egress > 0 {
			f.Likelihood = Certain
			f.Text += " Cloudflare sends " + bits(*traffic.Egress) + " into it, which is lost on the way."
			f.Evidence = append(f.Evidence, Evidence{"Cloudflare: traffic to the router", bits(*traffic.Egress)})
		}
		return []Finding{f}
	}
	f.Text = "The router receives packets from the tunnel and sends none back."
	f.Next = "On the router: check that its return routes point into the tunnel, and that no policy or ACL drops the replies."
	if known && traffic.Ingress != nil && *traffic.Ingress == 0 {
		f.Likelihood = Certain
		f.Evidence = append(f.Evidence, Evidence{"Cloudflare: traffic from the router", "0 bit/s"})
	}
	return []Finding{f}
}

// counters are the packets of the tunnel, of its IPsec SAs first.
func (r routerSide) counters() (in, out *uint64, where string) {
	for _, sa := range r.Facts.SAs {
		for _, child := range sa.Children {
			if child.InPackets != nil && child.OutPackets != nil {
				return child.InPackets, child.OutPackets, "IPsec SA"
			}
		}
	}
	if i := r.Facts.Interface; i != nil && i.InPackets != nil && i.OutPackets != nil {
		return i.InPackets, i.OutPackets, i.Name
	}
	return nil, nil, ""
}

// contradiction: one end says up and the other says down.
func (r routerSide) contradiction() []Finding {
	s := r.Facts.Session
	if s == nil || s.State == "" || r.BGPStatus == nil || s.Established() == (r.State == store.Up) {
		return nil
	}
	state := s.State
	if s.Established() && s.Since >= 0 {
		state += " for " + router.Lifetime(s.Since)
	}
	f := r.finding(SidesDiffer, Impaired, srcOwn, ofRouter("session", state))
	f.Likelihood = Likely
	f.Next = "Refresh, and ask the router again: the two answers are from different times."
	reported, since := r.Reported(), r.At.Add(-s.Since)
	switch {
	case s.Established() && s.Since >= 0 && !reported.IsZero() && reported.Before(since):
		f.Cause, f.Likelihood, f.Impact = StaleStatus, Certain, Risk
		f.Text = fmt.Sprintf("The router's session is up for %s, and Cloudflare's status is older than that: it is out of date.",
			router.Lifetime(s.Since))
		f.Next = "Nothing to do unless traffic is affected."
	case s.Established():
		f.Text = "The router reports the session as up, Cloudflare does not."
	case r.Reported().Before(r.At.Add(-freshAge)):
		f.Cause, f.Likelihood, f.Impact = StaleStatus, Certain, Outage
		f.Text = "The router's session is " + s.State + ", while Cloudflare's status says up: it is out of date."
		f.Next = "Find out on the router why its session is down; the status does not say."
	default:
		f.Text = "Cloudflare reports the session as up, the router reports " + s.State + "."
	}
	return []Finding{f}
}

// disprove leaves out what the router shows is not so.
func (r routerSide) disprove(findings []Finding) []Finding {
	s := r.Facts.Session
	drop := func(causes ...Cause) {
		findings = slices.DeleteFunc(findings, func(f Finding) bool { return slices.Contains(causes, f.Cause) && f.Likelihood < Certain })
	}
	if s != nil && !s.Missing && s.LocalAS != 0 && r.BGP != nil && s.LocalAS == r.BGP.CustomerASN && asnText(s.RemoteAS) == r.cloudflareASN() {
		drop(ASNMismatch)
	}
	if s != nil && s.Established() {
		drop(guesses...)
	}
	if s != nil && s.Sent != nil && *s.Sent > 0 {
		drop(NothingAnnounced)
	}
	if slices.ContainsFunc(r.Facts.SAs, router.SA.Established) {
		drop(NoPSK)
	}
	return findings
}
