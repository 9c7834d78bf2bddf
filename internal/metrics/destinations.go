package metrics

import (
	"slices"

	"flarewire/internal/diagnose"
	"flarewire/internal/sorting"
)

// destinations are the networks that static routes lead to, with their redundancy as the diagnosis counts them.
func (o of) destinations() {
	routed := slices.DeleteFunc(o.read.Table().All(), func(d diagnose.Destination) bool {
		_, paths, _ := d.Healthy()
		return paths == 0
	})
	sorting.Sort(routed, func(a, b diagnose.Destination) int { return a.Prefix.Compare(b.Prefix) })
	for _, d := range bounded(o, "destinations", routed, MaxDestinations) {
		healthy, paths, known := d.Healthy()
		o.add("destination_ways", float64(paths), "destination", d.Prefix.String())
		if known {
			o.add("destination_healthy_ways", float64(healthy), "destination", d.Prefix.String())
		}
	}
}

// incident is one thing that has trouble.
type incident struct {
	resource, subject, cause, severity, headline, next string
}

// incidents are what has trouble, the worst first.
func incidents(read *diagnose.Account) []incident {
	var out []incident
	for _, d := range read.All() {
		f := d.Findings[0]
		out = append(out, incident{string(d.Subject.Kind), d.Subject.Name, string(f.Cause), f.Impact.String(),
			d.Subject.Name + ": " + f.Cause.Title(), oneLine(f.Next)})
	}
	return out
}

func (o of) incidents() {
	type class struct{ cause, severity string }
	all := incidents(o.read)
	counts, order := map[class]int{}, []class{}
	for _, i := range all {
		c := class{i.cause, i.severity}
		if counts[c]++; !slices.Contains(order, c) {
			order = append(order, c)
		}
	}
	for _, c := range order {
		o.add("incidents", float64(counts[c]), "cause", c.cause, "severity", c.severity)
	}
	for _, i := range bounded(o, "incidents", all, MaxIncidents) {
		o.add("incident_info", 1, "resource", i.resource, "subject", i.subject, "cause", i.cause, "severity", i.severity,
			"headline", i.headline, "next", i.next)
	}
}
