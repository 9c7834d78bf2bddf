package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Cloudflare counts requests in windows of this length (fundamentals/api/reference/limits).
const limitWindow = 5 * time.Minute

// graphQLShare: GraphQL is counted apart with 300 queries per window where the REST API has 1,200.
const graphQLShare = 4

// burstShare is the part of the budget that may be used at once: half, so that the sub-resources of many prefixes are read without
// a pause. The rest is refilled over the window, so that no window of limitWindow, wherever it starts, sees more than the budget.
const burstShare = 2

// rateLimit keeps the client inside its budget and away from a server that said stop. Reads wait for a short while; a longer
// wait, and every wait for the server by a change, is an error that says until when. A change does not wait for the budget:
// a person asked for it.
type rateLimit struct {
	next    http.RoundTripper
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
	rest    allowance
	graphQL allowance
}

// allowance is the state of one counter of Cloudflare's.
type allowance struct {
	budget  *rate.Limiter
	mu      sync.Mutex
	blocked time.Time // the server accepts nothing before
}

func newRateLimit(next http.RoundTripper, o Options, budget int) *rateLimit {
	return &rateLimit{next: next, now: o.Now, sleep: o.Sleep,
		rest: allowance{budget: budgetLimiter(budget)}, graphQL: allowance{budget: budgetLimiter(budget / graphQLShare)}}
}

func budgetLimiter(budget int) *rate.Limiter {
	burst := max(budget/burstShare, 1)
	return rate.NewLimiter(rate.Limit(float64(max(budget-burst, 1))/limitWindow.Seconds()), burst)
}

func (r *rateLimit) RoundTrip(req *http.Request) (*http.Response, error) {
	counter := &r.rest
	if op := operationOf(req); op != nil && op.Service == GraphQL {
		counter = &r.graphQL
	}
	if err := r.wait(req, counter); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := r.next.RoundTrip(req)
	if err == nil {
		counter.learn(resp, r.now())
	}
	return resp, err
}

// wait returns when the request may be sent.
func (r *rateLimit) wait(req *http.Request, counter *allowance) error {
	for {
		now := r.now()
		until := counter.blockedUntil()
		wait := until.Sub(now)
		if wait <= 0 {
			break
		}
		if !isRead(req) || !fits(req.Context(), wait, now) {
			return limited(req, until, wait, "Cloudflare asked for a pause")
		}
		if err := r.sleep(req.Context(), wait); err != nil {
			return err
		}
	}
	now := r.now()
	reserved := counter.budget.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait == 0 || !isRead(req) {
		return nil
	}
	if !fits(req.Context(), wait, now) {
		reserved.CancelAt(now)
		e := limited(req, now.Add(wait), wait, "the program's own share of requests is used up")
		e.ownLimit = true
		return e
	}
	return r.sleep(req.Context(), wait)
}

func limited(req *http.Request, until time.Time, wait time.Duration, why string) *Error {
	e := &Error{Kind: RateLimited, Method: req.Method, Path: req.URL.Path, RetryAfter: wait.Round(time.Second), Until: until,
		Detail: why + "; the request was not sent"}
	if op := operationOf(req); op != nil {
		e.Service, e.Operation = op.Service, op.Name
	}
	return e
}

func (a *allowance) blockedUntil() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.blocked
}

// learn takes over what the answer says about the limit.
func (a *allowance) learn(resp *http.Response, now time.Time) {
	var pause time.Duration
	if resp.StatusCode == http.StatusTooManyRequests {
		pause = retryAfter(resp.Header, now)
	}
	if left, reset, ok := parseRateLimit(resp.Header.Get("Ratelimit")); ok && left == 0 {
		pause = max(pause, reset)
	}
	if pause == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if until := now.Add(pause); until.After(a.blocked) {
		a.blocked = until
	}
}

// longestPause bounds what a server can ask for: its own block lasts 5 minutes.
const longestPause = time.Hour

// retryAfter reads Retry-After, in seconds or as a date (RFC 9110, 10.2.3); 0 when absent or unreadable.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestPause)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), longestPause)
	}
	return 0
}

// parseRateLimit reads `"default";r=50;t=30`: the requests left and the time until the counter is reset. Of several policies
// the one with the fewest requests left counts.
func parseRateLimit(header string) (left int, reset time.Duration, ok bool) {
	for policy := range strings.SplitSeq(header, ",") {
		r, t := -1, -1
		for parameter := range strings.SplitSeq(policy, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
			n, err := strconv.ParseUint(value, 10, 31)
			switch {
			case err != nil:
			case key == "r":
				r = int(n)
			case key == "t":
				t = int(n)
			}
		}
		if r >= 0 && t >= 0 && (!ok || r < left) {
			left, reset, ok = r, min(time.Duration(t)*time.Second, longestPause), true
		}
	}
	return left, reset, ok
}
