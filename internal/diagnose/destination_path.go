package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
)

// What health does to the priority of a route (Cloudflare docs: Tunnel health checks). A route is never taken out: with every
// path down Cloudflare goes on sending into the one with the smallest number.
const (
	degradedPenalty = 500_000
	downPenalty     = 1_000_000
)

// PathState says in one word whether a path works. The words are stable: scripts may rely on them.
type PathState string

// The states of a path. Only the health checks say that one works: a static route does not follow the state of a BGP session.
const (
	PathHealthy     PathState = "healthy"
	PathDegraded    PathState = "degraded"
	PathDown        PathState = "down"
	PathSessionLost PathState = "session_lost" // its session fell lately: the health, an average over ten minutes, is still mostly of before
	PathUnchecked   PathState = "unchecked"    // its health checks are off: Cloudflare sends into it regardless of its state
	PathBroken      PathState = "broken"       // the next hop is in no subnet of a tunnel or a link, or is Cloudflare's own side
	PathUnknown     PathState = "unknown"
)

// works reports whether traffic gets through.
func (s PathState) works() bool { return s == PathHealthy || s == PathDegraded }

// lost reports whether traffic does not get through, by what is known.
func (s PathState) lost() bool { return s == PathDown || s == PathBroken || s == PathSessionLost }

// Path is one static route with what it leads into. Routes into one tunnel count as one path: see key.
type Path struct {
	Route       api.Route
	Prefix      netip.Prefix
	Hop         netip.Addr
	Over        Subject         // the tunnel or the link; its name is empty when none is known
	Customer    string          // the customer's endpoint of a tunnel
	State       PathState       // of where the traffic is, where that is known
	Why         string          // why State is unknown or broken, as the end of a sentence; else where it differs by location
	Session     store.State     // of BGP; empty for an interconnect, whose session the API does not report
	Score       *float64        // the average that State was read from
	Track       store.Track     // of the tunnel
	unread      bool            // a field or the next hop could not be read: its place among the paths is not known
	overDeleted bool            // the change that is looked at deletes what it leads into
	only        map[string]bool // regions and locations that it is limited to; nil: not limited
}

// Name is what the path leads into, as a person names it: the tunnel, or the next hop where none is known.
func (w Path) Name() string {
	if w.Over.Name != "" {
		return w.Over.Name
	}
	return cmp.Or(w.Route.Nexthop, "an unknown next hop")
}

// key is what the path leads into: routes with the same one are no redundancy for each other.
func (w Path) key() string { return string(w.Over.Kind) + "/" + cmp.Or(w.Over.ID, w.Route.Nexthop) }

// Effective is the priority with the penalty of health; known for the states healthy, degraded, down and unchecked only.
func (w Path) Effective() (priority int, known bool) {
	low, high := w.bounds()
	return low, low == high
}

// bounds are the smallest and the largest priority that the path can have by what is known of it.
func (w Path) bounds() (low, high int) {
	p := w.Route.Priority
	switch {
	case w.unread:
		return minPriority, maxPriority
	case w.State == PathHealthy, w.State == PathUnchecked:
		return p, p
	case w.State == PathDegraded:
		return p + degradedPenalty, p + degradedPenalty
	case w.State == PathDown:
		return p + downPenalty, p + downPenalty
	}
	return p, p + downPenalty
}

// The bounds of the priority of a path that could not be read.
const (
	minPriority = -1 << 40
	maxPriority = 1 << 40
)

// Scope names the regions and locations that the route is limited to; empty: it is not limited.
func (w Path) Scope() []string {
	if w.Route.Scope == nil {
		return nil
	}
	return slices.Concat(w.Route.Scope.ColoRegions, w.Route.Scope.ColoNames)
}

// seenIn reports whether the route is in the routing table of a region or location; the empty one is one that no scope names.
func (w Path) seenIn(place string) bool {
	return w.only == nil || w.only[place]
}

// newPath parses a route; false when it has no prefix that can be read.
func newPath(r api.Route) (Path, bool) {
	prefix, err := netip.ParsePrefix(r.Prefix)
	if err != nil {
		return Path{}, false
	}
	w := Path{Route: r, Prefix: prefix.Masked(), State: PathUnknown}
	w.Hop, err = netip.ParseAddr(r.Nexthop)
	if err != nil {
		w.Why, w.unread = "its next hop could not be read", true
	}
	for _, field := range store.Undecoded(&r) {
		w.Why, w.unread = "its field "+field+" could not be read", true
	}
	for _, place := range w.Scope() {
		if w.only == nil {
			w.only = map[string]bool{}
		}
		w.only[place] = true
	}
	return w, true
}

// resolveNextHops says what the hops of the paths lead into. It goes through tunnels and interconnects once, whatever their number.
func (t *Table) resolveNextHops() {
	hops := make(map[netip.Addr][]int, len(t.paths))
	for i, w := range t.paths {
		if w.Hop.IsValid() {
			hops[w.Hop] = append(hops[w.Hop], i)
		}
	}
	t.subnets = make([]subnet, 0, len(t.facts.Tunnels)+len(t.facts.Links.Rows))
	for i := range t.facts.Tunnels {
		tunnel := &t.facts.Tunnels[i]
		for _, text := range []string{tunnel.InterfaceAddress, tunnel.InterfaceAddress6} {
			in, ok := newSubnet(text, tunnel.Name)
			if !ok {
				continue
			}
			t.subnets = append(t.subnets, in)
			for _, at := range in.pathsInto(hops) {
				t.overTunnel(&t.paths[at], *tunnel, in.cloudflare)
			}
		}
	}
	for _, l := range t.facts.Links.Rows {
		for _, text := range []string{l.InterfaceAddress, l.InterfaceAddress6} {
			in, ok := newSubnet(text, l.Name)
			if !ok {
				continue
			}
			t.subnets = append(t.subnets, in)
			for _, at := range in.pathsInto(hops) {
				t.overLink(&t.paths[at], l, in.cloudflare)
			}
		}
	}
	t.markDeletedNextHops(hops)
	why := cannotTell(t.facts.nextHops()...)
	for i := range t.paths {
		w := &t.paths[i]
		switch {
		case w.Over.Name != "" || !w.Hop.IsValid():
		case why != "":
			w.Why = why
		default:
			w.State, w.Why = PathBroken, w.Route.Nexthop+" is in the subnet of no tunnel or CNI"
		}
	}
}

// markDeletedNextHops names the tunnels that the change looked at would delete, and that paths lead into: their names say more than the
// addresses.
func (t *Table) markDeletedNextHops(hops map[netip.Addr][]int) {
	for _, tunnel := range t.facts.deleted {
		for _, text := range []string{tunnel.InterfaceAddress, tunnel.InterfaceAddress6} {
			in, ok := newSubnet(text, tunnel.Name)
			if !ok {
				continue
			}
			for _, at := range in.pathsInto(hops) {
				if w := &t.paths[at]; w.Over.Name == "" {
					w.Over.Name, w.State, w.Why = tunnel.Name, PathBroken, tunnel.Name+" is deleted"
					w.overDeleted = true
				}
			}
		}
	}
}

// newSubnet parses an interface address; false for none, and for a network too large to be one.
func newSubnet(text, owner string) (subnet, bool) {
	if text == "" {
		return subnet{}, false
	}
	cidr, err := netip.ParsePrefix(text)
	if err != nil || cidr.Addr().BitLen()-cidr.Bits() > 3 {
		return subnet{}, false
	}
	in := subnet{cidr: cidr.Masked(), owner: owner}
	if side, customer, ok := rules.Sides(cidr); ok && customer.IsValid() {
		in.cloudflare = side
	}
	return in, true
}

// pathsInto are the paths whose next hop lies in the subnet.
func (s subnet) pathsInto(all map[netip.Addr][]int) []int {
	if len(all) == 0 {
		return nil
	}
	var found []int
	for addr := s.cidr.Addr(); s.cidr.Contains(addr); addr = addr.Next() {
		found = append(found, all[addr]...)
	}
	return found
}

func (t *Table) overTunnel(w *Path, tunnel store.Tunnel, cloudflare netip.Addr) {
	if w.Over.Name != "" {
		return
	}
	w.Over, w.Customer, w.Session, w.Track = tunnelSubject(tunnel), tunnel.CustomerEndpoint, tunnel.State, tunnel.Track
	if t.wrongSide(w, cloudflare) {
		return
	}
	t.health(w, tunnel.HealthCheck)
	if w.State != PathDown && w.State != PathUnchecked && fellLately(tunnel, t.facts.Now) {
		w.State = PathSessionLost
		w.Why = "its BGP session went down " + ago(t.facts.Now.Sub(tunnel.Track.Changed)) + " ago, and the health is an average that " +
			"begins before that"
	}
}

// fellLately reports whether a tunnel's session went down within the time that its health is an average of: the health says nothing of it.
func fellLately(t store.Tunnel, now time.Time) bool {
	fell := t.Track.Changed
	return (t.State == store.Down || t.State == store.Establishing) && t.BGP != nil && !fell.IsZero() &&
		fell.After(now.Add(-store.HealthWindow))
}

func (t *Table) overLink(w *Path, l api.MagicInterconnect, cloudflare netip.Addr) {
	if w.Over.Name != "" {
		return
	}
	w.Over = Subject{store.Links, l.ID, l.Name}
	if !t.wrongSide(w, cloudflare) {
		t.health(w, l.HealthCheck)
	}
}

// wrongSide finds a next hop that is Cloudflare's own address of the subnet.
func (t *Table) wrongSide(w *Path, cloudflare netip.Addr) bool {
	if !cloudflare.IsValid() || w.Hop != cloudflare {
		return false
	}
	w.State, w.Why = PathBroken, "the next hop "+w.Route.Nexthop+" is Cloudflare's own side of "+w.Over.Name
	return true
}

// health reads the state of a path off the health checks: at the locations that carry its traffic where those are known, because
// the penalties are applied per location, else over all of them.
func (t *Table) health(w *Path, check *api.HealthCheck) {
	name := w.Over.Name
	switch {
	case w.unread:
		return
	case check != nil && check.Enabled != nil && !*check.Enabled:
		w.State, w.Why = PathUnchecked, "its health checks are off"
		return
	case t.facts.remeasured[name]:
		w.Why = "its health check is replaced and starts measuring again"
		return
	case t.unmeasured != "":
		w.Why = t.unmeasured
		return
	}
	h := t.facts.Health[name]
	seen := h.State
	w.Score = h.Score
	if score, where := scoreByTraffic(t.facts.sight(name)); score != nil {
		w.Score, w.Why = score, where
		seen = store.HealthOf(score)
	}
	switch seen {
	case store.Healthy:
		w.State = PathHealthy
	case store.Degraded:
		w.State = PathDegraded
	case store.HealthDown:
		w.State = PathDown
	default:
		w.Why = "no health was measured for it"
	}
}

// scoreByTraffic is the average health of the locations that carry the tunnel's traffic, weighed by it, and which of them are down; nil
// when that is not known.
func scoreByTraffic(in store.Insight) (score *float64, down string) {
	if !in.ColoFlow || in.Partial {
		return nil, ""
	}
	var sum, weight float64
	var bad []string
	for _, c := range in.Colos {
		if c.Score == nil || c.BitRate == nil || *c.BitRate <= 0 {
			continue
		}
		sum, weight = sum+*c.Score**c.BitRate, weight+*c.BitRate
		if c.State() == store.HealthDown {
			bad = append(bad, c.Name)
		}
	}
	if weight == 0 {
		return nil, ""
	}
	if len(bad) > 0 {
		down = "its health is averaged over the data centers that report it, weighted by traffic: down at " + some(bad) + ""
	}
	mean := sum / weight
	return &mean, down
}

// unmeasured is why no health can be used, as the end of a sentence; "" when it can.
func (f Facts) unmeasured() string {
	e := f.Measured
	switch {
	case e.Kind == "" && len(f.Health) > 0: // facts that were put together by hand
		return ""
	case !e.Known():
		e.Kind = store.TunnelHealth
		return e.Why()
	case f.Now.Sub(e.Fetched) > store.HealthWindow:
		return "the health was last read " + ago(f.Now.Sub(e.Fetched.Truncate(time.Second))) + " ago"
	}
	return ""
}
