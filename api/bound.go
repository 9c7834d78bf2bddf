package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errTooLarge marks an answer beyond Options.BodyLimit.
var errTooLarge = errors.New("the answer is larger than the limit")

// firstBuffer is what is reserved before the length of an answer is known to be true.
const firstBuffer = 64 << 10

// sizeBound reads the whole body, at most limit bytes of it, so that every layer above sees either a complete answer or an
// error: a connection that breaks in the middle of a body is then retried like one that broke before.
type sizeBound struct {
	next  http.RoundTripper
	limit int64
}

// readBody is a body that is in memory already.
type readBody struct {
	*bytes.Reader
	data []byte
}

// Close implements io.Closer.
func (*readBody) Close() error { return nil }

func (s *sizeBound) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > s.limit { // announced: nothing of it has to be read
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%w of %d bytes", errTooLarge, s.limit)
	}
	var buffer bytes.Buffer
	buffer.Grow(int(min(max(resp.ContentLength+bytes.MinRead, firstBuffer), min(s.limit, 1<<20))))
	_, err = buffer.ReadFrom(io.LimitReader(resp.Body, s.limit+1))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return nil, &cutOff{got: buffer.Len(), status: resp.StatusCode, cause: err}
	case int64(buffer.Len()) > s.limit:
		return nil, fmt.Errorf("%w of %d bytes", errTooLarge, s.limit)
	}
	resp.Body = &readBody{Reader: bytes.NewReader(buffer.Bytes()), data: buffer.Bytes()}
	return resp, nil
}

// cutOff is an answer whose body ended before its end.
type cutOff struct {
	got, status int
	cause       error
}

func (c *cutOff) Error() string {
	return fmt.Sprintf("the answer (status %d) broke off after %d bytes: %v", c.status, c.got, c.cause)
}

func (c *cutOff) Unwrap() error { return c.cause }

// readAll returns the body without copying it when sizeBound has read it.
func readAll(body io.Reader) ([]byte, error) {
	if b, ok := body.(*readBody); ok {
		return b.data, nil
	}
	return io.ReadAll(body)
}
