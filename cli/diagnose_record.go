package cli

import (
	"context"
	"slices"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

// askRecord asks Cloudflare's own log about the tunnels that are named and have fallen, three requests at the most, and the network
// analytics when a prefix is named; none when nobody named one.
func askRecord(ctx context.Context, w *store.Store, s *store.Snapshot, names []string) *store.Snapshot {
	var objects []store.RecordObject
	account := diagnose.New(diagnose.From(s, w.Now()))
	if slices.ContainsFunc(s.Prefixes.Rows, func(p store.Prefix) bool {
		return slices.Contains(names, p.CIDR) ||
			slices.Contains(names, p.ID)
	}) {
		s = w.ReadFlows(ctx)
	}
	for _, t := range s.Tunnels {
		if o, fallen := account.RecordObject(t.ID); fallen && (slices.Contains(names, t.Name) || slices.Contains(names, t.ID)) {
			objects = append(objects, o)
		}
	}
	if len(objects) == 0 {
		return s
	}
	return w.ReadRecord(ctx, objects...)
}

// proofOf says how a guess about a session may be proven: what is named is looked up in Cloudflare's log.
func proofOf(s diagnose.Subject, f diagnose.Finding, c tui.Canvas) []string {
	if !f.Cause.Provable() || f.Likelihood == diagnose.Certain {
		return nil
	}
	return tui.Paragraph(c, tui.Muted, "Cloudflare's log of the session may confirm it: flarewire diagnose "+tui.Clean(s.Name))
}

// recordLines is the one line about what Cloudflare's log would add, and what that needs.
func recordLines(s *store.Snapshot, found []diagnose.Diagnosis, c tui.Canvas) []string {
	for _, d := range found {
		a, asked := s.Records[d.Subject.ID]
		if !asked {
			continue
		}
		for _, t := range s.Tunnels {
			if gap := diagnose.RecordGap(a, t.Kind); t.ID == d.Subject.ID && gap != "" {
				return append([]string{""}, tui.Paragraph(c, tui.Muted, gap)...)
			}
		}
	}
	return nil
}
