package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/fleet"
	"flarewire/views/kit"
	"flarewire/views/overview"
	"flarewire/views/profile"
	"flarewire/views/signin"
)

// quickSource is how long the screen waits for a profile's source before it shows that it is waiting. A source that
// answers in time saves a page that would only flash up.
const quickSource = 200 * time.Millisecond

// screens shows the full-screen interface: the sign-in when it is needed, then the account, and another one after each switch of the
// profile. Every account has a program of its own with a context of its own, so that nothing that was asked for one
// profile can be taken for another's.
func (f *flags) screens(ctx context.Context, x IO) error {
	next := &signin.Outcome{Demo: true}
	var open *signin.Attempt
	if !f.demo {
		vault, err := f.resolver(x)
		if err != nil {
			return denied(err)
		}
		if next, open, err = f.first(ctx, x, vault); err != nil {
			return denied(err)
		}
	}
	var why error
	for first := true; ; first = false {
		if next == nil {
			var err error
			if next, err = f.signIn(ctx, x, open, why); next == nil || err != nil {
				return err
			}
		}
		s, left, err := f.enter(ctx, x, *next)
		if left {
			return err
		}
		if err != nil {
			// The environment is for the shell to put right, a profile can be put right on the screen.
			if first && (next.Demo || next.Resolved.Profile.Name == "") {
				return err
			}
			next, open, why = nil, nil, err
			f.account = "" // it was meant for what the program began with
			continue
		}
		if next, err = f.show(ctx, x, s); next == nil || err != nil {
			return err
		}
		f.account = "" // it was meant for what the program began with
	}
}

// first is what the screen begins with: the environment's credential, a profile that opens at once, or the attempt to open
// one that takes longer. All are nil when nobody is signed in.
func (f *flags) first(ctx context.Context, x IO, vault *keystore.Resolver) (*signin.Outcome, *signin.Attempt, error) {
	named := f.profileName(x)
	if named != "" {
		if _, err := vault.Config.Profile(named); err != nil {
			return nil, nil, err
		}
	}
	env := x.keys()
	request := keystore.Request{Profile: f.profile}
	if named == "" && (!env.Token.IsZero() || !env.Key.IsZero() || env.Email != "" || env.CredentialsDirectory != "") {
		resolved, err := vault.Resolve(ctx, request)
		if err != nil {
			return nil, nil, err
		}
		x.Redactor.Add(resolved.Credential.Secret())
		return &signin.Outcome{Resolved: resolved}, nil, nil
	}
	if named == "" && vault.Config.Default() == "" {
		return nil, nil, nil
	}
	attempt := f.signinDeps(ctx, x, "", nil).Begin(request)
	if attempt.Within(quickSource) {
		if resolved, err := attempt.Result(); err == nil {
			return &signin.Outcome{Resolved: resolved}, nil, nil
		}
	}
	return nil, attempt, nil
}

// signinDeps is what the pages of the sign-in need; done is called with what the user came for.
func (f *flags) signinDeps(ctx context.Context, x IO, current string, done func(signin.Outcome) tea.Cmd) *signin.Deps {
	return &signin.Deps{Ctx: ctx, Resolver: f.vault, Hide: x.Redactor.Add, Done: done, Now: x.Now, Current: current, Stderr: x.Prompt,
		Client: func(c keystore.Credential) (*api.Client, error) { return f.asking(x, c) }}
}

// asking makes a client that can change nothing, to ask Cloudflare about a credential.
func (f *flags) asking(x IO, c keystore.Credential) (*api.Client, error) {
	base, err := x.baseURL()
	if err != nil {
		return nil, err
	}
	o := api.Options{Credentials: access.Credentials(c), BaseURL: base, ReadOnly: true, Redactor: x.Redactor,
		Transport: x.Transport, UserAgent: "flarewire/" + version, Now: x.Now}
	o.Share = f.share(o.Credentials, o.BaseURL)
	return api.New(o)
}

// share is what the programs of this user have in common of a credential's requests.
func (f *flags) share(c api.Credentials, baseURL string) api.Share {
	if f.shares == nil {
		return nil
	}
	return f.shares.ShareOf(c, baseURL)
}

// signIn shows the sign-in pages until the user has what they came for; nil when they left.
func (f *flags) signIn(ctx context.Context, x IO, open *signin.Attempt, why error) (*signin.Outcome, error) {
	return f.pages(ctx, x, func(deps *signin.Deps) tui.View { return signin.NewWelcome(deps, open, why) })
}

// pages shows pages that end with an outcome; nil when the user left.
func (f *flags) pages(ctx context.Context, x IO, home func(*signin.Deps) tui.View) (*signin.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var outcome *signin.Outcome
	deps := f.signinDeps(ctx, x, "", func(o signin.Outcome) tea.Cmd { outcome = &o; return tea.Quit })
	theme, _ := tui.ParseTheme(f.theme)
	app := tui.NewApp(tui.Options{Name: "flarewire", Theme: theme, Glyphs: f.glyphs(x), Now: x.Now,
		Home: func() tui.View { return home(deps) }})
	err := f.run(ctx, x, app)
	return outcome, err
}

// settle finds out the account when nobody named one: the only one that the credential can see, else the one that the user
// chooses on the screen, which stays while Cloudflare does not answer. It is nil when the user left.
func (f *flags) settle(ctx context.Context, x IO, client *api.Client, resolved keystore.Resolved) (*signin.Outcome, error) {
	listing := signin.List(ctx, client)
	if listing.Within(quickSource) {
		if o := listing.Outcome(resolved); o != nil {
			return o, nil
		}
	}
	return f.pages(ctx, x, func(deps *signin.Deps) tui.View { return signin.NewAccounts(deps, resolved, listing) })
}

// run shows an app and makes an error of an exit code.
func (f *flags) run(ctx context.Context, x IO, app *tui.App) error {
	if f.accessible {
		return f.runLines(ctx, x, app)
	}
	code, err := tui.Run(ctx, app, x.Environ, x.Out)
	switch {
	case err != nil:
		return failure{code, err}
	case code != exitOK:
		return exit(code)
	}
	return nil
}

// enter makes the session of an outcome. left reports whether the user was asked for the account and left.
func (f *flags) enter(ctx context.Context, x IO, o signin.Outcome) (s *session, left bool, err error) {
	if o.Demo {
		s, err = f.connect(ctx, x, nil)
		return s, false, err
	}
	s, account, err := f.begin(x, &o.Resolved)
	if err != nil {
		return nil, false, err
	}
	s.notices, s.below = append(slices.Clone(o.Resolved.Notices), f.screen.notices...), o.Below
	if account != "" {
		err = s.choose(ctx, account)
	} else {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		chosen, failed := f.settle(ctx, x, s.client, o.Resolved)
		if chosen == nil {
			s.close()
			return nil, true, failed
		}
		if err = unlisted(chosen.Err); err == nil {
			o, err = *chosen, s.choose(ctx, chosen.Resolved.Credential.AccountID)
		}
	}
	if err != nil {
		s.close()
		return nil, false, err
	}
	s.name = cmp.Or(s.name, o.AccountName)
	return s, false, nil
}

// profiles are the pages and the service of the credentials. The demo has them only when the config file can be read: it
// must work whatever stands there.
func (f *flags) profiles(ctx context.Context, x IO, s *session, next **signin.Outcome) ([]func(*kit.Env) kit.Module, []tui.Service) {
	if _, err := f.resolver(x); err != nil {
		return nil, nil
	}
	deps := f.signinDeps(ctx, x, s.profile, func(o signin.Outcome) tea.Cmd { *next = &o; return tea.Quit })
	known := f.theFleet(x)
	known.use(s)
	far := *deps
	far.Done = func(o signin.Outcome) tea.Cmd { o.Below = fleet.Word; *next = &o; return tea.Quit }
	first := func(env *kit.Env) tui.View { return overview.New(env).PaletteEntries()[0].Open() }
	more := []func(*kit.Env) kit.Module{profile.New(deps), fleet.New(&far, known, first)}
	if s.source == demoSource {
		return more, nil
	}
	return more, []tui.Service{signin.NewExpiryNotifier(ctx, s.client, s.account.ID, s.notices, s.expires, x.Now)}
}
