package cli

import (
	"context"

	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// runUI opens the full-screen program.
func runUI(ctx context.Context, x IO, f *flags) error {
	_, in := terminal(x.In)
	_, out := terminal(x.Out)
	if why := tui.FullScreenTrouble(x.Environ, in, out); why != "" {
		return usage("%s; flarewire status prints the same as text", why)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := f.open(ctx, x)
	if err != nil {
		return err
	}
	defer s.close()
	theme, _ := tui.ParseTheme(f.theme)
	feed := live.New(ctx, s.watch(ctx, f))
	name := live.NewAccountName(ctx, s.client, s.account.ID, s.name)
	glyphs := tui.GlyphsFor(x.Environ)
	env := &kit.Env{Ctx: ctx, Client: s.client, Account: s.account, Feed: feed, Glyphs: glyphs, Now: s.now, NoWrites: s.noWrites()}
	options := tui.Options{
		Name: "flarewire", Services: []tui.Service{name}, Theme: theme, Glyphs: glyphs, Now: s.now,
		Identity: func() tui.Identity { return s.identity(name.Name()) },
	}
	hook(x, &options)
	app := views.New(env, options)
	code, err := tui.Run(ctx, app, x.Environ, x.Out)
	if err != nil {
		return failure{code, err}
	}
	if code != exitDone {
		return exit(code)
	}
	return nil
}

func (s *session) identity(account string) tui.Identity {
	id := tui.Identity{Account: account, Source: s.source, ReadOnly: s.readOnly}
	if host := s.client.Host(); s.source != demoSource && host != "api.cloudflare.com" {
		id.Host = host
	}
	return id
}

// noWrites is why nothing can be changed in this session.
func (s *session) noWrites() string {
	if s.readOnly {
		return "this session is read-only (--read-only or FLAREWIRE_READ_ONLY)"
	}
	return ""
}
