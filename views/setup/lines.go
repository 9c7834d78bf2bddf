package setup

import (
	"time"

	"flarewire/tui"
)

// Tell implements tui.Speaker.
func (p *Page) Tell(now time.Time) tui.Telling {
	out := tui.Telling{Above: []string{about}, Rows: p.table.Words(now, func(r row) string { return r.label }), Current: p.table.Cursor()}
	for _, r := range out.Rows {
		for i := range r.Words {
			r.Words[i].Name = "" // what it is speaks for itself
		}
	}
	return out
}

// Choose implements tui.RowSelector.
func (p *Page) Choose(id string) bool { return p.table.Select(id) }
