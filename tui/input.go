package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// NewInput makes a one-line input for the message line. Its cursor does not blink: every blink would
// be sent over the line.
func NewInput(prompt string) textinput.Model {
	in := textinput.New()
	in.Prompt = prompt
	in.CharLimit = 200
	// No colours of the library's own: they would ignore the theme.
	in.SetStyles(textinput.Styles{Cursor: textinput.CursorStyle{Shape: tea.CursorBlock}})
	return in
}

// DrawInput draws an input with room for width cells of text. What was pasted, or came from the server to be edited,
// may hold marks that turn text around or that nobody sees: they stay in the value and are drawn as dots.
func DrawInput(in *textinput.Model, width int) string {
	// The library works out which part of a long text is shown only when the cursor moves, and only from the end
	// whatever the width was before.
	if at := in.Position(); in.Width() != width {
		in.SetWidth(width)
		in.CursorEnd()
		in.SetCursor(at)
	}
	drawn := in.View()
	shown := strings.Map(func(r rune) rune {
		if r != '\x1b' && Clean(string(r)) != string(r) {
			return '·'
		}
		return r
	}, drawn)
	// A dot takes a cell where the mark took none, and the library counts a character of two cells at the edge as one.
	if room := Width(in.Prompt) + width + 1; Width(shown) > room {
		return ansi.Truncate(shown, room, "")
	}
	return shown
}
