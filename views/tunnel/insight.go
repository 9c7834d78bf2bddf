package tunnel

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// locationsShown bounds the locations on a tunnel's page: those with most traffic come first.
const locationsShown = 6

// lookback is what the analytics know of the tunnel's last hours.
func lookback(t store.Tunnel, look live.Look, now time.Time) []resource.Section {
	s := resource.Section{Title: "Last 24 hours (UTC)"}
	prose := func(role tui.Role, text string) {
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: role, Prose: true})
	}
	switch {
	case look.Err != nil:
		if said, advice := live.ErrorParts(look.Err); advice != "" { // each from its own line on: which permission is missing is read at a glance
			prose(tui.Pending, "Health and traffic are not known: "+said)
			prose(tui.Pending, advice)
		} else {
			prose(tui.Pending, "Health and traffic are not known: "+kit.ErrorText(look.Err))
		}
	case !look.Until.IsZero():
		prose(tui.Muted, "Many tunnels were opened in a short time. To stay within Cloudflare's rate limit, this one is read in "+
			tui.Age(look.Until.Sub(now))+".")
	}
	if look.At.IsZero() {
		if look.Asking {
			prose(tui.Muted, "Asking Cloudflare's analytics…")
		}
		return []resource.Section{s}
	}
	s.Fields = append(append(s.Fields, healthGraph(t, look.Insight)), unwell(t, look.Insight, now)...)
	s.Fields = append(s.Fields, rateGraph("Ingress", "from you", look.Ingress, look.IngressErr),
		rateGraph("Egress", "to you", look.Egress, look.EgressErr))
	at, note := look.At.UTC().Format("15:04:05")+" UTC", readNote(look, now)
	s.Fields = append(s.Fields, resource.Field{Label: "Fetched", Value: at, Role: tui.Muted, Note: note,
		Graph: func(int) (string, string) { return at, note + "; oldest on the left; gaps: no data" }}) // of the graphs
	return []resource.Section{s, locations(t, look.Insight)}
}

func readNote(look live.Look, now time.Time) string {
	text := resource.Ago(look.At, now)
	if look.Partial {
		text += "; Cloudflare returned a full page of rows; there may be more"
	}
	return text
}

func healthGraph(t store.Tunnel, in store.Insight) resource.Field {
	f := resource.Field{Label: "Health", Value: "not known", Role: tui.Muted}
	switch {
	case field.Unprobed(t.HealthCheck):
		f.Note = "health checks are off: the analytics report the tunnel as down, regardless of its actual state"
		return f
	case in.HealthErr != nil:
		f.Note = kit.ErrorText(in.HealthErr)
		return f
	}
	newest, lowest := last(in.Health), extreme(in.Health, func(a, b float64) bool { return a < b })
	if newest == nil {
		f.Note = "the analytics have no probe of this tunnel in 24 h"
		return f
	}
	words := fmt.Sprintf("latest %s (%s), lowest %s (%s)", percent(*newest.Value), clock(newest.At), percent(*lowest.Value),
		before(lowest.At, newest.At))
	if *lowest.Value == *newest.Value {
		words = fmt.Sprintf("latest %s (%s)", percent(*newest.Value), clock(newest.At))
	}
	f.Value, f.Role = words, HealthRole(store.HealthOf(newest.Value))
	f.Graph = graph(in.Health, 1, math.Min, words+"; scale 0 to 100 %", "lowest")
	return f
}

// unwell says since when the probes find the tunnel not healthy: of what was before flarewire looked, only the analytics know.
func unwell(t store.Tunnel, in store.Insight, now time.Time) []resource.Field {
	newest, fell := last(in.Health), store.SeriesUnhealthySince(in.Health[:max(0, len(in.Health)-1)]) // the newest step is not over
	if field.Unprobed(t.HealthCheck) || newest == nil || fell.How == store.NotSeen {
		return nil
	}
	f := resource.Field{Label: "Unhealthy", Value: "since about " + clock(fell.At),
		Role: HealthRole(store.HealthOf(newest.Value))}
	if fell.Open {
		f.Value = "for at least 24 h"
	}
	return []resource.Field{f}
}

func rateGraph(label, side string, series []store.Point, err error) resource.Field {
	f := resource.Field{Label: label, Value: "not known", Role: tui.Muted}
	if err != nil {
		f.Note = kit.ErrorText(err)
		return f
	}
	newest, most := last(series), extreme(series, func(a, b float64) bool { return a > b })
	if newest == nil {
		f.Note = "the analytics have no traffic of this tunnel in 24 h"
		return f
	}
	words := fmt.Sprintf("%s, latest %s (%s), peak %s (%s)", side, field.Rate(*newest.Value), clock(newest.At), field.Rate(*most.Value),
		before(most.At, newest.At))
	if *most.Value == 0 {
		words = side + ", no traffic in 24 h"
	}
	f.Value, f.Role = words, tui.Plain
	f.Graph = graph(series, *most.Value, math.Max, words, "peak")
	return f
}

// graph draws a series as wide as there is room. Of the steps that share a sign the lowest, or the most, is drawn: an
// average would hide what is short.
func graph(series []store.Point, top float64, pick func(a, b float64) float64, words, drawn string) func(int) (string, string) {
	values := make([]*float64, len(series))
	for i, p := range series {
		values[i] = p.Value
	}
	return func(room int) (string, string) {
		cells, per := tui.Squeeze(values, room, pick)
		span := fmt.Sprintf("each bar %d min; ", per*int(store.InsightStep/time.Minute))
		if per > 1 {
			span = fmt.Sprintf("%s of each %d min; ", drawn, per*int(store.InsightStep/time.Minute))
		}
		return tui.Spark(cells, top), span + words
	}
}

// last is the newest point that is known and whose step is over; nil when none is.
func last(series []store.Point) *store.Point {
	for i := len(series) - 2; i >= 0; i-- {
		if series[i].Value != nil && !math.IsNaN(*series[i].Value) {
			return &series[i]
		}
	}
	return nil
}

// extreme is the first known point than which none is better; nil when none is known.
func extreme(series []store.Point, better func(a, b float64) bool) *store.Point {
	var best *store.Point
	for i, p := range series {
		if p.Value != nil && !math.IsNaN(*p.Value) && (best == nil || better(*p.Value, *best.Value)) {
			best = &series[i]
		}
	}
	return best
}

func clock(at time.Time) string { return at.UTC().Format("15:04") }

// before is clock for a time of the last 24 hours, which says so when it is of the day before another.
func before(at, newest time.Time) string {
	if at.UTC().YearDay() != newest.UTC().YearDay() {
		return "yesterday " + clock(at)
	}
	return clock(at)
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", share*100) }

// locations are those of Cloudflare's that the tunnel's traffic goes through, the busiest first.
func locations(t store.Tunnel, in store.Insight) resource.Section {
	s := resource.Section{Title: "Cloudflare's data centers, last hour"}
	prose := func(text string) {
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: tui.Muted, Prose: true})
	}
	if err := in.ColoErr; err != nil && len(in.Colos) == 0 {
		prose("Not known: " + kit.ErrorText(err))
		return s
	}
	for _, c := range in.Colos[:min(len(in.Colos), locationsShown)] {
		f := resource.Field{Label: c.Name, Value: "traffic not known", Role: tui.Muted}
		switch {
		case c.Idle():
			f.Value = "no traffic"
		case c.BitRate != nil:
			f.Value, f.Role = field.Rate(*c.BitRate), tui.Plain
		}
		if !field.Unprobed(t.HealthCheck) {
			f.Note = "health: " + cmp.Or(string(c.State()), "not known")
			if c.Score != nil {
				f.Note += " (average " + percent(*c.Score) + " over the hour)"
			}
			if bad := c.State(); bad == store.Degraded || bad == store.HealthDown {
				f.Role = HealthRole(bad)
			}
		}
		s.Fields = append(s.Fields, f)
	}
	switch more := len(in.Colos) - locationsShown; {
	case len(in.Colos) == 0:
		prose("The analytics name no location for this tunnel.")
	case more > 0:
		prose(fmt.Sprintf("and %d more %s", more, strings.TrimPrefix(tui.Count(more, "data centers"), strconv.Itoa(more)+" ")))
	}
	switch {
	case in.ColoFlowErr != nil && api.KindOf(in.ColoFlowErr) == api.Unsupported:
		prose("Which of them carry traffic is not known: this account may not ask for it. Sorted by health, worst first.")
	case in.ColoFlowErr != nil:
		prose("Which of them carry traffic is not known: " + kit.ErrorText(in.ColoFlowErr))
	case !in.ColoFlow && len(in.Colos) > 0:
		prose("Which of them carry traffic is not known. Sorted by health, worst first.")
	}
	return s
}
