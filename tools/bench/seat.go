package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/charmbracelet/x/ansi"

	"flarewire/internal/testing/ptytest/console"
)

// seat is the real program in a terminal.
type seat struct {
	*console.Console
	rec     *recorder
	started time.Time
}

// format is the size of a terminal.
type format struct{ cols, rows int }

func (f format) String() string { return fmt.Sprintf("%dx%d", f.cols, f.rows) }

// frame is the time between two frames (tui.Run: 30 a second), quiet is so long that no frame can be under way.
const (
	frame = time.Second / 30
	quiet = 3 * frame
)

func (w *workshop) sit(acc *account, f format) (*seat, error) {
	if err := os.RemoveAll(w.share()); err != nil {
		return nil, err
	}
	s := &seat{rec: newRecorder(), started: time.Now()}
	c, err := console.Start(console.Options{
		Path: w.flarewire, Args: []string{"--start", "tunnels"}, Env: console.Environment(w.dir, append(acc.environ(), "COLORTERM=truecolor")),
		Cols: f.cols, Rows: f.rows, Observe: s.rec.observe,
	})
	s.Console = c
	return s, err
}

// The program has drawn its first frame when the last word of the footer is there; it has data when the
// number of tunnels is.
func firstFrame(output []byte) bool { return bytes.Contains(plain(output), []byte("? help")) }

func hasData(tunnels int) func([]byte) bool {
	count := fmt.Appendf(nil, "%d tunnels", tunnels)
	return func(output []byte) bool { return bytes.Contains(plain(output), count) }
}

func plain(output []byte) []byte { return []byte(ansi.Strip(string(output))) }

// awaitData waits until the tunnels and the footer are on the screen.
func (s *seat) awaitData(ctx context.Context, tunnels int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		_, drawn := s.rec.firstWhere(firstFrame)
		_, full := s.rec.firstWhere(hasData(tunnels))
		if drawn && full {
			return nil
		}
		select {
		case <-s.rec.arrived:
		case <-ctx.Done():
			return fmt.Errorf("no tunnels on the screen:\n%s", s.Screen().Box())
		}
	}
}

// keyCost is what one key caused.
type keyCost struct{ ms, bytes float64 }

// press sends a key at a moment that has nothing to do with the program's frame clock, and waits for the end
// of the repaint.
func (s *seat) press(ctx context.Context, name string) (keyCost, error) {
	if err := sleep(ctx, rand.N(frame)); err != nil {
		return keyCost{}, err
	}
	before := s.rec.last()
	pressed := time.Now()
	if err := s.Press(name); err != nil {
		return keyCost{}, err
	}
	after, err := s.rec.settle(ctx, before, quiet)
	if err != nil {
		return keyCost{}, fmt.Errorf("key %s: %w", name, err)
	}
	return keyCost{ms(after.at.Sub(pressed)), float64(after.end - before.end)}, nil
}

// pressAll gives the cost of each key, one after the other.
func (s *seat) pressAll(ctx context.Context, name string, n int) ([]keyCost, error) {
	var out []keyCost
	for range n {
		c, err := s.press(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errNoProc is the answer of systems other than Linux.
var errNoProc = errors.New("needs /proc (Linux)")
