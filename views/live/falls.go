package live

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/store"
)

// falls are since when tunnels are bad that were so already when flarewire began to watch: only the analytics know. They are asked
// once, with one question; the store has the answer stand beside the health.
type falls struct{ asked bool }

// fallsMsg brings the answer. It announces something new to all pages.
type fallsMsg struct{ by map[string]store.Began }

// askFalls asks since when the health of those is bad of which no change was seen.
func (f *Feed) askFalls() tea.Cmd {
	last := f.Last()
	if f.falls.asked || f.insights.analytics == nil || !last.Health.Known() || last.Fetched().IsZero() {
		return nil
	}
	f.falls.asked = true
	names := last.AwaitingFall()
	if len(names) == 0 {
		return nil
	}
	ctx, analytics, now := api.WithClass(f.ctx, api.ClassPage), f.insights.analytics, f.store.Now()
	return func() tea.Msg {
		if by := store.ReadFalls(ctx, analytics, names, now); by != nil {
			return fallsMsg{by}
		}
		return nil
	}
}

// fellBy has the series of a page that was opened count: it is newer than what was asked for all.
func (f *Feed) fellBy(in store.Insight) {
	if began := store.SeriesUnhealthySince(in.Health); began.How != store.NotSeen {
		f.store.NoteFalls(map[string]store.Began{in.Name: began})
	}
}
