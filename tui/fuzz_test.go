package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// FuzzPalette: any text in the palette finds what has its letters or says that there is nothing, and keeps to its lines.
func FuzzPalette(f *testing.F) {
	f.Add("tunnels", 80)
	f.Add("東京\u202e\x1b]52;c;aGk=\x07", 60)
	f.Add("tunnels fra", 80)
	f.Add("10.64.3.7", 80)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = MinWidth + int(uint(width)%200)
		app := NewApp(Options{Home: func() View { return &Help{} }})
		p := paletteState{open: true, title: "go to", input: NewInput(":"), uses: app.uses, entries: []entry{
			app.pageEntry(PaletteEntry{Names: []string{"tunnels", "t"}, Open: func() View { return &Help{} }}),
			app.object(Object{Name: "10.64.0.0/16", Label: "route"}), {name: "quit", lower: []string{"quit"}}}}
		p.input.Focus()
		p.update(tea.PasteMsg{Content: text})
		typed := strings.ToLower(strings.TrimSpace(p.input.Value()))
		for _, e := range p.matches {
			if first, _, behind := strings.Cut(typed, " "); behind && first == e.lower[0] {
				continue
			}
			if typed != "" && !inOrder(strings.Join(e.lower, " "), typed) {
				t.Errorf("%q finds %v", typed, e.lower)
			}
		}
		p.complete()
		c := Canvas{Width: width, Height: 20, Theme: PlainTheme(UnicodeGlyphs)}
		for _, line := range append(p.drawList(c), DrawInput(&p.input, c.Width/2)) {
			if w := Width(line); w > width {
				t.Errorf("%d cells of %d: %q", w, width, line)
			}
		}
	})
}
