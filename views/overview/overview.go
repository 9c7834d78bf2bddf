// Package overview is the first page: what is wrong, worst first, with its likely cause; then the
// counts, the last events, and the age of every source.
package overview

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/bgp"
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

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"overview", "home"}, Help: "what is wrong, worst first",
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
	began store.Began
}

// page is the overview's page.
type page struct {
	env     *kit.Env
	table   *table.Table[trouble]
	worst   []trouble
	tunnels map[string]*store.Tunnel   // by id, of the newest data
	ports   map[string]store.PortState // by name
	wall    wall
	reading bool // a diagnosis is being made
	stale   bool // and the data has changed since it began
	held    bool // somebody has been at its keys lately
}

// diagnosedMsg brings what was found.
type diagnosedMsg struct {
	page   *page
	found  []diagnose.Incident
	beside around
}

func newPage(env *kit.Env) *page {
	p := &page{env: env, wall: wall{sessions: bgp.NewPanel(env)}}
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
func (p *page) Needs() []string { return needs(p.env.Feed.Last()) }

// needs are what incidents rest on: the lists that are read all the time, and once Cloudflare's AS number, when it belongs into a text.
func needs(s *store.Snapshot) []string {
	kinds := store.Overview()
	if !s.CNISettings.Known() && slices.ContainsFunc(s.Tunnels, func(t store.Tunnel) bool { return t.BGP != nil && t.State != store.Up }) {
		kinds = append(kinds, store.CNISettings)
	}
	return store.Needs(store.TargetsOf(kinds...)...)
}

// Status implements tui.StatusReporter.
func (p *page) Status() tui.Status { return p.env.Feed.Freshness() }

// Capturing implements tui.Capturer.
func (p *page) Capturing() bool { return p.table.Filtering() }

// Prompt implements tui.Prompter.
func (p *page) Prompt(c tui.Canvas) string { return p.table.FilterPrompt(c, p.table.Count()) }

// Update implements tui.View.
func (p *page) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		if p.table.Filtering() {
			return p.table.FilterKey(msg)
		}
		return nil
	}
	if m, ok := msg.(diagnosedMsg); ok && m.page == p {
		p.reading = false
		p.take(m.found)
		p.wall.around = m.beside
		if p.stale {
			return p.diagnose()
		}
		return nil
	}
	if p.env.Feed.Announces(msg) {
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
	return func() tea.Msg { return diagnosedMsg{p, account.Incidents(), aroundOf(account)} }
}

func (p *page) take(found []diagnose.Incident) {
	snapshot := p.env.Feed.Last()
	p.tunnels, p.ports = make(map[string]*store.Tunnel, len(snapshot.Tunnels)), map[string]store.PortState{}
	for i := range snapshot.Tunnels {
		p.tunnels[snapshot.Tunnels[i].ID] = &snapshot.Tunnels[i]
	}
	for _, port := range snapshot.Ports.Rows {
		p.ports[port.Name] = port.State
	}
	p.worst = make([]trouble, len(found))
	for i, d := range found {
		p.worst[i] = trouble{Incident: d, rank: i, began: began(d, p.tunnels, p.env.Now())}
		state := tui.Span{Text: impact(d, p.env.Glyphs), Role: roleOf(d.Severity)}
		if own := p.stateOf(d.Members[0]); own.Text != "" && !d.Several() {
			state = own
		}
		p.worst[i].state, p.worst[i].role = state.Text, state.Role
	}
	// When what was looked at is no longer wrong, the cursor goes to what is worst, and not to a chance neighbour.
	at := p.table.Cursor()
	there := slices.ContainsFunc(p.worst, func(t trouble) bool { return p.key(t) == at })
	if !there {
		p.table.StickToTop()
	}
	p.table.Hold(there && p.held)
	p.table.Set(p.worst)
}

// stateOf is the state of a tunnel or a port in a word; empty for what has none.
func (p *page) stateOf(s diagnose.Subject) tui.Span {
	if t, ok := p.tunnels[s.ID]; ok {
		text, role := tunnel.Condition(p.env, *t)
		return tui.Span{Text: text, Role: role}
	}
	if state, ok := p.ports[s.Name]; ok && s.Kind == store.Ports {
		text, role := interconnect.StateText(state, p.env.Glyphs)
		return tui.Span{Text: text, Role: role}
	}
	return tui.Span{}
}

// began is since when an incident has lasted: as the diagnosis has it, else as far as anything is known of its tunnels.
func began(d diagnose.Incident, tunnels map[string]*store.Tunnel, now time.Time) store.Began {
	if !d.Since.IsZero() {
		t, ok := tunnels[d.Members[0].ID]
		if ok && !d.Several() && (t.State == store.Up || t.State == store.NoBGP) {
			return store.Began{At: d.Since, How: store.ByHealth}
		}
		return store.Began{At: d.Since, How: store.ChangeSeen}
	}
	var out store.Began
	for _, m := range d.Members {
		if t, ok := tunnels[m.ID]; ok {
			out = out.Or(t.StateBegan(now))
		}
	}
	return out
}

// key tells a row from the others.
func (p *page) key(t trouble) string { return t.ID }

// idOf is the id of an object, or its name when it has none: a gap between routes has not.
func idOf(s diagnose.Subject) string { return cmp.Or(s.ID, s.Name) }

// causeStates are the states of objects that a cause says as a whole.
var causeStates = map[diagnose.Cause]string{
	diagnose.PrefixWithdrawn: "Withdrawn", diagnose.AutoWithdrawn: "Withdrawn", diagnose.ValidationFailed: "Not approved",
	diagnose.PortUnhealthy: "Unhealthy", diagnose.PortDown: "Down",
}

// impact is the state of what has none of its own: withdrawn, or how bad it is in a word, with the glyph that goes with it.
func impact(d diagnose.Incident, g tui.Glyphs) string {
	word := strings.ToUpper(d.Severity.Word()[:1]) + d.Severity.Word()[1:]
	if own, ok := causeStates[d.Cause]; ok {
		word = own
	}
	if d.Cause == diagnose.PortUnhealthy || d.Cause == diagnose.PortDown {
		return g.Down + " " + word
	}
	if d.Severity == diagnose.Outage {
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
		{Key: "name", Title: "AFFECTED", Width: 18, Text: text(trouble.name), Compare: rank, Ranked: true,
			Role:  func(trouble) tui.Role { return tui.Strong },
			Words: func(t trouble) string { return p.env.PeerAS(t.memberNames()...) }},
		{Key: "state", Title: "STATE", Width: 14, Text: text(func(t trouble) string { return t.state }),
			Role: func(t trouble) tui.Role { return t.role }},
		{Key: "since", Title: "SINCE", Width: 6, Right: true, Live: true, Text: trouble.since,
			Compare: func(a, b trouble) int { return b.began.At.Compare(a.began.At) }},
		{Key: "cause", Title: "PROBLEM", Width: diagnose.ShortWidth, Grow: len(mutedMark), Text: text(trouble.problem)},
		{Key: "left", Title: "REDUNDANCY", Width: 36, Grow: 90, Priority: 1, Text: text(trouble.left)},
	}
}

// whereActions lead to the destinations that an incident concerns.
func whereActions(env *kit.Env, i diagnose.Incident) []tui.Action {
	var over []string
	for _, m := range i.Members {
		if m.Kind != store.Prefixes && m.Kind != store.Routes && m.ID != "" {
			over = append(over, m.ID)
		}
	}
	first := i.Members[0].Name
	switch {
	case len(over) == 0:
		return env.WhereAction(first)
	case i.Several():
		first = i.CountText()
	}
	return env.ThroughAction(tui.Clean(first), over...)
}

// askActions ask the router of the tunnel that an incident is of; of several, the incident's page is where one is chosen.
func askActions(env *kit.Env, i diagnose.Incident) []tui.Action {
	for _, m := range i.Members {
		ask := env.AskActions(m.ID)
		if len(ask) > 0 && i.Several() {
			ask[0].Long = "Choose the tunnel whose router is asked, with your own commands"
			ask[0].Run = func() tea.Cmd { return tui.Push(newIncident(env, i)) }
		}
		if len(ask) > 0 {
			return ask
		}
	}
	return nil
}

// Actions implements tui.View.
func (p *page) Actions() []tui.Action {
	if p.table.Filtering() {
		return p.table.FilterActions()
	}
	row, ok := p.table.Selected()
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true, Long: "Show cause and next steps"}
	if !ok {
		open.Why = "nothing is wrong that flarewire can see"
	} else if row.Several() {
		open.Long = "The tunnels of this incident, each with its finding"
		open.Run = func() tea.Cmd { return tui.Push(newIncident(p.env, row.Incident)) }
	} else if view := p.env.Open(row.Members[0].Kind, idOf(row.Members[0])); view == nil {
		open.Why = "there is no page for it"
	} else {
		open.Run = func() tea.Cmd { return tui.Push(view) }
	}
	around, mute := timeline.Action(p.env, row.Incident, ok), p.muteAction(row, ok)
	around.Footer, mute.Footer = true, true
	out := append([]tui.Action{open, around, mute}, p.table.FilterActions()...)
	if ok { // what is done with the row stands before what leads elsewhere
		out = append(append(out, whereActions(p.env, row.Incident)...), askActions(p.env, row.Incident)...)
	}
	out = append(out, []tui.Action{
		{Name: "events", Keys: []string{"E"}, Short: "events", Footer: true, Long: "Show events, newest first, including those of earlier runs",
			Run: func() tea.Cmd { return tui.Push(events.NewPage(p.env)) }},
		{Name: "new", Keys: []string{"n"}, Short: "new", Footer: true,
			Long: "Start a guided setup: a tunnel, a CNI, a service binding, a static route",
			Run:  func() tea.Cmd { return tui.Push(setup.NewPage(p.env)) }},
		{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common, Long: "Refresh now", Run: p.env.Feed.Refresh},
		kit.BundleAction(p.env)}...)
	out = append(out, p.env.DestinationsAction()...)
	for _, a := range p.table.Actions() {
		if a.Move {
			out = append(out, a)
		}
	}
	return out
}
