package overview

import (
	"fmt"

	"flarewire/internal/diagnose"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/bgp"
	"flarewire/views/location"
	"flarewire/views/where"
)

// From this size on (a screen of 160x45) the overview is something for a wall: what is wrong and its cause, destinations and locations
// beside
// it, below them every session, and the events.
const (
	wallWidth, wallHeight = 160, 42
	// wallBeside is the share of the width for destinations and locations, in hundredths.
	wallBeside = 42
	// From wallApart on, what is wrong stands beside what it means, and destinations beside locations: each has the height of them all.
	// Destinations and locations then have what their lines need.
	wallApart, destinationsWidth, locationsWidth = 296, 62, 68
	// wallUpper is the share of the height for what is wrong, eventsLeast how many lines the events have at least.
	wallUpper, eventsLeast, eventsMost = 56, 2, eventLines + 2
)

// wall is what the large overview shows besides the incidents.
type wall struct {
	around
	sessions *bgp.Panel
}

// around is what stands beside the incidents: made with them, in the background.
type around struct {
	destinations []diagnose.Destination // the worst first
	locations    []diagnose.LocationView
}

func aroundOf(a *diagnose.Account) around {
	seen := a.Locations()
	sorting.Sort(seen, func(x, y diagnose.LocationView) int { return x.Worst(y) })
	return around{a.Table().All(), seen}
}

// drawWall draws the whole screen. Its parts have their places by the size of the screen and the number of sessions: nothing moves
// because one
// row more is wrong.
func (p *page) drawWall(c tui.Canvas, s *store.Snapshot) []string {
	head, sources := p.head(c, s), p.sources(c, s)
	room := c.Height - len(head) - len(sources) - 3 // a blank line before each part
	wanted := p.wall.sessions.Rows(c.Width)
	upper := max(room*wallUpper/100, room-wanted-eventsMost)
	sessions := min(wanted, room-upper-eventsLeast)
	lines := append(head, "")
	lines = append(lines, p.upper(c, s, upper)...)
	lines = append(lines, "")
	c.Height = sessions
	lines = append(lines, fixed(p.wall.sessions.Draw(c), sessions)...)
	lines = append(lines, "")
	left := room - upper - sessions
	lines = append(lines, fixed(p.events(c, s, max(1, left-1)), left)...)
	return append(lines, sources...)
}

func narrow(c tui.Canvas, width int) tui.Canvas {
	c.Width = width
	return c
}

// fixed is exactly so many lines.
func fixed(lines []string, n int) []string {
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines[:n]
}

// upper is what is wrong with its cause, and destinations and locations beside it.
func (p *page) upper(c tui.Canvas, s *store.Snapshot, height int) []string {
	right := c.Width * wallBeside / 100
	if c.Width >= wallApart {
		right = destinationsWidth + locationsWidth + 2*besideSpace
	}
	left := narrow(c, c.Width-right)
	beside := p.around(narrow(c, right-besideSpace), height)
	if c.Width < wallApart {
		cause := p.explained(left)
		list := append(p.wrong(left, s, max(4, height-len(cause))), cause...)
		return together(append(list, p.others(left, height-len(list))...), beside, c.Width-right+besideSpace, height)
	}
	rows := narrow(left, left.Width/2)
	means := narrow(left, left.Width-rows.Width-besideSpace)
	text := p.explained(means)
	text = append(text, p.others(means, height-len(text))...)
	return together(together(p.wrong(rows, s, height), text, rows.Width+besideSpace, height), beside, c.Width-right+besideSpace, height)
}

// wrong is what is wrong, in so many lines at the most.
func (p *page) wrong(c tui.Canvas, s *store.Snapshot, height int) []string {
	c.Height = height
	var list []string
	if p.table.Shown() > 0 {
		list = p.rows(c)
	} else {
		list = p.list(c, s, height)
	}
	return list[:min(len(list), height)]
}

// together are lines with others beside them from a column on, exactly so many.
func together(left, right []string, column, height int) []string {
	left, right = fixed(left, height), fixed(right, height)
	for i := range left {
		if right[i] != "" {
			left[i] += tui.Spaces(column-tui.Width(left[i])) + right[i]
		}
	}
	return left
}

// others are what the rows mean that the cursor is not on, the worst first, as many as there is room for whole.
func (p *page) others(c tui.Canvas, room int) []string {
	at, _ := p.table.Selected()
	c.Height = 0 // each is short
	var out []string
	for _, row := range p.worst {
		if row.ID == at.ID {
			continue
		}
		text := row.explained(c)
		text[0] = c.Theme.Paint(tui.Muted, "   "+tui.Clean(row.name()))
		if len(out)+len(text) > room {
			break
		}
		out = append(out, text...)
	}
	return out
}

// around draws destinations and locations; one below the other each has at least half of the room if it needs it.
func (p *page) around(c tui.Canvas, height int) []string {
	if c.Width >= destinationsWidth+besideSpace+locationsWidth {
		return together(p.destinations(narrow(c, destinationsWidth), height-1), p.locations(narrow(c, locationsWidth), height),
			destinationsWidth+besideSpace, height)
	}
	room := height - 3
	out := p.destinations(c, max(room/2, room-len(p.wall.locations)))
	return append(append(out, ""), p.locations(c, height-len(out)-1)...)
}

// destinations are at most so many of them under their title.
func (p *page) destinations(c tui.Canvas, most int) []string {
	n := len(p.wall.destinations)
	out := []string{c.Theme.Paint(tui.Muted, fmt.Sprintf("DESTINATIONS (%d), worst first   :where", n))}
	return append(out, someOf(c, n, most, func(i int) tui.Line { return where.Line(p.wall.destinations[i], c.Theme.Glyphs) })...)
}

// locations are as many of them as there are lines for, with their title.
func (p *page) locations(c tui.Canvas, height int) []string {
	n := len(p.wall.locations)
	title := fmt.Sprintf("LOCATIONS (%d)   :locations", n)
	if fetched := p.env.Feed.Last().Entry(store.LocationHealth).Fetched; !fetched.IsZero() {
		title += "   as of " + fetched.UTC().Format("15:04") + " UTC"
	}
	out := []string{c.Theme.Paint(tui.Muted, title)}
	if n == 0 {
		return append(out, tui.Text(tui.Muted, "not known").Paint(c.Theme, c.Width))
	}
	return append(out, someOf(c, n, height-1, func(i int) tui.Line { return location.Line(p.wall.locations[i], c.Theme.Glyphs) })...)
}

// someOf draws as many lines as there is room for, the last of them saying how many are not shown.
func someOf(c tui.Canvas, n, room int, line func(int) tui.Line) []string {
	shown := n
	if n > room {
		shown = max(0, room-1)
	}
	var out []string
	for i := range shown {
		out = append(out, line(i).Paint(c.Theme, c.Width))
	}
	if shown < n {
		out = append(out, c.Theme.Paint(tui.Muted, fmt.Sprintf("%d more", n-shown)))
	}
	return out
}
