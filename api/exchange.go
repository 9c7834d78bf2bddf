package api

import (
	"net/http"
	"time"
)

// Exchange is one request and its answer for the log. It holds no header, no query and no body, and no credentials.
type Exchange struct {
	Start     time.Time
	Operation string // name in Operations
	Method    string
	Path      string // without the query
	Status    int    // 0 when there was no answer
	Duration  time.Duration
	RequestID string // CF-Ray
	Bytes     int    // of the answer's body, decompressed
	Attempt   int    // 1 for the first
	Error     string // "" when there was an answer
}

// exchangeLog reports every request that is really sent.
type exchangeLog struct {
	next   http.RoundTripper
	now    func() time.Time
	client *Client
	report func(Exchange)
}

func (l *exchangeLog) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.report == nil {
		return l.next.RoundTrip(req)
	}
	x := Exchange{Start: l.now(), Method: req.Method, Path: req.URL.EscapedPath(), Attempt: attemptOf(req)}
	if op := operationOf(req); op != nil {
		x.Operation = op.Name
	}
	hide := func(text string) string { return l.client.hide(text, secretsOf(req)) }
	resp, err := l.next.RoundTrip(req)
	x.Duration = l.now().Sub(x.Start)
	if err != nil {
		x.Error = clean(hide(err.Error()))
	} else {
		x.Status, x.RequestID = resp.StatusCode, requestID(resp.Header, hide)
		if b, ok := resp.Body.(*readBody); ok {
			x.Bytes = len(b.data)
		}
	}
	l.report(x)
	return resp, err
}

// maxRequestID bounds the id, which is about 20 characters long.
const maxRequestID = 64

// requestID reads the id by which Cloudflare's support finds a request.
func requestID(h http.Header, hide func(string) string) string {
	return shorten(clean(hide(h.Get("Cf-Ray"))), maxRequestID)
}
