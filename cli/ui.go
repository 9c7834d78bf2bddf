package cli

import (
	"context"
	"path/filepath"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/signin"
)

// runUI opens the full-screen program.
func runUI(ctx context.Context, x IO, f *flags) error {
	_, in := terminal(x.In)
	_, out := terminal(x.Out)
	if why := tui.FullScreenTrouble(x.Environ, in, out); why != "" {
		return usage("%s; flarewire status prints the same as text", why)
	}
	if err := f.check(); err != nil {
		return err
	}
	return f.screens(ctx, x)
}

// show shows an account until the user leaves it: nil, or switches to another profile.
func (f *flags) show(ctx context.Context, x IO, s *session) (*signin.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.close()
	theme, _ := tui.ParseTheme(f.theme)
	feed := live.New(ctx, watch.New(s.account, s.now, f.refresh))
	name := live.NewAccountName(ctx, s.client, s.account.ID, s.name)
	glyphs := tui.GlyphsFor(x.Environ)
	writer, err := change.New(change.Options{Account: s.account, Profile: s.source, ReadOnly: s.noWrites(), Now: s.now, Journal: s.journal(x)})
	if err != nil {
		return nil, trouble(err)
	}
	env := &kit.Env{Writer: writer, Ctx: ctx, Client: s.client, Account: s.account, Feed: feed, Glyphs: glyphs, Now: s.now, NoWrites: s.noWrites()}
	var next *signin.Outcome
	more, services := f.profiles(ctx, x, s, &next)
	app := views.New(env, tui.Options{
		Name: "flarewire", Services: append(services, name), Theme: theme, Glyphs: glyphs, Now: s.now,
		Identity: func() tui.Identity { return s.identity(name.Name()) },
	}, more...)
	err = f.run(ctx, x, app)
	return next, err
}

func (s *session) identity(account string) tui.Identity {
	id := tui.Identity{Account: account, Source: s.source, ReadOnly: s.readOnly, Production: s.production}
	if host := s.client.Host(); s.source != demoSource && host != "api.cloudflare.com" {
		id.Host = host
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

// journal is where changes are written down; the demo leaves no trace.
func (s *session) journal(x IO) *journal.Journal {
	if s.source == demoSource {
		return nil
	}
	return journal.New(journal.Options{Path: filepath.Join(x.stateDir(), "journal.jsonl")})
}

// stateDir is the program's folder under the XDG state folder.
func (x IO) stateDir() string {
	if dir := x.env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "flarewire")
	}
	return filepath.Join(x.env("HOME"), ".local", "state", "flarewire")
}
