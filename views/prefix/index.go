package prefix

import (
	"cmp"
	"net/netip"

	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Objects implements kit.Indexer: a prefix is found by its CIDR, what lies in it, its description and its id; a leased address by what
// lies in it, a service by its name.
func (m *Module) Objects() []tui.Object {
	var out []tui.Object
	for _, p := range m.env.Feed.Last().Prefixes.Rows {
		out = append(out, m.object(p))
	}
	for _, l := range m.env.Feed.Last().Leases.Rows {
		out = append(out, tui.Object{ID: "leases/" + l.ID, Kind: string(kind.Leases), Label: kind.Leases.About().One, Name: networks(l),
			More: []string{l.ID}, Nets: kit.Networks(l.CIDRs...), Open: func() tui.View { return m.openLease(l) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, cmp.Or(tui.Clean(l.Purpose), "-")) }})
	}
	for _, v := range m.env.Feed.Last().Services.Rows {
		out = append(out, tui.Object{ID: "services/" + v.ID, Kind: string(kind.Services), Label: kind.Services.About().One, Name: v.Name,
			More: []string{v.ID}, Open: func() tui.View { return m.openService(v) },
			Fact: func() tui.Line { return tui.Text(tui.Muted, "for service bindings") }})
	}
	return out
}

func (m *Module) object(p store.Prefix) tui.Object {
	r := row{Prefix: p}
	more := []string{p.ID, p.Description}
	if p.ASN != nil {
		more = append(more, "AS "+asn(p.ASN))
	}
	return tui.Object{ID: "prefixes/" + p.ID, Kind: string(kind.Prefixes), Label: kind.Prefixes.About().One, Name: p.CIDR,
		More: more, Nets: kit.Networks(p.CIDR), Open: m.openOne(r),
		Fact: func() tui.Line {
			a, _ := m.now(r).advertisement()
			return tui.Line{{Text: "advertised: ", Role: tui.Muted}, {Text: a.word(), Role: a.role(r.approved())}}
		}}
}

// Linked implements kit.Indexer: the prefix that a route is of.
func (m *Module) Linked(s kit.Subject) []tui.Object {
	if s.Kind != kind.Routes || !s.CIDR.IsValid() {
		return nil
	}
	var out []tui.Object
	for _, p := range m.env.Feed.Last().Prefixes.Rows {
		if cidr, err := netip.ParsePrefix(p.CIDR); err == nil && cidr.Overlaps(s.CIDR) {
			out = append(out, m.object(p))
		}
	}
	return out
}
