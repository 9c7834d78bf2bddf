package signin

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// places is the question where to keep the credential: only stores that are really there can be chosen.
type places struct {
	deps       *Deps
	profile    keystore.Profile
	credential keystore.Credential
	stores     []keystore.Availability
	asked      bool
	menu       menu
}

type storesMsg struct {
	page   *places
	stores []keystore.Availability
}

func newPlaces(deps *Deps, p keystore.Profile, c keystore.Credential) *places {
	return &places{deps: deps, profile: p, credential: c}
}

// Title implements tui.View.
func (s *places) Title() string { return "Where to keep it" }

// Init implements tui.View.
func (s *places) Init() tea.Cmd {
	return func() tea.Msg { return storesMsg{s, s.deps.Resolver.Stores(s.deps.Ctx)} }
}

// Update implements tui.View. The cursor goes to the profile's own store, else to the first that is there.
func (s *places) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(storesMsg)
	if !ok || m.page != s {
		return nil
	}
	s.stores, s.asked = m.stores, true
	s.menu = menu{count: len(m.stores)}
	for i := len(m.stores) - 1; i >= 0; i-- {
		if m.stores[i].Available && (s.profile.Store == "" || s.profile.Store == m.stores[i].Kind) {
			s.menu.at = i
		}
	}
	return nil
}

// Actions implements tui.View.
func (s *places) Actions() []tui.Action {
	choose := tui.Action{Name: "choose", Keys: []string{"enter"}, Short: "choose", Footer: true, Long: "Store the credential there",
		Run: s.choose}
	switch {
	case !s.asked:
		choose.Why = "the stores are being looked at"
	case !s.stores[s.menu.at].Available:
		choose.Why = "that store is not here: " + s.stores[s.menu.at].Reason
	}
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "look again", Footer: true, Long: "Check the stores again",
		Run: s.Init}
	return append([]tui.Action{choose, again}, s.menu.actions()...)
}

func (s *places) choose() tea.Cmd {
	p := s.profile
	p.Store = s.stores[s.menu.at].Kind
	return tui.Push(newKeepForm(s.deps, p, s.credential))
}

// Draw implements tui.View.
func (s *places) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	if !s.asked {
		p.Text(tui.Muted, "Looking which stores there are…")
		return p.Lines()
	}
	for i, store := range s.stores {
		role, state := tui.Plain, ""
		if !store.Available {
			role, state = tui.Muted, " (not here)"
		}
		s.menu.line(p, c, i, store.Title+state, role)
		p.Text(tui.Muted, "  "+store.Reason)
		if store.Recipe != "" {
			p.Text(tui.Muted, "  To unlock it, in a shell of this machine:")
			p.Text(tui.Accent, "  "+store.Recipe)
		}
		p.Blank()
	}
	p.Text(tui.Muted, "Nothing is ever kept in clear text. A password manager's command can take the place of a store: flarewire auth login "+
		"-- COMMAND.")
	return p.Lines()
}

// newKeepForm asks for the profile's name and marks, and for the passphrase of an age file.
func newKeepForm(deps *Deps, p keystore.Profile, c keystore.Credential) *form.Form {
	replacing := p.Name != ""
	name := form.Field{Key: "name", Label: "Profile", Help: "a name of your choice: prod, lab", Check: checkName(deps)}
	if replacing {
		name.ReadOnlyWhy = "its credential is replaced"
	}
	isAge := func(form.Values) bool { return p.Store == keystore.StoreAge }
	return form.New(form.Options{
		Title: "Keep", Verb: "keep",
		Values: form.Values{"name": orDefault(p.Name), "readonly": yesNo(p.ReadOnly), "production": yesNo(p.Production)},
		Sections: []form.Section{{Title: "Kept in: " + title(p.Store), Fields: []form.Field{
			name,
			{Key: "passphrase", Label: "Passphrase", Control: form.Secret, When: isAge, Check: checkPassphrase,
				Help: "encrypts the file; asked at every start, stored nowhere"},
			{Key: "again", Label: "The same again", Control: form.Secret, When: isAge, Check: checkAgain},
			{Key: "readonly", Label: "Read-only", Control: form.Choice, Choices: form.YesNo,
				Help: "refuse every change, whatever the credential may do"},
			{Key: "production", Label: "Production", Control: form.Choice, Choices: form.YesNo,
				Help: "mark every page of this profile with PRODUCTION"},
		}}},
		Submit: func(v form.Values) tea.Cmd {
			kept := p
			kept.Name, kept.ReadOnly, kept.Production = v["name"], v["readonly"] == "yes", v["production"] == "yes"
			ask := keystore.Access{AllowPrompt: true, Passphrase: secret.New(v["passphrase"])}
			return tui.Push(&keeping{deps: deps, profile: kept, credential: c, access: ask})
		},
	})
}

func orDefault(name string) string {
	if name == "" {
		return "default"
	}
	return name
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func title(kind keystore.StoreKind) string {
	switch kind {
	case keystore.StoreAge:
		return "a file with a passphrase"
	case keystore.StoreMemory:
		return "memory only, not saved"
	}
	return "the OS keyring"
}

func checkName(deps *Deps) func(string, form.Values) form.Finding {
	return func(name string, _ form.Values) form.Finding {
		if err := keystore.CheckProfileName(name); err != nil {
			return form.Finding{Level: form.Error, Text: err.Error()}
		}
		if _, err := deps.Resolver.Config.Profile(name); err == nil {
			return form.Finding{Level: form.Warning, Text: "this profile exists: its credential will be replaced"}
		}
		return form.Finding{}
	}
}

// shortPassphrase is the length below which a passphrase is not accepted: scrypt slows guessing down and no more.
const shortPassphrase = 8

func checkPassphrase(text string, _ form.Values) form.Finding {
	if len(text) < shortPassphrase {
		return form.Finding{Level: form.Incomplete, Text: "at least 8 characters; several words are best"}
	}
	return form.Finding{}
}

func checkAgain(text string, all form.Values) form.Finding {
	if text != all["passphrase"] {
		return form.Finding{Level: form.Incomplete, Text: "not the same yet"}
	}
	return form.Finding{}
}
