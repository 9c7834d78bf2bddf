// Package location is the pages of Cloudflare's data centers: which of them carry traffic, and what they see of the tunnels.
package location

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the pages.
type Module struct {
	env *kit.Env

	of   *diagnose.Account // whose locations these are
	rows []*diagnose.LocationView
}

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env: env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"locations", "colos"},
		Help: "Cloudflare's data centers: their traffic, and which tunnels they report as down",
		Open: func() tui.View { return resource.NewList(m.describe(), m.source()) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[*diagnose.LocationView] {
	return live.Rows(m.env.Feed, func(*store.Snapshot) []*diagnose.LocationView { return m.all() },
		store.TargetsOf(store.LocationHealth, store.GRETunnels)...)
}

// all are the locations, made once for each state of the data.
func (m *Module) all() []*diagnose.LocationView {
	if a := m.env.Feed.Diagnosis(); a != m.of {
		m.of, m.rows = a, nil
		for _, s := range a.Locations() {
			m.rows = append(m.rows, &s)
		}
	}
	return m.rows
}

func (m *Module) describe() resource.Description[*diagnose.LocationView] {
	type S = *diagnose.LocationView
	return resource.Description[S]{
		Plural: "Locations", SortBy: "sees",
		None:    "The analytics list no data center: no tunnel is probed yet, or the credential cannot read analytics.",
		Gone:    "The analytics no longer list this data center.",
		Scope:   "in the analytics",
		ID:      func(s S) string { return s.Name },
		Name:    func(s S) string { return diagnose.LocationName(s.Name) },
		Summary: m.summary,
		Columns: []table.Column[S]{
			{Key: "location", Title: "LOCATION", Width: 9, Text: field.Cell(func(s S) string { return s.Name }),
				Role: func(S) tui.Role { return tui.Strong }},
			{Key: "city", Title: "CITY", Width: 11, Grow: 12, Priority: 1, Text: field.Cell(func(s S) string { return cmp.Or(s.City, "-") })},
			{Key: "traffic", Title: "TRAFFIC", Width: 16, Text: field.Cell(func(s S) string { return traffic(*s) }),
				Compare: func(a, b S) int { return cmp.Compare(rateOf(*b), rateOf(*a)) }},
			{Key: "sees", Title: "SEES", Width: 35, Grow: 16, Text: field.Cell(func(s S) string { return sign(*s, m.env.Glyphs) + s.Text() }),
				Role: func(s S) tui.Role { return role(*s) }, Compare: func(a, b S) int { return a.Worst(*b) }},
			{Key: "tunnels", Title: "WHICH", Width: 24, Grow: 60, Priority: 2, Text: field.Cell(func(s S) string { return which(*s) }),
				Role: func(S) tui.Role { return tui.Muted }, Words: func(s S) string { return m.env.PeerAS(badNames(*s)...) }},
		},
		Sections: func(s S, _ time.Time) []resource.Section { return m.sections(*s) },
	}
}

// summary says what the numbers are of: whether they are weighed by traffic, and what was not asked.
func (m *Module) summary(rows []*diagnose.LocationView) tui.Line {
	l := m.env.Feed.Last().Locations
	if len(rows) == 0 {
		return nil
	}
	busy := 0
	for _, s := range rows {
		if !s.Idle() {
			busy++
		}
	}
	text := fmt.Sprintf("%s, %d with traffic in the last hour", tui.Count(len(rows), "locations"), busy)
	if !l.Weighed {
		text = tui.Count(len(rows), "locations") + "; which of them carry traffic is not known: unweighted"
	}
	line := tui.Line{{Text: text, Role: tui.Muted}}
	if l.Missing != "" {
		line = append(line, tui.Span{Text: ". In part: " + tui.Clean(l.Missing), Role: tui.Pending})
	}
	return line
}

// sections are the page of one location.
func (m *Module) sections(s diagnose.LocationView) []resource.Section {
	l := m.env.Feed.Last().Locations
	first := resource.Section{Title: "Location", Fields: []resource.Field{
		{Label: "City", Value: cmp.Or(s.City, "-"), Note: "inferred from the airport code"},
		{Label: "Traffic", Value: traffic(s), Note: "all tunnels, both directions, last hour"},
		{Label: "Sees", Value: s.Text(), Role: role(s), Note: fmt.Sprintf("mean of %d minutes", int(store.HealthWindow.Minutes()))},
	}}
	prose := func(to *resource.Section, text string) {
		to.Fields = append(to.Fields, resource.Field{Value: text, Role: tui.Muted, Prose: true})
	}
	switch {
	case !s.Asked:
		prose(&first, "How it sees the tunnels was not asked: "+cmp.Or(l.Missing, "it carries no traffic")+".")
	case s.Idle():
		prose(&first, "No tunnel has traffic here: what it sees needs no action.")
	case !l.Weighed:
		prose(&first, "Whether it carries traffic is not known.")
	}
	second := resource.Section{Title: "Not healthy from here"}
	for _, b := range s.Bad {
		f := resource.Field{Label: tui.Clean(b.Name), Value: string(b.State), Role: stateRole(b), Note: flow(b)}
		if b.ID != "" {
			f.Open = func() tui.View { return m.env.Open(b.Kind, b.ID) }
		}
		second.Fields = append(second.Fields, f)
	}
	if len(s.Bad) == 0 && s.Asked {
		prose(&second, "None.")
	}
	return []resource.Section{first, second}
}

// flow says what the tunnel's traffic at the location is.
func flow(b diagnose.BadTunnel) string {
	switch {
	case b.BitRate == nil:
		return "its traffic here is not known"
	case b.Idle():
		return "no traffic here"
	}
	return field.Rate(*b.BitRate) + " in the last hour"
}

func stateRole(b diagnose.BadTunnel) tui.Role {
	switch {
	case b.Idle():
		return tui.Muted
	case b.State == store.HealthDown:
		return tui.Bad
	}
	return tui.Pending
}

// role is how bad what the location sees is.
func role(s diagnose.LocationView) tui.Role {
	switch acting := s.Acting(); {
	case !s.Asked || len(acting) == 0 && len(s.Bad) > 0:
		return tui.Muted
	case len(acting) == 0:
		return tui.Good
	case acting[0].State == store.HealthDown:
		return tui.Bad
	}
	return tui.Pending
}

// Line is a location with what it sees and its traffic, for a line of another page. Its share of the traffic stands on its own.
func Line(s diagnose.LocationView, g tui.Glyphs) tui.Line {
	rate := s
	rate.Share = nil
	return tui.Line{{Text: tui.Fit(tui.Clean(s.Name), 7), Role: tui.Strong}, {Text: tui.Fit(tui.Clean(s.City), 11) + " "},
		{Text: tui.Fit(sign(s, g)+s.Text(), 35) + " ", Role: role(s)}, {Text: traffic(rate), Role: tui.Muted}}
}

func sign(s diagnose.LocationView, g tui.Glyphs) string {
	return g.ForRole(role(s)) + " "
}

// traffic is what passes the location: "12.4 Mbit/s 34 %".
func traffic(s diagnose.LocationView) string {
	switch {
	case s.BitRate == nil:
		return "not known"
	case s.Idle():
		return "none"
	case s.Share == nil:
		return field.Rate(*s.BitRate)
	}
	return fmt.Sprintf("%s %.0f %%", field.Rate(*s.BitRate), 100**s.Share)
}

func rateOf(s diagnose.LocationView) float64 {
	if s.BitRate == nil {
		return -1
	}
	return *s.BitRate
}

// which names the tunnels that it does not see healthy, those with traffic there first.
func which(s diagnose.LocationView) string { return cmp.Or(strings.Join(badNames(s), " "), "-") }

func badNames(s diagnose.LocationView) []string {
	var names []string
	for _, b := range s.Bad {
		names = append(names, b.Name)
	}
	return names
}

// Named implements kit.Namer: a location is found by its code and by its city.
func (m *Module) Named() []tui.Object {
	return kit.NamedRows("location", m.describe(), m.source(), func(s *diagnose.LocationView) []string { return []string{s.Name, s.City} })
}
