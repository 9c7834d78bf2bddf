package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// FuzzPalette: any text in the palette finds places or says that there are none, and keeps to its line.
func FuzzPalette(f *testing.F) {
	f.Add("tunnels", 80)
	f.Add("東京\u202e\x1b]52;c;aGk=\x07", 60)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = MinWidth + int(uint(width)%200)
		p := commandLine{open: true, input: NewInput(":"), entries: []entry{{names: []string{"tunnels", "t"}}, {names: []string{"routes"},
			help: "static routes"}, {names: []string{"quit"}}}}
		p.input.Focus()
		p.update(tea.PasteMsg{Content: text})
		for _, e := range p.matches() {
			typed := strings.ToLower(strings.TrimSpace(p.input.Value()))
			if !strings.Contains(strings.Join(e.names, " "), typed) {
				t.Errorf("%q finds %v", typed, e.names)
			}
		}
		p.next()
		line := p.draw(Canvas{Width: width, Height: 20, Theme: PlainTheme(UnicodeGlyphs)})
		if w := Width(line); w > width {
			t.Errorf("%d cells of %d: %q", w, width, line)
		}
	})
}
