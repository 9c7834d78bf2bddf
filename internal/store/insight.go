package store

import (
	"cmp"
	"context"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
)

// Analytics gives the health and the traffic of tunnels; *api.AccountClient is one.
type Analytics interface {
	TunnelHealth(ctx context.Context, from, to time.Time, o api.HealthOptions) (api.HealthReport, error)
	TunnelTraffic(ctx context.Context, from, to time.Time, o api.TrafficOptions) (api.TrafficReport, error)
}

// The times that an Insight is about.
const (
	InsightSpan = 24 * time.Hour // of the series, in steps of InsightStep
	InsightStep = 5 * time.Minute
	ColoSpan    = time.Hour // of the locations: as the dashboard does
)

// Point is one step of a series; Value is nil where the API gives none, which is not zero.
type Point struct {
	At    time.Time
	Value *float64
}

// Colo is one of Cloudflare's data centers as one tunnel sees it.
type Colo struct {
	Name    string
	Score   *float64 // average of the health, 0 to 1, of the last hour or of HealthWindow (Locations); nil: not known
	BitRate *float64 // bit/s in both directions together, over the last hour; nil: not known
}

// State is the location's health in one word.
func (c Colo) State() Health { return HealthOf(c.Score) }

// Idle reports whether the traffic is known and there is none.
func (c Colo) Idle() bool { return c.BitRate != nil && *c.BitRate == 0 }

// Insight is what the analytics know about one tunnel. Each part has its own error: the others are right all
// the same.
type Insight struct {
	Name     string // of the tunnel; analytics know no ids, so they start anew when it is renamed
	At       time.Time
	Health   []Point // 0 to 1, one per step without gaps, oldest first
	Ingress  []Point // bit/s from the customer into Cloudflare
	Egress   []Point // bit/s from Cloudflare to the customer
	Colos    []Colo  // those with most traffic first; without traffic known, the worst health first
	Partial  bool    // the API gave as many rows as it gives at once: there may be more
	ColoFlow bool    // the traffic of the locations is known
	Some     bool    // not all locations were asked, only those that carry most of the account's traffic

	HealthErr, IngressErr, EgressErr, ColoErr, ColoFlowErr error // nil: it was read
}

// ReadInsight asks the analytics about one tunnel: six requests at most, all at the same time.
func ReadInsight(ctx context.Context, a Analytics, name string, now time.Time) Insight {
	in := Insight{Name: name, At: now}
	only := []string{name}
	from := now.Add(-InsightSpan).Truncate(InsightStep)
	var series, colos api.HealthReport
	var ingress, egress, coloIn, coloOut api.TrafficReport
	var coloInErr, coloOutErr error
	var wait sync.WaitGroup
	wait.Go(func() {
		series, in.HealthErr = a.TunnelHealth(ctx, from, now, api.HealthOptions{Tunnels: only, Step: api.FiveMinutes})
	})
	wait.Go(func() {
		colos, in.ColoErr = a.TunnelHealth(ctx, now.Add(-ColoSpan), now, api.HealthOptions{Tunnels: only, PerColo: true})
	})
	wait.Go(func() {
		ingress, in.IngressErr = a.TunnelTraffic(ctx, from, now, api.TrafficOptions{Tunnels: only})
	})
	wait.Go(func() {
		egress, in.EgressErr = a.TunnelTraffic(ctx, from, now, api.TrafficOptions{Tunnels: only, Direction: api.Egress})
	})
	wait.Go(func() {
		coloIn, coloInErr = a.TunnelTraffic(ctx, now.Add(-ColoSpan), now, api.TrafficOptions{Tunnels: only, PerColo: true})
	})
	coloOut, coloOutErr = a.TunnelTraffic(ctx, now.Add(-ColoSpan), now,
		api.TrafficOptions{Tunnels: only, PerColo: true, Direction: api.Egress})
	wait.Wait()

	in.ColoFlowErr = cmp.Or(coloInErr, coloOutErr)
	in.Partial = series.Partial || colos.Partial || ingress.Partial || egress.Partial || coloIn.Partial || coloOut.Partial
	in.Health = points(from, now, series.Samples, func(s api.HealthSample) (time.Time, *float64) { return s.Time.Time, s.State })
	rate := func(s api.TrafficSample) (time.Time, *float64) { return s.Time.Time, s.BitRate }
	in.Ingress, in.Egress = points(from, now, ingress.Samples, rate), points(from, now, egress.Samples, rate)
	in.colos(colos, coloIn, coloOut)
	return in
}

// points puts samples into a series without gaps.
func points[S any](from, to time.Time, samples []S, read func(S) (time.Time, *float64)) []Point {
	var series []Point
	for at := from; at.Before(to); at = at.Add(InsightStep) {
		series = append(series, Point{At: at})
	}
	for _, s := range samples {
		at, value := read(s)
		if i := int(at.Sub(from) / InsightStep); !at.Before(from) && i < len(series) {
			series[i].Value = value
		}
	}
	return series
}

// colos joins health and traffic of the locations. A location that had no traffic is not in the answer about
// traffic: where that answer names locations at all, none means zero.
func (in *Insight) colos(health api.HealthReport, flows ...api.TrafficReport) {
	sums := map[string]float64{}
	for _, report := range flows {
		for _, s := range report.Samples {
			if s.Colo != "" && s.BitRate != nil {
				// Each sample is the average of one step: its share of the hour.
				sums[s.Colo] += *s.BitRate * float64(InsightStep) / float64(ColoSpan)
			}
		}
	}
	in.ColoFlow = in.ColoFlowErr == nil && len(sums) > 0
	seen := map[string]bool{}
	for _, s := range health.Samples {
		if s.Colo == "" || seen[s.Colo] {
			continue
		}
		seen[s.Colo] = true
		c := Colo{Name: s.Colo, Score: s.State}
		if in.ColoFlow {
			rate := sums[s.Colo]
			c.BitRate = &rate
		}
		in.Colos = append(in.Colos, c)
	}
	for name, rate := range sums {
		if !seen[name] {
			in.Colos = append(in.Colos, Colo{Name: name, BitRate: &rate})
		}
	}
	sortColos(in.Colos)
}

// sortColos puts those with most traffic first, and without traffic known those with the worst health.
func sortColos(colos []Colo) {
	sorting.Sort(colos, func(a, b Colo) int {
		return cmp.Or(cmp.Compare(value(b.BitRate, 0), value(a.BitRate, 0)), cmp.Compare(value(a.Score, 2), value(b.Score, 2)),
			cmp.Compare(a.Name, b.Name))
	})
}

func value(v *float64, otherwise float64) float64 {
	if v == nil {
		return otherwise
	}
	return *v
}
