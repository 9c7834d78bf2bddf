package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// graphQLTime is the form of timestamps in the documents' queries.
const graphQLTime = "2006-01-02T15:04:05.000Z"

// HealthOptions says how fine the health is to be.
type HealthOptions struct {
	PerColo bool     // one sample for every location of Cloudflare's
	Colos   []string // with PerColo: only these, by IATA code
	Tunnels []string // only these, by name; empty = all
	Step    Step     // "" = one sample for the whole time
	// Quick does not ask for the account's limits first: one request instead of two, and only the state, without the number
	// of probes. Limits that are known already are kept to. An account with narrower limits than the documented ones refuses
	// with Invalid: then ask again without Quick.
	Quick bool
}

// Step is the width of one sample in time.
type Step string

// The steps for which Cloudflare has both a time and a rate.
const (
	FiveMinutes Step = "FiveMinutes"
	Hour        Step = "Hour"
)

func (s Step) duration() time.Duration {
	if s == Hour {
		return time.Hour
	}
	return 5 * time.Minute
}

// HealthSample is the health of one tunnel, by name: the API gives no id here. For an interconnect the name is the conduit's.
type HealthSample struct {
	TunnelName string
	Colo       string   // "" without PerColo
	Time       Time     // zero without Step
	State      *float64 // average: 0 down, 0.5 degraded, 1 healthy; nil: the API gives none
	Count      float64  // probes behind it; 0 when the API does not say
}

// HealthReport is the answer with the time it is really about.
type HealthReport struct {
	From, To time.Time
	Samples  []HealthSample
	Dropped  []string // fields that this account may not ask
	Partial  bool     // as many rows as the API gives at once: there may be more
}

// group is one row of an analytics dataset. It has no Raw to mark an undecodable field in: such a row is lost, because without one of
// its dimensions its value would be counted to another tunnel or time.
type group struct {
	Count float64 `json:"count"`
	Avg   struct {
		TunnelState *float64 `json:"tunnelState"`
		FiveMinutes *float64 `json:"bitRateFiveMinutes"`
		Hour        *float64 `json:"bitRateHour"`
	} `json:"avg"`
	Sum struct {
		Bits    *float64 `json:"bits"`
		Packets *float64 `json:"packets"`
	} `json:"sum"`
	Dimensions struct {
		TunnelName    string `json:"tunnelName"`
		IngressTunnel string `json:"ingressTunnelName"`
		EgressTunnel  string `json:"egressTunnelName"`
		Colo          string `json:"edgeColoName"`
		FiveMinutes   Time   `json:"datetimeFiveMinutes"`
		Hour          Time   `json:"datetimeHour"`
		Outcome       string `json:"outcome"`
		System        string `json:"mitigationSystem"`
		Subnet        string `json:"ipDestinationSubnet"`
	} `json:"dimensions"`
}

func (g *group) time() Time {
	if !g.Dimensions.FiveMinutes.IsZero() {
		return g.Dimensions.FiveMinutes
	}
	return g.Dimensions.Hour
}

// selection is what to ask of a dataset.
type selection struct {
	dataset   string
	from, to  time.Time
	fields    []string          // as "dimensions.tunnelName"; what the account may not ask is left out
	need      []string          // those of fields without which the answer is worthless
	where     string            // further conditions
	declare   string            // further variables, declared
	variables map[string]string // further variables
	quick     bool              // do not ask for the limits when they are not known
	order     string            // the field by which the largest come first, as "sum.bits"; none where the account may not ask it
}

// groups asks a dataset within the account's limits and returns its rows, the start it really used, what it left out, and whether
// the page was full.
func (a *AccountClient) groups(ctx context.Context, s selection) (rows []group, from time.Time, dropped []string, full bool, err error) {
	limits, err := a.datasetLimits(ctx, s.dataset, s.quick)
	if err != nil {
		return nil, s.from, nil, false, err
	}
	var kept []string
	for _, f := range s.fields {
		if limits.has(f) {
			kept = append(kept, f)
		} else {
			dropped = append(dropped, f)
		}
	}
	for _, f := range s.need {
		if !limits.has(f) {
			return nil, s.from, dropped, false, opGraphQL.refuse(Unsupported, "this account may not ask "+f+" of "+s.dataset)
		}
	}
	from = limits.window(s.from, s.to, a.client.now())
	order := ""
	if slices.Contains(kept, s.order) {
		order = ", orderBy: [" + strings.ReplaceAll(s.order, ".", "_") + "_DESC]"
	}
	query := fmt.Sprintf("query GetTunnels($accountTag: string, $datetimeStart: string, $datetimeEnd: string%s) { viewer { "+
		"accounts(filter: {accountTag: $accountTag}) { %s(limit: %d, filter: {datetime_geq: $datetimeStart, datetime_lt: $datetimeEnd%s}%s) "+
		"{ %s } } } }",
		s.declare, s.dataset, limits.rows(), s.where, order, selectionSet(kept))
	variables := map[string]string{"datetimeStart": from.UTC().Format(graphQLTime), "datetimeEnd": s.to.UTC().Format(graphQLTime)}
	for k, v := range s.variables {
		variables[k] = v
	}
	account, got, err := a.query(ctx, query, variables)
	if err != nil {
		return nil, from, dropped, false, err
	}
	if account == nil {
		e := got.error(NotFound)
		e.Status, e.Detail = http.StatusOK, "the analytics know no such account"
		return nil, from, dropped, false, e
	}
	rows, err = decodeList[group](got, field(account, s.dataset), "rows of "+s.dataset, nil)
	return rows, from, dropped, len(rows) >= limits.rows(), err
}

// selectionSet writes "avg.tunnelState" and "dimensions.tunnelName" as "avg { tunnelState } dimensions { tunnelName }".
func selectionSet(paths []string) string {
	var order []string
	inner := map[string][]string{}
	for _, p := range paths {
		outer, name, _ := strings.Cut(p, ".")
		if inner[outer] == nil {
			order = append(order, outer)
		}
		inner[outer] = append(inner[outer], name)
	}
	var parts []string
	for _, outer := range order {
		if names := strings.TrimSpace(strings.Join(inner[outer], " ")); names != "" {
			parts = append(parts, outer+" { "+names+" }")
		} else {
			parts = append(parts, outer)
		}
	}
	return strings.Join(parts, " ")
}

// TunnelHealth asks how healthy the tunnels were. The dimension `active` is never asked: with it the API answers no rows at all
// (cloudflare-prometheus-exporter, pull request 49). A tunnel whose health checks are off shows as down here.
func (a *AccountClient) TunnelHealth(ctx context.Context, from, to time.Time, o HealthOptions) (HealthReport, error) {
	need := []string{"avg.tunnelState", "dimensions.tunnelName"}
	s := selection{dataset: healthDataset, from: from, to: to, fields: slices.Clone(need), need: need, quick: o.Quick}
	if !o.Quick {
		s.fields = append([]string{"count"}, need...)
	}
	if o.PerColo {
		s.fields = append(s.fields, "dimensions.edgeColoName")
		if len(o.Colos) > 0 {
			s.where += ", edgeColoName_in: [" + quoted(o.Colos) + "]"
		}
	}
	s.where += onlyNames("tunnelName", o.Tunnels)
	if o.Step != "" {
		s.fields = append(s.fields, "dimensions.datetime"+string(o.Step))
	}
	rows, start, dropped, full, err := a.groups(ctx, s)
	report := HealthReport{From: start, To: to, Dropped: dropped, Partial: full, Samples: make([]HealthSample, 0, len(rows))}
	for i := range rows {
		g := &rows[i]
		report.Samples = append(report.Samples, HealthSample{TunnelName: g.Dimensions.TunnelName, Colo: g.Dimensions.Colo,
			Time: g.time(), State: g.Avg.TunnelState, Count: g.Count})
	}
	return report, err
}

// onlyNames is the condition that keeps these names; none for an empty list.
func onlyNames(dimension string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ", " + dimension + "_in: [" + quoted(names) + "]"
}

func quoted(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = strconv.Quote(clean(s))
	}
	return strings.Join(parts, ", ")
}

// Direction is the direction of traffic, seen from Cloudflare.
type Direction string

// The directions.
const (
	Ingress Direction = "ingress"
	Egress  Direction = "egress"
)

// TrafficOptions says what traffic to ask for; zero values: both directions' default is Ingress, in steps of five minutes.
type TrafficOptions struct {
	Direction Direction
	Step      Step
	PerColo   bool     // by location of Cloudflare's too; where the account may not ask that, Dropped says so
	Tunnels   []string // only these, by name; empty = all
}

// TrafficSample is the traffic of one tunnel in one step.
type TrafficSample struct {
	TunnelName string
	Colo       string // "" without PerColo, or when the API does not give it
	Time       Time
	BitRate    *float64 // bit/s, average of the step; nil: the API gives none
}

// TrafficReport is the answer with the time it is really about.
type TrafficReport struct {
	From, To time.Time
	Samples  []TrafficSample
	Dropped  []string // fields that this account may not ask
	Partial  bool     // as many rows as the API gives at once: there may be more
	Fallback bool     // from the network analytics, because the tunnel dataset gave no names
}

// TunnelTraffic asks how much went through the tunnels. For some accounts the dataset of tunnels names none of them: then the
// network analytics are asked instead.
func (a *AccountClient) TunnelTraffic(ctx context.Context, from, to time.Time, o TrafficOptions) (TrafficReport, error) {
	if o.Direction == "" {
		o.Direction = Ingress
	}
	if o.Step == "" {
		o.Step = FiveMinutes
	}
	report, err := a.traffic(ctx, from, to, o, selection{dataset: trafficDataset,
		fields: []string{"avg.bitRate" + string(o.Step), "dimensions.tunnelName", "dimensions.datetime" + string(o.Step)},
		need:   []string{"avg.bitRate" + string(o.Step), "dimensions.tunnelName"},
		where:  onlyNames("tunnelName", o.Tunnels)})
	// Where the dataset names no tunnel, asking for names finds nothing at all.
	unnamed := len(report.Samples) > 0 || len(o.Tunnels) > 0
	if err != nil || report.named() || !unnamed {
		return report, err
	}
	name := string(o.Direction) + "TunnelName"
	where := onlyNames(name, o.Tunnels)
	if where == "" {
		where = ", " + name + `_notin: ["", "device_id"]`
	}
	fallback, err := a.traffic(ctx, from, to, o, selection{dataset: networkDataset,
		fields: []string{"sum.bits", "dimensions." + name, "dimensions.datetime" + string(o.Step)},
		need:   []string{"sum.bits", "dimensions." + name},
		where:  where})
	fallback.Fallback = true
	return fallback, err
}

func (r *TrafficReport) named() bool {
	for _, s := range r.Samples {
		if s.TunnelName != "" {
			return true
		}
	}
	return false
}

func (a *AccountClient) traffic(ctx context.Context, from, to time.Time, o TrafficOptions, s selection) (TrafficReport, error) {
	s.from, s.to = from, to
	if o.PerColo {
		s.fields = append(s.fields, "dimensions.edgeColoName")
	}
	s.declare, s.where = ", $direction: string", ", direction: $direction"+s.where
	s.variables = map[string]string{"direction": string(o.Direction)}
	rows, start, dropped, full, err := a.groups(ctx, s)
	report := TrafficReport{From: start, To: to, Dropped: dropped, Partial: full, Samples: make([]TrafficSample, 0, len(rows))}
	for i := range rows {
		report.Samples = append(report.Samples, rows[i].traffic(s.dataset, o))
	}
	return report, err
}

// traffic reads one row. The network analytics give the bits of a step, not their rate.
func (g *group) traffic(dataset string, o TrafficOptions) TrafficSample {
	sample := TrafficSample{TunnelName: g.Dimensions.TunnelName, Colo: g.Dimensions.Colo, Time: g.time(), BitRate: g.Avg.FiveMinutes}
	if o.Step == Hour {
		sample.BitRate = g.Avg.Hour
	}
	if dataset == networkDataset {
		sample.TunnelName = g.Dimensions.IngressTunnel + g.Dimensions.EgressTunnel // one of them is asked
		sample.BitRate = nil
		if g.Sum.Bits != nil {
			rate := *g.Sum.Bits / o.Step.duration().Seconds()
			sample.BitRate = &rate
		}
	}
	return sample
}
