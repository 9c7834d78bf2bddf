package bundle

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// about says what made the bundle, and how old its parts are.
type about struct {
	Version  string    `json:"flarewire"`
	System   string    `json:"system"`
	Account  string    `json:"account"`
	MadeAt   time.Time `json:"made_at"`
	Watching time.Time `json:"watching_since"`
	Sources  []source  `json:"sources"`
	History  string    `json:"history_error,omitempty"`
}

// source is how one part of the data was read; nil is never.
type source struct {
	Name     string     `json:"name"`
	Fetched  *time.Time `json:"fetched_at"`
	Failures int        `json:"failures_in_a_row,omitempty"`
	Error    string     `json:"error,omitempty"`
	// Incomplete says what of it was not read or not understood.
	Incomplete []string `json:"incomplete,omitempty"`

	err    error  // the same, for Gaps
	tunnel string // whose analytics it is a part of; "" for the account's own lists
}

func aboutOf(c Contents) about {
	s := c.Snapshot
	a := about{Version: c.Version, System: runtime.GOOS + "/" + runtime.GOARCH, Account: c.Account, MadeAt: c.At.UTC(),
		Watching: s.Started.UTC()}
	for _, kind := range Kinds() {
		e := s.Entry(kind)
		told := sourceOf(kind.Plural(), e.Fetched, e.Failures, e.Err)
		if e.Err == nil && e.Partial() {
			told.Incomplete = slices.Concat(e.Unusable, e.Undecoded)
			told.err = errors.New(strings.Join(told.Incomplete, "; "))
		}
		a.Sources = append(a.Sources, told)
	}
	for _, in := range c.Insights {
		for _, part := range []struct {
			name string
			err  error
		}{
			{"health", in.HealthErr}, {"ingress", in.IngressErr}, {"egress", in.EgressErr}, {"locations", in.ColoErr},
			{"traffic of locations", in.ColoFlowErr},
		} {
			if part.err != nil {
				s := sourceOf(part.name+" of "+in.Name, time.Time{}, 0, part.err)
				s.tunnel = in.Name
				a.Sources = append(a.Sources, s)
			}
		}
	}
	if s.HistoryErr != nil {
		a.History = oneLine(s.HistoryErr.Error())
	}
	return a
}

func sourceOf(name string, fetched time.Time, failures int, err error) source {
	s := source{Name: name, Failures: failures, err: err}
	if !fetched.IsZero() {
		utc := fetched.UTC()
		s.Fetched = &utc
	}
	if err != nil {
		s.Error = oneLine(err.Error())
	}
	return s
}

// healthPart is the health and the traffic of one tunnel; null is not known.
type healthPart struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	State       store.State  `json:"session"`
	Since       *time.Time   `json:"session_since"`
	WatchedFrom *time.Time   `json:"watched_since"`
	WeekDowns   int          `json:"session_downs_in_7_days"`
	Health      store.Health `json:"health,omitempty"`
	Score       *float64     `json:"health_average"`
	Ingress     *float64     `json:"ingress_bits_per_second"`
	Egress      *float64     `json:"egress_bits_per_second"`
}

func healthOf(s *store.Snapshot) []healthPart {
	out := make([]healthPart, len(s.Tunnels))
	for i, t := range s.Tunnels {
		traffic := s.Traffic.By[t.Name]
		out[i] = healthPart{ID: t.ID, Name: t.Name, State: t.State, Since: utc(t.Track.Changed), WatchedFrom: utc(t.Track.KnownSince),
			WeekDowns: t.Track.WeekDowns, Health: t.Health.State, Score: t.Health.Score, Ingress: traffic.Ingress, Egress: traffic.Egress}
	}
	return out
}

func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// insightPart is a day of one tunnel; null is not known.
type insightPart struct {
	Name    string     `json:"name"`
	At      time.Time  `json:"at"`
	Begin   *time.Time `json:"series_begin"`
	Step    string     `json:"series_step"`
	Health  []*float64 `json:"health"`
	Ingress []*float64 `json:"ingress_bits_per_second"`
	Egress  []*float64 `json:"egress_bits_per_second"`
	Colos   []colo     `json:"locations"`
	Partial bool       `json:"partial,omitempty"`
}

type colo struct {
	Name    string   `json:"name"`
	Score   *float64 `json:"health_average"`
	BitRate *float64 `json:"bits_per_second"`
}

func insightsOf(list []store.Insight) []insightPart {
	out := make([]insightPart, len(list))
	for i, in := range list {
		out[i] = insightPart{Name: in.Name, At: in.At.UTC(), Step: store.InsightStep.String(), Partial: in.Partial,
			Health: values(in.Health), Ingress: values(in.Ingress), Egress: values(in.Egress)}
		if len(in.Health) > 0 {
			out[i].Begin = utc(in.Health[0].At)
		}
		for _, c := range in.Colos {
			out[i].Colos = append(out[i].Colos, colo{c.Name, c.Score, c.BitRate})
		}
	}
	return out
}

func values(points []store.Point) []*float64 {
	out := make([]*float64, len(points))
	for i, p := range points {
		out[i] = p.Value
	}
	return out
}

// requestPart is one request to Cloudflare; support asks for the id.
type requestPart struct {
	At      time.Time `json:"at"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Status  int       `json:"status,omitempty"` // absent: there was no answer
	Took    string    `json:"took"`
	ID      string    `json:"request_id,omitempty"`
	Bytes   int       `json:"bytes"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error,omitempty"`
}

func requestsOf(list []api.Exchange) []requestPart {
	out := make([]requestPart, len(list))
	for i, e := range list {
		out[i] = requestPart{At: e.Start.UTC(), Method: e.Method, Path: e.Path, Status: e.Status,
			Took: e.Duration.Round(time.Millisecond).String(),
			ID:   e.RequestID, Bytes: e.Bytes, Attempt: e.Attempt, Error: e.Error}
	}
	sorting.Sort(out, func(a, b requestPart) int { return a.At.Compare(b.At) }) // they were reported as they ended
	return out
}
