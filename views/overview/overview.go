// Package overview is the first page: what is wrong, worst first, with its likely cause; then the
// counts, the last events, and the age of every source.
package overview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/events"
	"flarewire/views/interconnect"
	"flarewire/views/kit"
	"flarewire/views/setup"
	"flarewire/views/timeline"
	"flarewire/views/tunnel"
)

// Module is the overview.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// Destinations implements kit.Module.
func (m *Module) Destinations() []tui.Destination {
	return []tui.Destination{{Names: []string{"overview", "home"}, Help: "what is wrong, worst first",
		Open: func() tui.View { return newPage(m.env) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// trouble is one line of the list: an incident.
type trouble struct {
	diagnose.Incident
	rank  int // worst first, as the diagnosis has it
	state string
	role  tui.Role
	since string
}

// page is the overview's page.
type page struct {
	env     *kit.Env
	table   *table.Table[trouble]
	worst   []trouble
	reading bool // a diagnosis is being made
	stale   bool // and the data has changed since it began
}

// diagnosedMsg brings what was found.
type diagnosedMsg struct {
	page  *page
	found []diagnose.Incident
}

func newPage(env *kit.Env) *page {
	p := &page{env: env}
	p.table = table.New(p.columns(), p.key)
	p.table.StickToTop() // what is worst must be seen, also when it comes later
	return p
}

// Title implements tui.View.
func (p *page) Title() string { return "Overview" }

// Init implements tui.View.
func (p *page) Init() tea.Cmd {
	return p.diagnose()
}

// Needs names what the page rests on.
func (p *page) Needs() []string { return store.Needs(store.Of(store.Overview()...)...) }

// Status implements tui.StatusReporter.
func (p *page) Status() tui.Status { return p.env.Feed.Freshness() }

// Update implements tui.View.
func (p *page) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(diagnosedMsg); ok && m.page == p {
		p.reading = false
		p.take(m.found)
		if p.stale {
			return p.diagnose()
		}
		return nil
	}
	if p.env.Feed.Brings(msg) {
		return p.diagnose()
	}
	return nil
}

// diagnose reads the newest data in the background: with thousands of tunnels it takes a moment.
func (p *page) diagnose() tea.Cmd {
	if p.reading {
		p.stale = true
		return nil
	}
	p.reading, p.stale = true, false
	account := p.env.Feed.Diagnosis()
	return func() tea.Msg { return diagnosedMsg{p, account.Incidents()} }
}

func (p *page) take(found []diagnose.Incident) {
	snapshot := p.env.Feed.Last()
	byID := map[string]store.Tunnel{}
	for _, t := range snapshot.Tunnels {
		byID[t.ID] = t
	}
	ports := map[string]store.PortState{}
	for _, port := range snapshot.Ports.Rows {
		ports[port.Name] = port.State
	}
	p.worst = make([]trouble, len(found))
	for i, d := range found {
		p.worst[i] = trouble{Incident: d, rank: i, state: impact(d.Severity, p.env.Glyphs), role: roleOf(d.Severity),
			since: tui.AgeSince(d.Since, p.env.Now())}
		if d.Several() {
			continue
		}
		if t, ok := byID[d.Members[0].ID]; ok {
			p.worst[i].state, p.worst[i].role = tunnel.StateText(t, p.env.Glyphs)
			if d.Since.IsZero() {
				p.worst[i].since = tunnel.Since(t, p.env.Now())
			}
		}
		if state, ok := ports[d.Members[0].Name]; ok && d.Members[0].Resource == store.Ports {
			p.worst[i].state, p.worst[i].role = interconnect.StateText(state, p.env.Glyphs)
		}
	}
	// When what was looked at is no longer wrong, the cursor goes to what is worst, and not to a chance neighbour.
	if at := p.table.Cursor(); !slices.ContainsFunc(p.worst, func(t trouble) bool { return p.key(t) == at }) {
		p.table.StickToTop()
	}
	p.table.Set(p.worst)
}

// key tells a row from the others.
func (p *page) key(t trouble) string { return t.ID }

// idOf is the id of an object, or its name when it has none: a gap between routes has not.
func idOf(s diagnose.Subject) string { return cmp.Or(s.ID, s.Name) }

// name is what the row is of: an object, or how many.
func (t trouble) name() string {
	if t.Several() {
		return fmt.Sprintf("%d tunnels", t.Tunnels())
	}
	return t.Members[0].Name
}

// impact is how bad it is in a word, with the glyph that goes with it.
func impact(i diagnose.Impact, g tui.Glyphs) string {
	word := strings.ToUpper(i.Word()[:1]) + i.Word()[1:]
	if i == diagnose.Outage {
		return g.Down + " " + word
	}
	return g.Pending + " " + word
}

func roleOf(i diagnose.Impact) tui.Role {
	if i == diagnose.Outage {
		return tui.Bad
	}
	return tui.Pending
}

func (p *page) columns() []table.Column[trouble] {
	text := func(get func(trouble) string) func(trouble, time.Time) string {
		return func(t trouble, _ time.Time) string { return tui.Clean(get(t)) }
	}
	rank := func(a, b trouble) int { return cmp.Compare(a.rank, b.rank) }
	return []table.Column[trouble]{
		{Key: "name", Title: "WORST FIRST", Width: 18, Text: text(trouble.name), Compare: rank,
			Role: func(trouble) tui.Role { return tui.Strong }},
		{Key: "state", Title: "STATE", Width: 14, Text: text(func(t trouble) string { return t.state }),
			Role: func(t trouble) tui.Role { return t.role }},
		{Key: "since", Title: "SINCE", Width: 5, Right: true, Text: text(func(t trouble) string { return t.since })},
		{Key: "cause", Title: "LIKELY CAUSE", Width: 30, Grow: 120, Text: text(func(t trouble) string {
			return t.headline()
		})},
	}
}

// headline are the words first that tell it from others: of several what they have in common, of one its cause and what is left
// for whom.
func (t trouble) headline() string {
	switch _, common, _ := strings.Cut(t.Title, ": "); {
	case t.Several() && common != "":
		return strings.ToUpper(common[:1]) + common[1:]
	case len(t.Affected) > 0:
		return t.Title + ": " + t.Affected[0]
	}
	return t.Title + ": " + t.Text
}

// Actions implements tui.View.
func (p *page) Actions() []tui.Action {
	row, ok := p.table.Selected()
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true, Long: "Why it is so and what to do"}
	if !ok {
		open.Why = "nothing is wrong that flarewire can see"
	} else if row.Several() {
		open.Long = "The tunnels of this incident, each with its finding"
		open.Run = func() tea.Cmd { return tui.Push(newIncident(p.env, row.Incident)) }
	} else if view := p.env.Open(row.Members[0].Resource, idOf(row.Members[0])); view == nil {
		open.Why = "there is no page for it"
	} else {
		open.Run = func() tea.Cmd { return tui.Push(view) }
	}
	out := []tui.Action{open,
		{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Long: "Refresh now", Run: p.env.Feed.Refresh},
		{Name: "new", Keys: []string{"n"}, Short: "new", Footer: true, Long: "Guided setup: a tunnel, a CNI, a service binding, a static route",
			Run: func() tea.Cmd { return tui.Push(setup.NewPage(p.env)) }},
		{Name: "events", Keys: []string{"E"}, Short: "events", Footer: true, Long: "What happened, newest first, also in earlier runs",
			Run: func() tea.Cmd { return tui.Push(events.NewPage(p.env)) }},
		p.muteAction(row, ok), timeline.Action(p.env, row.Incident, ok), kit.BundleAction(p.env)}
	for _, a := range p.table.Actions() {
		if a.Move {
			out = append(out, a)
		}
	}
	return out
}

// eventLines is how many of the last events are shown at the most, listRows how many rows of what is wrong
// go before them.
const (
	eventLines = 12
	listRows   = 8
)

// Draw implements tui.View.
func (p *page) Draw(c tui.Canvas) []string {
	snapshot := p.env.Feed.Last()
	lines := p.counts(c, snapshot)
	// What is wrong has the room; of the events as many as are left over are shown.
	cause, sources := p.cause(c), p.sources(c, snapshot)
	spare := c.Height - len(lines) - len(cause) - len(sources) - min(len(p.worst), listRows) - 4
	below := slices.Concat(cause, p.events(c, snapshot, max(1, min(eventLines, spare))), sources)
	room := c.Height - len(lines) - len(below) - 1
	lines = append(lines, "")
	lines = append(lines, p.list(c, snapshot, room)...)
	for len(lines) < c.Height-len(below) {
		lines = append(lines, "")
	}
	return append(lines, below...)
}

// counts are how many tunnels, and how many interconnects where there are any, are in which state.
func (p *page) counts(c tui.Canvas, s *store.Snapshot) []string {
	if s.Fetched().IsZero() {
		if s.Err() != nil {
			return []string{tui.Text(tui.Pending, " Nothing could be fetched yet; flarewire keeps trying. r tries now.").Paint(c.Theme, c.Width)}
		}
		return []string{tui.Text(tui.Muted, " Asking Cloudflare…").Paint(c.Theme, c.Width)}
	}
	line := tui.Line{{Text: " "}}
	lines := []string{append(line, tunnel.Summary(s.Tunnels, s.RowsMissing(), c.Theme.Glyphs)...).Whole(c.Width).Paint(c.Theme, c.Width)}
	if len(s.Ports.Rows) == 0 {
		return lines
	}
	states := make([]store.PortState, len(s.Ports.Rows))
	for i, port := range s.Ports.Rows {
		states[i] = port.State
	}
	return append(lines, append(line, interconnect.Summary(states, c.Theme.Glyphs)...).Paint(c.Theme, c.Width))
}

// list is what is wrong; without anything it says what that rests on.
func (p *page) list(c tui.Canvas, s *store.Snapshot, room int) []string {
	if len(p.worst) > 0 {
		c.Height = max(room, 4)
		more := len(p.worst) > c.Height-1
		if more {
			c.Height-- // the line that says so must not cover a row, least of all the one under the cursor
		}
		rows := p.table.Draw(c)
		if more {
			rows = append(rows, c.Theme.Paint(tui.Muted, "   "+p.hidden()))
		}
		return rows
	}
	switch {
	case s.Fetched().IsZero():
		return nil
	case s.Err() != nil:
		return tui.Paragraph(c, tui.Pending, "Nothing was wrong in the data that is shown, but it is old: see below.")
	}
	return tui.Paragraph(c, tui.Good, c.Theme.Glyphs.Up+" Nothing is wrong that flarewire can see in the data below.")
}

// hidden counts the rows that there is no room for, and says where they are: what is above is worse.
func (p *page) hidden() string {
	first, last := p.table.Window()
	above, below := first-1, len(p.worst)-last
	switch {
	case above == 0:
		return fmt.Sprintf("%d more below", below)
	case below == 0:
		return fmt.Sprintf("%d above", above)
	}
	return fmt.Sprintf("%d above, %d more below", above, below)
}

// cause is the whole reading of the row under the cursor, and what to do: the column cuts it.
func (p *page) cause(c tui.Canvas) []string {
	row, ok := p.table.Selected()
	if !ok {
		return nil
	}
	var out []string
	if row.Several() {
		out = tui.Paragraph(c, tui.Strong, tui.Clean(row.Title)+".")
	}
	if n := len(row.Affected); n > 0 {
		text := row.Affected[0]
		if n > 1 {
			text += fmt.Sprintf("; and %d more", n-1)
		}
		out = append(out, tui.Paragraph(c, roleOf(row.Severity), text)...)
	}
	out = append(out, tui.Paragraph(c, tui.Strong, row.Says())...)
	if row.Next != "" {
		out = append(out, tui.Paragraph(c, tui.Plain, row.Next)...)
	}
	if most := max(causeLines, c.Height/4); len(out) > most {
		out = append(out[:most-1], c.Theme.Paint(tui.Muted, "   "+tui.Ellipsis+" enter shows all of it"))
	}
	return append(append([]string{""}, out...), "")
}

// causeLines bounds the reading below the list on a small screen.
const causeLines = 5

func (p *page) events(c tui.Canvas, s *store.Snapshot, most int) []string {
	out := []string{c.Theme.Paint(tui.Muted, " RECENT EVENTS (UTC)")}
	happened := events.Lately(s.Events, most)
	for _, e := range happened {
		text, role := events.Text(e)
		line := tui.Line{{Text: "   " + e.At.UTC().Format("15:04:05") + "  ", Role: tui.Muted},
			{Text: tui.Fit(tui.Clean(e.Name), 20) + " "}, {Text: text, Role: role}}
		out = append(out, line.Paint(c.Theme, c.Width))
	}
	if len(happened) == 0 {
		out = append(out, c.Theme.Paint(tui.Muted, "   none since "+s.Started.UTC().Format("15:04:05")))
	}
	return append(out, "")
}

// sources tells the age of everything the page rests on, and what is not known and why.
func (p *page) sources(c tui.Canvas, s *store.Snapshot) []string {
	var lines []tui.Line
	var why reasons
	add := func(name string, fetched time.Time, every time.Duration, err error) {
		role, text := tui.Good, c.AgeOf(fetched, every)
		switch {
		case err != nil && fetched.IsZero():
			role, text = tui.Bad, "not known"
		case err != nil:
			role, text = tui.Pending, "stale "+strings.Replace(tui.AgeSince(fetched, c.Now), "now", "<5s", 1)
		case fetched.IsZero():
			role, text = tui.Muted, "waiting"
		}
		entry := tui.Line{{Text: "   " + name + " ", Role: tui.Muted}, {Text: text, Role: role}}
		if n := len(lines); n > 0 && lines[n-1].Width()+entry.Width() <= c.Width {
			lines[n-1] = append(lines[n-1], entry...)
		} else {
			lines = append(lines, entry)
		}
		if err != nil {
			why.add(name, kit.Sentence(err))
		}
	}
	for _, src := range rests {
		e := oldest(s, src.kinds)
		if src.kinds[0] == store.GRETunnels || src.kinds[0] == store.IPsecTunnels {
			e.Every = s.Next
		}
		add(src.name, e.Fetched, e.Every, e.Err)
	}
	var out []string
	for _, line := range lines {
		out = append(out, line.Paint(c.Theme, c.Width))
	}
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
	{"GRE", []store.Kind{store.GRETunnels}}, {"IPsec", []store.Kind{store.IPsecTunnels}}, {"health", []store.Kind{store.HealthChecks}},
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
			out = append(out, fmt.Sprintf("%s: not read yet (%d of %d)", k.Title(), unread, all))
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
