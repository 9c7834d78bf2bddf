package main

import (
	"fmt"
	"os"
	"time"

	"flarewire/internal/testing/ptytest/grid"
	"flarewire/tools/shot"
)

// How long a screen of the film stays: long enough to read what is new on it.
const (
	frameStay = 2200 * time.Millisecond
	lastStay  = 5 * time.Second
)

// film draws the guided setup of an IPsec tunnel, from the list to its way up, as one picture that moves.
func film(binary, home, path string, check bool) error {
	var frames []shot.Frame
	p := picture{name: "setup-film", start: "ipsec", cols: 80, rows: 24, steps: bringUp}
	if _, err := p.play(binary, home, "dark", func(s grid.Screen) {
		frames = append(frames,
			shot.Frame{Screen: s, Stay: frameStay})
	}); err != nil {
		return fmt.Errorf("the film: %w", err)
	}
	frames[len(frames)-1].Stay = lastStay
	svg, err := shot.Film(frames, shot.Options{Palette: shot.Dark, Frame: true, Title: "flarewire"})
	if err != nil {
		return err
	}
	if check {
		return same(path, svg)
	}
	return os.WriteFile(path, svg, 0o644)
}
