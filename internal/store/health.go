package store

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"flarewire/api"
)

// Health is what the health checks of a tunnel found, in one word; "" is not known.
type Health string

// The states of health (Cloudflare docs: Tunnel health checks). HealthUnknown is said when there is no
// sample: nothing measured is not healthy.
const (
	HealthUnknown Health = ""
	Healthy       Health = "healthy"
	Degraded      Health = "degraded"
	HealthDown    Health = "down"
)

// The shares from which the dashboard calls a tunnel healthy and degraded (Cloudflare docs: Troubleshoot
// tunnel health). There they are shares of passed probes; that they are applied to the average of the
// states (0 down, 0.5 degraded, 1 healthy), the only number that the API gives, is our choice.
const (
	healthyAbove  = 0.8
	degradedAbove = 0.4
)

// HealthOf reads an average of tunnelState; nil is not known.
func HealthOf(state *float64) Health {
	switch {
	case state == nil || math.IsNaN(*state):
		return ""
	case *state > healthyAbove:
		return Healthy
	case *state >= degradedAbove:
		return Degraded
	}
	return HealthDown
}

// MeasuredHealth is the health of one tunnel over all of Cloudflare's data centers that probe it.
type MeasuredHealth struct {
	State          Health
	Score          *float64  // the average behind State, 0 to 1; nil: not known
	Since          time.Time // last change of State that was seen; zero when none was
	UnhealthySince Began     // since when the series of the analytics is bad, where somebody has asked for it
}

// Rank orders health for an operator, worst first: 0 is worst.
func (h Health) Rank() int {
	switch h {
	case HealthDown:
		return 0
	case Degraded:
		return 1
	case "":
		return 2
	}
	return 3
}

// healthByName sums up a report that was asked without locations and steps. Rows of one tunnel that come
// apart all the same are averaged by the number of their probes.
func healthByName(report api.HealthReport) map[string]MeasuredHealth {
	type sum struct{ state, weight float64 }
	sums := map[string]sum{}
	for _, s := range report.Samples {
		if s.State == nil || s.TunnelName == "" {
			continue
		}
		weight := max(s.Count, 1)
		before := sums[s.TunnelName]
		sums[s.TunnelName] = sum{before.state + *s.State*weight, before.weight + weight}
	}
	health := make(map[string]MeasuredHealth, len(sums))
	for name, s := range sums {
		score := s.state / s.weight
		health[name] = MeasuredHealth{State: HealthOf(&score), Score: &score}
	}
	return health
}

func (s *Store) readHealth(ctx context.Context) applier {
	if s.fetchers.Health == nil {
		return nil
	}
	now := s.now().Add(s.clockAhead()) // the measurements bear Cloudflare's time
	report, err := s.fetchers.Health(ctx, now.Add(-HealthWindow), now)
	return func(next *Snapshot, took span, again bool) []Event {
		was := next.Health.Entry
		next.Health.take(err, took, again)
		if err != nil {
			return nil
		}
		return s.takeHealth(next, healthByName(report), lookBetween(was, took))
	}
}

// takeHealth puts new health beside the tunnels. A tunnel that the report does not name keeps no old
// health: it is not known any more.
func (s *Store) takeHealth(next *Snapshot, health map[string]MeasuredHealth, between look) []Event {
	for name, h := range health {
		old := next.Health.By[name]
		if old.State != "" {
			h.Since = old.Since
		}
		if old.State != "" && h.State != old.State {
			h.Since = between.to
		}
		if h.State == Healthy {
			delete(s.unhealthySince, name) // what comes after this is another failure
		}
		h.UnhealthySince = s.unhealthySince[name]
		health[name] = h
	}
	events := s.linkHealth(next.Links.Rows, health, between)
	next.Health.By = health
	next.Tunnels = slices.Clone(next.Tunnels)
	for i := range next.Tunnels {
		t := &next.Tunnels[i]
		t.Health = health[t.Name]
		track := s.track[t.ID]
		if track == nil || t.Health.State == "" {
			continue
		}
		if was := track.healthBefore; was != "" && was != t.Health.State {
			e := Event{At: between.to, Kind: HealthChanged, ObjectID: t.ID, Name: t.Name, FromHealth: was, ToHealth: t.Health.State,
				Unwatched: between.blind || between.from.IsZero()} // then was is from an earlier run
			events = append(events, e)
			track.Events = inOrder(track.Events, []Event{e}, maxTrack)
			t.Track.Events = slices.Clone(track.Events)
		}
		track.healthBefore = t.Health.State
	}
	return events
}

// NoteUnhealthySince notes since when tunnels are bad by the series of the analytics, by name: it stands beside their health from now on.
func (s *Store) NoteUnhealthySince(by map[string]Began) {
	if len(by) == 0 {
		return
	}
	s.change(func(next *Snapshot) []Event {
		if s.unhealthySince == nil {
			s.unhealthySince = map[string]Began{}
		}
		maps.Copy(s.unhealthySince, by)
		next.Health.By = maps.Clone(next.Health.By)
		for name, began := range by {
			if h := next.Health.By[name]; h.State == HealthDown || h.State == Degraded {
				h.UnhealthySince = began
				next.Health.By[name] = h
			} else {
				delete(s.unhealthySince, name) // it is well again since it was asked
			}
		}
		next.Tunnels = slices.Clone(next.Tunnels)
		for i := range next.Tunnels {
			t := &next.Tunnels[i]
			t.Health.UnhealthySince = next.Health.By[t.Name].UnhealthySince
		}
		return nil
	})
}

// linkHealth are the changes of health of the interconnects' tunnel interfaces, which the analytics name like tunnels.
func (s *Store) linkHealth(links []api.MagicInterconnect, health map[string]MeasuredHealth, between look) []Event {
	var events []Event
	for _, l := range links {
		was, is := s.links[l.Name], health[l.Name].State
		if is == "" {
			continue // not measured is no change
		}
		if s.links[l.Name] = is; was != "" && was != is {
			events = append(events, Event{At: between.to, Kind: HealthChanged, Resource: Links, ObjectID: l.ID, Name: l.Name,
				FromHealth: was, ToHealth: is, Unwatched: between.blind})
		}
	}
	return events
}
