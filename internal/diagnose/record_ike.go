package diagnose

import (
	"slices"
	"strings"
	"time"

	"flarewire/api"
)

// ikeReading is what words of a message of the IKE daemon mean. No document lists them: they are those of RFC 7296 and of the common
// implementations (unconfirmed).
type ikeReading struct {
	words []string
	cause Cause
	text  string
	next  string
}

var ikeReadings = []ikeReading{
	{[]string{"mac mismatched", "psk mismatch", "pre-shared key mismatch", "shared key mismatch", "wrong psk", "invalid psk"}, IKEAuth,
		"the pre-shared keys of both sides differ",
		"Put the same pre-shared key on the router. If nobody kept it, generate a new one (rotate-key): the API never shows a key again."},
	{[]string{"authentication_failed", "authentication failed", "auth_failed", "auth failed"}, IKEAuth,
		"IKE authentication failed: the pre-shared key or the IKE identity differs",
		"Compare the pre-shared key on the router, then its IKE identity with the one on this page. For a new key: rotate-key."},
	{[]string{"no_proposal_chosen", "no proposal chosen", "no matching proposal"}, IKEProposal, "the two sides have no proposal in common",
		"On the router: AES-GCM-16 256 with DH group 20 and PFS, as in its generated configuration (router-config)."},
	{[]string{"no peer config", "no ike config", "unknown identity", "peer not found", "no matching peer"}, IKEIdentity,
		"the router's IKE identity is not the one that Cloudflare expects", "On the router: set its IKE identity to the FQDN id on this page."},
	{[]string{"ts_unacceptable", "traffic selector"}, IKESelectors, "the traffic selectors were refused",
		"On the router: a route-based tunnel with the selectors 0.0.0.0/0 on both sides."},
	{[]string{"giving up", "retransmit", "timed out", "timeout", "peer not responding"}, IKETimeout, "the other side does not answer",
		"Look for a filter of UDP 500 and 4500 on the path, and whether the router is reachable at its outer address (t: traceroute)."},
}

var ikeGood = []string{"ike_sa established", "child_sa established", "sa established", "established with spi", "successfully established"}

// readIKE finds what a message means; nil when its words say nothing known.
func readIKE(m api.IKEMessage) (reading *ikeReading, good bool) {
	text := strings.ToLower(m.Message)
	for i, r := range ikeReadings {
		if slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(text, w) }) {
			return &ikeReadings[i], false
		}
	}
	return nil, slices.ContainsFunc(ikeGood, func(w string) bool { return strings.Contains(text, w) })
}

// fromIKE is what the messages of IKE say about an IPsec tunnel that has trouble: the newest that says something decides.
func (c tunnelCase) fromIKE() []Finding {
	answer, asked := c.facts.Records[c.ID]
	if !asked || c.Kind != api.IPsec || !c.trouble() {
		return nil
	}
	begin := answer.At.Add(-stillNow)
	if broke := c.brokeSeen(); !broke.IsZero() && broke.Before(begin) {
		begin = broke.Add(-aroundFall)
	}
	for _, m := range slices.Backward(answer.IKE) {
		reading, good := readIKE(m)
		if good || m.At.Before(begin) {
			return nil // the newest message is of a tunnel that came up, or older than the break
		}
		if reading == nil {
			continue
		}
		f := Finding{Cause: reading.cause, Likelihood: Certain, Impact: Outage, Source: srcIKE, Since: c.brokeSeen(), recorded: true,
			Evidence: []Evidence{{string(api.IPsecLogs) + " " + m.At.UTC().Format(time.RFC3339), m.Message}},
			Text: "Cloudflare's log of IKE at " + Clock(m.At, c.now) + ": " + reading.text + " (“" + m.Message + "”). " +
				unsure,
			Next: reading.next}
		if c.carriesNow() {
			f.Likelihood, f.Impact = Possible, Risk // packets pass all the same: another negotiation failed
		}
		if key := c.newKey(); reading.cause == IKEAuth && len(key) > 0 {
			f.Text = key[0].Text + " " + f.Text
			f.Evidence = append(f.Evidence, key[0].Evidence...)
		}
		return []Finding{f}
	}
	return nil
}

// carriesNow reports whether the tunnel carries packets whatever was negotiated.
func (c tunnelCase) carriesNow() bool { return len(c.carries()) > 0 }
