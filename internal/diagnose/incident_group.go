package diagnose

import (
	"cmp"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// sameMoment is within how much time failures belong together.
const sameMoment = time.Minute

// Without a property in common, so many failures of one moment are one incident, or three and more that are half of all tunnels: fewer may
// be chance. See many.
const manyTunnels = 5

// mostCauses is how many causes of their own many failures of one moment may have.
const mostCauses = 3

// fewWorking is how many tunnels with a property may still work, for each that failed, for it to explain the failure: a session lasts for
// its hold time, and statuses come one after the other.
const fewWorking = 0.1

// group are tunnels that failed together, by their places among the facts.
type group struct {
	members      []int
	since, until time.Time // the first and the last of them; zero: not known
	common       []Common
	locationOnly bool // they work on the whole: only some locations see them down
}

// window is within which time two failures are the same moment: two rounds of reading at least.
func (f Facts) window() time.Duration { return max(sameMoment, 2*f.GRE.Every, 2*f.IPsec.Every) }

// groups finds what failed together.
func (a *Account) groups() []group {
	var failed, working []int
	at := map[int]time.Time{}
	for i := range a.facts.Tunnels {
		switch c := a.tunnelCase(i); {
		case c.failed():
			failed = append(failed, i)
			at[i] = c.broke()
		case c.works():
			working = append(working, i)
		}
	}
	if len(failed) < 2 {
		return nil
	}
	sorting.Sort(failed, func(x, y int) int { return at[x].Compare(at[y]) })
	last := at[failed[len(failed)-1]]
	working = slices.DeleteFunc(working, func(i int) bool { return a.measuredBefore(i, last) })
	well := a.workingTunnels(working)
	var out []group
	for begin := 0; begin < len(failed); {
		end := begin + 1
		for end < len(failed) && at[failed[end]].Sub(at[failed[begin]]) <= a.facts.window() {
			end++
		}
		if end-begin > 1 {
			out = append(out, a.split(failed[begin:end], well, at)...)
		}
		begin = end
	}
	return out
}

// measuredBefore reports whether all that speaks for a tunnel was measured before a moment: what came after it is not known.
func (a *Account) measuredBefore(i int, moment time.Time) bool {
	return a.facts.Tunnels[i].State == store.NoBGP && !a.facts.Measured.Fetched.IsZero() && a.facts.Measured.Fetched.Before(moment)
}

// workingTunnels are the tunnels that work, with what they have in common: counted once, whatever the number of moments.
type workingTunnels struct {
	n       int
	have    map[property]int
	changed []time.Time // when they were, oldest first
}

func (a *Account) workingTunnels(working []int) workingTunnels {
	w := workingTunnels{n: len(working), have: map[property]int{}}
	for _, i := range working {
		for _, p := range a.properties(i) {
			w.have[p]++
		}
		w.changed = append(w.changed, a.touched(i)...)
	}
	sorting.Sort(w.changed, time.Time.Compare)
	return w
}

// near returns, for each change of a working tunnel around the moment, that it was changed then.
func (w workingTunnels) near(moment time.Time) []property {
	first, _ := slices.BinarySearchFunc(w.changed, moment.Add(-changeBefore), time.Time.Compare)
	var out []property
	for _, at := range w.changed[first:] {
		if at.Sub(moment) > changeAfter {
			break
		}
		out = append(out, changedAt(at))
	}
	return out
}

// split divides failures of one moment, or those of which no moment is known, by what they have in common.
func (a *Account) split(failed []int, well workingTunnels, at map[int]time.Time) []group {
	var out []group
	rest := slices.Clone(failed)
	have, works := map[int][]property{}, map[property]int{}
	for _, i := range failed {
		have[i] = a.properties(i)
		for _, p := range have[i] {
			works[p] = well.have[p]
		}
		if p, near := a.change(i, at[i]); near {
			have[i] = append(have[i], p)
		}
	}
	for _, p := range well.near(at[failed[0]]) {
		works[p]++
	}
	for len(rest) > 1 {
		common, having := a.bestCommon(rest, have, works, well.n)
		if len(common) == 0 || len(out) > mostCauses && !at[failed[0]].IsZero() && a.many(failed) {
			break
		}
		out = append(out, newGroup(having, common, at))
		taken := make(map[int]bool, len(having))
		for _, i := range having {
			taken[i] = true
		}
		rest = slices.DeleteFunc(rest, func(i int) bool { return taken[i] })
	}
	if at[failed[0]].IsZero() {
		return out
	}
	if a.many(failed) && (len(out) > mostCauses || a.many(rest) && 3*len(rest) >= len(failed)) {
		return []group{newGroup(failed, nil, at)} // so many causes at once are one that is not known
	}
	if a.many(rest) {
		out = append(out, newGroup(rest, nil, at))
	}
	return out
}

// many reports whether so many failures of one moment are hardly chance.
func (a *Account) many(failed []int) bool {
	return len(failed) >= manyTunnels || len(failed) > 2 && 2*len(failed) >= len(a.facts.Tunnels)
}

func newGroup(members []int, common []Common, at map[int]time.Time) group {
	g := group{members: members, common: common}
	for _, i := range members {
		if g.since.IsZero() || at[i].Before(g.since) {
			g.since = at[i]
		}
		if at[i].After(g.until) {
			g.until = at[i]
		}
	}
	return g
}

// property is a value of a tunnel that others may have, too.
type property struct {
	cause Cause
	value string
}

// touched are the times at which a tunnel was changed, or got another key: not when it was made.
func (a *Account) touched(i int) []time.Time {
	t := a.facts.Tunnels[i]
	var out []time.Time
	if t.ModifiedOn.Sub(t.CreatedOn.Time) >= settling {
		out = append(out, t.ModifiedOn.Time)
	}
	if t.PSK == nil || t.PSK.LastGeneratedOn.Sub(t.CreatedOn.Time) < settling {
		return out
	}
	if key := t.PSK.LastGeneratedOn.Time; len(out) == 0 || changedAt(key) != changedAt(out[0]) { // else it is one change
		out = append(out, key)
	}
	return out
}

// change is the property that a tunnel was changed just before it failed, or when others failed; false when it was not.
func (a *Account) change(i int, broke time.Time) (property, bool) {
	if broke.IsZero() {
		return property{}, false
	}
	for _, at := range a.touched(i) {
		if ago := broke.Sub(at); ago >= -changeAfter && ago <= changeBefore {
			return changedAt(at), true
		}
	}
	return property{}, false
}

func changedAt(at time.Time) property { return property{SameChange, at.UTC().Format("15:04 UTC")} }

// properties are those of a tunnel at any time. Of kind and account nothing is said while a list of tunnels is not known.
func (a *Account) properties(i int) []property {
	t := a.facts.Tunnels[i]
	var out []property
	add := func(cause Cause, value string) {
		if value != "" {
			out = append(out, property{cause, value})
		}
	}
	add(SameCustomerEndpoint, t.CustomerEndpoint)
	add(SameCloudflareEndpoint, t.CloudflareEndpoint)
	for _, colo := range a.facts.sight(t.Name).Colos {
		if s := colo.State(); s == store.HealthDown && !colo.Idle() && a.tunnelCase(i).someGood() {
			add(SameLocation, colo.Name)
		}
	}
	if a.whole {
		kind := "GRE"
		if t.Kind == api.IPsec {
			kind = "IPsec"
		}
		add(SameKind, kind)
		add(WholeAccount, "account")
	}
	return out
}

// bestCommon are the properties that cover most of the failed and least of the working, all that do so equally well, and the failed that
// have them; none when the working share them.
func (a *Account) bestCommon(failed []int, have map[int][]property, works map[property]int, working int) ([]Common, []int) {
	having := map[property][]int{}
	var order []property
	for _, i := range failed {
		for _, p := range have[i] {
			if having[p] == nil {
				order = append(order, p)
			}
			having[p] = append(having[p], i)
		}
	}
	var all []Common
	for _, p := range order {
		n, w := len(having[p]), works[p]
		if n < 2 || float64(w) > fewWorking*float64(n) || w > 0 && 2*w >= working || p.cause == WholeAccount &&
			(w > 0 || n < len(a.facts.Tunnels)) ||
			p.cause == SameKind && n < 3 {
			continue
		}
		all = append(all, Common{Property: p.cause, Value: p.value, Failed: n, OfFailed: len(failed), Working: w, OfWorking: working,
			unread: !a.counted()})
	}
	sorting.Sort(all, func(x, y Common) int {
		return cmp.Or(cmp.Compare(y.Failed, x.Failed), cmp.Compare(x.Working, y.Working), cmp.Compare(rankOf(x.Property), rankOf(y.Property)))
	})
	if len(all) == 0 {
		return nil, nil
	}
	first := all[0]
	members := having[property{first.Property, first.Value}]
	all = slices.DeleteFunc(all, func(c Common) bool {
		return c.Failed != first.Failed || c.Working != first.Working || !slices.Equal(having[property{c.Property, c.Value}], members)
	})
	for i := range all { // of those of this incident
		all[i].OfFailed = len(members)
	}
	return all, members
}

// rankOf orders properties that explain equally well: what is most telling first.
func rankOf(c Cause) int {
	return slices.Index([]Cause{SameChange, SameCustomerEndpoint, SameCloudflareEndpoint, SameLocation, SameKind, WholeAccount}, c)
}
