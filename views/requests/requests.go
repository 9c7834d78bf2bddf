// Package requests is the page of what was asked of Cloudflare: one line per request, without headers,
// queries, bodies or secrets.
package requests

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/events"
	"flarewire/views/kit"
)

// Module is the page of the log.
type Module struct{ env *kit.Env }

// Entry is one exchange with its number.
type Entry = kit.Request

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"requests", "log"}, Help: "requests sent to Cloudflare", Open: m.open}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) open() tui.View {
	return resource.NewList(m.describe(), m.source())
}

func (m *Module) source() resource.Source[Entry] {
	return resource.Source[Entry]{
		Rows:      m.env.Requests.Entries,
		Status:    func() tui.Status { return tui.Status{Updated: m.env.Now()} },
		Announces: func(tea.Msg) bool { return true }, // any answer that arrives may have added a line
		Refresh:   func() tea.Cmd { return nil },
	}
}

func (m *Module) describe() resource.Description[Entry] {
	return resource.Description[Entry]{
		Plural: "Requests", SortBy: "number", Reverse: true, Newest: true, Gone: "This entry is older than what is kept here.",
		None:     "No requests yet.",
		ID:       func(e Entry) string { return strconv.Itoa(e.Number) },
		Name:     func(e Entry) string { return e.Method + " " + cmp.Or(e.Operation, e.Path) },
		Columns:  columns(),
		Sections: sections,
		Around:   func(e Entry, now time.Time) []resource.Section { return m.around(e, now) },
	}
}

func columns() []table.Column[Entry] {
	type E = Entry
	text := func(get func(E) string) func(E, time.Time) string {
		return func(e E, _ time.Time) string { return tui.Clean(get(e)) }
	}
	return []table.Column[E]{
		{Key: "number", Title: "#", Width: 5, Right: true, Text: text(func(e E) string { return strconv.Itoa(e.Number) }),
			Compare: func(a, b E) int { return cmp.Compare(a.Number, b.Number) }},
		{Key: "at", Title: "AT (UTC)", Width: 8, Text: text(func(e E) string { return e.Start.UTC().Format("15:04:05") })},
		{Key: "status", Title: "STATUS", Width: 6, Right: true, Text: text(status), Role: statusRole},
		{Key: "took", Title: "TOOK", Width: 7, Right: true, Text: text(func(e E) string { return e.Duration.Round(time.Millisecond).String() }),
			Compare: func(a, b E) int { return cmp.Compare(a.Duration, b.Duration) }},
		{Key: "method", Title: "METHOD", Width: 6, Text: text(func(e E) string { return e.Method })},
		{Key: "operation", Title: "OPERATION", Width: 24, Grow: 16, Text: text(func(e E) string { return e.Operation })},
		{Key: "bytes", Title: "BYTES", Width: 9, Right: true, Priority: 1, Text: text(func(e E) string { return strconv.Itoa(e.Bytes) }),
			Compare: func(a, b E) int { return cmp.Compare(a.Bytes, b.Bytes) }},
		{Key: "request", Title: "REQUEST", Width: 20, Priority: 2, Text: text(func(e E) string { return e.RequestID })},
	}
}

func status(e Entry) string {
	if e.Status == 0 {
		return "-"
	}
	return strconv.Itoa(e.Status)
}

func statusRole(e Entry) tui.Role {
	if e.Status >= 200 && e.Status < 300 {
		return tui.Good
	}
	return tui.Bad
}

func sections(e Entry, now time.Time) []resource.Section {
	at, age := resource.Time(e.Start, now)
	fields := []resource.Field{
		{Label: "Method", Value: e.Method}, {Label: "Path", Value: e.Path, Note: "without its query"}, {Label: "Operation", Value: e.Operation},
		{Label: "Sent", Value: at, Note: age}, {Label: "Took", Value: e.Duration.Round(time.Microsecond).String()},
		{Label: "Status", Value: status(e), Role: statusRole(e)}, {Label: "Attempt", Value: strconv.Itoa(e.Attempt)},
		{Label: "Answer", Value: strconv.Itoa(e.Bytes), Note: "bytes"}, {Label: "Request id", Value: e.RequestID,
			Note: "quote it to Cloudflare support"},
	}
	if e.Error != "" {
		fields = append(fields, resource.Field{Label: "Error", Value: e.Error, Role: tui.Bad, Prose: true})
	}
	return []resource.Section{{Title: "Request", Fields: fields}}
}

// aroundMost bounds how many other requests stand around one.
const aroundMost = 24

// around are what was asked right before and after it, and the other requests of the operation.
func (m *Module) around(e Entry, now time.Time) []resource.Section {
	all := m.env.Requests.Entries()
	at := slices.IndexFunc(all, func(other Entry) bool { return other.Number == e.Number })
	from := max(0, min(at-aroundMost/2, len(all)-aroundMost-1))
	beside := resource.Section{Title: "Before and after (UTC)"}
	for _, other := range all[from:min(len(all), from+aroundMost+1)] {
		if other.Number != e.Number {
			beside.Fields = append(beside.Fields, m.line(other, other.Method+" "+cmp.Or(other.Operation, other.Path)))
		}
	}
	alike := resource.Section{Title: "Other requests of this operation"}
	for _, other := range all {
		if other.Number != e.Number && other.Operation == e.Operation && len(alike.Fields) < aroundMost {
			alike.Fields = append(alike.Fields, m.line(other, strconv.Itoa(other.Bytes)+" bytes"))
		}
	}
	return []resource.Section{beside, alike, events.Near(m.env, e.Start, now)}
}

// line is another request in one line, which leads to its page.
func (m *Module) line(e Entry, what string) resource.Field {
	return resource.Field{Label: "#" + strconv.Itoa(e.Number) + " " + e.Start.UTC().Format("15:04:05"), Value: status(e), Role: statusRole(e),
		Note: tui.Clean(what) + ", " + e.Duration.Round(time.Millisecond).String(),
		Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), e) }}
}
