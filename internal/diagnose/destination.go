package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Table is Cloudflare's virtual network routing table as far as the API tells it: the static routes of the account joined to what
// they lead into. Routes that BGP brings are not in the API.
//
// To say what an incident means for whom:
//
//	table := account.Table()                        // or NewTable(facts); it changes nothing
//	for _, d := range table.Through(ids...) {       // the destinations with a path over one of these tunnels or interconnects, by id
//		d.Impact                                    // Outage: no healthy path left; Impaired: one is lost; NoImpact
//		d.Likelihood                                // Certain by the health checks, Likely where only sessions fell, Possible: cannot tell
//		d.Text()                                    // "10.64.0.0/20: 1 of 2 paths healthy"
//	}
//
// table.All are all destinations, the worst first; table.Where answers one address or network.
type Table struct {
	facts      Facts
	paths      []Path
	byPrefix   map[netip.Prefix][]int
	lengths    [2][]int // the lengths in byPrefix, longest first: of IPv4 and of IPv6
	owned      []owned
	subnets    []subnet
	unread     int    // routes without a prefix that can be read
	unmeasured string // why no health can be used; "" when it can
}

// Table is the routing table of the account, prepared when it is first asked for.
func (a *Account) Table() *Table {
	a.once.Do(func() { a.table = NewTable(a.facts) })
	return a.table
}

// NewTable prepares the routing table of facts.
func NewTable(f Facts) *Table {
	f.GRE.Kind, f.IPsec.Kind, f.Links.Kind, f.Routes.Kind = store.GRETunnels, store.IPsecTunnels, store.Links, store.Routes
	f.Prefixes.Kind = store.Prefixes
	t := &Table{facts: f, paths: make([]Path, 0, len(f.Routes.Rows)), byPrefix: make(map[netip.Prefix][]int, len(f.Routes.Rows))}
	t.unmeasured = f.unmeasured()
	for _, r := range f.Routes.Rows {
		w, ok := newPath(r)
		if !ok {
			t.unread++
			continue
		}
		t.byPrefix[w.Prefix] = append(t.byPrefix[w.Prefix], len(t.paths))
		t.paths = append(t.paths, w)
	}
	seen := [2]map[int]bool{{}, {}}
	for p := range t.byPrefix {
		family := familyOf(p.Addr())
		if !seen[family][p.Bits()] {
			seen[family][p.Bits()] = true
			t.lengths[family] = append(t.lengths[family], p.Bits())
		}
	}
	for family := range t.lengths {
		sorting.Sort(t.lengths[family], func(a, b int) int { return cmp.Compare(b, a) })
	}
	for i := range f.Prefixes.Rows {
		if cidr, err := netip.ParsePrefix(f.Prefixes.Rows[i].CIDR); err == nil {
			t.owned = append(t.owned, owned{&f.Prefixes.Rows[i], cidr.Masked()})
		}
	}
	t.resolveNextHops()
	return t
}

func familyOf(addr netip.Addr) int {
	if addr.Is4() {
		return 0
	}
	return 1
}

// covering are the prefixes of routes that contain all of p, the longest first.
func (t *Table) covering(p netip.Prefix) []netip.Prefix {
	var chain []netip.Prefix
	for _, length := range t.lengths[familyOf(p.Addr())] {
		if length > p.Bits() {
			continue
		}
		wider := netip.PrefixFrom(p.Addr(), length).Masked()
		if _, ok := t.byPrefix[wider]; ok {
			chain = append(chain, wider)
		}
	}
	return chain
}

// PathUse is a path as it is used in some of Cloudflare's regions.
type PathUse struct {
	Path
	// InUse: traffic goes this way. Maybe: it does, or it does not; the health of a path decides and is not known.
	InUse, Maybe bool
	// Share of the flows, 0 to 1; nil: not known. Cloudflare says that it is approximate.
	Share *float64
	// Never: it does not take over, not even from a path that is down.
	Never bool
}

// Reach is how a destination is reached from some of Cloudflare's regions.
type Reach struct {
	Places []string     // region codes, and locations that routes are limited to; empty: everywhere
	Prefix netip.Prefix // of the routes that match, the longest; not valid: none does there
	Uses   []PathUse    // the paths, the preferred first
}

// Routed reports whether a route matches.
func (r Reach) Routed() bool { return r.Prefix.IsValid() }

// reach finds how p is reached, from all regions: the longest prefix that has a route there, and in it the smallest priority after
// the penalties of health (Cloudflare docs: Traffic steering). Regions with the same answer are one Reach.
func (t *Table) reach(p netip.Prefix) []Reach {
	chain := t.covering(p)
	places := t.places(chain)
	var out []Reach
	at := map[string]int{}
	for _, place := range places {
		prefix, paths := t.match(chain, place)
		var key strings.Builder
		for _, w := range paths {
			key.WriteString(strconv.Itoa(w) + " ")
		}
		i, known := at[key.String()]
		if !known {
			i = len(out)
			at[key.String()] = i
			out = append(out, Reach{Prefix: prefix, Uses: t.uses(paths)})
		}
		if place != "" {
			out[i].Places = append(out[i].Places, place)
		}
	}
	return out
}

// places are the regions and locations between which the routes of these prefixes may differ; one without a name when none does.
func (t *Table) places(chain []netip.Prefix) []string {
	regions, colos := map[string]bool{}, map[string]bool{}
	for _, prefix := range chain {
		for _, i := range t.byPrefix[prefix] {
			if scope := t.paths[i].Route.Scope; scope != nil {
				for _, r := range scope.ColoRegions {
					regions[r] = true
				}
				for _, c := range scope.ColoNames {
					colos[c] = true
				}
			}
		}
	}
	if len(regions)+len(colos) == 0 {
		return []string{""}
	}
	for _, r := range rules.Regions() {
		regions[r] = true
	}
	return slices.Concat(sortedKeys(regions), sortedKeys(colos))
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// match finds the longest of the prefixes that has routes in a place, and these.
func (t *Table) match(chain []netip.Prefix, place string) (netip.Prefix, []int) {
	for _, prefix := range chain {
		var paths []int
		for _, i := range t.byPrefix[prefix] {
			if t.paths[i].seenIn(place) {
				paths = append(paths, i)
			}
		}
		if len(paths) > 0 {
			return prefix, paths
		}
	}
	return netip.Prefix{}, nil
}

// uses decides between paths to the same prefix. A path into a tunnel that is deleted is none any more, unless it was the last one: that
// nothing is left is said of the route that stays.
func (t *Table) uses(paths []int) []PathUse {
	uses := make([]PathUse, 0, len(paths))
	gone := func(i int) bool { return t.paths[i].overDeleted }
	all := !slices.ContainsFunc(paths, func(i int) bool { return !gone(i) })
	for _, i := range paths {
		if all || !gone(i) {
			uses = append(uses, PathUse{Path: t.paths[i]})
		}
	}
	sorting.Sort(uses, func(a, b PathUse) int {
		la, ha := a.bounds()
		lb, hb := b.bounds()
		return cmp.Or(cmp.Compare(la, lb), cmp.Compare(ha, hb), strings.Compare(a.Name(), b.Name()))
	})
	best := maxPriority + 1
	for i := range uses {
		if _, high := uses[i].bounds(); high < best {
			best = high
		}
	}
	var first []*PathUse
	sure := true
	for i := range uses {
		u := &uses[i]
		u.Never = neverWins(*u, uses)
		if low, high := u.bounds(); low <= best {
			first = append(first, u)
			sure = sure && low == high
		}
	}
	sure = sure || len(first) == 1
	for _, u := range first {
		u.InUse, u.Maybe = sure, !sure
	}
	if sure {
		shareOut(first)
	}
	return uses
}

// neverWins reports whether a path does not take over from another one whatever the health: with that one down, its number is still
// not the larger.
func neverWins(u PathUse, others []PathUse) bool {
	return slices.ContainsFunc(others, func(o PathUse) bool {
		return !o.unread && !u.unread && o.Route.Priority+downPenalty <= u.Route.Priority
	})
}

// shareOut divides the flows between equals by their weights. Where only some have one nothing is said: no document names the
// default.
func shareOut(uses []*PathUse) {
	sum, weighted := 0, 0
	for _, u := range uses {
		if u.Route.Weight > 0 {
			sum += u.Route.Weight
			weighted++
		}
	}
	for _, u := range uses {
		part := 1 / float64(len(uses))
		switch weighted {
		case 0:
		case len(uses):
			part = float64(u.Route.Weight) / float64(sum)
		default:
			continue
		}
		u.Share = &part
	}
}
