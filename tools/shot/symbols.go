package shot

import "math"

// The box in which a symbol stands: about the height of a capital letter.
const (
	symbolLeft   = 0.8
	symbolRight  = cellWidth - 0.8
	symbolTop    = 5.0
	symbolBottom = 13.0
	symbolX      = cellWidth / 2.0
	symbolY      = (symbolTop + symbolBottom) / 2
	symbolRadius = 3.6
)

// symbol draws the signs that programs use for states and directions and that many fonts lack; nil for others.
func symbol(r rune) []contour {
	switch r {
	case '●':
		return []contour{circle(symbolX, symbolY, symbolRadius)}
	case '○':
		return ring()
	case '◐':
		return append(ring(), halfDisc())
	case '■':
		return []contour{rect(1, 5.5, 8, 12.5)}
	case '□':
		return hollow(rect(1, 5.5, 8, 12.5), rect(2, 6.5, 7, 11.5))
	case '◆':
		return []contour{diamond(4.2)}
	case '◇':
		return hollow(diamond(4.2), diamond(2.8))
	case '✓', '✔':
		return check(1 + 0.6*heavy(r, '✔'))
	case '✗', '✘':
		return cross(1 + 0.6*heavy(r, '✘'))
	case '…':
		return []contour{circle(1.5, 13, 0.9), circle(4.5, 13, 0.9), circle(7.5, 13, 0.9)}
	}
	return triangle(r)
}

func heavy(r, heavyOne rune) float64 {
	if r == heavyOne {
		return 1
	}
	return 0
}

func circle(x, y, radius float64) contour {
	const steps = 24
	c := make(contour, steps)
	for i := range c {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		c[i] = point{x + radius*cos, y + radius*sin}
	}
	return c
}

func ring() []contour {
	return hollow(circle(symbolX, symbolY, symbolRadius), circle(symbolX, symbolY, symbolRadius-1))
}

func halfDisc() contour {
	var c contour
	const steps = 12
	for i := range steps + 1 {
		sin, cos := math.Sincos(math.Pi/2 + math.Pi*float64(i)/steps)
		c = append(c, point{symbolX + (symbolRadius-0.5)*cos, symbolY + (symbolRadius-0.5)*sin})
	}
	return c
}

func hollow(outside, inside contour) []contour { return []contour{outside, reversed(inside)} }

func diamond(radius float64) contour {
	return contour{
		{symbolX, symbolY - radius}, {symbolX + radius, symbolY}, {symbolX, symbolY + radius}, {symbolX - radius, symbolY},
	}
}

func check(width float64) []contour {
	bend := point{3.6, 12.4}
	return []contour{
		stroke(point{1, 9.4}, bend, 1.1*width), stroke(point{3.2, 12.6}, point{8, 5.2}, 1.1*width),
	}
}

func cross(width float64) []contour {
	return []contour{
		stroke(point{1.4, 5.6}, point{7.6, 12.4}, 1.1*width), stroke(point{7.6, 5.6}, point{1.4, 12.4}, 1.1*width),
	}
}

// triangle draws the filled and hollow triangles, big and small.
func triangle(r rune) []contour {
	up := contour{{symbolX, symbolTop}, {symbolRight, symbolBottom}, {symbolLeft, symbolBottom}}
	right := contour{{symbolLeft, symbolTop}, {symbolRight, symbolY}, {symbolLeft, symbolBottom}}
	switch r {
	case '▲':
		return []contour{up}
	case '▼':
		return []contour{flipped(up)}
	case '△':
		return hollow(up, scaled(up, 0.55, symbolY+1.3))
	case '▽':
		return hollow(flipped(up), flipped(scaled(up, 0.55, symbolY+1.3)))
	case '▶', '►':
		return []contour{right}
	case '◀', '◄':
		return []contour{mirrored(right)}
	case '▴':
		return []contour{scaled(up, 0.6, symbolY)}
	case '▾':
		return []contour{flipped(scaled(up, 0.6, symbolY))}
	case '▸':
		return []contour{scaled(right, 0.6, symbolY)}
	case '◂':
		return []contour{mirrored(scaled(right, 0.6, symbolY))}
	}
	return nil
}

// scaled makes it smaller around the symbol's middle column and puts its middle at height y.
func scaled(c contour, factor, y float64) contour {
	small := make(contour, len(c))
	for i, p := range c {
		small[i] = point{symbolX + (p.x-symbolX)*factor, y + (p.y-symbolY)*factor}
	}
	return small
}

func flipped(c contour) contour {
	turned := make(contour, len(c))
	for i, p := range c {
		turned[i] = point{p.x, 2*symbolY - p.y}
	}
	return reversed(turned)
}

func mirrored(c contour) contour {
	turned := make(contour, len(c))
	for i, p := range c {
		turned[i] = point{2*symbolX - p.x, p.y}
	}
	return reversed(turned)
}
