package tunnel

import (
	"net/netip"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/rules"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// ipsecForm makes the form for an IPsec tunnel; a tunnel without id is a new one. The pre-shared key is
// not part of an edit: rotating it breaks the live tunnel and has its own action.
func (m *Module) ipsecForm(title string, t api.IPsecTunnel, submit func(api.IPsecTunnel) tea.Cmd) form.Options {
	values := m.commonValues(t.Tunnel())
	values["replay_protection"] = field.YesNo(t.ReplayProtection != nil && *t.ReplayProtection)
	if t.CustomRemoteIdentities != nil {
		values["fqdn_id"] = t.CustomRemoteIdentities.FQDNID
	}
	values["allow_null_cipher"] = field.YesNo(t.AllowNullCipher != nil && *t.AllowNullCipher)
	f := fields{m: m, kind: rules.IPsec, id: t.ID, name: t.Name}
	own := form.Section{Title: "IPsec", Intro: "The key and the identity. Usually Cloudflare generates the key, after the tunnel is " +
		"created.", Folded: true, Fields: []form.Field{
		{Key: "replay_protection", Label: "Anti-replay", Control: form.Choice, Choices: form.YesNo,
			Help: "Off is recommended with anycast; on for devices that cannot turn it off",
			Check: func(v string, _ form.Values) form.Finding {
				return field.Finding(rules.ReplayProtection(v == "yes"))
			}},
		{Key: "fqdn_id", Label: "Custom IKE ID", Help: "label.ACCOUNT.custom.ipsec.cloudflare.com; empty for Cloudflare's own",
			Check: f.checkIKEID},
		field.ReturnRouting(),
		{Key: "allow_null_cipher", Label: "Null cipher", Control: form.Choice, Choices: form.YesNo,
			When: func(v form.Values) bool { return v["allow_null_cipher"] == "yes" }, ReadOnlyWhy: nullCipherFixed},
	}}
	if t.ID == "" {
		own.Fields = append([]form.Field{{Key: "psk", Label: "Pre-shared key", Control: form.Secret,
			Help: "Your own key; or leave empty and generate one after creation",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "" {
					return form.Finding{Level: form.Note, Text: "Without a key the tunnel cannot come up; generate one after creating"}
				}
				return field.Finding(rules.PSK(v))
			}}}, own.Fields...)
	}
	return form.Options{Title: title, Verb: "review", Values: values, Sections: f.sections(own, ""), Needs: formNeeds(),
		Beside: f.besideForm,
		Submit: func(v form.Values) tea.Cmd { return submit(applyIPsec(t, v)) }}
}

// What is said of a tunnel that may run without encryption, in its form and in each review of a change of it.
const (
	nullCipherFixed   = "Allowed: your router may negotiate no encryption. The API cannot change this"
	nullCipherWarning = "This tunnel may run without encryption: the null cipher is allowed, and the API cannot change that. Check on " +
		"the router which cipher is negotiated"
)

// guardCipher warns in every review of a tunnel that may run without encryption.
func guardCipher(opened, _ api.IPsecTunnel) change.Guards {
	if opened.AllowNullCipher == nil || !*opened.AllowNullCipher {
		return change.Guards{}
	}
	return change.Guards{Warnings: []string{nullCipherWarning}}
}

// checkIKEID checks a custom IKE identity, also against those of the other tunnels at the same endpoint of Cloudflare's.
func (f fields) checkIKEID(v string, all form.Values) form.Finding {
	id := strings.TrimSpace(v)
	if id == "" {
		return form.Finding{}
	}
	finding := field.Finding(rules.CustomFQDN(id, f.m.env.Account.ID))
	end, err := netip.ParseAddr(strings.TrimSpace(all["cloudflare_endpoint"]))
	if finding.Blocks() || err != nil {
		return finding
	}
	return field.WorstOf(finding, field.Finding(rules.CustomFQDNUsed(id, end, f.m.ikeIDs(f.id))))
}

// ikeIDs are the custom IKE identities in use, without that of the edited tunnel.
func (m *Module) ikeIDs(except string) []rules.FQDNUse {
	var out []rules.FQDNUse
	for _, t := range m.others(except) {
		end, err := netip.ParseAddr(t.CloudflareEndpoint)
		if id := t.CustomRemoteIdentities; id != nil && err == nil {
			out = append(out, rules.FQDNUse{FQDN: id.FQDNID, CloudflareEndpoint: end, Owner: t.Name})
		}
	}
	return out
}

func applyIPsec(t api.IPsecTunnel, v form.Values) api.IPsecTunnel {
	trim := func(key string) string { return strings.TrimSpace(v[key]) }
	t.Name, t.Description = trim("name"), v["description"]
	t.CloudflareEndpoint, t.CustomerEndpoint = trim("cloudflare_endpoint"), trim("customer_endpoint")
	t.InterfaceAddress, t.InterfaceAddress6 = trim("interface_address"), trim("interface_address6")
	t.AutomaticReturnRouting = field.Setting(t.AutomaticReturnRouting, v["automatic_return_routing"])
	t.ReplayProtection = field.Setting(t.ReplayProtection, v["replay_protection"])
	if id := trim("fqdn_id"); id != "" || t.CustomRemoteIdentities != nil {
		t.CustomRemoteIdentities = &api.CustomRemoteIdentities{FQDNID: id}
	}
	if v["psk"] != "" {
		t.PSK = api.NewSecret(v["psk"])
	}
	t.BGP, t.HealthCheck = kit.BGPOf(v, t.BGP), field.HealthOf(v, true, t.HealthCheck)
	return t
}
