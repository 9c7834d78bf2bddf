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
	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/internal/sorting"
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
	for _, rule := range []func() []Finding{c.validation, c.rpki, c.pending, c.onboarding, c.advertisement, c.binding, c.routed, c.arrivals} {
		findings = append(findings, rule()...)
	}
	// A state, such as withdrawn on demand, explains less than what has an impact.
	sorting.Sort(findings, func(a, b Finding) int { return cmp.Compare(min(b.Impact, Risk), min(a.Impact, Risk)) })
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
	var names, open []string
	for _, check := range []struct {
		name string
		Evidence
	}{
		{"IRR", Evidence{"irr_validation_state", c.IRRValidationState}}, {"RPKI", Evidence{rpkiState, c.RPKIValidationState}},
		{"ownership", Evidence{"ownership_validation_state", c.OwnershipValidationState}},
		{"ASN ownership", Evidence{"asn_ownership_validation_state", c.ASNOwnershipValidationState}},
	} {
		if failed(check.Value) && (check.Field != rpkiState || !c.droppedByOthers()) {
			evidence, names = append(evidence, check.Evidence), append(names, check.name+" "+check.Value)
		} else if strings.EqualFold(check.Value, "pending") {
			open = append(open, check.name)
		}
	}
	if len(evidence) == 0 {
		return nil
	}
	// What is not approved carries no traffic that could be out.
	f := Finding{Cause: ValidationFailed, Likelihood: Certain, Impact: Impaired, Source: srcBYOIP, Evidence: evidence,
		Text: "Checks not passed: " + strings.Join(names, ", ") + "." + pendingChecks(open) +
			" The prefix is not approved until all checks pass.",
		Next: validating(evidence)}
	if c.approved() {
		f.Likelihood, f.Impact = Possible, Risk
		f.Text = "Checks not passed although the prefix is approved: " + strings.Join(names, ", ") + "." + pendingChecks(open) +
			" Other networks may drop the announcement."
	}
	return []Finding{f}
}

// validating is what to correct for the checks that are not passed.
func validating(failed []Evidence) string {
	var correct, create []string
	for _, e := range failed {
		what := "the ownership record"
		switch e.Field {
		case rpkiState:
			what = "the ROA"
		case "irr_validation_state":
			what = "the IRR object"
		}
		list := &correct
		if strings.EqualFold(e.Value, "missing") {
			list, what = &create, strings.Replace(what, "the ", "a ", 1)
		}
		if !slices.Contains(*list, what) {
			*list = append(*list, what)
		}
	}
	var acts []string
	if len(create) > 0 {
		acts = append(acts, "create "+strings.Replace(strings.Join(create, " and "), "a IRR", "an IRR", 1))
	}
	if len(correct) > 0 {
		acts = append(acts, "correct "+strings.Join(correct, " and "))
	}
	return upperFirst(strings.Join(acts, " and ")) + " for this prefix and AS number, then validate it again."
}

// pendingChecks names the checks that are not over yet; "" where there are none.
func pendingChecks(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " Still pending: " + strings.Join(names, ", ") + "."
}

const rpkiState = "rpki_validation_state"

// droppedByOthers reports whether the prefix is advertised though its origin is not valid. Missing is not invalid: no ROA is no
// reason to drop.
func (c prefixCase) droppedByOthers() bool {
	lower := strings.ToLower(c.RPKIValidationState)
	return c.approved() && c.advertised() && (strings.Contains(lower, "invalid") || strings.Contains(lower, "mismatch"))
}

// rpki: networks that check the origin drop what is invalid (RFC 6811, RFC 7115 section 5).
func (c prefixCase) rpki() []Finding {
	if !c.droppedByOthers() {
		return nil
	}
	return []Finding{{Cause: RPKIInvalid, Likelihood: Likely, Impact: Impaired, Source: "RFC 6811, RFC 7115 (section 5); " + srcBYOIP,
		Evidence: []Evidence{{rpkiState, c.RPKIValidationState}, {"advertised", "true"}},
		Text: "The prefix is advertised, and RPKI reports its origin as invalid: most transit networks drop it, so parts of the Internet " +
			"cannot reach it.",
		Next: "Correct the ROA: its AS number must be the one that announces the prefix, its maximum length at least the prefix's."}}
}

// onboarding reads a prefix that was never bound and never advertised: it is on its way, and nothing that worked is gone.
func (c prefixCase) onboarding() []Finding {
	if !c.approved() || !c.isNew() {
		return nil
	}
	return []Finding{{Cause: PrefixOnboarding, Likelihood: Certain, Impact: NoImpact, Source: srcBYOIP,
		Evidence: []Evidence{{"bindings", "0"}, {"advertised", "never, as far as the API says"}},
		Text:     "The prefix is new: it was never bound to a service and never advertised, as far as the API says.",
		Next:     "Bind it to a service (4 to 6 hours), wait 5 hours after the first binding, create its route, then advertise it."}}
}

// isNew reports whether the prefix has no binding and nothing of it was ever advertised. It is known only when both lists are.
func (c prefixCase) isNew() bool {
	if !c.Bindings.Settled() || len(c.Bindings.Rows) > 0 || !c.BGP.Settled() {
		return false
	}
	for _, b := range c.BGP.Rows {
		if d := b.OnDemand; d == nil || d.Advertised == nil || *d.Advertised || !never(b) {
			return false
		}
	}
	return !c.facts.sawAdvertised(c.CIDR)
}

// never reports whether the API knows of no change of the advertisement since the BGP prefix was made.
func never(b api.BGPPrefix) bool {
	at := b.OnDemand.AdvertisedModifiedAt
	return at.IsZero() || !b.CreatedAt.IsZero() && at.Sub(b.CreatedAt.Time) < settling
}

// sawAdvertised reports whether a prefix or a part of it was seen to be advertised or withdrawn.
func (f Facts) sawAdvertised(cidr string) bool {
	for _, e := range f.Events {
		if (e.Kind == store.PrefixAdvertised || e.Kind == store.PrefixWithdrawn) && overlap(e.Name, cidr) {
			return true
		}
	}
	return false
}

// sawWithdrawn is when a BGP prefix was last seen to be withdrawn; zero: it was not.
func (f Facts) sawWithdrawn(cidr string) time.Time {
	var at time.Time
	for _, e := range f.Events {
		if e.Kind == store.PrefixWithdrawn && samePrefix(e.Name, cidr) {
			at = e.At
		}
	}
	return at
}

// coveredBy is an advertised BGP prefix of the account that contains a withdrawn one: traffic for it still comes to Cloudflare.
func (c prefixCase) coveredBy(cidr string) string {
	inner, err := netip.ParsePrefix(cidr)
	if err != nil {
		return ""
	}
	for _, p := range c.facts.Prefixes.Rows {
		for _, b := range p.BGP.Rows {
			outer, err := netip.ParsePrefix(b.CIDR)
			if err == nil && b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised &&
				outer.Bits() < inner.Bits() && outer.Contains(inner.Addr()) {
				return b.CIDR
			}
		}
	}
	return ""
}

func (c prefixCase) covered(b api.BGPPrefix, by string) Finding {
	return Finding{Cause: PrefixCovered, Likelihood: Remark, Impact: NoImpact, Source: srcPrefix,
		Evidence: withdrawn(b, Evidence{"on_demand.advertised of " + by, "true"}),
		Text:     b.CIDR + " is withdrawn, but " + by + " covers it and is advertised: its traffic still reaches Cloudflare.",
		Next:     "Nothing to do, unless " + b.CIDR + " is to be announced by itself."}
}

// recent is within which a change of the advertisement counts as one of now also when nobody saw it.
const recent = 24 * time.Hour

// isNews reports whether a withdrawn prefix was seen to be advertised before: by whoever watched, on the
// saved good day, or by the API within the last day.
// On demand, withdrawn is a state like any other.
func (c prefixCase) isNews(b api.BGPPrefix) bool {
	if was := c.facts.expectedAdvertised(b.CIDR); was != nil {
		// What was withdrawn on the good day is expected, unless it was advertised in between.
		return *was || c.facts.sawWithdrawn(b.CIDR).After(c.facts.Good.TakenAt)
	}
	if !c.facts.sawWithdrawn(b.CIDR).IsZero() {
		return true
	}
	return !never(b) && c.facts.Now.Sub(b.OnDemand.AdvertisedModifiedAt.Time) < recent
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
	if c.isNew() {
		return nil
	}
	var findings []Finding
	for _, b := range c.BGP.Rows {
		if b.OnDemand == nil || b.OnDemand.Advertised == nil || *b.OnDemand.Advertised || !c.approved() {
			continue
		}
		if by := c.coveredBy(b.CIDR); by != "" {
			findings = append(findings, c.covered(b, by))
			continue
		}
		// What was so before anybody looked is a state; only what changed is an outage.
		impact := NoImpact
		if c.isNews(b) {
			impact = Outage
		}
		if b.OnDemand.OnDemandLocked {
			findings = append(findings, Finding{Cause: PrefixLocked, Likelihood: Certain, Impact: impact, Source: srcAdvertise,
				Since:    c.withdrawnAt(b),
				Evidence: withdrawn(b, Evidence{"on_demand.on_demand_locked", "true"}),
				Text:     "The prefix is withdrawn and locked: it cannot be advertised before Cloudflare unlocks it.",
				Next:     "Ask the Cloudflare account team to close the pre-flight checks and unlock it."})
		}
		if b.AutoAdvertiseWithdraw {
			findings = append(findings, c.autoWithdrawn(b, impact))
		}
		findings = append(findings, c.plainWithdrawn(b, impact))
	}
	return findings
}

// autoWithdrawn reads a prefix that is advertised only while a BGP route matches it.
func (c prefixCase) autoWithdrawn(b api.BGPPrefix, impact Impact) Finding {
	f := Finding{Cause: AutoWithdrawn, Likelihood: Certain, Impact: impact, Source: srcPrefix, Since: c.withdrawnAt(b),
		Evidence: withdrawn(b, Evidence{"auto_advertise_withdraw", "true"}),
		Text:     "The prefix is withdrawn, and its advertisement follows the BGP routes of the account: this points to no matching BGP route.",
		Next:     "Look at the sessions that announce it, and at what the router announces."}
	if fell, text := c.fellBefore(f.Since); text != "" {
		f.Text, f.Evidence = join(f.Text, text), append(f.Evidence, fell)
		f.Next = "Bring the sessions back: it is advertised again with the route. Then look at what the router announces."
	}
	return f
}

func (c prefixCase) withdrawnAt(b api.BGPPrefix) time.Time {
	if at := b.OnDemand.AdvertisedModifiedAt; !never(b) {
		return at.Time
	}
	return c.facts.sawWithdrawn(b.CIDR)
}

func (c prefixCase) plainWithdrawn(b api.BGPPrefix, impact Impact) Finding {
	f := Finding{Cause: PrefixWithdrawn, Likelihood: Certain, Impact: impact, Source: srcPrefix, Evidence: withdrawn(b),
		Since: c.withdrawnAt(b),
		Text:  "Cloudflare does not advertise " + b.CIDR + ". Unless another network announces it, it is unreachable from the Internet.",
		Next:  "If this was not intended, advertise it again; propagation takes 2 to 7 minutes."}
	switch {
	case f.Since.IsZero():
		f.Text = "Cloudflare does not advertise " + b.CIDR + ", and the API reports no change: it may never have been advertised."
	case impact == NoImpact:
		f.Text = "Cloudflare does not advertise " + b.CIDR + ", and has not for " + ago(c.facts.Now.Sub(f.Since)) +
			". That is expected unless somebody needs it to be reachable."
		f.Next = "To make it reachable, advertise it; propagation takes 2 to 7 minutes."
	default:
		f.Text += " It was withdrawn " + ago(c.facts.Now.Sub(f.Since)) + " ago."
		f.Next += " See the audit log for who withdrew it."
	}
	if was := c.facts.expectedAdvertised(b.CIDR); was != nil {
		f.Evidence = append(f.Evidence, Evidence{"advertised in the saved good state", strconv.FormatBool(*was)})
		if *was {
			f.Text += " It was advertised when the good state was saved."
		}
	}
	if own, ok := c.facts.ownWithdrawal(b.ID, f.Since); ok {
		f.Text += " That was done from this machine at " + Clock(own.At, c.facts.Now) + "."
		f.Evidence = append(f.Evidence, Evidence{"journal", own.At.UTC().Format(time.RFC3339) + " " + own.What})
	}
	if b.BGPSignalOpts != nil && b.BGPSignalOpts.Enabled {
		f.Evidence = append(f.Evidence, Evidence{"bgp_signal_opts.enabled", "true"})
		f.Next = "Your own announcements to the route reflectors control it: look at those sessions. The API cannot switch it."
	}
	return f
}

// ownWithdrawal is the change from this machine that withdrew a BGP prefix at about that time.
func (f Facts) ownWithdrawal(id string, at time.Time) (Change, bool) {
	for _, change := range f.Changes {
		if change.ID == id && id != "" && change.What == string(journal.Withdraw) && change.At.Sub(at).Abs() < 5*time.Minute {
			return change, true
		}
	}
	return Change{}, false
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
	if !c.Bindings.Complete() || !c.approved() || c.isNew() {
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
	f := Finding{Cause: LostBinding, Likelihood: Certain, Impact: Outage, Source: srcBindings,
		Evidence: []Evidence{{"bindings of the whole prefix " + c.CIDR, "0"}, {"bindings of parts", fmt.Sprint(len(c.Bindings.Rows))}},
		Text: "No service binding covers the prefix: traffic that Cloudflare attracts for it is not delivered to any service. The API does not " +
			"say " +
			"whether there was one.",
		Next: "Compare with a saved snapshot; bind the prefix again (4 to 6 hours), or ask Cloudflare support if you did not remove it."}
	if c.BGP.Settled() && !c.advertised() {
		f.Impact = Risk
		f.Text = "No service binding covers the prefix. It is not advertised now; when it is, its traffic is not delivered to any service."
	}
	spans := func(h happened) bool {
		return slices.ContainsFunc(h.place.networks, func(p netip.Prefix) bool { return samePrefix(p.String(), c.CIDR) })
	}
	return []Finding{c.withGone(f, spans, store.Bindings)}
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
	f := Finding{Cause: MissingRoute, Likelihood: Likely, Impact: Outage, Source: srcAdvertise,
		Evidence: []Evidence{{"static routes for " + c.CIDR, "0"}, {"BGP sessions that are up", "0"}},
		Text: "The prefix is advertised, but no static route leads it into a tunnel and no BGP session is up: this points to traffic that " +
			"is dropped at Cloudflare.",
		Next: "Create a static route for the prefix, or bring a session up that announces it. CNIs are not checked here."}
	return []Finding{c.withGone(f, func(h happened) bool { return h.within(c.CIDR) }, store.Routes)}
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
func (c prefixCase) transit() bool { return boundTo(c.Prefix, rules.ServiceMagicTransit) }

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
