package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// The causes of incidents of several tunnels: what they have in common. The same words name the properties of Common.
const (
	SameCustomerEndpoint   Cause = "customer-endpoint"
	SameCloudflareEndpoint Cause = "cloudflare-endpoint"
	SameKind               Cause = "tunnel-kind"
	SameLocation           Cause = "location"
	SameChange             Cause = "one-change"
	WholeAccount           Cause = "whole-account"
	SameMoment             Cause = "same-moment" // and nothing else that the working ones do not share
)

// Common is a property that the failed tunnels of an incident share, with how many of the working ones have it.
type Common struct {
	Property  Cause  `json:"property"`
	Value     string `json:"value"`
	Failed    int    `json:"failed"` // so many of the failed ones have it
	OfFailed  int    `json:"of_failed"`
	Working   int    `json:"working"` // so many of the working ones have it
	OfWorking int    `json:"of_working"`

	unread bool // a list of tunnels is not known: how many work cannot be told
	site   bool // the location is where the objects are, and not from where they are seen
}

// Incident is what belongs together: findings of one object, or of several that failed at the same moment or have in common what the
// working ones have not.
type Incident struct {
	ID         string     `json:"id"`    // kind/id, or incident/cause/value: the same as long as these are, so that scripts may compare it
	Title      string     `json:"title"` // the headline: how many, since when, what they have in common
	Cause      Cause      `json:"cause"`
	Severity   Impact     `json:"severity"`
	Likelihood Likelihood `json:"likelihood"`
	Since      time.Time  `json:"since,omitzero"`
	Members    []Subject  `json:"members"`
	Common     []Common   `json:"common"`   // all that explain it equally well
	Affected   []string   `json:"affected"` // what is left of the paths to the destinations behind it, the worst first
	Text       string     `json:"text"`
	Next       string     `json:"next"`
	Evidence   []Evidence `json:"evidence"`
	// Muted is set when somebody has muted it for a while.
	Muted *Muted `json:"muted,omitempty"`
	// Diagnoses are the findings of the members, in their order.
	Diagnoses []Diagnosis `json:"-"`

	recorded bool // Cloudflare's logs say it
}

// Several reports whether it is more than the trouble of one object.
func (i Incident) Several() bool { return len(i.Members) > 1 }

// Incidents are everything that has trouble, what belongs together as one. In order: what is not muted, the worst severity, what took many
// tunnels at once, what is more than possible, what began last, and by name.
func (a *Account) Incidents() []Incident {
	found := map[string]Diagnosis{}
	var out []Incident
	all := a.All()
	groups := a.groups()
	grouped := map[string]bool{}
	markGrouped := func(groups []group) {
		for _, g := range groups {
			for _, i := range g.members {
				grouped[a.facts.Tunnels[i].ID] = true
			}
		}
	}
	markGrouped(groups)
	seen := a.downFromLocations(slices.DeleteFunc(slices.Clone(all), func(d Diagnosis) bool { return grouped[d.Subject.ID] }))
	markGrouped(seen)
	var consequences []Diagnosis
	for _, d := range all {
		switch {
		case grouped[d.Subject.ID]:
			found[d.Subject.ID] = d
		case len(groups) > 0 && !a.anyUp && d.Subject.Kind == store.Prefixes && primaryFinding(d).Cause == MissingRoute:
			consequences = append(consequences, d)
		case d.Subject.Kind == store.Prefixes && !d.IsMuted() && followsSessions(primaryFinding(d), groups):
			consequences = append(consequences, d)
		default:
			out = append(out, a.objectIncident(d))
		}
	}
	out = a.mergeSameCause(a.mergeByObject(out))
	sorting.Sort(groups, func(x, y group) int { return cmp.Compare(len(y.members), len(x.members)) })
	for n, g := range slices.Concat(groups, seen) {
		i := a.groupIncident(g, found)
		if n == 0 && !g.locationOnly {
			i.addConsequences(consequences)
		}
		i.Muted = a.mutedTogether(i)
		out = append(out, i)
	}
	sorting.Sort(out, func(x, y Incident) int {
		return cmp.Or(boolCompare(x.IsMuted(), y.IsMuted()), cmp.Compare(y.Severity, x.Severity), cmp.Compare(y.manyAtOnce(), x.manyAtOnce()),
			cmp.Compare(probable(y), probable(x)),
			y.Since.Compare(x.Since), strings.Compare(x.Members[0].Name, y.Members[0].Name))
	})
	return out
}

// addConsequences adds what follows from it: prefixes without a route, of which sessions that fell brought the routes.
func (i *Incident) addConsequences(prefixes []Diagnosis) {
	for _, d := range prefixes {
		left := ": no route and no BGP session"
		if primaryFinding(d).Cause == AutoWithdrawn {
			left = ": withdrawn, because no BGP route matches any more"
		}
		i.Members, i.Diagnoses = append(i.Members, d.Subject), append(i.Diagnoses, d)
		i.Affected, i.Severity = append(i.Affected, d.Subject.Name+left), max(i.Severity, primaryFinding(d).Impact)
	}
}

// followsSessions reports whether a prefix was withdrawn because the sessions fell that the largest group is about.
func followsSessions(f Finding, groups []group) bool {
	if f.Cause != AutoWithdrawn || len(groups) == 0 || f.Since.IsZero() {
		return false
	}
	largest := slices.MaxFunc(groups, func(x, y group) int { return cmp.Compare(len(x.members), len(y.members)) })
	after := f.Since.Sub(largest.since)
	return !largest.since.IsZero() && after >= -changeAfter && after <= followsWithin
}

// Tunnels is how many tunnels belong to it.
func (i Incident) Tunnels() int {
	n := 0
	for _, m := range i.Members {
		if m.Kind == store.GRETunnels || m.Kind == store.IPsecTunnels {
			n++
		}
	}
	return n
}

// CountText is how many objects it is of, in words: of the tunnels where there are any, else of what its first member is.
func (i Incident) CountText() string {
	if n := i.Tunnels(); n > 0 {
		return fmt.Sprintf("%d tunnels", n)
	}
	n := 0
	for _, m := range i.Members {
		if m.Kind == i.Members[0].Kind {
			n++
		}
	}
	if n == 1 { // and what runs over it
		return i.Members[0].Name
	}
	return fmt.Sprintf("%d %s", n, i.Noun())
}

// Noun is what most of its members are, in the words of the table of kinds; both kinds of tunnel are tunnels.
func (i Incident) Noun() string {
	switch of := i.Members[0].Kind; of {
	case store.GRETunnels, store.IPsecTunnels:
		return "tunnels"
	case store.Ports:
		return "ports"
	case store.Links:
		return "CNIs"
	default:
		return of.About().Many
	}
}

// manyAtOnce is 1 for many failures at once: they are worse than one, also while it is not known since when, or why.
func (i Incident) manyAtOnce() int {
	if i.Tunnels() >= manyTunnels && (slices.Contains(fromOutside, i.Cause) || len(i.Common) > 0 || i.Cause == SameMoment) {
		return 1
	}
	return 0
}

// probable is 1 for what is more than possible.
func probable(i Incident) int {
	if i.Likelihood >= Likely {
		return 1
	}
	return 0
}

// objectIncident is the incident of one object.
func (a *Account) objectIncident(d Diagnosis) Incident {
	f := primaryFinding(d)
	out := Incident{ID: string(d.Subject.Kind) + "/" + cmp.Or(d.Subject.ID, d.Subject.Name), Cause: f.Cause, Severity: f.Impact,
		Likelihood: f.Likelihood, Since: f.Since, Members: []Subject{d.Subject}, Common: []Common{}, Text: f.Text, Next: f.Next,
		Evidence: append([]Evidence{}, f.Evidence...), Diagnoses: []Diagnosis{d}, Affected: []string{},
		recorded: f.recorded}
	if i, ok := a.byID[d.Subject.ID]; ok {
		if c := a.tunnelCase(i); c.failed() {
			out.Since = cmp.Or(c.broke(), out.Since)
			out.Severity, out.Affected = a.severity(f.Impact, d.Subject.ID)
		}
	}
	if f.Muted != nil && out.Severity <= f.Muted.severity {
		out.Muted = f.Muted
	}
	out.Title = f.Cause.Title()
	if out.Likelihood < Likely {
		out.Title += "?"
	}
	return out
}

// primaryFinding is the finding that stands for an object: the first that matters, in the order of the page (by likelihood, and among
// equals
// by the order of the rules); the first of all when none does. d.Findings is never empty.
func primaryFinding(d Diagnosis) Finding {
	if i := slices.IndexFunc(d.Findings, matters); i >= 0 {
		return d.Findings[i]
	}
	return d.Findings[0]
}

// severity is what the failure of these tunnels means for the destinations behind them, which are named; without any that the routes
// tell it is what their own findings say.
func (a *Account) severity(own Impact, ids ...string) (Impact, []string) {
	worst, affected := NoImpact, []string{}
	var untold []string
	for _, d := range a.Table().Through(ids...) {
		switch {
		case d.Impact > NoImpact:
			worst = max(worst, d.Impact)
			affected = append(affected, d.Text())
		case d.Unknown != "":
			untold = append(untold, d.Text())
		}
	}
	unknown := len(untold) > 0
	if affected = append(affected, untold...); a.facts.Routes.Err != nil {
		affected = append(affected, "cannot tell which destinations are affected: "+a.facts.Routes.Why())
	}
	if worst <= Risk || unknown { // what BGP brought is not in the routes
		return max(own, worst), affected
	}
	return max(worst, min(own, Impaired)), affected // at least Impaired when the tunnel's own finding is: one path is lost
}

// notUp reports whether the tunnel is counted as not up: by its session, or by the probes.
func (c tunnelCase) notUp() bool {
	return c.broken() || c.State == store.Unknown || c.healthChecked() && c.Health.State == store.HealthDown
}

// failed is notUp without sessions of which nothing is known.
func (c tunnelCase) failed() bool {
	return c.broken() || c.healthChecked() && c.Health.State == store.HealthDown
}

// works reports whether something speaks for the tunnel, its session or its probes, and nothing against it.
func (c tunnelCase) works() bool {
	measured := c.healthChecked() && c.Health.State != store.HealthUnknown && c.Health.State != ""
	return !c.notUp() && (c.State == store.Up || measured) && (!c.healthChecked() || c.Health.State != store.Degraded)
}

// NotUp is the cause of a tunnel that is counted as not up while no rule explains it.
const NotUp Cause = "not-up"

// withNotUp sees to it that what is counted as not up has a finding above a remark: silence about it would be as false as a wrong cause.
func (c tunnelCase) withNotUp(findings []Finding) []Finding {
	if !c.notUp() || slices.ContainsFunc(findings, matters) {
		return findings
	}
	f := Finding{Cause: NotUp, Likelihood: Possible, Impact: Impaired, Source: srcOwn, Since: c.broke(),
		Text: "The tunnel is not known to be up, and the data does not say why.",
		Next: "Look at the session on the router, and refresh."}
	if c.State == store.Unknown {
		f.Evidence = append(f.Evidence, Evidence{"bgp_status", "no known state"})
	} else {
		f.Evidence = append(f.Evidence, Evidence{"session", string(c.State)})
	}
	if c.Health.State != store.HealthUnknown {
		f.Evidence = append(f.Evidence, c.healthEvidence()...)
	}
	return append([]Finding{f}, findings...)
}

// groupIncident is the incident of several tunnels.
func (a *Account) groupIncident(g group, found map[string]Diagnosis) Incident {
	out := Incident{Since: g.since, Common: append([]Common{}, g.common...), Cause: SameMoment, Likelihood: Likely}
	var ids []string
	own := NoImpact
	for _, i := range g.members {
		t := a.facts.Tunnels[i]
		d, ok := found[t.ID]
		if !ok {
			d = Diagnosis{tunnelSubject(t), a.Tunnel(t.ID)}
		}
		own = max(own, primaryFinding(d).Impact)
		ids = append(ids, t.ID)
		out.Members, out.Diagnoses = append(out.Members, d.Subject), append(out.Diagnoses, d)
	}
	out.Severity, out.Affected = a.severity(own, ids...)
	if len(g.common) > 0 {
		out.Cause = g.common[0].Property
	} else {
		out.Likelihood = Possible
	}
	out.ID = fmt.Sprintf("incident/%s/%s", out.Cause, cmp.Or(g.value(), ids[0]))
	out.Title = g.title(a)
	out.Text, out.Next = g.explain()
	if !g.locationOnly {
		out = a.withCause(out, g)
	}
	if why := cannotTell(a.facts.GRE, a.facts.IPsec); why != "" && !a.counted() {
		out.Text = join(out.Text, "Cannot tell how the others fare: "+why+".")
	}
	failed := "tunnels that failed"
	if g.locationOnly {
		failed = "tunnels seen down from there"
	}
	out.Evidence = []Evidence{{failed, strings.TrimSpace(a.ofAll(len(g.members), ""))}}
	if !g.since.IsZero() {
		out.Evidence = append(out.Evidence, Evidence{"first", g.since.UTC().Format(time.RFC3339)},
			Evidence{"last", g.until.UTC().Format(time.RFC3339)})
	}
	for _, c := range g.common {
		out.Evidence = append(out.Evidence, Evidence{c.Property.Title() + " " + c.Value, c.Counts()})
	}
	if text, evidence := a.relatedTogether(g.members, g.since); text != "" && out.Cause != SameChange {
		out.Text, out.Evidence = join(out.Text, text), append(out.Evidence, evidence...)
	}
	return a.withRecord(out)
}

// Counts says how many of the failed and of the working have the property.
func (c Common) Counts() string {
	text := fmt.Sprintf("%d of %d failed", c.Failed, c.OfFailed)
	if c.unread {
		return text
	}
	if c.OfWorking == 0 {
		return text + ", none works"
	}
	other := "end elsewhere"
	switch c.Property {
	case SameKind:
		other = "are not " + c.Value
	case SameLocation:
		other = "are not"
		if c.site {
			other = "are elsewhere"
		}
	case SameChange:
		other = "were not changed then"
	}
	return text + fmt.Sprintf(", %d of %d working %s", c.OfWorking-c.Working, c.OfWorking, other)
}

func (g group) value() string {
	if len(g.common) == 0 {
		return ""
	}
	return g.common[0].Value
}

// title is the headline: "22 of 24 tunnels down since 03:12:09 UTC: all end at 198.51.100.7".
func (g group) title(a *Account) string {
	if g.locationOnly {
		var names []string
		for _, c := range g.common {
			names = append(names, LocationName(c.Value))
		}
		verb := " sees "
		if len(names) > 1 {
			verb = " see "
		}
		return some(names) + verb + a.ofAll(len(g.members), "tunnels") + " down"
	}
	return g.titleOf(a, "down", "since")
}

// titleOf is the headline of tunnels of which something is so since a moment, or happened at it.
func (g group) titleOf(a *Account, what, when string) string {
	text := a.ofAll(len(g.members), "tunnels") + " " + what
	if !g.since.IsZero() {
		text += " " + when + " " + Clock(g.since, a.facts.Now)
	}
	if len(g.common) == 0 {
		return text + ": nothing in common but the moment"
	}
	return text + ": " + g.shared()
}

// shared names all that they have in common.
func (g group) shared() string {
	shared := make([]string, len(g.common))
	for i, c := range g.common {
		shared[i] = c.Says()
	}
	return strings.Join(shared, "; ")
}

// counts says of each property how many of the failed and of the working have it.
func (g group) counts() string {
	if len(g.common) == 0 {
		return ""
	}
	counts := make([]string, len(g.common))
	for i, c := range g.common {
		counts[i] = c.Says() + ": " + c.Counts()
	}
	return upperFirst(strings.Join(counts, "; ")) + "."
}

// Says is the property in words: "all at router 198.51.100.7".
func (c Common) Says() string {
	switch c.Property {
	case SameCustomerEndpoint:
		return "all at router " + c.Value
	case SameCloudflareEndpoint:
		return "all at Cloudflare " + c.Value
	case SameKind:
		return "all " + c.Value
	case SameChange:
		return "all changed at " + c.Value
	case SameLocation:
		if c.site {
			return "all at " + c.Value
		}
		return "seen down from " + LocationName(c.Value)
	}
	return "all of the account"
}

// explain is what it points to, and what to do next.
func (g group) explain() (text, next string) {
	if len(g.common) == 0 {
		return "They failed at the same moment. Nothing they have in common distinguishes them from the tunnels that work.",
			"Look at what happened at that moment: a change, a power or line failure, cloudflarestatus.com."
	}
	first := g.common[0]
	switch first.Property {
	case SameCustomerEndpoint:
		text = "This points to the router with the address " + first.Value + " or to its uplink."
		next = "Reach the router out of band: its power, its uplink, its address; then a traceroute to " + first.Value + "."
	case SameCloudflareEndpoint:
		text = "This points to the path between your routers and Cloudflare's address " + first.Value + "."
		next = "Traceroute from a router to " + first.Value + ", its route there, filters of the provider; cloudflarestatus.com."
	case SameKind:
		text, next = "This points to what only "+first.Value+" tunnels need.",
			"IP protocol 47 in both directions: filters of routers and providers."
		if first.Value == "IPsec" {
			text = "This points to IKE or ESP: keys, proposals, UDP 500 and 4500."
			next = "Look for filters of UDP 500 and 4500 and ESP, changed IKE proposals, identities or keys; the routers' IKE logs name the reason."
		}
	case SameLocation:
		text = "This points to Cloudflare's data center " + LocationName(first.Value) + " or the path from there."
		if g.locationOnly {
			text = "The tunnels work elsewhere. " + text
		}
		next = "Look at cloudflarestatus.com for it, and run a traceroute from there."
	case SameChange:
		text, next = "They were changed just before, at "+first.Value+": this points to that change.",
			"Check the change and undo it: changes from this machine are in the activity journal."
	default:
		text = "Every tunnel of the account failed: this points to what all depend on."
		next = "Your Internet access and routers as a whole; then cloudflarestatus.com and the account."
	}
	if len(g.common) > 1 {
		text = "Several properties explain it equally well. " + text
	}
	return text + " " + g.counts(), next
}

// Word is the impact as people read it.
func (i Impact) Word() string {
	switch i {
	case Outage:
		return "outage"
	case Impaired:
		return "reduced"
	case Risk:
		return "risk"
	}
	return "note"
}
