package tunnel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/devconf"
	"flarewire/internal/statefile"
	"flarewire/tui"
	"flarewire/views/kit"
)

// RouterConfig is the page with the customer's side of a tunnel: configuration for the platform of the user's router,
// to be read, copied, or written to a file.
type RouterConfig struct {
	saving    bool          // a file is being written
	in        devconf.Input // without the key
	psk       api.Secret    // zero when it is not known any more
	withKey   bool
	platforms []devconf.Platform
	at        int
	config    devconf.Config
	err       error // the tunnel cannot be written for this platform
	scroll    tui.Scroll
}

// NewRouterConfig makes the page. psk is the tunnel's pre-shared key where it is still known, right after it was
// generated; the text has it only after the user has asked for it.
func NewRouterConfig(t api.Tunnel, accountID string, psk api.Secret) *RouterConfig {
	r := &RouterConfig{in: devconf.Input{Tunnel: t, AccountID: accountID}, psk: psk}
	r.platforms = devconf.Platforms(r.in.Kind())
	r.render()
	return r
}

// routerConfig is the action that opens the page for a tunnel that is on the screen.
func (m *Module) routerConfig(t api.Tunnel) tui.Action {
	a := routerConfigAction()
	a.Run = func() tea.Cmd { return tui.Push(NewRouterConfig(t, m.env.Account.ID, api.Secret{})) }
	return a
}

// routerConfigOf is the same for a tunnel that has just been written: it is read first.
func (m *Module) routerConfigOf(kind api.TunnelKind, id string, psk api.Secret) tui.Action {
	a := routerConfigAction()
	a.Footer = true
	if !psk.IsZero() {
		a.Long = "Configuration for your router, with this key when you ask for it there"
	}
	a.Run = func() tea.Cmd {
		return tui.Push(kit.NewOpening(m.env, "Router configuration", func(ctx context.Context) (tui.View, error) {
			t, err := m.read(ctx, kind, id)
			if err != nil {
				return nil, err
			}
			return NewRouterConfig(t, m.env.Account.ID, psk), nil
		}))
	}
	return a
}

func routerConfigAction() tui.Action {
	return tui.Action{Name: "router-config", Keys: []string{"c"}, Short: "router config",
		Long: "Configuration for your router, made from this tunnel's values"}
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
	in := r.in
	if r.withKey {
		in.PSK = r.psk
	}
	r.config, r.err = devconf.Render(r.platforms[r.at], in)
	r.scroll = tui.Scroll{}
}

// Title implements tui.View.
func (r *RouterConfig) Title() string { return "Router configuration" }

// Init implements tui.View.
func (r *RouterConfig) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (r *RouterConfig) Update(msg tea.Msg) tea.Cmd {
	if saved, ok := msg.(savedMsg); ok && saved.page == r {
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
	own := []tui.Action{
		{Name: "next-platform", Keys: []string{"tab", "right", "l"}, Short: "next platform", Footer: true,
			Long: "The same tunnel for the next platform", Run: choose(1)},
		{Name: "previous-platform", Keys: []string{"shift+tab", "left", "h"}, Long: "The platform before", Run: choose(-1)},
		{Name: "copy", Keys: []string{"y"}, Short: "copy", Footer: true, Long: "Send the whole text to the terminal's clipboard", Why: why,
			Run: r.copy},
		{Name: "write", Keys: []string{"w"}, Short: "write to a file", Footer: true, Long: "Write it to a file " + statefile.Whose, Why: why,
			Run: r.askWhere},
	}
	if r.in.Tunnel.Kind == api.IPsec {
		own = slices.Insert(own, 2, r.keyAction()) // before what goes without it at 80 columns
	}
	return append(own, r.scroll.Actions()...)
}

// keyAction puts the pre-shared key into the text, or takes it out.
func (r *RouterConfig) keyAction() tui.Action {
	a := tui.Action{Name: "with-key", Keys: []string{"p"}, Short: "with the key", Footer: true,
		Long: "Put the pre-shared key into the text, or take it out again", Secret: !r.withKey,
		Run: func() tea.Cmd { r.withKey = !r.withKey; r.render(); return nil }}
	switch {
	case r.psk.IsZero():
		a.Why = "the key is known only right after it was generated; put it in the place of its placeholder by yourself"
	case r.platforms[r.at] == devconf.Terraform:
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
func (r *RouterConfig) holdsKey() bool { return r.withKey && r.platforms[r.at] != devconf.Terraform }

// Draw implements tui.View.
func (r *RouterConfig) Draw(c tui.Canvas) []string {
	top := tui.Line{{Text: " For ", Role: tui.Muted}, {Text: r.platforms[r.at].Title(), Role: tui.Strong},
		{Text: fmt.Sprintf("   %d of %d, tab goes on", r.at+1, len(r.platforms)), Role: tui.Muted}}
	if r.holdsKey() {
		top = append(top, tui.Span{Text: "   with the pre-shared key", Role: tui.Pending})
	}
	lines := []string{top.Paint(c.Theme, c.Width), ""}
	var body []string
	if r.err != nil {
		body = tui.Paragraph(c, tui.Bad, kit.Sentence(r.err))
	} else {
		body = r.text(c)
	}
	return append(lines, r.scroll.Window(body, max(1, c.Height-len(lines)))...)
}

// text is the configuration with its comments set back and its placeholders set off; long lines go on in the next one.
func (r *RouterConfig) text(c tui.Canvas) []string {
	var out []string
	for line := range strings.Lines(r.config.Text()) {
		line = strings.TrimSuffix(line, "\n")
		role := tui.Plain
		switch {
		case strings.Contains(line, devconf.Placeholder):
			role = tui.Pending
		case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "!"):
			role = tui.Muted
		}
		for _, l := range tui.Wrap(tui.Clean(line), c.Width-1) {
			out = append(out, " "+c.Theme.Paint(role, l))
		}
	}
	return out
}
