package store

import (
	"context"
	"slices"
	"time"

	"flarewire/api"
)

// What came in for the account's prefixes, and what of it was dropped, is asked on demand only: when somebody opens the page of a prefix or
// of an incident of prefixes, or names one to a command. One answer is about all prefixes. It goes through the one schedule, as the detail
// flowsKind, and never in a rhythm of its own.

// flowsKind is the kind of the detail that the question is. It is in no table: no page lists it.
const flowsKind Kind = "flows"

const (
	// FlowsSpan is about how much time the question is: long enough to see what there was before.
	FlowsSpan = 2 * time.Hour
	// flowsKept is how long an answer serves who opens a page.
	flowsKept = 10 * time.Minute
	// flowsAgain is from when somebody may refresh it.
	flowsAgain = time.Minute
)

// Flows are what came in, as it was asked last. What is not in it was not necessarily not there: packets are sampled.
type Flows struct {
	api.FlowReport
	At    time.Time // of the answer, by the clock here; zero: there is none
	Asked time.Time // of the last attempt
	Err   error     // why the last attempt brought nothing; the answer before is kept
}

// Known reports whether there is an answer.
func (f Flows) Known() bool { return !f.At.IsZero() }

// flowing is what is to be asked. It is guarded by the store's mu.
type flowing struct {
	wanted bool // somebody waits for it
	busy   bool
	last   time.Time // when it was asked last
	again  bool      // somebody wants it anew
}

// AskFlows has what came in asked for somebody who looks at a page, unless it was a short while ago. It reports whether it will be.
func (s *Store) AskFlows() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, since := &s.flowing, s.now().Sub(s.flowing.last)
	old := f.last.IsZero() || since >= flowsKept || f.again && since >= flowsAgain
	if s.fetchers.Flows == nil || f.busy || !old {
		return false
	}
	f.wanted, f.again = true, false
	return true
}

// AskingFlows reports whether an answer is awaited.
func (s *Store) AskingFlows() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flowing.wanted || s.flowing.busy
}

// flowsDue hands out the question when somebody waits for it; the store is locked.
func (s *Store) flowsDue(hand func(api.Class, ...Target)) {
	if f := &s.flowing; f.wanted && !f.busy {
		f.wanted, f.busy = false, true
		hand(api.ClassPage, Target{Kind: flowsKind})
	}
}

// ReadFlows asks now, for whoever waits for it, and returns the new snapshot.
func (s *Store) ReadFlows(ctx context.Context) *Snapshot {
	if s.AskFlows() {
		s.mu.Lock()
		mine := s.flowing.wanted
		s.flowing.wanted, s.flowing.busy = false, true
		s.mu.Unlock()
		if mine {
			s.readFlows(ctx)
		}
	}
	return s.Last()
}

// readFlows asks, once, and puts the answer into the next snapshot.
func (s *Store) readFlows(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, recordPatience)
	defer cancel()
	now := s.now()
	to := now.Add(s.clockAhead()) // the samples bear Cloudflare's time
	report, err := s.fetchers.Flows(ctx, to.Add(-FlowsSpan).Truncate(api.FlowStep), to)
	odd, failed := partOf(err)
	report.Odd += len(odd)
	ahead := to.Sub(now)
	report.From, report.To = report.From.Add(-ahead), report.To.Add(-ahead)
	report.Flows = slices.Clone(report.Flows)
	for i := range report.Flows {
		report.Flows[i].At = report.Flows[i].At.Add(-ahead)
	}
	s.change(func(next *Snapshot) []Event {
		s.flowing.busy, s.flowing.last = false, now
		next.Flows.Asked, next.Flows.Err = now, failed
		if failed == nil {
			next.Flows.FlowReport, next.Flows.At = report, now
		}
		return nil
	})
}
