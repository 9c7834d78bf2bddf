// Package profile binds the profiles of this machine to the frame: which there are, where each keeps its credential, and
// how to switch, renew and sign out.
package profile

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/signin"
)

// Module is the profiles of this machine. They come from the config file and not from the account.
type Module struct {
	deps *signin.Deps
	env  *kit.Env
}

// New returns the maker of the module for a registry.
func New(deps *signin.Deps) func(*kit.Env) kit.Module {
	return func(env *kit.Env) kit.Module { return &Module{deps, env} }
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"profiles", "profile", "auth"}, Help: "saved profiles: switch, add, sign out",
		Open: m.open}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// changedMsg says that the config file was changed.
type changedMsg struct{}

func (m *Module) open() tui.View { return resource.NewList(m.describe(), m.source()) }

// source is the config in memory: it is never out of date, and needs no network.
func (m *Module) source() resource.Source[keystore.Profile] {
	return resource.Source[keystore.Profile]{
		Rows:      m.rows,
		Status:    func() tui.Status { return tui.Status{Updated: m.env.Now()} },
		Announces: func(msg tea.Msg) bool { _, ok := msg.(changedMsg); return ok },
		Refresh:   func() tea.Cmd { return func() tea.Msg { return changedMsg{} } },
	}
}

func (m *Module) rows() []keystore.Profile {
	var out []keystore.Profile
	config := m.deps.Resolver.Config
	for _, name := range config.Names() {
		if p, err := config.Profile(name); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func (m *Module) describe() resource.Description[keystore.Profile] {
	return resource.Description[keystore.Profile]{
		Plural:   "Profiles",
		None:     "No saved profile yet. Press " + tui.KeyOf("new", "n") + " to sign in and create one.",
		ID:       func(p keystore.Profile) string { return p.Name },
		Name:     func(p keystore.Profile) string { return p.Name },
		Columns:  m.columns(),
		SortBy:   "name",
		Sections: m.sections,
		Create:   func() tea.Cmd { return tui.Push(signin.NewForm(m.deps, "")) },
		Actions:  m.acts,
	}
}

func (m *Module) columns() []table.Column[keystore.Profile] {
	type P = keystore.Profile
	text := func(get func(P) string) func(P, time.Time) string {
		return func(p P, _ time.Time) string { return tui.Clean(get(p)) }
	}
	return []table.Column[P]{
		{Key: "name", Title: "PROFILE", Width: 14, Grow: 18, Text: text(func(p P) string { return p.Name }),
			Role: func(P) tui.Role { return tui.Strong }},
		{Key: "use", Title: "USE", Width: 7, Text: text(m.use)},
		{Key: "kept", Title: "KEPT IN", Width: 17, Text: text(kept)},
		{Key: "marks", Title: "MARKS", Width: 20, Text: text(marks), Role: func(p P) tui.Role {
			if p.Production {
				return tui.Bad
			}
			return tui.Pending
		}},
		{Key: "account", Title: "ACCOUNT", Width: 32, Priority: 1, Text: text(account)},
	}
}

// use says whether the profile is the one on the screen, or the default.
func (m *Module) use(p keystore.Profile) string {
	switch p.Name {
	case m.deps.Current:
		return "now"
	case m.deps.Resolver.Config.Default():
		return "default"
	}
	return "-"
}

func kept(p keystore.Profile) string {
	switch {
	case len(p.TokenCommand) > 0:
		return "token command"
	case p.Store == "":
		return "any store"
	}
	return p.Store.Place()
}

func marks(p keystore.Profile) string {
	var all []string
	if p.Production {
		all = append(all, "PRODUCTION")
	}
	if p.ReadOnly {
		all = append(all, "read-only")
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, " ")
}

func account(p keystore.Profile) string {
	switch {
	case p.AccountName != "":
		return p.AccountName
	case p.Account != "":
		return p.Account
	}
	return "chosen at the start"
}

func (m *Module) sections(p keystore.Profile, _ time.Time) []resource.Section {
	fields := []resource.Field{
		{Label: "Kept in", Value: kept(p)},
		{Label: "Account", Value: p.Account, Note: p.AccountName},
		{Label: "Marks", Value: marks(p)},
		{Label: "Config", Value: m.deps.Resolver.Config.Path()},
	}
	switch {
	case len(p.TokenCommand) > 0:
		fields = append(fields, resource.Field{Label: "Command", Value: strings.Join(p.TokenCommand, " ")})
	case p.Store == keystore.StoreAge:
		fields = append(fields, resource.Field{Label: "File", Value: m.deps.Resolver.Age.Path(p.Name)})
	}
	return []resource.Section{{Title: "Profile", Fields: fields}}
}

// acts are what can be done with a profile.
func (m *Module) acts(p keystore.Profile) []tui.Action {
	current := ""
	if p.Name == m.deps.Current {
		current = "profile " + p.Name + " is the one on the screen"
	}
	command := ""
	if len(p.TokenCommand) > 0 {
		command = "the token of " + p.Name + " comes from its token command: renew it there"
	}
	return []tui.Action{
		{Name: "switch", Keys: []string{"u"}, Short: "use", Footer: true, Why: current, Long: "Switch to this profile in this window",
			Run: func() tea.Cmd { return tui.Push(signin.Open(m.deps, p.Name)) }},
		{Name: "default", Keys: []string{"f"}, Short: "default", Long: "Make it the default profile",
			Run: func() tea.Cmd { return m.setDefault(p.Name) }},
		{Name: "renew", Keys: []string{"t"}, Short: "new token", Footer: true, Why: command,
			Long: "Replace the credential; the old one is removed after the new one is stored",
			Run:  func() tea.Cmd { return tui.Push(signin.NewForm(m.deps, p.Name)) }},
		{Name: "sign-out", Keys: []string{"o"}, Short: "sign out", Footer: true,
			Long: "Delete its credential from every store and verify that it is gone",
			Run:  func() tea.Cmd { return m.signOut(p) }},
	}
}

func (m *Module) setDefault(name string) tea.Cmd {
	config := m.deps.Resolver.Config
	return func() tea.Msg {
		err := config.SetDefault(name)
		if err == nil {
			err = config.Save()
		}
		if err != nil {
			return tui.Toast(tui.Bad, err.Error())()
		}
		return tea.BatchMsg{func() tea.Msg { return changedMsg{} }, tui.Toast(tui.Good, "The default profile is now "+name)}
	}
}

func (m *Module) signOut(p keystore.Profile) tea.Cmd {
	return tui.Open(&tui.Dialog{Title: "Sign out of " + p.Name + "?",
		Lines: []tui.Line{tui.Text(tui.Plain, "Its credential is deleted from this machine."),
			tui.Text(tui.Plain, "The token stays valid at Cloudflare.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Sign out", Key: "o", Run: func() tea.Cmd {
			return func() tea.Msg {
				done, err := m.deps.Resolver.Logout(m.deps.Ctx, p.Name, keystore.Access{})
				return tui.Open(report(p.Name, done, err))()
			}
		}}}})
}

// reportWidth is what a dialog has room for.
const reportWidth = 64

// report says what signing out did and what it did not.
func report(name string, done keystore.Logout, err error) *tui.Dialog {
	title, text, role := "Signed out of "+name, done.Text(), tui.Plain
	if err != nil {
		title, text, role = "Not signed out of "+name, err.Error(), tui.Bad
	}
	d := &tui.Dialog{Title: title, Choices: []tui.Choice{{Label: "Close"}}}
	for _, line := range tui.Wrap(tui.Clean(text), reportWidth) {
		d.Lines = append(d.Lines, tui.Text(role, line))
	}
	return d
}

// Named implements kit.Namer.
func (m *Module) Named() []tui.Object { return kit.NamedRows("profile", m.describe(), m.source(), nil) }
