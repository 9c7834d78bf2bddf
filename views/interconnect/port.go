package interconnect

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
)

func (m *Module) describePorts() resource.Description[port] {
	return resource.Description[port]{
		Plural:  kind.Ports.About().Title,
		ID:      func(p port) string { return p.Name },
		Name:    func(p port) string { return p.Name },
		JSON:    func(p port) []byte { return p.JSON() },
		Columns: portColumns(m.env.Glyphs, m.cniNames), SortBy: "state",
		Summary:  func(rows []port) tui.Line { return portSummary(rows, m.env.Glyphs) },
		Sections: m.portSections, Around: m.aroundPort,
		Problem:  func(p port) bool { return p.State != store.PortHealthy || m.env.Troubled(kind.Ports, p.Name) },
		NoWrites: m.env.NoWrites,
		Create:   m.portEditor(blankPort("")).Create,
		NoEdit:   kind.Ports.About().WhyNot(kind.Update),
		Delete:   func(p port) tea.Cmd { return m.portEditor(blankPort("")).Delete(p.Name, p.Name) },
		Actions: func(p port) []tui.Action {
			return append([]tui.Action{m.letterAction(p)}, m.env.DashboardAction(kind.Ports)...)
		},
	}
}

// place is where a port is: the site of a cable, the region of a partner's circuit.
func place(p port) string { return field.Or(cmp.Or(p.Site, p.Region), "-") }

func portColumns(g tui.Glyphs, cnis func(port) string) []table.Column[port] {
	muted := func(port) tui.Role { return tui.Muted }
	return []table.Column[port]{
		{Key: "name", Title: "NAME", Width: 15, Grow: 3, Text: field.Cell(func(p port) string { return p.Name }),
			Role: func(port) tui.Role { return tui.Strong }},
		{Key: "state", Title: "STATE", Width: 11, Text: field.Cell(func(p port) string {
			text, _ := StateText(p.State, g)
			return text
		}),
			Role: func(p port) tui.Role { return portRole(p.State) }, Compare: byRank},
		{Key: "site", Title: "SITE", Width: 12, Text: field.Cell(place)},
		{Key: "speed", Title: "SPEED", Width: 5, Text: field.Cell(func(p port) string { return field.Or(p.Speed, "-") })},
		{Key: "reason", Title: "REASON", Width: 24, Grow: 30, Role: muted,
			Text: field.Cell(func(p port) string { return field.Or(p.Reason, "-") })},
		{Key: "cnis", Title: "CNIS", Width: 16, Grow: 10, Priority: 1, Text: field.Cell(cnis)},
		{Key: "type", Title: "TYPE", Width: 11, Priority: 2, Text: field.Cell(func(p port) string { return field.Or(p.Type, "-") })},
		{Key: "facility", Title: "FACILITY", Width: 20, Grow: 20, Priority: 4, Role: muted, Text: field.Cell(func(p port) string {
			if p.Facility == nil {
				return "-"
			}
			return p.Facility.Name
		})},
	}
}

func (m *Module) cniNames(p port) string {
	if !m.cnis().Complete() {
		return "…"
	}
	var names []string
	for _, c := range m.cnisOn(p.Name) {
		names = append(names, c.Magic.ConduitName)
	}
	return field.Or(strings.Join(names, " "), "-")
}

// portSummary counts the states, worst first.
func portSummary(rows []port, g tui.Glyphs) tui.Line {
	states := make([]store.PortState, len(rows))
	for i, r := range rows {
		states[i] = r.State
	}
	return Summary(states, g)
}

// Summary counts the states of ports, worst first.
func Summary(states []store.PortState, g tui.Glyphs) tui.Line {
	line := tui.Line{{Text: tui.Count(len(states), "ports"), Role: tui.Strong}}
	for _, s := range []store.PortState{store.PortDown, store.PortUnhealthy, "", store.PortPending, store.PortHealthy} {
		n := 0
		for _, other := range states {
			if other.Rank() == s.Rank() {
				n++
			}
		}
		if n > 0 {
			line = append(line, tui.Span{Text: fmt.Sprintf("   %s %d %s", portGlyph(s, g), n, strings.ToLower(s.Word())), Role: portRole(s)})
		}
	}
	return line
}

func (m *Module) portSections(p port, now time.Time) []resource.Section {
	return []resource.Section{
		m.stateSection(p, now), m.placeSection(p), m.overSection(p),
		{Title: "Identity", Fields: []resource.Field{
			{Label: "Name", Value: p.Name, Note: "also its ID"},
			{Label: "Type", Value: field.Or(p.Type, "-")},
			{Label: "Owner", Value: field.Or(p.Owner, "-")},
			{Label: "Account", Value: field.Or(p.Account, "-")},
			{Label: "Reservation", Value: field.Or(p.VirtualPortReservationID, "-"), Note: "virtual port reservation; needed for dataplane v2"},
		}},
	}
}

func (m *Module) stateSection(p port, now time.Time) resource.Section {
	at, age := resource.Time(p.Asked.Fetched, now)
	text, role := StateText(p.State, m.env.Glyphs)
	s := resource.Section{Title: "State", Fields: []resource.Field{
		{Label: "State", Value: text, Role: role},
		{Label: "Reason", Value: field.Or(p.Reason, "-")},
		{Label: "Fetched", Value: at, Note: age},
	}}
	if p.Asked.Err != nil {
		s.Fields = append(s.Fields, resource.Field{Label: "Last attempt", Value: kit.ErrorText(p.Asked.Err), Role: tui.Bad, Prose: true})
	}
	s.Fields = append(s.Fields, p.explain()...)
	return s
}

func (m *Module) placeSection(p port) resource.Section {
	if p.Partner() {
		return resource.Section{Title: "Google Cloud partner", Fields: []resource.Field{
			{Label: "Region", Value: p.Region},
			{Label: "Bandwidth", Value: field.Or(p.Speed, "-")},
		}}
	}
	s := resource.Section{Title: "Port", Fields: []resource.Field{
		{Label: "Site", Value: field.Or(p.Site, "-")},
		{Label: "Speed", Value: field.Or(p.Speed, "-")},
	}}
	s.Fields = append(s.Fields, facilityFields(p.Facility)...)
	slot := resource.Field{Label: "Slot", Value: field.Or(p.SlotID, "-")}
	if known, ok := m.slotWith(p.SlotID); ok {
		slot.Open = m.openSlot(known)
	}
	return resource.Section{Title: s.Title, Fields: append(s.Fields, slot,
		device(p.CCRDeviceName))}
}

// device is Cloudflare's router at the other end of the cable.
func device(name string) resource.Field {
	if name == "" {
		return resource.Field{Label: "Device", Value: "-"}
	}
	return resource.Field{Label: "Device", Value: name, Note: "Cloudflare's router"}
}

// overSection is what runs over a port.
func (m *Module) overSection(p port) resource.Section {
	s := resource.Section{Title: "Over this port"}
	for _, c := range m.cnisOn(p.Name) {
		s.Fields = append(s.Fields, m.cniField(c))
	}
	for _, l := range m.linksOn(p) {
		s.Fields = append(s.Fields, m.linkField(l))
	}
	if len(s.Fields) == 0 {
		s.Fields = []resource.Field{missing("CNIs", m.cnis().Complete(), "none")}
	}
	return s
}
