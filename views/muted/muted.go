// Package muted is the page of what somebody has muted, why and until when.
package muted

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/mute"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the page.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"muted", "mutes"}, Help: "what is muted, why and until when",
		Open: func() tui.View { return resource.NewList(m.describe(), m.source()) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[mute.Mute] {
	return live.Rows(m.env.Feed, func(*store.Snapshot) []mute.Mute { return m.env.Feed.Muted() },
		store.TargetsOf(store.Overview()...)...)
}

func (m *Module) describe() resource.Description[mute.Mute] {
	type M = mute.Mute
	return resource.Description[M]{
		Plural: "Muted", Counted: "mutes", SortBy: "until",
		None: "Nothing is muted. m on a row of the overview, on a tunnel or on a prefix mutes its problem.",
		Gone: "The mute has ended.",
		ID:   func(x M) string { return x.Resource + "/" + x.Object + "/" + x.Cause },
		Name: func(x M) string { return x.Name },
		Columns: []table.Column[M]{
			{Key: "what", Title: "WHAT", Width: 20, Grow: 40, Text: field.Cell(func(x M) string { return x.Name }),
				Role: func(M) tui.Role { return tui.Strong }, Words: func(x M) string { return m.env.PeerAS(x.Name) }},
			{Key: "cause", Title: "FINDING", Width: 20, Grow: 10, Priority: 1, Text: field.Cell(func(x M) string { return kit.MuteCause(x) })},
			{Key: "until", Title: "UNTIL (UTC)", Width: 16, Text: field.Cell(func(x M) string { return x.Until.UTC().Format("2006-01-02 15:04") }),
				Compare: func(a, b M) int { return a.Until.Compare(b.Until) }},
			{Key: "reason", Title: "REASON", Width: 20, Grow: 60, Text: field.Cell(func(x M) string { return x.Reason })},
		},
		Sections: func(x M, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Muted", Fields: []resource.Field{
				{Label: "What", Value: tui.Clean(x.Name)}, {Label: "Finding", Value: tui.Clean(kit.MuteCause(x))},
				{Label: "Reason", Value: tui.Clean(x.Reason)},
				{Label: "From", Value: x.At.UTC().Format("2006-01-02 15:04 UTC")}, {Label: "Until",
					Value: x.Until.UTC().Format("2006-01-02 15:04 UTC")},
				{Value: "What gets worse before, and for an incident more members, is not muted.", Role: tui.Muted, Prose: true}}}}
		},
		Actions: func(x M) []tui.Action {
			return []tui.Action{{Name: "unmute", Keys: []string{"m"}, Short: "unmute", Footer: true, Long: "End the mute", Run: func() tea.Cmd {
				x.Until = m.env.Now()
				return m.env.Feed.Mute(x)
			}}}
		},
	}
}

// Named implements kit.Namer: a mute is found by what it is of, the finding and the reason.
func (m *Module) Named() []tui.Object {
	return kit.NamedRows("mute", m.describe(), m.source(), func(x mute.Mute) []string { return []string{kit.MuteCause(x), x.Reason} })
}
