package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Objects with one trouble that did not fail are one incident, too: tunnels that flap or lose probes at one router, routes to one next hop
// that is nowhere, and many of the same kind of trouble, however they came to it.

// fromOutside are causes that the way, a router or Cloudflare's side can bring about: what tunnels have in common explains them. The
// others are settings, each of its own tunnel.
var fromOutside = []Cause{ProbesFiltered, ReplyType, TunnelDown, AntiReplay, Flapping, RekeyFlap, HoldTime, MTUBlackHole, AllColos,
	StaleStatus, NothingAnnounced, ChangedBefore}

// mergeSameCause joins among the incidents of single objects those with one cause.
func (a *Account) mergeSameCause(singles []Incident) []Incident {
	alike := map[string][]Incident{}
	var order []string
	var out []Incident
	for _, i := range singles {
		key := a.alikeKey(i)
		if key == "" {
			out = append(out, i)
			continue
		}
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], i)
	}
	for _, key := range order {
		those := alike[key]
		if those[0].Members[0].Kind == store.Routes {
			out = append(out, a.alikeRoutes(those)...)
			continue
		}
		if slices.Contains(fromOutside, those[0].Cause) {
			var groups []Incident
			groups, those = a.alikeInCommon(those)
			out = append(out, groups...)
		}
		if len(those) >= manyAlike {
			those = []Incident{a.alikeTunnels(those, nil)}
		}
		out = append(out, those...)
	}
	return out
}

// alikeKey is what must be the same for incidents to be alike; "" for those that stay by themselves.
func (a *Account) alikeKey(i Incident) string {
	if i.Several() || i.IsMuted() {
		return ""
	}
	m := i.Members[0]
	if m.Kind == store.Routes {
		return "route " + string(i.Cause)
	}
	at, tunnel := a.byID[m.ID]
	if !tunnel || a.tunnelCase(at).failed() || i.Cause == SomeColos || i.Cause == IdleColos {
		return ""
	}
	return fmt.Sprint("tunnel ", i.Cause, i.Severity, i.Likelihood >= Likely)
}

// alikeInCommon finds tunnels with one trouble that have in common what those without it have not, and returns the rest: of one moment, or
// so many that the moment does not matter.
func (a *Account) alikeInCommon(those []Incident) (groups, rest []Incident) {
	at := map[int]Incident{}
	var failed, well []int
	for _, i := range those {
		n := a.byID[i.Members[0].ID]
		at[n], failed = i, append(failed, n)
	}
	for n := range a.facts.Tunnels {
		if _, has := at[n]; !has && !a.tunnelCase(n).failed() {
			well = append(well, n)
		}
	}
	w := a.workingTunnels(well)
	have, tries := map[int][]property{}, 0
	for _, n := range failed {
		have[n] = a.properties(n)
	}
	for left := slices.Clone(failed); len(left) > 1 && len(groups) < mostCauses; {
		common, having := a.bestCommon(left, have, w.have, w.n)
		if len(common) == 0 {
			break
		}
		taken := make(map[int]bool, len(having))
		for _, n := range having {
			taken[n] = true
		}
		left = slices.DeleteFunc(left, func(n int) bool { return taken[n] })
		var members []Incident
		for _, n := range having {
			members = append(members, at[n])
		}
		if len(members) < manyAlike && len(a.moments(members)) > 1 {
			if tries++; tries > mostCauses {
				break
			}
			continue
		}
		for _, n := range having {
			delete(at, n)
		}
		groups = append(groups, a.alikeTunnels(members, common))
	}
	return groups, slices.DeleteFunc(those, func(i Incident) bool { _, still := at[a.byID[i.Members[0].ID]]; return !still })
}

// alikeTunnels is the one incident of tunnels with one trouble.
func (a *Account) alikeTunnels(those []Incident, common []Common) Incident {
	sorting.Sort(those, func(x, y Incident) int { return strings.Compare(x.Members[0].Name, y.Members[0].Name) })
	first := those[0]
	out := joined(those, common...)
	out.Cause, out.Evidence = first.Cause, nil
	out.ID = "incident/" + string(first.Cause) + "/tunnels"
	var ids []string
	for _, i := range those {
		ids = append(ids, i.Members[0].ID)
		if i.Since.After(out.Since) { // what changed last is what matters
			out.Since = i.Since
		}
	}
	g := group{common: common}
	out.Title = a.ofAll(len(those), "tunnels") + ": " + inSentence(first.Cause.Title())
	out.Text, out.Next = join(g.counts(), byThemselves(first.Members[0].Name, first.Text)), a.asFor(first.Members[0], first.Next)
	c := a.tunnelCase(a.byID[ids[0]])
	if len(common) > 0 {
		out.ID = fmt.Sprintf("incident/%s/%s", first.Cause, common[0].Value)
		out.Title += ", " + g.shared()
		if common[0].Property != SameKind && common[0].Property != WholeAccount {
			why, _ := g.explain()
			out.Text = join(why, byThemselves(first.Members[0].Name, first.Text))
		}
		if c.Health.State == store.Degraded && c.healthChecked() {
			out.Text, out.Next = join(out.Text, "Loss on the path they share, or a saturated line, looks the same."),
				join("Look at load and errors on that line first.", out.Next)
		}
	}
	out.Title += since(out.Since, a.facts.Now)
	out.Evidence = append(out.Evidence, Evidence{"tunnels with this trouble", fmt.Sprint(len(those))}, Evidence{first.Members[0].Name,
		Finding{Evidence: first.Evidence}.Because()})
	for _, c := range common {
		out.Evidence = append(out.Evidence, Evidence{c.Property.Title() + " " + c.Value, c.Counts()})
	}
	if c.sick() {
		out.Severity, out.Affected = a.severity(out.Severity, ids...)
	}
	out.Muted = a.mutedTogether(out)
	return out
}

// byThemselves is what several say alike, in the words of one of them.
func byThemselves(name, text string) string {
	return "Each shows the same. For example, " + name + ": " + text
}

// asFor is what to do next, with whose it is where an address of one tunnel stands in it.
func (a *Account) asFor(m Subject, next string) string {
	if i, ok := a.byID[m.ID]; ok {
		for _, own := range []string{customerSide(a.facts.Tunnels[i]), cloudflareSide(a.facts.Tunnels[i])} {
			if own != "" && strings.Contains(next, own) {
				return "For " + m.Name + ": " + next
			}
		}
	}
	return next
}

// counted reports whether both lists of tunnels were read whole, perhaps a while ago: then there are so many.
func (a *Account) counted() bool { return a.facts.GRE.Complete() && a.facts.IPsec.Complete() }

// ofAll is "22 of 24 tunnels", without the total while a list of tunnels is not known.
func (a *Account) ofAll(n int, noun string) string {
	if !a.counted() {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d of %d %s", n, len(a.facts.Tunnels), noun)
}

// alikeRoutes joins routes with one trouble: to one next hop, or so many that they would hide the rest.
func (a *Account) alikeRoutes(those []Incident) []Incident {
	hops := map[string][]Incident{}
	var order []string
	for _, i := range those {
		hop := nextHopOf(i)
		if hops[hop] == nil {
			order = append(order, hop)
		}
		hops[hop] = append(hops[hop], i)
	}
	var out, rest []Incident
	for _, hop := range order {
		if list := hops[hop]; hop == "" || len(list) < 2 {
			rest = append(rest, list...)
		} else {
			out = append(out, a.alikeRoute(list, " ("+hop+")", hop))
		}
	}
	if len(rest) >= manyAlike {
		rest = []Incident{a.alikeRoute(rest, "", "routes")}
	}
	return append(out, rest...)
}

func nextHopOf(i Incident) string {
	for _, e := range i.Evidence {
		if e.Field == "nexthop" {
			return e.Value
		}
	}
	return ""
}

func (a *Account) alikeRoute(those []Incident, tail, id string) Incident {
	out := joined(those)
	first := those[0]
	out.Cause, out.ID = first.Cause, fmt.Sprintf("incident/%s/%s", first.Cause, id)
	out.Title = fmt.Sprintf("%d routes: %s%s%s", len(those), inSentence(first.Cause.Title()), tail, since(out.Since, a.facts.Now))
	out.Text, out.Next = byThemselves(first.Members[0].Name, first.Text), first.Next
	out.Muted = a.mutedTogether(out)
	return out
}
