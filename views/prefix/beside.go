package prefix

import (
	"cmp"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/live"
)

// The words of what stands under the prefixes and is none, behind their names; the filters of the page's other names look for them.
const (
	leasedWord  = "leased"
	serviceWord = "service"
)

// isPrefix reports whether the row is a prefix: below them stand the addresses that Cloudflare leases to the account, and the services that
// a prefix can be bound to.
func (r row) isPrefix() bool { return r.lease == nil && r.service == nil }

// order is the place of the row's kind in the list.
func (r row) order() int {
	switch {
	case r.lease != nil:
		return 1
	case r.service != nil:
		return 2
	}
	return 0
}

// all opens the page of prefixes, with a filter for what its other names stand for.
func (m *Module) all(filter string) func() tui.View {
	return func() tui.View {
		l := resource.NewList(m.describeAll(), m.allSource())
		l.SetFilter(filter)
		return l
	}
}

func (m *Module) allSource() resource.Source[row] {
	s := live.Rows(m.env.Feed, func(s *store.Snapshot) []row {
		out := rowsOf(s)
		for i := range s.Leases.Rows {
			out = append(out, row{lease: &s.Leases.Rows[i]})
		}
		for i := range s.Services.Rows {
			out = append(out, row{service: &s.Services.Rows[i]})
		}
		return out
	}, store.Target{Kind: store.Prefixes}, store.Target{Kind: store.BGPPrefixes}, store.Target{Kind: store.Leases},
		store.Target{Kind: store.Services})
	s.Looked = m.source().Looked
	return s
}

// describeAll describes the list: the prefixes, and what stands below them.
func (m *Module) describeAll() resource.Description[row] {
	d, leases, services := m.describe(), m.describeLeases(), m.describeServices()
	prefixes := m.describe()
	d.ID = onRow(d.ID, leases.ID, services.ID)
	d.Name = onRow(d.Name, leases.Name, services.Name)
	d.JSON = onRow(d.JSON, leases.JSON, services.JSON)
	d.Columns = withBeside(d.Columns, m.env.Glyphs)
	d.Problem = func(r row) bool { return r.isPrefix() && prefixes.Problem(r) }
	d.Summary = func(rows []row) tui.Line { return summaryOfAll(rows, m.env.Glyphs) }
	d.Sections = onMoment(d.Sections, leases.Sections, services.Sections)
	d.Preview = onMoment(d.Preview, leases.Sections, services.Sections)
	d.Actions = onRow(d.Actions, leases.Actions, services.Actions)
	d.NoEditOf = onRow(func(row) string { return "" }, why[api.Lease](kind.Leases, kind.Update),
		why[api.AddressingService](kind.Services, kind.Update))
	d.NoDelete = onRow(d.NoDelete, why[api.Lease](kind.Leases, kind.Delete), why[api.AddressingService](kind.Services, kind.Delete))
	d.Newest = true // what comes first is often what stands last
	d.Open = onRow(func(r row) tui.View { return m.openOne(r)() }, m.openLease, m.openService)
	return d
}

func why[T any](k kind.Kind, verb string) func(T) string {
	return func(T) string { return k.About().WhyNot(verb) }
}

// onRow is what is asked of a row, by what it is.
func onRow[R any](prefix func(row) R, lease func(api.Lease) R, service func(api.AddressingService) R) func(row) R {
	return func(r row) (none R) {
		switch {
		case r.lease != nil && lease != nil:
			return lease(*r.lease)
		case r.service != nil && service != nil:
			return service(*r.service)
		case r.isPrefix():
			return prefix(r)
		}
		return none
	}
}

func onMoment[R any](prefix func(row, time.Time) R, lease func(api.Lease, time.Time) R,
	service func(api.AddressingService, time.Time) R) func(row, time.Time) R {
	return func(r row, now time.Time) R {
		return onRow(func(r row) R { return prefix(r, now) }, func(l api.Lease) R { return lease(l, now) },
			func(s api.AddressingService) R { return service(s, now) })(r)
	}
}

// withBeside are the columns of the prefixes, with the cells of what stands below them. That stays below in any order.
func withBeside(columns []table.Column[row], g tui.Glyphs) []table.Column[row] {
	for i := range columns {
		c := columns[i]
		columns[i].Text = func(r row, now time.Time) string {
			if r.isPrefix() {
				return c.Text(r, now)
			}
			return tui.Clean(r.besideCell(c.Key, g, now))
		}
		columns[i].Role = func(r row) tui.Role {
			switch {
			case c.Key == "cidr":
				return tui.Strong
			case !r.isPrefix():
				return tui.Muted
			case c.Role == nil:
				return tui.Plain
			}
			return c.Role(r)
		}
		columns[i].Compare = func(a, b row) int {
			switch {
			case a.order() != b.order():
				return cmp.Compare(a.order(), b.order())
			case !a.isPrefix():
				return tui.Natural(a.besideCell("cidr", g, time.Time{}), b.besideCell("cidr", g, time.Time{}))
			case c.Compare != nil:
				return c.Compare(a, b)
			}
			return tui.Natural(c.Text(a, time.Time{}), c.Text(b, time.Time{}))
		}
	}
	return columns
}

// besideCell is a cell of a row that is no prefix.
func (r row) besideCell(key string, g tui.Glyphs, now time.Time) string {
	switch {
	case key == "cidr" && r.lease != nil:
		return networks(*r.lease) + ", " + leasedWord
	case key == "cidr":
		return r.service.Name + ", " + serviceWord
	case key == "since" && r.lease != nil:
		return tui.AgeSince(r.lease.ActiveFrom.Time, now)
	case key == "description" && r.lease != nil:
		return cmp.Or(r.lease.Purpose, "-")
	case key == "description":
		return "for service bindings of a prefix"
	}
	return "-"
}

// summaryOfAll counts the prefixes by their advertisement, and what stands below them.
func summaryOfAll(rows []row, g tui.Glyphs) tui.Line {
	var prefixes []row
	leased, services := 0, 0
	for _, r := range rows {
		switch {
		case r.lease != nil:
			leased++
		case r.service != nil:
			services++
		default:
			prefixes = append(prefixes, r)
		}
	}
	line := summary(prefixes, g)
	if leased > 0 {
		line = append(line, tui.Span{Text: "   "}, tui.Span{Text: tui.Count(leased, "leased addresses"), Role: tui.Muted})
	}
	if services > 0 {
		line = append(line, tui.Span{Text: "   "}, tui.Span{Text: tui.Count(services, "services"), Role: tui.Muted})
	}
	return line
}
