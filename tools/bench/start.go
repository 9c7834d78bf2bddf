package main

import "context"

const (
	startRuns  = 60
	startLimit = 5 // ms more than an empty Go program
)

// measureStart compares `flarewire --version` with a Go program that does nothing: what the program runs
// before it does anything is paid at every start.
func measureStart(ctx context.Context, w *workshop) ([]row, error) {
	version := w.command(nil, w.flarewire, "--version")
	empty := w.command(nil, w.empty)
	ours, floor, err := inTurn(ctx, startRuns, version, empty)
	if err != nil {
		return nil, err
	}
	return []row{
		{what: "--version", values: ours, unit: milliseconds},
		{what: "empty Go program", values: floor, unit: milliseconds},
		{what: "--version more than the empty program", unit: milliseconds, limit: startLimit,
			values: pairwise(ours, floor, func(a, b float64) float64 { return a - b })},
	}, nil
}
