package store_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/internal/store"
)

// answerTime is how long a request takes.
const answerTime = 200 * time.Millisecond

// A large account stays far below the limit of requests, and everything in it is known after ten minutes.
func TestALargeAccountIsReadWithinTheShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 100, ports: 20, tunnels: 1000, wait: func(string) { time.Sleep(answerTime) }}
		s, begin := c.open(), time.Now()
		drive(t, s, 20*time.Second)
		if n := c.count(""); n > 40 {
			t.Errorf("%d requests in the first 20 s", n)
		}
		if unread, all := s.Last().Unread(store.Bindings); unread == 0 || all != 100 || s.Last().Entry(store.Bindings).Complete() {
			t.Errorf("%d of %d not read, yet %+v", unread, all, s.Last().Entry(store.Bindings))
		}
		drive(t, s, 10*time.Minute-20*time.Second)
		for _, k := range store.Overview() {
			if e := s.Last().Entry(k); !e.Settled() {
				t.Errorf("after ten minutes: %s", e.Why())
			}
		}
		drive(t, s, 50*time.Minute)
		if n := c.most(begin.Add(20*time.Second), time.Minute); n > 42 {
			t.Errorf("%d requests in a minute", n)
		}
		for _, d := range []string{"bgp/p0", "bind/p99", "state/port19"} {
			if n := c.count(d); n < 5 || n > 8 {
				t.Errorf("%s was read %d times in an hour", d, n)
			}
		}
		if c.collision != "" {
			t.Errorf("%s was asked twice at once", c.collision)
		}
	})
}

// A small account is known completely at once, also when one list is slow.
func TestASmallAccountIsKnownAtOnce(t *testing.T) {
	for _, c := range []*cloud{{prefixes: 3, ports: 2}, {prefixes: 5, ports: 8}, {prefixes: 10}, {ports: 18}, {}} {
		synctest.Test(t, func(t *testing.T) {
			c.now = time.Now
			c.wait = func(what string) {
				time.Sleep(answerTime)
				if what == "ports" {
					time.Sleep(3 * time.Second)
				}
			}
			s := c.open()
			drive(t, s, 20*time.Second)
			if why := s.Last().CannotTell(store.Overview()...); why != "" {
				t.Errorf("%d prefixes, %d ports: %s", c.prefixes, c.ports, why)
			}
		})
	}
}

// What lies below objects is read no more often than things change there.
func TestDetailsAreReadEveryTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 3, ports: 2, tunnels: 4, wait: func(string) { time.Sleep(answerTime) }}
		drive(t, c.open(), time.Hour)
		last := map[string]time.Time{}
		for _, r := range c.asked {
			before, again := last[r.what]
			if again && strings.Contains(r.what, "/") && r.at.Sub(before) < 2*time.Minute {
				t.Fatalf("%s was asked after %s", r.what, r.at.Sub(before))
			}
			last[r.what] = r.at
		}
		if n := c.count("bind/p2"); n < 20 || n > 30 {
			t.Errorf("%d times in an hour", n)
		}
	})
}

// The page on the screen has its details every half minute; a page that was left polls nothing.
func TestOnlyTheOpenPageIsReadOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 3, ports: 2, tunnels: 4, wait: func(string) { time.Sleep(answerTime) }}
		s := c.open()
		drive(t, s, time.Minute)
		s.SetNeeds(store.ParseNeeds("cni_slots", "delegations/p1", "bindings/p1", "cni_interconnects.status/port1", "no such kind")...)
		before := map[string]int{}
		watched := []string{"slots", "dele/p1", "bind/p1", "state/port1"}
		for _, what := range watched {
			before[what] = c.count(what)
		}
		drive(t, s, 10*time.Minute)
		for i, what := range watched {
			n, low, high := c.count(what)-before[what], 18, 21
			if i == 0 {
				low, high = 1, 2
			}
			if n < low || n > high {
				t.Errorf("%s was read %d times in ten minutes", what, n)
			}
		}
		s.SetNeeds()
		drive(t, s, 2*time.Second) // what was under way ends
		left := c.count("slots") + c.count("dele/p1")
		drive(t, s, time.Hour)
		if n := c.count("slots") + c.count("dele/p1") - left; n != 0 {
			t.Errorf("a page that was left was read %d times", n)
		}
		if c.collision != "" {
			t.Errorf("%s was asked twice at once", c.collision)
		}
	})
}

// An answer takes longer than a round: the requests do not pile up.
func TestSlowAnswersDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most, now int
		c := &cloud{now: time.Now, prefixes: 100, ports: 20, tunnels: 4}
		c.wait = func(string) {
			c.mu.Lock()
			now++
			most = max(most, now)
			c.mu.Unlock()
			time.Sleep(50 * time.Second)
			c.mu.Lock()
			now--
			c.mu.Unlock()
		}
		s := c.open()
		drive(t, s, 20*time.Minute)
		if most > 16 {
			t.Errorf("%d requests under way at once", most)
		}
		if why := s.Last().CannotTell(store.Overview()...); c.collision != "" {
			t.Errorf("%s; %q was asked twice at once", why, c.collision)
		}
	})
}

// A round of details that fail, or that have trouble, leaves turns for the others.
func TestNoDetailIsStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, prefixes: 300, ports: 20, tunnels: 4}
		c.fail = func(what string) error {
			if len(what) > 4 && what[:5] == "bind/" {
				return errForbidden
			}
			return nil
		}
		s := c.open()
		drive(t, s, 3*time.Hour)
		for i := range 20 {
			for _, what := range []string{fmt.Sprint("state/port", i), fmt.Sprint("bgp/p", i*15)} {
				if n := c.count(what); n < 5 {
					t.Errorf("%s had only %d turns in three hours", what, n)
				}
			}
		}
	})
}
