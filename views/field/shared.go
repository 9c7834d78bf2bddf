package field

import (
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// What tunnels and interconnects have in common besides their session: the health check and the return routing, as parts of forms
// and of detail pages. The form's keys of the health check have hc_ in front.

// HealthSection is the part of a form for the health check. Interconnects have no direction.
func HealthSection(kind rules.OnRamp) form.Section {
	on := func(v form.Values) bool { return v["hc_enabled"] == "yes" }
	directed := func(v form.Values) bool { return on(v) && kind != rules.Interconnect }
	help := "Empty for the default: your endpoint, or your side when bidirectional"
	if kind == rules.Interconnect {
		help = "The address to probe; empty for the default"
	}
	return form.Section{Title: "Health check", Folded: true, Fields: []form.Field{
		{Key: "hc_enabled", Label: "Enabled", Control: form.Choice, Choices: form.YesNo,
			Help: "If off, Cloudflare forwards unchecked and shows it as down",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "no" {
					return form.Finding{Level: form.Warning, Text: "Cloudflare shows it as 100 % down and cannot alert; BGP needs it on"}
				}
				return form.Finding{}
			}},
		{Key: "hc_type", Label: "Type", Control: form.Choice, When: on, Choices: words(rules.TypeReply, rules.TypeRequest),
			Help: "request passes a stateful firewall; the API's default is reply"},
		{Key: "hc_direction", Label: "Direction", Control: form.Choice, When: directed,
			Choices: words(rules.Unidirectional, rules.Bidirectional),
			Help:    "Bidirectional for Cloudflare WAN; unidirectional with direct return"},
		{Key: "hc_rate", Label: "Rate", Control: form.Choice, When: on, Choices: words(rules.RateLow, rules.RateMid, rules.RateHigh),
			Help: "How often to probe"},
		{Key: "hc_target", Label: "Target", When: on, Help: help, Empty: "the default",
			Check: func(v string, all form.Values) form.Finding {
				return Finding(rules.HealthCheckTarget(all["hc_direction"], v))
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
		h = HealthFor(rules.CloudflareWAN)
	}
	v["hc_enabled"] = YesNo(h.Enabled == nil || *h.Enabled)
	v["hc_rate"], v["hc_type"] = Or(h.Rate, rules.RateMid), Or(h.Type, rules.TypeReply)
	v["hc_direction"], v["hc_target"] = Or(h.Direction, rules.Unidirectional), h.Target.Saved
}

// HealthFor is the health check to propose for a product and a router: the same for a tunnel and for a pair.
func HealthFor(product rules.Product) *api.HealthCheck {
	d := rules.DeviceHealthCheck("", product)
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
			enabled.Role, enabled.Note = tui.Pending, "Cloudflare reports it as 100 % down, regardless of its actual state"
		}
	}
	s.Fields = []resource.Field{enabled, {Label: "Type", Value: Or(h.Type, "-"), Note: typeNote(h.Type)}}
	if directed {
		s.Fields = append(s.Fields, resource.Field{Label: "Direction", Value: Or(h.Direction, "-")})
	}
	s.Fields = append(s.Fields, resource.Field{Label: "Rate", Value: Or(h.Rate, "-")})
	return resource.Section{Title: s.Title, Fields: append(s.Fields, targetFields(h.Target)...)}
}

// targetFields are where the probes go, and beside it what was saved: only the two together tell a default from a choice.
func targetFields(t api.HealthCheckTarget) []resource.Field {
	saved := resource.Field{Label: "Saved target", Value: Or(t.Saved, "none"), Note: "nothing configured: the default target is used"}
	if t.Saved != "" {
		saved.Note = "as configured"
	}
	target := resource.Field{Label: "Target", Value: Or(t.Effective, "-"), Note: "the address that is probed"}
	switch {
	case t.Effective == "":
		target.Note = "the API does not report which address is probed"
	case t.Saved != "" && t.Saved != t.Effective:
		target.Role, target.Note = tui.Pending, "probed instead of the saved target: bidirectional checks ignore the saved one"
	case t.Saved == "":
		target.Note = "the address that is probed (default)"
	}
	return []resource.Field{target, saved}
}

func typeNote(kind string) string {
	if kind == rules.TypeReply {
		return "a stateful firewall on your side may drop replies; request is safer in that case"
	}
	return ""
}

// What automatic return routing is called and does, on forms and pages.
const (
	returnLabel   = "Auto return routing"
	returnMeaning = "when on, return traffic leaves through the connection the flow came in on"
)

// ReturnDetail is automatic return routing on a detail page.
func ReturnDetail(on *bool) resource.Field {
	return resource.Field{Label: returnLabel, Value: Switch(on), Note: returnMeaning}
}

// ReturnRouting is the field of a form for automatic return routing.
func ReturnRouting() form.Field {
	return form.Field{Key: "automatic_return_routing", Label: returnLabel, Control: form.Choice, Choices: form.YesNo,
		Help: "Automatic return routing: " + returnMeaning + "; needs Unified Routing",
		Check: func(v string, _ form.Values) form.Finding {
			return Finding(rules.AutomaticReturnRouting(v == "yes", true))
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

// PathKey gives the form's key for a path of the API, for the parts that are made here.
func PathKey(path string) string {
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
