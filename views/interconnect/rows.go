package interconnect

import (
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// RowActions implements kit.RowOwner, for tunnel interfaces.
func (m *Module) RowActions(of store.Kind, id string) []tui.Action {
	if l, ok := m.linkByID(of, id); ok {
		return resource.RowActions(m.describeLinks(), l)
	}
	return nil
}

// RowSections implements kit.RowOwner.
func (m *Module) RowSections(of store.Kind, id string, now time.Time) []resource.Section {
	if l, ok := m.linkByID(of, id); ok {
		return resource.RowSections(m.describeLinks(), l, now)
	}
	return nil
}

func (m *Module) linkByID(of store.Kind, id string) (api.MagicInterconnect, bool) {
	rows := m.links().Rows
	i := slices.IndexFunc(rows, func(l api.MagicInterconnect) bool { return of == kind.Links && l.ID == id })
	if i < 0 {
		return api.MagicInterconnect{}, false
	}
	return rows[i], true
}
