// Package timeline is the page of what happened around an incident, on one axis: what was seen, what Cloudflare's log says, and who
// changed what.
package timeline

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/events"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// New makes the page of an incident. Opening it asks Cloudflare's log, once.
func New(env *kit.Env, i diagnose.Incident) tui.View {
	rows := func() []diagnose.Moment {
		return env.Feed.Diagnosis().Timeline(func(e store.Event) string { text, _ := events.Text(e); return text }, i.Members...)
	}
	return resource.NewList(describe(env, rows), resource.Source[diagnose.Moment]{
		Rows: rows, Status: env.Feed.Freshness, Announces: env.Feed.Announces, Refresh: env.Feed.Refresh,
		Open:  func() tea.Cmd { return env.Feed.LookUpIncident(i) },
		Needs: func(string) []string { return store.Needs(store.TargetsOf(store.Overview()...)...) },
	})
}

// Action opens the page of an incident.
func Action(env *kit.Env, i diagnose.Incident, ok bool) tui.Action {
	a := tui.Action{Name: "timeline", Keys: []string{"T"}, Short: "timeline",
		Long: "Show what happened around it: sessions, Cloudflare's log, changes, in UTC", Why: "nothing is wrong that flarewire can see"}
	if ok && len(i.Members) > 0 {
		a.Why, a.Run = "", func() tea.Cmd { return tui.Push(New(env, i)) }
	}
	return a
}

func describe(env *kit.Env, rows func() []diagnose.Moment) resource.Description[diagnose.Moment] {
	type M = diagnose.Moment
	return resource.Description[M]{
		Plural: "Timeline", Counted: "events", SortBy: "at", Reverse: true, Newest: true,
		Gone: "This event is no longer part of the incident.",
		None: "No events known: this was already so when monitoring began, and Cloudflare's log has no entry or was not read.",
		ID:   func(m M) string { return fmt.Sprint(m.At.UnixNano(), m.Name, m.Source, m.Text) },
		Name: func(m M) string { return tui.Clean(m.Name) },
		Columns: []table.Column[M]{
			{Key: "at", Title: "AT (UTC)", Width: 19, Text: field.Cell(func(m M) string { return m.At.UTC().Format(time.DateTime) }),
				Compare: func(a, b M) int { return a.At.Compare(b.At) }},
			{Key: "name", Title: "NAME", Width: 14, Grow: 10, Text: field.Cell(func(m M) string { return m.Name }),
				Role: func(M) tui.Role { return tui.Strong }, Words: func(m M) string { return env.PeerAS(m.Name) }},
			{Key: "source", Title: "SOURCE", Width: 10, Text: field.Cell(func(m M) string { return m.Source }), Role: role},
			{Key: "what", Title: "WHAT", Width: 28, Grow: 90, Text: field.Cell(M.What)},
		},
		Sections: sections,
		Actions: func(M) []tui.Action {
			return []tui.Action{{Name: "copy-text", Keys: []string{"Y"}, Short: "copy text", Footer: true,
				Long: "Copy the whole timeline as text for a ticket, without e-mail addresses or people's IP addresses",
				Run: func() tea.Cmd {
					all := slices.Clone(rows())
					return tea.Batch(tea.SetClipboard(diagnose.TimelineText(all, false)),
						tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52): "+field.Number(len(all))+" lines"))
				}}}
		},
	}
}

func role(m diagnose.Moment) tui.Role {
	if m.Source == diagnose.FromAudit {
		return tui.Accent
	}
	return tui.Muted
}

func sections(m diagnose.Moment, now time.Time) []resource.Section {
	at, age := resource.Time(m.At, now)
	fields := []resource.Field{{Label: "Object", Value: tui.Clean(m.Name)}, {Label: "At", Value: at, Note: age},
		{Label: "Source", Value: m.Source},
		{Label: "What", Value: tui.Clean(m.What()), Prose: true}}
	if m.Source == diagnose.FromRecord {
		fields = append(fields, resource.Field{Prose: true, Role: tui.Muted,
			Value: "From Cloudflare's log. Its field values are not documented: how flarewire reads them is unconfirmed."})
	}
	return []resource.Section{{Title: "Event", Fields: fields}}
}
