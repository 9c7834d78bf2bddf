package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"flarewire/internal/testing/ptytest/console"
)

// formats are the sizes of terminal that are measured; the goals for bytes are for the first one.
var formats = []format{{80, 24}, {120, 40}}

const (
	screenStarts = 7
	pageMoves    = 15 // fewer than the rows in view, so that nothing scrolls
	scrolls      = 25
	idleTime     = 24 * time.Second

	frameLimit  = 35  // ms from start to the first frame
	moveLimit   = 200 // bytes of a cursor move at 80x24
	idleLimit   = 0.4 // percent of one CPU
	repaintMore = 5 * time.Millisecond
)

// memoryLimits are the goals for the peak resident memory, in bytes, by number of tunnels.
var memoryLimits = map[int]float64{1000: 40 << 20, 5000: 80 << 20, 10000: 90 << 20}

// measureScreen runs the real program in a pseudo-terminal, for every number of tunnels and every size.
func measureScreen(ctx context.Context, w *workshop) ([]row, error) {
	var rows []row
	for _, n := range sizes {
		progress("  %d tunnels", n)
		acc := serve(n)
		more, err := w.screens(ctx, acc, n)
		acc.close()
		if errors.Is(err, console.ErrUnsupported) {
			return []row{{what: "screen", why: err.Error()}}, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// screens measures one account at every size: first the starts and the keys, one terminal at a time, then
// all of them idle together, because idle programs do not disturb each other.
func (w *workshop) screens(ctx context.Context, acc *account, tunnels int) ([]row, error) {
	var seats []*seat
	defer func() {
		for _, s := range seats {
			s.Kill()
		}
	}()
	var rows []row
	for _, f := range formats {
		setup := fmt.Sprintf("%d tunnels, %s", tunnels, f)
		starts, err := w.starts(ctx, acc, tunnels, f, setup)
		if err != nil {
			return nil, err
		}
		s, err := w.sit(acc, f)
		if err != nil {
			return nil, err
		}
		seats = append(seats, s)
		keys, err := s.keys(ctx, tunnels, f, setup)
		if err != nil {
			return nil, err
		}
		rows = append(append(rows, starts...), keys...)
	}
	idle, err := watchIdle(ctx, seats)
	if err != nil {
		return nil, err
	}
	for i, f := range formats {
		rows = append(rows, idle[i].rows(fmt.Sprintf("%d tunnels, %s", tunnels, f), tunnels)...)
	}
	return rows, nil
}

// starts starts the program several times.
func (w *workshop) starts(ctx context.Context, acc *account, tunnels int, f format, setup string) ([]row, error) {
	var first, size, data []float64
	for range screenStarts {
		s, err := w.sit(acc, f)
		if err != nil {
			return nil, err
		}
		err = s.awaitData(ctx, tunnels)
		s.Kill()
		if err != nil {
			return nil, err
		}
		drawn, _ := s.rec.firstWhere(firstFrame)
		full, _ := s.rec.firstWhere(hasData(tunnels))
		first = append(first, ms(drawn.at.Sub(s.started)))
		size = append(size, float64(drawn.end))
		data = append(data, ms(full.at.Sub(s.started)))
	}
	return []row{
		{what: "start to first frame", setup: setup, values: first, unit: milliseconds, limit: frameLimit},
		{what: "start to data", setup: setup, values: data, unit: milliseconds},
		{what: "first frame", setup: setup, values: size, unit: bytesUnit},
	}, nil
}

// keys moves the cursor up and down a page, then down so that the list scrolls.
func (s *seat) keys(ctx context.Context, tunnels int, f format, setup string) ([]row, error) {
	if err := s.awaitData(ctx, tunnels); err != nil {
		return nil, err
	}
	if err := sleep(ctx, time.Second); err != nil { // the account's name and the background colour have come
		return nil, err
	}
	var moves []keyCost
	for _, key := range []string{"down", "up", "down"} {
		more, err := s.pressAll(ctx, key, pageMoves)
		if err != nil {
			return nil, err
		}
		moves = append(moves, more...)
	}
	if _, err := s.pressAll(ctx, "down", f.rows-pageMoves); err != nil {
		return nil, err
	}
	scrolled, err := s.pressAll(ctx, "down", scrolls)
	if err != nil {
		return nil, err
	}
	times, bytes := split(moves)
	_, scrollBytes := split(scrolled)
	move := row{what: "bytes per cursor move", setup: setup, values: bytes, unit: bytesUnit}
	if f == formats[0] {
		move.limit = moveLimit
	}
	return []row{
		{what: "key to last byte, p50", setup: setup, values: times, unit: milliseconds},
		{what: "key to last byte, p95", setup: setup, values: times, at: p95, unit: milliseconds, limit: ms(frame + repaintMore)},
		move,
		{what: "bytes per scrolled row", setup: setup, values: scrollBytes, unit: bytesUnit},
	}, nil
}

func split(costs []keyCost) (times, bytes []float64) {
	for _, c := range costs {
		times, bytes = append(times, c.ms), append(bytes, c.bytes)
	}
	return times, bytes
}
