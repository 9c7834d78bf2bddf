package signin

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/access"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Welcome is the first page of whoever has no credential yet.
type Welcome struct {
	deps   *Deps
	open   *Attempt // the opening of a profile that is under way; nil when there is none
	why    error
	scroll tui.Scroll
}

// NewWelcome makes the page. A running attempt is shown on top of it; why is what went wrong before, if anything did.
func NewWelcome(deps *Deps, open *Attempt, why error) *Welcome {
	return &Welcome{deps: deps, open: open, why: why}
}

// Title implements tui.View.
func (w *Welcome) Title() string { return "Sign in" }

// Init implements tui.View.
func (w *Welcome) Init() tea.Cmd {
	if w.open == nil {
		return nil
	}
	return tui.Push(newOpening(w.deps, w.open))
}

// Update implements tui.View.
func (w *Welcome) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements tui.View.
func (w *Welcome) Actions() []tui.Action {
	profiles := tui.Action{Name: "profile", Keys: []string{"p"}, Short: "profile", Footer: len(w.deps.Resolver.Config.Names()) > 0,
		Long: "Open a saved profile", Run: func() tea.Cmd { return tui.Push(newChoice(w.deps)) }}
	if !profiles.Footer {
		profiles.Why = "there is no profile on this machine yet"
	}
	own := []tui.Action{
		{Name: "sign-in", Keys: []string{"enter"}, Short: "sign in", Footer: true,
			Long: "Sign in with an API token, or with e-mail and Global API Key", Run: func() tea.Cmd { return tui.Push(NewForm(w.deps, "")) }},
		{Name: "demo", Keys: []string{"d"}, Short: "demo", Footer: true,
			Long: "Try a simulated account: no credentials, no network", Run: func() tea.Cmd { return w.deps.Done(Outcome{Demo: true}) }},
		profiles,
		{Name: "copy-link", Keys: []string{"y"}, Short: "copy link", Footer: true, Long: "Copy the link that creates a read-only token",
			Run: copyLink(false)},
		{Name: "copy-write-link", Keys: []string{"Y"}, Short: "copy link", Long: "Copy the link that creates a token that can also make changes",
			Run: copyLink(true)},
	}
	return append(own, w.scroll.Actions()...)
}

func copyLink(write bool) func() tea.Cmd {
	return func() tea.Cmd {
		return tea.Batch(tea.SetClipboard(access.TokenPage(write)),
			tui.Toast(tui.Muted, "Sent the link to the terminal's clipboard (OSC 52)"))
	}
}

// Draw implements tui.View.
func (w *Welcome) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	if w.why != nil {
		p.Text(tui.Bad, w.why.Error())
		p.Blank()
	}
	p.Heading("Nobody is signed in")
	key := func(key, text string) {
		p.Line(tui.Line{{Text: "   " + tui.Fit(key, 7), Role: tui.Accent}, {Text: text}})
	}
	key("enter", "sign in with an API token, or with e-mail and Global API Key")
	key(tui.KeyOf("demo", "d"), "look around first: a simulated account, no network (--demo)")
	if names := w.deps.Resolver.Config.Names(); len(names) > 0 {
		key(tui.KeyOf("profile", "p"), "open a profile of this machine: "+strings.Join(names, ", "))
	}
	p.Blank()
	p.Heading("A new token")
	p.Text(tui.Plain, "To read it needs "+strings.Join(access.Groups(false), ", ")+".")
	p.Text(tui.Plain, "To change things, too: "+strings.Join(access.Groups(true), ", ")+" (the dashboard says Edit for Write).")
	p.Text(tui.Muted, "Leave out Magic Transit or Magic WAN when the account does not have it. If Cloudflare's page does not fill "+
		"them in, choose them by these names. "+tui.KeyOf("copy-link", "y")+" copies this link for reading, "+tui.KeyOf("copy-write-link", "Y")+
		" the one for changing, too:")
	for _, line := range split(access.TokenPage(false), c.Width-4) {
		p.Line(tui.Line{{Text: "   " + line, Role: tui.Accent}})
	}
	p.Blank()
	p.Heading("Without this page")
	p.Text(tui.Plain, "Set CLOUDFLARE_API_TOKEN, or keep a command that prints the token: flarewire auth login -- COMMAND. "+
		"More in flarewire auth login --help and "+keystore.TokensPage+".")
	return w.scroll.Window(p.Lines(), c.Height)
}

// split cuts an address into lines: it has no blank to break at.
func split(text string, width int) []string {
	var lines []string
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}
	return append(lines, text)
}
