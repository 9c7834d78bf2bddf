package overview

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/events"
	"flarewire/views/interconnect"
	"flarewire/views/kit"
	"flarewire/views/tunnel"
)

// eventLines is how many of the last events are shown at the most, listRows how many rows of what is wrong
// go before them.
const (
	eventLines = 12
	listRows   = 8
)

// smallScreen is the height below which what is wrong and what it means has the room of blank lines, too.
const smallScreen = 26

// Draw implements tui.View.
func (p *page) Draw(c tui.Canvas) []string {
	snapshot := p.env.Feed.Last()
	p.held = c.Held || p.held && !c.Idle
	if c.Width >= wallWidth && c.Height >= wallHeight && !snapshot.Fetched().IsZero() {
		return p.drawWall(c, snapshot)
	}
	lines := p.head(c, snapshot)
	small := c.Height < smallScreen && len(p.worst) > 0
	// What is wrong has the room; of the events as many as are left over are shown.
	cause, sources := p.explained(c), p.sources(c, snapshot)
	spare := c.Height - len(lines) - len(cause) - len(sources) - min(len(p.worst), listRows) - 4
	happened := p.events(c, snapshot, max(1, min(eventLines, spare)))
	if !small {
		lines, happened = append(lines, ""), append(happened, "")
	}
	below := slices.Concat(cause, happened, sources)
	for _, less := range [][]string{slices.Concat(cause, sources), cause, trimmed(cause)} {
		if c.Height-len(lines)-len(below) < listLeast { // what is not drawn whole is not drawn
			below = less
		}
	}
	lines = append(lines, p.list(c, snapshot, c.Height-len(lines)-len(below))...)
	for len(lines) < c.Height-len(below) {
		lines = append(lines, "")
	}
	return append(lines, below...)
}

// trimmed are lines without a blank one at their end.
func trimmed(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}

// head is what stands above the list: the counts, and behind them the filter that is kept: rows that it hides must not be missed.
func (p *page) head(c tui.Canvas, s *store.Snapshot) []string {
	if p.table.Filter() == "" || p.table.Filtering() {
		return p.counts(c, s)
	}
	filter := "/" + tui.Clean(p.table.Filter())
	note := tui.Line{{Text: "   "}, {Text: tui.Fit(filter, min(tui.Width(filter), c.Width/3)), Role: tui.Accent},
		{Text: "  " + p.table.Count(), Role: tui.Muted}}
	less := c
	less.Width -= note.Width()
	lines := p.counts(less, s)
	lines[len(lines)-1] += note.Paint(c.Theme, c.Width)
	if len(lines) > 1 {
		lines[0] = p.counts(c, s)[0]
	}
	return lines
}

// counts are how many tunnels, and how many interconnects where there are any, are in which state.
func (p *page) counts(c tui.Canvas, s *store.Snapshot) []string {
	if s.Fetched().IsZero() {
		if s.Err() != nil {
			return []string{tui.Text(tui.Pending, " Nothing could be fetched yet; flarewire keeps trying. "+tui.KeyOf("refresh", "r")+
				" tries now.").Paint(c.Theme, c.Width)}
		}
		return []string{tui.Text(tui.Muted, " Asking Cloudflare…").Paint(c.Theme, c.Width)}
	}
	line := func(counts tui.Line) string {
		return append(tui.Line{{Text: " "}}, counts...).Whole(c.Width).Paint(c.Theme, c.Width)
	}
	lines := []string{line(tunnel.Summary(s.Tunnels, s.RowsMissing(), p.env.Feed.Diagnosis().StatusOutdated, c.Theme.Glyphs))}
	if len(s.Ports.Rows) == 0 {
		return lines
	}
	states := make([]store.PortState, len(s.Ports.Rows))
	for i, port := range s.Ports.Rows {
		states[i] = port.State
	}
	return append(lines, line(interconnect.Summary(states, c.Theme.Glyphs)))
}

// list is what is wrong; without anything it says what that rests on.
func (p *page) list(c tui.Canvas, s *store.Snapshot, room int) []string {
	c.Height = max(room, listLeast)
	switch {
	case p.table.Shown() > 0:
		return p.beside(c, p.rows(narrow(c, c.Width-besideWidth(c.Width))))
	case p.table.Filter() != "":
		return tui.Paragraph(c, tui.Muted, "No row matches "+p.table.Filter()+". esc clears the filter.")
	case s.Fetched().IsZero():
		return nil
	case s.Err() != nil:
		return tui.Paragraph(c, tui.Pending, "Nothing was wrong in the data that is shown, but it is old: see below.")
	}
	return tui.Paragraph(c, tui.Good, c.Theme.Glyphs.Up+" Nothing is wrong that flarewire can see in the data below.")
}

// rows are the rows that there is room for, with a line that says how many there are besides.
func (p *page) rows(c tui.Canvas) []string {
	more := p.table.Shown() > c.Height-1
	if more {
		c.Height-- // the line that says so must not cover a row, least of all the one under the cursor
	}
	rows := p.table.Draw(c)
	if more {
		rows = append(rows, c.Theme.Paint(tui.Muted, "   "+p.hidden()))
	}
	return rows
}

// hidden counts the rows that there is no room for, and says where they are: what is above is worse.
func (p *page) hidden() string {
	first, last := p.table.Window()
	above, below := first-1, p.table.Shown()-last
	muted := 0
	for _, t := range p.worst {
		if t.IsMuted() {
			muted++
		}
	}
	switch {
	case above == 0 && muted > 0:
		return fmt.Sprintf("%d more below (%d muted)", below, min(muted, below))
	case above == 0:
		return fmt.Sprintf("%d more below", below)
	case below == 0:
		return fmt.Sprintf("%d above", above)
	}
	return fmt.Sprintf("%d above, %d more below", above, below)
}

func (p *page) events(c tui.Canvas, s *store.Snapshot, most int) []string {
	const title = " RECENT EVENTS (UTC)"
	happened := events.Lately(s.Events, most)
	if len(happened) == 0 {
		return []string{c.Theme.Paint(tui.Muted, title+"   none since monitoring began at "+s.Started.UTC().Format("15:04:05"))}
	}
	var lines []tui.Line
	for _, e := range happened {
		text, role := events.Text(e)
		lines = append(lines, tui.Line{{Text: "   " + e.At.UTC().Format("15:04:05") + "  ", Role: tui.Muted},
			{Text: tui.Fit(tui.Clean(e.Name), 20) + " "}, {Text: text, Role: role}})
	}
	if first := append(tui.Text(tui.Muted, title), lines[0]...); most == 1 && first.Width() <= c.Width {
		return []string{first.Paint(c.Theme, c.Width)}
	}
	out := []string{c.Theme.Paint(tui.Muted, title)}
	for _, line := range lines {
		out = append(out, line.Paint(c.Theme, c.Width))
	}
	return out
}

// dataAge begins the line of what the page rests on.
const dataAge = "   Data age:"

// sourceAge is how old one source is, or why it is not known.
type sourceAge struct {
	name, text string
	role       tui.Role
}

// ages is the line, or the lines, of what the page rests on: each source with its age, or, where that does not fit, those of one age
// together.
func ages(c tui.Canvas, of []sourceAge) []string {
	line := tui.Text(tui.Muted, dataAge)
	for _, s := range of {
		line = append(line, tui.Span{Text: "  " + s.name + " ", Role: tui.Muted}, tui.Span{Text: s.text, Role: s.role})
	}
	if line.Width() <= c.Width {
		return []string{line.Paint(c.Theme, c.Width)}
	}
	lines := []tui.Line{tui.Text(tui.Muted, dataAge)}
	for i, s := range of {
		if slices.ContainsFunc(of[:i], func(other sourceAge) bool { return other.text == s.text }) {
			continue
		}
		var names []string
		for _, other := range of[i:] {
			if other.text == s.text {
				names = append(names, other.name)
			}
		}
		group := tui.Line{{Text: " " + strings.Join(names, ", ") + " ", Role: tui.Muted}, {Text: s.text, Role: s.role}}
		last := len(lines) - 1
		switch first := len(lines[last]) == 1; {
		case first:
			lines[last] = append(lines[last], group...)
		case lines[last].Width()+1+group.Width() <= c.Width:
			lines[last] = append(append(lines[last], tui.Span{Text: ";", Role: tui.Muted}), group...)
		default:
			lines = append(lines, append(tui.Text(tui.Muted, "  "), group...))
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Paint(c.Theme, c.Width)
	}
	return out
}

// sources tells the age of everything the page rests on, and what is not known and why.
func (p *page) sources(c tui.Canvas, s *store.Snapshot) []string {
	var all []sourceAge
	var why reasons
	add := func(name string, fetched time.Time, every time.Duration, err error) {
		role, text := tui.Good, strings.Replace(c.AgeOf(fetched, every), "now", "0s", 1)
		switch {
		case err != nil && fetched.IsZero():
			role, text = tui.Bad, "not known"
		case err != nil:
			role, text = tui.Pending, "stale "+strings.Replace(tui.AgeSince(fetched, c.Now), "now", "<5s", 1)
		case fetched.IsZero():
			role, text = tui.Muted, "waiting"
		}
		all = append(all, sourceAge{name, text, role})
		if err != nil {
			why.add(name, kit.ErrorText(err))
		}
	}
	for _, src := range rests {
		e := oldest(s, src.kinds)
		if src.kinds[0] == store.GRETunnels || src.kinds[0] == store.IPsecTunnels {
			e.Every = s.Next
		}
		add(src.name, e.Fetched, e.Every, e.Err)
	}
	out := ages(c, all)
	for _, text := range notRead(s) {
		out = append(out, tui.Text(tui.Muted, "   "+text).Paint(c.Theme, c.Width))
	}
	// What stands above the footer already is not said twice.
	for _, text := range why.but(p.Status().Err) {
		out = append(out, tui.Text(tui.Bad, "   "+tui.Clean(text)).Paint(c.Theme, c.Width))
	}
	return out
}

// rests are what the page rests on, with the lists behind each name.
var rests = []struct {
	name  string
	kinds []store.Kind
}{
	{"GRE", []store.Kind{store.GRETunnels}}, {"IPsec", []store.Kind{store.IPsecTunnels}}, {"health", []store.Kind{store.TunnelHealth}},
	{"traffic", []store.Kind{store.TunnelTraffic}}, {"routes", []store.Kind{store.Routes}}, {"prefixes", []store.Kind{store.Prefixes}},
	{"CNI", []store.Kind{store.Ports, store.Links}},
}

// oldest is the entry of several lists together: as old as the oldest, in trouble when one is.
func oldest(s *store.Snapshot, kinds []store.Kind) store.Entry {
	all := s.Entry(kinds[0])
	for _, k := range kinds[1:] {
		e := s.Entry(k)
		if e.Fetched.Before(all.Fetched) {
			all.Fetched = e.Fetched
		}
		if all.Err == nil {
			all.Err = e.Err
		}
	}
	if kinds[0] == store.Prefixes && all.Err == nil { // what lies below them is read in turns, so that its age says little
		for _, k := range []store.Kind{store.BGPPrefixes, store.Bindings} {
			if e := s.Entry(k); e.Failures > 0 && all.Err == nil {
				all.Err = e.Err
			}
		}
	}
	return all
}

// notRead says of how many prefixes and interconnects something was not read yet: nothing is claimed about that.
func notRead(s *store.Snapshot) []string {
	var out []string
	for _, k := range []store.Kind{store.BGPPrefixes, store.Bindings, store.PortStates} {
		if unread, all := s.Unread(k); unread > 0 {
			out = append(out, fmt.Sprintf("%s: not read yet (%d of %d)", k.Plural(), unread, all))
		}
	}
	return out
}

// reasons are why sources are not known, each reason once with all that it is true of: a network that is down
// must not take the room of what is wrong.
type reasons struct {
	texts []string
	names map[string][]string
}

func (r *reasons) add(name, why string) {
	if r.names == nil {
		r.names = map[string][]string{}
	}
	if len(r.names[why]) == 0 {
		r.texts = append(r.texts, why)
	}
	r.names[why] = append(r.names[why], name)
}

// maxReasons bounds the lines.
const maxReasons = 3

// but gives a line for each reason that is not the given one.
func (r *reasons) but(known string) []string {
	var out []string
	for _, why := range r.texts {
		if why != known {
			out = append(out, strings.Join(r.names[why], ", ")+": "+why)
		}
	}
	if n := len(out); n > maxReasons {
		out = append(out[:maxReasons-1], fmt.Sprintf("and %d more reasons", n-maxReasons+1))
	}
	return out
}
