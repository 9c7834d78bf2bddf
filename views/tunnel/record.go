package tunnel

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// recordShown bounds the events of the record on a tunnel's page.
const recordShown = 8

// recorded is what Cloudflare's own log says about a tunnel that fell: none while nothing was asked.
func recorded(t store.Tunnel, a store.RecordAnswer, asking bool, now time.Time) []resource.Section {
	s := resource.Section{Title: "Cloudflare's log (UTC)"}
	quiet := func(text string) {
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: tui.Muted, Prose: true})
	}
	if a.At.IsZero() {
		if asking {
			quiet("Asking Cloudflare's log…")
			return []resource.Section{s}
		}
		return nil
	}
	if fell := diagnose.SessionFell(a); !fell.IsZero() && t.State != store.Up {
		s.Fields = append(s.Fields, resource.Field{Label: "Down since", Value: fell.UTC().Format("2006-01-02 15:04:05"),
			Note: resource.Ago(fell, now) + ", according to Cloudflare's log"})
	}
	s.Fields = append(s.Fields, eventFields(a, now)...)
	for _, e := range slices.Backward(diagnose.AuditEntries(a, t.ID)) {
		s.Fields = append(s.Fields, resource.Field{Label: moment(e.At, now), Value: diagnose.AuditBy(e), Role: tui.Accent, Prose: true})
	}
	if prefixes, since := diagnose.Announced(a); len(prefixes) > 0 {
		s.Fields = append(s.Fields, resource.Field{Label: "Announced", Value: prefixText(prefixes), Prose: true}, resource.Field{
			Value: "by your router, seen since " + moment(since, now) + "; may be incomplete", Prose: true, Role: tui.Muted})
	}
	switch gap := diagnose.RecordGap(a, t.Kind); {
	case gap != "":
		quiet(gap)
	case len(s.Fields) == 0:
		quiet("No events for this tunnel from " + a.From.UTC().Format("2006-01-02 15:04") + " to " + a.To.UTC().Format("2006-01-02 15:04") +
			". Events appear with a delay.")
	default:
		quiet("Read " + resource.Ago(a.At, now) + "; covers " + moment(a.From, now) + " onward. " +
			"The field values are not documented: how flarewire reads them is unconfirmed.")
	}
	return []resource.Section{s}
}

// eventFields are the newest events of BGP and IKE, newest first; announcements are summed up elsewhere.
func eventFields(a store.RecordAnswer, now time.Time) []resource.Field {
	type row struct {
		at   time.Time
		text string
		role tui.Role
	}
	var rows []row
	for _, e := range a.BGP {
		if e.Kind == api.UpdateMessage {
			continue
		}
		role := tui.Plain
		switch e.Kind {
		case api.NotificationMessage, api.HandshakeFailed:
			role = tui.Bad
		case api.SessionConfig, api.FilterConfig, api.RedistributeConfig:
			role = tui.Accent
		}
		rows = append(rows, row{e.At, diagnose.BGPEventText(e), role})
	}
	for _, m := range a.IKE {
		rows = append(rows, row{m.At, "IKE: " + m.Message, tui.Plain})
	}
	sorting.Sort(rows, func(x, y row) int { return y.at.Compare(x.at) })
	var out []resource.Field
	for i, r := range rows {
		if i == recordShown {
			out = append(out, resource.Field{Value: fmt.Sprintf("%d older events", len(rows)-i), Role: tui.Muted})
			break
		}
		out = append(out, resource.Field{Label: moment(r.at, now), Value: tui.Clean(r.text), Role: r.role, Prose: true})
	}
	return out
}

func prefixText[P fmt.Stringer](prefixes []P) string {
	const most = 8
	var words []string
	for i, p := range prefixes {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(prefixes)-most))
			break
		}
		words = append(words, p.String())
	}
	return strings.Join(words, ", ")
}
