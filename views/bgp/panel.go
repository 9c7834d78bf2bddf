package bgp

import (
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Panel is the grid of all sessions as a part of another page: without a cursor.
type Panel struct {
	page  *page
	taken *store.Snapshot
}

// NewPanel makes the panel.
func NewPanel(env *kit.Env) *Panel {
	p := &page{env: env, columns: 1, rows: 1, still: true}
	return &Panel{page: p}
}

// Rows is how many lines the panel would take at some width in its largest form, its title included.
func (p *Panel) Rows(width int) int {
	p.take()
	columns := max(1, width/cardWidth)
	return 1 + (len(p.page.cards)+columns-1)/columns*cardHeight
}

// Draw draws it in the largest form that has room for all sessions.
func (p *Panel) Draw(c tui.Canvas) []string {
	p.take()
	return p.page.Draw(c)
}

// take takes what is new: once for each state of the data.
func (p *Panel) take() {
	if now := p.page.env.Feed.Last(); now != p.taken {
		p.taken = now
		p.page.take()
		p.page.sort() // nobody is at its keys, and the worst are to stand first
	}
}
