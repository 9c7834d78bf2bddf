package api

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Limits of the transport. An answer's header may take as long as the slowest call, a traceroute.
const (
	dialLimit     = 10 * time.Second
	tlsLimit      = 10 * time.Second
	idleLimit     = 90 * time.Second
	keepAlive     = 30 * time.Second
	idlePerHost   = 4 // tunnels of both kinds, routes and analytics at a time
	maxHeaderSize = 1 << 20
)

// operationKey carries the *Operation of a request through the layers.
type operationKey struct{}

func operationOf(req *http.Request) *Operation {
	op, _ := req.Context().Value(operationKey{}).(*Operation)
	return op
}

// isRead reports whether repeating the request changes nothing.
func isRead(req *http.Request) bool {
	if op := operationOf(req); op != nil {
		return !op.Changes
	}
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// newTransport puts the layers around the transport. A request passes them from the first line to the last.
func newTransport(o Options, base *url.URL, c *Client) http.RoundTripper {
	next := o.Transport
	if next == nil {
		next = NewHTTPTransport()
	} else {
		next = &exact{next: next}
	}
	next = &sizeBound{next: next, limit: cmp.Or(o.BodyLimit, DefaultBodyLimit)}
	next = &authenticate{next: next, creds: o.Credentials, base: base, userAgent: cmp.Or(o.UserAgent, "flarewire")}
	next = &exchangeLog{next: next, now: o.Now, client: c, report: o.OnExchange}
	next = &rateLimit{next: next, now: o.Now, sleep: o.Sleep, share: o.Share, waits: &c.waits}
	next = &retryReads{next: next, sleep: o.Sleep, now: o.Now}
	c.readOnly.Store(o.ReadOnly)
	return &readOnly{next: next, base: base, on: &c.readOnly}
}

// NewHTTPTransport returns what sends the requests when Options name no Transport, for those who put a layer of their own below
// the client's. It compares a change with the request that was built once more, so that no layer above can have altered it.
func NewHTTPTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: dialLimit, KeepAlive: keepAlive}
	return &exact{next: &http.Transport{
		Proxy:                  proxyFor,
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    tlsLimit,
		ResponseHeaderTimeout:  tracerouteTimeout,
		IdleConnTimeout:        idleLimit,
		MaxIdleConnsPerHost:    idlePerHost,
		MaxResponseHeaderBytes: maxHeaderSize,
	}}
}

// refuseRedirect stops at every redirect, also to the same host: the API has none, and net/http would take X-Auth-Key along to
// another host. The 3xx answer then becomes an error.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// authenticate adds the credentials and the user agent, as late as possible: no layer outside of it sees the headers.
type authenticate struct {
	next      http.RoundTripper
	creds     Credentials
	base      *url.URL
	userAgent string
}

func (a *authenticate) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != a.base.Scheme || req.URL.Host != a.base.Host {
		return nil, &Error{Kind: BadAnswer, Method: req.Method, Path: req.URL.Path,
			Detail: "the request was directed to another host, which must not get the credentials"}
	}
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", a.userAgent)
	if !a.creds.Token.IsZero() {
		req.Header.Set("Authorization", "Bearer "+a.creds.Token.Reveal())
	} else {
		req.Header.Set("X-Auth-Email", a.creds.Email)
		req.Header.Set("X-Auth-Key", a.creds.Key.Reveal())
	}
	return a.next.RoundTrip(req)
}

// attemptKey carries the number of the attempt from the retry layer to the log.
type attemptKey struct{}

func withAttempt(req *http.Request, n int) *http.Request {
	return req.WithContext(context.WithValue(req.Context(), attemptKey{}, n))
}

func attemptOf(req *http.Request) int {
	n, _ := req.Context().Value(attemptKey{}).(int)
	return max(n, 1)
}
