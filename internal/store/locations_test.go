package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// planet is the analytics of an account of many tunnels that many locations see. Location 0 has the most traffic.
type planet struct {
	tunnels, colos, busy int
	page                 int // rows at once
	bad                  func(tunnel, colo int) bool
	flow                 error    // why the traffic may not be asked
	unnamed              bool     // the dataset of traffic names no tunnel
	narrow               bool     // quick questions are refused
	asked                []string // in words
}

func coloName(i int) string   { return fmt.Sprintf("c%03d", i) }
func tunnelName(i int) string { return fmt.Sprint("t", i) }

func (p *planet) Tunnels(context.Context) api.TunnelLists {
	var l api.TunnelLists
	for i := range p.tunnels {
		l.GRE = append(l.GRE, gre(tunnelName(i), api.BGPUp))
	}
	return l
}

func (p *planet) refused(quick bool) error {
	if p.narrow && quick {
		return &api.Error{Kind: api.Invalid}
	}
	return nil
}

func (p *planet) ColoTraffic(_ context.Context, _, _ time.Time, o api.ColoTrafficOptions) (api.TrafficReport, error) {
	p.asked = append(p.asked, strings.TrimSpace(fmt.Sprint("traffic ", strings.Join(o.Tunnels, " "))))
	if err := p.refused(o.Quick); err != nil || p.flow != nil {
		return api.TrafficReport{}, firstOf(p.flow, err)
	}
	var r api.TrafficReport
	for c := range p.busy {
		rate := float64(1000 - c)
		if !o.PerTunnel {
			r.Samples = append(r.Samples, api.TrafficSample{Colo: coloName(c), BitRate: &rate})
			continue
		}
		for _, name := range o.Tunnels {
			if p.unnamed {
				name = ""
			}
			r.Samples = append(r.Samples, api.TrafficSample{Colo: coloName(c), TunnelName: name, BitRate: &rate})
		}
	}
	return r, nil
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (p *planet) TunnelHealth(_ context.Context, _, _ time.Time, o api.HealthOptions) (api.HealthReport, error) {
	p.asked = append(p.asked, fmt.Sprintf("health of %d locations", len(o.Colos)))
	if err := p.refused(o.Quick); err != nil {
		return api.HealthReport{}, err
	}
	var r api.HealthReport
	for c := range p.colos {
		if len(o.Colos) > 0 && !slices.Contains(o.Colos, coloName(c)) {
			continue
		}
		for t := range p.tunnels {
			if len(r.Samples) == p.page {
				r.Partial = true
				return r, nil
			}
			state := 1.0
			if p.bad != nil && p.bad(t, c) {
				state = 0
			}
			r.Samples = append(r.Samples, api.HealthSample{TunnelName: tunnelName(t), Colo: coloName(c), State: &state})
		}
	}
	r.Partial = len(r.Samples) == p.page
	return r, nil
}

func (p *planet) open(now func() time.Time) *store.Store {
	s := store.New(p, now, 0)
	s.Use(store.Fetchers{Locations: p})
	return s
}

// What is read of the locations, by the size of the account: those that carry traffic first, in pages, in six questions at most; what
// was not asked is said, and never counted as fine.
func TestLocationsAreReadInPages(t *testing.T) {
	down := func(tunnel, colo int) bool { return tunnel == 3 && colo == 0 }
	for name, c := range map[string]struct {
		planet
		questions, read int    // locations of which the health is known
		part            string // a word of what is missing; "" nothing
		weighed, flow   bool   // of all, of the tunnel that is bad
	}{
		"a small account in one page":   {planet{tunnels: 8, colos: 300, busy: 5, page: 10000, bad: down}, 3, 300, "", true, true},
		"nothing is bad":                {planet{tunnels: 8, colos: 300, busy: 5, page: 10000}, 2, 300, "", true, false},
		"a large account, what is busy": {planet{tunnels: 1000, colos: 300, busy: 20, page: 10000, bad: down}, 5, 20, "", true, true},
		"too many busy ones": {planet{tunnels: 1000, colos: 300, busy: 60, page: 10000, bad: down}, 6, 36, "24 of 60", true,
			true},
		"traffic unknown, small": {planet{tunnels: 8, colos: 300, page: 10000, bad: down}, 2, 300, "", false, false},
		"traffic may not be asked": {planet{tunnels: 8, colos: 300, busy: 5, page: 10000, bad: down,
			flow: &api.Error{Kind: api.PermissionMissing}}, 2, 300, "", false, false},
		"traffic unknown, large: a part": {planet{tunnels: 1000, colos: 300, page: 10000, bad: down}, 2, 10, "full page", false, false},
		"traffic names no tunnel": {planet{tunnels: 8, colos: 300, busy: 5, page: 10000, bad: down, unnamed: true}, 3, 300, "",
			true, false},
		"a smaller page than documented": {planet{tunnels: 8, colos: 300, busy: 5, page: 20, bad: down}, 6, 4, "1 of 5", true, true},
		"a page too small for one location": {planet{tunnels: 40, colos: 300, busy: 1, page: 20, bad: down}, 3, 1, "tunnels are missing",
			true, true},
		"limits must be asked: one question two": {planet{tunnels: 8, colos: 300, busy: 5, page: 10000, bad: down, narrow: true}, 4, 300, "",
			true, false},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
			s := c.open(func() time.Time { return now })
			got := s.Read(t.Context(), store.TargetsOf(store.LocationHealth)...).Locations
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			read := 0
			for _, l := range got.Rows {
				if l.Asked {
					read++
				}
			}
			if len(c.asked) != c.questions || read != c.read || got.Weighed != c.weighed || (got.Missing == "") != (c.part == "") ||
				!strings.Contains(got.Missing, c.part) {
				t.Errorf("asked %q, read %d locations, weighed %v, part %q", c.asked, read, got.Weighed, got.Missing)
			}
			if len(c.asked) > store.LocationQuestions {
				t.Errorf("%d questions", len(c.asked))
			}
			if in := got.By["t3"]; in.ColoFlow != c.flow || c.bad != nil && (in.Colos == nil || !slices.ContainsFunc(in.Colos,
				func(l store.Colo) bool { return l.Name == "c000" && l.State() == store.HealthDown })) {
				t.Errorf("the tunnel that is bad at the busiest: %+v", in)
			}
			if c.weighed && got.Rows[0].Name != "c000" {
				t.Errorf("first is %+v, want the one with the most traffic", got.Rows[0])
			}
		})
	}
}

// Whoever refreshes again and again pays no more: six questions in five minutes, and what is known stays with its age.
func TestLocationsCostNoMoreForWhoRefreshes(t *testing.T) {
	now := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	p := &planet{tunnels: 8, colos: 20, busy: 5, page: 10000, bad: func(tunnel, _ int) bool { return tunnel == 1 }}
	s := p.open(func() time.Time { return now })
	begin := now
	for now.Sub(begin) < store.LocationSpan {
		s.Read(t.Context(), store.TargetsOf(store.LocationHealth)...)
		now = now.Add(10 * time.Second)
	}
	last := s.Last().Locations
	if len(p.asked) > store.LocationQuestions || last.Err != nil || len(last.By) != 8 || !last.Fetched.Before(begin.Add(time.Minute)) {
		t.Errorf("%d questions, read at %s: %v", len(p.asked), last.Fetched, last.Err)
	}
	before := len(p.asked)
	now = begin.Add(store.LocationSpan + time.Minute)
	if s.Read(t.Context(), store.TargetsOf(store.LocationHealth)...); len(p.asked) == before {
		t.Error("after five minutes nothing was asked")
	}
}
