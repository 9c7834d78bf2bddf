// Package setup is where a guided setup begins: what can be made, which drafts wait, and which tunnels are on
// their way up.
package setup

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/kit"
)

// Module is the page.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"setup", "new"}, Help: "guided setup: create something, resume a draft, watch a tunnel come up",
		Open: func() tui.View { return NewPage(m.env) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// row is one thing to begin, or to go on with.
type row struct {
	rank             int // the order of the registry, then what is followed
	key, label, text string
	role             tui.Role
	open             func() tea.Cmd
}

// Page lists what can be made and what is under way.
type Page struct {
	env   *kit.Env
	table *table.Table[row]
}

// NewPage makes the page.
func NewPage(env *kit.Env) *Page {
	p := &Page{env: env}
	p.table = table.New([]table.Column[row]{
		{Key: "label", Title: "CREATE", Width: 15, Grow: 9, Text: func(r row, _ time.Time) string { return tui.Clean(r.label) },
			Compare: func(a, b row) int { return a.rank - b.rank }, Ranked: true, Role: func(row) tui.Role { return tui.Strong }},
		{Key: "text", Title: "DESCRIPTION", Width: 58, Grow: 112, Text: func(r row, _ time.Time) string { return tui.Clean(r.text) },
			Role: func(r row) tui.Role { return r.role }},
	}, func(r row) string { return r.key })
	p.take()
	return p
}

// Title implements tui.View.
func (p *Page) Title() string { return "Guided setup" }

// Init implements tui.View.
func (p *Page) Init() tea.Cmd {
	p.take()
	return nil
}

// Update implements tui.View: drafts and followed tunnels come and go while pages above this one are open.
func (p *Page) Update(tea.Msg) tea.Cmd {
	p.take()
	return nil
}

func (p *Page) take() {
	var rows []row
	for _, s := range p.env.Setups() {
		r := row{rank: len(rows), key: "new/" + s.Kind, label: s.Label, text: s.What, open: s.Begin}
		if d, ok := p.env.Drafts.Draft(s.Kind); ok {
			r.text, r.role = "draft of "+kit.DraftName(d)+", saved "+d.At.UTC().Format("2006-01-02 15:04 UTC"), tui.Pending
		}
		rows = append(rows, r)
	}
	for _, f := range p.env.Followed() {
		role := tui.Pending
		if f.Up {
			role = tui.Good
		}
		rows = append(rows, row{rank: len(rows), key: "follow/" + f.Name, label: f.Name, text: "bring-up: " + f.State, role: role,
			open: func() tea.Cmd { return tui.Push(f.Open()) }})
	}
	p.table.Set(rows)
}

// Actions implements tui.View.
func (p *Page) Actions() []tui.Action {
	begin := tui.Action{Name: "begin", Keys: []string{"enter", "n"}, Short: "start", Footer: true, Long: "Start or resume it"}
	r, ok := p.table.Selected()
	switch {
	case !ok:
		begin.Why = "there is nothing to begin"
	case p.env.NoWrites != "" && strings.HasPrefix(r.key, "new/"):
		begin.Why = p.env.NoWrites
	default:
		begin.Run = r.open
	}
	out := []tui.Action{begin}
	for _, a := range p.table.Actions() {
		if a.Move {
			out = append(out, a)
		}
	}
	return out
}

// about is what all setups have in common.
const about = "Each setup guides you step by step, checks what you type against the rules and the account, and shows the exact " +
	"request before anything is sent."

// Draw implements tui.View.
func (p *Page) Draw(c tui.Canvas) []string {
	head := append([]string{""}, tui.Paragraph(c, tui.Plain, about)...)
	head = append(head, "")
	c.Height = max(1, c.Height-len(head))
	return append(head, p.table.Draw(c)...)
}
