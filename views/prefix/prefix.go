// Package prefix binds BYOIP prefixes to the frame, with what lies below them: BGP prefixes, service bindings and delegations;
// the addresses that Cloudflare leases to the account, and the services that prefixes can be bound to.
package prefix

import (
	"cmp"
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the prefixes of the account, the addresses leased to it, and the services. Of kit.Capabilities it leaves out:
//   - Dependent: what goes with a prefix lies below it and is read with it (change.PrefixConsequences)
//   - Subnetter: a prefix is public; forms ask Env.OwnPrefixes
//   - Follower: an approval takes days
//   - Conductor: no next hop lies in it
//   - RouteTable: an advertisement is no route
//   - Tracer: the tracer takes any address
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{
		kit.PaletteEntry(kind.Prefixes, m.all("")),
		kit.Part(kind.Leases, "prefixes", m.all("cidr:"+leasedWord)),
		kit.Part(kind.Services, "prefixes", m.all("cidr:"+serviceWord)),
	}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) openOne(r row) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describe(), m.source(), m.now(r)) }
}

// OpenObject implements kit.Opener.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	switch of {
	case kind.Leases: // by an address in it
		return m.openLeaseOf(id)
	case kind.Services:
		if id == "" {
			return nil
		}
		return m.openServiceOf(id)
	case kind.Prefixes:
	default:
		return nil
	}
	if p, ok := m.env.Feed.Last().Prefix(id); ok {
		return m.openOne(row{Prefix: p})()
	}
	return nil
}

func (m *Module) rows() []row { return rowsOf(m.env.Feed.Last()) }

func rowsOf(s *store.Snapshot) []row {
	out := make([]row, len(s.Prefixes.Rows))
	for i, p := range s.Prefixes.Rows {
		out[i] = row{Prefix: p}
	}
	return out
}

// now is what is known of a prefix now, for pages that were opened from its row a while ago.
func (m *Module) now(r row) row {
	if p, ok := m.env.Feed.Last().Prefix(r.ID); ok {
		return row{Prefix: p}
	}
	return r
}

// partsOf names everything below a prefix.
func partsOf(id string) []store.Target {
	return []store.Target{{Kind: store.BGPPrefixes, Object: id}, {Kind: store.Bindings, Object: id}, {Kind: store.Delegations, Object: id}}
}

// touched is what a change of a prefix or of what lies below it touches.
func touched(id string) func() []store.Target { return func() []store.Target { return partsOf(id) } }

func (m *Module) source() resource.Source[row] {
	list := []store.Target{{Kind: store.Prefixes}, {Kind: store.BGPPrefixes}}
	s := live.Rows(m.env.Feed, rowsOf, list...)
	s.Needs = func(id string) []string {
		if id == "" {
			return store.Needs(list...)
		}
		return append(store.Needs(append(partsOf(id), list[0])...), m.env.RelatedNeeds()...)
	}
	s.Looked = func(id string) tea.Cmd {
		if p, ok := m.env.Feed.Last().Prefix(id); ok && (row{Prefix: p}).attracts() {
			return m.env.Feed.QueryArrivals()
		}
		return nil
	}
	return s
}

// below is the source of a list below a prefix.
func below[T any](m *Module, of store.Kind, id string, rows func(store.Prefix) []T) resource.Source[T] {
	s := live.Rows(m.env.Feed, func(s *store.Snapshot) []T {
		p, _ := s.Prefix(id)
		return rows(p)
	}, store.Target{Kind: of, Object: id})
	s.Needs = func(one string) []string {
		needs := store.Needs(append(partsOf(id), store.Target{Kind: store.Prefixes})...)
		if one != "" {
			needs = append(needs, m.env.RelatedNeeds()...)
		}
		return needs
	}
	return s
}

func (m *Module) describe() resource.Description[row] {
	return resource.Description[row]{
		Plural:  kind.Prefixes.About().Title,
		ID:      func(r row) string { return r.ID },
		Name:    func(r row) string { return r.CIDR },
		JSON:    func(r row) []byte { return r.JSON() },
		Columns: columns(m.env.Glyphs), SortBy: "advertised",
		Problem: func(r row) bool {
			a, _ := r.advertisement()
			return a != advertised || !r.approved() || m.env.Troubled(kind.Prefixes, r.ID)
		},
		Summary:  func(rows []row) tui.Line { return summary(rows, m.env.Glyphs) },
		Sections: m.sections, Around: m.around,
		Preview: func(r row, now time.Time) []resource.Section {
			return append(m.sections(r, now), m.env.Paths(r.CIDR)...)
		},
		NoWrites: m.env.NoWrites,
		Create:   m.editor("").Create,
		Edit:     func(r row) tea.Cmd { return m.editor(r.ID).Edit(r.ID, r.CIDR) },
		Delete:   func(r row) tea.Cmd { return m.editor(r.ID).Delete(r.ID, r.CIDR) },
		NoDelete: func(r row) string { return sentence(rules.PrefixDelete(r.Approved).Text) },
		Actions:  m.acts,
	}
}

// editor makes the acts on prefixes. The id is that of the prefix that is acted on, "" for a new one.
func (m *Module) editor(id string) edit.Editor[api.Prefix] {
	own, delegate := rules.CloudflareASN, true
	return edit.Editor[api.Prefix]{Env: m.env, Resource: change.Prefixes, Form: m.form, Guard: edit.OnEnds(m.guard),
		Blank:   api.Prefix{ASN: &own, DelegateLOACreation: &delegate},
		Touches: touched(id)}
}

// guard says what a new prefix means, and what the end of one takes with it.
func (m *Module) guard(ctx context.Context, verb journal.Verb, p api.Prefix) (change.Guards, error) {
	if verb == journal.Create {
		return change.Guards{Warnings: []string{rules.SelfServeOnboarding(rules.MagicTransit).Text},
			Consequences: []string{"Cloudflare checks IRR, RPKI and who owns the prefix; until it is approved nothing can be advertised"}}, nil
	}
	below, _ := m.env.Feed.Fresh(ctx, 0, partsOf(p.ID)...).Prefix(p.ID)
	g := change.Guards{Consequences: change.PrefixConsequences(p, below.BGP.Rows, below.Bindings.Rows, below.Delegations.Rows)}
	if !below.BGP.Settled() || !below.Bindings.Settled() || !below.Delegations.Settled() {
		g.Warnings = append(g.Warnings, "Not everything below the prefix could be read; more may go with it than stands here")
	}
	if f := rules.PrefixDelete(p.Approved); f.Blocks() {
		g.Block = f.Text
	}
	return g, nil
}

// checksWidth is the room for the checks of a prefix.
const checksWidth = 15

func columns(g tui.Glyphs) []table.Column[row] {
	text := func(get func(row) string) func(row, time.Time) string {
		return func(r row, _ time.Time) string { return tui.Clean(get(r)) }
	}
	return []table.Column[row]{
		{Key: "cidr", Title: "PREFIX", Width: 18, Grow: 8, Text: text(func(r row) string { return r.CIDR }),
			Role: func(row) tui.Role { return tui.Strong }, Compare: func(a, b row) int { return byNetwork(a.CIDR, b.CIDR) }},
		{Key: "asn", Title: "ASN", Width: 10, Right: true, Priority: 1, Text: text(func(r row) string { return asn(r.ASN) }), Compare: byASN},
		{Key: "approved", Title: "APPROVED", Width: 8, Text: text(func(r row) string { return approval(r.Approved) }), Role: approvalRole},
		{Key: "advertised", Title: "ADVERTISED", Width: 11, Text: func(r row, _ time.Time) string { return r.advertisedText(g) },
			Role: advertisedRole, Compare: bySeverity, Words: row.words},
		{Key: "since", Title: "SINCE", Width: 5, Right: true, Live: true,
			Text:    func(r row, now time.Time) string { return tui.AgeSince(r.changed(), now) },
			Compare: func(a, b row) int { return b.changed().Compare(a.changed()) }},
		{Key: "checks", Title: "VALIDATION", Width: checksWidth, Grow: 20, Text: text(row.checksText),
			Role: func(r row) tui.Role { _, role := r.validity(); return role }},
		{Key: "description", Title: "DESCRIPTION", Width: 24, Grow: 40, Priority: 2, Text: text(func(r row) string { return r.Description }),
			Role: func(row) tui.Role { return tui.Muted }},
	}
}

func approvalRole(r row) tui.Role {
	switch r.Approved {
	case approvedMark:
		return tui.Plain
	case pendingMark:
		return tui.Pending
	}
	return tui.Muted
}

// advertisedText marks what comes from the deprecated field.
func (r row) advertisedText(g tui.Glyphs) string {
	a, old := r.advertisement()
	text := a.glyph(r.approved(), g) + " " + a.word()
	if old {
		text += " (old)"
	}
	return text
}

// spelledOut is the same where no label says what it is about.
func (r row) spelledOut(g tui.Glyphs) string {
	a, _ := r.advertisement()
	return a.glyph(r.approved(), g) + " " + map[advertisement]string{withdrawn: "Not advertised", partly: "Partly advertised",
		advertised: "Advertised"}[a] + map[bool]string{true: "Not known whether advertised"}[a == unknown]
}

// words are what the line above the list, the overview and its page call it.
func (r row) words() string {
	if r.lease != nil || r.service != nil {
		return ""
	}
	a, _ := r.advertisement()
	return map[advertisement]string{withdrawn: "withdrawn", partly: "partly advertised", advertised: "advertised"}[a]
}

func advertisedRole(r row) tui.Role {
	a, _ := r.advertisement()
	return a.role(r.approved())
}

func bySeverity(a, b row) int {
	return cmp.Or(cmp.Compare(a.severity(), b.severity()), byNetwork(a.CIDR, b.CIDR))
}

func byASN(a, b row) int {
	number := func(r row) uint32 {
		if r.ASN == nil {
			return 0
		}
		return *r.ASN
	}
	return cmp.Compare(number(a), number(b))
}

// summary counts what is advertised, worst first, and says how much of it is from the deprecated field.
func summary(rows []row, g tui.Glyphs) tui.Line {
	counts, pending, old := map[advertisement]int{}, 0, 0
	for _, r := range rows {
		a, fallback := r.advertisement()
		if fallback {
			old++
		}
		if !r.approved() {
			pending++
			continue
		}
		counts[a]++
	}
	line := tui.Line{{Text: tui.Count(len(rows), "prefixes"), Role: tui.Strong}}
	add := func(n int, text string, role tui.Role) {
		if n > 0 {
			line = append(line, tui.Span{Text: "   " + text, Role: role})
		}
	}
	for _, each := range []struct {
		a    advertisement
		word string
	}{{withdrawn, "withdrawn"}, {partly, "partly"}, {unknown, "unknown"}, {advertised, "advertised"}} {
		add(counts[each.a], fmt.Sprintf("%s %d %s", each.a.glyph(true, g), counts[each.a], each.word), each.a.role(true))
	}
	add(pending, fmt.Sprintf("%s %d not approved", g.Pending, pending), tui.Pending)
	add(old, fmt.Sprintf("%d (old): deprecated field", old), tui.Muted)
	return line
}

// RelatedNeeds implements kit.Relater.
func (m *Module) RelatedNeeds() []store.Kind { return []store.Kind{store.Prefixes} }

// Related implements kit.Relater: the prefix that a route leads into.
func (m *Module) Related(s kit.Subject) []resource.Section {
	if s.Kind != kind.Routes || !s.CIDR.IsValid() {
		return nil
	}
	var out resource.Section
	for _, r := range m.rows() {
		if p := network(r.CIDR); p.IsValid() && p.Overlaps(s.CIDR) && p.Bits() <= s.CIDR.Bits() {
			out.Fields = append(out.Fields, resource.Field{Label: r.CIDR, Value: r.spelledOut(m.env.Glyphs), Role: advertisedRole(r),
				Note: cmp.Or(r.Description, approval(r.Approved)), Open: m.openOne(r)})
		}
	}
	if len(out.Fields) == 0 {
		return nil
	}
	out.Title = "BYOIP prefix"
	return []resource.Section{out}
}

func subject(r row) kit.Subject {
	return kit.Subject{Kind: kind.Prefixes, ID: r.ID, Name: r.CIDR, CIDR: network(r.CIDR)}
}
