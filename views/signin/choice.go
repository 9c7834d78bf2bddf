package signin

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/views/kit"
)

// menu is a short list with a cursor.
type menu struct {
	at, count int
	drawn     int // the cursor's line on the page
}

// actions are the keys that move the cursor.
func (m *menu) actions() []tui.Action {
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd { m.at = max(0, min(m.at+by, m.count-1)); return nil }
	}
	return []tui.Action{
		{Name: "up", Keys: []string{"up", "k"}, Long: "Move up one line", Run: step(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Long: "Move down one line", Run: step(1)},
	}
}

// line draws one row.
func (m *menu) line(p *kit.Page, c tui.Canvas, i int, text string, role tui.Role) {
	lead := tui.Span{Text: "   "}
	if i == m.at {
		m.drawn = len(p.Lines())
		lead, role = tui.Span{Text: " " + c.Theme.Glyphs.Cursor + " ", Role: tui.Accent}, tui.Selected
	}
	p.Line(tui.Line{lead, {Text: " " + tui.Clean(text) + " ", Role: role}})
}

// window is the part of the page that there is room for, with the cursor in it: what is chosen must be seen.
func (m *menu) window(p *kit.Page, c tui.Canvas, scroll *tui.Scroll) []string {
	lines := p.Lines()
	scroll.Window(lines, c.Height)
	scroll.Show(m.drawn)
	return scroll.Window(lines, c.Height)
}

// choice is the page with the profiles of this machine for whoever has none open.
type choice struct {
	deps  *Deps
	names []string
	menu  menu
}

func newChoice(deps *Deps) *choice {
	names := deps.Resolver.Config.Names()
	return &choice{deps: deps, names: names, menu: menu{count: len(names)}}
}

// Title implements tui.View.
func (h *choice) Title() string { return "Profiles" }

// Init implements tui.View.
func (h *choice) Init() tea.Cmd { return nil }

// Update implements tui.View.
func (h *choice) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements tui.View.
func (h *choice) Actions() []tui.Action {
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true, Long: "Open the profile under the cursor",
		Run: func() tea.Cmd { return tui.Push(Open(h.deps, h.names[h.menu.at])) }}
	return append([]tui.Action{open}, h.menu.actions()...)
}

// Draw implements tui.View.
func (h *choice) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	for i, name := range h.names {
		h.menu.line(p, c, i, name, tui.Plain)
	}
	return p.Lines()
}
