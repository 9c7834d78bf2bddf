package shot

import (
	"fmt"
	"strings"
	"time"

	"flarewire/internal/testing/ptytest/grid"
)

// Frame is one screen of a film and how long it stays.
type Frame struct {
	Screen grid.Screen
	Stay   time.Duration
}

// Film draws the frames as one SVG document that shows them one after the other, over and over, by CSS alone: no
// script, no other file. All frames must have the size of the first one. Whoever asked the system for less motion sees
// the last frame and nothing moves.
func Film(frames []Frame, o Options) ([]byte, error) {
	if len(frames) == 0 {
		return nil, fmt.Errorf("a film without frames")
	}
	cols, rows := frames[0].Screen.Size()
	var total time.Duration
	for i, f := range frames {
		if c, r := f.Screen.Size(); c != cols || r != rows {
			return nil, fmt.Errorf("frame %d is %dx%d, the first one %dx%d", i+1, c, r, cols, rows)
		}
		total += f.Stay
	}
	d := &svgDrawing{screen: frames[0].Screen, options: o, layout: layoutOf(frames[0].Screen, o)}
	d.open(filmStyle(frames, total))
	d.window()
	for i, f := range frames {
		d.screen = f.Screen
		fmt.Fprintf(&d.out, "<g class=\"f f%d\">\n", i)
		d.cells()
		d.out.WriteString("</g>\n")
	}
	d.out.WriteString("</svg>\n")
	return []byte(d.out.String()), nil
}

// filmStyle shows each frame for its part of the whole time.
func filmStyle(frames []Frame, total time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".f{visibility:hidden;animation:%.3gs step-end infinite}", total.Seconds())
	percent := func(at time.Duration) float64 { return 100 * at.Seconds() / total.Seconds() }
	var at time.Duration
	for i, f := range frames {
		fmt.Fprintf(&b, ".f%d{animation-name:a%d}@keyframes a%d{0%%{visibility:hidden}%.4g%%{visibility:visible}%.4g%%{visibility:hidden}}",
			i, i, i, percent(at), percent(at+f.Stay))
		at += f.Stay
	}
	last := len(frames) - 1
	// The last frame ends with the film; a keyframe at 100 % would hide it.
	fmt.Fprintf(&b, "@media (prefers-reduced-motion:reduce){.f{animation:none}.f%d{visibility:visible}}", last)
	return b.String()
}
