package resource_test

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

// tunnel is about as large as an object of the API.
type tunnel struct {
	id, name, state string
	_               [30]string
}

type roundMsg struct{}

// manyTunnels is the list of a large account, whose rows a round of polling brings anew.
func manyTunnels(n int) (resource.Description[tunnel], resource.Source[tunnel]) {
	rows := make([]tunnel, n)
	for i := range rows {
		rows[i] = tunnel{id: fmt.Sprintf("id-%d", i), name: fmt.Sprintf("site-%d-gre", i*7919%n), state: []string{"up", "down"}[i%13/12]}
	}
	text := func(get func(tunnel) string) func(tunnel, time.Time) string {
		return func(t tunnel, _ time.Time) string { return get(t) }
	}
	name := func(t tunnel) string { return t.name }
	desc := resource.Description[tunnel]{Plural: "Tunnels", ID: func(t tunnel) string { return t.id }, Name: name, SortBy: "name",
		Columns: []table.Column[tunnel]{
			{Key: "name", Title: "NAME", Width: 20, Text: text(name)},
			{Key: "state", Title: "STATE", Width: 8, Text: text(func(t tunnel) string { return t.state }),
				Role: func(t tunnel) tui.Role { return map[string]tui.Role{"down": tui.Bad}[t.state] }},
			{Key: "id", Title: "ID", Width: 10, Text: text(func(t tunnel) string { return t.id })},
		},
		Summary: func(all []tunnel) tui.Line { return tui.Text(tui.Plain, fmt.Sprint(len(all))) },
		Sections: func(t tunnel, _ time.Time) []resource.Section {
			return []resource.Section{{Fields: []resource.Field{{Label: "State", Value: t.state}}}}
		}}
	return desc, resource.Source[tunnel]{Rows: func() []tunnel { return rows },
		Status:    func() tui.Status { return tui.Status{Updated: time.Now()} },
		Announces: func(msg tea.Msg) bool { _, is := msg.(roundMsg); return is }, Refresh: func() tea.Cmd { return nil }}
}

func action(b *testing.B, v tui.View, name string) tui.Action {
	b.Helper()
	for _, a := range v.Actions() {
		if a.Name == name {
			return a
		}
	}
	b.Fatalf("there is no action %q", name)
	return tui.Action{}
}

// What a list of 10,000 rows costs at a refresh, and at a key.
func BenchmarkList(b *testing.B) {
	canvas := tui.Canvas{Width: 120, Height: 40, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}
	list := resource.NewList(manyTunnels(10_000))
	list.Draw(canvas)
	b.Run("refresh", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			list.Update(roundMsg{})
		}
	})
	b.Run("cursor key and draw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			action(b, list, "down").Run()
			list.Draw(canvas)
		}
	})
	b.Run("sorted the other way round", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			action(b, list, "sort-reverse").Run()
		}
	})
	b.Run("read out", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			list.Tell(time.Time{})
		}
	})
}

// The page of one object of 10,000 finds it again at every refresh.
func BenchmarkDetail(b *testing.B) {
	b.ReportAllocs()
	desc, source := manyTunnels(10_000)
	detail := resource.NewDetail(desc, source, source.Rows()[9_999])
	for b.Loop() {
		detail.Update(roundMsg{})
	}
}
