package live

import (
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/store"
)

// Looking into one tunnel costs up to six questions to the analytics, of which Cloudflare counts 300 in five minutes; a
// quarter of these is ours, and the health of all tunnels needs some of it. So only tunnels whose page is open are looked
// into, once per step of the series, and not too many of them when somebody leafs through the pages.
const (
	insightEvery = store.InsightStep
	insightsMost = 6 // in insightEvery: 36 questions at once are what api lets through without holding up the health
	insightsKept = 16
	// insightOld is from when the reading of a tunnel no longer rests on what was seen.
	insightOld = 3 * store.InsightStep
)

// Look is what is known of one tunnel from the analytics.
type Look struct {
	store.Insight           // the last one of which at least a part was read; its At is zero when there is none
	Err           error     // the last attempt brought nothing at all
	Asking        bool      // an answer is awaited
	Until         time.Time // not zero: it is asked then, so that the requests stay within their bounds
}

// Fresh reports whether what is known is new enough to rest on.
func (l Look) Fresh(now time.Time) bool { return !l.At.IsZero() && now.Sub(l.At) < insightOld }

// insights keeps the insights of the tunnels that were open. Only the program's loop uses it, so that it needs no lock.
type insights struct {
	analytics store.Analytics
	by        map[string]Look
	asked     map[string]time.Time
	recent    []time.Time // of the questions in the last insightEvery
}

type insightMsg struct{ store.Insight }

// SetAnalytics tells whom to ask about single tunnels.
func (f *Feed) SetAnalytics(a store.Analytics) {
	f.insights = insights{analytics: a, by: map[string]Look{}, asked: map[string]time.Time{}}
}

// RequestInsight asks the analytics about one tunnel, by name, unless what is known of it is new enough. Pages run it as long as
// they are open.
func (f *Feed) RequestInsight(name string) tea.Cmd {
	l, now := &f.insights, f.store.Now()
	look := l.by[name]
	if l.analytics == nil || name == "" || look.Asking || now.Sub(l.asked[name]) < insightEvery {
		return nil
	}
	l.recent = slices.DeleteFunc(l.recent, func(at time.Time) bool { return now.Sub(at) >= insightEvery })
	if len(l.recent) >= insightsMost {
		look.Until = l.recent[0].Add(insightEvery)
		l.by[name] = look
		return nil
	}
	l.recent = append(l.recent, now)
	l.asked[name], look.Asking, look.Until = now, true, time.Time{}
	l.by[name] = look
	l.forget()
	ctx, analytics := f.ctx, l.analytics
	return func() tea.Msg { return insightMsg{store.ReadInsight(ctx, analytics, name, now)} }
}

// forget drops the tunnels that nobody has looked into for longest.
func (l *insights) forget() {
	for len(l.asked) > insightsKept {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(l.asked)), func(a, b string) int { return l.asked[a].Compare(l.asked[b]) })
		delete(l.asked, oldest)
		delete(l.by, oldest)
	}
}

// take keeps an answer. One that failed as a whole leaves the last good one, with its time.
func (l *insights) take(in store.Insight) {
	look, there := l.by[in.Name]
	if !there {
		return // forgotten meanwhile
	}
	if look.Asking, look.Err = false, nothing(in); look.Err == nil {
		look.Insight = in
	}
	l.by[in.Name] = look
}

// nothing is why an insight has nothing in it; nil when it has something.
func nothing(in store.Insight) error {
	if in.HealthErr == nil || in.IngressErr == nil || in.EgressErr == nil || in.ColoErr == nil {
		return nil
	}
	return in.HealthErr
}

// InsightOf is what is known of a tunnel, by name.
func (f *Feed) InsightOf(name string) Look { return f.insights.by[name] }

// Insights are all that were read and are not old, by name.
func (f *Feed) Insights() map[string]store.Insight {
	out := map[string]store.Insight{}
	for name, look := range f.insights.by {
		if look.Fresh(f.store.Now()) {
			out[name] = look.Insight
		}
	}
	return out
}

// askAgain makes the next look of a page ask anew where the last answer was an error: the reason may be gone.
func (l *insights) askAgain() {
	for name, look := range l.by {
		if in := look.Insight; look.Err != nil || in.HealthErr != nil || in.IngressErr != nil || in.EgressErr != nil || in.ColoErr != nil {
			delete(l.asked, name)
		}
	}
}

var _ store.Analytics = (*api.AccountClient)(nil)
