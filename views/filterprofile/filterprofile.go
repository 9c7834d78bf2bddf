// Package filterprofile binds BGP filter profiles to the frame: which routes sessions let through.
package filterprofile

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
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

// Module is the BGP filter profiles of the account. Of kit.Capabilities it leaves out:
//   - Relater: a session names its profile itself
//   - Dependent: a profile depends on no object
//   - Subnetter: its networks are a filter, and not in use
//   - Setter: four fields need no guide
//   - Follower: nothing comes up
//   - Conductor: no next hop lies in it
//   - RouteTable: it has no routes
//   - Tracer: it has no address
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{kit.PaletteEntry(kind.FilterProfiles, func() tui.View { return resource.NewList(m.describe(), m.source()) })}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[api.FilterProfile] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.FilterProfile { return s.FilterProfiles.Rows },
		store.Target{Kind: kind.FilterProfiles}, store.Target{Kind: store.Links})
}

// unconfirmed stands on the page: no document that is kept here has the profiles.
const unconfirmed = "Filter profiles are in beta, and known from Cloudflare's API reference only: what a session does with a route that " +
	"no target " +
	"matches is not documented (unconfirmed)."

func (m *Module) describe() resource.Description[api.FilterProfile] {
	type P = api.FilterProfile
	return resource.Description[P]{
		Plural: kind.FilterProfiles.About().Title, SortBy: "name",
		ID:       func(p P) string { return p.ID },
		Name:     name,
		JSON:     func(p P) []byte { return p.JSON() },
		Columns:  append(columns(), m.usedColumn()),
		Sections: m.sections, Around: m.around,
		NoWrites: m.env.NoWrites,
		Create:   m.editor().Create,
		Edit:     func(p P) tea.Cmd { return m.editor().Edit(p.ID, name(p)) },
		Delete:   func(p P) tea.Cmd { return m.editor().Delete(p.ID, name(p)) },
	}
}

func (m *Module) sections(p api.FilterProfile, now time.Time) []resource.Section {
	created, createdAge := resource.Time(p.CreatedOn.Time, now)
	modified, modifiedAge := resource.Time(p.ModifiedOn.Time, now)
	fields := []resource.Field{{Label: "On a match", Value: cmp.Or(p.MatchAction, "-"), Note: actionNote(p.MatchAction)}}
	for i, target := range p.Targets {
		label := ""
		if i == 0 {
			label = "Targets"
		}
		fields = append(fields, resource.Field{Label: label, Value: target, Note: meaning(target)})
	}
	if len(p.Targets) == 0 {
		fields = append(fields, resource.Field{Label: "Targets", Value: "none", Role: tui.Muted})
	}
	fields = append(fields, resource.Field{Value: unconfirmed, Role: tui.Muted, Prose: true})
	return []resource.Section{{Title: "BGP filter profile", Fields: fields}, m.usedBy(p.ID),
		{Title: "Identity", Fields: []resource.Field{
			{Label: "Name", Value: name(p)}, {Label: "Description", Value: cmp.Or(p.Description, "-")}, {Label: "ID", Value: p.ID},
			{Label: "Created", Value: created, Note: createdAge}, {Label: "Modified", Value: modified, Note: modifiedAge}}}}
}

// actionNote says what an action does.
func actionNote(action string) string {
	switch action {
	case rules.FilterAllow:
		return "a route that a target matches is let through"
	case rules.FilterDeny:
		return "a route that a target matches is dropped"
	}
	return ""
}

// meaning is a target in words.
func meaning(target string) string {
	network, lengths, braced := strings.Cut(strings.TrimSuffix(target, "}"), "{")
	low, high, ranged := strings.Cut(lengths, ",")
	switch {
	case ranged:
		return "inside " + network + ", lengths " + low + " to " + high
	case braced:
		return "inside " + network + ", length " + low + " only"
	case strings.HasSuffix(target, "+"):
		return "this network and all inside it"
	}
	return "this network alone"
}

// use is a session that names a profile.
type use struct {
	name, side string
	open       func() tui.View
}

// uses are the sessions that name a profile, of tunnels and of interconnects, as far as those lists were read.
func (m *Module) uses(id string) []use {
	last := m.env.Feed.Last()
	var out []use
	add := func(of store.Kind, object, name string, b *api.BGP) {
		for _, side := range kit.FilterSides(b) {
			if side.ID == id {
				out = append(out, use{name, side.Label, func() tui.View { return m.env.Open(of, object) }})
			}
		}
	}
	for _, t := range last.Tunnels {
		add(store.Tunnels(t.Kind), t.ID, t.Name, t.BGP)
	}
	for _, l := range last.Links.Rows {
		add(store.Links, l.ID, l.Name, l.BGP)
	}
	return out
}

// unread is why it cannot be told who uses a profile; empty when it can.
func (m *Module) unread() string {
	return m.env.Feed.Last().CannotTell(store.GRETunnels, store.IPsecTunnels, store.Links)
}

// usedBy is the section of the sessions that name the profile.
func (m *Module) usedBy(id string) resource.Section {
	s := resource.Section{Title: "Used by"}
	for _, u := range m.uses(id) {
		s.Fields = append(s.Fields, resource.Field{Label: u.name, Value: u.side, Open: u.open})
	}
	switch why := m.unread(); {
	case why != "":
		s.Fields = append(s.Fields, resource.Field{Value: why, Role: tui.Pending, Prose: true})
	case len(s.Fields) == 0:
		s.Fields = append(s.Fields, resource.Field{Label: "Sessions", Value: "none", Role: tui.Muted,
			Note: "name it in the BGP part of a tunnel's form"})
	}
	return s
}

// name is what people call the profile.
func name(p api.FilterProfile) string { return cmp.Or(p.Name, p.ID) }

// columns are the columns of the list that the object itself fills.
func columns() []table.Column[api.FilterProfile] {
	type P = api.FilterProfile
	return []table.Column[P]{
		{Key: "name", Title: "NAME", Width: 20, Grow: 24, Text: field.Cell(name), Role: func(P) tui.Role { return tui.Strong }},
		{Key: "action", Title: "ACTION", Width: 6, Text: field.Cell(func(p P) string { return cmp.Or(p.MatchAction, "-") })},
		{Key: "targets", Title: "TARGETS", Width: 20, Grow: 40,
			Text: field.Cell(func(p P) string { return cmp.Or(strings.Join(p.Targets, " "), "none") })},
		{Key: "description", Title: "DESCRIPTION", Width: 20, Grow: 30, Priority: 1, Text: field.Cell(func(p P) string { return p.Description }),
			Role: func(P) tui.Role { return tui.Muted }},
	}
}

// usedColumn counts the sessions that name the profile.
func (m *Module) usedColumn() table.Column[api.FilterProfile] {
	return table.Column[api.FilterProfile]{Key: "used", Title: "USED BY", Width: 7, Right: true,
		Text: field.Cell(func(p api.FilterProfile) string {
			n := strconv.Itoa(len(m.uses(p.ID)))
			if m.unread() != "" {
				return "≥" + n
			}
			return n
		}), Words: func(p api.FilterProfile) string {
			var names []string
			for _, u := range m.uses(p.ID) {
				names = append(names, u.name)
			}
			return strings.Join(append(names, m.env.PeerAS(names...)), " ")
		}}
}

// Listings are the kinds of this folder as `flarewire list` and `get` print them.
func Listings() []kit.Listing {
	return []kit.Listing{kit.ListingOf[api.FilterProfile]{Kind: kind.FilterProfiles,
		List: kit.AllOf(func(a *api.AccountClient) api.Collection[api.FilterProfile] { return a.FilterProfiles }),
		ID:   func(p api.FilterProfile) string { return p.ID }, Name: name, JSON: api.FilterProfile.JSON,
		Columns: func(tui.Glyphs) []table.Column[api.FilterProfile] { return columns() },
	}.Listing()}
}

func (m *Module) editor() edit.Editor[api.FilterProfile] {
	return edit.Editor[api.FilterProfile]{Env: m.env, Resource: change.Kind[api.FilterProfile](kind.FilterProfiles), Form: m.form,
		Draft: "bgp-filter", Blank: api.FilterProfile{MatchAction: rules.FilterAllow}, Guard: m.guard}
}

// guard says whose routes a change concerns.
func (m *Module) guard(_ context.Context, verb journal.Verb, opened, wanted api.FilterProfile) (change.Guards, error) {
	var g change.Guards
	if verb == journal.Create {
		g.Consequences = []string{"No session uses it before a tunnel or a CNI names it: edit its BGP part"}
		return g, nil
	}
	var names []string
	for _, u := range m.uses(opened.ID) {
		names = append(names, u.name+" ("+u.side+")")
	}
	if why := m.unread(); why != "" {
		g.Warnings = append(g.Warnings, "Whether a session uses it: "+why)
	}
	if len(names) == 0 {
		return g, nil
	}
	if verb == journal.Delete {
		g.Warnings = append(g.Warnings, "Sessions name it: "+strings.Join(names, ", ")+". Whether Cloudflare deletes it all the same, and what "+
			"they let through then, is not documented (unconfirmed)")
		return g, nil
	}
	g.Warnings = append(g.Warnings, "Routes may come and go at once on "+strings.Join(names, ", ")+
		"; whether the sessions are reset is not documented (unconfirmed)")
	return g, nil
}

func (m *Module) form(title string, p api.FilterProfile, submit func(api.FilterProfile) tea.Cmd) form.Options {
	return form.Options{
		Title: title, Verb: "review",
		Values: form.Values{"name": p.Name, "description": p.Description, "match_action": p.MatchAction,
			"targets": strings.Join(p.Targets, " ")},
		Sections: []form.Section{{Title: "Profile", Intro: "Which routes the sessions that use it accept or advertise.",
			Fields: []form.Field{
				{Key: "name", Label: "Name", Help: "A name of your choice", Check: field.Check(rules.FilterName)},
				{Key: "match_action", Label: "On a match", Control: form.Choice, Help: "What to do with a route that matches a target",
					Choices: []form.Option{{Value: rules.FilterAllow, Label: "allow"}, {Value: rules.FilterDeny, Label: "deny"}}},
				{Key: "targets", Label: "Targets", Help: "Prefixes separated by spaces; 10.0.0.0/8{8,24}, or + for all inside it",
					Suggest: func(form.Values) []string { return []string{"0.0.0.0/0", "10.0.0.0/8{8,24}", "10.0.0.0/8+"} },
					Check:   checkTargets},
				{Key: "description", Label: "Description", Help: "Free text for your colleagues", Check: field.Check(rules.FilterDescription)},
			}}},
		Submit: func(v form.Values) tea.Cmd {
			p.Name, p.Description = strings.TrimSpace(v["name"]), strings.TrimSpace(v["description"])
			p.MatchAction, p.Targets = v["match_action"], strings.Fields(v["targets"])
			return submit(p)
		},
	}
}

// checkTargets applies the rule to every target, with blanks between: a comma stands within one.
func checkTargets(v string, _ form.Values) form.Finding {
	targets := strings.Fields(v)
	if len(targets) == 0 {
		return field.Finding(rules.FilterTarget(""))
	}
	var worst form.Finding
	for _, target := range targets {
		worst = field.WorstOf(worst, field.Finding(rules.FilterTarget(target)))
	}
	return worst
}

// Objects implements kit.Indexer.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, p := range m.env.Feed.Last().FilterProfiles.Rows {
		out = append(out, tui.Object{ID: "filters/" + p.ID, Kind: string(kind.FilterProfiles), Label: "BGP filter", Name: name(p),
			More: []string{p.ID}, Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), p) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, tui.Clean(p.MatchAction)) }})
	}
	return out
}

// Linked implements kit.Indexer: the way along tunnel, route and prefix does not lead over a filter.
func (m *Module) Linked(kit.Subject) []tui.Object { return nil }

// OpenObject implements kit.Opener.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	if of != kind.FilterProfiles {
		return nil
	}
	for _, p := range m.env.Feed.Last().FilterProfiles.Rows {
		if p.ID == id {
			return resource.NewDetail(m.describe(), m.source(), p)
		}
	}
	return nil
}
