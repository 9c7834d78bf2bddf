package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"flarewire/api"
)

type poll = func(ctx context.Context, w *Watcher) (apply func(*Snapshot, look) []Event, err error)

func pollHealth(f Fetchers) poll {
	return func(ctx context.Context, w *Watcher) (func(*Snapshot, look) []Event, error) {
		now := w.now()
		report, err := f.Health(ctx, now.Add(-HealthWindow), now)
		if err != nil {
			return nil, err
		}
		return func(s *Snapshot, between look) []Event { return w.takeHealth(s, healthByName(report), between) }, nil
	}
}

// takeHealth puts new health beside the tunnels. A tunnel that the report does not name keeps no old
// health: it is not known any more.
func (w *Watcher) takeHealth(s *Snapshot, health map[string]TunnelHealth, between look) []Event {
	for name, h := range health {
		old := s.Health[name]
		h.Since = old.Since
		if old.State != "" && h.State != old.State {
			h.Since = between.to
		}
		health[name] = h
	}
	events := linkHealth(s.Links, s.Health, health, between)
	s.Health = health
	s.Tunnels = slices.Clone(s.Tunnels)
	for i := range s.Tunnels {
		t := &s.Tunnels[i]
		t.Health = health[t.Name]
		track := w.track[t.ID]
		if track == nil || t.Health.State == "" {
			continue
		}
		if was := track.healthBefore; was != "" && was != t.Health.State {
			e := Event{At: between.to, Kind: HealthChanged, TunnelID: t.ID, Name: t.Name, FromHealth: was, ToHealth: t.Health.State,
				Unwatched: between.blind || between.from.IsZero()} // then was is from an earlier run
			events = append(events, e)
			track.Events = inOrder(track.Events, []Event{e}, maxTrack)
			t.Track.Events = slices.Clone(track.Events)
		}
		track.healthBefore = t.Health.State
	}
	return events
}

// linkHealth are the changes of health of the interconnects' tunnel sides, which the analytics name like tunnels.
func linkHealth(links []api.MagicInterconnect, before, after map[string]TunnelHealth, between look) []Event {
	var events []Event
	for _, l := range links {
		if was, is := before[l.Name].State, after[l.Name].State; was != "" && is != "" && was != is {
			events = append(events, Event{At: between.to, Kind: HealthChanged, Resource: LinkResource, TunnelID: l.ID, Name: l.Name, FromHealth: was, ToHealth: is, Unwatched: between.blind})
		}
	}
	return events
}

// pollTraffic asks both directions at the same time.
func pollTraffic(f Fetchers) poll {
	return func(ctx context.Context, w *Watcher) (func(*Snapshot, look) []Event, error) {
		now := w.now()
		var in, out api.TrafficReport
		var inErr, outErr error
		var wait sync.WaitGroup
		wait.Go(func() { in, inErr = f.Traffic(ctx, now.Add(-trafficWindow), now, api.Ingress) })
		out, outErr = f.Traffic(ctx, now.Add(-trafficWindow), now, api.Egress)
		wait.Wait()
		if err := errors.Join(inErr, outErr); err != nil {
			return nil, err
		}
		return func(s *Snapshot, _ look) []Event { s.Traffic = latestTraffic(in, out, now); return nil }, nil
	}
}

// latestTraffic takes the newest step that is over: the one under way is not whole.
func latestTraffic(in, out api.TrafficReport, now time.Time) map[string]Traffic {
	latest := map[string]Traffic{}
	over := now.Truncate(5 * time.Minute)
	take := func(report api.TrafficReport, set func(*Traffic, *float64)) {
		samples := slices.Clone(report.Samples)
		slices.SortStableFunc(samples, func(a, b api.TrafficSample) int { return a.Time.Compare(b.Time.Time) })
		for _, s := range samples {
			if s.Time.Before(over) && s.TunnelName != "" {
				t := latest[s.TunnelName]
				if s.Time.After(t.At) {
					t = Traffic{At: s.Time.Time}
				}
				if s.Time.Equal(t.At) {
					set(&t, s.BitRate)
				}
				latest[s.TunnelName] = t
			}
		}
	}
	take(in, func(t *Traffic, rate *float64) { t.Ingress = rate })
	take(out, func(t *Traffic, rate *float64) { t.Egress = rate })
	return latest
}

func pollRoutes(f Fetchers) poll {
	return func(ctx context.Context, _ *Watcher) (func(*Snapshot, look) []Event, error) {
		routes, err := notNil(f.Routes(ctx))
		if err != nil {
			return nil, err
		}
		return func(s *Snapshot, between look) []Event {
			before := s.Routes
			s.Routes = routes
			if before == nil {
				return nil // what is there at the first look did not just appear
			}
			return differences(routeObjects(before), routeObjects(routes), between)
		}, nil
	}
}

func pollPrefixes(f Fetchers) poll {
	return func(ctx context.Context, _ *Watcher) (func(*Snapshot, look) []Event, error) {
		prefixes, err := notNil(f.Prefixes(ctx))
		if err != nil {
			return nil, err
		}
		var partly error
		for _, p := range prefixes {
			if partly = errors.Join(p.BGPErr, p.BindErr); partly != nil {
				break // one stands for all: they have the same cause nearly always
			}
		}
		return func(s *Snapshot, between look) []Event {
			before := s.Prefixes
			keepParts(prefixes, before)
			s.Prefixes = prefixes
			rounds := 1 + 2*len(prefixes)/prefixRequests
			feed(s, PrefixSource).Every = prefixEvery * time.Duration(rounds)
			if before == nil {
				return nil
			}
			return differences(prefixObjects(before, prefixes), prefixObjects(prefixes, before), between)
		}, partly
	}
}

// keepParts gives prefixes whose parts could not be read the last good ones.
func keepParts(prefixes, last []Prefix) {
	known := maps.Collect(func(yield func(string, Prefix) bool) {
		for _, p := range last {
			if !yield(p.ID, p) {
				return
			}
		}
	})
	for i := range prefixes {
		p := &prefixes[i]
		if p.BGPErr != nil {
			p.BGP = known[p.ID].BGP
		}
		if p.BindErr != nil {
			p.Bindings = known[p.ID].Bindings
		}
	}
}
