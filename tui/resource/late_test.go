package resource_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
)

type thing struct{ id, state string }

// A page is made before it is on the screen, and until then it gets no messages. On a busy machine an answer comes in
// between: the page shows it all the same, and without waiting for the next one.
func TestAnAnswerThatCameBeforeThePage(t *testing.T) {
	rows := []*thing{}
	desc := resource.Description[*thing]{Plural: "Things", SortBy: "id",
		ID: func(o *thing) string { return o.id }, Name: func(o *thing) string { return o.id },
		Columns: []table.Column[*thing]{{Key: "id", Title: "ID", Width: 10, Text: func(o *thing,
			_ time.Time) string {
			return o.id + " " + o.state
		}}},
		Sections: func(o *thing, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Thing", Fields: []resource.Field{{Label: "State", Value: o.state}}}}
		}}
	source := resource.Source[*thing]{Rows: func() []*thing { return rows }, Status: func() tui.Status { return tui.Status{} },
		Announces: func(tea.Msg) bool { return false }, Refresh: func() tea.Cmd { return nil }}
	list, detail := resource.NewList(desc, source), resource.NewDetail(desc, source, &thing{"one", "old"})
	made := resource.NewDetail(desc, source, &thing{"two", "made"})
	rows = []*thing{{"one", "new"}}
	app := tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Now: time.Now, Home: func() tui.View { return list }})
	app.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	app.Init()
	for _, step := range []struct {
		page tui.View
		want string
	}{{list, "one new"}, {detail, "new"}, {made, "made"}} {
		if step.page != tui.View(list) {
			app.Update(tui.Push(step.page)())
		}
		if s := ansi.Strip(app.Screen()); !strings.Contains(s, step.want) || strings.Contains(s, "no longer") {
			t.Errorf("no %q on the screen, or an object that is not listed yet is said to be gone\n%s", step.want, s)
		}
	}
}
