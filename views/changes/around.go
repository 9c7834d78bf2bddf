package changes

import (
	"time"

	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/events"
)

// aroundMost bounds how many other changes stand around one.
const aroundMost = 20

// around is what else was changed on the object, what was changed at about that time, and what was seen to happen then.
func (m *Module) around(c change, now time.Time) []resource.Section {
	of := resource.Section{Title: "Other changes of " + tui.Clean(m.name(c))}
	near := resource.Section{Title: "Changed within an hour"}
	for _, other := range m.list.Rows() {
		switch {
		case id(other) == id(c):
		case sameObject(objectID(other), objectID(c)):
			if len(of.Fields) < aroundMost {
				of.Fields = append(of.Fields, m.line(other, what(other)))
			}
		case other.at.Sub(c.at).Abs() <= time.Hour && len(near.Fields) < aroundMost:
			near.Fields = append(near.Fields, m.line(other, m.name(other)+", "+what(other)))
		}
	}
	if len(of.Fields) == 0 {
		of.Fields = []resource.Field{{Value: "none in the last 30 days", Role: tui.Muted, Prose: true}}
	}
	return []resource.Section{of, near, events.Near(m.env, c.at, now)}
}

// line is another change in one line, which leads to its page.
func (m *Module) line(c change, text string) resource.Field {
	return resource.Field{Label: c.at.UTC().Format("01-02 15:04:05"), Value: tui.Clean(text), Note: by(c),
		Open: func() tui.View { return resource.NewDetail(m.describe(), m.list.Source(), c) }}
}
