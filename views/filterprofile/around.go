package filterprofile

import (
	"cmp"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// around are the account's other profiles, and the sessions that name none: what else there is to choose from, and for whom.
func (m *Module) around(p api.FilterProfile, _ time.Time) []resource.Section {
	last := m.env.Feed.Last()
	others := resource.Section{Title: "Other profiles"}
	for _, other := range last.FilterProfiles.Rows {
		if other.ID != p.ID {
			others.Fields = append(others.Fields, resource.Field{Label: tui.Clean(name(other)), Value: cmp.Or(other.MatchAction, "-"),
				Note: tui.Clean(strings.Join(other.Targets, " ")), Open: func() tui.View {
					return resource.NewDetail(m.describe(), m.source(), other)
				}})
		}
	}
	without := resource.Section{Title: "Sessions without a filter profile"}
	for _, t := range last.Tunnels {
		if t.BGP != nil && len(kit.FilterSides(t.BGP)) == 0 {
			without.Fields = append(without.Fields, resource.Field{Label: tui.Clean(t.Name), Value: "AS " + t.BGP.ASNText()})
		}
	}
	return []resource.Section{others, without}
}
