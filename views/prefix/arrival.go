package prefix

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// attracts reports whether traffic may come through Cloudflare: what is known to be withdrawn or not approved brings none.
func (r row) attracts() bool {
	a, _ := r.advertisement()
	return r.approved() && a != withdrawn
}

// arrivalSection answers whether it is an attack or a fault: what comes in for the prefix, and what of it is dropped by which mitigation.
func (m *Module) arrivalSection(r row, now time.Time) resource.Section {
	s := resource.Section{Title: "Attack or fault?"}
	quiet := func(text string) {
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: tui.Muted, Prose: true})
	}
	in := m.env.Feed.Last().Flows
	asking := m.env.Feed.LookingAtArrivals()
	if in.Err != nil && !asking {
		quiet("What comes in could not be read: " + api.Advice(in.Err) + ".")
	}
	switch a, found, ok := m.env.Feed.Diagnosis().Arrival(r.ID); {
	case ok:
		s.Fields = append(s.Fields, resource.Field{Value: found.Text, Role: arrivalRole(found), Prose: true})
		s.Fields = append(s.Fields, rates(a)...)
		if found.Next != "" {
			s.Fields = append(s.Fields, resource.Field{Label: "Next", Value: found.Next, Prose: true})
		}
		quiet("Network Analytics " + a.From.UTC().Format("15:04") + "–" + a.To.UTC().Format("15:04") + " UTC, read " +
			resource.Ago(in.At, now) + ", sampled 1 in 10,000. The API field used for the rate is unconfirmed.")
	case asking:
		quiet("Asking the network analytics what comes in and what is dropped…")
	case in.Known():
		quiet("Cannot tell what comes in for it: " + silent(in.FlowReport, in.At, now) + ".")
	case in.Err == nil:
		quiet("Not read yet; enter opens the page and reads it.")
	}
	return s
}

// silent is why an answer says nothing about a prefix.
func silent(in api.FlowReport, at, now time.Time) string {
	switch {
	case now.Sub(at) > 20*time.Minute:
		return "the network analytics were read " + resource.Ago(at, now) + "; r reads them again"
	case in.Partial:
		return "the network analytics have more rows than they give at once, and none of these is about it"
	case in.Odd > 0:
		return "not all rows of the network analytics could be read, and none of the others is about it"
	}
	return "the network analytics have nothing about it, and it is not known to be advertised"
}

// rates are what passes and what each system drops at present.
func rates(a diagnose.Arrival) []resource.Field {
	rate := func(perSecond float64) string {
		switch text := a.Unit.Rate(perSecond); {
		case perSecond == 0:
			return "none"
		case text == "":
			return "some; the API gives no rate"
		default:
			return text
		}
	}
	out := []resource.Field{{Label: "Passes", Value: rate(a.PassedNow())}}
	for _, d := range a.Dropped {
		out = append(out, resource.Field{Label: "Dropped", Value: rate(a.DropRate(d)), Note: "by " + tui.Clean(diagnose.SystemWords(d.System))})
	}
	if len(a.Dropped) == 0 {
		out = append(out, resource.Field{Label: "Dropped", Value: "none"})
	}
	return out
}

func arrivalRole(f diagnose.Finding) tui.Role {
	switch {
	case f.Impact == diagnose.Outage:
		return tui.Bad
	case f.Impact > diagnose.NoImpact:
		return tui.Pending
	}
	return tui.Plain
}
