package api

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
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
	switch {
	case !below:
		return false
	case opQueryLogs.Matches(req.Method, path):
		return isSelect(req)
	}
	return opGraphQL.Matches(req.Method, path) || opTraceroute.Matches(req.Method, path)
}

// selectOnly is the form of what QueryLogs sends: one SELECT whose texts hold no character that could end them.
var selectOnly = regexp.MustCompile(`^SELECT [a-z, ]+ FROM [a-z_]+ WHERE (?:[a-z]+ (?:>=|<=|IN) ` +
	`(?:'[0-9A-Za-z:.-]*'|\((?:'[0-9a-z:.]*'(?:, )?)+\))(?: AND )?)+ ` +
	`ORDER BY [a-z]+ DESC LIMIT [0-9]+$`)

// isSelect reports whether the body is SQL that only reads: one SELECT as text/plain. Another statement, a second one or a comment has not
// the form.
func isSelect(req *http.Request) bool {
	if req.Header.Get("Content-Type") != "text/plain" || req.GetBody == nil {
		return false
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	defer func() { _ = body.Close() }()
	sql, err := io.ReadAll(io.LimitReader(body, maxSQL+1))
	return err == nil && len(sql) <= maxSQL && selectOnly.Match(sql)
}

// maxSQL is longer than any query that is sent.
const maxSQL = 16 << 10
