package interconnect

import (
	"cmp"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// part is one row of the page of interconnects: a port, the CNIs over it, the tunnel interface of each, and the account's settings.
// Which of the
// objects is set says what it is.
type part struct {
	port     *port
	cni      *api.CNI
	link     *api.MagicInterconnect
	settings *api.CNISettings
	order    int // of the tree
	depth    int // in it
}

// settingsID is the id of the row of the settings, which have none.
const settingsID = "settings"

func (p part) id() string {
	switch {
	case p.port != nil:
		return p.port.Name
	case p.cni != nil:
		return p.cni.ID
	case p.link != nil:
		return p.link.ID
	}
	return settingsID
}

func (p part) name() string {
	switch {
	case p.port != nil:
		return p.port.Name
	case p.cni != nil:
		return p.cni.Magic.ConduitName
	case p.link != nil:
		return p.link.Name
	}
	return kind.CNISettings.About().Title
}

// what it is, in a word that a newcomer understands; the filter of a page's other name looks for it.
func (p part) what() string {
	switch {
	case p.port != nil:
		return "port"
	case p.cni != nil:
		return "CNI"
	case p.link != nil:
		return "interface"
	}
	return "settings"
}

// bgp is the session's configuration, of what has one.
func (p part) bgp() *api.BGP {
	switch {
	case p.cni != nil:
		return p.cni.BGP
	case p.link != nil:
		return p.link.BGP
	}
	return nil
}

// parts are the rows as a tree: each port, the worst first, with its CNIs, each with its tunnel interface; then what belongs to no port.
func (m *Module) parts(s *store.Snapshot) []part {
	var out []part
	add := func(depth int, p part) {
		p.order, p.depth = len(out), depth
		out = append(out, p)
	}
	cnis := sorting.Sorted(s.CNIs.Rows, func(a, b api.CNI) int {
		return tui.Natural(a.Magic.ConduitName,
			b.Magic.ConduitName)
	})
	links := sorting.Sorted(s.Links.Rows, func(a, b api.MagicInterconnect) int { return tui.Natural(a.Name, b.Name) })
	shown := map[string]bool{}
	sides := func(depth int, of func(api.MagicInterconnect) bool) {
		for i := range links {
			if !shown[links[i].ID] && of(links[i]) {
				shown[links[i].ID] = true
				add(depth, part{link: &links[i]})
			}
		}
	}
	over := func(depth int, of func(api.CNI) bool) {
		for i := range cnis {
			if shown[cnis[i].ID] || !of(cnis[i]) {
				continue
			}
			shown[cnis[i].ID] = true
			add(depth, part{cni: &cnis[i]})
			sides(depth+1, func(l api.MagicInterconnect) bool { return l.Name == cnis[i].Magic.ConduitName })
		}
	}
	for _, p := range sorting.Sorted(s.Ports.Rows, func(a, b store.Port) int {
		return cmp.Or(cmp.Compare(a.State.Rank(), b.State.Rank()), tui.Natural(a.Name, b.Name))
	}) {
		add(0, part{port: &port{p}})
		over(1, func(c api.CNI) bool { return c.Interconnect == p.Name })
		sides(1, func(l api.MagicInterconnect) bool {
			return l.VirtualPortReservationID != "" && l.VirtualPortReservationID == p.VirtualPortReservationID
		})
	}
	over(0, func(api.CNI) bool { return true })
	sides(0, func(api.MagicInterconnect) bool { return true })
	if s.CNISettings.Known() {
		settings := api.CNISettings{}
		if len(s.CNISettings.Rows) > 0 {
			settings = s.CNISettings.Rows[0]
		}
		add(0, part{settings: &settings})
	}
	return out
}

func (m *Module) partSource() resource.Source[part] {
	return source(m, m.parts, store.Ports, store.CNIs, store.Links, store.CNISettings, store.PortStates)
}

// all opens the page of interconnects, with a filter for what its other names stand for, and with what is made there. It does not depend on
// the rows: answers of a pipe must not depend on latency.
func (m *Module) all(filter string, create func() tea.Cmd) func() tui.View {
	return func() tui.View {
		l := resource.NewList(m.describeParts(create), m.partSource())
		l.SetFilter(filter)
		return l
	}
}

func (m *Module) describeParts(create func() tea.Cmd) resource.Description[part] {
	return resource.Description[part]{
		Plural: kind.Ports.About().Title, Counted: "interconnects",
		ID: part.id, Name: part.name, JSON: part.json,
		Columns: m.partColumns(), SortBy: "name", Newest: true,
		Summary:  func(rows []part) tui.Line { return portSummary(portsOf(rows), m.env.Glyphs) },
		Sections: m.partSections, Around: m.aroundPart, Open: func(p part) tui.View { return m.openPart(p)() },
		Problem: func(p part) bool {
			_, role := m.stateOf(p)
			return role == tui.Bad || role == tui.Pending || p.link != nil && m.env.Troubled(kind.Links, p.link.ID) ||
				p.port != nil && m.env.Troubled(kind.Ports, p.port.Name)
		},
		NoWrites: m.env.NoWrites,
		Create:   create,
		Edit:     m.editPart, NoEditOf: func(p part) string {
			if p.port != nil {
				return kind.Ports.About().WhyNot(kind.Update)
			}
			return ""
		},
		Delete: m.deletePart, NoDelete: func(p part) string {
			switch {
			case p.link != nil:
				return kind.Links.About().WhyNot(kind.Delete)
			case p.settings != nil:
				return kind.CNISettings.About().WhyNot(kind.Delete)
			}
			return ""
		},
		Actions: m.partActions,
	}
}

func portsOf(rows []part) []port {
	var out []port
	for _, r := range rows {
		if r.port != nil {
			out = append(out, *r.port)
		}
	}
	return out
}

func (m *Module) partColumns() []table.Column[part] {
	muted := func(part) tui.Role { return tui.Muted }
	state := func(p part) string { text, _ := m.stateOf(p); return text }
	return []table.Column[part]{
		{Key: "name", Title: "NAME", Width: 17, Grow: 5, Text: field.Cell(func(p part) string { return tui.Spaces(2*p.depth) + p.name() }),
			Role: func(part) tui.Role { return tui.Strong }, Compare: func(a, b part) int { return cmp.Compare(a.order, b.order) }},
		{Key: "what", Title: "TYPE", Width: 9, Text: field.Cell(part.what)},
		{Key: "state", Title: "STATE", Width: 12, Text: field.Cell(state), Role: func(p part) tui.Role { _, role := m.stateOf(p); return role },
			Compare: func(a, b part) int { return cmp.Compare(m.severity(a), m.severity(b)) }},
		{Key: "at", Title: "SITE", Width: 7, Grow: 8, Text: field.Cell(part.at)},
		{Key: "about", Title: "DETAILS", Width: 20, Grow: 60, Role: muted, Text: field.Cell(part.about)},
	}
}

// stateOf is how the row stands: a port by the API, a tunnel interface by the probes, a CNI by nothing that the API tells.
func (m *Module) stateOf(p part) (string, tui.Role) {
	switch {
	case p.port != nil:
		return StateText(p.port.State, m.env.Glyphs)
	case p.link != nil && field.Unprobed(p.link.HealthCheck):
		return m.env.Glyphs.None + " not probed", tui.Muted
	case p.link != nil:
		switch health := m.env.ProbedHealth(p.link.Name); health {
		case store.Healthy:
			return m.env.Glyphs.Up + " " + string(health), tui.Good
		case store.Degraded:
			return m.env.Glyphs.Pending + " " + string(health), tui.Pending
		case store.HealthDown:
			return m.env.Glyphs.Down + " " + string(health), tui.Bad
		}
		return m.env.Glyphs.Unknown + " unknown", tui.Muted
	case p.cni != nil:
		return "not reported", tui.Muted
	}
	return "-", tui.Muted
}

// severity orders the states, worst first.
func (m *Module) severity(p part) int {
	_, role := m.stateOf(p)
	return slices.Index([]tui.Role{tui.Bad, tui.Pending, tui.Muted, tui.Good}, role)
}

// at is where it is: the site of a port, the location of a tunnel interface.
func (p part) at() string {
	switch {
	case p.port != nil:
		return place(*p.port)
	case p.link != nil:
		return field.Or(p.link.ColoName, "-")
	}
	return "-"
}

// customer is the address of your router.
func (p part) customer() string {
	switch {
	case p.cni != nil:
		return withoutLength(p.cni.CustIP)
	case p.link != nil:
		for _, f := range linkAddresses(*p.link).Fields {
			if f.Label == yourSide {
				return f.Value
			}
		}
	}
	return "-"
}

// about is what else there is to say of it: why a port is as it is, the address of your router and its AS number.
func (p part) about() string {
	switch {
	case p.port != nil:
		return field.Or(p.port.Reason, field.Or(p.port.Speed, "-"))
	case p.settings != nil:
		return "AS " + asnText(*p.settings) + ", Cloudflare"
	}
	text := p.customer()
	if b := p.bgp(); b != nil {
		text += ", AS " + asn(b)
	}
	return text
}

func (p part) json() []byte {
	switch {
	case p.port != nil:
		return p.port.JSON()
	case p.cni != nil:
		return kit.Copyable(p.cni.JSON())
	case p.link != nil:
		return kit.Copyable(p.link.JSON())
	}
	return p.settings.JSON()
}

func (m *Module) partSections(p part, now time.Time) []resource.Section {
	switch {
	case p.port != nil:
		return m.portSections(*p.port, now)
	case p.cni != nil:
		return m.cniSections(*p.cni, now)
	case p.link != nil:
		return m.linkSections(*p.link, now)
	}
	return m.settingsSections(*p.settings, now)
}

func (m *Module) openPart(p part) func() tui.View {
	switch {
	case p.port != nil:
		return m.openPort(*p.port)
	case p.cni != nil:
		return m.openCNI(*p.cni)
	case p.link != nil:
		return m.openLink(*p.link)
	}
	return m.openSettings
}

// newPart asks what is to be made.
func (m *Module) newPart() tea.Cmd {
	return tui.Open(&tui.Dialog{Title: "What is to be made?", Harmless: true, Lines: []tui.Line{
		tui.Text(tui.Plain, "A CNI: addresses and a BGP session over a port that you have."),
		tui.Text(tui.Plain, "A port: the cable or the partner's circuit itself; this is an order.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "CNI", Key: "c", Run: m.newCNI},
			{Label: "Port", Key: "p", Run: m.portEditor(blankPort("")).Create}}})
}

func (m *Module) editPart(p part) tea.Cmd {
	switch {
	case p.cni != nil:
		return m.cniEditor().Edit(p.cni.ID, p.cni.Magic.ConduitName)
	case p.link != nil:
		return m.linkEditor().Edit(p.link.ID, p.link.Name)
	}
	return m.editSettings()
}

func (m *Module) deletePart(p part) tea.Cmd {
	if p.cni != nil {
		return m.cniEditor().Delete(p.cni.ID, p.cni.Magic.ConduitName)
	}
	return m.portEditor(blankPort("")).Delete(p.port.Name, p.port.Name)
}

func (m *Module) partActions(p part) []tui.Action {
	switch {
	case p.port != nil:
		return m.describePorts().Actions(*p.port)
	case p.cni != nil:
		return m.describeCNIs().Actions(*p.cni)
	case p.link != nil:
		return m.describeLinks().Actions(*p.link)
	}
	return m.env.DashboardAction(kind.CNISettings)
}
