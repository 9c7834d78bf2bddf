// Package shot draws a terminal's screen as a picture, SVG or PNG, without any outside tool. The same screen
// and options give the same bytes every time.
package shot

import (
	"fmt"
	"image/color"

	"github.com/charmbracelet/x/ansi"

	"flarewire/internal/testing/ptytest/grid"
)

// Palette is the colours of a terminal: its own two and the 16 that programs name by number.
type Palette struct {
	Foreground, Background color.RGBA
	ANSI                   [16]color.RGBA
	// Frame is the window's title bar.
	Frame color.RGBA
}

// Options is how the picture looks.
type Options struct {
	Palette Palette
	// Frame draws a window around the screen, with Title in its bar.
	Frame bool
	Title string
}

// Dark is white on near black, Light black on white.
var (
	Dark = Palette{
		Foreground: rgb(0xd8dee9), Background: rgb(0x14171c), Frame: rgb(0x252a32),
		ANSI: [16]color.RGBA{
			rgb(0x2b303b), rgb(0xe5635f), rgb(0x6fbf73), rgb(0xe0b04b), rgb(0x6aa5f0), rgb(0xc58ae0), rgb(0x55bfc4), rgb(0xc5cad3),
			rgb(0x7d8694), rgb(0xff8783), rgb(0x93dd97), rgb(0xf5cf75), rgb(0x93c1ff), rgb(0xdeaef5), rgb(0x81dfe3), rgb(0xf5f7fa),
		},
	}
	Light = Palette{
		Foreground: rgb(0x24292f), Background: rgb(0xffffff), Frame: rgb(0xe6e9ed),
		ANSI: [16]color.RGBA{
			rgb(0x24292f), rgb(0xb3261e), rgb(0x1a7f37), rgb(0x8a5a00), rgb(0x0b5cc4), rgb(0x8b3fb0), rgb(0x0e7480), rgb(0x6e7781),
			rgb(0x57606a), rgb(0xc9332a), rgb(0x20883d), rgb(0x976400), rgb(0x1f6feb), rgb(0x9a4fc0), rgb(0x15808c), rgb(0x8c959f),
		},
	}
)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// look is how a cell appears after its attributes and the palette are applied.
type look struct {
	fg, bg                                 color.RGBA
	bold, italic, underline, strikethrough bool
}

// lookOf resolves the cell at x, y. A visible cursor turns its cell over, like a block cursor.
func (p Palette) lookOf(s grid.Screen, x, y int) look {
	cell := s.Cell(x, y)
	l := look{
		fg: p.resolve(cell.Fg, p.Foreground), bg: p.resolve(cell.Bg, p.Background),
		bold: cell.Bold, italic: cell.Italic, underline: cell.Underline, strikethrough: cell.Strikethrough,
	}
	cursor := s.Cursor()
	if cell.Reverse != (cursor.Visible && cursor.X == x && cursor.Y == y) {
		l.fg, l.bg = l.bg, l.fg
	}
	if cell.Faint {
		l.fg = mix(l.fg, l.bg, 0.6)
	}
	if cell.Conceal {
		l.fg = l.bg
	}
	return l
}

func (p Palette) resolve(c color.Color, own color.RGBA) color.RGBA {
	switch c := c.(type) {
	case nil:
		return own
	case ansi.BasicColor:
		return p.ANSI[c%16]
	case ansi.IndexedColor:
		if c < 16 {
			return p.ANSI[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0xff}
}

// mix gives the colour between the two, share of the first.
func mix(first, second color.RGBA, share float64) color.RGBA {
	between := func(a, b uint8) uint8 { return uint8(float64(a)*share + float64(b)*(1-share) + 0.5) }
	return color.RGBA{
		R: between(first.R, second.R), G: between(first.G, second.G), B: between(first.B, second.B), A: 0xff,
	}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// layout is where things are in the picture, in its units.
type layout struct {
	width, height int // of the whole picture
	left, top     int // of the screen's first cell
	bar           int // the height of the window's title bar, 0 without a frame
}

func layoutOf(s grid.Screen, o Options) layout {
	const padding = 9
	cols, rows := s.Size()
	l := layout{left: padding, top: padding}
	if o.Frame {
		l.bar = 30
		l.top += l.bar
	}
	l.width = cols*cellWidth + 2*padding
	l.height = rows*cellHeight + l.top + padding
	return l
}

// firstRune is the character of a cell that is one rune, otherwise 0.
func firstRune(content string) rune {
	runes := []rune(content)
	if len(runes) != 1 {
		return 0
	}
	return runes[0]
}
