package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
)

// LocationAnalytics gives what the analytics know by location of Cloudflare's; *api.AccountClient is one.
type LocationAnalytics interface {
	ColoTraffic(ctx context.Context, from, to time.Time, o api.ColoTrafficOptions) (api.TrafficReport, error)
	TunnelHealth(ctx context.Context, from, to time.Time, o api.HealthOptions) (api.HealthReport, error)
}

// LocationQuestions is how many questions the locations of the account may cost within LocationSpan, of the 300 in five minutes
// that Cloudflare counts for all of a credential's programs.
const (
	LocationQuestions = 6
	LocationSpan      = 5 * time.Minute
)

const (
	// pageRows is as many rows as the API gives at once (docs: limit of 10,000).
	pageRows = 10000
	// mostLocations bounds how many locations Cloudflare has (some 340 cities at the end of 2025, some with several locations).
	mostLocations = 500
	// flowsOf bounds of how many tunnels that are seen badly the traffic is asked location by location.
	flowsOf = 200
)

// The locations of an account with more tunnels than one page has room for are several questions: they come after what the first screen
// needs.
const (
	locationsAtOnce = pageRows / mostLocations
	locationsLater  = 25 * time.Second
)

// locationsWait puts the first reading of the locations off where it is several questions.
func (s *Snapshot) locationsWait(now time.Time) {
	if len(s.Tunnels) > locationsAtOnce {
		s.Locations.Due = now.Add(locationsLater)
	}
}

// Location is one of Cloudflare's data centers for the whole account.
type Location struct {
	Name    string
	BitRate *float64 // bit/s of all tunnels in both directions over the last hour; nil: not known
	Asked   bool     // the health as it is seen from there was read
}

// Idle reports whether the traffic is known and there is none.
func (l Location) Idle() bool { return l.BitRate != nil && *l.BitRate == 0 }

// Locations is which of Cloudflare's data centers see what, those that carry traffic first.
type Locations struct {
	Entry
	Rows    []Location         // with the most traffic first; where the traffic is not known by name
	By      map[string]Insight // how the locations see each tunnel, by name; without series
	Weighed bool               // the traffic of the locations is known
	Unknown error              // why it is not, where there is a reason
	Missing string             // what of it was not read, as the end of a sentence; empty: nothing is missing
}

// Before is the list that must be known before this one is read; "" for none. The number of tunnels decides how many locations fit into
// one page.
func (s *Snapshot) Before(k Kind) Kind {
	if k == LocationHealth && !s.GRE.Known() && !s.IPsec.Known() {
		return GRETunnels
	}
	return ""
}

// locating is one reading of the locations.
type locating struct {
	from LocationAnalytics
	now  time.Time
	left int // questions
	used int
	out  Locations
	seen map[string]map[string]Colo // by tunnel and location
}

// readLocations asks first which locations carry traffic, then for the health as it is seen from there, page by page, and at last for
// the traffic of the tunnels that some of them see badly.
func (s *Store) readLocations(ctx context.Context) applier {
	if s.fetchers.Locations == nil {
		return nil
	}
	now := s.now()
	left := s.locationQuestions(now, 0)
	if left < 2 { // what is known stays: it is not older than LocationSpan
		return func(next *Snapshot, took span, _ bool) []Event {
			next.Locations.Due = s.nextLocations(took.to)
			return nil
		}
	}
	r := &locating{from: s.fetchers.Locations, now: now.Add(s.clockAhead()), left: left, seen: map[string]map[string]Colo{}}
	err := r.read(ctx, func() int { last := s.Last(); return len(last.Tunnels) + len(last.Links.Rows) })
	s.locationQuestions(now, r.used)
	return func(next *Snapshot, took span, again bool) []Event {
		was := next.Locations
		next.Locations.take(err, took, again)
		if err == nil {
			r.out.Entry = next.Locations.Entry
			next.Locations = r.out
		} else {
			next.Locations.Rows, next.Locations.By = was.Rows, was.By
		}
		return nil
	}
}

// locationQuestions notes that so many were asked, and returns how many may be asked now.
func (s *Store) locationQuestions(now time.Time, asked int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.located = slices.DeleteFunc(s.located, func(at time.Time) bool { return now.Sub(at) >= LocationSpan })
	for range asked {
		s.located = append(s.located, now)
	}
	return LocationQuestions - len(s.located)
}

// nextLocations is when there are questions again. It is called while the next snapshot is made, with mu held.
func (s *Store) nextLocations(now time.Time) time.Time {
	if len(s.located) == 0 {
		return now
	}
	return s.located[0].Add(LocationSpan)
}

func (r *locating) read(ctx context.Context, tunnels func() int) error {
	if err := r.traffic(ctx); err != nil {
		return err
	}
	if err := r.health(ctx, max(tunnels(), 1)); err != nil {
		return err
	}
	r.flows(ctx)
	r.finish()
	return nil
}

// ask asks one question, first without the account's limits. An account with narrower ones than the documented ones refuses that: then
// they are asked for, and the question again.
func (r *locating) ask(question func(quick bool) error) error {
	r.left, r.used = r.left-1, r.used+1
	err := question(true)
	if api.KindOf(err) == api.Invalid && r.left >= 2 {
		r.left, r.used = r.left-2, r.used+2
		err = question(false)
	}
	return err
}

// traffic reads which locations carry how much. Where an account may not ask that, the locations are known unweighted.
func (r *locating) traffic(ctx context.Context) error {
	var report api.TrafficReport
	err := r.ask(func(quick bool) (err error) {
		report, err = r.from.ColoTraffic(ctx, r.now.Add(-ColoSpan), r.now, api.ColoTrafficOptions{Quick: quick})
		return err
	})
	switch api.KindOf(err) {
	case api.NetworkTrouble, api.ServerTrouble, api.RateLimited, api.Canceled, api.Unauthenticated:
		return err // the next question would fail as well
	}
	r.out.Unknown = err
	sums := map[string]float64{}
	for _, s := range report.Samples {
		if s.Colo != "" && s.BitRate != nil {
			sums[s.Colo] += *s.BitRate
		}
	}
	for name, rate := range sums {
		if rate > 0 {
			r.out.Rows = append(r.out.Rows, Location{Name: name, BitRate: &rate})
		}
	}
	r.out.Weighed = err == nil && len(r.out.Rows) > 0
	r.order()
	if report.Partial {
		r.out.Missing = "the analytics gave a full page of locations with traffic: there may be more"
	}
	return nil
}

func (r *locating) order() {
	sorting.Sort(r.out.Rows, func(a, b Location) int {
		return cmp.Or(cmp.Compare(value(b.BitRate, 0), value(a.BitRate, 0)), cmp.Compare(a.Name, b.Name))
	})
}

// health reads how the locations see the tunnels. All of them fit into one page of a small account; of a large one those that carry
// traffic are asked, with the most traffic first, as many as the questions allow.
func (r *locating) health(ctx context.Context, tunnels int) error {
	rest := make([]string, len(r.out.Rows))
	for i := range r.out.Rows {
		rest[i] = r.out.Rows[i].Name
	}
	if tunnels*mostLocations <= pageRows || len(rest) == 0 {
		full, err := r.page(ctx, nil)
		if err != nil || !full || len(rest) == 0 {
			if full {
				r.out.Missing = "the analytics gave a full page: locations and tunnels are missing"
			}
			return err
		}
	}
	width := max(pageRows/(tunnels+1), 1)
	for len(rest) > 0 && r.left > 1 { // the last one is for the traffic
		n := min(width, len(rest))
		full, err := r.page(ctx, rest[:n])
		switch {
		case err != nil:
			return err
		case full && n > 1: // there are more tunnels than are known
			width = n / 2
			continue
		case full:
			r.out.Missing = "the analytics gave a full page for " + rest[0] + ": tunnels are missing"
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		r.out.Missing = fmt.Sprintf(
			"%d of %d locations with traffic were not asked, those with the least: %d questions in five minutes are spent "+
				"on it",
			len(rest), len(r.out.Rows), LocationQuestions)
	}
	return nil
}

// page asks one page, all locations when none is named, and reports whether it was full. A full one is kept only when it is the last
// word on its location or on all.
func (r *locating) page(ctx context.Context, colos []string) (full bool, err error) {
	var report api.HealthReport
	err = r.ask(func(quick bool) (err error) {
		report, err = r.from.TunnelHealth(ctx, r.now.Add(-HealthWindow), r.now, api.HealthOptions{PerColo: true, Colos: colos, Quick: quick})
		return err
	})
	if err != nil {
		return false, err
	}
	full = report.Partial
	if full && (len(colos) > 1 || len(colos) == 0 && r.out.Weighed) {
		return true, nil
	}
	for _, s := range report.Samples {
		if s.Colo == "" || s.TunnelName == "" {
			continue
		}
		if r.seen[s.TunnelName] == nil {
			r.seen[s.TunnelName] = map[string]Colo{}
		}
		r.seen[s.TunnelName][s.Colo] = Colo{Name: s.Colo, Score: s.State}
		r.asked(s.Colo)
	}
	return full, nil
}

// asked notes that a location was asked. One that is not among those with traffic has none, where the traffic is known.
func (r *locating) asked(name string) {
	i := slices.IndexFunc(r.out.Rows, func(l Location) bool { return l.Name == name })
	if i < 0 {
		l := Location{Name: name}
		if r.out.Weighed {
			l.BitRate = new(float64)
		}
		i = len(r.out.Rows)
		r.out.Rows = append(r.out.Rows, l)
	}
	r.out.Rows[i].Asked = true
}

// flows reads the traffic, location by location, of the tunnels that some locations see badly: whether the location matters is a
// question of the tunnel. Without it they are unweighted.
func (r *locating) flows(ctx context.Context) {
	bad := r.bad()
	if len(bad) == 0 || !r.out.Weighed {
		return
	}
	if len(bad) > flowsOf {
		r.out.Missing = cmp.Or(r.out.Missing, fmt.Sprintf("the traffic of %d of %d tunnels that are seen badly was not asked by location",
			len(bad)-flowsOf, len(bad)))
		bad = bad[:flowsOf]
	}
	if r.left < 1 {
		return
	}
	var report api.TrafficReport
	err := r.ask(func(quick bool) (err error) {
		report, err = r.from.ColoTraffic(ctx, r.now.Add(-ColoSpan), r.now,
			api.ColoTrafficOptions{PerTunnel: true, Tunnels: bad, Quick: quick})
		return err
	})
	if err != nil || report.Partial {
		return
	}
	named := map[string]bool{}
	rates := map[[2]string]float64{}
	for _, s := range report.Samples {
		if s.BitRate != nil && s.TunnelName != "" && s.Colo != "" {
			named[s.TunnelName] = true
			rates[[2]string{s.TunnelName, s.Colo}] += *s.BitRate
		}
	}
	for _, name := range bad {
		if !named[name] { // no traffic anywhere, or an account whose dataset names no tunnel
			continue
		}
		for colo, c := range r.seen[name] {
			rate := rates[[2]string{name, colo}]
			c.BitRate = &rate
			r.seen[name][colo] = c
		}
	}
}

// bad are the tunnels that some location does not see healthy, those with the most of such locations first.
func (r *locating) bad() []string {
	count := map[string]int{}
	var names []string
	for name, colos := range r.seen {
		for _, c := range colos {
			if s := c.State(); s == HealthDown || s == Degraded {
				count[name]++
			}
		}
		if count[name] > 0 {
			names = append(names, name)
		}
	}
	sorting.Sort(names, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return names
}

// finish puts what was read into rows.
func (r *locating) finish() {
	r.order()
	r.out.By = make(map[string]Insight, len(r.seen))
	some := slices.ContainsFunc(r.out.Rows, func(l Location) bool { return !l.Asked })
	for name, colos := range r.seen {
		in := Insight{Name: name, At: r.now, Some: some || r.out.Missing != ""}
		for _, c := range colos {
			in.ColoFlow = in.ColoFlow || c.BitRate != nil
			in.Colos = append(in.Colos, c)
		}
		sortColos(in.Colos)
		r.out.By[name] = in
	}
}
