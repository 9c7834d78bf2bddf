package signin

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/kit"
)

// keeping writes the credential into its store, has it read back, and goes on with it.
type keeping struct {
	deps       *Deps
	profile    keystore.Profile
	credential keystore.Credential
	access     keystore.Access
	err        error
}

type keptMsg struct {
	page *keeping
	err  error
}

// Title implements tui.View.
func (k *keeping) Title() string { return "Keeping" }

// Init implements tui.View.
func (k *keeping) Init() tea.Cmd {
	k.err = nil
	return func() tea.Msg {
		return keptMsg{k, k.deps.Resolver.Keep(k.deps.Ctx, k.profile, k.credential, k.access)}
	}
}

// Update implements tui.View.
func (k *keeping) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(keptMsg)
	if !ok || m.page != k {
		return nil
	}
	if m.err != nil {
		k.err = m.err
		return nil
	}
	return k.deps.Done(Outcome{Resolved: keystore.Resolved{
		Credential: k.credential, Profile: k.profile, Source: keystore.Source{Profile: k.profile.Name, From: k.profile.Store.Place()}}})
}

// Actions implements tui.View.
func (k *keeping) Actions() []tui.Action {
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "try again", Footer: true, Long: "Try to store it there again", Run: k.Init}
	if k.err == nil {
		again.Why = "the store is being written"
	}
	return []tui.Action{again}
}

// Draw implements tui.View.
func (k *keeping) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	if k.err != nil {
		p.Text(tui.Bad, k.err.Error()+".")
		p.Text(tui.Muted, tui.KeyOf("again", "r")+" tries again; esc goes back, to choose another store. Nothing was kept anywhere else.")
		return p.Lines()
	}
	p.Text(tui.Muted, "Keeping the credential in "+title(k.profile.Store)+", and reading it back…")
	if k.profile.Store == keystore.StoreKeyring && !k.deps.Resolver.Env.SSH {
		p.Text(tui.Muted, "Your desktop may ask for the keyring password.")
	}
	return p.Lines()
}
