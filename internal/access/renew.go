package access

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"flarewire/internal/secret"
)

// renewPause is how long a command that printed the refused token again is left alone: it would say the same, and a
// password manager may ask somebody each time.
const renewPause = 5 * time.Minute

// Renewal replaces a token that Cloudflare does not accept any more by what its source says now, once, and sends the
// request again: nothing was carried out, since it was refused at the door. It belongs below the client's own layers.
//
// Cloudflare answers a token that has ended with 401, or with the 403 of a missing permission. A 403 counts only for a
// request that has been allowed before.
type Renewal struct {
	next  http.RoundTripper
	fetch func(context.Context) (secret.Value, error)
	now   func() time.Time

	mu      sync.Mutex
	current secret.Value // what is sent instead of the client's token; zero at first
	allowed map[string]bool
	paused  time.Time
}

// NewRenewal puts the renewal in front of next; fetch asks the source anew.
func NewRenewal(next http.RoundTripper, fetch func(context.Context) (secret.Value, error), now func() time.Time) *Renewal {
	return &Renewal{next: next, fetch: fetch, now: now, allowed: map[string]bool{}}
}

const bearer = "Bearer "

// RoundTrip implements http.RoundTripper.
func (r *Renewal) RoundTrip(req *http.Request) (*http.Response, error) {
	req, used := r.dress(req)
	resp, err := r.next.RoundTrip(req)
	if err != nil || !r.refused(req, resp) {
		return resp, err
	}
	again, ok := r.renew(req, used)
	if !ok {
		return resp, nil
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	_ = resp.Body.Close()
	return r.next.RoundTrip(again)
}

// dress puts the newest token into the request and returns it, too.
func (r *Renewal) dress(req *http.Request) (*http.Request, secret.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current.IsZero() {
		return req, secret.New(req.Header.Get("Authorization"))
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", r.current.Reveal())
	return req, r.current
}

// refused reports whether the answer is about the token, and remembers what was allowed.
func (r *Renewal) refused(req *http.Request, resp *http.Response) bool {
	key := req.Method + " " + req.URL.Path
	r.mu.Lock()
	defer r.mu.Unlock()
	if resp.StatusCode < 300 {
		r.allowed[key] = true
	}
	return resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden && r.allowed[key]
}

// renew asks the source, unless another request has done so meanwhile, and returns the request with the new token.
func (r *Renewal) renew(req *http.Request, used secret.Value) (*http.Request, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current.IsZero() || r.current.Equal(used) {
		if r.now().Before(r.paused) {
			return nil, false
		}
		token, err := r.fetch(req.Context())
		if fresh := secret.New(bearer + token.Reveal()); err == nil && !fresh.Equal(used) {
			r.current = fresh
		} else {
			r.paused = r.now().Add(renewPause)
			return nil, false
		}
	}
	again := req.Clone(req.Context())
	again.Header.Set("Authorization", r.current.Reveal())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, false
		}
		again.Body = body
	}
	return again, req.Body == nil || req.GetBody != nil
}
