package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// idleness is what a program did while nobody touched it.
type idleness struct {
	bytes   float64   // written in idleTime
	cpu     []float64 // percent of one CPU, second by second
	overall float64   // percent of one CPU over the whole time
	memory  float64   // peak, bytes
	why     string    // why CPU and memory are not known
}

// watchIdle leaves the programs alone for idleTime.
func watchIdle(ctx context.Context, seats []*seat) ([]*idleness, error) {
	out := make([]*idleness, len(seats))
	ended := make(chan error, len(seats))
	for i, s := range seats {
		out[i] = &idleness{}
		go func() { ended <- out[i].watch(ctx, s) }()
	}
	var errs error
	for range seats {
		errs = errors.Join(errs, <-ended)
	}
	return out, errs
}

func (d *idleness) watch(ctx context.Context, s *seat) error {
	written := s.rec.last().end
	begin, trouble := cpuTime(s.Pid())
	last := begin
	for range int(idleTime / time.Second) {
		start := time.Now()
		if err := sleep(ctx, time.Second); err != nil {
			return err
		}
		now, err := cpuTime(s.Pid())
		if err != nil {
			trouble = err
		}
		d.cpu = append(d.cpu, 100*float64(now-last)/float64(time.Since(start)))
		last = now
	}
	d.bytes = float64(s.rec.last().end - written)
	d.overall = 100 * float64(last-begin) / float64(idleTime)
	var err error
	if d.memory, err = memoryPeak(s.Pid()); err != nil || trouble != nil {
		d.cpu, d.why = nil, errNoProc.Error()
	}
	return nil
}

func (d *idleness) rows(setup string, tunnels int) []row {
	perMinute := d.bytes * float64(time.Minute) / float64(idleTime)
	note := fmt.Sprintf("bytes per idle minute (from %v)", idleTime)
	rows := []row{{what: note, setup: setup, values: []float64{perMinute}, unit: bytesUnit}}
	if d.cpu == nil {
		return append(rows, row{what: "idle CPU, peak RSS", setup: setup, why: d.why})
	}
	return append(rows,
		row{what: "idle CPU, each second", setup: setup, values: d.cpu, unit: percent, limit: idleLimit},
		row{what: "idle CPU with the polls", setup: setup, values: []float64{d.overall}, unit: percent},
		row{what: "peak RSS", setup: setup, values: []float64{d.memory}, unit: mebibytes, limit: memoryLimits[tunnels]},
	)
}
