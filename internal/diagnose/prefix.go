package diagnose

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/netrules"
	"flarewire/internal/store"
)

// prefixCase is one BYOIP prefix among the facts.
type prefixCase struct {
	*Account
	store.Prefix
}

// read asks every rule, in the order in which a prefix becomes reachable: approved, advertised, bound, routed.
func (c prefixCase) read() []Finding {
	var findings []Finding
	for _, rule := range []func() []Finding{c.validation, c.pending, c.advertisement, c.binding, c.routed} {
		findings = append(findings, rule()...)
	}
	return order(findings)
}

// approved reports whether Cloudflare has taken the prefix into use; an unknown word counts as such, so that
// nothing is claimed about it.
func (c prefixCase) approved() bool { return c.Approved != "P" }

// failed reports whether a validation state is a refusal. The words are not documented completely: what is not
// known is no failure.
func failed(state string) bool {
	lower := strings.ToLower(state)
	for _, word := range []string{"invalid", "mismatch", "missing", "fail"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func (c prefixCase) validation() []Finding {
	var evidence []Evidence
	for _, e := range []Evidence{
		{"irr_validation_state", c.IRRValidationState}, {"rpki_validation_state", c.RPKIValidationState},
		{"ownership_validation_state", c.OwnershipValidationState}, {"asn_ownership_validation_state", c.ASNOwnershipValidationState},
	} {
		if failed(e.Value) {
			evidence = append(evidence, e)
		}
	}
	if len(evidence) == 0 {
		return nil
	}
	// What is not approved carries no traffic that could be out.
	f := Finding{Cause: ValidationFailed, Likelihood: Certain, Impact: Impaired, Source: srcBYOIP, Evidence: evidence,
		Text: "A validation of the prefix failed, and it is not approved before all pass.",
		Next: "Correct the IRR object, the ROA or the ownership record for this prefix and AS number, then ask for the validation again."}
	if c.approved() {
		f.Likelihood, f.Impact = Possible, Risk
		f.Text = "A validation of the prefix fails although it is approved: other networks may drop the announcement."
	}
	return []Finding{f}
}

func (c prefixCase) pending() []Finding {
	if c.approved() {
		return nil
	}
	f := Finding{Cause: PrefixPending, Likelihood: Certain, Impact: Impaired, Source: srcBYOIP,
		Evidence: []Evidence{{"approved", c.Approved}},
		Text:     "The prefix is not approved yet: it cannot be advertised.",
		Next:     "Complete the validations and the letter of agency; then ask the account team what is open."}
	return []Finding{f}
}

// advertisement reads the BGP prefixes: what is withdrawn, and what keeps it so.
func (c prefixCase) advertisement() []Finding {
	var findings []Finding
	for _, b := range c.BGP.Rows {
		if b.OnDemand == nil || b.OnDemand.Advertised == nil || *b.OnDemand.Advertised || !c.approved() {
			continue
		}
		if b.OnDemand.OnDemandLocked {
			findings = append(findings, Finding{Cause: PrefixLocked, Likelihood: Certain, Impact: Outage, Source: srcAdvertise,
				Evidence: withdrawn(b, Evidence{"on_demand.on_demand_locked", "true"}),
				Text:     "The prefix is withdrawn and locked: it cannot be advertised before Cloudflare unlocks it.",
				Next:     "Ask the Cloudflare account team to close the pre-flight checks and unlock it."})
		}
		if b.AutoAdvertiseWithdraw {
			findings = append(findings, Finding{Cause: AutoWithdrawn, Likelihood: Certain, Impact: Outage, Source: srcPrefix,
				Evidence: withdrawn(b, Evidence{"auto_advertise_withdraw", "true"}),
				Text:     "The prefix is withdrawn, and its advertisement follows the BGP routes of the account: this points to no matching BGP route.",
				Next:     "Look at the sessions that announce it, and at what the router announces."})
		}
		findings = append(findings, c.plainWithdrawn(b))
	}
	return findings
}

func (c prefixCase) plainWithdrawn(b api.BGPPrefix) Finding {
	f := Finding{Cause: PrefixWithdrawn, Likelihood: Certain, Impact: Outage, Source: srcPrefix, Evidence: withdrawn(b),
		Text: "Cloudflare does not advertise " + b.CIDR + ": unless another network does, it cannot be reached.",
		Next: "If nobody withdrew it on purpose, advertise it again; the Internet follows within 2 to 7 minutes."}
	switch at := b.OnDemand.AdvertisedModifiedAt; {
	case at.IsZero():
		f.Text = "Cloudflare does not advertise " + b.CIDR + ", and the API knows of no change: it may never have been."
	default:
		f.Since = at.Time
		f.Text += " It was withdrawn " + ago(c.facts.Now.Sub(at.Time)) + " ago."
	}
	if b.BGPSignalOpts != nil && b.BGPSignalOpts.Enabled {
		f.Evidence = append(f.Evidence, Evidence{"bgp_signal_opts.enabled", "true"})
		f.Next = "Your own announcements to the route reflectors control it: look at those sessions. The API cannot switch it."
	}
	return f
}

func withdrawn(b api.BGPPrefix, more ...Evidence) []Evidence {
	evidence := append([]Evidence{{"on_demand.advertised of " + b.CIDR, "false"}}, more...)
	if at := b.OnDemand.AdvertisedModifiedAt; !at.IsZero() {
		evidence = append(evidence, Evidence{"advertised_modified_at", at.UTC().Format(time.RFC3339)})
	}
	return evidence
}

// binding reads the service bindings: the default one must span the prefix.
func (c prefixCase) binding() []Finding {
	if !c.Bindings.Complete() || !c.approved() {
		return nil
	}
	for _, b := range c.Bindings.Rows {
		if !samePrefix(b.CIDR, c.CIDR) {
			continue
		}
		if b.Provisioning != nil && !strings.EqualFold(b.Provisioning.State, "active") {
			return []Finding{{Cause: BindingInProgress, Likelihood: Certain, Impact: Impaired, Source: srcBindings,
				Evidence: []Evidence{{"provisioning.state of " + b.CIDR, b.Provisioning.State}},
				Text:     "The binding of the whole prefix to " + b.ServiceName + " is not active yet: traffic may be disrupted until it is.",
				Next:     "Wait: it takes 4 to 6 hours."}}
		}
		return nil
	}
	return []Finding{{Cause: LostBinding, Likelihood: Certain, Impact: Outage, Source: srcBindings,
		Evidence: []Evidence{{"bindings of the whole prefix " + c.CIDR, "0"}, {"bindings of parts", fmt.Sprint(len(c.Bindings.Rows))}},
		Text: "No service binding spans the prefix: traffic that Cloudflare attracts for it reaches no service. The API does not say " +
			"whether there was one.",
		Next: "Compare with a saved snapshot; bind the prefix again (4 to 6 hours), or ask Cloudflare support when nobody removed it."}}
}

// routed: an advertised prefix needs a way on. Routes that BGP brings are not in the API: with any session up
// nothing can be said.
func (c prefixCase) routed() []Finding {
	if c.anyUp || !c.advertised() || !c.transit() || cannotTell(c.facts.Routes.Entry, c.facts.GRE, c.facts.IPsec) != "" {
		return nil
	}
	for _, r := range c.facts.Routes.Rows {
		if overlap(r.Prefix, c.CIDR) {
			return nil
		}
	}
	return []Finding{{Cause: MissingRoute, Likelihood: Likely, Impact: Outage, Source: srcAdvertise,
		Evidence: []Evidence{{"static routes for " + c.CIDR, "0"}, {"BGP sessions that are up", "0"}},
		Text: "The prefix is advertised, but no static route leads it into a tunnel and no BGP session is up: this points to traffic that " +
			"is dropped at Cloudflare.",
		Next: "Create a static route for the prefix, or bring a session up that announces it. Interconnects are not looked at here."}}
}

func (c prefixCase) advertised() bool {
	for _, b := range c.BGP.Rows {
		if b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised {
			return true
		}
	}
	return false
}

// transit reports whether the whole prefix goes to Magic Transit, whose traffic needs a route.
func (c prefixCase) transit() bool { return boundTo(c.Prefix, netrules.ServiceMagicTransit) }

func samePrefix(a, b string) bool {
	p, errA := netip.ParsePrefix(a)
	q, errB := netip.ParsePrefix(b)
	return errA == nil && errB == nil && p.Masked() == q.Masked()
}

func overlap(a, b string) bool {
	p, errA := netip.ParsePrefix(a)
	q, errB := netip.ParsePrefix(b)
	return errA == nil && errB == nil && p.Overlaps(q)
}
