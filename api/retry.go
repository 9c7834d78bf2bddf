package api

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// Bounds of retryReads and rateLimit. A longer wait is given back to the user as an error that says until when.
const (
	maxAttempts  = 3
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 4 * time.Second
	maxWait      = 20 * time.Second
)

// retryReads repeats what only reads, after trouble that may pass. It never repeats a change: Cloudflare has no idempotency
// keys, and a repeated psk_generate replaces the key once more. Nor a traceroute: the user sees why it failed and may ask again.
type retryReads struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
}

func (r *retryReads) RoundTrip(req *http.Request) (*http.Response, error) {
	if op := operationOf(req); !isRead(req) || (op != nil && op.Once) {
		return r.next.RoundTrip(req)
	}
	for attempt := 1; ; attempt++ {
		again, err := rewound(req, attempt)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(again)
		if attempt == attempts(ClassOf(req.Context())) || !mayPass(req.Context(), resp, err) {
			return resp, err
		}
		wait := backoff(attempt)
		if resp != nil {
			wait = max(wait, retryAfter(resp.Header, r.now()))
		}
		// A lower class is told at once: whoever asked has other things to ask meanwhile.
		if ClassOf(req.Context()) != ClassPerson && (wait > maxBackoff || resp != nil && resp.StatusCode == http.StatusTooManyRequests) {
			return resp, err
		}
		if !fits(req.Context(), wait, r.now()) {
			return resp, err
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if err := r.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// attempts is how often a read is tried. What is read again by itself soon is tried less often: in an outage of minutes three attempts at
// everything use up the share, and then nothing is left for when it ends.
func attempts(c Class) int {
	if c >= ClassPage {
		return maxAttempts - 1
	}
	return maxAttempts
}

// rewound is the request with a fresh body.
func rewound(req *http.Request, attempt int) (*http.Request, error) {
	again := withAttempt(req, attempt)
	if req.GetBody == nil {
		return again, nil
	}
	body, err := req.GetBody()
	again.Body = body
	return again, err
}

// mayPass reports whether the trouble may be gone on the next attempt.
func mayPass(ctx context.Context, resp *http.Response, err error) bool {
	if err == nil {
		switch resp.StatusCode {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return resp.StatusCode >= 520 && resp.StatusCode <= 527 // Cloudflare's own: the origin did not answer well
	}
	var own *Error
	var certificate *tls.CertificateVerificationError
	return ctx.Err() == nil && !errors.As(err, &own) && !errors.As(err, &certificate) && !errors.Is(err, errTooLarge)
}

// backoff doubles with every attempt; half of it is chance, so that clients that failed together do not return together.
func backoff(attempt int) time.Duration {
	d := min(firstBackoff<<(attempt-1), maxBackoff)
	return d/2 + rand.N(d/2)
}

// fits reports whether a wait is short enough to be made inside the call.
func fits(ctx context.Context, wait time.Duration, now time.Time) bool {
	deadline, ok := ctx.Deadline()
	return wait <= maxWait && (!ok || now.Add(wait).Before(deadline))
}
