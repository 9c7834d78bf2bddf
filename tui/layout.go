package tui

// The smallest screen that shows something useful.
const (
	MinWidth  = 60
	MinHeight = 15
)

// Rect is a part of the screen in cells.
type Rect struct{ X, Y, W, H int }

// Layout is where the parts of the frame stand. The zero value means that the screen is too small.
type Layout struct {
	Header, Body, Message, Footer Rect
	Fits                          bool
}

// Arrange places the frame's parts on a screen of the given size. It is a pure function of its
// arguments: one line of header, the body, one line for messages and prompts, one of footer.
func Arrange(width, height int) Layout {
	if width < MinWidth || height < MinHeight {
		return Layout{}
	}
	return Layout{
		Fits:    true,
		Header:  Rect{0, 0, width, 1},
		Body:    Rect{0, 1, width, height - 3},
		Message: Rect{0, height - 2, width, 1},
		Footer:  Rect{0, height - 1, width, 1},
	}
}
