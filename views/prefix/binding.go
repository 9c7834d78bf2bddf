package prefix

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/kit"
)

func (m *Module) bindingSource(r row) resource.Source[api.Binding] {
	return below(m, store.Bindings, r.ID, func(p store.Prefix) []api.Binding { return p.Bindings.Rows })
}

func (m *Module) openBindings(r row) tui.View {
	return resource.NewList(m.describeBindings(r), m.bindingSource(r))
}

func (m *Module) openOneBinding(r row, b api.Binding) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeBindings(r), m.bindingSource(r), b) }
}

func (m *Module) describeBindings(r row) resource.Description[api.Binding] {
	type B = api.Binding
	return resource.Description[B]{
		Plural: kind.Bindings.About().Title, Scope: "of " + r.CIDR,
		ID:       func(b B) string { return b.ID },
		Name:     func(b B) string { return b.CIDR },
		JSON:     func(b B) []byte { return b.JSON() },
		Columns:  bindingColumns(r, m.env.Glyphs, func(id string) time.Time { return m.now(r).BindingSince(id) }),
		SortBy:   "cidr",
		Summary:  func(rows []B) tui.Line { return counted(len(rows), "Service bindings", r) },
		Sections: func(b B, now time.Time) []resource.Section { return m.bindingSections(r, b, now) },
		NoWrites: m.env.NoWrites,
		NoEdit:   kind.Bindings.About().WhyNot(kind.Update),
		Actions:  func(b B) []tui.Action { return m.env.WhereAction(b.CIDR) },
		Create:   func() tea.Cmd { return m.newBinding(r.CIDR) },
		Delete:   func(b B) tea.Cmd { return m.bindingEditor(r).Delete(b.ID, b.CIDR) },
	}
}

// bindingColumns are the columns of the bindings of a prefix. since says since when a binding was seen in its state.
func bindingColumns(r row, g tui.Glyphs, since func(id string) time.Time) []table.Column[api.Binding] {
	type B = api.Binding
	text := func(get func(B) string) func(B, time.Time) string {
		return func(b B, _ time.Time) string { return tui.Clean(get(b)) }
	}
	return []table.Column[B]{
		{Key: "cidr", Title: "NETWORK", Width: 18, Grow: 10, Text: text(func(b B) string { return b.CIDR }),
			Role: func(B) tui.Role { return tui.Strong }, Compare: func(a, b B) int { return byNetwork(a.CIDR, b.CIDR) }},
		{Key: "service", Title: "SERVICE", Width: 16, Grow: 10, Text: text(serviceName)},
		{Key: "state", Title: "STATE", Width: 14, Text: text(func(b B) string { return provisioningText(b, g) }),
			Role: func(b B) tui.Role { return provisioningRole(provisioning(b)) }},
		{Key: "since", Title: "SEEN FOR", Width: 8, Right: true, Live: true,
			Text:    func(b B, now time.Time) string { return tui.AgeSince(since(b.ID), now) },
			Compare: func(a, b B) int { return since(b.ID).Compare(since(a.ID)) }},
		{Key: "reach", Title: "REACH", Width: 12, Priority: 1, Text: text(func(b B) string { return reach(r, b) }),
			Role: func(B) tui.Role { return tui.Muted }},
	}
}

func provisioningText(b api.Binding, g tui.Glyphs) string {
	switch state := provisioning(b); state {
	case "active":
		return g.Up + " " + state
	case "provisioning":
		return g.Pending + " " + state
	default:
		return g.Unknown + " " + state
	}
}

func provisioningRole(state string) tui.Role {
	if state == "active" {
		return tui.Good
	}
	return tui.Pending
}

// reach is how much of the prefix a binding covers.
func reach(r row, b api.Binding) string {
	if network(b.CIDR) == network(r.CIDR) {
		return "whole prefix"
	}
	return "part of it"
}

func (m *Module) bindingSections(r row, b api.Binding, now time.Time) []resource.Section {
	note := "most of Cloudflare's data centers have it"
	if provisioning(b) != "active" {
		note = "services on these addresses are likely disrupted until it is active"
	}
	sections := []resource.Section{
		{Title: "Service binding", Fields: []resource.Field{
			{Label: "Network", Value: b.CIDR, Note: reach(r, b)},
			m.env.LinkTo(resource.Field{Label: "Service", Value: serviceName(b),
				Note: "gets the traffic to these addresses; the most specific binding wins"}, kind.Services, b.ServiceID),
			{Label: "State", Value: provisioningText(b, m.env.Glyphs), Role: provisioningRole(provisioning(b)), Note: note},
			{Label: "State seen", Value: provisioningNote(m.now(r), b, now), Note: "the API does not say since when"},
		}},
		{Title: "Part of", Fields: []resource.Field{parent(m, r)}},
	}
	sections = append(sections, m.env.Related(kit.Subject{Kind: kind.Bindings, ID: b.ID, Name: b.CIDR, CIDR: network(b.CIDR)})...)
	return append(sections, resource.Section{Title: "Identity", Fields: []resource.Field{{Label: "ID", Value: b.ID}, {Label: "Service ID",
		Value: b.ServiceID}}})
}

// bindingEditor makes the acts on the bindings of a prefix.
func (m *Module) bindingEditor(r row) edit.Editor[api.Binding] {
	return edit.Editor[api.Binding]{Env: m.env, Resource: change.Bindings(r.ID), Touches: touched(r.ID),
		Guard: edit.OnEnds(func(ctx context.Context, verb journal.Verb, b api.Binding) (change.Guards, error) {
			now, err := m.env.Account.Bindings(r.ID).List(ctx)
			if err != nil {
				return change.Guards{}, err
			}
			if verb == journal.Create {
				return change.NewBinding(network(r.CIDR), now, b), nil
			}
			return change.BindingDeletion(network(r.CIDR), now, b), nil
		})}
}

// allowed is the rule for a network with a service; a network that is not one yet has its own finding.
func allowed(prefix netip.Prefix, there []rules.Binding, cidr, service string) rules.Finding {
	p := network(strings.TrimSpace(cidr))
	if !p.IsValid() || rules.BindingCIDR(cidr, prefix, there).Blocks() {
		return rules.Finding{}
	}
	return rules.BindingAllowed(prefix, there, rules.Binding{CIDR: p, Service: rules.ServiceOf(service)})
}

// fit is the service that the form proposes: Magic Transit for the first binding, afterwards the first one that it is not.
func fit(services []api.AddressingService, there []rules.Binding) string {
	transit := func(s api.AddressingService) bool { return rules.ServiceOf(s.Name) == rules.ServiceMagicTransit }
	i := slices.IndexFunc(services, func(s api.AddressingService) bool { return transit(s) == (len(there) == 0) })
	return services[max(i, 0)].ID
}

func nameOf(services []api.AddressingService, id string) string {
	for _, s := range services {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// ruled are bindings as the rules want them; a network that cannot be read is left out.
func ruled(list []api.Binding) []rules.Binding {
	var out []rules.Binding
	for _, b := range list {
		if p := network(b.CIDR); p.IsValid() {
			out = append(out, rules.Binding{CIDR: p, Service: rules.ServiceOf(b.ServiceName)})
		}
	}
	return out
}

// provisioning is how far a binding is, as the API says; "-" when it does not.
func provisioning(b api.Binding) string {
	if b.Provisioning == nil {
		return "-"
	}
	return cmp.Or(b.Provisioning.State, "-")
}
