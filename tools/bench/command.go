package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"flarewire/internal/testing/ptytest/console"
)

// command is a program with its arguments and whole environment.
type command struct {
	args  []string
	env   []string
	share string // what flarewire remembers of the requests that it sent
}

func (w *workshop) command(env []string, args ...string) command {
	return command{args: args, env: console.Environment(w.dir, env), share: w.share()}
}

// share is where flarewire counts the requests of all its runs. Each run starts without, because a benchmark sends more in five
// minutes than flarewire allows itself.
func (w *workshop) share() string {
	return filepath.Join(w.dir, ".local", "state", "flarewire", "share")
}

// output runs the command once and gives what it printed.
func (c command) output(ctx context.Context) (string, error) {
	if err := os.RemoveAll(c.share); err != nil {
		return "", err
	}
	var out, trouble bytes.Buffer
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &out, &trouble
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(c.args, " "), err, strings.TrimSpace(trouble.String()))
	}
	return out.String(), nil
}

// wall is the time from start to end of one run, in milliseconds. The output is read and thrown away.
func (c command) wall(ctx context.Context) (float64, error) {
	start := time.Now()
	_, err := c.output(ctx)
	return ms(time.Since(start)), err
}

// inTurn runs a and b in turn, each once to warm up and then n times counted, and gives their wall times,
// pair by pair.
func inTurn(ctx context.Context, n int, a, b command) (as, bs []float64, err error) {
	for i := range n + 1 {
		x, err := a.wall(ctx)
		if err != nil {
			return nil, nil, err
		}
		y, err := b.wall(ctx)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			as, bs = append(as, x), append(bs, y)
		}
	}
	return as, bs, nil
}

// pairwise joins two runs pair by pair.
func pairwise(as, bs []float64, join func(a, b float64) float64) []float64 {
	out := make([]float64, len(as))
	for i := range as {
		out[i] = join(as[i], bs[i])
	}
	return out
}

// repeat measures n times, in this order.
func repeat(ctx context.Context, n int, measure func(context.Context) (float64, error)) ([]float64, error) {
	var out []float64
	for range n {
		v, err := measure(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// peakMemory runs the command and gives the peak resident memory of its largest process, in bytes.
func (w *workshop) peakMemory(ctx context.Context, c command) (float64, error) {
	c.args = append([]string{w.launch}, c.args...)
	out, err := c.output(ctx)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(out), 64)
}
