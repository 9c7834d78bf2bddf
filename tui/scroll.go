package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// Scroll shows a part of a long page.
type Scroll struct {
	offset, height, total int
}

// Window cuts the visible part out of lines and remembers the measures for the keys.
func (s *Scroll) Window(lines []string, height int) []string {
	s.height, s.total = height, len(lines)
	s.offset = max(0, min(s.offset, s.total-height))
	if below := s.total - s.offset - height; below > 0 && height > 1 {
		// What is cut off must be known to be there: a request that is reviewed, for one.
		shown := append([]string(nil), lines[s.offset:s.offset+height-1]...)
		return append(shown, fmt.Sprintf("   -- %d more lines --", below+1))
	}
	return lines[s.offset:min(s.total, s.offset+height)]
}

// Show moves the window so that line is in it.
func (s *Scroll) Show(line int) {
	if line < s.offset {
		s.offset = line
	}
	last := s.offset + s.height - 1
	if s.offset+s.height < s.total {
		last-- // the line that says how many more there are
	}
	if line > last && s.height > 0 {
		s.offset = min(line-s.height+2, s.total-s.height)
	}
}

func (s *Scroll) by(n int) func() tea.Cmd {
	return func() tea.Cmd {
		s.offset = max(0, min(s.offset+n, s.total-s.height))
		return nil
	}
}

// Actions are the keys that scroll.
func (s *Scroll) Actions() []Action {
	return []Action{
		{Name: "up", Move: true, Keys: []string{"up", "k"}, Long: "Move up one line", Run: s.by(-1)},
		{Name: "down", Move: true, Keys: []string{"down", "j"}, Long: "Move down one line", Run: s.by(1)},
		{Name: "page-up", Move: true, Keys: []string{"pgup", "ctrl+b"}, Long: "Move up one page", Run: s.by(-max(1, s.height-1))},
		{Name: "page-down", Move: true, Keys: []string{"pgdown", "ctrl+f", "space"}, Long: "Move down one page", Run: s.by(max(1, s.height-1))},
		{Name: "top", Move: true, Keys: []string{"g", "home"}, Long: "Go to the beginning", Run: s.by(-s.total)},
		{Name: "bottom", Move: true, Keys: []string{"G", "end"}, Long: "Go to the end", Run: s.by(s.total)},
	}
}
