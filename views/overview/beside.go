package overview

import (
	"fmt"

	"flarewire/internal/store"
	"flarewire/tui"
)

// The widths of what stands beside the list.
const (
	besideFrom  = 120 // so wide must the screen be for it
	listWidth   = 80  // what the list needs
	besideMost  = 60
	besideSpace = 2
)

// besideWidth is how much of a screen's width is for what stands beside the list; 0: nothing does.
func besideWidth(width int) int {
	if width < besideFrom {
		return 0
	}
	return min(width-listWidth, besideMost+besideSpace)
}

// beside puts the members of the row under the cursor, or the locations that see it, beside the list.
func (p *page) beside(c tui.Canvas, rows []string) []string {
	width := besideWidth(c.Width)
	row, ok := p.table.Selected()
	if width == 0 || !ok {
		return rows
	}
	title, lines := p.companions(row, width-besideSpace)
	if len(lines) == 0 {
		return rows
	}
	if most := c.Height - 1; len(lines) > most {
		n := len(lines) - most + 1
		lines = append(lines[:most-1:most-1], tui.Text(tui.Muted, fmt.Sprintf("and %d more: enter shows all", n)))
	}
	lines = append([]tui.Line{tui.Text(tui.Muted, title)}, lines...)
	out := make([]string, max(len(rows), len(lines)))
	for i := range out {
		if i < len(rows) {
			out[i] = rows[i]
		}
		if i < len(lines) {
			out[i] += tui.Spaces(c.Width-width+besideSpace-tui.Width(out[i])) + lines[i].Paint(c.Theme, width-besideSpace)
		}
	}
	return out
}

// companions are the members of an incident, the locations of a tunnel where they are known, else the destinations behind it.
func (p *page) companions(row trouble, width int) (title string, lines []tui.Line) {
	if row.Several() {
		for _, d := range row.Diagnoses {
			lines = append(lines, tui.Line{{Text: tui.Fit(tui.Clean(d.Subject.Name), nameWidth) + " ", Role: tui.Strong},
				p.stateOf(d.Subject)})
		}
		return fmt.Sprintf("MEMBERS (%d)", len(lines)), lines
	}
	if colos := p.env.Feed.InsightOf(row.Members[0].Name).Colos; len(colos) > 0 {
		for _, colo := range colos {
			lines = append(lines, locationLine(colo))
		}
		return fmt.Sprintf("LOCATIONS (%d)", len(lines)), lines
	}
	for _, text := range row.Affected {
		for i, part := range tui.Wrap(tui.Clean(text), width-1) {
			lines = append(lines, tui.Text(tui.Plain, tui.Spaces(min(i, 1))+part))
		}
	}
	return fmt.Sprintf("DESTINATIONS (%d)", len(row.Affected)), lines
}

// nameWidth is how much of a line the name of a member takes.
const nameWidth = 20

// locationLine is how one of Cloudflare's data centers sees the tunnel.
func locationLine(colo store.Colo) tui.Line {
	role, word := tui.Muted, "not known"
	switch state := colo.State(); state {
	case store.Healthy:
		role, word = tui.Good, string(state)
	case store.Degraded:
		role, word = tui.Pending, string(state)
	case store.HealthDown:
		role, word = tui.Bad, string(state)
	}
	line := tui.Line{{Text: tui.Fit(tui.Clean(colo.Name), nameWidth) + " ", Role: tui.Strong}, {Text: tui.Fit(word, 10), Role: role}}
	if colo.Idle() {
		line = append(line, tui.Span{Text: "no traffic", Role: tui.Muted})
	}
	return line
}
