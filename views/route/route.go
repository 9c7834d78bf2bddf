// Package route binds static routes to the frame.
package route

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the static routes of the account. Of kit.Capabilities it leaves out:
//   - Follower: a route is there at once
//   - Conductor: a route leads through others
//   - Tracer: the tracer takes any address
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// routes are those that are known.
func (m *Module) routes() store.List[api.Route] { return m.env.Feed.Last().Routes }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{kit.PaletteEntry(kind.Routes, m.open)}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) open() tui.View { return resource.NewList(m.describe(), m.source()) }

// source is the routes, and the subnets by which the pages tell which tunnel or interconnect a route uses.
func (m *Module) source() resource.Source[api.Route] {
	s := live.Rows(m.env.Feed, func(s *store.Snapshot) []api.Route { return s.Routes.Rows }, store.Target{Kind: store.Routes})
	s.Needs = func(id string) []string {
		needs := append([]string{string(store.Routes)}, m.env.SubnetNeeds()...)
		if id != "" {
			needs = append(needs, m.env.RelatedNeeds()...)
		}
		return needs
	}
	return s
}

func (m *Module) describe() resource.Description[api.Route] {
	return resource.Description[api.Route]{
		Plural:  kind.Routes.About().Title,
		ID:      func(r api.Route) string { return r.ID },
		Name:    func(r api.Route) string { return r.Prefix },
		Title:   func(r api.Route) string { return "Route " + r.Prefix },
		JSON:    func(r api.Route) []byte { return r.JSON() },
		Columns: m.columns(), SortBy: "prefix",
		Problem: func(r api.Route) bool {
			_, role := m.state(r)
			return role == tui.Bad || role == tui.Pending || m.env.Troubled(kind.Routes, r.ID) || m.env.Troubled(kind.Routes, r.Prefix)
		},
		Sections: m.sections,
		Around:   func(r api.Route, now time.Time) []resource.Section { return m.env.Around(r.Prefix, now) },
		NoWrites: m.env.NoWrites,
		Actions: func(r api.Route) []tui.Action {
			return append(m.env.ChainActions(m.subject(r)), m.env.WhereAction(r.Prefix)...)
		},
		Create: m.create,
		Edit:   func(r api.Route) tea.Cmd { return m.editor().Edit(r.ID, r.Prefix) },
		Delete: func(r api.Route) tea.Cmd { return m.editor().Delete(r.ID, r.Prefix) },
		DeleteAll: func(rows []api.Route) tea.Cmd {
			ids := make([]string, len(rows))
			for i, r := range rows {
				ids[i] = r.ID
			}
			return m.editor().DeleteAll(ids)
		},
	}
}

func (m *Module) editor() edit.Editor[api.Route] {
	return edit.Editor[api.Route]{Env: m.env, Resource: change.Routes, Form: m.form, FieldOf: fieldOf, Draft: "route",
		Dependents: which}
}

// which says which of the routes for a network goes: several may have the prefix that a route is called by.
func which(_ context.Context, r api.Route) []string {
	return []string{fmt.Sprintf("This is the route %s via %s, priority %d.", r.Prefix, r.Nexthop, r.Priority)}
}

// create begins the guided setup.
func (m *Module) create() tea.Cmd { return m.editor().Create() }

// Setups implements kit.SetupOwner.
func (m *Module) Setups() []kit.Setup {
	return []kit.Setup{{Kind: "route", Label: "Static route", What: "routes a network through a tunnel or a CNI.", Begin: m.create}}
}

// Columns are the columns of the list of routes. via names the tunnel or interconnect behind the next hop.
func Columns(via func(api.Route) string, state func(api.Route) (string, tui.Role)) []table.Column[api.Route] {
	type R = api.Route
	text := func(get func(R) string) func(R, time.Time) string {
		return func(r R, _ time.Time) string { return tui.Clean(get(r)) }
	}
	return []table.Column[R]{
		{Key: "prefix", Title: "PREFIX", Width: 18, Grow: 8, Text: text(func(r R) string { return r.Prefix }), Compare: byPrefix,
			Role: func(R) tui.Role { return tui.Strong }},
		{Key: "nexthop", Title: "NEXT HOP", Width: 15, Text: text(func(r R) string { return r.Nexthop })},
		{Key: "via", Title: "VIA", Width: 15, Text: text(via)},
		{Key: "state", Title: "TUNNEL STATE", Width: 14, Priority: 1, Text: text(func(r R) string { s, _ := state(r); return s }),
			Role: func(r R) tui.Role { _, role := state(r); return role }},
		{Key: "priority", Title: "PRIORITY", Width: 8, Right: true, Text: text(func(r R) string { return strconv.Itoa(r.Priority) }),
			Compare: func(a, b R) int { return cmp.Compare(a.Priority, b.Priority) }},
		{Key: "weight", Title: "WEIGHT", Width: 6, Right: true, Priority: 2, Text: text(weight),
			Compare: func(a, b R) int { return cmp.Compare(a.Weight, b.Weight) }},
		{Key: "scope", Title: "SCOPE", Width: 16, Grow: 26, Priority: 3, Text: text(scope)},
		{Key: "description", Title: "DESCRIPTION", Width: 20, Grow: 40, Priority: 4, Text: text(func(r R) string { return r.Description }),
			Role: func(R) tui.Role { return tui.Muted }},
	}
}

// columns are those of the list, which a filter finds by what a route leads through as well: its AS number, and all words for its state.
func (m *Module) columns() []table.Column[api.Route] {
	out := Columns(func(r api.Route) string { return via(m.env, r) }, m.state)
	for i := range out {
		switch out[i].Key {
		case "via":
			out[i].Words = func(r api.Route) string { return m.env.PeerAS(through(m.env, r.Nexthop)) }
		case "state":
			out[i].Words = func(r api.Route) string {
				hop, err := netip.ParseAddr(r.Nexthop)
				if err != nil {
					return ""
				}
				c, _ := m.env.CachedNextHop(hop)
				return c.Words
			}
		}
	}
	return out
}

// state is that of the tunnel or interconnect that a route leads through: "-" for none, "?" while it is not known.
func (m *Module) state(r api.Route) (string, tui.Role) {
	hop, err := netip.ParseAddr(r.Nexthop)
	if err != nil {
		return "-", tui.Muted
	}
	c, ok := m.env.CachedNextHop(hop)
	switch {
	case ok:
		return field.Or(c.State, "?"), c.Role
	case m.env.SubnetsUnknown() != "":
		return "?", tui.Muted
	}
	return "-", tui.Muted
}

// byPrefix orders networks as routers list them: by family, address, then length.
func byPrefix(a, b api.Route) int {
	pa, errA := netip.ParsePrefix(a.Prefix)
	pb, errB := netip.ParsePrefix(b.Prefix)
	if errA != nil || errB != nil {
		return strings.Compare(a.Prefix, b.Prefix)
	}
	// Several routes may share a network: they always stand in the same order.
	return cmp.Or(pa.Addr().Compare(pb.Addr()), cmp.Compare(pa.Bits(), pb.Bits()), cmp.Compare(a.Priority, b.Priority),
		strings.Compare(a.Nexthop, b.Nexthop))
}

// via is the tunnel or interconnect whose subnet the next hop lies in: "-" for none, "?" while one of their lists is not known.
func via(env *kit.Env, r api.Route) string {
	if name := through(env, r.Nexthop); name != "" {
		return name
	}
	if env.SubnetsUnknown() != "" {
		return "?"
	}
	return "-"
}

// through is the tunnel or interconnect that an address lies on; empty when none is known.
func through(env *kit.Env, nexthop string) string {
	hop, err := netip.ParseAddr(nexthop)
	if err != nil {
		return ""
	}
	return env.OwnerOf(hop)
}

func weight(r api.Route) string {
	if r.Weight == 0 {
		return "-"
	}
	return strconv.Itoa(r.Weight)
}

// scope is "everywhere" unless the route is limited to some of Cloudflare's data centers.
func scope(r api.Route) string {
	if r.Scope == nil || len(r.Scope.ColoRegions)+len(r.Scope.ColoNames) == 0 {
		return "everywhere"
	}
	return strings.Join(slices.Concat(r.Scope.ColoRegions, r.Scope.ColoNames), " ")
}

func (m *Module) sections(r api.Route, now time.Time) []resource.Section {
	created, createdAge := resource.Time(r.CreatedOn.Time, now)
	modified, modifiedAge := resource.Time(r.ModifiedOn.Time, now)
	sections := []resource.Section{{Title: "Route", Fields: []resource.Field{
		{Label: "Prefix", Value: r.Prefix},
		{Label: "Next hop", Value: r.Nexthop, Note: viaNote(m.env, r)},
		{Label: "Priority", Value: strconv.Itoa(r.Priority),
			Note: "the lowest wins; Cloudflare adds 500,000 when the tunnel is degraded, 1,000,000 when it is down"},
		{Label: "Weight", Value: weight(r), Note: "share among routes with the same prefix and priority"},
		{Label: "Scope", Value: scope(r)},
		{Label: "Description", Value: cmp.Or(r.Description, "-")},
	}}}
	if s, ok := m.siblings(r); ok {
		sections = append(sections, s)
	}
	sections = append(append(sections, m.env.Related(m.subject(r))...), m.env.Paths(r.Prefix)...)
	return append(sections, resource.Section{Title: "Identity", Fields: []resource.Field{
		{Label: "ID", Value: r.ID},
		{Label: "Created", Value: created, Note: createdAge},
		{Label: "Modified", Value: modified, Note: modifiedAge},
	}})
}

func viaNote(env *kit.Env, r api.Route) string {
	if name := through(env, r.Nexthop); name != "" {
		return "on " + name
	}
	if why := env.SubnetsUnknown(); why != "" {
		return why
	}
	return "not in the subnet of any tunnel or CNI"
}

// siblings are the other routes for the same network: who wins and who shares is seen at once.
func (m *Module) siblings(r api.Route) (resource.Section, bool) {
	s := resource.Section{Title: "Other routes for " + r.Prefix}
	for _, other := range m.routes().Rows {
		if other.Prefix == r.Prefix && other.ID != r.ID {
			s.Fields = append(s.Fields, m.field(r, other))
		}
	}
	return s, len(s.Fields) > 0
}

// field is another route for the network of r, and how it stands to r: by the regions of both, and by their priorities with the penalties
// of health.
func (m *Module) field(r, other api.Route) resource.Field {
	f := resource.Field{Label: "priority " + strconv.Itoa(other.Priority), Value: other.Nexthop + " via " + via(m.env, other),
		Open: m.openOne(other)}
	p, err := netip.ParsePrefix(r.Prefix)
	if err != nil {
		return f
	}
	how, places := m.env.Feed.Diagnosis().Table().Destination(p).StandingOf(r.ID, other.ID)
	switch how {
	case diagnose.Elsewhere:
		f.Note = "serves other regions: " + scope(other)
	case diagnose.SharesWith:
		f.Note = "shares the traffic (ECMP)"
	case diagnose.WinsOver:
		f.Note = "wins over this one"
	case diagnose.StandsBy:
		f.Note = "standby"
	case diagnose.NeverTakes:
		f.Note = "never takes over"
	case diagnose.FellBehind:
		state, _ := m.state(other)
		f.Note = "comes first by priority, but its next hop is " + strings.ToLower(state)
	case diagnose.CannotTell:
		f.Note = "which one carries the traffic depends on health that is not known"
	}
	if len(places) > 0 {
		f.Note += " in " + strings.Join(places, " ")
	}
	return f
}

func (m *Module) subject(r api.Route) kit.Subject {
	cidr, _ := netip.ParsePrefix(r.Prefix)
	hop, _ := netip.ParseAddr(r.Nexthop)
	return kit.Subject{Kind: kind.Routes, ID: r.ID, Name: r.Prefix, CIDR: cidr, Hop: hop}
}

// RelatedNeeds implements kit.Relater.
func (m *Module) RelatedNeeds() []store.Kind { return []store.Kind{store.Routes} }

// Related implements kit.Relater: the routes through a tunnel's subnet, and those inside a prefix.
func (m *Module) Related(s kit.Subject) []resource.Section {
	var out resource.Section
	switch {
	case s.Kind == kind.Routes, s.Kind == kind.Leases:
		return nil
	case s.Interface.IsValid():
		out.Title = "Static routes through it"
	case s.CIDR.IsValid():
		out.Title = "Static routes for these addresses"
	default:
		return nil
	}
	for _, r := range m.routes().Rows {
		if belongs(r, s) {
			out.Fields = append(out.Fields, m.routeField(r, !s.Interface.IsValid()))
		}
	}
	if len(out.Fields) == 0 {
		text := "none"
		if list := m.routes(); !list.Complete() {
			text = "not known: " + list.Why()
		}
		out.Fields = []resource.Field{{Label: "Routes", Value: text, Role: tui.Muted}}
	}
	return []resource.Section{out}
}

// routeField is a route on another object's page. through adds what its next hop leads through and how that stands.
func (m *Module) routeField(r api.Route, through bool) resource.Field {
	f := resource.Field{Label: r.Prefix, Value: r.Nexthop, Note: fmt.Sprintf("priority %d, %s", r.Priority, scope(r)), Open: m.openOne(r)}
	if c, ok := m.conduit(r); ok && through {
		f.Value, f.Role, f.Note = strings.TrimSpace(c.Name+" "+c.State), c.Role, "via "+r.Nexthop+", "+f.Note
	}
	return f
}

func (m *Module) conduit(r api.Route) (kit.NextHop, bool) {
	hop, err := netip.ParseAddr(r.Nexthop)
	if err != nil {
		return kit.NextHop{}, false
	}
	return m.env.NextHop(hop)
}

// BrokenRoutes implements kit.RouteTable.
func (m *Module) BrokenRoutes(cidr netip.Prefix) []string {
	var out []string
	for _, r := range m.routes().Rows {
		if !belongs(r, kit.Subject{CIDR: cidr}) {
			continue
		}
		if c, ok := m.conduit(r); ok && c.DownClause != "" {
			out = append(out, fmt.Sprintf("The route %s (%s) points to %s, %s.", r.Prefix, scope(r), c.Name, c.DownClause))
		}
	}
	return out
}

func belongs(r api.Route, s kit.Subject) bool {
	if s.Interface.IsValid() {
		hop, err := netip.ParseAddr(r.Nexthop)
		return err == nil && s.Interface.Contains(hop)
	}
	p, err := netip.ParsePrefix(r.Prefix)
	return err == nil && s.CIDR.Overlaps(p)
}

// OpenObject implements kit.Opener.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	if of != kind.Routes {
		return nil
	}
	for _, r := range m.routes().Rows {
		if r.ID == id || r.Prefix == id {
			return m.openOne(r)()
		}
	}
	return nil
}

func (m *Module) openOne(r api.Route) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describe(), m.source(), r) }
}

// Subnets implements kit.Subnetter: routed networks must not be taken for interfaces.
func (m *Module) Subnets() []kit.Subnet {
	var out []kit.Subnet
	for _, r := range m.routes().Rows {
		if p, err := netip.ParsePrefix(r.Prefix); err == nil {
			out = append(out, kit.Subnet{ID: r.ID, Subnet: rules.Subnet{CIDR: p, Owner: "route " + r.Prefix, Route: true}})
		}
	}
	return out
}

// SubnetKinds implements kit.Subnetter.
func (m *Module) SubnetKinds() []store.Kind { return []store.Kind{store.Routes} }

// Dependents implements kit.Dependent: the routes that lose their next hop with a tunnel.
func (m *Module) Dependents(now *store.Snapshot, s kit.Subject) []string {
	if !s.Interface.IsValid() {
		return nil
	}
	var out []string
	for _, r := range now.Routes.Rows {
		if belongs(r, s) {
			out = append(out, fmt.Sprintf("The route %s via %s (priority %d) loses its next hop.", r.Prefix, r.Nexthop, r.Priority))
		}
	}
	if err := now.Routes.Err; err != nil {
		out = append(out, "The static routes could not be read, some may lead through it: "+kit.ErrorText(err))
	} else if why := now.Routes.Why(); why != "" {
		out = append(out, "Routes that lead through it may be missing here: "+why+".")
	}
	return out
}
