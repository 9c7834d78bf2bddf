package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
)

// errTooLarge marks an answer beyond Options.BodyLimit.
var errTooLarge = errors.New("the answer is larger than the limit")

// firstBuffer is what is reserved before the length of an answer is known to be true, maxPiece the most that is reserved at once.
const (
	firstBuffer = 64 << 10
	maxPiece    = 1 << 20
)

// sizeBound reads the whole body, at most limit bytes of it, so that every layer above sees either a complete answer or an
// error: a connection that breaks in the middle of a body is then retried like one that broke before.
type sizeBound struct {
	next  http.RoundTripper
	limit int64
	known lengths
}

// lengths are how long the last large answer for a path was: the next is about as long, and one piece of memory is enough for it.
type lengths struct {
	sync.Mutex
	of map[string]int64
}

// maxLengths bounds the paths whose length is kept: few lists are large, and what each object's own path says is small.
const maxLengths = 64

// expected returns how much room an answer for the path shall have at first.
func (l *lengths) expected(path string, announced int64) int64 {
	l.Lock()
	defer l.Unlock()
	last := l.of[path]
	if announced < 0 {
		return max(firstBuffer, last+last/16)
	}
	return min(announced+1, max(maxPiece, last+last/16)) // one more, so that the end of the body is met without another piece
}

// note keeps the length of an answer that came whole.
func (l *lengths) note(path string, length int) {
	l.Lock()
	defer l.Unlock()
	if l.of == nil || len(l.of) >= maxLengths {
		l.of = map[string]int64{}
	}
	if length > firstBuffer {
		l.of[path] = int64(length)
	}
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
	data, err := readBounded(resp.Body, s.known.expected(req.URL.Path, resp.ContentLength), s.limit)
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return nil, &cutOff{got: len(data), status: resp.StatusCode, cause: err}
	case int64(len(data)) > s.limit:
		return nil, fmt.Errorf("%w of %d bytes", errTooLarge, s.limit)
	}
	s.known.note(req.URL.Path, len(data))
	resp.Body = &readBody{Reader: bytes.NewReader(data), data: data}
	return resp, nil
}

// readBounded reads a body to its end, or one byte more than limit of it, and makes room of size bytes for it at first. The answer of a
// list is kept as long as its objects are, so it shall hold no more memory than it is long: a buffer that doubles would hold up to twice
// that, and leave as much behind.
func readBounded(body io.Reader, size, limit int64) ([]byte, error) {
	body = io.LimitReader(body, limit+1)
	var pieces [][]byte
	total := 0
	for {
		piece := make([]byte, size)
		n, err := fill(body, piece)
		pieces, total = append(pieces, piece[:n]), total+n
		switch {
		case errors.Is(err, io.EOF):
			return joined(pieces, total), nil
		case err != nil:
			return joined(pieces, total), err
		}
		size = min(size*2, maxPiece)
	}
}

// fill reads until the piece is full or the reader has an error, which io.ReadFull would not tell apart from a body that is cut off.
func fill(from io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var m int
		m, err = from.Read(piece[n:])
		n += m
	}
	return n, err
}

// joined puts the pieces together in a slice that is no longer than they are.
func joined(pieces [][]byte, total int) []byte {
	if len(pieces) == 1 && cap(pieces[0]) <= total+total/8 {
		return pieces[0]
	}
	return slices.Concat(pieces...)
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
