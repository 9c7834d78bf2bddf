package cli

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/diagnose"
	"flarewire/internal/drafts"
	"flarewire/internal/journal"
	"flarewire/internal/mute"
	"flarewire/internal/preference"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/signin"
)

// gcPercent is less than a third of Go's default: every poll of thousands of tunnels leaves its answer behind, and a
// program that runs for days on a jump host should be small rather than save a few milliseconds a poll.
const gcPercent = 30

// runUI opens the full-screen program, or the one that asks line by line.
func runUI(ctx context.Context, x IO, f *flags) error {
	_, in := terminal(x.In)
	_, out := terminal(x.Out)
	if why := tui.FullScreenTrouble(x.Environ, in, out); why != "" && !f.accessible {
		return usage("%s; flarewire --accessible asks the same line by line, flarewire status prints the tunnels as text", why)
	}
	if err := f.check(x); err != nil {
		return err
	}
	if err := f.dress(x); err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	if keys, ok := x.In.(*os.File); ok {
		defer tui.TakeAnswers(keys, x.Out)
	}
	return f.screens(ctx, x)
}

// dress has what the config file says of the screen hold: its keys, own words and lists.
func (f *flags) dress(x IO) error {
	vault, err := f.resolver(x)
	if err != nil {
		return nil //nolint:nilerr // it is said where a credential is looked for; the demo works without
	}
	if f.screen, err = screenSettingsOf(vault.Config.Preferences()); err != nil {
		return usage("%s: %w", vault.Config.Path(), err)
	}
	tui.Rebind(f.screen.keys)
	return nil
}

// show shows an account until the user leaves it: nil, or switches to another profile.
func (f *flags) show(ctx context.Context, x IO, s *session) (*signin.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.close()
	watcher := s.store(ctx, f)
	s.recorder = s.remember(ctx, x, watcher)
	defer func() { _ = watcher.Close() }()
	env, err := s.env(ctx, x, watcher)
	if err != nil {
		return nil, trouble(err)
	}
	env.Glyphs, env.BackTo = f.glyphs(x), s.below
	var next *signin.Outcome
	app, err := f.app(ctx, x, s, env, &next)
	if err != nil {
		return nil, err
	}
	err = f.run(ctx, x, app)
	_ = s.habits.Close() // what is not kept is found again
	return next, err
}

// app is the whole program on a session's account; next is set when the user switches to another one.
func (f *flags) app(ctx context.Context, x IO, s *session, env *kit.Env, next **signin.Outcome) (*tui.App, error) {
	theme, _ := tui.ParseTheme(f.theme)
	name := live.NewAccountName(ctx, s.client, s.account.ID, s.name)
	more, services := f.profiles(ctx, x, s, next)
	if s.source != demoSource {
		env.SwitchAccount = func(a api.Account) tea.Cmd { *next = s.on(a); return tea.Quit }
	}
	habits := ""
	if s.source != demoSource {
		habits = preference.Path(x.stateDir(), s.source, s.account.ID)
	}
	s.habits = preference.Open(habits)
	env.Routers = f.routers(x, s, s.habits)
	s.habits.Says(f.screen.lists)
	services = append(services, name, live.NewNotifier(env.Feed, s.now, f.notice(x, s)))
	options := tui.Options{
		Name: "flarewire", Services: services, Theme: theme, Glyphs: env.Glyphs, Now: s.now, Memory: s.habits, Browse: browser(ctx, x),
		Aliases:  f.screen.aliases,
		Identity: func() tui.Identity { return s.identity(name.Name()) },
	}
	hook(x, &options)
	app, err := views.New(env, options, f.start, more...)
	if err != nil {
		return nil, usage("--start: %w", err)
	}
	return app, nil
}

// notice writes notifications as the flag says, else the profile.
func (f *flags) notice(x IO, s *session) func(string) tea.Cmd {
	mode, err := tui.ParseNotify(cmp.Or(f.notify, s.resolved.Profile.Notify, f.notifyAll, string(tui.NotifyOff)))
	if err != nil {
		mode = tui.NotifyOff // both were checked when they were read
	}
	return func(text string) tea.Cmd { return tui.Notify(mode, x.Environ, text) }
}

// env is what the pages work with.
func (s *session) env(ctx context.Context, x IO, watcher *store.Store) (*kit.Env, error) {
	requests, sent := &kit.RequestLog{}, &change.SentRequests{}
	s.observe(requests.Observe)
	s.observe(sent.Observe)
	written := s.journal(x)
	writer, err := change.New(change.Options{Account: s.account, Sender: s.sender, Profile: s.source, ReadOnly: s.noWrites(), Now: s.now,
		Journal: written, Requests: sent})
	if err != nil {
		return nil, err
	}
	feed := live.New(ctx, watcher)
	feed.SetChangeSource(s.changes(x))
	feed.SetBaseline(s.goodDay(x))
	mutes, err := s.mutes(x)
	if err != nil {
		s.notices = append(s.notices, err.Error())
	}
	mutedBy(ctx, s.recorder, mutes)
	feed.SetMutes(mutes)
	return &kit.Env{Ctx: ctx, Client: s.client, Account: s.account, Feed: feed, Writer: writer, Requests: requests,
		Journal: written, Drafts: s.drafts(x), Now: s.now, NoWrites: s.noWrites(),
		Version: versionLine(), Hide: x.Redactor.Redact}, nil
}

func (s *session) identity(account string) tui.Identity {
	id := tui.Identity{Account: account, Source: s.source, ReadOnly: s.readOnly, Production: s.production}
	if host := s.client.Host(); s.source != demoSource && host != "api.cloudflare.com" {
		id.Host = host
	}
	if s.recorder != nil {
		id.Recorder = s.recorder.Name()
	}
	return id
}

// noWrites is why nothing can be changed in this session.
func (s *session) noWrites() string {
	if s.why != "" {
		return s.why
	}
	if s.readOnly {
		return "this session is read-only (--read-only or FLAREWIRE_READ_ONLY)"
	}
	return ""
}

// journal is where changes are written down; the demo remembers until it ends, and leaves no trace.
func (s *session) journal(x IO) *journal.Journal {
	if s.source == demoSource {
		if s.past == nil { // everybody asks the same one
			s.past = journal.InMemory(s.now)
		}
		return s.past
	}
	return x.journal()
}

// goodDay is the state that was saved last with flarewire snapshot save; nil when none was, or it cannot be read.
func (s *session) goodDay(x IO) *snapshot.Baseline {
	if s.source == demoSource {
		return nil
	}
	good, err := snapshot.Load(snapshot.BaselinePath(x.stateDir(), s.account.ID))
	if err != nil || good.Account != s.account.ID {
		return nil
	}
	return &good
}

// mutes are the findings that somebody has muted; the demo remembers them until it ends.
func (s *session) mutes(x IO) (*mute.List, error) {
	if s.source == demoSource {
		return mute.Open("")
	}
	return mute.Open(mute.Path(x.stateDir(), s.account.ID))
}

// changes reads what was changed from this machine; in the demo what was changed in it.
func (s *session) changes(x IO) func(since time.Time) []diagnose.Change {
	j := s.journal(x)
	if j == nil {
		return nil
	}
	return func(since time.Time) []diagnose.Change { return diagnose.Changes(j.Entries(), s.account.ID, since) }
}

// drafts are what guided setups remember; the demo remembers until it ends.
func (s *session) drafts(x IO) *drafts.File {
	path := drafts.Path(x.stateDir(), s.source, s.account.ID)
	if s.source == demoSource {
		path = ""
	}
	memory, err := drafts.Open(path)
	if err != nil {
		s.notices = append(s.notices, err.Error())
	}
	return memory
}

// stateDir is the program's folder of what it keeps.
func (x IO) stateDir() string {
	_, state := keystore.Folders(keystore.ReadEnvironment(x.Environ))
	return filepath.Join(state, "flarewire")
}
