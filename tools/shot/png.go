package shot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"flarewire/internal/testing/ptytest/grid"
)

// pngScale is how many pixels a unit of the picture has: sharp on today's screens.
const pngScale = 2

// PNG draws the screen as a PNG file with the same look as SVG. Text is Go Mono, which is built in; a
// character that it lacks and shape does not draw is taken from DejaVu Sans Mono where the machine has
// that, and is an empty box otherwise: only such a character can differ between machines.
func PNG(s grid.Screen, o Options) ([]byte, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, fmt.Errorf("cannot load the built-in fonts: %w", err)
	}
	fonts.mu.Lock()
	defer fonts.mu.Unlock()
	l := layoutOf(s, o)
	d := &pngDrawing{
		img:   image.NewRGBA(image.Rect(0, 0, l.width*pngScale, l.height*pngScale)),
		fonts: fonts, palette: o.Palette,
	}
	d.window(l, o.Title)
	cols, rows := s.Size()
	for y := range rows {
		for x := range cols { // all backgrounds first: a wide character reaches into the next cell
			left, top := l.left+x*cellWidth, l.top+y*cellHeight
			d.rect(left, top, cellWidth, cellHeight, o.Palette.lookOf(s, x, y).bg)
		}
		for x := range cols {
			d.cell(s.Cell(x, y), o.Palette.lookOf(s, x, y), l.left+x*cellWidth, l.top+y*cellHeight)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, d.img); err != nil {
		return nil, fmt.Errorf("cannot encode the picture: %w", err)
	}
	return out.Bytes(), nil
}

type pngDrawing struct {
	img     *image.RGBA
	fonts   *fontSet
	palette Palette
}

// rect takes units of the picture, as all drawing here does.
func (d *pngDrawing) rect(left, top, width, height int, c color.RGBA) {
	area := image.Rect(left*pngScale, top*pngScale, (left+width)*pngScale, (top+height)*pngScale)
	draw.Draw(d.img, area, image.NewUniform(c), image.Point{}, draw.Src)
}

func (d *pngDrawing) window(l layout, title string) {
	d.rect(0, 0, l.width, l.height, d.palette.Background)
	if l.bar == 0 {
		return
	}
	d.rect(0, 0, l.width, l.bar, d.palette.Frame)
	for i, c := range windowButtons(d.palette) {
		d.fill([]contour{circle(float64(buttonX(i)), float64(l.bar)/2, buttonRadius)}, 0, 0, c)
	}
	left := (l.width - len([]rune(title))*cellWidth) / 2
	for i, r := range []rune(title) {
		d.glyph(string(r), look{fg: d.palette.Foreground}, left+i*cellWidth, l.bar/2-cellHeight/2, 1)
	}
}

func (d *pngDrawing) cell(c grid.Cell, l look, left, top int) {
	if c.Content != " " && c.Content != "" {
		if outline, strength, drawn := shape(firstRune(c.Content)); drawn {
			d.fill(outline, left, top, mix(l.fg, l.bg, strength))
		} else {
			d.glyph(c.Content, l, left, top, c.Width)
		}
	}
	if l.underline {
		d.rect(left, top+underlineY, cellWidth, 1, l.fg)
	}
	if l.strikethrough {
		d.rect(left, top+strikethroughY, cellWidth, 1, l.fg)
	}
}

// glyph draws the cell's characters (more than one when marks combine) over each other.
func (d *pngDrawing) glyph(content string, l look, left, top, width int) {
	for _, r := range content {
		face, ok := d.fonts.face(r, l)
		if !ok {
			right, bottom := float64(width*cellWidth)-1.5, 14.5
			d.fill(hollow(rect(1.5, 4, right, bottom), rect(2.5, 5, right-1, bottom-1)), left, top, l.fg)
			continue
		}
		drawer := font.Drawer{
			Dst: d.img, Src: image.NewUniform(l.fg), Face: face,
			Dot: fixed.P(left*pngScale, (top+baseline)*pngScale),
		}
		drawer.DrawString(string(r))
	}
}

// fill draws the contours, given relative to left and top.
func (d *pngDrawing) fill(outline []contour, left, top int, c color.RGBA) {
	bounds := boundsOf(outline)
	area := bounds.Add(image.Pt(left*pngScale, top*pngScale)).Intersect(d.img.Bounds())
	raster := vector.NewRasterizer(bounds.Dx(), bounds.Dy())
	for _, c := range outline {
		for i, p := range c {
			x := float32(p.x*pngScale) - float32(bounds.Min.X)
			y := float32(p.y*pngScale) - float32(bounds.Min.Y)
			if i == 0 {
				raster.MoveTo(x, y)
			} else {
				raster.LineTo(x, y)
			}
		}
		raster.ClosePath()
	}
	raster.Draw(d.img, area, image.NewUniform(c), image.Point{})
}

// boundsOf is the smallest rectangle of pixels around the contours.
func boundsOf(outline []contour) image.Rectangle {
	var all image.Rectangle
	for _, c := range outline {
		for _, p := range c {
			x, y := int(p.x*pngScale), int(p.y*pngScale)
			all = all.Union(image.Rect(x-1, y-1, x+2, y+2))
		}
	}
	return all
}
