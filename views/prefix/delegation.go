package prefix

import (
	"context"
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
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/field"
)

func (m *Module) delegationSource(r row) resource.Source[api.Delegation] {
	return below(m, store.Delegations, r.ID, func(p store.Prefix) []api.Delegation { return p.Delegations.Rows })
}

func (m *Module) openDelegations(r row) tui.View {
	return resource.NewList(m.describeDelegations(r), m.delegationSource(r))
}

func (m *Module) openOneDelegation(r row, d api.Delegation) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeDelegations(r), m.delegationSource(r), d) }
}

func (m *Module) describeDelegations(r row) resource.Description[api.Delegation] {
	type D = api.Delegation
	text := func(get func(D) string) func(D, time.Time) string {
		return func(d D, _ time.Time) string { return tui.Clean(get(d)) }
	}
	editor := m.delegationEditor(r)
	return resource.Description[D]{
		Plural: kind.Delegations.About().Title, Scope: "of " + r.CIDR,
		ID:   func(d D) string { return d.ID },
		Name: func(d D) string { return d.CIDR },
		JSON: func(d D) []byte { return d.JSON() },
		Columns: []table.Column[D]{
			{Key: "cidr", Title: "NETWORK", Width: 18, Grow: 10, Text: text(func(d D) string { return d.CIDR }),
				Role: func(D) tui.Role { return tui.Strong }, Compare: func(a, b D) int { return byNetwork(a.CIDR, b.CIDR) }},
			{Key: "account", Title: "ACCOUNT", Width: 32, Text: text(func(d D) string { return d.DelegatedAccountID })},
			{Key: "created", Title: "CREATED", Width: 7, Right: true, Live: true, Text: func(d D,
				now time.Time) string {
				return tui.AgeSince(d.CreatedAt.Time, now)
			},
				Compare: func(a, b D) int { return b.CreatedAt.Compare(a.CreatedAt.Time) }},
		},
		SortBy:  "cidr",
		Summary: func(rows []D) tui.Line { return counted(len(rows), "Delegations", r) },
		Sections: func(d D, now time.Time) []resource.Section {
			created, createdAge := resource.Time(d.CreatedAt.Time, now)
			modified, modifiedAge := resource.Time(d.ModifiedAt.Time, now)
			return []resource.Section{
				{Title: "Delegation", Fields: []resource.Field{{Label: "Network", Value: d.CIDR},
					{Label: "Account", Value: d.DelegatedAccountID, Note: "may use these addresses; their service bindings are made in this account"}}},
				{Title: "Part of", Fields: []resource.Field{parent(m, r)}},
				{Title: "Identity", Fields: []resource.Field{{Label: "ID", Value: d.ID},
					{Label: "Created", Value: created, Note: createdAge}, {Label: "Modified", Value: modified, Note: modifiedAge}}}}
		},
		NoWrites: m.env.NoWrites,
		NoEdit:   kind.Delegations.About().WhyNot(kind.Update),
		Actions:  func(d D) []tui.Action { return m.env.WhereAction(d.CIDR) },
		Create:   editor.Create,
		Delete:   func(d D) tea.Cmd { return editor.Delete(d.ID, d.CIDR) },
	}
}

func (m *Module) delegationEditor(r row) edit.Editor[api.Delegation] {
	return edit.Editor[api.Delegation]{Env: m.env, Resource: change.Delegations(r.ID), Touches: touched(r.ID),
		Form: func(title string, _ api.Delegation, submit func(api.Delegation) tea.Cmd) form.Options {
			return form.Options{Title: title, Verb: "review", Values: form.Values{"cidr": r.CIDR},
				Sections: []form.Section{{Title: "Of " + r.CIDR, Fields: []form.Field{
					{Key: "cidr", Label: "Network", Help: "What the other account may use: the prefix or a part of it",
						Check: func(v string, _ form.Values) form.Finding {
							return field.Finding(rules.Delegation(v, network(r.CIDR)))
						}},
					{Key: "delegated_account_id", Label: "Account", Help: "The other account's id: 32 hexadecimal digits in its dashboard's URL",
						Check: field.Check(rules.AccountID)},
				}}},
				Submit: func(v form.Values) tea.Cmd {
					return submit(api.Delegation{CIDR: strings.TrimSpace(v["cidr"]), DelegatedAccountID: strings.TrimSpace(v["delegated_account_id"])})
				}}
		},
		Guard: edit.OnEnds(func(_ context.Context, verb journal.Verb, d api.Delegation) (change.Guards, error) {
			text := "The account " + d.DelegatedAccountID + " can no longer use these addresses"
			if verb == journal.Create {
				text = "The account " + d.DelegatedAccountID + " can use these addresses; their service bindings are still made here"
			}
			return change.Guards{Consequences: []string{text}}, nil
		})}
}
