package prefix

import (
	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/views/kit"
)

// Named implements kit.Namer: what lies below a prefix. A prefix that has the same addresses goes first.
func (m *Module) Named() []tui.Object {
	var out []tui.Object
	add := func(rows []tui.Object) {
		for _, o := range rows {
			o.Points, o.Nets = true, kit.Networks(o.Name)
			out = append(out, o)
		}
	}
	for _, p := range m.env.Feed.Last().Prefixes.Rows {
		r := row{Prefix: p}
		add(kit.NamedRows(kind.BGPPrefixes.About().One, m.describeBGP(r), m.bgpSource(r),
			func(b api.BGPPrefix) []string { return []string{b.ID} }))
		add(kit.NamedRows(kind.Bindings.About().One, m.describeBindings(r), m.bindingSource(r),
			func(b api.Binding) []string { return []string{b.ID, b.ServiceName} }))
		add(kit.NamedRows(kind.Delegations.About().One, m.describeDelegations(r), m.delegationSource(r),
			func(d api.Delegation) []string { return []string{d.ID, d.DelegatedAccountID} }))
	}
	return out
}
