// Package traceroute traces the way from Cloudflare's data centers to a tunnel's router or to any address: the form, the run,
// and what it found, per location and per hop.
package traceroute

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// The bounds of what is kept and of what is under way. A traceroute is one request of up to two minutes.
const (
	runsKept    = 20
	runningMost = 3
)

// limit is how long a traceroute may take; Cloudflare answers when all locations are done.
const limit = 2 * time.Minute

// Module keeps the traceroutes of this session. Nothing of them is lost when their page is left.
type Module struct {
	env  *kit.Env
	runs []*run // the newest first
	n    int
}

// run is one traceroute: under way until ended is set.
type run struct {
	number    int
	tunnel    string // the tunnel's name, when it began at one
	request   api.TracerouteRequest
	began     time.Time
	ended     time.Time
	cancel    context.CancelFunc
	cancelled bool // by the user
	places    []*place
	err       error
}

// doneMsg ends a run.
type doneMsg struct {
	run    *run
	traces []api.Trace
	err    error
}

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env: env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"traceroute", "traceroutes"}, Help: "the path from Cloudflare's data centers to any address",
		Open: m.open}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return []tui.Service{m} }

// Init implements tui.Service.
func (m *Module) Init() tea.Cmd { return nil }

// Update implements tui.Service: a run ends whichever page is on the screen.
func (m *Module) Update(msg tea.Msg) tea.Cmd {
	done, ok := msg.(doneMsg)
	if !ok {
		return nil
	}
	r := done.run
	r.ended, r.err, r.places = m.env.Now(), done.err, placesOf(done.traces)
	r.cancel()
	role := tui.Muted
	if r.err != nil && !r.cancelled {
		role = tui.Bad
	}
	return tui.Toast(role, "Traceroute to "+r.target()+": "+r.outcome())
}

// start begins a traceroute, unless enough are under way.
func (m *Module) start(request api.TracerouteRequest, tunnel string) tea.Cmd {
	running := slices.DeleteFunc(slices.Clone(m.runs), func(r *run) bool { return !r.ended.IsZero() })
	if len(running) >= runningMost {
		return tui.Toast(tui.Pending, fmt.Sprintf("%d traceroutes are under way: wait for one, or cancel one under :traceroute", len(running)))
	}
	ctx, cancel := context.WithTimeout(m.env.Ctx, limit)
	m.n++
	r := &run{number: m.n, tunnel: tunnel, request: request, began: m.env.Now(), cancel: cancel}
	m.runs = append([]*run{r}, m.runs...)
	m.forget()
	account := m.env.Account
	return tea.Batch(tui.Push(newPage(m, r)), func() tea.Msg {
		traces, err := account.Traceroute(ctx, request)
		return doneMsg{r, traces, err}
	})
}

// forget drops the oldest runs that are over.
func (m *Module) forget() {
	for i := len(m.runs) - 1; i >= runsKept; i-- {
		if !m.runs[i].ended.IsZero() {
			m.runs = slices.Delete(m.runs, i, i+1)
		}
	}
}

func (r *run) stop() {
	r.cancelled = true
	r.cancel()
}

// target are the run's targets for a title.
func (r *run) target() string { return strings.Join(r.request.Targets, ", ") }

// from are the locations for a sentence.
func (r *run) from() string {
	if len(r.request.Colos) == 0 {
		return "all locations"
	}
	return strings.Join(r.request.Colos, ", ")
}

// outcome is the run's state in a few words.
func (r *run) outcome() string {
	switch {
	case r.ended.IsZero():
		return "running"
	case r.cancelled:
		return "cancelled"
	case r.err != nil:
		return explain(r.err)
	}
	return fmt.Sprintf("%d of %d reached it", r.reached(), len(r.places))
}

// reached is from how many locations the target was reached.
func (r *run) reached() int {
	n := 0
	for _, p := range r.places {
		if p.reached() {
			n++
		}
	}
	return n
}

// word is the outcome for a list.
func (r *run) word(g tui.Glyphs) (string, tui.Role) {
	switch {
	case r.ended.IsZero():
		return g.Pending + " running", tui.Pending
	case r.cancelled:
		return g.None + " cancelled", tui.Muted
	case r.err != nil:
		return g.Down + " failed", tui.Bad
	}
	switch r.reached() {
	case len(r.places):
		return g.Up + " " + r.outcome(), tui.Good
	case 0:
		return g.Down + " " + r.outcome(), tui.Bad
	}
	return g.Pending + " " + r.outcome(), tui.Pending
}

// took is how long the run took, or takes so far.
func (r *run) took(now time.Time) time.Duration {
	if r.ended.IsZero() {
		return now.Sub(r.began)
	}
	return r.ended.Sub(r.began)
}

// spent is how long a run took; one that is under way counts in the steps of an age, which cost few bytes.
func spent(r *run, now time.Time) string {
	if r.ended.IsZero() {
		return tui.Age(r.took(now))
	}
	if took := r.took(now); took >= time.Second {
		return fmt.Sprintf("%.1f s", took.Seconds())
	}
	return "< 1 s"
}

// explain is why a run brought nothing, and what to do.
func explain(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "No answer within " + minutes(limit) + ": name fewer locations, or lower the largest TTL or the wait."
	case api.KindOf(err) == api.PermissionMissing:
		return kit.ErrorText(err) + ". Magic WAN Write is not sufficient for a traceroute."
	case api.KindOf(err) == api.NotFound:
		return "Cloudflare answered 404: there is no traceroute on this account, or the account id is wrong. It is a part of Magic Transit."
	case api.KindOf(err) == api.Invalid:
		return err.Error() // which value Cloudflare objects to
	}
	return kit.ErrorText(err)
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d/time.Minute)) + " minutes" }

// open is the list of the session's traceroutes.
func (m *Module) open() tui.View {
	return resource.NewList(m.describe(), m.source())
}

func (m *Module) source() resource.Source[*run] {
	return resource.Source[*run]{
		Rows:      func() []*run { return m.runs },
		Status:    func() tui.Status { return tui.Status{Updated: m.env.Now()} },
		Announces: func(tea.Msg) bool { return true }, // a run that begins sends none of its own
		Refresh: func() tea.Cmd {
			return tui.Toast(tui.Muted, "Nothing to refresh: a traceroute appears when it is finished")
		},
	}
}

// Named implements kit.Namer: a run is found by its target and the tunnel that it is of.
func (m *Module) Named() []tui.Object {
	return kit.NamedRows("traceroute", m.describe(), m.source(), func(r *run) []string { return []string{r.tunnel} })
}

func (m *Module) describe() resource.Description[*run] {
	return resource.Description[*run]{
		Plural: "Traceroutes", SortBy: "number", Reverse: true, Newest: true,
		None:    "No traceroute was run in this session. Press n to start one, or t on a tunnel to trace to its router.",
		ID:      func(r *run) string { return strconv.Itoa(r.number) },
		Name:    (*run).target,
		Columns: m.columns(),
		Create:  func() tea.Cmd { return m.Trace(kit.Goal{}) },
		Open:    func(r *run) tui.View { return newPage(m, r) },
		Actions: m.acts,
	}
}

func (m *Module) columns() []table.Column[*run] {
	text := field.Cell[*run]
	return []table.Column[*run]{
		{Key: "number", Title: "#", Width: 3, Right: true, Text: text(func(r *run) string { return strconv.Itoa(r.number) }),
			Compare: func(a, b *run) int { return cmp.Compare(a.number, b.number) }},
		{Key: "to", Title: "TO", Width: 17, Grow: 24, Text: text((*run).target), Role: func(*run) tui.Role { return tui.Strong }},
		{Key: "from", Title: "FROM", Width: 12, Grow: 20, Text: text((*run).from)},
		{Key: "state", Title: "STATE", Width: 20, Text: text(func(r *run) string { word, _ := r.word(m.env.Glyphs); return word }),
			Role: func(r *run) tui.Role { _, role := r.word(m.env.Glyphs); return role }},
		{Key: "took", Title: "TOOK", Width: 7, Right: true, Live: true, Text: func(r *run, now time.Time) string { return spent(r, now) },
			Compare: func(a, b *run) int { return cmp.Compare(a.took(m.env.Now()), b.took(m.env.Now())) }},
		{Key: "at", Title: "AT (UTC)", Width: 8, Text: text(func(r *run) string { return r.began.UTC().Format("15:04:05") })},
		{Key: "tunnel", Title: "TUNNEL", Width: 20, Priority: 1, Text: text(func(r *run) string { return field.Or(r.tunnel, "-") }),
			Words: func(r *run) string { return m.env.PeerAS(r.tunnel) }},
	}
}

// acts are what can be done with a run, in the list and on its page.
func (m *Module) acts(r *run) []tui.Action {
	cancel := tui.Action{Name: "cancel", Keys: []string{"x"}, Short: "cancel", Footer: true, Long: "Stop waiting for the traceroute",
		Run: func() tea.Cmd { r.stop(); return nil }}
	again := tui.Action{Name: "again", Keys: []string{"a"}, Short: "again", Footer: true, Long: "Run the same traceroute again",
		Run: func() tea.Cmd { return m.start(r.request, r.tunnel) }}
	if r.ended.IsZero() {
		again.Why = "it is running"
	} else {
		cancel.Why = "it is over"
	}
	return []tui.Action{cancel, again, {Name: "other-options", Keys: []string{"o"}, Short: "other options", Footer: true,
		Long: "Open the form with the values of this traceroute",
		Run:  func() tea.Cmd { return tui.Push(m.form(r.request, kit.Goal{Tunnel: r.tunnel})) }}}
}
