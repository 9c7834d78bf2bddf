package traceroute

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// page is one run: that it is under way, then a line per location, and below it the hops of the one under the cursor.
type page struct {
	*resource.List
	m   *Module
	run *run
}

func newPage(m *Module, r *run) *page {
	p := &page{m: m, run: r}
	p.List = resource.NewList(m.describePlaces(r), resource.Source[*place]{
		Rows:      func() []*place { return r.places },
		Status:    func() tui.Status { return tui.Status{Updated: cmp.Or(r.ended, m.env.Now())} },
		Announces: func(msg tea.Msg) bool { done, ok := msg.(doneMsg); return ok && done.run == r },
		Refresh:   func() tea.Cmd { return tui.Toast(tui.Muted, "Press a to run it again") },
	})
	return p
}

// Actions implements tui.View.
func (p *page) Actions() []tui.Action {
	own := p.m.acts(p.run)
	if p.Capturing() {
		return p.List.Actions()
	}
	for _, a := range p.List.Actions() {
		if a.Name != "refresh" {
			own = append(own, a)
		}
	}
	return own
}

// Draw implements tui.View.
func (p *page) Draw(c tui.Canvas) []string {
	r := p.run
	switch {
	case r.ended.IsZero():
		return p.running(c)
	case r.err != nil:
		return p.failed(c)
	case len(r.places) == 0:
		return append([]string{""}, tui.Paragraph(c, tui.Pending, "Cloudflare answered without a location: nothing was traced.")...)
	}
	room := c
	room.Height = min(len(r.places)+2, max(4, c.Height/2))
	lines := p.List.Draw(room)
	return append(lines, p.hops(c, c.Height-len(lines))...)
}

func (p *page) running(c tui.Canvas) []string {
	r, page := p.run, kit.NewPage(c)
	page.Blank()
	age := tui.Age(r.took(c.Now))
	if age == "now" {
		age = "a moment"
	}
	page.Text(tui.Pending, c.Theme.Glyphs.Pending+" Running for "+age)
	page.Text(tui.Muted, "Cloudflare answers when all locations are done; "+minutes(limit)+" are the limit.")
	page.Blank()
	p.question(page)
	page.Blank()
	page.Text(tui.Muted, "Other pages work meanwhile: the result is kept under :traceroute. x cancels.")
	return page.Lines()
}

func (p *page) failed(c tui.Canvas) []string {
	page := kit.NewPage(c)
	page.Blank()
	if p.run.cancelled {
		page.Text(tui.Pending, "Cancelled after "+spent(p.run, c.Now)+". Nobody waits for the answer any more; nothing was changed.")
	} else {
		page.Text(tui.Bad, explain(p.run.err))
	}
	page.Blank()
	p.question(page)
	page.Blank()
	page.Text(tui.Muted, "Press "+tui.KeyOf("again", "a")+" to run it again, "+tui.KeyOf("other-options", "o")+
		" to open the form with these values.")
	return page.Lines()
}

// question is what was asked.
func (p *page) question(page *kit.Page) {
	o := p.run.request.Options
	for _, f := range [][2]string{{"To", p.run.target()}, {"From", p.run.from()},
		{"Packets", o.PacketType + ", " + field.Number(o.PacketsPerTTL) + " for each TTL up to " + field.Number(o.MaxTTL)}} {
		page.Line(tui.Line{{Text: "   " + tui.Fit(f[0], 10), Role: tui.Muted}, {Text: tui.Clean(f[1])}})
	}
}

// hops are those of the location under the cursor, as many as there is room for.
func (p *page) hops(c tui.Canvas, room int) []string {
	at, ok := resource.Selected[*place](p.List)
	if !ok || room < 4 {
		return nil
	}
	text, role := at.means()
	lines := append([]string{""}, tui.Paragraph(c, role, text)...)
	if len(at.hops) == 0 {
		return lines
	}
	cols := hopColumns(at.hops)
	lines = append(lines, "", c.Theme.Paint(tui.Muted, hopLine(c, cols, func(col table.Column[*hop]) string { return col.Title })))
	left := room - len(lines)
	for i, h := range at.hops {
		if i == left-1 && len(at.hops) > left {
			lines = append(lines, c.Theme.Paint(tui.Muted, fmt.Sprintf("   and %d more: enter", len(at.hops)-i)))
			break
		}
		lines = append(lines, hopLine(c, cols, func(col table.Column[*hop]) string { return col.Text(h, c.Now) }))
	}
	return lines
}

// hopLine writes the columns that fit, without a cursor: that one is in the list above.
func hopLine(c tui.Canvas, cols []table.Column[*hop], cell func(table.Column[*hop]) string) string {
	const gap = 2
	room, shown := c.Width, 0
	for _, col := range cols {
		if room -= gap + col.Width; room < 0 {
			room += gap + col.Width
			break
		}
		shown++
	}
	var line string
	for _, col := range cols[:shown] {
		fit := tui.Fit
		if col.Right {
			fit = tui.FitRight
		}
		grown := min(col.Grow, room)
		room -= grown
		line += tui.Spaces(gap) + fit(cell(col), col.Width+grown)
	}
	return strings.TrimRight(line, " ")
}

func (m *Module) describePlaces(r *run) resource.Description[*place] {
	return resource.Description[*place]{
		Plural: "Traceroute to " + r.target(), SortBy: "colo",
		ID:      func(p *place) string { return fmt.Sprint(p.rank) },
		Name:    func(p *place) string { return p.Colo.Name },
		JSON:    func(p *place) []byte { return p.raw },
		Columns: m.placeColumns(len(r.request.Targets) > 1),
		Summary: func(rows []*place) tui.Line {
			how := "   from " + r.from() + "; packets: " + r.request.Options.PacketType
			if now := m.env.Now(); r.ended.IsZero() || r.took(now) >= time.Second { // else each location's own time says more
				how += ", took " + spent(r, now)
			}
			return tui.Line{{Text: r.outcome(), Role: tui.Strong}, {Text: how, Role: tui.Muted}}
		},
		Open: func(p *place) tui.View { return m.hopsPage(p, r.ended) },
	}
}

func (m *Module) placeColumns(several bool) []table.Column[*place] {
	text := field.Cell[*place]
	node := func(get func(api.HopNode) float64) func(*place, time.Time) string {
		return func(p *place, _ time.Time) string { _, n, _ := p.end(); return rtt(n, get(n)) }
	}
	cols := []table.Column[*place]{
		{Key: "colo", Title: "FROM", Width: 6, Text: text(func(p *place) string { return p.Colo.Name }),
			Role:    func(*place) tui.Role { return tui.Strong },
			Compare: func(a, b *place) int { return cmp.Compare(a.rank, b.rank) }},
		{Key: "city", Title: "CITY", Width: 11, Grow: 15, Priority: 2, Text: text(func(p *place) string { return field.Or(p.Colo.City, "-") })},
		{Key: "result", Title: "RESULT", Width: 21, Text: text(func(p *place) string { word, _ := p.result(m.env.Glyphs); return word }),
			Role: func(p *place) tui.Role { _, role := p.result(m.env.Glyphs); return role }},
		{Key: "loss", Title: "LOSS", Width: 5, Right: true, Text: text(placeLoss)},
		{Key: "rtt", Title: "MEAN ms", Width: 7, Right: true, Text: node(func(n api.HopNode) float64 { return n.MeanRTT }),
			Compare: func(a, b *place) int {
				_, x, _ := a.end()
				_, y, _ := b.end()
				return cmp.Compare(x.MeanRTT, y.MeanRTT)
			}},
		{Key: "max", Title: "MAX ms", Width: 6, Right: true, Priority: 1, Text: node(func(n api.HopNode) float64 { return n.MaxRTT })},
		{Key: "time", Title: "TOOK", Width: 7, Right: true, Priority: 1, Text: text(func(p *place) string { return traceTime(p.ColoTrace) }),
			Compare: func(a, b *place) int { return cmp.Compare(a.TracerouteTimeMS, b.TracerouteTimeMS) }},
	}
	if several {
		cols = slices.Insert(cols, 1, table.Column[*place]{Key: "to", Title: "TO", Width: 20,
			Text: text(func(p *place) string { return p.target })})
	}
	return cols
}

// placeLoss is the loss at the target; what is lost on the way there says little.
func placeLoss(p *place) string {
	at, _, reached := p.end()
	if !reached {
		return "-"
	}
	return loss(at.Hop)
}

func traceTime(t api.ColoTrace) string {
	if t.TracerouteTimeMS <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f s", t.TracerouteTimeMS/1000)
}

// hopsPage is the whole way from one location: every node of every step.
func (m *Module) hopsPage(p *place, ended time.Time) tui.View {
	return resource.NewList(describeHops(p, m.env.Glyphs), resource.Source[*hop]{
		Rows:      func() []*hop { return p.hops },
		Status:    func() tui.Status { return tui.Status{Updated: cmp.Or(ended, m.env.Now())} },
		Announces: func(tea.Msg) bool { return false },
		Refresh:   func() tea.Cmd { return tui.Toast(tui.Muted, "Press esc, then a to run it again") },
	})
}

func describeHops(p *place, glyphs tui.Glyphs) resource.Description[*hop] {
	return resource.Description[*hop]{
		Plural: field.Or(p.Colo.Name, "location"), SortBy: "ttl", None: "This location gave no hops: " + p.Error,
		ID:      func(h *hop) string { return fmt.Sprintf("%d/%d", h.PacketsTTL, h.index) },
		Name:    (*hop).title,
		JSON:    func(h *hop) []byte { return h.raw },
		Columns: hopColumns(p.hops),
		Summary: func([]*hop) tui.Line {
			word, role := p.result(glyphs)
			return tui.Line{{Text: tui.Clean(p.Colo.Name+" to "+p.target) + "  ", Role: tui.Strong}, {Text: word, Role: role}}
		},
		Sections: func(h *hop, _ time.Time) []resource.Section { return hopSections(p, h) },
	}
}

// The widths of addresses and names: those of IPv4 and of a short name are always there; what is longer takes more.
const (
	addressWidth, longestAddress = 15, 39
	nameWidth, longestName       = 13, 48
)

// hopColumns are as wide as these hops need, so that addresses take no room from names.
func hopColumns(hops []*hop) []table.Column[*hop] {
	text := field.Cell[*hop]
	address, name := addressWidth, nameWidth
	for _, h := range hops {
		address = max(address, min(tui.Width(tui.Clean(h.address())), longestAddress))
		name = max(name, min(tui.Width(tui.Clean(h.name())), longestName))
	}
	number := func(key, title string, get func(api.HopNode) float64) table.Column[*hop] {
		value := func(h *hop) float64 {
			if h.node == nil {
				return -1
			}
			return get(*h.node)
		}
		return table.Column[*hop]{Key: key, Title: title, Width: 6, Right: true,
			Text: text(func(h *hop) string {
				if h.node == nil {
					return "-"
				}
				return rtt(*h.node, get(*h.node))
			}),
			Compare: func(a, b *hop) int { return cmp.Compare(value(a), value(b)) }}
	}
	return []table.Column[*hop]{
		{Key: "ttl", Title: "TTL", Width: 4, Right: true, Text: text(func(h *hop) string { return fmt.Sprint(h.PacketsTTL) }),
			Compare: func(a, b *hop) int {
				return cmp.Or(cmp.Compare(a.PacketsTTL, b.PacketsTTL), cmp.Compare(a.index, b.index))
			}},
		{Key: "loss", Title: "LOSS", Width: 5, Right: true, Text: text(func(h *hop) string { return loss(h.Hop) }), Role: (*hop).lossRole,
			Compare: func(a, b *hop) int { return cmp.Compare(a.PacketsLost*b.PacketsSent, b.PacketsLost*a.PacketsSent) }},
		number("min", "MIN ms", func(n api.HopNode) float64 { return n.MinRTT }),
		number("mean", "MEAN", func(n api.HopNode) float64 { return n.MeanRTT }),
		number("max", "MAX", func(n api.HopNode) float64 { return n.MaxRTT }),
		{Key: "asn", Title: "ASN", Width: 8, Text: text(func(h *hop) string {
			return field.Or(h.field(func(n api.HopNode) string { return n.ASN }), "-")
		})},
		{Key: "address", Title: "ADDRESS", Width: address, Text: text((*hop).address)},
		{Key: "name", Title: "NAME", Width: nameWidth, Grow: name - nameWidth,
			Text: text(func(h *hop) string { return field.Or(h.name(), "-") })},
		{Key: "labels", Title: "LABELS", Width: 16, Priority: 1, Text: text(func(h *hop) string { return field.Or(h.labels(), "-") })},
	}
}

// hopSections is the page of one node.
func hopSections(p *place, h *hop) []resource.Section {
	s := resource.Section{Title: fmt.Sprintf("Hop %d from %s to %s", h.PacketsTTL, p.Colo.Name, p.target)}
	add := func(label, value, note string) {
		s.Fields = append(s.Fields, resource.Field{Label: label, Value: value, Note: note})
	}
	add("Packets", fmt.Sprint(h.PacketsSent), "sent with this TTL")
	add("Without answer", fmt.Sprint(h.PacketsLost), loss(h.Hop))
	if h.PacketsLost > 0 && !h.last {
		s.Fields = append(s.Fields, resource.Field{Prose: true, Role: tui.Muted,
			Value: "Routers answer such packets late or not at all: loss at a hop means something only when it goes on at those behind it."})
	}
	if h.node == nil {
		s.Fields = append(s.Fields, resource.Field{Value: "Nothing answered at this step.", Prose: true, Role: tui.Pending})
		return []resource.Section{s}
	}
	n := *h.node
	add("Address", field.Or(n.IP, "-"), "")
	if reached, _ := rules.TraceReaches(p.target, n.IP); reached {
		s.Fields[len(s.Fields)-1].Note = "the target"
	}
	add("Name", field.Or(n.Name, "-"), "")
	add("AS number", field.Or(n.ASN, "-"), "")
	add("Labels", field.Or(h.labels(), "-"), "")
	add("Answers", fmt.Sprint(n.PacketCount), "from this address")
	for _, v := range []struct {
		label string
		ms    float64
	}{{"Shortest", n.MinRTT}, {"Mean", n.MeanRTT}, {"Longest", n.MaxRTT}, {"Deviation", n.StdDevRTT}} {
		add(v.label, rtt(n, v.ms), "ms there and back")
	}
	return []resource.Section{s}
}
