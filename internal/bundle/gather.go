package bundle

import (
	"context"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// worstTunnels is of how many tunnels in trouble the analytics are read when none is named: six requests each.
const worstTunnels = 4

// Kinds are what a bundle holds besides the tunnels.
func Kinds() []store.Kind { return append(store.Overview(), store.CNIs) }

// Gather reads everything once that a bundle is made of, completely and within the program's share of requests; s brings what
// was watched so far, known what the analytics have said a moment ago, by the tunnel's name, and progress, which may be nil, is told
// how far it is. The analytics are read of the named tunnels, or of the worst ones when none is named, where known has nothing of them,
// and Cloudflare's log is asked about those of them that have fallen. read says what the data mean, as the rest of the program reads
// them. What cannot be read is said in the bundle and is no error here.
func Gather(ctx context.Context, a *api.AccountClient, s *store.Store, read func(*store.Snapshot) *diagnose.Account,
	known map[string]store.Insight, progress func(store.Progress), tunnels ...string) Contents {
	c := Contents{Account: a.ID}
	c.Snapshot = s.ReadAll(ctx, progress, Kinds()...)
	c.At = s.Now()
	account := read(c.Snapshot)
	if objects := inQuestion(account, c.Snapshot, tunnels); len(objects) > 0 {
		c.Snapshot = s.ReadRecord(ctx, objects...)
		account = read(c.Snapshot)
	}
	c.Findings = account.All()
	var wrong []diagnose.Subject
	for _, d := range c.Findings {
		wrong = append(wrong, d.Subject)
	}
	c.Timeline = account.Timeline(diagnose.EventWords, wrong...)
	if len(tunnels) == 0 {
		tunnels = worst(c.Findings)
	}
	c.Insights = insights(ctx, a, known, tunnels, c.At)
	return c
}

// inQuestion are the tunnels that Cloudflare's log is asked about: those that are named and have fallen, else those of the worst
// incident that has any. It costs three requests at the most, and none when nothing has fallen.
func inQuestion(account *diagnose.Account, s *store.Snapshot, tunnels []string) []store.RecordObject {
	var named []store.RecordObject
	for _, t := range s.Tunnels {
		if o, fallen := account.RecordObject(t.ID); fallen && slices.Contains(tunnels, t.Name) {
			named = append(named, o)
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, i := range account.Incidents() {
		if objects := account.RecordObjects(i); len(objects) > 0 {
			return objects
		}
	}
	return nil
}

// worst are the names of the first tunnels among the findings.
func worst(found []diagnose.Diagnosis) []string {
	var names []string
	for _, d := range found {
		if kind := d.Subject.Kind; len(names) < worstTunnels && (kind == store.GRETunnels || kind == store.IPsecTunnels) {
			names = append(names, d.Subject.Name)
		}
	}
	return names
}

func insights(ctx context.Context, a *api.AccountClient, known map[string]store.Insight, names []string, now time.Time) []store.Insight {
	out := make([]store.Insight, len(names))
	for i, name := range names { // one after the other: each is six requests at once
		in, there := known[name]
		if !there {
			in = store.ReadInsight(ctx, a, name, now)
		}
		out[i] = in
	}
	return slices.Clip(out)
}

// Nothing reports whether no list of the account could be read at all.
func (c Contents) Nothing() bool {
	for _, s := range aboutOf(c).Sources {
		if s.Fetched != nil {
			return false
		}
	}
	return true
}
