package prefix

import (
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// explain is what the data says about whether the prefix works, most important first, with what to do next (Cloudflare docs:
// troubleshoot routing and BGP; BYOIP, service bindings). astray are its routes that lead into what is down.
func explain(r row, astray []string, now time.Time) []resource.Field {
	var out []resource.Field
	add := func(role tui.Role, text string) {
		out = append(out, resource.Field{Value: text, Role: role, Prose: true})
	}
	if !r.approved() {
		add(tui.Pending, "Cloudflare has not approved the prefix: no part of it can be advertised. "+r.toValidate())
	}
	way := "press " + tui.KeyOf("advertise", "A") + " to advertise it"
	if len(r.BGP.Rows) > 1 {
		way = "open BGP prefixes (" + tui.KeyOf("bgp-prefixes", "1") + ") and press " + tui.KeyOf("advertise", "A")
	}
	for _, b := range r.BGP.Rows {
		if text, role := meaningOf(b, r.approved(), way, now); text != "" {
			add(role, text)
		}
	}
	if r.BGP.Complete() && len(r.BGP.Rows) == 0 && r.approved() {
		add(tui.Bad, "It has no BGP prefix, so no part of it can be advertised. Create one: "+tui.KeyOf("bgp-prefixes", "1")+", then "+
			tui.KeyOf("new", "n")+".")
	}
	if text, role := boundness(r); text != "" {
		add(role, text)
	}
	for _, text := range astray {
		if r.approved() {
			add(tui.Bad, text)
		}
	}
	if checks, role := r.validity(); r.approved() && role == tui.Bad {
		add(tui.Bad, "Not valid: "+checks+". Networks that check routes may drop the announcement.")
	}
	if len(out) > 0 {
		return out
	}
	switch bgp, bindings := r.BGP, r.Bindings; {
	case bgp.Complete() && bindings.Complete():
	case bgp.Err != nil || bindings.Err != nil:
		add(tui.Pending, "Not everything could be read, so the state of the prefix as a whole is not known.")
		return out
	default:
		add(tui.Muted, "Its BGP prefixes and service bindings are being read.")
		return out
	}
	add(tui.Plain, "Advertised, "+known(r.Approved)+
		"bound: nothing to do here. If it is still unreachable, check a looking glass for AS 13335, "+
		"then the tunnel, the static route and the return path.")
	return out
}

// toValidate is what stands between a prefix and its approval: the checks that it does not pass, by their names, else those that go on.
func (r row) toValidate() string {
	again := "press " + tui.KeyOf("validate", "V") + " to validate again."
	var bad, open []string
	for _, v := range r.validations() {
		switch v.role() {
		case tui.Bad:
			bad = append(bad, v.name+" "+tui.Clean(v.state))
		case tui.Pending:
			open = append(open, v.name)
		}
	}
	switch {
	case len(bad) > 0 && len(open) > 0:
		return "Checks not passed: " + strings.Join(bad, ", ") + ". Still pending: " + strings.Join(open, ", ") +
			". Fix the failed ones, then " + again
	case len(bad) > 0:
		return "Checks not passed: " + strings.Join(bad, ", ") + ". Fix that, then " + again
	case len(open) > 0:
		return "Checks pending: " + strings.Join(open, ", ") + "."
	}
	return upperFirst(again)
}

// meaningOf says why a BGP prefix is not on the Internet, or why it could fall off; "" when there is nothing to say. way is how
// it is advertised from here.
func meaningOf(b api.BGPPrefix, approved bool, way string, now time.Time) (string, tui.Role) {
	off := announced(b) == withdrawn
	switch {
	case !approved:
		return "", tui.Plain
	case controlled(b):
		return b.CIDR + " follows your own BGP announcements; to withdraw it, stop announcing it on every session with the route reflectors.",
			tui.Plain
	case off && b.AutoAdvertiseWithdraw:
		return b.CIDR + " is withdrawn, and automatic withdrawal is on: check that a BGP route of yours matches it.", tui.Bad
	case b.OnDemand != nil && b.OnDemand.OnDemandLocked:
		return fmt.Sprintf("%s is %s and locked: only your account team can unlock it.", b.CIDR, strings.ToLower(word(announced(b)))), tui.Pending
	case off:
		return fmt.Sprintf("%s %s: %s. If that is not intended, %s; propagation takes %.0f to %.0f minutes.",
			b.CIDR, gone(turned(b), now), lost(turned(b), now), way, rules.MinAdvertise.Minutes(), rules.MaxAdvertise.Minutes()), tui.Bad
	case spreading(b, now) != "":
		return b.CIDR + " was advertised " + resource.Ago(turned(b), now) + ": " + spreading(b, now) + ".", tui.Pending
	}
	return "", tui.Plain
}

// spreading says that an announcement is still on its way; "" when it has had its time, or began at a time that is not known.
func spreading(b api.BGPPrefix, now time.Time) string {
	at := turned(b)
	if announced(b) != advertised || at.IsZero() || now.Sub(at) >= rules.MaxAdvertise {
		return ""
	}
	return fmt.Sprintf("propagation takes %.0f to %.0f minutes", rules.MinAdvertise.Minutes(), rules.MaxAdvertise.Minutes())
}

// gone says since when it is withdrawn, as far as the API does.
func gone(at, now time.Time) string {
	if at.IsZero() {
		return "is withdrawn"
	}
	return "was withdrawn " + resource.Ago(at, now)
}

// lost is what a withdrawal means: at first the Internet still comes through Cloudflare.
func lost(at, now time.Time) string {
	if at.IsZero() || now.Sub(at) >= rules.MaxWithdraw {
		return "the Internet does not reach it through Cloudflare"
	}
	return fmt.Sprintf("the Internet stops reaching it through Cloudflare within %.0f to %.0f minutes", rules.MinWithdraw.Minutes(),
		rules.MaxWithdraw.Minutes())
}

// boundness says whether traffic that arrives has a service. A prefix can be advertised and still lead nowhere.
func boundness(r row) (string, tui.Role) {
	if !r.Bindings.Complete() || !r.approved() {
		return "", tui.Plain
	}
	var waiting []string
	whole := false
	for _, b := range r.Bindings.Rows {
		whole = whole || network(b.CIDR) == network(r.CIDR)
		if provisioning(b) == "provisioning" {
			waiting = append(waiting, b.CIDR)
		}
	}
	switch {
	case !whole:
		return "No service binding covers the whole prefix: traffic that arrives has no service. Make one: 2, then n.", tui.Bad
	case len(waiting) > 0:
		return "Being provisioned: " + strings.Join(waiting, ", ") + ". Services on these addresses are likely disrupted meanwhile.", tui.Pending
	}
	return "", tui.Plain
}
