package interconnect

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/sorting"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
)

func (m *Module) describeSlots() resource.Description[api.Slot] {
	return resource.Description[api.Slot]{
		Plural:  kind.Slots.About().Title,
		ID:      func(s api.Slot) string { return s.ID },
		Name:    func(s api.Slot) string { return field.Or(s.Site, "slot") + " " + s.Speed },
		JSON:    func(s api.Slot) []byte { return s.JSON() },
		Columns: m.slotColumns(), SortBy: "occupied",
		Summary: slotSummary, Sections: m.slotSections, Around: m.aroundSlot,
		NoWrites: m.env.NoWrites, NoEdit: kind.Slots.About().WhyNot(kind.Update),
		NoDelete: resource.Always[api.Slot](kind.Slots.About().WhyNot(kind.Delete)),
		Actions:  m.slotActions,
	}
}

// slotActions order a port in a slot.
func (m *Module) slotActions(s api.Slot) []tui.Action {
	why := m.env.NoWrites
	if why == "" && s.Occupied {
		why = "this slot is occupied"
	}
	return []tui.Action{{Name: "new", Keys: []string{"n"}, Short: "order", Footer: true, Why: why,
		Long: "Order a port in this slot: form, review, then send",
		Run:  func() tea.Cmd { return m.portEditor(blankPort(s.ID)).Create() }}}
}

func (m *Module) slotColumns() []table.Column[api.Slot] {
	type S = api.Slot
	muted := func(S) tui.Role { return tui.Muted }
	return []table.Column[S]{
		{Key: "site", Title: "SITE", Width: 8, Grow: 4, Text: field.Cell(func(s S) string { return field.Or(s.Site, "-") }),
			Role: func(S) tui.Role { return tui.Strong }, Compare: compareSlots},
		{Key: "speed", Title: "SPEED", Width: 5, Text: field.Cell(func(s S) string { return field.Or(s.Speed, "-") })},
		{Key: "occupied", Title: "OCCUPIED", Width: 9, Text: field.Cell(func(s S) string { return field.YesNo(s.Occupied) }),
			Role: occupiedRole, Compare: freeFirst},
		{Key: "facility", Title: "FACILITY", Width: 24, Grow: 12, Text: field.Cell(facilityName)},
		{Key: "interconnect", Title: "INTERCONNECT", Width: 15, Text: field.Cell(m.occupant)},
		{Key: "address", Title: "ADDRESS", Width: 30, Grow: 30, Priority: 1, Role: muted, Text: field.Cell(address)},
		{Key: "id", Title: "ID", Width: 36, Priority: 2, Role: muted, Text: field.Cell(func(s S) string { return s.ID })},
	}
}

func occupiedRole(s api.Slot) tui.Role {
	if s.Occupied {
		return tui.Muted
	}
	return tui.Good
}

func compareSlots(a, b api.Slot) int {
	return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Speed, b.Speed), cmp.Compare(a.ID, b.ID))
}

func freeFirst(a, b api.Slot) int {
	if a.Occupied != b.Occupied {
		if a.Occupied {
			return 1
		}
		return -1
	}
	return compareSlots(a, b)
}

// bySite are the slots in the order of their sites.
func bySite(rows []api.Slot) []api.Slot {
	return sorting.Sorted(rows, compareSlots)
}

func facilityName(s api.Slot) string {
	if s.Facility == nil {
		return "-"
	}
	return s.Facility.Name
}

func address(s api.Slot) string {
	if s.Facility == nil {
		return "-"
	}
	return strings.Join(s.Facility.Address, ", ")
}

// occupant is the account's own port in a slot. Whose the others are is not told.
func (m *Module) occupant(s api.Slot) string {
	if p, ok := m.portIn(s.ID); ok {
		return p.Name
	}
	return "-"
}

func slotSummary(rows []api.Slot) tui.Line {
	free := 0
	for _, s := range rows {
		if !s.Occupied {
			free++
		}
	}
	return tui.Line{{Text: fmt.Sprintf("%d slots", len(rows)), Role: tui.Strong}, {Text: fmt.Sprintf("   %d free", free), Role: tui.Good},
		{Text: "   filter example: / site:fra speed:10G occupied:no", Role: tui.Muted}}
}

// facilityFields are where a port or slot is, for a technician who is sent there.
func facilityFields(f *api.Facility) []resource.Field {
	if f == nil {
		return []resource.Field{{Label: "Facility", Value: "-"}}
	}
	out := []resource.Field{{Label: "Facility", Value: f.Name}}
	for i, line := range f.Address {
		label := ""
		if i == 0 {
			label = "Address"
		}
		out = append(out, resource.Field{Label: label, Value: line})
	}
	return out
}

// occupant is what is said of a slot without an interconnect of this account.
func occupant(s api.Slot) string {
	if s.Occupied {
		return "not an interconnect of this account"
	}
	return "-"
}

func (m *Module) slotSections(s api.Slot, _ time.Time) []resource.Section {
	state := resource.Field{Label: "Occupied", Value: field.YesNo(s.Occupied), Role: occupiedRole(s)}
	if !s.Occupied {
		state.Note = "n orders a port here"
	}
	fields := append([]resource.Field{{Label: "Site", Value: field.Or(s.Site, "-")}, {Label: "Speed", Value: field.Or(s.Speed, "-")}, state},
		facilityFields(s.Facility)...)
	over := resource.Section{Title: "Occupied by"}
	if p, ok := m.portIn(s.ID); ok {
		over.Fields = []resource.Field{m.portField(p)}
	} else {
		over.Fields = []resource.Field{missing("Port", m.ports().Complete(), occupant(s))}
	}
	return []resource.Section{{Title: "Slot", Fields: fields}, over, {Title: "Identity", Fields: []resource.Field{
		{Label: "ID", Value: s.ID},
		{Label: "Account", Value: field.Or(s.Account, "-")},
		device(s.CCRDeviceName),
	}}}
}
