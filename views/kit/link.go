package kit

import (
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/netrules"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// What tunnels and interconnects have in common: the BGP session, the health check and the return
// routing, as parts of forms and of detail pages. The form's keys are customer_asn, md5_key,
// extra_prefixes and, with hc_ in front, those of the health check.

// BGPSection is the part of a form for the session. fixed is why it cannot be changed here; others are
// the AS numbers of the account's other links.
func BGPSection(fixed string, others func(form.Values) []netrules.ASNUse) form.Section {
	on := func(v form.Values) bool { return v["bgp"] == "yes" }
	return form.Section{Title: "BGP", Fields: []form.Field{
		{Key: "bgp", Label: "BGP session", Kind: form.Choice, Options: form.YesNo, Fixed: fixed,
			Help: "Your router opens it; Cloudflare's AS is " + strconv.Itoa(int(netrules.CloudflareASN))},
		{Key: "customer_asn", Label: "Your AS number", When: on, Fixed: fixed,
			Help:  "Private 64512 to 65534 or your own; not " + strconv.Itoa(int(netrules.CloudflareASN)),
			Check: func(v string, all form.Values) form.Finding { return checkASN(v, others(all)) }},
		{Key: "md5_key", Label: "MD5 key", Kind: form.Secret, When: on, Fixed: fixed,
			Help:  "Optional, the same on your router; 1 to 80 characters",
			Check: optionally(netrules.MD5Key)},
		{Key: "extra_prefixes", Label: "Extra prefixes", When: on, Fixed: fixed,
			Help:    "Advertised to you besides your routes: 0.0.0.0/0; separate with blanks",
			Suggest: func(form.Values) []string { return []string{"0.0.0.0/0", "100.96.0.0/12", "100.64.0.0/12"} },
			Check:   CheckList(netrules.ExtraPrefix)},
	}}
}

func checkASN(v string, others []netrules.ASNUse) form.Finding {
	finding := Finding(netrules.CustomerASN(v, netrules.CloudflareASN))
	asn, err := netrules.ParseASN(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return WorstOf(finding, Finding(netrules.SameASN(asn, others)))
}

// optionally applies a rule to what is there; nothing is fine.
func optionally(rule func(string) netrules.Finding) func(string, form.Values) form.Finding {
	return func(v string, _ form.Values) form.Finding {
		if v == "" {
			return form.Finding{}
		}
		return Finding(rule(v))
	}
}

// PutBGP fills in the values of BGPSection; nil is no session.
func PutBGP(v form.Values, b *api.BGP) {
	v["bgp"] = "no"
	if b != nil {
		v["bgp"], v["customer_asn"], v["md5_key"] = "yes", strconv.FormatUint(uint64(b.CustomerASN), 10), b.MD5Key
		v["extra_prefixes"] = strings.Join(b.ExtraPrefixes, " ")
	}
}

// BGPOf puts what was typed into a session's configuration; nil without BGP. What the form does not
// show (filters) stays as it was.
func BGPOf(v form.Values, before *api.BGP) *api.BGP {
	if v["bgp"] != "yes" {
		return nil
	}
	var b api.BGP
	if before != nil {
		b = *before
	}
	b.CustomerASN, _ = netrules.ParseASN(strings.TrimSpace(v["customer_asn"]))
	b.MD5Key = v["md5_key"]
	b.ExtraPrefixes = Words(v["extra_prefixes"])
	return &b
}

// MD5 says only whether there is a key. Cloudflare does not treat it as a secret, but on somebody's
// screen it may still be one.
func MD5(b *api.BGP) string {
	if b.MD5Key == "" {
		return "none"
	}
	return "set"
}

// HealthSection is the part of a form for the health check. Interconnects have no direction.
func HealthSection(kind netrules.Kind) form.Section {
	on := func(v form.Values) bool { return v["hc_enabled"] == "yes" }
	directed := func(v form.Values) bool { return on(v) && kind != netrules.Interconnect }
	help := "Empty for the default: your endpoint, or your side when bidirectional"
	if kind == netrules.Interconnect {
		help = "The address to probe; empty for the default"
	}
	return form.Section{Title: "Health check", Folded: true, Fields: []form.Field{
		{Key: "hc_enabled", Label: "Enabled", Kind: form.Choice, Options: form.YesNo,
			Help: "Without it Cloudflare sends traffic blindly and shows the tunnel as down",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "no" {
					return form.Finding{Level: form.Warning, Text: "Cloudflare shows it as 100 % down and cannot alert; BGP needs it on"}
				}
				return form.Finding{}
			}},
		{Key: "hc_type", Label: "Type", Kind: form.Choice, When: on, Options: words(netrules.TypeReply, netrules.TypeRequest),
			Help: "request is safer behind a stateful firewall"},
		{Key: "hc_direction", Label: "Direction", Kind: form.Choice, When: directed,
			Options: words(netrules.Unidirectional, netrules.Bidirectional),
			Help:    "Cloudflare WAN: bidirectional. Magic Transit with direct return: unidirectional"},
		{Key: "hc_rate", Label: "Rate", Kind: form.Choice, When: on, Options: words(netrules.RateLow, netrules.RateMid, netrules.RateHigh),
			Help: "How often to probe"},
		{Key: "hc_target", Label: "Target", When: on, Help: help,
			Check: func(v string, all form.Values) form.Finding {
				return Finding(netrules.HealthCheckTarget(all["hc_direction"], v))
			}},
	}}
}

// words are options whose labels are their values.
func words(values ...string) []form.Option {
	var out []form.Option
	for _, v := range values {
		out = append(out, form.Option{Value: v, Label: v})
	}
	return out
}

// PutHealth fills in the values of HealthSection; nil gives what a new tunnel begins with.
func PutHealth(v form.Values, h *api.HealthCheck) {
	if h == nil {
		h = HealthFor(netrules.CloudflareWAN)
	}
	v["hc_enabled"] = YesNo(h.Enabled == nil || *h.Enabled)
	v["hc_rate"], v["hc_type"] = Or(h.Rate, netrules.RateMid), Or(h.Type, netrules.TypeReply)
	v["hc_direction"], v["hc_target"] = Or(h.Direction, netrules.Unidirectional), h.Target.Saved
}

// HealthFor is the health check to propose for a product.
func HealthFor(product netrules.Product) *api.HealthCheck {
	d := netrules.DefaultHealthCheck(product)
	return &api.HealthCheck{Enabled: &d.Enabled, Rate: d.Rate, Type: d.Type, Direction: d.Direction}
}

// HealthOf puts what was typed into a health check, every field explicit: the API's defaults differ from product to product. An
// undirected one, of an interconnect, has no direction to choose and keeps the one of before.
func HealthOf(v form.Values, directed bool, before *api.HealthCheck) *api.HealthCheck {
	enabled := v["hc_enabled"] == "yes"
	h := &api.HealthCheck{Enabled: &enabled, Rate: v["hc_rate"], Type: v["hc_type"],
		Target: api.HealthCheckTarget{Saved: strings.TrimSpace(v["hc_target"])}}
	switch {
	case directed:
		h.Direction = v["hc_direction"]
	case before != nil:
		h.Direction = before.Direction
	}
	return h
}

// Unprobed reports whether the probes are off: the analytics then call it down, which says nothing about it.
func Unprobed(h *api.HealthCheck) bool { return h != nil && h.Enabled != nil && !*h.Enabled }

// HealthDetail is the part of a detail page for the health check.
func HealthDetail(h *api.HealthCheck, directed bool) resource.Section {
	s := resource.Section{Title: "Health check"}
	if h == nil {
		s.Fields = []resource.Field{{Label: "Settings", Value: "-", Note: "the API sent none"}}
		return s
	}
	enabled := resource.Field{Label: "Enabled", Value: "-", Note: "the API does not say"}
	if h.Enabled != nil {
		enabled = resource.Field{Label: "Enabled", Value: YesNo(*h.Enabled)}
		if !*h.Enabled {
			enabled.Role, enabled.Note = tui.Pending, "shown as 100 % down by Cloudflare, whatever the tunnel does"
		}
	}
	s.Fields = []resource.Field{enabled, {Label: "Type", Value: Or(h.Type, "-"), Note: typeNote(h.Type)}}
	if directed {
		s.Fields = append(s.Fields, resource.Field{Label: "Direction", Value: Or(h.Direction, "-")})
	}
	target := resource.Field{Label: "Target", Value: Or(h.Target.Effective, Or(h.Target.Saved, "default"))}
	if h.Target.Saved == "" && h.Target.Effective != "" {
		target.Note = "the default"
	}
	return resource.Section{Title: s.Title, Fields: append(s.Fields, resource.Field{Label: "Rate", Value: Or(h.Rate, "-")}, target)}
}

func typeNote(kind string) string {
	if kind == netrules.TypeReply {
		return "a stateful firewall on your side may drop replies; request is safer there"
	}
	return ""
}

// ReturnRouting is the field of a form for automatic return routing.
func ReturnRouting() form.Field {
	return form.Field{Key: "automatic_return_routing", Label: "Return routing", Kind: form.Choice, Options: form.YesNo,
		Help: "Automatic return routing; only for accounts on Unified Routing",
		Check: func(v string, _ form.Values) form.Finding {
			return Finding(netrules.AutomaticReturnRouting(v == "yes", true))
		}}
}

// Setting keeps an absent switch absent as long as it is off: absent is not the same as a sent false.
func Setting(before *bool, value string) *bool {
	on := value == "yes"
	if before == nil && !on {
		return nil
	}
	return &on
}

// FieldOf gives the form's key for a path of the API, for the parts that are made here.
func FieldOf(path string) string {
	path = strings.TrimPrefix(path, "bgp.")
	if rest, ok := strings.CutPrefix(path, "health_check."); ok {
		return "hc_" + strings.TrimSuffix(rest, ".saved")
	}
	if path == "target" {
		return "hc_target"
	}
	return path
}

// Or is the value, or what stands for none.
func Or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// YesNo is a switch in words.
func YesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Switch is a switch that may be absent; that is not a no.
func Switch(b *bool) string {
	if b == nil {
		return "not set"
	}
	return YesNo(*b)
}

// Number writes a number of which zero means that there is none.
func Number(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}
