package activity

import (
	"fmt"
	"strings"
	"time"

	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/events"
)

// around is what was changed with an entry, what else was changed on its object, and what was seen to happen then.
func (m *Module) around(e journal.Entry, now time.Time) []resource.Section {
	together, of := resource.Section{Title: "Changed together"}, resource.Section{Title: "Other changes of " + tui.Clean(e.Name)}
	for _, other := range m.list.Rows() {
		switch {
		case other.ID == e.ID:
		case e.Batch != "" && other.Batch == e.Batch:
			together.Fields = append(together.Fields, m.line(other))
		case e.ObjectID != "" && other.ObjectID == e.ObjectID && other.Resource == e.Resource:
			of.Fields = append(of.Fields, m.line(other))
		}
	}
	if len(of.Fields) == 0 {
		of.Fields = []resource.Field{{Value: "none from this machine", Role: tui.Muted, Prose: true}}
	}
	return []resource.Section{together, of, events.Near(m.env, e.Time, now)}
}

// line is another entry in one line, which leads to its page.
func (m *Module) line(e journal.Entry) resource.Field {
	return resource.Field{Label: e.Time.UTC().Format("2006-01-02 15:04"), Value: outcome(e), Role: outcomeRole(e),
		Note: fmt.Sprintf("%s %s %s", e.Verb, strings.ReplaceAll(e.Resource, "_", " "), tui.Clean(e.Name)),
		Open: func() tui.View { return resource.NewDetail(m.describe(), m.source(), e) }}
}
