package api

import (
	"context"
	"time"
)

// ColoTrafficOptions says of what the traffic by location is asked.
type ColoTrafficOptions struct {
	PerTunnel bool     // by tunnel too; without it each location has one sample
	Tunnels   []string // only these, by name; empty = all
	Quick     bool     // do not ask for the account's limits first: see HealthOptions
}

// ColoTraffic asks how much traffic passed each of Cloudflare's data centers over the whole time, both directions together: one sample for
// each location, with PerTunnel one for each location and tunnel. BitRate is the average. That the dataset adds both directions up when
// no direction is asked for is unconfirmed; its sum is in third parties' queries only.
func (a *AccountClient) ColoTraffic(ctx context.Context, from, to time.Time, o ColoTrafficOptions) (TrafficReport, error) {
	fields := []string{"sum.bits", "dimensions.edgeColoName"}
	if o.PerTunnel {
		fields = append(fields, "dimensions.tunnelName")
	}
	rows, start, dropped, full, err := a.groups(ctx, selection{dataset: trafficDataset, from: from, to: to, fields: fields, need: fields,
		where: onlyNames("tunnelName", o.Tunnels), quick: o.Quick})
	report := TrafficReport{From: start, To: to, Dropped: dropped, Partial: full, Samples: make([]TrafficSample, 0, len(rows))}
	for i := range rows {
		g := &rows[i]
		s := TrafficSample{TunnelName: g.Dimensions.TunnelName, Colo: g.Dimensions.Colo}
		if seconds := to.Sub(start).Seconds(); g.Sum.Bits != nil && seconds > 0 {
			rate := *g.Sum.Bits / seconds
			s.BitRate = &rate
		}
		report.Samples = append(report.Samples, s)
	}
	return report, err
}
