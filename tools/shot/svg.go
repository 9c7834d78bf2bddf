package shot

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"flarewire/internal/testing/ptytest/grid"
)

// fontStack is what a browser may take: any monospaced font, its width is forced to the grid.
const fontStack = "'DejaVu Sans Mono','Go Mono',Menlo,Consolas,'Liberation Mono',monospace"

// SVG draws the screen as one SVG document that needs no other file. Text stays text, so that it can be
// selected and found; lines, blocks and symbols are outlines.
func SVG(s grid.Screen, o Options) []byte {
	d := &svgDrawing{screen: s, options: o, layout: layoutOf(s, o)}
	d.open("")
	d.window()
	d.cells()
	d.out.WriteString("</svg>\n")
	return []byte(d.out.String())
}

type svgDrawing struct {
	out     strings.Builder
	screen  grid.Screen
	options Options
	layout  layout
}

// open begins the document, with more style than every picture has.
func (d *svgDrawing) open(style string) {
	l := d.layout
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="%d" height="%d" viewBox="0 0 %d %d" `+
		`font-family="%s" font-size="%d">`+"\n",
		l.width, l.height, l.width, l.height, fontStack, fontSize)
	d.out.WriteString("<style>text{white-space:pre}.b{font-weight:bold}.i{font-style:italic}" + style + "</style>\n")
}

// cells draws everything that is on the screen.
func (d *svgDrawing) cells() {
	_, rows := d.screen.Size()
	for y := range rows {
		d.backgrounds(y)
		d.outlines(y)
		d.texts(y)
	}
}

func (d *svgDrawing) look(x, y int) look { return d.options.Palette.lookOf(d.screen, x, y) }

// place is where the cell's top left corner is in the picture.
func (d *svgDrawing) place(x, y int) (left, top int) {
	return d.layout.left + x*cellWidth, d.layout.top + y*cellHeight
}

func (d *svgDrawing) window() {
	l, p := d.layout, d.options.Palette
	if l.bar == 0 {
		d.rect(0, 0, l.width, l.height, p.Background)
		return
	}
	fmt.Fprintf(&d.out, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", l.width, l.height, hex(p.Frame))
	fmt.Fprintf(&d.out, `<path d="M0 %dh%dv%da8 8 0 0 1-8 8H8a8 8 0 0 1-8-8z" fill="%s"/>`+"\n",
		l.bar, l.width, l.height-l.bar-8, hex(p.Background))
	for i, c := range windowButtons(p) {
		fmt.Fprintf(&d.out, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`, buttonX(i), l.bar/2, buttonRadius, hex(c))
	}
	fmt.Fprintf(&d.out, `<text x="%d" y="%d" text-anchor="middle" fill="%s">%s</text>`+"\n",
		l.width/2, l.bar/2+5, hex(p.Foreground), escapeXML(d.options.Title))
}

// The three round buttons of a window, drawn in the palette's red, yellow and green.
const buttonRadius = 5

func windowButtons(p Palette) []color.RGBA { return []color.RGBA{p.ANSI[1], p.ANSI[3], p.ANSI[2]} }

func buttonX(i int) int { return 18 + 16*i }

func (d *svgDrawing) rect(left, top, width, height int, c color.RGBA) {
	fmt.Fprintf(&d.out, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", left, top, width, height, hex(c))
}

// run is some neighbouring cells of one row, from the first to before the end.
type run struct{ from, to int }

// runs cuts row y where same says that two neighbours differ.
func (d *svgDrawing) runs(same func(x int) bool) []run {
	cols, _ := d.screen.Size()
	var all []run
	for x := range cols {
		if x > 0 && same(x) {
			all[len(all)-1].to = x + 1
			continue
		}
		all = append(all, run{x, x + 1})
	}
	return all
}

func (d *svgDrawing) backgrounds(y int) {
	for _, r := range d.runs(func(x int) bool { return d.look(x, y).bg == d.look(x-1, y).bg }) {
		if bg := d.look(r.from, y).bg; bg != d.options.Palette.Background {
			left, top := d.place(r.from, y)
			d.rect(left, top, (r.to-r.from)*cellWidth, cellHeight, bg)
		}
	}
	line := func(x int) look {
		l := d.look(x, y)
		return look{fg: l.fg, underline: l.underline, strikethrough: l.strikethrough}
	}
	for _, r := range d.runs(func(x int) bool { return line(x) == line(x-1) }) {
		left, top := d.place(r.from, y)
		l := line(r.from)
		if l.underline {
			d.rect(left, top+underlineY, (r.to-r.from)*cellWidth, 1, l.fg)
		}
		if l.strikethrough {
			d.rect(left, top+strikethroughY, (r.to-r.from)*cellWidth, 1, l.fg)
		}
	}
}

// Where lines through a cell are, from its top.
const (
	underlineY     = baseline + 2
	strikethroughY = middleY + 1
)

// outlines draws what shape knows, one path for neighbours of the same colour.
func (d *svgDrawing) outlines(y int) {
	key := func(x int) (color.RGBA, float64) {
		_, strength, drawn := shape(firstRune(d.screen.Cell(x, y).Content))
		if !drawn {
			return color.RGBA{}, 0
		}
		return d.look(x, y).fg, strength
	}
	same := func(x int) bool {
		fg, strength := key(x)
		lastFg, lastStrength := key(x - 1)
		return fg == lastFg && strength == lastStrength
	}
	for _, r := range d.runs(same) {
		fg, strength := key(r.from)
		if strength == 0 {
			continue
		}
		fmt.Fprintf(&d.out, `<path fill="%s"`, hex(mix(fg, d.look(r.from, y).bg, strength)))
		d.out.WriteString(` d="`)
		for x := r.from; x < r.to; x++ {
			outline, _, _ := shape(firstRune(d.screen.Cell(x, y).Content))
			left, top := d.place(x, y)
			for _, c := range outline {
				writePath(&d.out, c, float64(left), float64(top))
			}
		}
		d.out.WriteString("\"/>\n")
	}
}

func writePath(out *strings.Builder, c contour, left, top float64) {
	for i, p := range c {
		command := "L"
		if i == 0 {
			command = "M"
		}
		out.WriteString(command + number(left+p.x) + " " + number(top+p.y))
	}
	out.WriteString("Z")
}

// number has two decimals at most.
func number(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
}

// texts writes the row's characters, neighbours of the same look as one text whose length is forced to its
// cells: no font can then push the columns apart. Symbols are there too, invisible, to be selected.
func (d *svgDrawing) texts(y int) {
	type kind struct {
		look  look
		drawn bool
		width int
	}
	of := func(x int) kind {
		cell, l := d.screen.Cell(x, y), d.look(x, y)
		r := firstRune(cell.Content)
		k := kind{look: look{fg: l.fg, bold: l.bold, italic: l.italic}, width: cell.Width}
		if _, _, drawn := shape(r); drawn && r != 0 {
			k = kind{drawn: true, width: cell.Width}
		}
		return k
	}
	for _, r := range d.runs(func(x int) bool { return of(x) == of(x-1) && of(x).width == 1 }) {
		k := of(r.from)
		d.text(y, r, k.look, k.drawn)
	}
}

func (d *svgDrawing) text(y int, r run, l look, invisible bool) {
	for r.from < r.to && d.screen.Cell(r.to-1, y).Content == " " {
		r.to--
	}
	for r.from < r.to && d.screen.Cell(r.from, y).Content == " " {
		r.from++
	}
	var content strings.Builder
	width := 0
	for x := r.from; x < r.to; x++ {
		cell := d.screen.Cell(x, y)
		content.WriteString(cell.Content)
		width += cell.Width
	}
	if width == 0 {
		return
	}
	left, top := d.place(r.from, y)
	fmt.Fprintf(&d.out, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
		left, top+baseline, width*cellWidth, textStyle(l, invisible), escapeXML(content.String()))
}

func textStyle(l look, invisible bool) string {
	if invisible {
		return ` fill-opacity="0"`
	}
	style := fmt.Sprintf(` fill="%s"`, hex(l.fg))
	switch {
	case l.bold && l.italic:
		return style + ` class="b i"`
	case l.bold:
		return style + ` class="b"`
	case l.italic:
		return style + ` class="i"`
	}
	return style
}

// escapeXML also replaces characters that XML cannot hold at all.
func escapeXML(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' {
			return '\uFFFD'
		}
		return r
	}, text)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}
