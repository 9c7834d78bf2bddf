package interconnect

import (
	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Named implements kit.Namer: slots by their site and their id, and the CNI settings.
func (m *Module) Named() []tui.Object {
	settings := tui.Object{ID: "settings", Kind: string(kind.CNISettings), Label: "settings", Name: "CNI settings",
		Open: m.openSettings}
	return append(kit.NamedRows(kind.Slots.About().One, m.describeSlots(), m.slotSource(),
		func(s api.Slot) []string { return []string{s.ID} }), settings)
}
