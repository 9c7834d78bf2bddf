package api

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// readOnly refuses, while it is on, every request that changes something before it is sent. It trusts the method and the path on the
// wire and
// nothing that the code above it claims.
type readOnly struct {
	next http.RoundTripper
	base *url.URL
	on   *atomic.Bool
}

func (r *readOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	if !r.on.Load() || r.allowed(req) {
		return r.next.RoundTrip(req)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	e := &Error{Kind: ReadOnly, Method: req.Method, Path: req.URL.Path, Detail: "refused before it was sent"}
	if op := operationOf(req); op != nil {
		e.Service, e.Operation = op.Service, op.Name
	}
	return nil, e
}

// allowed lets GET and HEAD through, and by name the POSTs that only read.
func (r *readOnly) allowed(req *http.Request) bool {
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		return true
	}
	path, below := strings.CutPrefix(req.URL.EscapedPath(), r.base.EscapedPath())
	return below && (opGraphQL.Matches(req.Method, path) || opTraceroute.Matches(req.Method, path))
}
