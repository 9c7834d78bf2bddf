package secret

import (
	"bytes"
	"io"
	"sync"
)

const (
	// heldLine is the length of an unfinished line from which on the writer passes on what it can.
	heldLine = 64 << 10
	// heldTail is what is kept back then: longer than any secret in any encoding.
	heldTail = 16 << 10
)

// Writer passes on what is written to it with the secrets replaced. It works by lines, because a secret may be cut in
// two by a caller's buffer but contains no line break: the unfinished last line waits for its end, or for Close.
type Writer struct {
	redactor *Redactor
	target   io.Writer
	mu       sync.Mutex
	pending  []byte
}

// Writer returns a writer in front of target. Close it to pass on an unfinished last line; target stays open.
func (r *Redactor) Writer(target io.Writer) *Writer { return &Writer{redactor: r, target: target} }

// Write takes all of p; the error is the target's.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, p...)
	if end := bytes.LastIndexByte(w.pending, '\n'); end >= 0 {
		if err := w.pass(end + 1); err != nil {
			return len(p), err
		}
	}
	if len(w.pending) > heldLine {
		w.pending = []byte(w.redactor.Redact(string(w.pending)))
		return len(p), w.pass(max(0, len(w.pending)-heldTail))
	}
	return len(p), nil
}

// Close passes on the unfinished last line.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(len(w.pending))
}

// pass sends the first n pending bytes to the target and forgets them, even when the target fails: a log that cannot be
// written must not grow in memory.
func (w *Writer) pass(n int) error {
	if n == 0 {
		return nil
	}
	_, err := io.WriteString(w.target, w.redactor.Redact(string(w.pending[:n])))
	w.pending = append(w.pending[:0], w.pending[n:]...)
	return err
}
