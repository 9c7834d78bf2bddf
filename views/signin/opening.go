package signin

import (
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// Opening is the page that waits for a profile's source, and asks the user what the source asks for.
type Opening struct {
	deps    *Deps
	attempt *Attempt
	name    string
	err     error
}

// openedMsg ends an attempt; only the page that waits for this very attempt takes it, so that a late answer of a profile
// that was given up never counts for the next one.
type openedMsg struct{ attempt *Attempt }

// Open is the page that opens a profile.
func Open(deps *Deps, profile string) *Opening {
	return newOpening(deps, deps.Begin(keystore.Request{Profile: profile}))
}

func newOpening(deps *Deps, a *Attempt) *Opening {
	return &Opening{deps: deps, attempt: a, name: deps.name(a.request)}
}

// Title implements tui.View.
func (o *Opening) Title() string { return "Profile " + o.name }

// Init implements tui.View.
func (o *Opening) Init() tea.Cmd {
	return o.attempt.Then(openedMsg{o.attempt})
}

// Update implements tui.View.
func (o *Opening) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case openedMsg:
		if m.attempt == o.attempt {
			return o.opened(m.attempt.Result())
		}
	case ranMsg:
		if m.page == o && m.err == nil {
			return o.again(keystore.Access{})
		}
		if m.page == o {
			o.err = m.err
		}
	}
	return nil
}

// opened goes on with what the source said.
func (o *Opening) opened(resolved keystore.Resolved, err error) tea.Cmd {
	switch {
	case err == nil:
		return o.deps.Done(Outcome{Resolved: resolved})
	case errors.Is(err, keystore.ErrPassphraseNeeded):
		return tui.Replace(o, newPassphrase(o.deps, o.name, o.attempt.request))
	case errors.Is(err, keystore.ErrWrongPassphrase):
		refused := form.RefusedMsg{Fields: form.Values{"passphrase": err.Error()}}
		return tea.Batch(tui.Pop(), func() tea.Msg { return refused })
	case errors.Is(err, keystore.ErrNeedsTerminal):
		return o.interactive()
	}
	o.err = err
	return nil
}

// again tries once more, with other rights.
func (o *Opening) again(access keystore.Access) tea.Cmd {
	o.err = nil
	o.attempt = o.deps.Begin(keystore.Request{Profile: o.attempt.request.Profile, Access: access})
	return o.Init()
}

// interactive gives the terminal to the token command and opens the profile when it has ended.
func (o *Opening) interactive() tea.Cmd {
	command, err := o.deps.Resolver.InteractiveCommand(o.deps.Ctx, o.name)
	if err != nil {
		o.err = err
		return nil
	}
	return tui.Exec(ownStderr{command, o.deps.Stderr}, func(err error) tea.Msg { return ranMsg{o, err} })
}

// ownStderr gives a token command the real standard error: ours waits for the end of a line, a question has none.
type ownStderr struct {
	*keystore.InteractiveCommand
	stderr io.Writer
}

// SetStderr implements tea.ExecCommand.
func (c ownStderr) SetStderr(w io.Writer) {
	if c.stderr != nil {
		w = c.stderr
	}
	c.InteractiveCommand.SetStderr(w)
}

type ranMsg struct {
	page *Opening
	err  error
}

// Actions implements tui.View.
func (o *Opening) Actions() []tui.Action {
	waiting := ""
	if o.err == nil {
		waiting = "the source is being asked"
	}
	out := []tui.Action{
		{Name: "again", Keys: []string{"r"}, Short: "try again", Footer: true, Why: waiting, Long: "Ask the source again",
			Run: func() tea.Cmd { return o.again(keystore.Access{}) }},
		{Name: "replace", Keys: []string{"t"}, Short: "new credential", Footer: true, Why: waiting, Long: "Give the profile a new credential",
			Run: func() tea.Cmd { return tui.Push(NewForm(o.deps, o.name)) }},
	}
	if errors.Is(o.err, keystore.ErrKeyringLocked) && !o.deps.Resolver.Env.SSH {
		out = append(out, tui.Action{Name: "unlock", Keys: []string{"u"}, Short: "unlock", Footer: true,
			Long: "Let the desktop ask for the keyring password", Run: func() tea.Cmd { return o.again(keystore.Access{AllowPrompt: true}) }})
	}
	return out
}

// Draw implements tui.View.
func (o *Opening) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	if o.err == nil {
		p.Text(tui.Muted, "Asking for the credential of profile "+o.name+"…")
		if o.attempt.request.Access.AllowPrompt {
			p.Text(tui.Pending, "Your desktop asks for the keyring password.")
		}
		p.Text(tui.Muted, "esc goes back.")
		return p.Lines()
	}
	p.Text(tui.Bad, o.err.Error()+".")
	p.Blank()
	if errors.Is(o.err, keystore.ErrKeyringLocked) {
		p.Text(tui.Plain, "To unlock it from a shell of this machine:")
		p.Text(tui.Accent, keystore.UnlockRecipe)
		p.Blank()
	}
	p.Text(tui.Muted, tui.KeyOf("again", "r")+" tries again, "+tui.KeyOf("replace", "t")+" gives the profile a new credential, esc goes back.")
	return p.Lines()
}

// newPassphrase asks for the passphrase of a profile's age file.
func newPassphrase(deps *Deps, name string, request keystore.Request) *form.Form {
	return form.New(form.Options{
		Title: "Passphrase of " + name, Verb: "open",
		Sections: []form.Section{{Fields: []form.Field{{Key: "passphrase", Label: "Passphrase", Control: form.Secret, ClearOnSubmit: true,
			Help: "of the age file of profile " + name + "; it is stored nowhere",
			Check: func(v string, _ form.Values) form.Finding {
				if v == "" {
					return form.Finding{Level: form.Incomplete, Text: "type the passphrase"}
				}
				return form.Finding{}
			}}}}},
		Submit: func(v form.Values) tea.Cmd {
			request.Access.Passphrase = secret.New(v["passphrase"])
			return tui.Push(newOpening(deps, deps.Begin(request)))
		},
	})
}
