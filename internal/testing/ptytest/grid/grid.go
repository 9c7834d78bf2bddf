// Package grid is the picture of a terminal's screen as rows and columns of cells: what a test asserts on
// and what a screenshot is drawn from. It knows neither tests nor pseudo-terminals.
package grid

import (
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Cell is one place on the screen with its content and look.
type Cell struct {
	// Content is one grapheme cluster; " " for an empty place, "" for the second half of a wide character.
	Content string
	// Width is how many columns Content takes: 1, 2, or 0 for the second half of a wide character.
	Width int
	// Fg and Bg are nil for the terminal's own default colours. Otherwise the type tells how the program
	// named the colour: ansi.BasicColor (the 16), ansi.IndexedColor (the 256), or an RGB type.
	Fg, Bg color.Color

	Bold, Faint, Italic, Underline, Reverse, Conceal, Strikethrough bool
}

// Cursor is where the next character would go, counted from 0 at the top left.
type Cursor struct {
	X, Y    int
	Visible bool
}

// Screen is a copy of a terminal's screen at one moment. It never changes.
type Screen struct {
	cols, rows int
	cells      []Cell
	cursor     Cursor
	altScreen  bool
	title      string
}

// State is what the emulator does not tell when it is asked, only when it changes.
type State struct {
	CursorHidden bool
	// Title is the window title the program set last.
	Title string
}

// Capture copies the emulator's screen. The caller keeps others from writing to the emulator meanwhile.
func Capture(em *vt.Emulator, state State) Screen {
	cols, rows := em.Width(), em.Height()
	s := Screen{
		cols: cols, rows: rows, cells: make([]Cell, cols*rows),
		altScreen: em.IsAltScreen(), title: state.Title,
	}
	pos := em.CursorPosition()
	s.cursor = Cursor{X: pos.X, Y: pos.Y, Visible: !state.CursorHidden}
	for y := range rows {
		for x := range cols {
			s.cells[y*cols+x] = convert(em.CellAt(x, y))
		}
	}
	return s
}

// FromANSI draws the bytes on an empty screen of the given size, as a terminal would. A bare line feed also
// returns to the first column, as behind a terminal's line discipline.
func FromANSI(cols, rows int, output string) Screen {
	em := vt.NewEmulator(cols, rows)
	state := State{}
	em.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { state.CursorHidden = !visible },
		Title:            func(title string) { state.Title = title },
	})
	// The emulator answers questions into an unbuffered pipe: with nobody reading, Write would hang.
	if pipe, ok := em.InputPipe().(interface{ Close() error }); ok {
		_ = pipe.Close()
	}
	output = strings.ReplaceAll(output, "\r\n", "\n")
	_, _ = em.WriteString(strings.ReplaceAll(output, "\n", "\r\n"))
	return Capture(em, state)
}

func convert(c *uv.Cell) Cell {
	if c == nil {
		return Cell{Content: " ", Width: 1}
	}
	if c.Content == "" && c.Width == 1 {
		return Cell{Content: " ", Width: 1, Fg: c.Style.Fg, Bg: c.Style.Bg}
	}
	has := func(attr uint8) bool { return c.Style.Attrs&attr != 0 }
	return Cell{
		Content: c.Content, Width: c.Width, Fg: c.Style.Fg, Bg: c.Style.Bg,
		Bold: has(uv.AttrBold), Faint: has(uv.AttrFaint), Italic: has(uv.AttrItalic),
		Underline: c.Style.Underline != ansi.UnderlineNone,
		Reverse:   has(uv.AttrReverse), Conceal: has(uv.AttrConceal), Strikethrough: has(uv.AttrStrikethrough),
	}
}

// Size is the number of columns and rows.
func (s Screen) Size() (cols, rows int) { return s.cols, s.rows }

// Cursor tells where the cursor is and whether it is shown.
func (s Screen) Cursor() Cursor { return s.cursor }

// AltScreen reports whether the program draws on the alternate screen, as full-screen programs do.
func (s Screen) AltScreen() bool { return s.altScreen }

// Title is the window title the program set, "" when it set none.
func (s Screen) Title() string { return s.title }

// Cell is the cell at column x of row y, counted from 0 at the top left; an empty one outside the screen.
func (s Screen) Cell(x, y int) Cell {
	if x < 0 || y < 0 || x >= s.cols || y >= s.rows {
		return Cell{Content: " ", Width: 1}
	}
	return s.cells[y*s.cols+x]
}

// Line is the text of row y without trailing blanks, "" outside the screen.
func (s Screen) Line(y int) string {
	var b strings.Builder
	for x := range s.cols {
		b.WriteString(s.Cell(x, y).Content)
	}
	return strings.TrimRight(b.String(), " ")
}

// Text is all lines, joined by line feeds, without empty lines at the end.
func (s Screen) Text() string {
	lines := make([]string, s.rows)
	for y := range lines {
		lines[y] = s.Line(y)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// Find gives the column and row of the first place, from the top left, where the text begins. A text never
// spans lines. Not found, it gives -1, -1, false.
func (s Screen) Find(text string) (x, y int, found bool) {
	for y := range s.rows {
		if x, found := s.findIn(y, text); found {
			return x, y, true
		}
	}
	return -1, -1, false
}

// Contains reports whether the text is on the screen.
func (s Screen) Contains(text string) bool {
	_, _, found := s.Find(text)
	return found
}

// findIn looks in one row. It compares cell by cell, because a byte's place in the line is not its column.
func (s Screen) findIn(y int, text string) (x int, found bool) {
	var tail strings.Builder
	starts := make([]int, 0, s.cols) // where in the row's text each column begins
	for x := range s.cols {
		starts = append(starts, tail.Len())
		tail.WriteString(s.Cell(x, y).Content)
	}
	at := strings.Index(tail.String(), text)
	if at < 0 {
		return -1, false
	}
	for x, start := range starts {
		if start <= at && (x+1 == len(starts) || starts[x+1] > at) {
			return x, true
		}
	}
	return -1, false
}

// Box is the screen's text in a frame, for messages: the edges show blanks and cut lines.
func (s Screen) Box() string {
	var b strings.Builder
	b.WriteString("┌" + strings.Repeat("─", s.cols) + "┐\n")
	for y := range s.rows {
		b.WriteString("│")
		for x := range s.cols {
			b.WriteString(s.Cell(x, y).Content)
		}
		b.WriteString("│\n")
	}
	b.WriteString("└" + strings.Repeat("─", s.cols) + "┘")
	return b.String()
}
