package shot

import "math"

// The size of a cell in a picture's units. Whole numbers, so that lines and blocks of neighbouring cells
// meet without seams; 9 is the advance of a monospaced font (0.6 em) at 15 units.
const (
	cellWidth  = 9
	cellHeight = 18
	fontSize   = 15
	baseline   = 14 // from the cell's top
)

type point struct{ x, y float64 }

// contour is a closed polygon in cell units. A hole runs the other way round than what it is in.
type contour []point

// shape gives the outline of a character that is drawn by us instead of taken from a font: lines and blocks
// must join over cell borders, and the symbols that stand for states must look the same on every machine.
// strength is 1, less for shades.
func shape(r rune) (outline []contour, strength float64, drawn bool) {
	switch {
	case r >= 0x2500 && r <= 0x257f:
		return boxDrawing(r), 1, true
	case r >= 0x2591 && r <= 0x2593:
		return []contour{rect(0, 0, cellWidth, cellHeight)}, 0.25 * float64(r-0x2590), true
	case r >= 0x2580 && r <= 0x259f:
		return block(r), 1, true
	case r >= 0x2800 && r <= 0x28ff:
		return braille(r), 1, true
	}
	outline = symbol(r)
	return outline, 1, outline != nil
}

func rect(x0, y0, x1, y1 float64) contour {
	return contour{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// The middle of a cell, a whole number on both axes so that thin lines are sharp.
const (
	middleX = 4
	middleY = 9
)

// boxArms holds for U+2500 to U+257F how the arm up, right, down and left is drawn: 0 not at all, 1 light,
// 2 heavy, 3 double. Diagonals have none.
const boxArms = "" +
	"0101020210102020010102021010202001010202101020200110021001200220" +
	"0011001200210022110012002100220010011002200120021110121021101120" +
	"2120221012202220101110122011102120212012102220220111011202110212" +
	"0121012202210222110111021201120221012102220122021111111212111212" +
	"2111112121212112221111221221221212222122222122220101020210102020" +
	"0303303003100130033000130031003313003100330010033001300313103130" +
	"3330101330313033031301310333130331013303131331313333011000111001" +
	"1100............000110000100001000022000020000200201102001022010"

func boxDrawing(r rune) []contour {
	arms := boxArms[4*(r-0x2500):][:4]
	switch {
	case r >= 0x256d && r <= 0x2570:
		return roundedCorner(arms)
	case r >= 0x2571 && r <= 0x2573:
		return diagonals(r)
	}
	var lines []contour
	for direction, weight := range arms {
		lines = append(lines, arm(direction, weight)...)
	}
	return cutDashes(r, lines)
}

// arm is the line from the middle to one edge: 0 up, 1 right, 2 down, 3 left.
func arm(direction int, weight rune) []contour {
	switch weight {
	case '1':
		return []contour{armLine(direction, 0, 0, 1)}
	case '2':
		return []contour{armLine(direction, -1, -1, 3)}
	case '3':
		return []contour{armLine(direction, -1, -1, 1), armLine(direction, 1, -1, 1)}
	}
	return nil
}

// armLine is one line of an arm: shifted sideways, begun some units before the middle, and so wide.
func armLine(direction int, shift, begin, width float64) contour {
	x, y := middleX+shift, middleY+shift
	switch direction {
	case 0:
		return rect(x, 0, x+width, middleY-begin+1)
	case 1:
		return rect(middleX+begin, y, cellWidth, y+width)
	case 2:
		return rect(x, middleY+begin, x+width, cellHeight)
	default:
		return rect(0, y, middleX-begin+1, y+width)
	}
}

// cutDashes cuts the full line of a dashed character into its two, three or four dashes.
func cutDashes(r rune, lines []contour) []contour {
	dashes := map[rune]int{
		0x2504: 3, 0x2505: 3, 0x2506: 3, 0x2507: 3, 0x2508: 4, 0x2509: 4, 0x250a: 4, 0x250b: 4,
		0x254c: 2, 0x254d: 2, 0x254e: 2, 0x254f: 2,
	}[r]
	if dashes == 0 {
		return lines
	}
	var cut []contour
	first := lines[0]
	for i := range dashes {
		from, to := (float64(i)+0.2)/float64(dashes), (float64(i)+0.8)/float64(dashes)
		if first[0].y > 0 { // a horizontal one: its first arm begins in the middle of the height
			cut = append(cut, rect(from*cellWidth, first[0].y, to*cellWidth, first[2].y))
			continue
		}
		cut = append(cut, rect(first[0].x, from*cellHeight, first[2].x, to*cellHeight))
	}
	return cut
}

// roundedCorner is an arc around the corner between its two arms, with straight rests.
func roundedCorner(arms string) []contour {
	const radius = 4.5
	towards := point{1, 1}
	if arms[3] != '0' {
		towards.x = -1
	}
	if arms[0] != '0' {
		towards.y = -1
	}
	middle := point{middleX + 0.5, middleY + 0.5}
	center := point{middle.x + towards.x*radius, middle.y + towards.y*radius}
	var outer, inner contour
	const steps = 8
	for i := range steps + 1 {
		sin, cos := math.Sincos(math.Pi / 2 * float64(i) / steps)
		outer = append(outer, point{center.x - towards.x*(radius+0.5)*cos, center.y - towards.y*(radius+0.5)*sin})
		inner = append(inner, point{center.x - towards.x*(radius-0.5)*cos, center.y - towards.y*(radius-0.5)*sin})
	}
	arc := outer
	for i := range inner {
		arc = append(arc, inner[len(inner)-1-i])
	}
	end := float64(cellHeight)
	if towards.y < 0 {
		end = 0
	}
	rest := rect(middleX, math.Min(center.y, end), middleX+1, math.Max(center.y, end))
	return []contour{oriented(arc), rest}
}

func diagonals(r rune) []contour {
	var lines []contour
	if r != 0x2572 { // ╱ and ╳
		lines = append(lines, stroke(point{0, cellHeight}, point{cellWidth, 0}, 1))
	}
	if r != 0x2571 { // ╲ and ╳
		lines = append(lines, stroke(point{0, 0}, point{cellWidth, cellHeight}, 1))
	}
	return lines
}

// stroke is a straight line of the given width with flat ends.
func stroke(a, b point, width float64) contour {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	dx, dy := (b.y-a.y)/length*width/2, (b.x-a.x)/length*width/2
	return oriented(contour{{a.x + dx, a.y - dy}, {b.x + dx, b.y - dy}, {b.x - dx, b.y + dy}, {a.x - dx, a.y + dy}})
}

// oriented turns the contour the way rect runs, so that contours that overlap add up instead of leaving a hole.
func oriented(c contour) contour {
	area := 0.0
	for i, p := range c {
		next := c[(i+1)%len(c)]
		area += p.x*next.y - next.x*p.y
	}
	if area < 0 {
		return reversed(c)
	}
	return c
}

func reversed(c contour) contour {
	turned := make(contour, len(c))
	for i, p := range c {
		turned[len(c)-1-i] = p
	}
	return turned
}

// quadrants holds for U+2596 to U+259F which quarters are filled: 1 upper left, 2 upper right, 4 lower
// left, 8 lower right.
var quadrants = [...]int{4, 8, 1, 13, 9, 7, 11, 2, 6, 14}

// block is a block element: some eighths of the cell, or quarters.
func block(r rune) []contour {
	const w, h = cellWidth, cellHeight
	switch {
	case r == 0x2580:
		return []contour{rect(0, 0, w, h/2)}
	case r <= 0x2588: // the lower eighths
		return []contour{rect(0, h-h/8.0*float64(r-0x2580), w, h)}
	case r <= 0x258f: // the left eighths
		return []contour{rect(0, 0, w/8.0*float64(0x2590-r), h)}
	case r == 0x2590:
		return []contour{rect(w/2.0, 0, w, h)}
	case r == 0x2594:
		return []contour{rect(0, 0, w, h/8.0)}
	case r == 0x2595:
		return []contour{rect(w-w/8.0, 0, w, h)}
	}
	var quarters []contour
	for i := range 4 {
		if quadrants[r-0x2596]&(1<<i) != 0 {
			x, y := w/2.0*float64(i%2), h/2.0*float64(i/2)
			quarters = append(quarters, rect(x, y, x+w/2.0, y+h/2.0))
		}
	}
	return quarters
}

// braille draws the dots of a braille pattern: bits 0-2 and 6 down the left, 3-5 and 7 down the right.
func braille(r rune) []contour {
	places := [8]point{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	var dots []contour
	for bit, place := range places {
		if (r-0x2800)&(1<<bit) != 0 {
			dots = append(dots, circle(2.5+4*place.x, 3+4*place.y, 1.3))
		}
	}
	return dots
}
