package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// sightOld is from when how the locations saw the tunnels is no longer rested on, by the time of the tunnels' own data.
const sightOld = 3 * store.LocationSpan

// sight is how Cloudflare's data centers see a tunnel: as it was read for the whole account, or on the tunnel's own page where that knows
// more.
func (f Facts) sight(name string) store.Insight {
	own := f.Insights[name]
	at := f.Now
	if newest := f.GRE.Fetched; !newest.IsZero() && newest.Before(at) {
		at = newest
	}
	if at.Sub(f.Locations.Fetched) > sightOld {
		return own
	}
	if all, ok := f.Locations.By[name]; ok && (len(own.Colos) == 0 || !all.Some && (all.ColoFlow || !own.ColoFlow)) {
		return all
	}
	return own
}

// LocationView is how one of Cloudflare's data centers sees the tunnels of the account.
type LocationView struct {
	store.Location
	City    string      // empty where it is not known
	Share   *float64    // of the account's traffic, 0 to 1; nil: not known
	Tunnels int         // that it probes, and CNIs
	CNIs    bool        // there is a CNI among them
	Bad     []BadTunnel // the worst first
}

// BadTunnel is a tunnel that a location does not see healthy.
type BadTunnel struct {
	Subject // without an id when it is none that is known
	State   store.Health
	BitRate *float64 // of the tunnel there; nil: not known
}

// Idle reports whether the tunnel is known to have no traffic there.
func (b BadTunnel) Idle() bool { return b.BitRate != nil && *b.BitRate == 0 }

// Acting are the tunnels that it does not see healthy and that have traffic there, or of which that is not known.
func (s LocationView) Acting() []BadTunnel {
	if s.Idle() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Bad), BadTunnel.Idle)
}

// Text says what the location sees: "4 of 24 tunnels down", or of several states each, the worst first: "2 down (idle), 2 degraded".
func (s LocationView) Text() string {
	acting := s.Acting()
	down := downOf(acting)
	degraded, idle := len(acting)-down, len(s.Bad)-len(acting)
	of := fmt.Sprintf("%d tunnels", s.Tunnels)
	if s.CNIs {
		of += " and CNIs"
	}
	switch {
	case !s.Asked:
		return "not asked"
	case down > 0 && degraded+idle == 0:
		return fmt.Sprintf("%d of %s down", down, of)
	case degraded > 0 && down+idle == 0:
		return fmt.Sprintf("%d of %s degraded", degraded, of)
	case len(acting) > 0:
		return s.counts(down, degraded, idle)
	case len(s.Bad) > 0:
		return fmt.Sprintf("%d of %s bad, without traffic there", len(s.Bad), of)
	case s.Tunnels == 0:
		return "no tunnel probed"
	}
	return fmt.Sprintf("all %s healthy", of)
}

// counts are the numbers of several states, the worst first.
func (s LocationView) counts(down, degraded, idle int) string {
	type count struct {
		n    int
		word string
	}
	counts, word := []count{{down, "down"}, {degraded, "degraded"}}, s.idleWord()
	at := 1
	if word == "degraded" {
		at = 2
	}
	var parts []string
	for _, c := range slices.Insert(counts, at, count{idle, word + " (idle)"}) {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ")
}

func downOf(list []BadTunnel) (n int) {
	for _, b := range list {
		if b.State == store.HealthDown {
			n++
		}
	}
	return n
}

// idleWord is the state of those without traffic, where all of them have one.
func (s LocationView) idleWord() string {
	var idle []BadTunnel
	for _, b := range s.Bad {
		if s.Idle() || b.Idle() {
			idle = append(idle, b)
		}
	}
	switch downOf(idle) {
	case len(idle):
		return "down"
	case 0:
		return "degraded"
	}
	return "bad"
}

// Worst orders locations as an operator reads them: what they see and has traffic first, then by traffic.
func (s LocationView) Worst(than LocationView) int {
	down := func(x LocationView) int { return downOf(x.Acting()) }
	rate := func(x LocationView) float64 {
		if x.BitRate == nil {
			return 0
		}
		return *x.BitRate
	}
	return cmp.Or(cmp.Compare(down(than), down(s)), cmp.Compare(len(than.Acting()), len(s.Acting())), cmp.Compare(rate(than), rate(s)),
		cmp.Compare(len(than.Bad), len(s.Bad)), cmp.Compare(s.Name, than.Name))
}

// Locations are the locations of Cloudflare's that are known, and what they see of all tunnels whose health is checked; the worst first.
func (a *Account) Locations() []LocationView {
	l := a.facts.Locations
	at := make(map[string]int, len(l.Rows))
	out := make([]LocationView, len(l.Rows))
	var all float64
	for i, row := range l.Rows {
		at[row.Name], out[i] = i, LocationView{Location: row, City: City(row.Name)}
		if row.BitRate != nil {
			all += *row.BitRate
		}
	}
	subjects, unprobed := map[string]Subject{}, map[string]bool{}
	for _, link := range a.facts.Links.Rows {
		subjects[link.Name] = Subject{store.Links, link.ID, link.Name}
	}
	for i, t := range a.facts.Tunnels {
		subjects[t.Name], unprobed[t.Name] = tunnelSubject(t), !a.tunnelCase(i).healthChecked()
	}
	for name, in := range l.By {
		if unprobed[name] {
			continue
		}
		for _, c := range in.Colos {
			s := &out[at[c.Name]]
			s.Tunnels++
			s.CNIs = s.CNIs || subjects[name].Kind == store.Links
			if state := c.State(); state == store.HealthDown || state == store.Degraded {
				subject := subjects[name]
				subject.Name = name
				s.Bad = append(s.Bad, BadTunnel{subject, state, c.BitRate})
			}
		}
	}
	for i := range out {
		if s := &out[i]; l.Weighed && all > 0 && s.BitRate != nil {
			part := *s.BitRate / all
			s.Share = &part
		}
		sorting.Sort(out[i].Bad, func(x, y BadTunnel) int {
			return cmp.Or(boolCompare(x.Idle(), y.Idle()), cmp.Compare(x.State.Rank(), y.State.Rank()), cmp.Compare(x.Name, y.Name))
		})
	}
	sorting.Sort(out, LocationView.Worst)
	return out
}

// downFromLocations are tunnels that work on the whole and that the same location sees down, although they have traffic there: one
// incident for
// each such location.
func (a *Account) downFromLocations(found []Diagnosis) []group {
	having := map[string][]int{}
	for _, d := range found {
		i, tunnel := a.byID[d.Subject.ID]
		if !tunnel || primaryFinding(d).Cause != SomeColos {
			continue
		}
		for _, c := range a.facts.sight(a.facts.Tunnels[i].Name).Colos {
			if c.State() == store.HealthDown && !c.Idle() {
				having[c.Name] = append(having[c.Name], i)
			}
		}
	}
	names := make([]string, 0, len(having))
	for name := range having {
		slices.Sort(having[name])
		names = append(names, name)
	}
	sorting.Sort(names, func(x, y string) int { return cmp.Or(cmp.Compare(len(having[y]), len(having[x])), cmp.Compare(x, y)) })
	var out []group
	taken := map[int]bool{}
	for _, name := range names {
		members := slices.DeleteFunc(slices.Clone(having[name]), func(i int) bool { return taken[i] })
		if n := len(out); len(members) == 0 && n > 0 && slices.ContainsFunc(out,
			func(g group) bool { return slices.Equal(g.members, having[name]) }) {
			at := slices.IndexFunc(out, func(g group) bool { return slices.Equal(g.members, having[name]) })
			out[at].common = append(out[at].common, a.atLocation(name, len(having[name]))) // equally well
		}
		if len(members) < 2 {
			continue
		}
		for _, i := range members {
			taken[i] = true
		}
		out = append(out, group{members: members, common: []Common{a.atLocation(name, len(members))}, locationOnly: true})
	}
	return out
}

// atLocation is the property of being seen down from a location.
func (a *Account) atLocation(name string, failed int) Common {
	c := Common{Property: SameLocation, Value: name, Failed: failed, OfFailed: failed}
	for i := range a.facts.Tunnels {
		if !a.tunnelCase(i).works() {
			continue
		}
		for _, colo := range a.facts.sight(a.facts.Tunnels[i].Name).Colos {
			if colo.Name == name && colo.State() == store.Healthy {
				c.OfWorking++
			}
		}
	}
	return c
}
