package live

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// mostFalls is of how many tunnels the series is asked at once: a day in steps of five minutes has 288 rows for each, and an answer
// has 10,000 at the most.
const mostFalls = 30

// falls are since when tunnels are bad that were so already when flarewire began to watch: only the analytics know. They are asked
// once, with one question; the store has the answer stand beside the health.
type falls struct{ asked bool }

// fallsMsg brings the answer. It announces something new to all pages.
type fallsMsg struct{ by map[string]store.Began }

// askFalls asks since when the health of those is bad of which no change was seen. Sessions that are not up come first.
func (f *Feed) askFalls() tea.Cmd {
	last := f.Last()
	if f.falls.asked || f.insights.analytics == nil || !last.Health.Known() || last.Fetched().IsZero() {
		return nil
	}
	f.falls.asked = true
	var names, more []string
	for i := range last.Tunnels {
		t := &last.Tunnels[i]
		if h := t.Probed(); h != store.HealthDown && h != store.Degraded || t.Name == "" || !t.Health.Since.IsZero() {
			continue
		}
		if t.State == store.Up {
			more = append(more, t.Name)
		} else {
			names = append(names, t.Name)
		}
	}
	names = slices.Concat(names, more)
	if names = names[:min(len(names), mostFalls)]; len(names) == 0 {
		return nil
	}
	ctx, analytics, now := api.WithClass(f.ctx, api.ClassPage), f.insights.analytics, f.store.Now()
	return func() tea.Msg {
		report, err := analytics.TunnelHealth(ctx, now.Add(-store.InsightSpan).Truncate(store.InsightStep), now,
			api.HealthOptions{Tunnels: names, Step: api.FiveMinutes})
		if err != nil || report.Partial {
			return nil // a part may lack the step in which one fell
		}
		return fallsMsg{fallsOf(report)}
	}
}

// fallsOf reads the series of several tunnels.
func fallsOf(report api.HealthReport) map[string]store.Began {
	series := map[string][]store.Point{}
	for _, s := range report.Samples {
		series[s.TunnelName] = append(series[s.TunnelName], store.Point{At: s.Time.Time, Value: s.State})
	}
	out := map[string]store.Began{}
	for name, points := range series {
		sorting.Sort(points, func(a, b store.Point) int { return a.At.Compare(b.At) })
		if began := store.Fell(points); began.How != store.NotSeen {
			out[name] = began
		}
	}
	return out
}

// fellBy has the series of a page that was opened count: it is newer than what was asked for all.
func (f *Feed) fellBy(in store.Insight) {
	if began := store.Fell(in.Health); began.How != store.NotSeen {
		f.store.Fell(map[string]store.Began{in.Name: began})
	}
}
