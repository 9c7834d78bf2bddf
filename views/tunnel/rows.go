package tunnel

import (
	"time"

	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// RowActions implements kit.RowOwner.
func (m *Module) RowActions(of store.Kind, id string) []tui.Action {
	if t, ok := m.ofKind(of, id); ok {
		return resource.RowActions(m.describe(kind.GRETunnels.About().Title), t)
	}
	return nil
}

// RowSections implements kit.RowOwner.
func (m *Module) RowSections(of store.Kind, id string, now time.Time) []resource.Section {
	if t, ok := m.ofKind(of, id); ok {
		return resource.RowSections(m.describe(kind.GRETunnels.About().Title), t, now)
	}
	return nil
}

func (m *Module) ofKind(of store.Kind, id string) (store.Tunnel, bool) {
	if of != kind.GRETunnels && of != kind.IPsecTunnels {
		return store.Tunnel{}, false
	}
	return m.byID(id)
}
