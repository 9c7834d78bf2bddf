// Package changes is the page of who changed what: Cloudflare's audit log of the last 30 days, joined with the journal of what was changed
// from here. It is read when it is opened and when somebody asks, never by the clock.
package changes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// every is how often the audit log is read while its page is on the screen.
const every = 2 * time.Minute

// Module is the page.
type Module struct {
	env  *kit.Env
	list *live.Asked[change]

	mu      sync.Mutex
	note    string           // what is not known of the audit log
	entries []api.AuditEntry // the last good ones
}

// New makes the module.
func New(env *kit.Env) kit.Module {
	m := &Module{env: env}
	m.list = live.NewAsked(env.Ctx, env.Now, every, m.read)
	return m
}

// change is one change: by the audit log, by the journal, or by both.
type change struct {
	at      time.Time
	audited *api.AuditEntry
	own     *journal.Entry
}

// joined is how far apart the audit log and the journal may say that one change was.
const joined = 2 * time.Minute

// read asks the audit log, one page, and reads the journal. Without the audit log there is the journal.
func (m *Module) read(ctx context.Context) ([]change, error) {
	now := m.env.Now().Add(m.env.Account.ClockAhead()) // the audit log goes by Cloudflare's clock
	since := now.Add(-api.AuditSpan)
	entries, more, err := m.env.Account.Audit(ctx, since, now.Add(time.Minute))
	m.mu.Lock()
	m.note = ""
	var part *api.PartialError
	switch {
	case api.KindOf(err) == api.PermissionMissing:
		m.note = "Only changes made from this machine: the token needs Account Settings Read for the audit log"
	case err == nil, errors.As(err, &part) && len(entries) > 0:
		if m.entries = entries; more && len(entries) > 0 {
			m.note = "There may be more before " + entries[0].At.UTC().Format("2006-01-02 15:04") + " UTC"
		}
	}
	entries = m.entries
	m.mu.Unlock()
	own, failed := m.written(since)
	if err == nil {
		err = failed
	}
	return join(entries, own), err
}

// written are the journal's entries of the account, newest first.
func (m *Module) written(since time.Time) ([]journal.Entry, error) {
	var out []journal.Entry
	if m.env.Journal == nil {
		return nil, nil
	}
	for e, err := range m.env.Journal.Entries() {
		if err != nil {
			return out, err
		}
		if e.Time.Before(since) {
			break
		}
		if e.Account == m.env.Account.ID && e.Outcome != journal.NotDone {
			out = append(out, e)
		}
	}
	return out, nil
}

// join puts both into one list, newest first; what is in both is one row.
func join(entries []api.AuditEntry, own []journal.Entry) []change {
	taken := make([]bool, len(own))
	var out []change
	for i := range entries {
		e := &entries[i]
		c := change{at: e.At, audited: e}
		for j := range own {
			if !taken[j] && sameObject(e.ObjectID, own[j].ObjectID) && e.At.Sub(own[j].Time).Abs() < joined {
				taken[j], c.own = true, &own[j]
				break
			}
		}
		out = append(out, c)
	}
	for j := range own {
		if !taken[j] {
			out = append(out, change{at: own[j].Time, own: &own[j]})
		}
	}
	sorting.Sort(out, func(a, b change) int { return b.at.Compare(a.at) })
	return out
}

func sameObject(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	return a != "" && plain(a) == plain(b)
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"changes", "audit"}, Help: "who changed what in the last 30 days, from the audit log",
		Open: func() tui.View { return resource.NewList(m.describe(), m.list.Source()) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return []tui.Service{m.list} }

func (m *Module) describe() resource.Description[change] {
	cell := func(get func(change) string) func(change, time.Time) string { return field.Cell(get) }
	return resource.Description[change]{
		Plural: "Changes", SortBy: "at", Reverse: true, Newest: true, Gone: "This change is older than the oldest one kept here.",
		None:    "No changes in the last 30 days.",
		ID:      id,
		Name:    func(c change) string { return m.name(c) + ", " + what(c) },
		Summary: m.summary,
		Columns: []table.Column[change]{
			{Key: "at", Title: "AT (UTC)", Width: 19, Text: cell(func(c change) string { return c.at.UTC().Format(time.DateTime) }),
				Compare: func(a, b change) int { return a.at.Compare(b.at) }},
			{Key: "name", Title: "NAME", Width: 15, Grow: 13, Text: cell(m.name), Role: func(change) tui.Role { return tui.Strong },
				Words: func(c change) string { return m.env.PeerAS(m.name(c)) }},
			{Key: "what", Title: "CHANGE", Width: 20, Grow: 25, Text: cell(what)},
			{Key: "by", Title: "BY", Width: 18, Grow: 22, Text: cell(byShort), Role: byRole},
			{Key: "of", Title: "OF A", Width: 14, Priority: 1, Text: cell(of)},
			{Key: "result", Title: "RESULT", Width: 8, Priority: 2, Text: cell(result)},
		},
		Sections: m.sections, Around: m.around,
	}
}

func id(c change) string {
	if c.audited != nil {
		return "a" + cmp.Or(c.audited.ID, c.at.Format(time.RFC3339Nano)+c.audited.ObjectID)
	}
	return "j" + c.own.ID
}

// summary says how many, and what is not known.
func (m *Module) summary(rows []change) tui.Line {
	others := 0
	for _, c := range rows {
		if c.own == nil {
			others++
		}
	}
	from := ", all from here"
	if others > 0 || len(rows) == 0 {
		from = fmt.Sprintf(", %d made elsewhere", others)
	}
	line := tui.Text(tui.Plain, tui.Count(len(rows), "changes")+from)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.note != "" {
		line = append(line, tui.Span{Text: "   " + m.note, Role: tui.Muted})
	}
	return line
}

// by is who it was, without a person: the page of the change names the person.
func by(c change) string {
	switch {
	case c.own != nil:
		return "this machine"
	case c.audited != nil:
		return c.audited.Actor.By()
	}
	return ""
}

// byShort is by for a column: its title says that it was somebody.
func byShort(c change) string {
	text := strings.TrimPrefix(by(c), "a ")
	return strings.Replace(strings.Replace(text, "API token", "token", 1), "user in the dashboard", "user (dashboard)", 1)
}

func byRole(c change) tui.Role {
	if c.own == nil {
		return tui.Accent
	}
	return tui.Plain
}

func what(c change) string {
	if c.own != nil && len(strings.Fields(string(c.own.Verb))) > 1 || c.audited == nil {
		return string(c.own.Verb)
	}
	return diagnose.AuditWords(*c.audited)
}

func result(c change) string {
	if c.audited != nil {
		return c.audited.Result
	}
	return string(c.own.Outcome)
}

// of is the kind of what was changed.
func of(c change) string {
	kind := ""
	if c.audited != nil {
		kind = c.audited.Resource
	} else {
		kind = c.own.Resource
	}
	if about := store.Kind(kind).About(); about.One != "" {
		return about.InColumn()
	}
	return strings.ReplaceAll(kind, "_", " ")
}

func objectID(c change) string {
	if c.own != nil {
		return c.own.ObjectID
	}
	return c.audited.ObjectID
}

// name is what people call the object: by the journal, by what is known of the account, else its id.
func (m *Module) name(c change) string {
	if c.own != nil && c.own.Name != "" {
		return c.own.Name
	}
	if _, name := Find(m.env.Feed.Last(), objectID(c)); name != "" {
		return name
	}
	return cmp.Or(objectID(c), "-")
}

// Find is the kind and the name of the object with an id, among what is known of the account.
func Find(s *store.Snapshot, id string) (store.Kind, string) {
	for _, t := range s.Tunnels {
		if sameObject(t.ID, id) {
			return store.Tunnels(t.Kind), t.Name
		}
	}
	for _, r := range s.Routes.Rows {
		if sameObject(r.ID, id) {
			return store.Routes, r.Prefix
		}
	}
	for _, p := range s.Prefixes.Rows {
		if sameObject(p.ID, id) {
			return store.Prefixes, p.CIDR
		}
		for _, b := range p.BGP.Rows {
			if sameObject(b.ID, id) {
				return store.Prefixes, b.CIDR
			}
		}
	}
	for _, l := range s.Links.Rows {
		if sameObject(l.ID, id) {
			return store.Links, l.Name
		}
	}
	return "", ""
}

// sections are the page of a change. Here the person stands, because somebody asked; nothing of it is stored.
func (m *Module) sections(c change, now time.Time) []resource.Section {
	at, age := resource.Time(c.at, now)
	s := resource.Section{Title: "Change", Fields: []resource.Field{{Label: "Changed", Value: m.name(c), Note: of(c)},
		{Label: "What", Value: what(c)}, {Label: "At", Value: at, Note: age}, {Label: "Result", Value: field.Or(result(c), "-")}}}
	if kind, _ := Find(m.env.Feed.Last(), objectID(c)); kind != "" {
		if view := m.env.Open(kind, objectID(c)); view != nil {
			s.Fields[0].Open = func() tui.View { return view }
		}
	}
	who := resource.Section{Title: "Who", Fields: []resource.Field{{Label: "By", Value: by(c), Role: byRole(c)}}}
	add := func(label, value string) {
		if value != "" {
			who.Fields = append(who.Fields, resource.Field{Label: label, Value: tui.Clean(value)})
		}
	}
	if e := c.audited; e != nil {
		add("Actor", e.Actor.Type)
		add("Through", e.Actor.Context)
		add("Token", e.Actor.TokenName)
		add("E-mail", e.Actor.Email)
		add("Address", e.Actor.Address)
		s.Fields = append(s.Fields, resource.Field{Label: "Sent", Value: field.Or(strings.Join(e.Fields, ", "), "-"),
			Note: "names of the fields; values are not kept"})
		who.Fields = append(who.Fields, resource.Field{
			Value: "By Cloudflare's audit log; the names of its kinds are unconfirmed. E-mail and address " +
				"are shown here and stored nowhere.", Prose: true, Role: tui.Muted})
	}
	if c.own != nil {
		s.Fields = append(s.Fields, resource.Field{Value: "Changed from this machine: :activity has before and after, and the undo.", Prose: true,
			Role: tui.Muted})
	}
	return []resource.Section{s, who}
}
