package console

import (
	"io"
	"sync"
)

// inputQueue holds what waits to be read by the program, without bound: a terminal's answers must never
// wait for a program that does not read, or drawing would stop.
type inputQueue struct {
	mu      sync.Mutex
	waiting []byte
	closed  bool
	more    sync.Cond
}

func newInputQueue(w io.Writer) *inputQueue {
	q := &inputQueue{}
	q.more.L = &q.mu
	go q.pump(w)
	return q
}

// add appends; after close it does nothing.
func (q *inputQueue) add(input []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.waiting = append(q.waiting, input...)
	q.more.Signal()
}

func (q *inputQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.waiting = true, nil
	q.more.Signal()
}

// pump writes what is added until close, or until the terminal is gone.
func (q *inputQueue) pump(w io.Writer) {
	for {
		q.mu.Lock()
		for len(q.waiting) == 0 && !q.closed {
			q.more.Wait()
		}
		next, closed := q.waiting, q.closed
		q.waiting = nil
		q.mu.Unlock()
		if closed {
			return
		}
		if _, err := w.Write(next); err != nil {
			q.close()
			return
		}
	}
}
