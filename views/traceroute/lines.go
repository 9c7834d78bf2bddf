package traceroute

import (
	"slices"
	"strings"
	"time"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Waiting implements tui.Waiter.
func (a *asking) Waiting() bool { return true }

// Waiting implements tui.Waiter.
func (p *page) Waiting() bool { return p.run.ended.IsZero() }

// Tell implements tui.Speaker: the locations are rows, and what each of them found stands on its own page. While
// there are none, the page is as it is drawn.
func (p *page) Tell(now time.Time) tui.Telling {
	if p.run.ended.IsZero() || p.run.err != nil || len(p.run.places) == 0 {
		return tui.Telling{Above: p.Draw(tui.Boundless(now))}
	}
	out := p.List.Tell(now)
	asked := kit.NewPage(tui.Boundless(now))
	p.question(asked)
	for i, line := range asked.Lines() {
		out.Above = slices.Insert(out.Above, i, strings.TrimSpace(line))
	}
	if at, ok := resource.Selected[*place](p.List); ok {
		text, _ := at.means()
		out.Below = []string{at.Colo.Name + ": " + text}
	}
	return out
}
