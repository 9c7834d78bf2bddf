package overview

import (
	"slices"
	"strings"
	"time"

	"flarewire/tui"
)

// spokenEvents is how many of the last events are read out; :events has all of them.
const spokenEvents = 4

// Waiting implements tui.Waiter.
func (p *page) Waiting() bool {
	return p.reading && len(p.worst) == 0 && !p.env.Feed.Freshness().Updated.IsZero()
}

// Tell implements tui.Speaker.
func (p *page) Tell(now time.Time) tui.Telling {
	if p.Waiting() {
		return tui.Telling{Above: []string{"Reading what the data means."}}
	}
	c := tui.Boundless(now)
	s := p.env.Feed.Last()
	out := tui.Telling{Rows: p.table.Words(now, trouble.name), Current: p.table.Cursor()}
	for _, l := range p.counts(c, s) {
		out.Above = append(out.Above, spaced(l))
	}
	if len(out.Rows) > 0 {
		out.Above = append(out.Above, "", "What is wrong, worst first. The row's own page says why and what to do.")
	} else {
		out.Above = append(out.Above, p.list(c, s, 0)...)
	}
	for _, l := range slices.Concat(p.events(c, s, spokenEvents), p.sources(c, s)) {
		out.Below = append(out.Below, spaced(l))
	}
	return out
}

// spaced is a line whose parts stand apart by room, told apart by commas instead.
func spaced(line string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimSpace(line), "  ") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return tui.Spoken(parts)
}

// Choose implements tui.RowSelector.
func (p *page) Choose(id string) bool { return p.table.Select(id) }
