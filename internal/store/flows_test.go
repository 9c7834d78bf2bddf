package store_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// withFlows gives the account network analytics.
func (c *cloud) withFlows() store.Fetchers {
	f := c.fetchers()
	f.Flows = func(_ context.Context, from, to time.Time) (api.FlowReport, error) {
		return api.FlowReport{From: from, To: to, Flows: []api.Flow{{At: from}}}, c.ask("flows")
	}
	return f
}

// What comes in is asked when somebody opens a page that shows it, once for all prefixes, and never by itself.
func TestWhatComesInIsAskedOnDemandOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 20}
		s := store.New(c, time.Now, 0)
		s.Use(c.withFlows())
		s.ReadAlways(store.Overview()...)
		drive(t, s, time.Hour)
		if n := c.count("flows"); n != 0 || s.Last().Flows.Known() {
			t.Fatalf("%d requests though nobody has asked", n)
		}
		for range 20 { // page after page
			s.AskFlows()
			drive(t, s, 20*time.Second)
		}
		if n := c.count("flows"); n != 1 || !s.Last().Flows.Known() || s.AskingFlows() {
			t.Errorf("%d requests for 20 pages within 7 minutes", n)
		}
		if in := s.Last().Flows; in.To.Sub(in.From) < store.FlowsSpan {
			t.Errorf("asked about %s", in.To.Sub(in.From))
		}
		s.Refresh() // somebody presses r
		s.AskFlows()
		drive(t, s, time.Second)
		s.Refresh()
		s.AskFlows()
		drive(t, s, time.Second)
		if n := c.count("flows"); n != 2 {
			t.Errorf("%d requests after two refreshes at once", n)
		}
		drive(t, s, time.Hour)
		if n := c.count("flows"); n != 2 {
			t.Errorf("asked by itself: %d requests", n)
		}
		if s.ReadFlows(t.Context()); c.count("flows") != 3 {
			t.Errorf("a command: %d requests", c.count("flows"))
		}
	})
}

// What cannot be read keeps the answer before, and is not asked again at once.
func TestWhatComesInCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now}
		s := store.New(c, time.Now, 0)
		s.Use(c.withFlows())
		good := s.ReadFlows(t.Context()).Flows
		time.Sleep(time.Hour)
		odd := errors.New("odd")
		c.failWith(func(string) error { return odd })
		bad := s.ReadFlows(t.Context()).Flows
		if !errors.Is(bad.Err, odd) || !bad.At.Equal(good.At) || len(bad.Flows) != 1 || !bad.Asked.After(bad.At) {
			t.Errorf("%+v", bad)
		}
		if s.ReadFlows(t.Context()); c.count("flows") != 2 {
			t.Errorf("%d requests", c.count("flows"))
		}
		c.failWith(func(string) error { return nil })
		time.Sleep(time.Hour)
		if in := s.ReadFlows(t.Context()).Flows; in.Err != nil || !in.At.After(good.At) {
			t.Errorf("%+v", in)
		}
	})
}
