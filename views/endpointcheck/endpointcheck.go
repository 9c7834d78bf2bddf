// Package endpointcheck binds endpoint health checks to the frame. Cloudflare's dashboard has no page for them.
package endpointcheck

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the endpoint health checks of the account. Of kit.Capabilities it leaves out:
//   - Relater: a check probes a host, whatever the tunnels do
//   - Opener: the API gives no result of a check to find something about
//   - Dependent: a check depends on no object of the account
//   - Subnetter: its address is a host anywhere
//   - Setter: two fields need no guide
//   - Follower: the API gives no result
//   - Conductor: no next hop lies in it
//   - RouteTable: it has no routes
//   - Tracer: the tracer takes any address
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{kit.PaletteEntry(kind.EndpointChecks, func() tui.View { return resource.NewList(m.describe(), m.source()) })}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[api.EndpointCheck] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.EndpointCheck { return s.EndpointChecks.Rows },
		store.Target{Kind: store.EndpointChecks})
}

func (m *Module) describe() resource.Description[api.EndpointCheck] {
	type C = api.EndpointCheck
	return resource.Description[C]{
		Plural: kind.EndpointChecks.About().Title, SortBy: "endpoint",
		ID:      func(c C) string { return c.ID },
		Name:    name,
		JSON:    func(c C) []byte { return c.JSON() },
		Columns: columns(),
		Sections: func(c C, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Endpoint health check", Fields: []resource.Field{
				{Label: "Endpoint", Value: c.Endpoint, Note: "probed from Cloudflare's data centers, independent of the tunnels' own checks"},
				{Label: "Type", Value: c.CheckType}, {Label: "Name", Value: cmp.Or(c.Name, "-")}, {Label: "ID", Value: c.ID}}}}
		},
		Around: m.around, NoWrites: m.env.NoWrites,
		Actions: func(c C) []tui.Action { return m.env.WhereAction(c.Endpoint) },
		Create:  m.editor().Create,
		Edit:    func(c C) tea.Cmd { return m.editor().Edit(c.ID, name(c)) },
		Delete:  func(c C) tea.Cmd { return m.editor().Delete(c.ID, name(c)) },
	}
}

// Listings are the kinds of this folder as `flarewire list` and `get` print them.
func Listings() []kit.Listing {
	return []kit.Listing{kit.ListingOf[api.EndpointCheck]{Kind: kind.EndpointChecks,
		List: kit.AllOf(func(a *api.AccountClient) api.Collection[api.EndpointCheck] { return a.EndpointChecks }),
		ID:   func(c api.EndpointCheck) string { return c.ID }, Name: name, JSON: api.EndpointCheck.JSON,
		Columns: func(tui.Glyphs) []table.Column[api.EndpointCheck] { return columns() },
	}.Listing()}
}

// name is what people call the check: its name, or its endpoint when it has none.
func name(c api.EndpointCheck) string { return cmp.Or(c.Name, c.Endpoint) }

// columns are the columns of the list.
func columns() []table.Column[api.EndpointCheck] {
	type C = api.EndpointCheck
	text := func(get func(C) string) func(C, time.Time) string {
		return func(c C, _ time.Time) string { return tui.Clean(get(c)) }
	}
	return []table.Column[C]{
		{Key: "endpoint", Title: "ENDPOINT", Width: 15, Grow: 24, Text: text(func(c C) string { return c.Endpoint }),
			Role: func(C) tui.Role { return tui.Strong }},
		{Key: "type", Title: "TYPE", Width: 6, Text: text(func(c C) string { return c.CheckType })},
		{Key: "name", Title: "NAME", Width: 24, Grow: 30, Text: text(func(c C) string { return cmp.Or(c.Name, "-") })},
	}
}

func (m *Module) editor() edit.Editor[api.EndpointCheck] {
	return edit.Editor[api.EndpointCheck]{Env: m.env, Resource: change.Kind[api.EndpointCheck](kind.EndpointChecks), Form: m.form,
		Draft: "endpoint-check", Blank: api.EndpointCheck{CheckType: rules.EndpointCheckType}}
}

func (m *Module) form(title string, c api.EndpointCheck, submit func(api.EndpointCheck) tea.Cmd) form.Options {
	return form.Options{
		Title: title, Verb: "review", Values: form.Values{"endpoint": c.Endpoint, "name": c.Name},
		Sections: []form.Section{{Title: "Endpoint",
			Intro: "A host of yours that Cloudflare's data centers ping, independent of the tunnels' own checks.", Fields: []form.Field{
				{Key: "endpoint", Label: "Endpoint", Help: "Its address, such as 203.0.113.1", Check: field.Check(rules.Endpoint)},
				{Key: "name", Label: "Name", Help: "A name of your choice; may be empty"},
			}}},
		Submit: func(v form.Values) tea.Cmd {
			c.Endpoint, c.Name = strings.TrimSpace(v["endpoint"]), strings.TrimSpace(v["name"])
			return submit(c)
		},
	}
}

// Objects implements kit.Indexer.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, c := range m.env.Feed.Last().EndpointChecks.Rows {
		out = append(out, tui.Object{ID: "checks/" + c.ID, Kind: string(kind.EndpointChecks), Label: "endpoint check", Name: name(c),
			More: []string{c.ID, c.Endpoint}, Nets: kit.Networks(c.Endpoint),
			Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), c) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, tui.Clean(c.Endpoint)) }})
	}
	return out
}

// Linked implements kit.Indexer: no tunnel, route or prefix is tied to a check.
func (m *Module) Linked(kit.Subject) []tui.Object { return nil }
