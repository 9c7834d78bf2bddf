// Package fleet binds the accounts of all profiles of this machine to the frame: how each stands, which can be read, and the way to it
// and back.
package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/signin"
)

// Account is one profile's account as far as it is known.
type Account struct {
	Profile, Name, ID string
	Snapshot          *store.Snapshot // nil: nothing was read
	Incidents         []diagnose.Incident
	Budget            api.Budget
	Err               string // why it cannot be read; "" while it can, or was not tried yet
	Production        bool
}

// Fleet reads the accounts, each with a client of its own.
type Fleet interface {
	// Accounts are all of them in the order of their profiles.
	Accounts() []Account
	// Due are the profiles to be read now; each is handed out once, for Read.
	Due() []string
	// Next is when one is due again; zero for never.
	Next() time.Time
	// Read reads what is due of one account.
	Read(ctx context.Context, profile string)
	// Refresh makes all of them due.
	Refresh()
}

// Word is the name of the page.
const Word = "fleet"

// Module is the page.
type Module struct {
	deps    *signin.Deps
	env     *kit.Env
	fleet   Fleet
	home    func(*kit.Env) tui.View // the first page of the account on the screen
	visible bool
	seq     tui.Sequence
}

// New returns the maker of the module for a registry. home is the first page of the account on the screen.
func New(deps *signin.Deps, f Fleet, home func(*kit.Env) tui.View) func(*kit.Env) kit.Module {
	return func(env *kit.Env) kit.Module { return &Module{deps: deps, env: env, fleet: f, home: home} }
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{Word}, Help: "the accounts of all profiles, worst first", Open: m.open}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return []tui.Service{m} }

type (
	// readMsg says that an account was read.
	readMsg struct{}
	dueMsg  struct{ seq int }
)

// Init implements tui.Service.
func (m *Module) Init() tea.Cmd { return nil }

// Update implements tui.Service. Accounts are read while the page is on top.
func (m *Module) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tui.ShownMsg:
		n, ok := msg.View.(interface{ Needs() []string })
		m.visible = ok && slices.Contains(n.Needs(), Word)
		return m.step()
	case readMsg:
		return m.step()
	case dueMsg:
		if m.seq.Latest(msg.seq) {
			return m.step()
		}
	}
	return nil
}

// minWait keeps what is due again and again from turning into a loop.
const minWait = 500 * time.Millisecond

func (m *Module) step() tea.Cmd {
	if !m.visible {
		return nil
	}
	var cmds []tea.Cmd
	for _, profile := range m.fleet.Due() {
		if profile == m.deps.Current {
			continue // it is on the screen, and read for that
		}
		cmds = append(cmds, func() tea.Msg {
			m.fleet.Read(m.deps.Ctx, profile)
			return readMsg{}
		})
	}
	seq := m.seq.Next()
	if at := m.fleet.Next(); !at.IsZero() {
		cmds = append(cmds, tui.After(max(at.Sub(m.env.Now()), minWait), dueMsg{seq}))
	}
	return tea.Batch(cmds...)
}

func (m *Module) open() tui.View {
	return resource.NewList(m.describe(), resource.Source[Account]{
		Rows:   m.rows,
		Status: m.status,
		Announces: func(msg tea.Msg) bool {
			_, ok := msg.(readMsg)
			return ok || m.env.Feed != nil && m.env.Feed.Announces(msg)
		},
		Refresh: func() tea.Cmd {
			m.fleet.Refresh()
			return func() tea.Msg { return readMsg{} }
		},
		Needs: func(string) []string { return []string{Word} },
	})
}

// status is as old as the oldest account that can be read; each row says its own age.
func (m *Module) status() tui.Status {
	s := tui.Status{Loading: true}
	for _, a := range m.rows() {
		if at := a.fetched(); !at.IsZero() && a.Err == "" && (s.Updated.IsZero() || at.Before(s.Updated)) {
			s.Updated = at
		}
	}
	if len(m.rows()) == 0 {
		s.Updated = m.env.Now()
	}
	return s
}

// rows are the accounts; that on the screen is as its own pages show it.
func (m *Module) rows() []Account {
	all := m.fleet.Accounts()
	for i := range all {
		if a := &all[i]; a.Profile == m.deps.Current && m.env.Feed != nil {
			a.Snapshot, a.Incidents, a.Err = m.env.Feed.Last(), m.env.Feed.Diagnosis().Incidents(), ""
			a.ID, a.Budget = m.env.Account.ID, m.env.Client.Budget()
			if err := a.Snapshot.Err(); err != nil {
				a.Err = kit.ErrorText(err)
			}
		}
	}
	return all
}

func (a Account) fetched() time.Time {
	if a.Snapshot == nil {
		return time.Time{}
	}
	return a.Snapshot.Fetched()
}

// known reports whether there are numbers to show: half an account is not shown as the whole.
func (a Account) known() bool { return !a.fetched().IsZero() && !a.Snapshot.RowsMissing() }

// worst is the severity of what is worst and not muted.
func (a Account) worst() (worst diagnose.Impact, n int) {
	for _, i := range a.Incidents {
		if i.Muted == nil {
			worst, n = max(worst, i.Severity), n+1
		}
	}
	return worst, n
}

// rank orders accounts: what cannot be read is worst, then by the worst incident, their number, and what is down.
func (a Account) rank() int {
	worst, n := a.worst()
	rank := int(worst)<<24 + min(n, 1<<10-1)<<12
	if a.known() {
		rank += min(store.Count(a.Snapshot.Tunnels).By[store.Down], 1<<12-1)
	}
	if a.Err != "" {
		rank += 1 << 28
	}
	return rank
}

func (m *Module) describe() resource.Description[Account] {
	return resource.Description[Account]{
		Plural:  "Fleet",
		Counted: "accounts",
		None:    "No saved profile, so there is one account at most: :overview shows it.",
		ID:      func(a Account) string { return a.Profile },
		Name:    func(a Account) string { return a.Profile },
		Columns: m.columns(),
		SortBy:  "incidents",
		Summary: summary,
		Open:    m.enter,
		Preview: m.preview,
	}
}

// enter is the page behind enter: the account's first page, or the one that opens its profile.
func (m *Module) enter(a Account) tui.View {
	if a.Profile == m.deps.Current {
		return m.home(m.env)
	}
	return signin.Open(m.deps, a.Profile)
}

func summary(all []Account) tui.Line {
	unread, outage, troubled := 0, 0, 0
	for _, a := range all {
		worst, n := a.worst()
		switch {
		case a.Err != "":
			unread++
		case worst == diagnose.Outage:
			outage++
		case n > 0:
			troubled++
		}
	}
	line := tui.Line{{Text: fmt.Sprintf("%d accounts", len(all)), Role: tui.Plain}}
	if len(all) == 1 {
		line[0].Text = "1 account"
	}
	add := func(n int, text string, role tui.Role) {
		if n > 0 {
			line = append(line, tui.Span{Text: fmt.Sprintf("  %d %s", n, text), Role: role})
		}
	}
	add(unread, "cannot be read", tui.Bad)
	add(outage, "with an outage", tui.Bad)
	add(troubled, "with other trouble", tui.Pending)
	return line
}

func (m *Module) columns() []table.Column[Account] {
	number := func(key, title string, width int, of func(store.Totals) int, role tui.Role) table.Column[Account] {
		count := func(a Account) int { return of(store.Count(a.Snapshot.Tunnels)) }
		return table.Column[Account]{Key: key, Title: title, Width: width, Right: true,
			Text: func(a Account, _ time.Time) string {
				if !a.known() {
					return "?"
				}
				return fmt.Sprint(count(a))
			},
			Role: func(a Account) tui.Role {
				if a.known() && count(a) > 0 {
					return role
				}
				return tui.Muted
			},
			Compare: func(a, b Account) int {
				return cmp.Compare(boolInt(a.known()), boolInt(b.known())) // unknown numbers are no numbers
			}}
	}
	return []table.Column[Account]{
		{Key: "profile", Title: "PROFILE", Width: 12, Grow: 14, Text: func(a Account, _ time.Time) string { return tui.Clean(a.Profile) },
			Role: func(a Account) tui.Role {
				if a.Production {
					return tui.Bad
				}
				return tui.Strong
			}},
		{Key: "account", Title: "ACCOUNT", Width: 16, Priority: 2,
			Text: func(a Account, _ time.Time) string { return tui.Clean(cmp.Or(a.Name, a.ID, "-")) }},
		{Key: "incidents", Title: "INCIDENTS", Width: 12, Text: incidents, Role: incidentsRole,
			Compare: func(a, b Account) int {
				return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.Profile, b.Profile))
			}},
		number("up", "UP", 5, func(t store.Totals) int { return t.By[store.Up] }, tui.Good),
		number("down", "DOWN", 5, func(t store.Totals) int { return t.By[store.Down] }, tui.Bad),
		number("health", "UNHEALTHY", 9, func(t store.Totals) int { return t.HealthDown + t.Degraded }, tui.Pending),
		{Key: "age", Title: "AGE", Width: 5, Right: true, Text: func(a Account, now time.Time) string { return tui.AgeSince(a.fetched(), now) },
			Compare: func(a, b Account) int { return b.fetched().Compare(a.fetched()) }},
		{Key: "budget", Title: "BUDGET", Width: 8, Right: true, Text: func(a Account, _ time.Time) string {
			if a.Budget.REST.Share == 0 {
				return "-"
			}
			return fmt.Sprintf("%d/%d", a.Budget.REST.Used, a.Budget.REST.Share)
		}},
		{Key: "note", Title: "NOTE", Width: 14, Grow: 60, Priority: 1, Text: m.note, Role: func(a Account) tui.Role {
			if a.Err != "" {
				return tui.Bad
			}
			return tui.Muted
		}},
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func incidents(a Account, _ time.Time) string {
	switch worst, n := a.worst(); {
	case a.fetched().IsZero() && a.Err != "":
		return "not readable"
	case a.fetched().IsZero():
		return "?"
	case n == 0 && a.Err != "":
		return "cannot tell"
	case n == 0:
		return "-"
	default:
		return fmt.Sprintf("%d %s", n, worst)
	}
}

func incidentsRole(a Account) tui.Role {
	switch worst, n := a.worst(); {
	case worst == diagnose.Outage, a.fetched().IsZero() && a.Err != "":
		return tui.Bad
	case n > 0:
		return tui.Pending
	}
	return tui.Muted
}

// mostIncidents is how many incidents of an account stand beside the list.
const mostIncidents = 8

// preview is what stands beside the list where there is room: why an account cannot be read, in full, and what is wrong there.
func (m *Module) preview(a Account, _ time.Time) []resource.Section {
	var out []resource.Section
	if a.Err != "" {
		out = append(out, resource.Section{Title: "Cannot be read", Fields: []resource.Field{{Value: m.note(a, time.Time{}), Role: tui.Bad,
			Prose: true}}})
	}
	about := resource.Section{Title: "Account", Fields: []resource.Field{{Label: "Name", Value: tui.Clean(cmp.Or(a.Name, "-"))},
		{Label: "ID", Value: tui.Clean(cmp.Or(a.ID, "-"))}}}
	if a.Budget.REST.Share > 0 {
		about.Fields = append(about.Fields, resource.Field{Label: "Requests", Value: fmt.Sprintf("%d of %d in five minutes", a.Budget.REST.Used,
			a.Budget.REST.Share)})
	}
	var wrong resource.Section
	for _, i := range a.Incidents {
		switch {
		case i.Muted != nil:
		case len(wrong.Fields) == mostIncidents:
			wrong.Fields = append(wrong.Fields, resource.Field{Value: "and more: enter opens the account", Prose: true})
		case len(wrong.Fields) < mostIncidents:
			wrong.Fields = append(wrong.Fields, resource.Field{Value: tui.Clean(i.Title), Role: incidentsRole(a), Prose: true})
		}
	}
	if wrong.Title = "What is wrong"; len(wrong.Fields) > 0 {
		out = append(out, wrong)
	}
	return append(out, about)
}

// note is what there is to say besides the numbers: why they are not there, or what is worst.
func (m *Module) note(a Account, _ time.Time) string {
	switch {
	case a.Err != "":
		return tui.Clean(strings.Join(strings.Fields(a.Err), " "))
	case a.Snapshot == nil:
		return "not read yet"
	case a.Profile == m.deps.Current:
		return "on the screen"
	}
	for _, i := range a.Incidents {
		if i.Muted == nil {
			return tui.Clean(i.Title)
		}
	}
	return ""
}
