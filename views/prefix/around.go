package prefix

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/events"
)

// around is what is known around a prefix: the paths to its addresses, and what happened to it.
func (m *Module) around(r row, now time.Time) []resource.Section {
	if !r.isPrefix() {
		return nil
	}
	return append(m.env.Paths(r.CIDR),
		events.Around(m.env, now, diagnose.Subject{Kind: store.Prefixes, ID: r.ID, Name: r.CIDR}))
}

// aroundService is what is bound to a service.
func (m *Module) aroundService(s api.AddressingService, now time.Time) []resource.Section {
	bound := resource.Section{Title: "Bound to it"}
	for _, r := range m.rows() {
		for _, b := range r.Bindings.Rows {
			if b.ServiceID == s.ID {
				bound.Fields = append(bound.Fields, resource.Field{Label: b.CIDR, Value: provisioningNote(r, b, now), Open: m.openOneBinding(r, b)})
			}
		}
	}
	if len(bound.Fields) == 0 {
		bound.Fields = []resource.Field{{Value: "nothing that was read", Role: tui.Muted, Prose: true}}
	}
	return []resource.Section{bound}
}
