package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rateLimit keeps the client inside its share and away from a server that said stop. What a person waits for waits here for a short
// while; a longer wait, and every wait of a lower class, is an error that says until when, and the caller decides whether to
// come back. A change waits for nobody: it is sent beyond the share, and refused while the server accepts nothing.
type rateLimit struct {
	next  http.RoundTripper
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	share Share
	waits *waits
}

// counterOf is the counter on which Cloudflare counts the request.
func counterOf(req *http.Request) Counter {
	if op := operationOf(req); op != nil && op.Service == GraphQL {
		return CountGraphQL
	}
	return CountREST
}

func (r *rateLimit) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := r.admit(req); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := r.next.RoundTrip(req)
	if err == nil {
		r.learn(req, resp)
	}
	return resp, err
}

// admit returns when the request may be sent.
func (r *rateLimit) admit(req *http.Request) error {
	ask := Ask{Counter: counterOf(req), Class: ClassOf(req.Context()), Must: !isRead(req)}
	for waited := time.Duration(0); ; {
		if err := req.Context().Err(); err != nil {
			return err // what is not sent must not be counted
		}
		ask.Now = r.now()
		verdict := r.share.Take(ask)
		if verdict.Granted() {
			return nil
		}
		wait := verdict.Until.Sub(ask.Now)
		waited += wait
		if ask.Must || ask.Class != ClassPerson || waited > maxWait || !fits(req.Context(), wait, ask.Now) {
			return r.limited(req, verdict, wait)
		}
		if err := r.pause(req, verdict, wait); err != nil {
			return err
		}
	}
}

// pause waits where everybody can see it.
func (r *rateLimit) pause(req *http.Request, verdict Verdict, wait time.Duration) error {
	defer r.waits.begin(Wait(verdict))()
	return r.sleep(req.Context(), wait)
}

func (r *rateLimit) limited(req *http.Request, verdict Verdict, wait time.Duration) *Error {
	e := &Error{Kind: RateLimited, Method: req.Method, Path: req.URL.Path, RetryAfter: wait.Round(time.Second), Until: verdict.Until,
		OwnLimit: !verdict.Server, now: r.now, Detail: "the request was not sent"}
	if verdict.Server {
		e.Detail = "Cloudflare asked for a pause; the request was not sent"
	}
	if op := operationOf(req); op != nil {
		e.Service, e.Operation = op.Service, op.Name
	}
	return e
}

// learn takes over what the answer says about the limit.
func (r *rateLimit) learn(req *http.Request, resp *http.Response) {
	now := r.now()
	var pause time.Duration
	if resp.StatusCode == http.StatusTooManyRequests {
		pause = retryAfter(resp.Header, now)
	}
	if left, reset, ok := parseRateLimit(resp.Header.Get("Ratelimit")); ok && left == 0 {
		pause = max(pause, reset)
	}
	if pause > 0 {
		r.share.Block(now, counterOf(req), now.Add(pause))
	}
}

// Wait is why a request that a person waits for has not been sent yet. The zero value: none waits.
type Wait struct {
	Until  time.Time // it is tried again then
	Server bool      // Cloudflare asked for it; otherwise flarewire's own share is used up
}

// waits are the pauses that are being made.
type waits struct {
	mu  sync.Mutex
	all map[*Wait]struct{}
}

func (w *waits) begin(wait Wait) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = make(map[*Wait]struct{})
	}
	key := &wait
	w.all[key] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, key)
	}
}

// longest is the wait that ends last.
func (w *waits) longest() (longest Wait) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for wait := range w.all {
		if wait.Until.After(longest.Until) {
			longest = *wait
		}
	}
	return longest
}

// retryAfter reads Retry-After, in seconds or as a date (RFC 9110, 10.2.3); 0 when absent or unreadable. Cloudflare's own block
// lasts a window, and nothing that asks for more is believed.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, limitWindow)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), limitWindow)
	}
	return 0
}

// parseRateLimit reads `"default";r=50;t=30`: the requests left and the time until the counter is reset. Of several policies
// the one with the fewest requests left counts. Share.Block believes no more than a window.
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
			left, reset, ok = r, time.Duration(t)*time.Second, true
		}
	}
	return left, reset, ok
}
