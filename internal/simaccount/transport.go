package simaccount

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// delivery is an answer as it goes on the wire.
type delivery struct {
	answer
	reset  bool
	length int64     // what Content-Length says
	stream io.Reader // the body; fails with io.ErrUnexpectedEOF where the connection ends early
}

// below cuts the base path off.
func below(path string) string { return strings.TrimPrefix(path, basePath) }

// answerTo carries a request out, with its fault if there is one.
func (s *Server) answerTo(r *http.Request) (delivery, error) {
	body, err := readBody(r)
	if err != nil {
		return delivery{}, err
	}
	f := s.takeFault(r, body)
	if f == nil {
		a := s.process(r, body)
		s.record(r, body, a.status)
		return plain(a), nil
	}
	a := answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}}
	if f.carriesOut() {
		a = s.process(r, body)
	}
	if f.Later > 0 {
		s.postpone(r, body, f.Later)
	}
	a = f.spoil(a)
	maps.Copy(a.header, f.Header)
	status := a.status
	if f.Kind == FaultReset {
		status = 0
	}
	s.record(r, body, status)
	if f.Kind != FaultSlow {
		if err := pause(r.Context(), f.Delay); err != nil {
			return delivery{}, err
		}
	}
	return f.deliver(r.Context(), a), nil
}

func plain(a answer) delivery {
	return delivery{answer: a, length: int64(len(a.body)), stream: bytes.NewReader(a.body)}
}

func (f *Fault) deliver(ctx context.Context, a answer) delivery {
	d := plain(a)
	switch f.Kind {
	case FaultReset:
		d.reset = true
	case FaultTruncated:
		d.stream = io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), brokenReader{})
	case FaultSlow:
		d.stream = &slowReader{ctx: ctx, rest: a.body, delay: f.Delay}
	case FaultHuge:
		size := f.Size
		if size == 0 {
			size = 64 << 20
		}
		const head, tail = `{"result":{"padding":"`, `"},"success":true,"errors":[],"messages":[]}`
		d.length = size
		d.stream = io.MultiReader(strings.NewReader(head),
			io.LimitReader(padding{}, max(0, size-int64(len(head)+len(tail)))), strings.NewReader(tail))
	}
	return d
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }() // nothing to learn from closing what was read
	return io.ReadAll(io.LimitReader(r.Body, maxBody))
}

// pause waits in real time, but not longer than the request lives.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type padding struct{}

func (padding) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// slowReader hands out a few bytes at a time.
type slowReader struct {
	ctx   context.Context
	rest  []byte
	delay time.Duration
}

const slowPiece = 64

func (s *slowReader) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	if err := pause(s.ctx, s.delay); err != nil {
		return 0, err
	}
	n := copy(p, s.rest[:min(slowPiece, len(s.rest))])
	s.rest = s.rest[n:]
	return n, nil
}

// ServeHTTP answers one request of the API under /client/v4.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d, err := s.answerTo(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	if d.reset {
		resetConnection(w)
		return
	}
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat)) // the time of this account, which tests may have stopped
	maps.Copy(w.Header(), d.header)
	w.Header().Set("Content-Length", strconv.FormatInt(d.length, 10))
	w.WriteHeader(d.status)
	if _, err := io.Copy(flushWriter{w}, d.stream); err != nil {
		panic(http.ErrAbortHandler) // ends the connection in the middle of the body, as the fault wants
	}
}

// flushWriter sends every piece at once, so that a slow answer is slow on the wire too.
type flushWriter struct{ w http.ResponseWriter }

func (f flushWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if flusher, ok := f.w.(http.Flusher); ok && len(p) <= slowPiece {
		flusher.Flush()
	}
	return n, err
}

// resetConnection closes with RST where the server allows it.
func resetConnection(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // best effort: without it the client sees EOF instead of a reset
	}
	_ = conn.Close()
}

// RoundTripper serves requests in the process, without a socket. Faults come as the errors that a socket would give.
func (s *Server) RoundTripper() http.RoundTripper { return roundTripper{s} }

type roundTripper struct{ server *Server }

func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		_, _ = readBody(r) // a RoundTripper closes the body also when it fails
		return nil, err
	}
	d, err := t.server.answerTo(r)
	if err != nil {
		return nil, err
	}
	if d.reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	if d.header.Get("Date") == "" {
		d.header.Set("Date", t.server.now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{
		Status: strconv.Itoa(d.status) + " " + http.StatusText(d.status), StatusCode: d.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: d.header, Body: &contextBody{ctx: r.Context(), r: d.stream}, ContentLength: d.length, Request: r,
	}, nil
}

// errBodyClosed is what a read after Close gives, as with a real connection.
var errBodyClosed = errors.New("http: read on closed response body")

// contextBody stops with the request's context.
type contextBody struct {
	ctx    context.Context
	r      io.Reader
	closed bool
}

func (b *contextBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, errBodyClosed
	}
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.r.Read(p)
}

func (b *contextBody) Close() error {
	b.closed = true
	return nil
}
