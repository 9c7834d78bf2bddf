package store

import (
	"context"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
)

// mostUnhealthySince is how many tunnels' series are asked for at once: a day in steps of five minutes has 288 rows for each, and an answer
// has 10,000 at most.
const mostUnhealthySince = 30

// UnhealthyWithoutStart are the names of the tunnels that are bad and were so already when flarewire began to watch: since when, only the
// analytics know. Sessions that are not up come first.
func (s *Snapshot) UnhealthyWithoutStart() []string {
	var names, more []string
	for i := range s.Tunnels {
		t := &s.Tunnels[i]
		if h := t.ProbedHealth(); h != HealthDown && h != Degraded || t.Name == "" || !t.Health.Since.IsZero() {
			continue
		}
		if t.State == Up {
			more = append(more, t.Name)
		} else {
			names = append(names, t.Name)
		}
	}
	names = slices.Concat(names, more)
	return names[:min(len(names), mostUnhealthySince)]
}

// ReadUnhealthySince asks the analytics with one question since when the named tunnels are bad; nil when that is not known.
func ReadUnhealthySince(ctx context.Context, analytics Analytics, names []string, now time.Time) map[string]Began {
	options := api.HealthOptions{Tunnels: names, Step: api.FiveMinutes, Quick: true}
	from := now.Add(-InsightSpan).Truncate(InsightStep)
	report, err := analytics.TunnelHealth(ctx, from, now, options)
	if api.KindOf(err) == api.Invalid { // the account's limits are narrower than the documented ones: ask for them first
		options.Quick = false
		report, err = analytics.TunnelHealth(ctx, from, now, options)
	}
	if err != nil || report.Partial {
		return nil // a part may lack the step in which one fell
	}
	series := map[string][]Point{}
	for _, s := range report.Samples {
		series[s.TunnelName] = append(series[s.TunnelName], Point{At: s.Time.Time, Value: s.State})
	}
	out := map[string]Began{}
	for name, points := range series {
		sorting.Sort(points, func(a, b Point) int { return a.At.Compare(b.At) })
		if began := SeriesUnhealthySince(points); began.How != NotSeen {
			out[name] = began
		}
	}
	return out
}
