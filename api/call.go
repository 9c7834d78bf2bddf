package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// call is one request to be made.
type call struct {
	op     *Operation
	args   []string // values of the path's parameters, in order
	query  url.Values
	body   []byte
	accept string // "" = application/json
	// contentType is that of the body; "" = application/json
	contentType string
	timeout     time.Duration // 0 = the client's
	dryRun      bool
	secrets     []Secret // values in body that must not come back in a text
}

// answer is a response read to its end.
type answer struct {
	call   *call
	hiding *Client // knows the secrets that must not stand in a text
	path   string
	status int
	header http.Header
	body   []byte
}

// do sends the call and returns the answer of a 2xx status; everything else is an *Error.
func (c *Client) do(ctx context.Context, in *call) (*answer, error) {
	path, err := in.op.expand(in.args)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.limitTime(ctx, in.timeout)
	defer cancel()
	c.redactor.Add(in.secrets...)
	req, err := c.request(ctx, in, path)
	if err != nil {
		return nil, in.op.refuse(Invalid, "the request could not be built; nothing was sent")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.sendError(ctx, in, path, err)
	}
	received := c.now()
	defer func() { _ = resp.Body.Close() }()
	body, err := readAll(resp.Body)
	a := &answer{call: in, hiding: c, path: path, status: resp.StatusCode, header: resp.Header, body: body}
	if err != nil {
		return nil, a.bad(err.Error())
	}
	if a.status < 200 || a.status > 299 {
		return nil, c.refused(a)
	}
	c.tokenWorks.Store(true)
	c.clock.learn(a.header, received)
	return a, nil
}

// limitTime bounds the call, unless the caller has set a deadline.
func (c *Client) limitTime(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	if timeout == 0 {
		timeout = c.timeout
	}
	return context.WithTimeout(ctx, timeout)
}

func (c *Client) request(ctx context.Context, in *call, path string) (*http.Request, error) {
	target := c.base.String() + path
	if in.dryRun {
		if in.query == nil {
			in.query = url.Values{}
		}
		in.query.Set("validate_only", "true")
	}
	if len(in.query) > 0 {
		target += "?" + in.query.Encode()
	}
	ctx = context.WithValue(ctx, operationKey{}, in.op)
	req, err := http.NewRequestWithContext(ctx, in.op.Method, target, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if in.accept != "" {
		req.Header.Set("Accept", in.accept)
	}
	if in.op.TargetHeader {
		req.Header.Set("X-Magic-New-Hc-Target", "true")
	}
	if in.body != nil {
		req.Header.Set("Content-Type", cmp.Or(in.contentType, "application/json"))
		setBody(req, in)
	}
	return req, nil
}

// setBody gives reads a body that can be sent again. A write gets one that cannot: otherwise net/http itself repeats a
// request after some connection errors, below every layer of ours.
func setBody(req *http.Request, in *call) {
	req.ContentLength = int64(len(in.body))
	req.Body = io.NopCloser(bytes.NewReader(in.body))
	if !in.op.Changes {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(in.body)), nil }
	}
}

// neverSent reports whether the connection was not made at all, so that nothing of the request can have arrived.
func neverSent(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var proxy *proxyRefusal
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &certificate) || errors.As(err, &proxy)
}

// sendError turns an error of the transport into an *Error that says where the trouble is, without the URL that net/http adds.
func (c *Client) sendError(ctx context.Context, in *call, path string, err error) error {
	var own *Error
	// A canceled context may bring the error of another call as its cause (errgroup): that one is not to be told as ours.
	if errors.As(err, &own) && !errors.Is(ctx.Err(), context.Canceled) {
		told := *own
		told.Path = path
		return &told
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := &Error{Kind: NetworkTrouble, Service: in.op.Service, Operation: in.op.Name, Method: in.op.Method, Path: path,
		Uncertain: in.op.Changes && !in.dryRun && !neverSent(err), Err: err}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.Detail, e.Err = Canceled, "it was canceled", ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		e.Detail = "no complete answer from " + c.base.Host + " within the time limit"
	case errors.Is(err, errTooLarge):
		e.Kind, e.Detail = BadAnswer, err.Error()
	default:
		e.Detail = clean(c.hide(err.Error(), in.secrets))
	}
	return e
}
