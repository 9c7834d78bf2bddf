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

// manyAlike is from how many objects with one cause on they are one row, also when they failed at different times: so many rows of their
// own would push what else is wrong off the screen.
const manyAlike = 4

// mergeByObject finds among the incidents of single ports and prefixes those that belong together: ports of one location that failed at one
// moment, with what runs over them, and prefixes that were withdrawn at one moment, which points to one change.
func (a *Account) mergeByObject(singles []Incident) []Incident {
	var out, ports, prefixes []Incident
	for _, i := range singles {
		switch m := i.Members[0]; {
		case i.Several() || i.IsMuted():
			out = append(out, i)
		case m.Kind == store.Ports && i.Severity >= Impaired:
			i.Since = cmp.Or(i.Since, a.facts.portFell(m.Name))
			ports = append(ports, i)
		case m.Kind == store.Prefixes:
			prefixes = append(prefixes, i)
		default:
			out = append(out, i)
		}
	}
	out = a.togetherPorts(out, ports)
	return a.togetherPrefixes(out, prefixes)
}

// portFell is when a port was seen to leave the state in which it worked; zero: it was not.
func (f Facts) portFell(name string) time.Time {
	for _, e := range slices.Backward(f.Events) {
		if e.Kind == store.PortChanged && e.ObjectID == name {
			if bad(e.FromPort) {
				continue
			}
			return e.At
		}
	}
	return time.Time{}
}

func bad(s store.PortState) bool { return s == store.PortDown || s == store.PortUnhealthy }

// moments divides incidents into those of one moment each; those of which no moment is known are one part, too.
func (a *Account) moments(list []Incident) [][]Incident {
	sorting.Sort(list, func(x, y Incident) int {
		return cmp.Or(x.Since.Compare(y.Since), strings.Compare(x.Members[0].Name, y.Members[0].Name))
	})
	var out [][]Incident
	for begin := 0; begin < len(list); {
		end := begin + 1
		for end < len(list) && list[end].Since.Sub(list[begin].Since) <= a.facts.window() {
			end++
		}
		out = append(out, list[begin:end])
		begin = end
	}
	return out
}

// siteOf is where a port is: its facility, or the region of a partner's.
func (a *Account) siteOf(name string) string {
	for _, p := range a.facts.Ports.Rows {
		if p.Name == name {
			return placeOf(p)
		}
	}
	return ""
}

func placeOf(p store.Port) string {
	if p.Facility != nil && p.Facility.Name != "" {
		return p.Facility.Name
	}
	return cmp.Or(p.Site, p.Region)
}

// togetherPorts joins ports of one location that failed at one moment, when none there is known to work.
func (a *Account) togetherPorts(out, ports []Incident) []Incident {
	works, working := map[string]int{}, 0
	for _, p := range a.facts.Ports.Rows {
		if p.State == store.PortHealthy {
			works[placeOf(p)]++
			working++
		}
	}
	told := cannotTell(a.facts.Ports.Entry) == ""
	for _, moment := range a.moments(ports) {
		sites := map[string][]Incident{}
		for _, i := range moment {
			site := a.siteOf(i.Members[0].Name)
			sites[site] = append(sites[site], i)
		}
		for _, i := range moment {
			site := a.siteOf(i.Members[0].Name)
			those := sites[site]
			if len(those) < 2 || site == "" || works[site] > 0 || !told {
				out = a.portAlone(out, i)
				continue
			}
			if i.ID == those[0].ID {
				group := joined(those, Common{Property: SameLocation, Value: site, Failed: len(those), OfFailed: len(those), OfWorking: working,
					site: true})
				group.Text = "This points to the location: its power, or the provider that all of them use there. " + group.Text
				group.Next = "Look at the data center's and the provider's notices, then at cloudflarestatus.com; " +
					"announced maintenance takes about 6 hours."
				group.Title = fmt.Sprintf("%d of %d ports down%s: all at %s", len(those), len(a.facts.Ports.Rows),
					since(group.Since, a.facts.Now), site)
				out = a.withLinks(out, &group)
				group.Muted = a.mutedTogether(group)
				out = append(out, group)
			}
		}
	}
	return out
}

// portAlone is the incident of one port, with what runs over it and fails for that.
func (a *Account) portAlone(out []Incident, port Incident) []Incident {
	group := port
	group.Members, group.Diagnoses = slices.Clone(port.Members), slices.Clone(port.Diagnoses)
	out = a.withLinks(out, &group)
	over := len(group.Members) - 1
	if over == 0 {
		return append(out, port)
	}
	noun := "CNI over it is affected"
	if over > 1 {
		noun = "CNIs over it are affected"
	}
	name := port.Members[0].Name
	group.Title = fmt.Sprintf("%s: %s%s; %d %s", port.Cause.Title(), name, since(port.Since, a.facts.Now), over, noun)
	group.Muted = a.mutedTogether(group)
	return append(out, group)
}

// withLinks takes what runs over the ports of a group out of the others, into it: it fails for that.
func (a *Account) withLinks(out []Incident, group *Incident) []Incident {
	over := map[string]bool{}
	for _, l := range a.facts.Links.Rows {
		p, ok := a.portUnder(l)
		over[l.ID] = ok && slices.ContainsFunc(group.Members, func(m Subject) bool { return m.Name == p.Name })
	}
	var ids []string
	out = slices.DeleteFunc(out, func(i Incident) bool {
		if i.Several() || i.Members[0].Kind != store.Links || !over[i.Members[0].ID] || i.IsMuted() {
			return false
		}
		group.Members, group.Diagnoses = append(group.Members, i.Members...), append(group.Diagnoses, i.Diagnoses...)
		ids = append(ids, i.Members[0].ID)
		return true
	})
	if len(ids) > 0 {
		group.Severity, group.Affected = a.severity(group.Severity, ids...)
	}
	return out
}

// togetherPrefixes joins prefixes with one cause that failed at one moment, and those of many moments when they are many.
func (a *Account) togetherPrefixes(out, prefixes []Incident) []Incident {
	alike := map[string][]Incident{}
	var order []string
	for _, i := range prefixes {
		key := fmt.Sprint(i.Cause, i.Severity, i.Likelihood)
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], i)
	}
	for _, key := range order {
		var alone []Incident
		for _, moment := range a.moments(alike[key]) {
			if len(moment) < 2 || moment[0].Since.IsZero() || moment[0].Severity < Impaired {
				alone = append(alone, moment...)
				continue
			}
			out = append(out, a.onePrefixChange(moment))
		}
		if len(alone) >= manyAlike {
			out = append(out, a.alikePrefixes(alone))
			continue
		}
		out = append(out, alone...)
	}
	return out
}

// onePrefixChange is the incident of prefixes that failed at one moment.
func (a *Account) onePrefixChange(those []Incident) Incident {
	all := len(a.facts.Prefixes.Rows)
	at := Clock(those[0].Since, a.facts.Now)
	group := joined(those, Common{Property: SameChange, Value: at, Failed: len(those), OfFailed: len(those),
		OfWorking: max(0, all-len(those))})
	group.Likelihood = min(group.Likelihood, Likely)
	group.Title = fmt.Sprintf("%d of %d prefixes: %s, all at %s", len(those), all, inSentence(those[0].Title), at)
	group.Text = "They changed at the same moment: this points to one change. " + those[0].Text
	group.Next = "Check who made it: changes from this machine are in the activity journal, the rest in the audit log. " + those[0].Next
	group.Muted = a.mutedTogether(group)
	return group
}

// alikePrefixes is the one row of many prefixes with one cause.
func (a *Account) alikePrefixes(those []Incident) Incident {
	group := joined(those)
	group.Cause = those[0].Cause
	group.ID = "incident/" + string(group.Cause) + "/prefixes"
	for _, i := range those {
		if i.Since.After(group.Since) { // what changed last is what matters
			group.Since = i.Since
		}
	}
	group.Title = fmt.Sprintf("%d of %d prefixes: %s", len(those), len(a.facts.Prefixes.Rows), inSentence(those[0].Title))
	group.Text = "They have the same problem, at different times. The newest: " + those[len(those)-1].Text
	group.Muted = a.mutedTogether(group)
	return group
}

// joined is one incident of several single ones, with the first moment and the worst severity of them.
func joined(those []Incident, common ...Common) Incident {
	out := Incident{Common: append([]Common{}, common...), Affected: []string{}, Likelihood: Certain, Since: those[0].Since,
		Text: those[0].Text, Next: those[0].Next, Evidence: []Evidence{}}
	for _, i := range those {
		out.Members, out.Diagnoses = append(out.Members, i.Members...), append(out.Diagnoses, i.Diagnoses...)
		out.Affected = append(out.Affected, i.Affected...)
		out.Severity, out.Likelihood = max(out.Severity, i.Severity), min(out.Likelihood, i.Likelihood)
		out.Evidence = append(out.Evidence, Evidence{i.Members[0].Name, Finding{Evidence: i.Evidence}.Because()})
	}
	for _, c := range common {
		out.Cause = c.Property
		out.Evidence = append(out.Evidence, Evidence{c.Property.Title() + " " + c.Value, c.Counts()})
		out.ID = fmt.Sprintf("incident/%s/%s", c.Property, c.Value)
	}
	return out
}

// since is a moment as the end of a headline; empty when it is not known.
func since(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " since " + Clock(at, now)
}

// inSentence is a title within a sentence: an acronym stays as it is.
func inSentence(title string) string {
	if len(title) < 2 || title[1] >= 'A' && title[1] <= 'Z' {
		return title
	}
	return strings.ToLower(title[:1]) + title[1:]
}
