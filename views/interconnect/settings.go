package interconnect

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/review"
)

func (m *Module) settings() store.List[api.CNISettings] { return m.env.Feed.Last().CNISettings }

// openSettings makes the page of the settings: one object, so there is no list.
func (m *Module) openSettings() tui.View {
	s := source(m, func(s *store.Snapshot) []api.CNISettings {
		if len(s.CNISettings.Rows) > 0 {
			return s.CNISettings.Rows
		}
		return []api.CNISettings{{}} // the page says that nothing is set, or not known yet
	}, store.CNISettings, kind.BGPSettings)
	return resource.NewDetail(resource.Description[api.CNISettings]{
		Plural:   kind.CNISettings.About().Title,
		ID:       func(api.CNISettings) string { return "settings" },
		Name:     func(api.CNISettings) string { return "CNI settings" },
		JSON:     m.settingsJSON,
		Sections: m.settingsSections, Around: m.aroundSettings,
		NoWrites: m.env.NoWrites,
		Edit:     func(api.CNISettings) tea.Cmd { return m.editSettings() },
		NoDelete: resource.Always[api.CNISettings](kind.CNISettings.About().WhyNot(kind.Delete)),
	}, s, api.CNISettings{})
}

func (m *Module) settingsSections(s api.CNISettings, _ time.Time) []resource.Section {
	field := resource.Field{Label: "Default ASN", Value: asnText(s), Note: "Cloudflare's side of BGP sessions over CNIs"}
	if !m.settings().Known() {
		field.Value, field.Role = "not read yet", tui.Muted
	}
	note := resource.Field{Role: tui.Muted, Prose: true,
		Value: "For BGP over GRE and IPsec tunnels it must stay " + strconv.Itoa(int(rules.CloudflareASN)) +
			". Otherwise it may be a private number from 64512 to 65534."}
	if s.DefaultASN != nil {
		if f := rules.CloudflareSideASN(asnText(s), m.bgpOnTunnels() > 0); f.Text != "" {
			note.Value, note.Role = f.Text, tui.Pending
		}
	}
	return []resource.Section{{Title: "CNI settings", Fields: []resource.Field{field, note}}, m.bgpSettings()}
}

// bgpSettings are what the account's BGP settings say, which are only read here: no document that is published has them.
func (m *Module) bgpSettings() resource.Section {
	out := resource.Section{Title: "BGP settings (beta, unconfirmed)"}
	put := func(f resource.Field) { out.Fields = append(out.Fields, f) }
	last := m.env.Feed.Last()
	list := last.BGPSettings
	switch {
	case list.Err != nil && !list.Known():
		put(resource.Field{Label: "Cloudflare ASN", Value: "could not be read", Role: tui.Muted})
		put(resource.Field{Role: tui.Muted, Prose: true, Value: kit.ErrorText(list.Err)})
		return out
	case !list.Known():
		put(resource.Field{Label: "Cloudflare ASN", Value: "not read yet", Role: tui.Muted})
		return out
	case len(list.Rows) == 0:
		put(resource.Field{Label: "Cloudflare ASN", Value: "no such settings", Role: tui.Muted})
		return out
	}
	s := list.Rows[0]
	asn := "not set"
	if s.CloudflareASN != nil {
		asn = strconv.FormatUint(uint64(*s.CloudflareASN), 10)
	}
	put(resource.Field{Label: "Cloudflare ASN", Value: asn, Note: "what Cloudflare announces to tunnels and CNIs has this AS number"})
	put(resource.Field{Label: "Static routes", Value: redistribution(s.Redistribute), Note: "redistribute: static:wan"})
	if number := last.CloudflareASN(); s.CloudflareASN != nil && m.settings().Known() && *s.CloudflareASN != number {
		put(resource.Field{Role: tui.Pending, Prose: true, Value: "The CNI settings have " + strconv.FormatUint(uint64(number), 10) +
			": which of both a session gets is not documented. Forms and router configurations here have that of the CNI settings."})
	}
	put(resource.Field{Role: tui.Muted, Prose: true, Value: "They can only be looked at here."})
	return out
}

// redistribution says whether static routes are announced over BGP.
func redistribution(r *api.Redistribution) string {
	switch {
	case r == nil || r.StaticWAN == nil:
		return "not said"
	case *r.StaticWAN:
		return "announced to your routers"
	}
	return "not announced to your routers"
}

// settingsJSON are both settings as the API gave them; the CNI settings alone where the account has no others.
func (m *Module) settingsJSON(s api.CNISettings) []byte {
	list := m.env.Feed.Last().BGPSettings
	if len(list.Rows) == 0 {
		return s.JSON()
	}
	both, err := json.Marshal(struct {
		CNI json.RawMessage `json:"cni_settings"`
		BGP json.RawMessage `json:"bgp_settings"`
	}{s.JSON(), list.Rows[0].JSON()})
	if err != nil {
		return s.JSON()
	}
	return both
}

// asnText is "not set" for an account that has no number: that is not zero.
func asnText(s api.CNISettings) string {
	if s.DefaultASN == nil {
		return "not set"
	}
	return strconv.FormatUint(uint64(*s.DefaultASN), 10)
}

// bgpOnTunnels counts the GRE and IPsec tunnels with a session.
func (m *Module) bgpOnTunnels() int {
	n := 0
	for _, t := range m.env.Feed.Last().Tunnels {
		if t.BGP != nil {
			n++
		}
	}
	return n
}

// editSettings reads the settings and opens their form.
func (m *Module) editSettings() tea.Cmd {
	const title = "Edit CNI settings"
	return tui.Push(review.NewOpening(m.env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := change.ReadCNISettings(ctx, m.env.Account)
		if err != nil {
			return nil, err
		}
		return m.settingsForm(title, opened), nil
	}))
}

func (m *Module) settingsForm(title string, opened api.CNISettings) *form.Form {
	values := form.Values{}
	if opened.DefaultASN != nil {
		values["default_asn"] = asnText(opened)
	}
	return form.New(form.Options{Title: title, Verb: "review", Values: values,
		Sections: []form.Section{{Fields: []form.Field{
			{Key: "default_asn", Label: "Default ASN", Help: "13335, or a private number from 64512 to 65534 without BGP over tunnels",
				Check: func(v string, _ form.Values) form.Finding {
					return field.Finding(rules.CloudflareSideASN(v, m.bgpOnTunnels() > 0))
				}},
		}}},
		Submit: func(v form.Values) tea.Cmd {
			asn, err := rules.ParseASN(strings.TrimSpace(v["default_asn"]))
			if err != nil {
				return tui.Toast(tui.Bad, kit.ErrorText(err))
			}
			return m.reviewSettings(opened, api.CNISettings{DefaultASN: &asn})
		}})
}

func (m *Module) reviewSettings(opened, wanted api.CNISettings) tea.Cmd {
	return tui.Push(review.NewReview(m.env, review.Intent{Title: "Change CNI settings", Pages: 2,
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			plan, err := change.PrepareCNISettings(ctx, w, opened, wanted)
			if err != nil {
				return plan, err
			}
			return plan.Add(m.guardSettings(*wanted.DefaultASN)), nil
		}}))
}

// guardSettings says what another number means for the sessions that there are.
func (m *Module) guardSettings(asn uint32) change.Guards {
	g := change.Guards{Consequences: []string{
		"Routers on the other side of CNIs must name this number as their neighbor's; which sessions take it over at once is not " +
			"documented"}}
	if n := m.bgpOnTunnels(); asn != rules.CloudflareASN && n > 0 {
		g.Warnings = []string{"BGP over GRE and IPsec tunnels needs " + strconv.Itoa(int(rules.CloudflareASN)) + ": " +
			strconv.Itoa(n) + " tunnels of this account have a session"}
	}
	return g
}
