package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
)

// Traffic is what went through a tunnel lately, in bit/s as Cloudflare sees it; nil is not known.
type Traffic struct {
	At      time.Time // begin of the step of five minutes that the rates are of
	Ingress *float64  // from the customer's side into Cloudflare
	Egress  *float64
}

// readTraffic asks both directions at the same time.
func (s *Store) readTraffic(ctx context.Context) applier {
	if s.fetchers.Traffic == nil {
		return nil
	}
	now := s.now()
	var in, out api.TrafficReport
	var inErr, outErr error
	var wait sync.WaitGroup
	wait.Go(func() { in, inErr = s.fetchers.Traffic(ctx, now.Add(-trafficWindow), now, api.Ingress) })
	out, outErr = s.fetchers.Traffic(ctx, now.Add(-trafficWindow), now, api.Egress)
	wait.Wait()
	err := errors.Join(inErr, outErr)
	return func(next *Snapshot, took span, again bool) []Event {
		next.Traffic.take(err, took, again)
		if err == nil {
			next.Traffic.By = latestTraffic(in, out, now)
		}
		return nil
	}
}

// latestTraffic takes the newest step that is over: the one under way is not whole.
func latestTraffic(in, out api.TrafficReport, now time.Time) map[string]Traffic {
	latest := map[string]Traffic{}
	over := now.Truncate(5 * time.Minute)
	take := func(report api.TrafficReport, set func(*Traffic, *float64)) {
		samples := slices.Clone(report.Samples)
		sorting.Sort(samples, func(a, b api.TrafficSample) int { return a.Time.Compare(b.Time.Time) })
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
