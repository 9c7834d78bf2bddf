package tunnel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
	"flarewire/internal/statefile"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
	"flarewire/views/review"
)

// RouterConfig is the page with the customer's side of one or several tunnels of a router: configuration for its platform, to be
// read, copied, or written to a file.
type RouterConfig struct {
	saver
	router    routerconfig.Router // without keys
	psk       api.Secret          // of the only tunnel; zero when it is not known any more
	withKey   bool
	platforms []routerconfig.Platform
	at        int
	config    routerconfig.Config
	err       error // the tunnels cannot be written for this platform
	scroll    tui.Scroll
	from      int // cells that are scrolled out at the left
	widest    int // cells of the longest line
	width     int // cells that were there for the text when it was drawn last
}

// newRouterConfig makes the page. psk is the pre-shared key of a single tunnel where it is still known, right after it was
// generated; the text has it only after the user has asked for it.
func (m *Module) newRouterConfig(psk api.Secret, tunnels ...api.Tunnel) *RouterConfig {
	r := &RouterConfig{psk: psk, router: m.routerOf(tunnels...)}
	r.platforms = r.router.Platforms()
	r.render()
	return r
}

// routerOf is the router that tunnels end at, without keys.
func (m *Module) routerOf(tunnels ...api.Tunnel) routerconfig.Router {
	last := m.env.Feed.Last()
	out := routerconfig.Router{Routes: len(last.Routes.Rows), CloudflareASN: last.CloudflareASN()}
	for _, t := range tunnels {
		out.Tunnels = append(out.Tunnels, routerconfig.Input{Tunnel: t, AccountID: m.env.Account.ID})
	}
	for _, t := range last.Tunnels {
		out.Known = append(out.Known, t.Tunnel)
	}
	return out
}

// LinkConfig is the page with the router's side of an interconnect.
func LinkConfig(link routerconfig.Link) tui.View {
	r := &RouterConfig{router: routerconfig.Router{Link: &link}}
	r.platforms = r.router.Platforms()
	r.render()
	return r
}

// routerConfig is the action that opens the page for tunnels that are on the screen.
func (m *Module) routerConfig(tunnels ...api.Tunnel) tui.Action {
	a := routerConfigAction()
	if len(tunnels) > 1 {
		a.Footer, a.Long = true, "Configuration for the router that the marked tunnels end at"
	}
	a.Run = func() tea.Cmd { return tui.Push(m.newRouterConfig(api.Secret{}, tunnels...)) }
	return a
}

// routerConfigOf is the same for a tunnel that has just been written: it is read first.
func (m *Module) routerConfigOf(kind api.TunnelKind, id string, psk api.Secret) tui.Action {
	a := routerConfigAction()
	a.Footer = true
	if !psk.IsZero() {
		a.Long = "Configuration for your router, with this key on request"
	}
	a.Run = func() tea.Cmd {
		return tui.Push(review.NewOpening(m.env, "Router configuration", func(ctx context.Context) (tui.View, error) {
			t, err := m.read(ctx, kind, id)
			if err != nil {
				return nil, err
			}
			return m.newRouterConfig(psk, t), nil
		}))
	}
	return a
}

func routerConfigAction() tui.Action {
	return tui.Action{Name: "router-config", Keys: []string{"c"}, Short: "router config",
		Long: "Show a configuration for your router, generated from this tunnel's values"}
}

// read reads a tunnel of either kind.
func (m *Module) read(ctx context.Context, kind api.TunnelKind, id string) (api.Tunnel, error) {
	if kind == api.IPsec {
		t, err := change.IPsecTunnels.Read(ctx, m.env.Account, id)
		return t.Tunnel(), err
	}
	t, err := change.GRETunnels.Read(ctx, m.env.Account, id)
	return t.Tunnel(), err
}

// render makes the text anew; the page begins at its top again.
func (r *RouterConfig) render() {
	router := r.router
	if r.withKey {
		router.Tunnels = slices.Clone(router.Tunnels)
		router.Tunnels[0].PSK = r.psk
	}
	r.config, r.err = routerconfig.Render(r.platforms[r.at], router)
	r.scroll, r.from, r.widest = tui.Scroll{}, 0, 0
	for line := range strings.Lines(r.config.Text()) {
		r.widest = max(r.widest, tui.Width(tui.Clean(strings.TrimSuffix(line, "\n"))))
	}
}

// show changes to a platform, if the tunnels can be written for it.
func (r *RouterConfig) show(platform routerconfig.Platform) {
	if at := slices.Index(r.platforms, platform); at >= 0 && at != r.at {
		r.at = at
		r.render()
	}
}

// Title implements tui.View.
func (r *RouterConfig) Title() string { return "Router configuration" }

// Init implements tui.View.
func (r *RouterConfig) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (r *RouterConfig) Update(msg tea.Msg) tea.Cmd {
	if saved, ok := msg.(savedMsg); ok && saved.saver == &r.saver {
		return r.saved(saved)
	}
	return nil
}

// Actions implements tui.View.
func (r *RouterConfig) Actions() []tui.Action {
	why := ""
	if r.err != nil {
		why = r.err.Error()
	}
	choose := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			r.at = (r.at + by + len(r.platforms)) % len(r.platforms)
			r.render()
			return nil
		}
	}
	wide := why
	if wide == "" && r.widest <= r.width {
		wide = "no line is wider than the screen"
	}
	sideways := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			r.from = max(0, min(r.from+by*max(1, r.width/2), r.widest-r.width))
			return nil
		}
	}
	own := []tui.Action{
		{Name: "next-platform", Keys: []string{"tab"}, Short: "next platform", Footer: true,
			Long: "Show the configuration for the next platform", Run: choose(1)},
		{Name: "previous-platform", Keys: []string{"shift+tab"}, Long: "Show the configuration for the previous platform", Run: choose(-1)},
		{Name: "choose-platform", Keys: []string{"f"}, Short: "choose", Footer: true, Long: "Choose the platform from a list", Run: r.choose},
		{Name: "copy", Keys: []string{"y"}, Short: "copy", Footer: true, Long: "Copy the whole text to the terminal's clipboard", Why: why,
			Run: r.copy},
		{Name: "write", Keys: []string{"w"}, Short: "write", Footer: true, Long: "Write it to a file " + statefile.OwnerOnlyText, Why: why,
			Run: func() tea.Cmd { return r.askWhere("Write the configuration", r.config) }},
		{Name: "plain", Keys: []string{"o"}, Short: "plain text", Footer: true, Why: why,
			Long: "Leave the screen and print the plain text, to copy with the mouse", Run: r.plain},
		{Name: "scroll-left", Move: true, Keys: []string{"left", "h"}, Why: wide, Run: sideways(-1),
			Long: "Scroll to the beginning of long lines"},
		{Name: "scroll-right", Move: true, Keys: []string{"right", "l"}, Long: "Scroll to the rest of long lines", Why: wide, Run: sideways(1)},
	}
	if len(r.router.Tunnels) == 1 && r.router.Tunnels[0].Kind() == rules.IPsec {
		own = slices.Insert(own, 2, r.keyAction()) // before what goes without it at 80 columns
	}
	return append(own, r.scroll.Actions()...)
}

// choose opens the list of platforms.
func (r *RouterConfig) choose() tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "Platform", Verb: "show", SubmitIsFinal: true,
		Values: form.Values{"platform": string(r.platforms[r.at])},
		Sections: []form.Section{{Fields: []form.Field{{Key: "platform", Label: "Platform", Control: form.Pick,
			Choices: platformOptions(r.platforms),
			Help:    "What your router runs"}}}},
		Submit: func(v form.Values) tea.Cmd {
			r.show(routerconfig.Platform(v["platform"]))
			return tui.Pop()
		}}))
}

// platformOptions are platforms to choose from.
func platformOptions(platforms []routerconfig.Platform) []form.Option {
	var out []form.Option
	for _, p := range platforms {
		out = append(out, form.Option{Value: string(p), Label: p.Title()})
	}
	return out
}

// keyAction puts the pre-shared key into the text, or takes it out.
func (r *RouterConfig) keyAction() tui.Action {
	a := tui.Action{Name: "with-key", Keys: []string{"p"}, Short: "with the key", Footer: true,
		Long: "Put the pre-shared key into the text, or remove it", Secret: !r.withKey,
		Run: func() tea.Cmd { r.withKey = !r.withKey; r.render(); return nil }}
	switch {
	case r.psk.IsZero():
		a.Why = "the key is known only right after it is generated; replace the placeholder yourself"
	case r.platforms[r.at] == routerconfig.Terraform:
		a.Why = "Terraform would keep the key in its state, readable; it is never in this text"
	case r.withKey:
		a.Short = "without the key"
	}
	return a
}

func (r *RouterConfig) copy() tea.Cmd {
	told := "Sent to the terminal's clipboard (OSC 52): the text for " + r.platforms[r.at].Title()
	if r.holdsKey() {
		return tea.Batch(tea.SetClipboard(r.config.Text()), tui.Toast(tui.Pending, told+", with the key; clipboard managers may keep it"))
	}
	return tea.Batch(tea.SetClipboard(r.config.Text()), tui.Toast(tui.Muted, told))
}

// holdsKey reports whether the text has the pre-shared key in it.
func (r *RouterConfig) holdsKey() bool {
	return r.withKey && r.platforms[r.at] != routerconfig.Terraform
}

// Draw implements tui.View.
func (r *RouterConfig) Draw(c tui.Canvas) []string {
	top := tui.Line{{Text: " For ", Role: tui.Muted}, {Text: r.platforms[r.at].Title(), Role: tui.Strong},
		{Text: fmt.Sprintf("   %d of %d; tab: next", r.at+1, len(r.platforms)), Role: tui.Muted}}
	if n := len(r.router.Tunnels); n > 1 && r.err == nil {
		top = append(top, tui.Span{Text: fmt.Sprintf("   %d tunnels of one router", n), Role: tui.Strong})
	}
	if r.holdsKey() {
		top = append(top, tui.Span{Text: "   with the pre-shared key", Role: tui.Pending})
	}
	lines := []string{top.Paint(c.Theme, c.Width), ""}
	var body []string
	if r.err != nil {
		body = tui.Paragraph(c, tui.Bad, kit.ErrorText(r.err))
	} else {
		body = r.text(c)
	}
	return append(lines, r.scroll.Window(body, max(1, c.Height-len(lines)))...)
}

// text is the configuration with its comments set back and its placeholders set off. A command is never broken: what is wider than
// the screen is reached sideways.
func (r *RouterConfig) text(c tui.Canvas) []string { return r.lines(c, true) }

// commands is the configuration without its comments, for where there is little room.
func (r *RouterConfig) commands(c tui.Canvas) []string { return r.lines(c, false) }

func (r *RouterConfig) lines(c tui.Canvas, comments bool) []string {
	r.width = c.Width - 1
	r.from = max(0, min(r.from, r.widest-r.width))
	var out []string
	for line := range strings.Lines(r.config.Text()) {
		line = strings.TrimSuffix(line, "\n")
		trimmed := strings.TrimSpace(line)
		comment := strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "!")
		if (comment || trimmed == "") && !comments {
			continue
		}
		role := tui.Plain
		switch {
		case strings.Contains(line, routerconfig.Placeholder):
			role = tui.Pending
		case comment:
			role = tui.Muted
		}
		out = append(out, " "+c.Theme.Paint(role, tui.Shift(tui.Clean(line), r.from, r.width)))
	}
	return out
}
