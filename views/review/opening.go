package review

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/views/kit"
)

// Opening stands on the screen while something is read that a page needs before it can be opened. When
// the user goes back meanwhile, the page does not appear any more.
type Opening struct {
	env   *kit.Env
	title string
	load  func(context.Context) (func() tui.View, error)
	err   error
}

type openedMsg struct {
	opening *Opening
	view    func() tui.View
	err     error
}

// NewOpening makes the page; load runs in the background.
func NewOpening(env *kit.Env, title string, load func(context.Context) (tui.View, error)) *Opening {
	return NewOpeningOf(env, title, func(ctx context.Context) (func() tui.View, error) {
		view, err := load(ctx)
		return func() tui.View { return view }, err
	})
}

// NewOpeningOf is for pages that are made from what the program holds: load only reads, in the background, and
// what it returns makes the page where the other pages are.
func NewOpeningOf(env *kit.Env, title string, load func(context.Context) (func() tui.View, error)) *Opening {
	return &Opening{env: env, title: title, load: load}
}

// Title implements tui.View.
func (o *Opening) Title() string { return o.title }

// Init implements tui.View.
func (o *Opening) Init() tea.Cmd {
	o.err = nil
	return func() tea.Msg {
		view, err := o.load(o.env.Ctx)
		return openedMsg{o, view, err}
	}
}

// Sleep implements tui.Sleeper.
func (o *Opening) Sleep() {}

// Wake implements tui.Sleeper: what was read meanwhile has taken its place.
func (o *Opening) Wake() tea.Cmd { return nil }

// Update implements tui.View.
func (o *Opening) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(openedMsg)
	if !ok || m.opening != o {
		return nil
	}
	if m.err != nil {
		o.err = m.err
		return nil
	}
	return tui.Replace(o, m.view())
}

// Actions implements tui.View.
func (o *Opening) Actions() []tui.Action {
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "try again", Footer: true, Long: "Read it again", Run: o.Init}
	if o.err == nil {
		again.Why = "it is being read"
	}
	return []tui.Action{again}
}

// Draw implements tui.View.
func (o *Opening) Draw(c tui.Canvas) []string {
	p := newPage(c)
	p.Blank()
	if o.err != nil {
		p.Text(tui.Bad, kit.ErrorText(o.err))
		p.Text(tui.Muted, tui.KeyOf("again", "r")+" tries again, esc goes back.")
		return p.Lines()
	}
	p.Text(tui.Muted, "Reading the newest state from Cloudflare…")
	return p.Lines()
}
