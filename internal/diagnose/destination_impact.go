package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"flarewire/internal/rules"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Destination is a network that the account's routes lead to, or that it advertises, with all paths to it.
type Destination struct {
	Prefix    netip.Prefix
	Reach     []Reach        // from the regions, where the routes differ between them
	OwnPrefix *AccountPrefix // the prefix of the account's own that it lies in; nil: none is known
	// Impact is what the state of the paths means for traffic: Outage when some region has no path left that works, Impaired when one
	// is lost or degraded, or a region has no route while another has one; Risk in place of both for a network that Cloudflare does not
	// advertise.
	Impact Impact
	// Likelihood is Certain when the health checks say so, Likely when a path counts as lost because its session just fell, or no route
	// leads there, and Possible when nothing is known to be lost and it cannot be told what is left.
	Likelihood Likelihood
	// Unknown is why it cannot be told what is left, as the end of a sentence; "" when it can.
	Unknown string
	text    string
	dead    bool  // see Dead
	counted tally // of the worst region that has a route
}

// Healthy is how many of the paths are healthy, in the worst of the regions that have a route: what Text says as numbers. Paths that
// never take over do not count. It is not known while the state of one path is not; of is 0 without a route.
func (d Destination) Healthy() (healthy, of int, known bool) {
	return d.counted.healthy, d.counted.all, d.counted.unknown == 0
}

// Dead reports whether some region has no path left that works, also of a network that Cloudflare does not advertise.
func (d Destination) Dead() bool { return d.dead }

// rank orders destinations, the worst highest. One that nothing gets to stands before one that has lost a path, also while Cloudflare
// does not advertise it: as soon as it does, the traffic that comes is lost.
func (d Destination) rank() int {
	rank := 2 * int(d.Impact)
	switch {
	case d.dead:
		return max(rank, 2*int(Impaired)+1)
	case d.Unknown != "":
		return max(rank, 1)
	}
	return rank
}

// Text is what is left of the paths, in one line: "10.64.0.0/20: 1 of 2 paths healthy".
func (d Destination) Text() string { return d.Prefix.String() + ": " + d.text }

// Left is Text without the prefix.
func (d Destination) Left() string { return d.text }

// LeftBesidePrefix is Left for a page that has the advertisement of the prefix on a line of its own.
func (d Destination) LeftBesidePrefix() string { return strings.TrimSuffix(d.text, notAdvertised) }

const notAdvertised = "; Cloudflare does not advertise it"

// Paths are all paths to the destination, each once.
func (d Destination) Paths() []Path {
	var paths []Path
	seen := map[string]bool{}
	for _, r := range d.Reach {
		for _, u := range r.Uses {
			if !seen[u.Route.ID+u.key()] {
				seen[u.Route.ID+u.key()] = true
				paths = append(paths, u.Path)
			}
		}
	}
	return paths
}

// All are the destinations, the worst first, then by address: the networks of the routes, and what the account advertises of its
// prefixes for Magic Transit without a route of its own.
func (t *Table) All() []Destination {
	prefixes := make([]netip.Prefix, 0, len(t.byPrefix))
	for p := range t.byPrefix {
		prefixes = append(prefixes, p)
	}
	for _, p := range t.advertised() {
		if _, ok := t.byPrefix[p]; !ok {
			prefixes = append(prefixes, p)
		}
	}
	return t.destinations(prefixes)
}

// Through are the destinations of routes that lead into one of these tunnels or interconnects, by their ids, the worst first: from the
// regions where these are a path. What is lost elsewhere is not theirs.
func (t *Table) Through(ids ...string) []Destination {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var prefixes []netip.Prefix
	for p, paths := range t.byPrefix {
		if slices.ContainsFunc(paths, func(i int) bool { return wanted[t.paths[i].Over.ID] }) {
			prefixes = append(prefixes, p)
		}
	}
	out := make([]Destination, 0, len(prefixes))
	for _, p := range prefixes {
		out = append(out, t.destination(p, func(r Reach) bool {
			return slices.ContainsFunc(r.Uses, func(u PathUse) bool { return wanted[u.Over.ID] })
		}))
	}
	return worstFirst(out)
}

func (t *Table) destinations(prefixes []netip.Prefix) []Destination {
	out := make([]Destination, 0, len(prefixes))
	for _, p := range prefixes {
		out = append(out, t.Destination(p))
	}
	return worstFirst(out)
}

func worstFirst(out []Destination) []Destination {
	sorting.Sort(out, WorstFirst)
	return out
}

// WorstFirst compares destinations by what is left of the paths to them, the worst first: that nothing gets to, that has lost a path, of
// which it cannot be told, the others; then by prefix.
func WorstFirst(a, b Destination) int {
	return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.Likelihood, a.Likelihood), a.Prefix.Compare(b.Prefix))
}

// Destination is how one network is reached. Networks inside of it that have routes of their own are destinations of their own.
func (t *Table) Destination(p netip.Prefix) Destination { return t.destination(p, nil) }

// destination is Destination from those of the regions that are wanted; nil: all.
func (t *Table) destination(p netip.Prefix, wanted func(Reach) bool) Destination {
	p = p.Masked()
	d := Destination{Prefix: p, Reach: t.reach(p), OwnPrefix: t.Owner(p), Likelihood: Certain}
	several := len(d.Reach) > 1
	if wanted != nil {
		if of := slices.DeleteFunc(slices.Clone(d.Reach), func(r Reach) bool { return !wanted(r) }); len(of) > 0 {
			d.Reach = of
		}
	}
	var worst remaining
	var where []string
	routed := slices.ContainsFunc(d.Reach, Reach.Routed)
	worstRouted := remaining{impact: -1}
	for i, r := range d.Reach {
		l := t.remaining(r)
		if r.Routed() && l.worse(worstRouted) {
			worstRouted, d.counted = l, tallyOf(r.Uses)
		}
		if routed && !r.Routed() && l.impact == Outage {
			l.impact = Impaired // a region that was left out is no failure
		}
		switch {
		case i > 0 && l.impact == worst.impact && l.text == worst.text:
			where = append(slices.Clone(where), r.Places...)
			worst.likelihood = min(worst.likelihood, l.likelihood) // the text speaks of all of them
		case i == 0 || l.worse(worst):
			worst, where = l, r.Places
		}
	}
	d.Impact, d.Likelihood, d.Unknown, d.text = worst.impact, worst.likelihood, worst.unknown, worst.text
	d.dead = worst.impact == Outage
	if several && len(where) > 0 {
		d.text += " in " + placesText(where)
	}
	if d.Impact > Risk && d.OwnPrefix != nil && d.OwnPrefix.Advertised == No {
		d.Impact = Risk
		d.text += notAdvertised
	}
	return d
}

// placesText names regions and locations; more than four with their number in front.
func placesText(places []string) string {
	if len(places) <= 4 {
		return strings.Join(places, " ")
	}
	return fmt.Sprintf("%d regions: %s", len(places), strings.Join(places, " "))
}

// remaining is what is left of the paths in a Reach.
type remaining struct {
	impact     Impact
	likelihood Likelihood
	unknown    string
	text       string
}

// worse compares by impact first. Of two that have lost something the surer one is worse; of two that have not, the one that is less
// sure, since what it does not know may be lost.
func (l remaining) worse(than remaining) bool {
	surer := cmp.Compare(l.likelihood, than.likelihood)
	if l.impact == NoImpact {
		surer = -surer
	}
	return cmp.Or(cmp.Compare(l.impact, than.impact), surer) > 0
}

// tally counts the paths of a Reach that could carry traffic, two routes into one tunnel as one; inUse, lostInUse, lostNames and working
// count each route.
type tally struct {
	all, healthy, degraded, lost, unknown int
	fell                                  bool     // one counts as lost because its session fell
	idle                                  []string // healthy ones that never take over
	why                                   string   // the first reason why a state is not known
	inUse, lostInUse                      int      // paths that carry traffic, or may, and those of them that are lost
	lostNames                             []string // of the lost paths that certainly carry traffic
	working                               int      // paths in use that work
}

func tallyOf(uses []PathUse) tally {
	var n tally
	counted := map[string]bool{}
	for _, u := range uses {
		if u.InUse || u.Maybe {
			n.inUse++
			if u.State.lost() {
				n.lostInUse++
			}
			if u.State.lost() && u.InUse {
				n.lostNames = append(n.lostNames, u.Name())
			}
			if u.State.works() {
				n.working++
			}
		}
		if u.Never && !u.InUse {
			if u.State.works() {
				n.idle = append(n.idle, u.Name())
			}
			continue
		}
		if counted[u.key()] {
			continue
		}
		counted[u.key()] = true
		n.all++
		switch {
		case u.State == PathHealthy:
			n.healthy++
		case u.State == PathDegraded:
			n.degraded++
		case u.State.lost():
			n.lost++
			n.fell = n.fell || u.State == PathSessionLost
		default:
			n.unknown++
			n.why = cmp.Or(n.why, u.Why)
		}
	}
	return n
}

// remaining says what is left of the paths in a Reach, and how sure that is.
func (t *Table) remaining(r Reach) remaining {
	if !r.Routed() {
		return t.noRoute()
	}
	n := tallyOf(r.Uses)
	sure := Certain
	if n.fell {
		sure = Likely
	}
	switch {
	case n.lostInUse == n.inUse && n.lost > 0:
		text := "no healthy path left"
		if len(n.idle) > 0 {
			text += "; " + some(n.idle) + " never takes over"
		}
		return remaining{Outage, sure, "", text}
	case n.unknown > 0 && n.lost+n.degraded > 0:
		return remaining{Impaired, sure, n.why, fmt.Sprintf("%s, cannot tell for %d: %s", n.ratio(), n.unknown, n.why)}
	case n.unknown > 0 && n.healthy > 0:
		return remaining{NoImpact, Possible, n.why,
			fmt.Sprintf("%d of %s healthy, cannot tell for %d: %s", n.healthy, pathsText(n.all), n.unknown, n.why)}
	case n.unknown > 0:
		return remaining{NoImpact, Possible, n.why, fmt.Sprintf("cannot tell whether the %s healthy: %s", pathsAre(n.all), n.why)}
	case n.lost+n.degraded == 0:
		return remaining{NoImpact, Certain, "", healthyPaths(n.healthy)}
	case len(n.lostNames) > 0 && n.working > 0:
		return remaining{Impaired, sure, "", n.ratio() + ", and part of the traffic goes into " + some(n.lostNames)}
	}
	return remaining{Impaired, sure, "", n.ratio()}
}

// ratio says how many healthy paths are left.
func (n tally) ratio() string {
	text := fmt.Sprintf("%d of %d paths healthy", n.healthy, n.all)
	switch {
	case n.healthy == 0 && n.unknown > 0:
		text = fmt.Sprintf("none of %s known to be healthy", pathsText(n.all))
	case n.degraded == n.all && n.all == 1:
		return "1 path, degraded"
	case n.degraded == n.all:
		return fmt.Sprintf("%d paths, all degraded", n.all)
	case n.healthy == 0:
		text = "no healthy path"
	}
	if n.degraded > 0 {
		text += fmt.Sprintf(", %d degraded", n.degraded)
	}
	return text
}

func pathsText(n int) string {
	if n == 1 {
		return "1 path"
	}
	return fmt.Sprintf("%d paths", n)
}

// pathsAre is the subject of a sentence about n paths, with its verb.
func pathsAre(n int) string {
	if n == 1 {
		return "path is"
	}
	return fmt.Sprintf("%d paths are", n)
}

func healthyPaths(n int) string {
	if n == 1 {
		return "1 healthy path, no redundancy"
	}
	return fmt.Sprintf("%d healthy paths", n)
}

// noRoute is said where no static route matches. Nothing follows from that while one may not have been read, or may come by BGP.
func (t *Table) noRoute() remaining {
	if why := t.MayBeRouted(); why != "" {
		return remaining{NoImpact, Possible, why, "cannot tell whether it is routed: " + why}
	}
	return remaining{Outage, Likely, "", "no route leads there"}
}

// MayBeRouted is why nothing follows from there being no static route for an address, as the end of a sentence; "" when it does.
func (t *Table) MayBeRouted() string {
	if why := cannotTell(t.facts.Routes.Entry, t.facts.GRE, t.facts.IPsec, t.facts.Links.Entry); why != "" {
		return why
	}
	if t.unread > 0 {
		return "a route has a network that could not be read"
	}
	if up := t.sessionsUp(); up > 0 {
		return fmt.Sprintf("BGP is up on %s, and the API does not show learned routes", tunnelsText(up))
	}
	for _, l := range t.facts.Links.Rows {
		if l.BGP != nil {
			return "BGP is set up on the CNI " + l.Name + ", and the API shows neither its session nor its routes"
		}
	}
	return ""
}

// sessionsUp counts the tunnels whose session is up: over them BGP may bring routes.
func (t *Table) sessionsUp() int {
	up := 0
	for i := range t.facts.Tunnels {
		if s := t.facts.Tunnels[i].State; s == store.Up {
			up++
		}
	}
	return up
}

func tunnelsText(n int) string {
	if n == 1 {
		return "1 tunnel"
	}
	return fmt.Sprintf("%d tunnels", n)
}

// Notes are what is worth knowing of the paths to destinations although nothing is wrong now: backups that never take over first, then
// what all paths have in common.
func (a *Account) Notes() []Diagnosis {
	var out []Diagnosis
	for _, d := range a.Table().All() {
		if notes := d.Notes(); len(notes) > 0 {
			out = append(out, Diagnosis{Subject{Kind: store.Routes, Name: d.Prefix.String()}, notes})
		}
	}
	sorting.Sort(out, func(x, y Diagnosis) int {
		return boolCompare(x.Findings[0].Cause != BackupNeverWins, y.Findings[0].Cause != BackupNeverWins)
	})
	return out
}

// Notes are what is worth knowing of the paths although nothing is wrong now: backups that never take over, and what all paths have in
// common.
func (d Destination) Notes() []Finding {
	var notes []Finding
	seen := map[string]bool{}
	add := func(f Finding) {
		if !seen[f.Text] {
			seen[f.Text] = true
			notes = append(notes, f)
		}
	}
	for _, r := range d.Reach {
		for _, f := range append(backups(r), singlePoint(r)...) {
			add(f)
		}
	}
	return notes
}

// backups finds paths that take over too late or never.
func backups(r Reach) []Finding {
	var notes []Finding
	for _, u := range r.Uses {
		i := slices.IndexFunc(r.Uses, func(o PathUse) bool { return !o.unread && o.Route.Priority+degradedPenalty <= u.Route.Priority })
		if i < 0 || u.unread {
			continue
		}
		first := r.Uses[i]
		for _, o := range r.Uses {
			if !o.unread && o.Route.Priority < first.Route.Priority {
				first = o
			}
		}
		text := "%s never takes over from a degraded %s: with %d added its priority is still not larger."
		penalty := degradedPenalty
		if u.Never {
			text, penalty = "%s never takes over, even with %s down: with %d added its priority is still not larger.", downPenalty
		}
		notes = append(notes, Finding{Cause: BackupNeverWins, Likelihood: Remark, Impact: NoImpact, Source: srcChecks,
			Evidence: []Evidence{{"priority of " + u.Name(), fmt.Sprint(u.Route.Priority)},
				{"priority of " + first.Name(), fmt.Sprint(first.Route.Priority)}},
			Text: fmt.Sprintf(text, u.Name(), first.Name(), penalty),
			Next: "Give the backup a priority less than 500,000 above the primary's."})
	}
	return notes
}

// singlePoint finds what all paths that can take over have in common.
func singlePoint(r Reach) []Finding {
	names, routers := map[string]bool{}, map[string]bool{}
	works := false
	for _, u := range r.Uses {
		if !u.Never {
			works = works || !u.State.lost()
			names[u.Name()] = true
			routers[u.Customer] = true
		}
	}
	f := Finding{Cause: SinglePoint, Likelihood: Remark, Impact: NoImpact, Source: srcOwn, lost: !works,
		Next: "Add a path over another router, with the same priority or a larger number."}
	from := ""
	if len(r.Places) > 0 {
		from = " from " + strings.Join(r.Places, " ")
	}
	switch {
	case len(names) == 1:
		f.Text = sortedKeys(names)[0] + " is the only path" + from + "."
		f.Evidence = []Evidence{{"paths to " + r.Prefix.String(), "1"}}
	case len(routers) == 1 && !routers[""]:
		router := sortedKeys(routers)[0]
		f.Text = fmt.Sprintf("All %d paths%s end at your router %s.", len(names), from, router)
		f.Evidence = []Evidence{{"customer endpoint", router}}
	default:
		return nil
	}
	return []Finding{f}
}

// advertised are the networks that the account advertises and that go to Magic Transit.
func (t *Table) advertised() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range t.facts.Prefixes.Rows {
		if !boundTo(p, rules.ServiceMagicTransit) {
			continue
		}
		for _, b := range p.BGP.Rows {
			if cidr, err := netip.ParsePrefix(b.CIDR); err == nil && b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised {
				out = append(out, cidr.Masked())
			}
		}
	}
	return out
}
