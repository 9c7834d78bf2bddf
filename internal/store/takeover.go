package store

import (
	"context"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
)

// UseRecorder has the store take what another program has fresh instead of asking for it. It comes before the first read. What is known
// there is taken at once, as long as ctx allows, so that the first thing that is shown is not an empty page.
func (s *Store) UseRecorder(ctx context.Context, b Recorder) {
	s.recorder = b
	for _, d := range TargetsOf(kind.Filter(func(a kind.About) bool { return a.Always && a.Parent == "" })...) {
		s.takeOver(ctx, d.single())
	}
	for d := range s.Last().details(detailKinds...) {
		if ctx.Err() != nil {
			return
		}
		s.takeOver(ctx, d)
	}
}

// takeOver takes what the other program has of a list, a reading or a detail. It reports whether nothing has to be asked here now.
func (s *Store) takeOver(ctx context.Context, d Target) bool {
	last, now := s.Last(), s.now()
	e := last.about(d)
	if s.recorder == nil || e == nil {
		return false
	}
	after := e.Fetched
	if e.expired.After(after) {
		after = e.expired
	}
	s.mu.Lock()
	heard := s.eventsUntil
	s.mu.Unlock()
	h, there := s.recorder.Hand(ctx, d, after, heard)
	if !there || !h.Complete {
		return false
	}
	period := e.Every
	if d.Kind == GRETunnels {
		period = last.Next
	}
	if !h.Newer {
		if e.expired.After(e.Fetched) {
			return false // it was changed from here, and that program does not know
		}
		return s.await(d, h, after.Add(period), now)
	}
	return s.take(ctx, d, h) && now.Sub(h.From) <= period+handSlack
}

// await has what the other program is about to read wait for that.
func (s *Store) await(d Target, h Handed, wanted, now time.Time) bool {
	at := h.Due
	switch {
	case d.Kind.Detail(): // read in turns, which may come late
		at = now.Add(detailRound)
		if now.Sub(h.From) > 2*d.Kind.Every() {
			return false
		}
	case at.After(now.Add(handSlack)) && at.After(wanted.Add(handSlack)), now.Sub(at) > handSlack:
		return false
	case at.Before(now):
		at = now
	}
	at = at.Add(time.Second)
	s.change(func(next *Snapshot) []Event {
		if e := next.about(d); e != nil {
			e.Due = at
		}
		if d.Kind == GRETunnels {
			next.IPsec.Due = at
		}
		return nil
	})
	return true
}

// take puts what was handed over into the next snapshot, as if it had been read here at that time. It reports whether it could be
// read.
func (s *Store) take(ctx context.Context, d Target, h Handed) bool {
	took := span{h.From, h.To}
	if d.Kind == GRETunnels {
		return s.takeHandedTunnels(h, took)
	}
	var apply applier
	switch d.Kind {
	case TunnelHealth:
		apply = func(next *Snapshot, took span, again bool) []Event {
			was := next.Health.Entry
			next.Health.take(nil, took, again)
			return s.takeHealth(next, h.Health, lookBetween(was, took))
		}
	case TunnelTraffic:
		apply = func(next *Snapshot, took span, again bool) []Event {
			next.Traffic.take(nil, took, again)
			next.Traffic.By = h.Traffic
			return nil
		}
	case LocationHealth:
		if h.Locations == nil {
			return false
		}
		apply = func(next *Snapshot, took span, again bool) []Event {
			next.Locations.take(nil, took, again)
			h.Locations.take(&next.Locations)
			return nil
		}
	default:
		apply = s.readKind(ctx, d, h.source())
	}
	if apply == nil {
		return false
	}
	s.unnoted.Add(1)
	defer s.unnoted.Add(-1)
	events := s.change(func(next *Snapshot) []Event {
		heard := s.takeEvents(next, h)
		return append(heard, h.others(apply(next, took, s.again(d)))...)
	})
	if !h.SharedHistory {
		s.noted(func() error { return s.record(s.Last().HistoryErr, events, took.to) })
	}
	return s.Last().about(d) != nil && !s.Last().about(d).Fetched.Before(h.From)
}

func (s *Store) takeHandedTunnels(h Handed, took span) bool {
	gre, err := restored[api.GRETunnel](h.Rows)
	ipsec, err2 := restored[api.IPsecTunnel](h.IPsec)
	if err != nil || err2 != nil {
		return false
	}
	lists := api.TunnelLists{GRE: gre, IPsec: ipsec}
	var noted []Event
	s.unnoted.Add(1)
	defer s.unnoted.Add(-1)
	s.change(func(next *Snapshot) []Event {
		heard := s.takeEvents(next, h)
		events, first := s.takeTunnels(next, lists, took, &h)
		next.Next = s.pause(next, lists)
		if next.GRE.Due = took.to.Add(next.Next); s.again(Target{Kind: GRETunnels}) {
			next.GRE.Due = time.Time{}
		}
		next.IPsec.Due = next.GRE.Due
		s.eventsUntil = took.to
		events = append(heard, events...)
		noted = append(first, events...)
		return events
	})
	if !h.SharedHistory {
		s.noted(func() error { return s.looked(s.Last(), noted, took.to) })
	}
	return true
}

// takeEvents takes what the other program has noticed into the histories of the tunnels, and returns what is new of it.
func (s *Store) takeEvents(next *Snapshot, h Handed) []Event {
	if h.ClockAhead != 0 {
		s.ahead = h.ClockAhead
	}
	fresh := Fresh(next.Events, h.Events)
	if n := len(next.Events); n == maxEvents { // what is older was known, and is no longer kept
		fresh = slices.DeleteFunc(fresh, func(e Event) bool { return e.At.Before(next.Events[0].At) })
	}
	for _, e := range fresh {
		track := s.track[e.ObjectID]
		if track == nil {
			track = s.past[e.ObjectID]
		}
		if e.Resource == "" && track != nil && e.Kind != Gone && e.Kind != Appeared {
			track.replay(e)
			if e.Kind == SessionChanged && e.From == Up {
				track.Downs++
			}
		}
	}
	return fresh
}

// others are the events that are not among those that were handed over.
func (h *Handed) others(events []Event) []Event {
	return slices.DeleteFunc(events, h.covers)
}

// covers reports whether something was handed over as the other program has noticed it.
func (h *Handed) covers(e Event) bool {
	return h != nil && slices.ContainsFunc(h.Events, func(o Event) bool {
		return o.Same(e) && e.At.Sub(o.At).Abs() < max(sameMoment, eventsBefore)
	})
}

// Same reports whether two events say the same of one object, at whatever time.
func (e Event) Same(o Event) bool {
	return e.Kind == o.Kind && e.Resource == o.Resource && e.ObjectID == o.ObjectID && e.From == o.From && e.To == o.To &&
		e.FromHealth == o.FromHealth && e.ToHealth == o.ToHealth && e.FromPort == o.FromPort && e.ToPort == o.ToPort
}

// plain is an event as it comes back from a file.
func (e Event) plain() Event {
	e.At, e.Since = e.At.Round(0).UTC(), e.Since.Round(0).UTC()
	return e
}
