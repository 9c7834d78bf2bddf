package tunnel

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// The defaults that the API applies to GRE tunnels.
const (
	defaultMTU = "1476"
	defaultTTL = "64"
)

// greBGPFixed is why the form of an existing GRE tunnel does not change BGP.
func greBGPFixed() string {
	return "The API cannot change it on a GRE tunnel; after esc use " + tui.KeyOf("replace", "R") + " (replace)"
}

// greForm makes the form for a GRE tunnel; a tunnel without id is a new one.
func (m *Module) greForm(title string, t api.GRETunnel, submit func(api.GRETunnel) tea.Cmd) form.Options {
	if t.ID != "" {
		return m.greFields(title, t, greBGPFixed(), submit)
	}
	return m.greFields(title, t, "", submit)
}

// greFields makes the form; fixed is why BGP cannot be changed in it.
func (m *Module) greFields(title string, t api.GRETunnel, fixed string, submit func(api.GRETunnel) tea.Cmd) form.Options {
	values := m.commonValues(t.Tunnel())
	values["mtu"], values["ttl"] = defaultMTU, defaultTTL
	if t.ID != "" {
		values["mtu"], values["ttl"] = strconv.Itoa(t.MTU), strconv.Itoa(t.TTL)
	}
	f := fields{m: m, kind: rules.GRE, id: t.ID, name: t.Name}
	own := form.Section{Title: "GRE", Intro: "What the packets between the two ends look like. The defaults are right for nearly everybody.",
		Folded: true, Fields: []form.Field{
			{Key: "mtu", Label: "MTU", Help: "Bytes; 1476 is 1500 less the 24 of GRE",
				Check: func(v string, _ form.Values) form.Finding { return field.Finding(rules.MTU(rules.GRE, v)) }},
			{Key: "ttl", Label: "TTL", Help: "TTL of the outer packets, 1 to 255",
				Check: func(v string, _ form.Values) form.Finding { return field.Finding(rules.TTL(rules.GRE, v)) }},
			field.ReturnRouting(),
		}}
	return form.Options{Title: title, Verb: "review", Values: values, Sections: f.sections(own, fixed), Needs: formNeeds(),
		Beside: f.besideForm,
		Submit: func(v form.Values) tea.Cmd { return submit(applyGRE(t, v)) }}
}

func applyGRE(t api.GRETunnel, v form.Values) api.GRETunnel {
	trim := func(key string) string { return strings.TrimSpace(v[key]) }
	t.Name, t.Description = trim("name"), v["description"]
	t.CloudflareGREEndpoint, t.CustomerGREEndpoint = trim("cloudflare_endpoint"), trim("customer_endpoint")
	t.InterfaceAddress, t.InterfaceAddress6 = trim("interface_address"), trim("interface_address6")
	t.MTU, _ = strconv.Atoi(trim("mtu"))
	t.TTL, _ = strconv.Atoi(trim("ttl"))
	t.AutomaticReturnRouting = field.Setting(t.AutomaticReturnRouting, v["automatic_return_routing"])
	t.BGP, t.HealthCheck = kit.BGPOf(v, t.BGP), field.HealthOf(v, true, t.HealthCheck)
	return t
}
