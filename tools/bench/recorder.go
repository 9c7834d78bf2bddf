package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// recorder keeps what a program in a terminal wrote, with the time of its arrival.
type recorder struct {
	mu      sync.Mutex
	pieces  []piece
	output  []byte
	arrived chan struct{} // holds one signal: something came since the last look
}

// piece is what came at once; end is how many bytes there were with it.
type piece struct {
	at  time.Time
	end int
}

func newRecorder() *recorder { return &recorder{arrived: make(chan struct{}, 1)} }

// observe is console.Options.Observe.
func (r *recorder) observe(at time.Time, output []byte) {
	r.mu.Lock()
	r.output = append(r.output, output...)
	r.pieces = append(r.pieces, piece{at, len(r.output)})
	r.mu.Unlock()
	select {
	case r.arrived <- struct{}{}:
	default:
	}
}

// last is the newest piece; the zero piece before anything came.
func (r *recorder) last() piece {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pieces) == 0 {
		return piece{}
	}
	return r.pieces[len(r.pieces)-1]
}

// firstWhere is the first piece with which the whole output satisfies the condition.
func (r *recorder) firstWhere(holds func(output []byte) bool) (piece, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pieces {
		if holds(r.output[:p.end]) {
			return p, true
		}
	}
	return piece{}, false
}

// errSilent is settle's error when nothing comes.
var errSilent = errors.New("the program wrote nothing in two seconds")

// settle waits for output behind the given piece and then until none came for the gap, and gives the last piece.
func (r *recorder) settle(ctx context.Context, behind piece, gap time.Duration) (piece, error) {
	silence := time.NewTimer(2 * time.Second)
	defer silence.Stop()
	for {
		if r.last().end > behind.end {
			silence.Reset(gap)
		}
		select {
		case <-r.arrived:
		case <-silence.C:
			if p := r.last(); p.end > behind.end {
				return p, nil
			}
			return piece{}, errSilent
		case <-ctx.Done():
			return piece{}, ctx.Err()
		}
	}
}
