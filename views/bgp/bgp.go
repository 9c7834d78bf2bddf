// Package bgp is the page of all BGP sessions of the account as live panels, the worst first: what each is, since when, and how it went in
// the hours that somebody watched.
package bgp

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"flarewire/internal/kind"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/tunnel"
)

// Module is the page.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"bgp", "sessions", "pulse"}, Help: "every BGP session in a grid, worst first",
		Open: func() tui.View { return newPage(m.env) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// card is one session, or the side of an interconnect whose session the API does not report.
type card struct {
	id, name    string
	glyph, word string
	role        tui.Role
	severity    int
	since, peer string
	as          string // the AS number of its other side, with its word
	flaps       string
	past        []piece
	events      []store.Event
	of          kind.Kind
	none        bool // a tunnel without BGP
	trouble     bool // the overview counts something that is wrong with it
	gone        bool
}

// page is the page of the panels.
type page struct {
	env       *kit.Env
	input     textinput.Model
	filtering bool
	before    string
	meant     string // the id under the cursor when the filter was opened
	filter    string
	only      bool

	cards    []card // in the order of the screen; the order is held while somebody is at the keys
	sorted   time.Time
	ranks    map[string]int // how bad each was when they were ordered
	at       int
	on       string // the id of the session under the cursor
	top      int    // the first row of panels in view
	columns  int
	rows     int
	oldest   time.Time
	touching bool // the cursor was moved
	held     bool // somebody has been at its keys lately: the cursor keeps to its session
	still    bool // it is a part of another page: no cursor, and nothing is opened
}

func newPage(env *kit.Env) *page {
	p := &page{env: env, input: tui.NewInput("/"), columns: 1, rows: 1}
	p.take()
	p.sort()
	return p
}

// Title implements tui.View.
func (p *page) Title() string { return "BGP sessions" }

// Init implements tui.View.
func (p *page) Init() tea.Cmd { return nil }

// Needs names what the page rests on.
func (p *page) Needs() []string {
	return store.Needs(store.TargetsOf(store.GRETunnels, store.IPsecTunnels, store.CNIs, store.Links)...)
}

// Status implements tui.StatusReporter.
func (p *page) Status() tui.Status {
	return p.env.Feed.Status(store.TargetsOf(store.GRETunnels, store.IPsecTunnels)...)
}

// Sleep implements tui.Sleeper.
func (p *page) Sleep() {}

// Wake implements tui.Sleeper.
func (p *page) Wake() tea.Cmd {
	p.take()
	return nil
}

// SetFilter implements tui.Filterer.
func (p *page) SetFilter(text string) {
	p.filter = text
	p.sort()
}

// Filter implements tui.Filterer.
func (p *page) Filter() string { return p.filter }

// Capturing implements tui.Capturer.
func (p *page) Capturing() bool { return p.filtering }

// Prompt implements tui.Prompter.
func (p *page) Prompt(c tui.Canvas) string {
	text := tui.DrawInput(&p.input, c.Width/2)
	return text + table.Hints(c, c.Width-tui.Width(text), fmt.Sprintf("  %d of %d", len(p.shown()), len(p.cards)), "   name, state, address",
		", AS number")
}

// Update implements tui.View.
func (p *page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if p.filtering {
			return p.filterKey(msg)
		}
		return nil
	case tea.PasteMsg:
		return p.edit(msg)
	}
	if p.env.Feed.Announces(msg) {
		p.take()
	}
	return nil
}

func (p *page) filterKey(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter":
		p.filtering = false
		return nil
	case "esc":
		p.filtering, p.filter, p.on = false, p.before, p.meant
		p.find()
		p.clamp()
		return nil
	case "backspace":
		if p.input.Value() == "" {
			p.filtering = false
			return nil
		}
	}
	return p.edit(msg)
}

func (p *page) edit(msg tea.Msg) (cmd tea.Cmd) {
	before := p.input.Value()
	p.input, cmd = p.input.Update(msg)
	if text := p.input.Value(); text != before {
		p.filter = text
		p.sort()
		p.at, p.on = 0, p.meant // a text that is not whole yet may hide it
		p.find()
		p.clamp()
	}
	return cmd
}

// take takes the newest data: every panel changes in its place.
func (p *page) take() {
	fresh := map[string]card{}
	var order []string
	for _, c := range p.read() {
		fresh[c.id] = c
		order = append(order, c.id)
	}
	for i, c := range p.cards {
		if now, ok := fresh[c.id]; ok {
			p.cards[i] = now
			delete(fresh, c.id)
		} else {
			p.cards[i].gone, p.cards[i].word, p.cards[i].role = true, "gone", tui.Muted
		}
	}
	for _, id := range order {
		if c, ok := fresh[id]; ok {
			p.cards = append(p.cards, c)
		}
	}
	if !p.touching && len(fresh) > 0 { // the lists come one after the other
		p.sort()
	}
}

// read makes the panels of what is known.
func (p *page) read() []card {
	s, watched, g := p.env.Feed.Last(), p.env.Feed.WatchedSpans(), p.env.Glyphs
	p.oldest = p.env.Now()
	if len(watched) > 0 {
		p.oldest = watched[0].From
	}
	var out []card
	for _, t := range s.Tunnels {
		text, role := tunnel.StateNow(p.env, t)
		if t.State == store.NoBGP {
			text, role = tunnel.Condition(p.env, t)
		}
		glyph, word, _ := strings.Cut(text, " ")
		c := card{id: t.ID, name: t.Name, glyph: glyph, word: word, role: role, severity: 2 * t.State.Rank(), of: store.Tunnels(t.Kind),
			since: p.since(t), peer: field.Or(t.InterfaceAddress, "-"), events: t.Track.Events, none: t.State == store.NoBGP,
			past:    append(pieces(t, watched), recorded(s.Records[t.ID])...),
			trouble: p.env.Troubled(store.Tunnels(t.Kind), t.ID)}
		if len(c.past) > 0 && !c.none {
			p.oldest = earlier(p.oldest, oldest(c.past))
		}
		if !c.none {
			c.flaps = flaps(t, p.env.Now())
		}
		if t.BGP != nil {
			c.as = "AS " + t.BGP.ASNText()
			c.peer = c.as
			if t.BGPStatus != nil && t.BGPStatus.CustomerSpeakerIP != "" {
				c.peer = t.BGPStatus.CustomerSpeakerIP + "  " + c.peer
			}
		}
		if t.Track.Flapping {
			c.severity = min(c.severity, 1)
		}
		out = append(out, c)
	}
	for _, l := range s.Links.Rows {
		c := card{id: l.ID, name: l.Name, glyph: g.Unknown, word: "not reported", role: tui.Muted, severity: 99, of: kind.Links,
			peer: "CNI at " + field.Or(l.ColoName, "-"), trouble: p.env.Troubled(kind.Links, l.ID)}
		if l.BGP != nil {
			c.as = "AS " + l.BGP.ASNText()
			c.peer += ", " + c.as
		}
		if health := p.env.ProbedHealth(l.Name); health != store.HealthUnknown && !field.Unprobed(l.HealthCheck) {
			c.flaps = "health: " + string(health)
		}
		out = append(out, c)
	}
	return out
}

// since is for how long a session has been in its state; nothing where its state says how old it is. Of a tunnel without BGP it is the
// health's.
func (p *page) since(t store.Tunnel) string {
	switch {
	case tunnel.SaysAge(p.env, t):
		return ""
	case t.State == store.NoBGP:
		return tunnel.Since(t, p.env.Now())
	}
	return tunnel.SessionSince(t, p.env.Now())
}

// watchedLeast is the time from which none seen says something.
const watchedLeast = 5 * time.Second

// flaps is how often the session was seen to leave Up in a week, or in the time that it has been watched.
func flaps(t store.Tunnel, now time.Time) string {
	from := t.Track.WeekFrom(now)
	if now.Sub(from) < watchedLeast {
		return "flaps: none so far"
	}
	count := "none"
	if t.Track.WeekDowns > 0 {
		count = strconv.Itoa(t.Track.WeekDowns)
	}
	return fmt.Sprintf("flaps: %s in %s", count, tui.AgeSince(from, now))
}

// counted are the panels in words: sessions, and what has none or none that the API reports.
func counted(cards []card) string {
	none, untold := 0, 0
	for _, c := range cards {
		switch {
		case c.none:
			none++
		case c.of == kind.Links:
			untold++
		}
	}
	out := tui.Count(len(cards)-none-untold, "sessions")
	if none > 0 {
		out += ", " + tui.Count(none, "tunnels") + " without BGP"
	}
	if untold > 0 {
		out += ", " + tui.Count(untold, "CNIs")
	}
	return out
}

// sort orders the panels, the worst first, and keeps the cursor on its session.
func (p *page) sort() {
	p.cards = slices.DeleteFunc(p.cards, func(c card) bool { return c.gone })
	sorting.Sort(p.cards, func(a, b card) int {
		return cmp.Or(cmp.Compare(a.severity, b.severity), tui.Natural(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	p.sorted, p.ranks = p.env.Now(), map[string]int{}
	for _, c := range p.cards {
		p.ranks[c.id] = c.severity
	}
	if p.touching || p.held {
		p.find()
	}
	p.clamp()
}

// find puts the cursor on its session again.
func (p *page) find() {
	if i := slices.IndexFunc(p.shown(), func(c card) bool { return c.id == p.on }); i >= 0 {
		p.at = i
	}
}

// worse is how many sessions are worse than when they were ordered.
func (p *page) worse() int {
	n := 0
	for _, c := range p.cards {
		if rank, ok := p.ranks[c.id]; ok && c.severity < rank {
			n++
		}
	}
	return n
}

// shown are the panels that pass the filter.
func (p *page) shown() []card {
	if p.filter == "" && !p.only {
		return p.cards
	}
	var out []card
	q := p.query()
	for _, c := range p.cards {
		if (!p.only || c.problem()) && q.Matches(c.cells()...) {
			out = append(out, c)
		}
	}
	return out
}

// query is the filter, read as that of every list.
func (p *page) query() table.Query {
	return table.ParseQuery(p.filter, []string{"name tunnel", "state", "peer as asn", "flaps", "type kind"})
}

// cells are what the filter looks in.
func (c card) cells() []string { return []string{c.name, c.word, c.peer, c.flaps, string(c.of)} }

// problem reports whether it is not as it should be.
func (c card) problem() bool { return c.trouble || c.severity < 2*store.NoBGP.Rank() }

// clamp keeps the cursor within what is shown, and notes which session it is on.
func (p *page) clamp() {
	s := p.shown()
	if p.at = max(0, min(p.at, len(s)-1)); p.at < len(s) {
		p.on = s[p.at].id
	}
}

// Actions implements tui.View.
func (p *page) Actions() []tui.Action {
	if p.filtering {
		return table.TypingActions("keep", "as it was")
	}
	all := p.shown()
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true,
		Long: "Open the page of the session under the cursor"}
	if p.at >= len(all) {
		open.Why = "there is no session to open"
	} else if c := all[p.at]; c.gone {
		open.Why = "it is gone"
	} else {
		open.Run = func() tea.Cmd { return tui.Push(p.env.Open(c.of, c.id)) }
		if p.env.Open(c.of, c.id) == nil {
			open.Why = "there is no page for it"
		}
	}
	out := []tui.Action{open}
	if p.at < len(all) && !all[p.at].gone {
		out = append(out, p.env.RowActions(all[p.at].of, all[p.at].id)...)
	}
	out = append(out, []tui.Action{
		{Name: "problems", Keys: []string{"."}, Short: "problems", Footer: true, Class: tui.Common,
			Long: "Show only problems; press again to show everything",
			Run:  func() tea.Cmd { p.only, p.held = !p.only, true; p.sort(); return nil }},
		{Name: "sort", Keys: []string{"s"}, Short: "sort", Footer: true, Wanted: p.worse() > 0, Long: "Sort again, worst first",
			Run: func() tea.Cmd { p.held = true; p.sort(); return nil }},
		{Name: "filter", Keys: []string{"/"}, Short: "filter", Footer: true, Class: tui.Common,
			Long: "Show only sessions with the words you type",
			Run: func() tea.Cmd {
				p.filtering, p.before, p.meant = true, p.filter, p.on
				p.input.SetValue("")
				return p.input.Focus()
			}}}...)
	if p.filter != "" {
		out = append(out, tui.Action{Name: "clear-filter", Keys: []string{"esc"}, Short: "clear filter", Footer: true, Wanted: true,
			Long: "Show all sessions again", Run: func() tea.Cmd { p.filter = ""; p.sort(); return nil }})
	}
	out = append(out, tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common,
		Long: "Refresh now", Run: p.env.Feed.Refresh})
	step := func(name, long string, by int, keys ...string) tui.Action {
		return tui.Action{Name: name, Keys: keys, Move: true, Long: long, Run: func() tea.Cmd {
			p.touching, p.at = true, p.at+by
			p.clamp()
			return nil
		}}
	}
	page := max(1, p.columns*p.rows)
	return append(out, step("up", "One up", -p.columns, "up", "k"), step("down", "One down", p.columns, "down", "j"),
		step("left", "One to the left", -1, "left", "h"), step("right", "One to the right", 1, "right", "l"),
		step("page-up", "Up one page", -page, "pgup", "ctrl+b"), step("page-down", "Down one page", page, "pgdown", "ctrl+f"),
		step("top", "To the first", -len(all), "g", "home"), step("bottom", "To the last", len(all), "G", "end"))
}
