package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// arrivals says whether an attack is dropped, whether anything arrives, or whether it passes and the fault lies behind. What passes as
// before and what has never brought anything are remarks.
func (c prefixCase) arrivals() []Finding {
	p, err := netip.ParsePrefix(c.CIDR)
	in := c.facts.Flows
	if err != nil || c.facts.Now.Sub(in.At) > arrivalOld {
		return nil
	}
	a, ok := Arrived(in, p)
	if !ok {
		return nil
	}
	passed, dropped := a.PassedNow(), a.DroppedNow()
	switch began := a.began(); {
	case began >= 0 && (dropped*100 >= passed || a.Unit == RateUnknown):
		return []Finding{c.dropped(&a, began)}
	case passed > 0 || dropped > 0:
		return []Finding{c.passes(&a)}
	case !a.Whole || !c.advertised():
		return nil // what is not in an answer with gaps may have come all the same
	}
	return []Finding{c.nothing(&a)}
}

// arrivalFinding is one with what the analytics say as its evidence.
func (c prefixCase) arrivalFinding(a *Arrival, cause Cause) Finding {
	f := Finding{Cause: cause, Likelihood: Remark, Impact: NoImpact, Source: srcFlows, Evidence: []Evidence{
		{"network analytics", a.From.UTC().Format(time.RFC3339) + " to " + a.To.UTC().Format(time.RFC3339)},
		{"outcome pass, now", rateOr(a.Unit, a.PassedNow(), "seen")}}}
	for _, d := range a.Dropped {
		f.Evidence = append(f.Evidence, Evidence{"outcome drop by " + or(d.System, "no system named"),
			rateOr(a.Unit, a.present(d.Steps), "seen")})
	}
	return f
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// rateOr is a rate in words, or a word where there are only rows.
func rateOr(u RateUnit, rate float64, word string) string {
	switch text := u.Rate(rate); {
	case rate == 0:
		return "none"
	case text == "":
		return word
	default:
		return text
	}
}

// dropped is traffic that a mitigation drops. It matters when less passes than before; without a before, when nothing does.
func (c prefixCase) dropped(a *Arrival, began int) Finding {
	f := c.arrivalFinding(a, TrafficDropped)
	var by []string
	for _, d := range a.Dropped {
		if since := a.since(d); since >= 0 {
			by = append(by, strings.TrimSpace(a.Unit.Rate(a.present(d.Steps))+" by "+SystemWords(d.System)+" "+a.Since(since)))
		}
	}
	what := or(a.Unit.Rate(a.DroppedNow()), "Traffic") + " to " + a.target() + " dropped"
	if len(by) == 1 {
		at := slices.IndexFunc(a.Dropped, func(d DroppedFlow) bool { return a.since(d) >= 0 })
		f.Text = what + " by " + SystemWords(a.Dropped[at].System) + " " + a.Since(began)
	} else {
		f.Text = what + ": " + strings.Join(by, ", ")
	}
	if began > 0 {
		f.Since = a.at(began)
	}
	c.less(&f, a, began)
	f.Next = nextFor(a.Dropped[0].System)
	if f.Impact > NoImpact {
		f.Text += " " + unsureRate
	}
	return f
}

// less compares what passes with what passed before the dropping began, and says what that means.
func (c prefixCase) less(f *Finding, a *Arrival, began int) {
	now := a.PassedNow()
	before := mean(a.Passed[:began])
	switch {
	case began < arrivalNow || before == 0:
		if now > 0 {
			f.Text += "; " + or(a.Unit.Rate(now), "other traffic") + " " + plural(a.Unit, "passes", "pass") + "."
			return
		}
		f.Likelihood, f.Impact = Possible, Impaired
		f.Text += "; nothing passes, and what passed before is not known."
	case a.Unit == RateUnknown || now >= before/2:
		f.Text += "; " + or(a.Unit.Rate(now), "other traffic") + " " + plural(a.Unit, "passes", "pass") + ", as before."
	case now >= before/10:
		f.Likelihood, f.Impact = Likely, Impaired
		f.Text += "; " + a.Unit.Rate(now) + " pass, before it was " + a.Unit.Rate(before) + ": some of what is dropped is " +
			"customer traffic, or customers gave up."
	default:
		f.Likelihood, f.Impact = Likely, Outage
		f.Text += "; " + or(rateOr(a.Unit, now, "some"), "none") + " of " + a.Unit.Rate(before) + " before it now passes: customers are cut off."
	}
}

func plural(u RateUnit, one, many string) string {
	if u == RateUnknown {
		return one
	}
	return many
}

// nextFor is what to do about what a system drops.
func nextFor(system string) string {
	switch system {
	case api.DDoSManaged:
		return "Look at the attack in Network Analytics. If customer traffic is dropped, too: lower the sensitivity of the rule that hits " +
			"them, " +
			"or override its action, in the network-layer DDoS managed ruleset."
	case api.AdvancedTCP:
		return "Look at it in Network Analytics. If customer traffic is dropped, too: set Advanced TCP Protection to monitoring for the " +
			"prefix, " +
			"or allow them; it needs prefixes that are onboarded to it as a whole."
	case api.NetworkFirewall:
		return "Look at your Network Firewall rules, newest first: Network Analytics names the rule that drops."
	}
	return "Look at it in Network Analytics: it names the system and the rule."
}

// passes is traffic of which nothing, or next to nothing, is dropped.
func (c prefixCase) passes(a *Arrival) Finding {
	f := c.arrivalFinding(a, TrafficPasses)
	dropped := "nothing is dropped"
	if d := a.DroppedNow(); d > 0 {
		dropped = "next to nothing is dropped (" + rateOr(a.Unit, d, "some") + ")"
	}
	f.Text = fmt.Sprintf("No attack: %s for %s %s Cloudflare's mitigations, and %s.", or(a.Unit.Rate(a.PassedNow()), "traffic"), a.Prefix,
		plural(a.Unit, "passes", "pass"), dropped)
	f.Next = "If it is still unreachable, look past Cloudflare's edge: route, tunnel, router, return path."
	return f
}

// nothing is a prefix for which no packet was among the samples. That is an outage only when there was enough before.
func (c prefixCase) nothing(a *Arrival) Finding {
	n := len(a.Passed)
	last := n - 1
	for last >= 0 && a.packets[last] == 0 {
		last--
	}
	f := c.arrivalFinding(a, NothingArrives)
	f.Text = fmt.Sprintf("Nothing dropped, nothing arrives: no packet for %s was among the samples (1 in %d) since %s.", a.Prefix,
		api.FlowSampling, minute(a.From))
	f.Next = "If traffic is expected: look for the prefix and AS 13335 on a looking glass, and for a more specific announcement elsewhere."
	if last < 0 {
		return f
	}
	f.Text = fmt.Sprintf("Nothing dropped, nothing arrives for %s since %s", a.Prefix, minute(a.at(last+1)))
	before := a.packets[:last+1]
	usual := mean(before) * api.FlowStep.Seconds() * arrivalNow / api.FlowSampling
	if usual < samplesLeast {
		f.Text += fmt.Sprintf("; there was so little before that the samples (1 in %d packets) may simply have missed it.", api.FlowSampling)
		return f
	}
	f.Cause, f.Likelihood, f.Impact, f.Since = TrafficStopped, Likely, Outage, a.at(last+1)
	f.Text += "; before it was " + or(a.Unit.Rate(mean(a.Passed[:last+1])), "not so") + ". The traffic stops before it reaches " +
		"Cloudflare. " + unsureRate
	if a.Quiet {
		f.Likelihood, f.Impact = Possible, Impaired
		f.Text += " There are no samples of the whole account: the analytics may be late."
	}
	f.Next = "Look at the advertisement: the prefix and AS 13335 on a looking glass, a more specific announcement elsewhere, your upstreams."
	return f
}

// Arrival is what came in for a prefix by the last answer, and the sentence about it; false when nothing is known or it is of a while ago.
func (a *Account) Arrival(id string) (Arrival, Finding, bool) {
	for _, p := range a.facts.Prefixes.Rows {
		cidr, err := netip.ParsePrefix(p.CIDR)
		if p.ID != id || err != nil {
			continue
		}
		in, ok := Arrived(a.facts.Flows, cidr)
		found := prefixCase{Account: a, Prefix: p}.arrivals()
		if !ok || len(found) == 0 {
			return in, Finding{}, false
		}
		return in, found[0], true
	}
	return Arrival{}, Finding{}, false
}

// mitigations are the times in which traffic for a prefix was dropped, as moments.
func mitigations(in store.Flows, name string, add func(time.Time, string, string)) {
	p, err := netip.ParsePrefix(name)
	if err != nil {
		return
	}
	a, ok := Arrived(in, p)
	if !ok {
		return
	}
	for _, d := range a.Dropped {
		for _, r := range d.runs() {
			text := strings.TrimSpace(SystemWords(d.System) + " drops " +
				or(a.Unit.Rate(slices.Max(d.Steps[r.from:r.to])/api.FlowStep.Seconds()), "traffic"))
			if r.from == 0 {
				text += " (began before)"
			}
			add(a.at(r.from), FromAnalytics, text)
			if r.to < len(d.Steps)-arrivalNow+1 {
				add(a.at(r.to), FromAnalytics, SystemWords(d.System)+" stopped dropping")
			}
		}
	}
}
