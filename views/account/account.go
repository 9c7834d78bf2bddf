// Package account binds the accounts that the credentials can see to the frame.
package account

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the accounts. Of kit.Capabilities it leaves out:
//   - Relater: everything belongs to it
//   - Opener: nothing is found about accounts
//   - Dependent: accounts are not deleted here
//   - Subnetter: it has no network
//   - Setter: accounts are made elsewhere
//   - Follower: nothing comes up
//   - Conductor: no next hop lies in it
//   - RouteTable: it has no routes
//   - Indexer: an account is chosen under :accounts
//   - Tracer: it has no address
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{kit.PaletteEntry(kind.Accounts, func() tui.View { return resource.NewList(m.describe(), m.source()) })}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[api.Account] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.Account { return s.Accounts.Rows }, store.Target{Kind: store.Accounts})
}

func (m *Module) describe() resource.Description[api.Account] {
	type A = api.Account
	text := func(get func(A) string) func(A, time.Time) string {
		return func(a A, _ time.Time) string { return tui.Clean(get(a)) }
	}
	return resource.Description[A]{
		// A token of narrow scope may list none and work all the same; the sentence must not say that there are none.
		Plural: kind.Accounts.About().Title, Scope: "that these credentials may list",
		ID:   func(a A) string { return a.ID },
		Name: func(a A) string { return cmp.Or(a.Name, a.ID) },
		JSON: func(a A) []byte { return a.JSON() },
		Columns: []table.Column[A]{
			{Key: "name", Title: "NAME", Width: 18, Grow: 30, Text: text(func(a A) string { return cmp.Or(a.Name, "-") }),
				Role: func(A) tui.Role { return tui.Strong }},
			{Key: "use", Title: "IN USE", Width: 8, Text: func(a A, _ time.Time) string { return m.inUse(a) }, Role: m.useRole, Compare: m.byUse},
			{Key: "type", Title: "TYPE", Width: 10, Text: text(func(a A) string { return cmp.Or(a.Type, "-") })},
			{Key: "id", Title: "ID", Width: 32, Text: text(func(a A) string { return a.ID })},
			{Key: "created", Title: "CREATED", Width: 7, Right: true, Live: true, Priority: 1,
				Text:    func(a A, now time.Time) string { return tui.AgeSince(a.CreatedOn.Time, now) },
				Compare: func(a, b A) int { return b.CreatedOn.Compare(a.CreatedOn.Time) }},
		},
		SortBy: "use", Sections: m.sections, Actions: m.acts,
	}
}

func (m *Module) current(a api.Account) bool { return a.ID == m.env.Account.ID }

func (m *Module) inUse(a api.Account) string {
	if m.current(a) {
		return m.env.Glyphs.Mark + " in use"
	}
	return ""
}

func (m *Module) useRole(a api.Account) tui.Role {
	if m.current(a) {
		return tui.Good
	}
	return tui.Plain
}

// byUse puts the account in use first.
func (m *Module) byUse(a, b api.Account) int {
	rank := func(x api.Account) int {
		if m.current(x) {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Name, b.Name))
}

func (m *Module) sections(a api.Account, now time.Time) []resource.Section {
	created, age := resource.Time(a.CreatedOn.Time, now)
	factor := "-"
	if a.Settings != nil {
		factor = "not required"
		if a.Settings.EnforceTwoFactor {
			factor = "required"
		}
	}
	use := "another one is in use"
	if m.current(a) {
		use = m.inUse(a)
	}
	return []resource.Section{{Title: "Account", Fields: []resource.Field{
		{Label: "Name", Value: cmp.Or(a.Name, "-")},
		{Label: "ID", Value: a.ID},
		{Label: "In use", Value: use, Role: m.useRole(a)},
		{Label: "Type", Value: cmp.Or(a.Type, "-")},
		{Label: "Two-factor login", Value: factor, Note: "of its members"},
		{Label: "Created", Value: created, Note: age},
	}}}
}

func (m *Module) acts(a api.Account) []tui.Action {
	use := tui.Action{Name: "use-account", Keys: []string{"u"}, Short: "use it", Footer: true,
		Long: "Switch to this account"}
	switch {
	case m.current(a):
		use.Why = "it is in use already"
	case m.env.SwitchAccount == nil:
		use.Why = "this session stays on one account: start flarewire with --account " + tui.Clean(a.ID)
	default:
		use.Run = func() tea.Cmd { return m.env.SwitchAccount(a) }
	}
	return []tui.Action{use}
}

// Named implements kit.Namer.
func (m *Module) Named() []tui.Object {
	return kit.NamedRows(kind.Accounts.About().One, m.describe(), m.source(), func(a api.Account) []string { return []string{a.ID} })
}
