package live

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/store"
)

// unhealthySinceQuery notes whether it was asked since when those tunnels are bad that were so when flarewire began to watch: only the
// analytics know. It is one question, asked once; the store has the answer stand beside the health.
type unhealthySinceQuery struct{ asked bool }

// unhealthySinceMsg brings the answer. It announces something new to all pages.
type unhealthySinceMsg struct{ by map[string]store.Began }

// askUnhealthySince asks since when the health of those is bad of which no change was seen.
func (f *Feed) askUnhealthySince() tea.Cmd {
	last := f.Last()
	if f.unhealthySince.asked || f.insights.analytics == nil || !last.Health.Known() || last.Fetched().IsZero() {
		return nil
	}
	f.unhealthySince.asked = true
	names := last.UnhealthyWithoutStart()
	if len(names) == 0 {
		return nil
	}
	ctx, analytics, now := api.WithClass(f.ctx, api.ClassPage), f.insights.analytics, f.store.Now()
	return func() tea.Msg {
		if by := store.ReadUnhealthySince(ctx, analytics, names, now); by != nil {
			return unhealthySinceMsg{by}
		}
		return nil
	}
}

// noteUnhealthySince has the series of a page that was opened count: it is newer than what was asked for all.
func (f *Feed) noteUnhealthySince(in store.Insight) {
	if began := store.SeriesUnhealthySince(in.Health); began.How != store.NotSeen {
		f.store.NoteUnhealthySince(map[string]store.Began{in.Name: began})
	}
}
