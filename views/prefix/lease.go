package prefix

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/live"
)

func (m *Module) leaseSource() resource.Source[api.Lease] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.Lease { return s.Leases.Rows }, store.Target{Kind: store.Leases})
}

func (m *Module) openLease(l api.Lease) tui.View {
	return resource.NewDetail(m.describeLeases(), m.leaseSource(), l)
}

// openLeaseOf opens the lease of an address: its page, or as long as it is not known the list.
func (m *Module) openLeaseOf(address string) tui.View {
	if addr, err := netip.ParseAddr(address); err == nil {
		for _, l := range m.env.Feed.Last().Leases.Rows {
			if slices.ContainsFunc(l.CIDRs, func(cidr string) bool { return network(cidr).Contains(addr) }) {
				return m.openLease(l)
			}
		}
	}
	return m.all(address)()
}

// describeLeases describes the addresses that Cloudflare leases to the account: its side of the tunnels.
func (m *Module) describeLeases() resource.Description[api.Lease] {
	type L = api.Lease
	text := func(get func(L) string) func(L, time.Time) string {
		return func(l L, _ time.Time) string { return tui.Clean(get(l)) }
	}
	return resource.Description[L]{
		Plural: kind.Leases.About().Title,
		ID:     func(l L) string { return l.ID },
		Name:   networks,
		JSON:   func(l L) []byte { return l.JSON() },
		Columns: []table.Column[L]{
			{Key: "cidrs", Title: "ADDRESSES", Width: 24, Grow: 20, Text: text(networks), Role: func(L) tui.Role { return tui.Strong }},
			{Key: "purpose", Title: "PURPOSE", Width: 32, Grow: 20, Text: text(func(l L) string { return cmp.Or(l.Purpose, "-") })},
			{Key: "active", Title: "ACTIVE", Width: 6, Right: true, Live: true, Text: func(l L,
				now time.Time) string {
				return tui.AgeSince(l.ActiveFrom.Time, now)
			},
				Compare: func(a, b L) int { return b.ActiveFrom.Compare(a.ActiveFrom.Time) }},
		},
		SortBy: "cidrs",
		Actions: func(l L) []tui.Action {
			out := m.env.DashboardAction(kind.Leases)
			if len(l.CIDRs) > 0 {
				out = append(out, m.env.WhereAction(l.CIDRs[0])...)
			}
			return out
		},
		Sections: func(l L, now time.Time) []resource.Section {
			from, age := resource.Time(l.ActiveFrom.Time, now)
			sections := []resource.Section{{Title: "Leased addresses", Fields: []resource.Field{
				{Label: "Addresses", Value: networks(l), Note: "Cloudflare's own, for its side of your tunnels"},
				{Label: "Purpose", Value: cmp.Or(l.Purpose, "-")},
				{Label: "Active from", Value: from, Note: age},
				{Label: "ID", Value: l.ID},
			}}}
			for _, cidr := range l.CIDRs {
				sections = append(sections, m.env.Related(kit.Subject{Kind: kind.Leases, ID: l.ID, Name: cidr, CIDR: network(cidr)})...)
			}
			return sections
		},
	}
}

func networks(l api.Lease) string { return cmp.Or(strings.Join(l.CIDRs, ", "), "-") }
